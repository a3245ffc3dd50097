; Cogsheet's installer for Windows, for one user and without an administrator. installer/__main__.py gives what stands
; in ${...}: VERSION, PAYLOAD (the folder of installer/payload.py), OUTPUT, KILOBYTES, DESCRIPTION; QUICK packs less, for tests.

Target amd64-unicode
!ifdef QUICK
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 32
!endif
Name "Cogsheet"
OutFile "${OUTPUT}"
RequestExecutionLevel user
ManifestDPIAware true
BrandingText "Cogsheet ${VERSION}"

!include MUI2.nsh
!include LogicLib.nsh

!define FOLDER "$LOCALAPPDATA\Cogsheet\venv"
!define LISTED "Software\Microsoft\Windows\CurrentVersion\Uninstall\Cogsheet"
!define TRUSTED "Software\Microsoft\Office\16.0\Excel\Security\Trusted Locations"
!define OURS "$DOCUMENTS\Cogsheet"

VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "Cogsheet"
VIAddVersionKey CompanyName "The Cogsheet developers"
VIAddVersionKey FileDescription "Installs Cogsheet for one user"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey LegalCopyright "BSD-3-Clause"

!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_NODESC
!define MUI_FINISHPAGE_TEXT "Make a workbook with New Cogsheet workbook in the Start menu, or open one that you have."
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; The folder is fixed, because workbooks look there and because it is removed whole: a /D= on the command line is not heard.
Function .onInit
  StrCpy $INSTDIR "${FOLDER}"
FunctionEnd

Function un.onInit
  StrCpy $INSTDIR "${FOLDER}"
FunctionEnd

; A program that runs holds its files: then nothing at all is changed.
!macro RefuseIfRunning
  ${If} ${FileExists} "$INSTDIR\Scripts\python.exe"
    ClearErrors
    Rename "$INSTDIR\Scripts\python.exe" "$INSTDIR\Scripts\python.trying"
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONEXCLAMATION "Close Excel first: it is using Cogsheet. Nothing was changed." /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
    Rename "$INSTDIR\Scripts\python.trying" "$INSTDIR\Scripts\python.exe"
  ${EndIf}
!macroend

Section "Cogsheet" SecCogsheet
  SectionIn RO
  !insertmacro RefuseIfRunning
  ; Programs alone: books, costs and the log lie beside this folder, workbooks wherever they were saved.
  RMDir /r "$INSTDIR"
  SetOutPath "$INSTDIR"
  File /r "${PAYLOAD}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateDirectory "${OURS}"

  CreateDirectory "$SMPROGRAMS\Cogsheet"
  SetOutPath "${OURS}"
  CreateShortcut "$SMPROGRAMS\Cogsheet\New Cogsheet workbook.lnk" "$INSTDIR\Scripts\pythonw.exe" "-m addin.start_menu new"
  CreateShortcut "$SMPROGRAMS\Cogsheet\Demo.lnk" "$INSTDIR\Scripts\pythonw.exe" "-m addin.start_menu demo"
  CreateShortcut "$SMPROGRAMS\Cogsheet\Check this computer.lnk" "$INSTDIR\Scripts\pythonw.exe" "-m addin.start_menu check"
  CreateShortcut "$SMPROGRAMS\Cogsheet\Uninstall.lnk" "$INSTDIR\uninstall.exe"

  WriteRegStr HKCU "${LISTED}" DisplayName "Cogsheet"
  WriteRegStr HKCU "${LISTED}" DisplayVersion "${VERSION}"
  WriteRegStr HKCU "${LISTED}" Publisher "The Cogsheet developers"
  WriteRegStr HKCU "${LISTED}" InstallLocation "$INSTDIR"
  WriteRegStr HKCU "${LISTED}" DisplayIcon "$INSTDIR\Scripts\python.exe"
  WriteRegStr HKCU "${LISTED}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${LISTED}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${LISTED}" EstimatedSize ${KILOBYTES}
  WriteRegDWORD HKCU "${LISTED}" NoModify 1
  WriteRegDWORD HKCU "${LISTED}" NoRepair 1
SectionEnd

Section "Let Excel run the macros of workbooks in Documents\Cogsheet" SecTrusted
  ; By the same rules as cogsheet install --trust; where Windows does not allow it, Excel asks once per workbook.
  nsExec::ExecToLog '"$INSTDIR\Scripts\python.exe" -m addin install --trust "${OURS}"'
  Pop $0
SectionEnd

Section "un.Cogsheet"
  !insertmacro RefuseIfRunning
  Call un.ForgetTrusted
  Delete "$SMPROGRAMS\Cogsheet\*.lnk"
  RMDir "$SMPROGRAMS\Cogsheet"
  DeleteRegKey HKCU "${LISTED}"
  SetOutPath "$TEMP"
  RMDir /r "$INSTDIR"
  ; Only where nothing was ever put into it.
  RMDir "${OURS}"
SectionEnd

; Removes the trusted locations that Cogsheet has made, and no others: they say so in their description.
Function un.ForgetTrusted
  StrCpy $1 0
  ${Do}
    EnumRegKey $2 HKCU "${TRUSTED}" $1
    ${If} $2 == ""
      ${ExitDo}
    ${EndIf}
    ReadRegStr $3 HKCU "${TRUSTED}\$2" Description
    ${If} $3 == "${DESCRIPTION}"
      DeleteRegKey HKCU "${TRUSTED}\$2"
    ${Else}
      IntOp $1 $1 + 1
    ${EndIf}
  ${Loop}
FunctionEnd
