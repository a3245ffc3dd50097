"""Where costs come from: one folder per inventory system, all behind `core.inventory.system`."""
