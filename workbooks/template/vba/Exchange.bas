Attribute VB_Name = "Exchange"
Option Explicit
Option Private Module

' The very hidden sheet over which VBA and Python hand things to each other; addin/sheets/exchange.py has the same cells.

Public Const OUTCOME_DONE As String = "done"
Public Const OUTCOME_ATTENTION As String = "attention"
Public Const OUTCOME_ERROR As String = "error"

Private Const VERSION_CELL As String = "B1"
Private Const OUTCOME_CELL As String = "B2"
Private Const MESSAGE_CELL As String = "B3"
Private Const TEXT_CELL As String = "B4"
Private Const DECIMAL_MARK_CELL As String = "B7"
Private Const XL_DECIMAL_SEPARATOR As Long = 3
Private Const PATHS_COLUMN As Long = 4
Private Const FIRST_PATH_ROW As Long = 2
Private Const LAST_PATH_ROW As Long = 10000

' False where a user deleted the sheet, which only somebody with the VBA editor can.
Public Function IsThere() As Boolean
    IsThere = Not OurSheets.Find(OurSheets.EXCHANGE_SHEET) Is Nothing
End Function

Public Sub Prepare()
    Clear
    Sheet.Range(VERSION_CELL).Value = RibbonTable.TEMPLATE_VERSION
    Sheet.Range(DECIMAL_MARK_CELL).NumberFormat = "@"
    Sheet.Range(DECIMAL_MARK_CELL).Value = DecimalMark()
End Sub

Public Sub Clear()
    Sheet.Range("B1:B4").ClearContents
    Sheet.Range(Sheet.Cells(FIRST_PATH_ROW, PATHS_COLUMN), Sheet.Cells(LAST_PATH_ROW, PATHS_COLUMN)).ClearContents
End Sub

Public Function Message() As String
    Message = CStr(Sheet.Range(MESSAGE_CELL).Value)
End Function

Public Function Outcome() As String
    Outcome = CStr(Sheet.Range(OUTCOME_CELL).Value)
End Function

' Writes the chosen files one below the other as text; False where none was chosen.
Public Function PutPaths(ByVal paths As Variant) As Boolean
    Dim path As Variant
    Dim row As Long
    If Not IsArray(paths) Then Exit Function
    row = FIRST_PATH_ROW
    Sheet.Columns(PATHS_COLUMN).NumberFormat = "@"
    For Each path In paths
        Sheet.Cells(row, PATHS_COLUMN).Value = CStr(path)
        row = row + 1
    Next path
    PutPaths = row > FIRST_PATH_ROW
End Function

' Writes what the user answered as text; False where the question was left, or answered with nothing.
Public Function PutText(ByVal answer As Variant) As Boolean
    If VarType(answer) <> vbString Then Exit Function
    If Trim$(answer) = "" Then Exit Function
    Sheet.Range(TEXT_CELL).NumberFormat = "@"
    Sheet.Range(TEXT_CELL).Value = CStr(answer)
    PutText = True
End Function

' What parts cents from whole units in this Excel; empty where it does not say.
Private Function DecimalMark() As String
    On Error Resume Next
    DecimalMark = CStr(Application.International(XL_DECIMAL_SEPARATOR))
End Function

Private Function Sheet() As Worksheet
    Set Sheet = OurSheets.Find(OurSheets.EXCHANGE_SHEET)
End Function
