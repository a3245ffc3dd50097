"""The sheets of group Close: the journal, its accounts, and cost true-ups."""
