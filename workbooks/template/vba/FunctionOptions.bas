Attribute VB_Name = "FunctionOptions"
Option Explicit
Option Private Module

' What the function wizard shows of a worksheet function and of its arguments. Excel refuses it while a workbook has no
' window; then the wizard shows the names alone.
Public Sub SetFor(ByVal functionName As String, ByVal description As String, ByVal arguments As Variant)
    On Error Resume Next
    Application.MacroOptions Macro:="'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & functionName, _
        Description:=description, Category:="Cogsheet", ArgumentDescriptions:=arguments
End Sub
