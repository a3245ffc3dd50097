"""The accountant's pack of a closed month: its sheets, their figures and columns."""
