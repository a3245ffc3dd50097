"""The sheets of group Reports: COGS tabs, profit and loss, exchange rates."""
