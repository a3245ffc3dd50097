Attribute VB_Name = "Ribbon"
Option Explicit

' What the ribbon calls. Every button has the same callback; its id says which one it is.

Public Sub OnButton(control As IRibbonControl)
    Dispatcher.Press control.ID
End Sub
