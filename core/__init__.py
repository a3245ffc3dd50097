"""The books: settlements, costs, overrides, reports. Knows no Excel and nothing of `addin`."""
