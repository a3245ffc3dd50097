"""A stand-in for Excel on Windows, so that xlwings' own Windows code runs where there is no Windows.

What a customer's computer runs is xlwings' `_xlwindows.py`, `udfs.py` and `com_server.py` over pywin32 over Excel. Here
the first three are the real ones; pywin32 is replaced by modules that have what xlwings asks of it (`pywin32`), and
Excel by objects with COM's members (`application`, `worksheets`, `ranges`, `list_objects`) over the sheets of
`workbook_engine`. Where Excel surprises, they surprise alike (`variants`, and the docstrings of the members).

Patching `sys.modules` is allowed in this package and nowhere else (`windows_code`).
"""
