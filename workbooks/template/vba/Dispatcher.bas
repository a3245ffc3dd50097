Attribute VB_Name = "Dispatcher"
Option Explicit

Private Const ESC_WAS_PRESSED As Long = 18

' From a button to Python and back. The command comes from module RibbonTable, never from a cell.

Public Sub Press(ByVal buttonId As String)
    ' Excel finds a callback by its name alone: with two Cogsheet workbooks open it may call the other one's.
    If ActiveWorkbook Is Nothing Then
        ' A workbook in Protected View is none that code can see.
        Messages.Show "Excel lets no button work on what is in front. If a yellow bar says Protected View, choose Enable " & _
            "Editing there; else click into the workbook with your settlements. Then press again.", Exchange.OUTCOME_ERROR
    ElseIf ActiveWorkbook.Name = ThisWorkbook.Name Then
        RunButton buttonId
    Else
        PressInActiveWorkbook buttonId
    End If
End Sub

Public Sub RunButton(ByVal buttonId As String)
    Dim refusal As String
    FinaleCells.UserIsWorking
    If buttonId = RibbonTable.HELP_BUTTON Then
        ShowHelp
    Else
        refusal = Refusals.OfButton()
        If refusal <> "" Then
            Messages.Show refusal, Exchange.OUTCOME_ERROR
        Else
            RunCommand buttonId
        End If
    End If
End Sub

Private Sub PressInActiveWorkbook(ByVal buttonId As String)
    Dim inFront As String
    inFront = ActiveWorkbook.Name
    If Not OurBooks.AreIn(ActiveWorkbook) Then
        Messages.Show "This button needs a Cogsheet workbook; " & inFront & " is not one. " & _
            "Click into the workbook with your settlements and press it again.", Exchange.OUTCOME_ERROR
        Exit Sub
    End If
    On Error GoTo failed
    Application.Run "'" & Replace(inFront, "'", "''") & "'!Dispatcher.RunButton", buttonId
    Exit Sub
failed:
    Messages.Show "The button did not end in " & inFront & ": " & Err.Description & ". If its macros are off, choose " & _
        "Enable Content there and press again; else press Check there.", Exchange.OUTCOME_ERROR
End Sub

Private Sub RunCommand(ByVal buttonId As String)
    Dim command As String
    command = RibbonTable.CommandOf(buttonId)
    If command = "" Then Exit Sub
    Exchange.Prepare
    If Not Answered(buttonId) Then Exit Sub
    If Platform.IsMac() Then
        ' Here Python runs on by itself: it reports, restores and recalculates.
        xlwings.RunPython PythonCall(command)
    Else
        RunAndReport buttonId, PythonCall(command)
    End If
End Sub

' Asks what Python needs to know before it starts; False where the user left the question without an answer.
Private Function Answered(ByVal buttonId As String) As Boolean
    Dim question As String
    question = RibbonTable.AsksForText(buttonId)
    If RibbonTable.AsksForFiles(buttonId) Then
        Answered = Exchange.PutPaths(FileChoice.ChosenFiles())
    ElseIf question <> "" Then
        Answered = Exchange.PutText(TextQuestion.TypedAnswer(question))
    Else
        Answered = True
    End If
End Function

Private Function PythonCall(ByVal command As String) As String
    PythonCall = "import addin.ribbon; addin.ribbon.run('" & command & "')"
End Function

Private Sub RunAndReport(ByVal buttonId As String, ByVal pythonCall As String)
    Dim failure As String
    Dim result As Variant
    ExcelState.Remember
    On Error GoTo failed
    Application.StatusBar = "Cogsheet is working... (Esc stops it)"
    ' Else Esc would end this code here: calculation and events stayed off, and no cell was calculated again.
    Application.EnableCancelKey = xlErrorHandler
    result = xlwings.RunPython(pythonCall)
    ' Python ended with an error, and xlwings has shown it.
    If result = -1 Then failure = "Python could not finish. Press Check in group Setup."
ended:
    Application.EnableCancelKey = xlInterrupt
    ExcelState.Restore
    Report failure
    If RibbonTable.ChangesCosts(buttonId) Then FinaleCells.Recalculate
    Exit Sub
failed:
    If Err.Number = ESC_WAS_PRESSED Then
        ' Report clears the sheet that Python looks at between two pages: then it stops.
        failure = "You pressed Esc. Cogsheet stops before the next page that it would fetch; what is stored is kept. " & _
            "Wait a moment, then press the button again: it goes on where it stopped."
    Else
        failure = "Excel could not start Python: " & Err.Description & ". Run cogsheet doctor in a terminal."
    End If
    Resume ended
End Sub

Private Sub Report(ByVal failure As String)
    Dim text As String
    Dim outcome As String
    text = Exchange.Message()
    outcome = Exchange.Outcome()
    Exchange.Clear
    If text <> "" Then
        Messages.Show text, outcome
    ElseIf failure <> "" Then
        Messages.Show failure, Exchange.OUTCOME_ERROR
    End If
End Sub

Private Sub ShowHelp()
    Dim setup As Worksheet
    Set setup = OurSheets.Find(OurSheets.SETUP_SHEET)
    If Not setup Is Nothing Then setup.Activate
    Messages.Show "The first steps are on sheet Setup. Rest the pointer on a button of tab Cogsheet to read what it " & _
        "does." & vbLf & RibbonTable.ButtonList() & vbLf & vbLf & "This workbook's version: " & _
        RibbonTable.TEMPLATE_VERSION, Exchange.OUTCOME_DONE
End Sub
