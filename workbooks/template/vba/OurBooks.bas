Attribute VB_Name = "OurBooks"
Option Explicit
Option Private Module

' The hidden name by which a workbook says whose books it shows: "company|database"; addin/sheets/workbook.py writes it.

Private Const BOOKS_NAME As String = "_cogsheet_books"

' Whether a workbook is one of Cogsheet's.
Public Function AreIn(ByVal book As Workbook) As Boolean
    AreIn = NamedBy(book) <> ""
End Function

' The database's id, which the worksheet functions hand to Python: asking Excel back for it would take time in each cell.
Public Function DatabaseId() As String
    Dim text As String
    text = Replace(NamedBy(ThisWorkbook), Chr$(34), "")
    DatabaseId = Mid$(text, InStrRev(text, "|") + 1)
End Function

Private Function NamedBy(ByVal book As Workbook) As String
    On Error Resume Next
    NamedBy = book.Names(BOOKS_NAME).RefersTo
End Function
