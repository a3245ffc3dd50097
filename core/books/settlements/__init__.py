"""Settlements as the books have them: stored whole, with the files they came from, their lines and where they stand."""
