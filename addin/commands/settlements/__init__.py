"""Group Settlements: import, pull, open, inspect and remove settlements."""
