Attribute VB_Name = "Messages"
Option Explicit
Option Private Module

Private Const LONGEST As Long = 1000

' Says how a button ended; outcome is one of the words of module Exchange.
Public Sub Show(ByVal text As String, ByVal outcome As String)
    Dim icon As Long
    Select Case outcome
        Case Exchange.OUTCOME_ERROR: icon = vbCritical
        Case Exchange.OUTCOME_ATTENTION: icon = vbExclamation
        Case Else: icon = vbInformation
    End Select
    ' A message box cuts longer texts without a word.
    If Len(text) > LONGEST Then text = Left$(text, LONGEST) & vbLf & "..."
    MsgBox text, icon, "Cogsheet"
End Sub
