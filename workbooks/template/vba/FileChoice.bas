Attribute VB_Name = "FileChoice"
Option Explicit
Option Private Module

' Asks for settlement files. An array of paths, or False where the dialog was left without a choice.
Public Function ChosenFiles() As Variant
    If Platform.IsMac() Then
        ' Excel for Mac refuses file filters.
        ChosenFiles = Application.GetOpenFilename(MultiSelect:=True)
    Else
        ChosenFiles = Application.GetOpenFilename( _
            FileFilter:="Settlement files,*.txt;*.tsv;*.csv;*.xml;*.json;*.zip,All files,*.*", _
            Title:="Import settlement files", MultiSelect:=True)
    End If
End Function
