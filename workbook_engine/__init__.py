"""An xlwings engine for workbook files: xlwings code of an add-in runs where there is no Excel.

    with workbook(path) as book:
        book.sheets["Resolve"].tables["tblResolve"].data_body_range.value
        book.save()

**Patching.** A workbook is a zip package of parts. Parts that do not change are copied byte for byte, packed as they
are (VBA, ribbon, styles, the user's sheets). In a sheet that changes only the changed rows are written anew
(`grid`); everything around the rows stays raw XML (`xml_text`), in which single attributes are changed. New texts
are written into their cells (inline strings, which Excel, LibreOffice and openpyxl all read), so the shared texts stay
as they are. The order of calculation (calcChain) goes when formulas change, and Excel is asked for a full calculation
when it opens the file. A save is all or nothing (`package`).

**Believing Excel.** Where Excel surprises, the engine surprises alike, so that a mistake shows here and not at a
customer: a text is as good as typed in (`typing_rules`), table, sheet and name rules hold, references follow moved
cells (`table_rows`, `following`, `formula_text`). Only members that xlwings has on Windows and on the Mac exist here,
so that code that runs here runs there; a test keeps that. What no caller has needed yet is left out.

**Reading numbers.** `Range.value` is what COM would give: a cell formatted as currency (`$1,234.50`, accounting) is a
`Decimal` of four places; a cell formatted as a date is a `datetime`; an error is `None` (or its
text with `err_to_str=True`), but the newer errors (#SPILL!, #CALC!, ...), which xlwings does not know, come as negative
`int`. All other numbers are `float`. So code that reads money must take `float` and `Decimal`, refuse `int`, and keep
its cells in formats without a currency sign, or read `Range.api.Value2`, the one member behind xlwings that exists
here: it gives numbers in full, dates as serial numbers, and all errors as negative `int`. A formula without a stored
value reads as `None`; its `formula` begins with `=`.

**Not calculated.** `App.calculate` does nothing. A formula written here has no value until Excel opens the file, unless
`store_values` puts one beside it for readers that do not calculate (Protected View). The stored value of a formula that
depends on a changed cell is dropped (`workbook_file`).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import xlwings as xw

from workbook_engine import cells
from workbook_engine.engine import App
from workbook_engine.range import Range, area_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["open_workbook", "store_values", "workbook"]


def open_workbook(path: Path) -> xw.Book:
    """Open a workbook file in an App of its own; no engine of xlwings is activated or changed.

    Args:
        path: An .xlsx or .xlsm file.

    Raises:
        WorkbookMissingError: If there is no such file.
        NotAWorkbookError: If it is damaged or no workbook.
        EncryptedWorkbookError: If it is protected with a password.
        OpenElsewhereError: If another program has it open, or it is read-only.
    """
    return xw.Book(impl=App().books.open(str(path)))


@contextlib.contextmanager
def workbook(path: Path) -> Iterator[xw.Book]:
    """Open a workbook file and close it at the end; what is not saved with `book.save()` is lost.

    Raises:
        WorkbookFileError: As `open_workbook`.
    """
    book = open_workbook(path)
    try:
        yield book
    finally:
        book.close()


def store_values(area: xw.Range, values: Sequence[Sequence[object]]) -> None:
    """Put values beside formulas, as if they had just been calculated; cells without formula are left alone.

    For readers that do not calculate. In Excel, which calculates, it does nothing.

    Args:
        area: Cells of any engine.
        values: Rows of float, int, Decimal, str, bool, datetime; `None` removes a stored value.
    """
    if isinstance(area.impl, Range):
        cells.store_values(area.impl.sheet.xl, area_of(area.impl), values)
