Attribute VB_Name = "TextQuestion"
Option Explicit

' Stands in for the box that asks for a few words.

Private answer As Variant

Public Sub WillAnswer(ByVal text As Variant)
    answer = text
End Sub

Public Function TypedAnswer(ByVal question As String) As Variant
    TypedAnswer = answer
End Function
