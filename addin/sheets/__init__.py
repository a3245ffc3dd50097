"""One module per sheet: its columns, how it is filled, how edits are read back."""
