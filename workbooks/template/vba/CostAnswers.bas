Attribute VB_Name = "CostAnswers"
Option Explicit
Option Private Module

' What the worksheet functions answer without Python: from sheets Costs and Transactions as they stood after the last
' sync, by the same rules as addin/udfs.py.

' Answers one of the FINALE_ functions: a value for a value, a grid for a range. Never an error, never a wrong cost.
Public Function Answer(ByVal functionName As String, ByRef sku As Variant, Optional ByRef orderId As Variant) As Variant
    Dim skus As Variant
    Dim orders As Variant
    On Error GoTo failed
    skus = PlainValue(sku)
    orders = ""
    If Not IsMissing(orderId) Then orders = PlainValue(orderId)
    If IsArray(skus) Then
        Answer = GridOfAnswers(functionName, skus, skus, orders)
    ElseIf IsArray(orders) Then
        Answer = GridOfAnswers(functionName, orders, skus, orders)
    Else
        Answer = OneAnswer(functionName, skus, orders)
    End If
    Exit Function
failed:
    Answer = FinaleCells.MISSING_COST
End Function

Private Function PlainValue(ByVal argument As Variant) As Variant
    Dim cells As Range
    If TypeName(argument) <> "Range" Then
        PlainValue = argument
        Exit Function
    End If
    Set cells = FinaleCells.CutToUsed(argument)
    PlainValue = cells.Value
End Function

Private Function GridOfAnswers(ByVal functionName As String, ByRef shape As Variant, ByRef skus As Variant, _
        ByRef orders As Variant) As Variant
    Dim grid() As Variant
    Dim row As Long
    Dim column As Long
    ReDim grid(1 To UBound(shape, 1), 1 To UBound(shape, 2))
    For row = 1 To UBound(shape, 1)
        For column = 1 To UBound(shape, 2)
            grid(row, column) = OneAnswer(functionName, Beside(skus, row, column), Beside(orders, row, column))
        Next column
    Next row
    GridOfAnswers = grid
End Function

' One value for all, one per row, one per column, or one per cell; an error where the cells end before.
Private Function Beside(ByRef values As Variant, ByVal row As Long, ByVal column As Long) As Variant
    If Not IsArray(values) Then
        Beside = values
        Exit Function
    End If
    If UBound(values, 1) = 1 Then row = 1
    If UBound(values, 2) = 1 Then column = 1
    If row > UBound(values, 1) Or column > UBound(values, 2) Then
        Beside = CVErr(xlErrNA)
    Else
        Beside = values(row, column)
    End If
End Function

Private Function OneAnswer(ByVal functionName As String, ByVal sku As Variant, ByVal order As Variant) As Variant
    If IsError(sku) Or IsError(order) Then
        OneAnswer = FinaleCells.MISSING_COST
    ElseIf AsText(sku) = "" Then
        OneAnswer = ""
    Else
        OneAnswer = Filled(AnswerOfRow(functionName, CostIndex.RowOf(AsText(sku), AsText(order)), AsText(order) <> ""))
    End If
End Function

' A number that stands for an id, without exponent.
Private Function AsText(ByVal value As Variant) As String
    AsText = CStr(value)
    If VarType(value) = vbDouble Then
        If value = Int(value) Then AsText = Format$(value, "0")
    End If
End Function

Private Function AnswerOfRow(ByVal functionName As String, ByVal row As Long, ByVal ofOrder As Boolean) As Variant
    ' Said explicitly, because some programs keep a function's last result otherwise.
    AnswerOfRow = Empty
    If row > 0 Then
        AnswerOfRow = CostIndex.ValueOf(functionName, row)
    ElseIf functionName = "FINALE_COST_STATUS" Then
        AnswerOfRow = "Not synced"
        If ofOrder Then AnswerOfRow = "Not on sheet Transactions"
    End If
End Function

Private Function Filled(ByVal value As Variant) As Variant
    Filled = value
    If IsEmpty(value) Then
        Filled = FinaleCells.MISSING_COST
    ElseIf VarType(value) = vbString Then
        If value = "" Then Filled = FinaleCells.MISSING_COST
    End If
End Function
