"""What the inventory system says of costs: fetched, kept, and what it changes."""
