"""The sheets of group Setup: policies and first steps, and the stores."""
