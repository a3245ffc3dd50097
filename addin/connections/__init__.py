"""Connecting Finale Inventory and the marketplaces: what is asked, where it is kept, and what is opened with it."""
