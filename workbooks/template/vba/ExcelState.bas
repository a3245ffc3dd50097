Attribute VB_Name = "ExcelState"
Option Explicit
Option Private Module

' What Python may switch off while it works; put back here even if Python was killed.

Private calculationBefore As Long
Private eventsBefore As Boolean
Private updatingBefore As Boolean
Private statusBarBefore As Variant

Public Sub Remember()
    calculationBefore = Application.Calculation
    eventsBefore = Application.EnableEvents
    updatingBefore = Application.ScreenUpdating
    statusBarBefore = Application.StatusBar
End Sub

Public Sub Restore()
    If Application.Calculation <> calculationBefore Then Application.Calculation = calculationBefore
    Application.EnableEvents = eventsBefore
    Application.ScreenUpdating = updatingBefore
    Application.StatusBar = statusBarBefore
End Sub
