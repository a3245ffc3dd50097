Attribute VB_Name = "FinaleCells"
Option Explicit

' What the worksheet functions of module xlwings_udfs share: whether Python may be asked, and how an answer reaches cells.

Public Const MISSING_COST As String = "{{MISSING}}"

Private workHasBegun As Boolean
Private pythonIsDown As Boolean

Public Sub UserIsWorking()
    workHasBegun = True
End Sub

Public Sub PythonFailed()
    pythonIsDown = True
End Sub

' One failure is enough until the next button: each try would take seconds, in every cell.
Public Function PythonUsable() As Boolean
    If Platform.IsMac() Or pythonIsDown Or Not workHasBegun Then Exit Function
    PythonUsable = (Refusals.OfName() = "")
End Function

' The function wizard evaluates at every key; it gets no answer.
Public Function InWizard() As Boolean
    On Error Resume Next
    InWizard = Not Application.CommandBars("Standard").Controls(1).Enabled
End Function

' A whole column ends where the sheet's used cells do; its first row stays, so that answers stay beside their SKUs.
Public Function CutToUsed(ByRef argument As Variant) As Variant
    Dim cells As Range
    Dim used As Range
    Dim lastRow As Long
    Dim lastColumn As Long
    If TypeName(argument) <> "Range" Then
        CutToUsed = argument
        Exit Function
    End If
    Set cells = argument
    If cells.Rows.Count = 1 And cells.Columns.Count = 1 Then
        Set CutToUsed = cells
        Exit Function
    End If
    Set used = cells.Worksheet.UsedRange
    lastRow = WithinUsed(used.Row + used.Rows.Count - cells.Row, cells.Rows.Count)
    lastColumn = WithinUsed(used.Column + used.Columns.Count - cells.Column, cells.Columns.Count)
    Set CutToUsed = cells.Resize(lastRow, lastColumn)
End Function

Private Function WithinUsed(ByVal used As Long, ByVal wanted As Long) As Long
    WithinUsed = wanted
    If used < wanted Then WithinUsed = used
    If WithinUsed < 1 Then WithinUsed = 1
End Function

' Turns each missing cost of an answer into the error #N/A, whatever the answer's shape.
Public Function Shown(ByVal answer As Variant) As Variant
    Dim row As Long
    Dim column As Long
    If Not IsArray(answer) Then
        Shown = ShownOne(answer)
        Exit Function
    End If
    For row = LBound(answer, 1) To UBound(answer, 1)
        If IsGrid(answer) Then
            For column = LBound(answer, 2) To UBound(answer, 2)
                answer(row, column) = ShownOne(answer(row, column))
            Next column
        Else
            answer(row) = ShownOne(answer(row))
        End If
    Next row
    Shown = answer
End Function

Private Function ShownOne(ByVal value As Variant) As Variant
    ShownOne = value
    If VarType(value) = vbString Then
        If value = MISSING_COST Then ShownOne = CVErr(xlErrNA)
    End If
End Function

' One row of answers comes from Python with one dimension.
Private Function IsGrid(ByRef answer As Variant) As Boolean
    Dim bound As Long
    On Error GoTo oneDimension
    bound = UBound(answer, 2)
    IsGrid = True
oneDimension:
End Function

' After costs changed: cells with our functions are recalculated, also where the user calculates by hand.
Public Sub Recalculate()
    Dim sheet As Worksheet
    pythonIsDown = False
    CostIndex.Forget
    For Each sheet In ThisWorkbook.Worksheets
        RecalculateSheet sheet
    Next sheet
    If Application.Calculation = xlCalculationAutomatic Then Application.Calculate
End Sub

Private Sub RecalculateSheet(ByVal sheet As Worksheet)
    Dim formulas As Range
    Dim cell As Range
    On Error Resume Next
    Set formulas = sheet.UsedRange.SpecialCells(xlCellTypeFormulas)
    On Error GoTo 0
    If formulas Is Nothing Then Exit Sub
    For Each cell In formulas.Cells
        If InStr(cell.Formula, "FINALE_") > 0 Then RecalculateCell cell
    Next cell
End Sub

' Dirty takes the cell's dependents along, where the program has it.
Private Sub RecalculateCell(ByVal cell As Range)
    Dim marked As Boolean
    On Error Resume Next
    If Application.Calculation = xlCalculationAutomatic Then
        cell.Dirty
        marked = (Err.Number = 0)
    End If
    If Not marked Then cell.Calculate
End Sub
