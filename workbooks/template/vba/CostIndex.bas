Attribute VB_Name = "CostIndex"
Option Explicit
Option Private Module

' The costs on sheets Costs and Transactions, read once and found by SKU, or by order and SKU, in their exact spelling.

Private Const BETWEEN As String = vbTab
Private Const HEADER_SEARCHED As Long = 60

' Which lines speak for an order's SKU: its sales; without one its other lines; else those that no goods belong to.
Private Const SALES As Long = 1
Private Const OTHERS As Long = 2
Private Const WITHOUT_GOODS As Long = 3

Private slots() As Long
Private rowCount As Long
Private names() As String
Private costs() As Variant
Private sources() As Variant
Private statuses() As Variant
Private moments() As Variant
Private turns() As Long
Private unitSums() As Double
Private costSums() As Double
Private isBuilt As Boolean
Private timesBuilt As Long

Public Sub Forget()
    isBuilt = False
End Sub

' How often the index was built since the workbook was opened.
Public Function Builds() As Long
    Builds = timesBuilt
End Function

' The row of a SKU, or of an order's SKU; 0 where the sheets do not have it.
Public Function RowOf(ByVal sku As String, ByVal order As String) As Long
    If Not isBuilt Then Build
    RowOf = slots(SlotOf(order & BETWEEN & sku))
End Function

' What a worksheet function shows of a row; empty where it is missing.
Public Function ValueOf(ByVal functionName As String, ByVal row As Long) As Variant
    Select Case functionName
        Case "FINALE_COST": ValueOf = costs(row)
        Case "FINALE_COST_SOURCE": ValueOf = sources(row)
        Case "FINALE_COST_STATUS": ValueOf = statuses(row)
        Case "FINALE_COST_ASOF": ValueOf = moments(row)
    End Select
End Function

' Where a name is in the table of slots, or where it would go: its hash's place, or the next free one after it.
Private Function SlotOf(ByVal name As String) As Long
    Dim slot As Long
    slot = HashOf(name)
    Do While slots(slot) <> 0
        If StrComp(names(slots(slot)), name, vbBinaryCompare) = 0 Then Exit Do
        slot = slot + 1
        If slot > UBound(slots) Then slot = 0
    Loop
    SlotOf = slot
End Function

Private Function HashOf(ByVal name As String) As Long
    Dim position As Long
    For position = 1 To Len(name)
        HashOf = (HashOf * 31 + (AscW(Mid$(name, position, 1)) And &HFFFF&)) Mod (UBound(slots) + 1)
    Next position
End Function

Private Sub Build()
    Dim costSheet As Worksheet
    Dim transactionSheet As Worksheet
    Set costSheet = OurSheets.Find(OurSheets.COSTS_SHEET)
    Set transactionSheet = OurSheets.Find(OurSheets.TRANSACTIONS_SHEET)
    ' Also where it fails halfway: the next cell would only fail again.
    isBuilt = True
    timesBuilt = timesBuilt + 1
    rowCount = 0
    Reserve LastRow(costSheet) + LastRow(transactionSheet)
    If Not costSheet Is Nothing Then AddCosts costSheet, HeaderRow(costSheet, "Current average")
    If Not transactionSheet Is Nothing Then AddTransactions transactionSheet, HeaderRow(transactionSheet, "Unit cost")
End Sub

Private Sub Reserve(ByVal rows As Long)
    ReDim slots(0 To 2 * rows)
    ReDim names(1 To rows)
    ReDim costs(1 To rows)
    ReDim sources(1 To rows)
    ReDim statuses(1 To rows)
    ReDim moments(1 To rows)
    ReDim turns(1 To rows)
    ReDim unitSums(1 To rows)
    ReDim costSums(1 To rows)
End Sub

Private Sub AddCosts(ByVal sheet As Worksheet, ByVal header As Long)
    Dim number As Long
    Dim row As Long
    Dim skus As Variant, averages As Variant, states As Variant, asOf As Variant
    If header = 0 Then Exit Sub
    skus = ColumnValues(sheet, header, "SKU")
    averages = ColumnValues(sheet, header, "Current average")
    states = ColumnValues(sheet, header, "Status")
    asOf = ColumnValues(sheet, header, "as of")
    For number = 1 To UBound(skus, 1)
        If Not IsBlank(skus(number, 1)) Then
            row = RowFor(BETWEEN & CStr(skus(number, 1)))
            statuses(row) = states(number, 1)
            If Not IsBlank(averages(number, 1)) Then
                costs(row) = averages(number, 1)
                sources(row) = states(number, 1)
                moments(row) = asOf(number, 1)
            End If
        End If
    Next number
End Sub

Private Sub AddTransactions(ByVal sheet As Worksheet, ByVal header As Long)
    Dim turn As Long
    Dim number As Long
    Dim orders As Variant, skus As Variant, events As Variant, units As Variant
    Dim unitCosts As Variant, marks As Variant, origins As Variant
    If header = 0 Then Exit Sub
    orders = ColumnValues(sheet, header, "Order ID")
    skus = ColumnValues(sheet, header, "SKU")
    events = ColumnValues(sheet, header, "Type")
    units = ColumnValues(sheet, header, "Units")
    unitCosts = ColumnValues(sheet, header, "Unit cost")
    marks = ColumnValues(sheet, header, "!")
    origins = ColumnValues(sheet, header, "Cost source")
    For turn = SALES To WITHOUT_GOODS
        For number = 1 To UBound(skus, 1)
            If Not IsBlank(orders(number, 1)) And Not IsBlank(skus(number, 1)) Then
                If turn = TurnOf(events(number, 1), unitCosts(number, 1), marks(number, 1)) Then
                    AddLine RowFor(CStr(orders(number, 1)) & BETWEEN & CStr(skus(number, 1))), turn, units(number, 1), _
                        unitCosts(number, 1), marks(number, 1), origins(number, 1)
                End If
            End If
        Next number
    Next turn
End Sub

Private Function TurnOf(ByVal eventName As Variant, ByVal unitCost As Variant, ByVal mark As Variant) As Long
    If IsBlank(unitCost) And IsBlank(mark) Then
        TurnOf = WITHOUT_GOODS
    ElseIf CStr(eventName) = "sale" Then
        TurnOf = SALES
    Else
        TurnOf = OTHERS
    End If
End Function

' Joins the lines of one order and SKU: costs weighted with units, missing if one is missing.
Private Sub AddLine(ByVal row As Long, ByVal turn As Long, ByVal units As Variant, ByVal unitCost As Variant, _
        ByVal mark As Variant, ByVal origin As Variant)
    Dim weight As Double
    If turns(row) <> 0 And turns(row) < turn Then Exit Sub
    If turns(row) = turn And IsEmpty(costs(row)) Then Exit Sub
    If IsBlank(unitCost) Then
        costs(row) = Empty
        sources(row) = Empty
        statuses(row) = StatusOf(turn, CStr(mark))
    Else
        weight = 1
        If Not IsBlank(units) Then weight = Abs(units)
        If weight = 0 Then weight = 1
        unitSums(row) = unitSums(row) + weight
        costSums(row) = costSums(row) + weight * unitCost
        If turns(row) = 0 Then
            costs(row) = unitCost
            sources(row) = origin
            statuses(row) = "costed"
        ElseIf costs(row) <> unitCost And unitSums(row) > 0 Then
            costs(row) = Application.WorksheetFunction.Round(costSums(row) / unitSums(row), 6)
        End If
    End If
    turns(row) = turn
End Sub

Private Function StatusOf(ByVal turn As Long, ByVal mark As String) As String
    StatusOf = "missing"
    If turn = WITHOUT_GOODS Then StatusOf = "not applicable"
    ' The hollow circle of a refund that waits for its original line.
    If mark = ChrW$(&H25CB) Then StatusOf = "waits for original"
End Function

Private Function IsBlank(ByVal value As Variant) As Boolean
    IsBlank = (TextOf(value) = "")
End Function

Private Function TextOf(ByVal value As Variant) As String
    If Not IsError(value) Then TextOf = CStr(value)
End Function

' The row of a name, taken into the index if it is new.
Private Function RowFor(ByVal name As String) As Long
    Dim slot As Long
    slot = SlotOf(name)
    If slots(slot) = 0 Then
        rowCount = rowCount + 1
        slots(slot) = rowCount
        names(rowCount) = name
    End If
    RowFor = slots(slot)
End Function

' The row whose cells name the columns; 0 where the sheet has none.
Private Function HeaderRow(ByVal sheet As Worksheet, ByVal header As String) As Long
    Dim row As Long
    For row = 1 To HEADER_SEARCHED
        If ColumnOf(sheet, row, header) > 0 Then
            HeaderRow = row
            Exit Function
        End If
    Next row
End Function

Private Function ColumnOf(ByVal sheet As Worksheet, ByVal row As Long, ByVal header As String) As Long
    Dim column As Long
    For column = 1 To LastColumn(sheet)
        If TextOf(sheet.Cells(row, column).Value) = header Then
            ColumnOf = column
            Exit Function
        End If
    Next column
End Function

' The cells below a header as a grid of one column, also where there is only one of them.
Private Function ColumnValues(ByVal sheet As Worksheet, ByVal header As Long, ByVal name As String) As Variant
    Dim column As Long
    Dim last As Long
    column = ColumnOf(sheet, header, name)
    last = LastRow(sheet)
    If last < header + 2 Then last = header + 2
    ColumnValues = sheet.Range(sheet.Cells(header + 1, column), sheet.Cells(last, column)).Value
End Function

Private Function LastRow(ByVal sheet As Worksheet) As Long
    ' One more than is used, so that a table never ends at a single cell.
    LastRow = 1
    If Not sheet Is Nothing Then LastRow = sheet.UsedRange.Row + sheet.UsedRange.Rows.Count
End Function

Private Function LastColumn(ByVal sheet As Worksheet) As Long
    LastColumn = sheet.UsedRange.Column + sheet.UsedRange.Columns.Count - 1
End Function
