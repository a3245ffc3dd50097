"""The sheets of group Settlements: the list, the lines of one settlement, and types nobody knows."""
