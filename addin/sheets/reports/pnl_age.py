"""When the sheets of profit and loss were filled, and whether costs have changed since: both stand below their titles.

They are filled by their own button alone, for it asks which days and stores; a press that changes costs only says so on
them. A sheet on which that stands already is not touched.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC
from typing import TYPE_CHECKING

from addin.sheets import exchange
from addin.sheets.reports.pnl import PNL_SPEC, PNL_SUMMARY_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_text
from addin.sheets.tables.native_cells import is_protected
from workbook_engine.errors import SheetProtectedError

if TYPE_CHECKING:
    from datetime import datetime

    import xlwings as xw

    from core.books.books import Books

_UNCHANGED, _CHANGED = " UTC.", " UTC; costs have changed since, refresh with Profit and loss."
_MARK = " changed"


def as_of(moment: datetime, message: str) -> str:
    """Return what stands below the title of a sheet that was filled at a moment: that, and what must be known of it."""
    return f"As of {moment.astimezone(UTC):%Y-%m-%d %H:%M}{_UNCHANGED}  {message}"


def remember_costs(book: xw.Book, books: Books) -> None:
    """Note of which costs the sheets are; a workbook without the very hidden sheet notes nothing."""
    sheet = exchange.exchange_sheet(book)
    if sheet is not None:
        exchange.write_text(sheet, exchange.PNL_CELL, _costs(books))


def say_if_changed(book: xw.Book, books: Books) -> None:
    """Say on the sheets whether what settlements cost is another than when they were filled; a save may be undone."""
    sheet = exchange.exchange_sheet(book)
    noted = (to_text(exchange.read_cell_of(sheet, exchange.PNL_CELL)) or "") if sheet is not None else ""
    is_marked, filled_with = noted.endswith(_MARK), noted.removesuffix(_MARK)
    if sheet is None or not noted or (filled_with != _costs(books)) == is_marked:
        return
    old, new = (_CHANGED, _UNCHANGED) if is_marked else (_UNCHANGED, _CHANGED)
    for spec in (PNL_SPEC, PNL_SUMMARY_SPEC):
        _replace(tables.find(book, spec).sheet, old, new)
    exchange.write_text(sheet, exchange.PNL_CELL, filled_with if is_marked else f"{filled_with}{_MARK}")


def _costs(books: Books) -> str:
    """Name what settlements cost, how many lines lack a cost, and which corrections are posted."""
    digest = hashlib.blake2b(digest_size=16)
    for one in books.settlements:
        of = books.totals(one)
        digest.update(f"{one.store}/{one.settlement_id} {of.cogs.normalize():f} {of.counts}\n".encode())
    digest.update(f"{sorted(books.posted_true_ups['id'].tolist())}".encode())
    return digest.hexdigest()


def _replace(sheet: xw.Sheet, old: str, new: str) -> None:
    """Replace a piece of what stands below a title; a protected sheet, and words of the user's own, stay."""
    below = sheet.range((2, 1))
    text = to_text(below.value) or ""
    if text.startswith("As of ") and old in text and not is_protected(sheet):
        with suppress(SheetProtectedError):
            below.value = text.replace(old, new, 1)
