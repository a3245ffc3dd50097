"""The demo business: its workbook, its settlements, and the sandbox that answers for its services."""
