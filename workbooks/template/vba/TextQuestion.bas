Attribute VB_Name = "TextQuestion"
Option Explicit
Option Private Module

' Asks for a few words, such as the reason for a reopening. A text, or False where the box was left with Cancel.
' Application.InputBox and not VBA's own InputBox, which loses the letters that the computer's code page lacks.
Public Function TypedAnswer(ByVal question As String) As Variant
    TypedAnswer = Application.InputBox(Prompt:=question, Title:="Cogsheet", Type:=2)
End Function
