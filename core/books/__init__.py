"""The books of a company: one folder per subject; in each module the rules first, the queries of the subject after."""
