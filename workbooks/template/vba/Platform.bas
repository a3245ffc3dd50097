Attribute VB_Name = "Platform"
Option Explicit
Option Private Module

' The one place that asks which Excel this is.
Public Function IsMac() As Boolean
    #If Mac Then
        IsMac = True
    #End If
End Function
