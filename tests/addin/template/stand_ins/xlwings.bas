Attribute VB_Name = "xlwings"
Option Explicit

' Stands in for xlwings' module where LibreOffice runs the template: notes what it was asked, and has no Python.

Private notes As String
Private outcomeToWrite As String
Private messageToWrite As String
Private isInstalled As Boolean
Private returned As Long

Public Function RunPython(PythonCommand As String)
    Note "RunPython " & PythonCommand
    If outcomeToWrite = "raise" Then Err.Raise CLng(messageToWrite), , "raised by a test"
    If messageToWrite <> "" Then
        OurSheets.Find(OurSheets.EXCHANGE_SHEET).Range("B2").Value = outcomeToWrite
        OurSheets.Find(OurSheets.EXCHANGE_SHEET).Range("B3").Value = messageToWrite
    End If
    If Not Platform.IsMac() Then
        Application.Calculation = xlCalculationManual
        Application.EnableEvents = False
    End If
    RunPython = returned
End Function

Public Function GetConfig(configKey As String, Optional default As String = "", Optional source As String = "") As Variant
    GetConfig = "C:\Cogsheet\python.exe"
End Function

Public Function FileExists(ByVal FileSpec As String) As Boolean
    FileExists = isInstalled
End Function

Public Function XLPy() As Object
    Note "XLPy"
    Err.Raise 1000, , "there is no Python here"
End Function

Public Sub Note(ByVal text As String)
    notes = notes & text & vbLf
End Sub

Public Function Noted() As String
    Noted = notes
    notes = ""
End Function

Public Sub WillAnswer(ByVal outcome As String, ByVal message As String, ByVal fails As Boolean)
    outcomeToWrite = outcome
    messageToWrite = message
    returned = 0
    If fails Then returned = -1
End Sub

Public Sub Install(ByVal there As Boolean)
    isInstalled = there
End Sub

Public Function Switches() As String
    Switches = Application.Calculation & " " & Application.EnableEvents
End Function
