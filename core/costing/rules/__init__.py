"""What happens to the goods of a line: the rows of the sign table, and what the words of older readers still say."""
