"""Every line with its cost: how costing is asked, how its lines are kept, and brought along when something changes."""
