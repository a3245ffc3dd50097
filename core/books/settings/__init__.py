"""What the bookkeeper sets: policies, stores and their zones, accounts, opening costs, SKU mapping, rates, types."""
