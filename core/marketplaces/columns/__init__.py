"""Files by columns: the lines, transactions and settlements of a whole file at once, each different text read once."""
