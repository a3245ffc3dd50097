"""What each button does, one folder per group of the ribbon: read the sheets, work on the books, write the sheets.

Everything in the database is done before the first cell is written.
"""
