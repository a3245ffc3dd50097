Attribute VB_Name = "FileChoice"
Option Explicit

' Stands in for the file dialog.

Private choice As Variant

Public Sub WillChoose(ByVal paths As Variant)
    choice = paths
End Sub

Public Function ChosenFiles() As Variant
    ChosenFiles = choice
End Function
