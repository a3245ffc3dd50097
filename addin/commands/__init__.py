"""What each button does, one module per group: read the sheets, work on the books, write the sheets.

Everything in the database is done before the first cell is written.
"""
