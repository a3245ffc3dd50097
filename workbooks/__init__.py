"""The workbook that users get, and what builds it."""
