"""Finale Inventory: how its costs are found, fetched and read. Everything begins at `inventory.connect_finale`."""
