Attribute VB_Name = "Platform"
Option Explicit

' Stands in for the question which Excel this is: LibreOffice runs both branches of a conditional compilation.

Private pretended As Boolean

Public Sub PretendMac(ByVal isOne As Boolean)
    pretended = isOne
End Sub

Public Function IsMac() As Boolean
    IsMac = pretended
End Function
