"""Group Close: export, reopen, true-ups, and the end of a month."""
