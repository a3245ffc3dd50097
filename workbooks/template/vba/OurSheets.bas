Attribute VB_Name = "OurSheets"
Option Explicit
Option Private Module

' Sheets by their code names, which stay when a tab is renamed. Looked up while running: code that named a sheet itself
' would not even compile once that sheet is deleted.

Public Const SETUP_SHEET As String = "SheetSetup"
Public Const TRANSACTIONS_SHEET As String = "SheetTransactions"
Public Const COSTS_SHEET As String = "SheetCosts"
Public Const EXCHANGE_SHEET As String = "SheetExchange"

' Nothing where the sheet was deleted.
Public Function Find(ByVal codeName As String) As Worksheet
    Dim sheet As Worksheet
    For Each sheet In ThisWorkbook.Worksheets
        If sheet.CodeName = codeName Then
            Set Find = sheet
            Exit Function
        End If
    Next sheet
End Function
