"""Group Costs: sync, resolve, save, undo and restore."""
