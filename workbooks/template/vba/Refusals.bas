Attribute VB_Name = "Refusals"
Option Explicit
Option Private Module

' Why a button cannot run here, in words for the user; empty text where it can.

Public Function OfButton() As String
    If ThisWorkbook.Path = "" Then
        OfButton = "Save this workbook first: Cogsheet needs to know where it is."
    ElseIf OfName() <> "" Then
        OfButton = OfName()
    ElseIf Not Exchange.IsThere() Then
        OfButton = "A hidden sheet of this workbook was deleted, so its buttons cannot work. Make a new workbook with " & _
            "cogsheet new and the same company: what was saved is in the database."
    ElseIf HasCodeSheet() Then
        OfButton = "A sheet's name ends in "".py"", which xlwings takes for code. Rename that sheet and press again."
    Else
        OfButton = OfInstallation()
    End If
End Function

' Name and folder become part of a command line: a character that the shell or xlwings would read as its own is refused.
Public Function OfName() As String
    Dim character As String
    character = FirstCharacter(ThisWorkbook.Name, "=" & RefusedCharacters())
    If character = "" Then character = FirstCharacter(ThisWorkbook.FullName, RefusedCharacters())
    If character = "" And NamesVariable(ThisWorkbook.FullName) Then character = "%"
    If character = "" Then Exit Function
    OfName = "The name of this workbook or of its folder contains the character " & character & ", which Cogsheet cannot " & _
        "pass on to Python. Save it under another name and press again: " & ThisWorkbook.FullName
End Function

Private Function RefusedCharacters() As String
    RefusedCharacters = ";^" & Chr$(34)
    If Platform.IsMac() Then RefusedCharacters = ";|$`\" & Chr$(34)
End Function

Private Function FirstCharacter(ByVal text As String, ByVal characters As String) As String
    Dim position As Long
    For position = 1 To Len(characters)
        If InStr(text, Mid$(characters, position, 1)) > 0 Then
            FirstCharacter = Mid$(characters, position, 1)
            Exit Function
        End If
    Next position
End Function

' "100% organic" is a good name; "%TEMP%" would be replaced by the variable's value.
Private Function NamesVariable(ByVal text As String) As Boolean
    Dim pieces As Variant
    Dim index As Long
    pieces = Split(text, "%")
    For index = 1 To UBound(pieces) - 1
        If pieces(index) <> "" Then
            If Environ$(pieces(index)) <> "" Then NamesVariable = True
        End If
    Next index
End Function

Private Function HasCodeSheet() As Boolean
    Dim sheet As Worksheet
    For Each sheet In ThisWorkbook.Worksheets
        If Right$(sheet.Name, 3) = ".py" Then HasCodeSheet = True
    Next sheet
End Function

Private Function OfInstallation() As String
    Dim interpreter As String
    ' Excel's sandbox on macOS may not look there; AppleScript reports it.
    If Platform.IsMac() Then Exit Function
    interpreter = xlwings.GetConfig("INTERPRETER_WIN")
    If Not xlwings.FileExists(interpreter) Then
        OfInstallation = "Cogsheet is not installed for you on this computer. Run cogsheet install once, then press " & _
            "again. Looked for: " & interpreter
    End If
End Function
