"""Amazon: its settlement reports, the words in them, and its API."""
