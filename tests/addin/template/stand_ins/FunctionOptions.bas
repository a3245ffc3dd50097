Attribute VB_Name = "FunctionOptions"
Option Explicit

' Stands in for Excel's own options of functions, which LibreOffice does not have: notes what it was given.

Private notes As String

Public Sub SetFor(ByVal functionName As String, ByVal description As String, ByVal arguments As Variant)
    notes = notes & functionName & "|" & description & "|" & arguments(0) & "|" & arguments(1) & vbLf
End Sub

Public Function Given() As String
    Given = notes
    notes = ""
End Function
