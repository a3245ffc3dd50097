"""The books of a company: one module per subject, its rules first and the queries of the same subject after them."""
