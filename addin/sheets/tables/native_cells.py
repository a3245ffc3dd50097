"""What is asked of Excel behind xlwings, in as few calls as there can be; and which sheets are protected.

For the size of what it reads or writes xlwings asks ten to a hundred times. On the Mac, where Excel is asked in another
language, and for workbook files, xlwings' own way is taken.
"""

from __future__ import annotations

import re
import sys
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import xlwings as xw

from core.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Sequence

_CORNER = re.compile(r"\$([A-Z]+)\$([0-9]+)")
_NOT_THERE = object()


def plain_values(cells: xw.Range) -> list[list[object]]:
    """Read cells as rows of plain values, numbers in full precision whatever their format."""
    raw = getattr(cells.api, "Value2", _NOT_THERE)
    if raw is _NOT_THERE:  # on the Mac
        raw = cells.raw_value
    return in_rows(raw)


def in_rows(raw: object) -> list[list[object]]:
    """Return what Excel gave as rows: it gives one value for one cell, and one row for cells side by side."""
    if not isinstance(raw, list | tuple):
        return [[raw]]
    return [list(row) if isinstance(row, list | tuple) else [row] for row in raw]


def full_name(book: xw.Book) -> str:
    """Return where Excel says that a workbook is: a path, or an address of OneDrive or SharePoint.

    xlwings looks up the folder of such an address, and fails where it finds none; on the Mac that is left to it, and
    the text is empty then.
    """
    told = getattr(book.api, "FullName", _NOT_THERE)
    if told is not _NOT_THERE:
        return str(told)
    try:
        return str(book.fullname)
    except Exception:  # noqa: BLE001 - xlwings fails in several ways, one of them a variable that it never set
        return ""


class CellArea(NamedTuple):
    """Where some cells are."""

    top: int
    left: int
    rows: int
    columns: int


def area_of(cells: xw.Range) -> CellArea:
    """Return where cells are; Excel is asked once, by their address (`$A$4:$AE$400`)."""
    corners = [_CORNER.fullmatch(corner) for corner in str(cells.address).split(":")]
    places = [(int(match[2]), _column_number(match[1])) for match in corners if match]
    (top, left), (bottom, right) = places[0], places[-1]
    return CellArea(top, left, bottom - top + 1, right - left + 1)


def address(area: CellArea) -> str:
    """Return the address of an area, as `A5:AE400`."""
    first, last = column_letters(area.left), column_letters(area.left + area.columns - 1)
    return f"{first}{area.top}:{last}{area.top + area.rows - 1}"


def column_letters(column: int) -> str:
    """Return the letters of a column: 1 is A, 28 is AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def header_of(table: xw.main.Table) -> xw.Range | None:
    """Return the header row of a table, `None` where it is hidden; on Windows Excel is asked once."""
    if sys.platform == "darwin":
        return table.header_row_range
    header = table.impl.header_row_range
    return None if header is None or header.api is None else xw.Range(impl=header)


def body_of(table: xw.main.Table, header: xw.Range) -> xw.Range | None:
    """Return the data rows of a table, `None` where it has none; on Windows Excel is asked once, not ten times.

    Args:
        table: The table.
        header: Its header, which is made of the same kind of cells.
    """
    body = getattr(table.api, "DataBodyRange", _NOT_THERE)
    if body is _NOT_THERE:  # on the Mac, and for the engine for files
        return table.data_body_range
    return None if body is None else xw.Range(impl=type(header.impl)(xl=body))


def write_plain(cells: xw.Range, columns: Sequence[Sequence[object]]) -> None:
    """Write columns of values into cells; where Excel takes any number at once, in one call.

    xlwings asks Excel a hundred times for the size of what it writes; the columns say it themselves. Moments go through
    its own conversion all the same.
    """
    if sys.platform == "darwin":  # whose Excel takes only so many cells at once, which xlwings knows
        cells.value = list(zip(*columns, strict=True))
        return
    moments = any(isinstance(value, date) for values in columns for value in values)
    if moments:
        prepare = cells.sheet.book.app.engine.impl.prepare_xl_data_element
        columns = [[prepare(one, {}) if isinstance(one, date) else one for one in values] for values in columns]
    cells.raw_value = list(zip(*columns, strict=True))


def is_filtered(table: xw.main.Table) -> bool | None:
    """Tell whether a table hides rows by a filter; `None` where Excel cannot be asked so, which is on the Mac."""
    filtered: Any = getattr(table.api, "AutoFilter", _NOT_THERE)
    if filtered is _NOT_THERE:
        return None
    return filtered is not None and bool(filtered.FilterMode)


def is_protected(sheet: xw.Sheet) -> bool:
    """Tell whether Excel would refuse to write to a sheet, where it can be asked: the engine for files just refuses."""
    native = sheet.api
    return bool(getattr(native, "ProtectContents", False)) and not native.ProtectionMode


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
