"""The entries for the accounting system, and the files it imports; pure functions of costed lines."""
