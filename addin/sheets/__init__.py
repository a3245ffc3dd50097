"""One module per sheet, by the groups of the ribbon: its columns, how it is filled, how edits are read back."""
