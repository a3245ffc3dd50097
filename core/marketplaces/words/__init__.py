"""What the words of marketplaces mean, how they are compared, and what the bookkeeper says of unknown ones."""
