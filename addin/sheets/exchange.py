"""The very hidden sheet over which the workbook's VBA and Python hand things to each other; a person never sees it.

VBA writes its version, its Excel's decimal mark and what it asked for, chosen files or an answer in words; Python
writes how the button ended. Both clear what they have read: none of it is data, and a value that is not there is an
empty cell. Beside it Python remembers what the sheets show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables.native_cells import plain_values
from addin.sheets.tables.table_search import sheet_named

if TYPE_CHECKING:
    import xlwings as xw

SHEET = "_cogsheet"

VERSION_CELL = "B1"
"""Written by VBA before each click: the version of Cogsheet that built this workbook's VBA."""
OUTCOME_CELL = "B2"
"""Written by Python: one of the outcomes below."""
MESSAGE_CELL = "B3"
"""Written by Python: what VBA shows when Python has ended (Windows; on macOS Python shows it itself)."""

TEXT_CELL = "B4"
"""Written by VBA: what the user answered in words, such as the reason for a reopening; Python clears it."""

SHOWN_CELL = "B5"
"""Written and read by Python alone: which state of the books the sheets show (`addin.commands.refresh`)."""

PNL_CELL = "B6"
"""Written and read by Python alone: of which costs the profit and loss is (`addin.sheets.reports.pnl_age`)."""

DECIMAL_MARK_CELL = "B7"
"""Written by VBA before each click: the decimal mark of that Excel. It is proposed on sheet Setup, never taken."""
CONNECTIONS_CELL = "B8"
"""Written and read by Python alone: which stores failed when last asked (`addin.sheets.settlements.today`)."""

DONE = "done"
ATTENTION = "attention"
ERROR = "error"
"""The exit statuses 0, 1 and 2 of a command as words."""

PATHS_COLUMN = 4
"""Column D holds the files to import, as text, one per row."""
FIRST_PATH_ROW = 2

MISSING_COST = "#COGSHEET:MISSING"
"""What a worksheet function returns for a missing cost: VBA makes it Excel's error #N/A, which Python cannot send."""


def exchange_sheet(book: xw.Book) -> xw.Sheet | None:
    """Return the sheet; `None` of a workbook that has lost it."""
    return sheet_named(book, SHEET)


def read_cell_of(sheet: xw.Sheet, cell: str) -> object:
    """Return what stands in a cell of the sheet, in one call to Excel beside that for the cell."""
    return plain_values(sheet.range(cell))[0][0]


def write_text(sheet: xw.Sheet, cell: str, text: str) -> None:
    """Write a text into a cell of the sheet; as it is, whatever it begins with."""
    there = sheet.range(cell)
    there.number_format = "@"
    there.raw_value = text
