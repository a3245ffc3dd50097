"""The sheets of group Costs: Resolve, the costs per SKU, opening costs, SKU mapping, and what a sync changed."""
