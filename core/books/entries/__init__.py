"""The entries that are exported, the locks that hold their costs, reopening, and month-end accruals."""
