"""Sheets that the user has protected: told before anything is written, and by name, which Excel leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.native_cells import is_protected
from core.errors import WorkbookError

if TYPE_CHECKING:
    import xlwings as xw


class ProtectedSheetError(WorkbookError):
    """A sheet that has to be written is protected."""

    def __init__(self, sheet: str) -> None:
        super().__init__(
            f"Sheet {sheet} is protected, so nothing was written to it. What was saved in the books is kept. "
            f"Unprotect the sheet (Review > Unprotect Sheet) and do the same again."
        )


def refuse_protected(sheet: xw.Sheet) -> None:
    """Stop where Excel would refuse to write.

    Raises:
        ProtectedSheetError: If the sheet is protected, and not from users alone.
    """
    if is_protected(sheet):
        raise ProtectedSheetError(sheet.name)
