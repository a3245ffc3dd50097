"""Reading a file before its format is known: bytes to text and tables, numbers, dates, XML; the errors name lines."""
