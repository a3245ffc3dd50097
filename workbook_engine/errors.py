"""What can be wrong with a workbook file, one class per cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class WorkbookFileError(Exception):
    """A workbook file is not as it must be; nothing was written to it. Its text is meant for the user as it is."""


class WorkbookMissingError(WorkbookFileError):
    """There is no file at that place."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no workbook {path}. Check the name and the folder.")


class NotAWorkbookError(WorkbookFileError):
    """The file is no .xlsx or .xlsm workbook, or it is damaged."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path.name} cannot be read as a workbook: {reason}. "
            "Open it in Excel and save it as .xlsx or .xlsm, or go back to an earlier copy."
        )


class EncryptedWorkbookError(WorkbookFileError):
    """The file is protected with a password, or an old .xls file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} is protected with a password, or is an old .xls workbook. "
            "Open it in Excel and save it without a password as .xlsx or .xlsm."
        )


class OpenElsewhereError(WorkbookFileError):
    """Another program has the workbook open, so that writing would lose somebody's work."""

    def __init__(self, path: Path, sign: str, remedy: str = "") -> None:
        words = f"{path.name} is open in another program ({sign}). Close it there and try again; nothing was written."
        super().__init__(f"{words} {remedy}" if remedy else words)


class ExternallyChangedError(WorkbookFileError):
    """The file was changed by somebody else since it was opened."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} was changed by another program since it was opened. "
            "Nothing was written; run the command again to work on the newer file."
        )


class UnsupportedError(WorkbookFileError):
    """Excel could do it, this engine cannot; it stops rather than damage the workbook."""


class RefusedByExcelError(WorkbookFileError):
    """Excel itself would refuse this."""


class SheetProtectedError(WorkbookFileError):
    """The sheet is protected and the cells are locked."""

    def __init__(self, sheet: str, address: str) -> None:
        super().__init__(f"Sheet {sheet} is protected and {address} is locked. Unprotect the sheet in Excel first.")
