Attribute VB_Name = "Messages"
Option Explicit

' Stands in for the message box, which would wait for somebody to press OK.

Public Sub Show(ByVal text As String, ByVal outcome As String)
    xlwings.Note "Message " & outcome & ": " & text
End Sub
