"""When the sheets of profit and loss were filled, and whether costs have changed since: both stand below their titles.

They are filled by their own button alone, for it asks which days and stores; a press that changes costs, or the months
in which they count, only says so on them. A sheet on which that stands already is not touched.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC
from typing import TYPE_CHECKING

from addin.sheets import exchange
from addin.sheets.reports.pnl import PNL_SPEC, PNL_SUMMARY_SPEC, PnlCellError, read_options
from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_text
from addin.sheets.tables.native_cells import is_protected
from core.frame_columns import records
from core.time import local_days
from workbook_engine.errors import SheetProtectedError

if TYPE_CHECKING:
    from collections.abc import Iterator
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
        exchange.write_text(sheet, exchange.PNL_CELL, note_of(books))


def keep_days(book: xw.Book, before: Books, after: Books) -> None:
    """Note calendars in which every line counts as it did: no sheet is of other days, whatever was typed on Stores.

    Args:
        book: The workbook.
        before: All lines, in the calendars that held.
        after: The same lines, in those that hold now.
    """
    sheet = exchange.exchange_sheet(book)
    noted = (to_text(exchange.read_cell_of(sheet, exchange.PNL_CELL)) or "") if sheet is not None else ""
    was, now = _calendars(before), _calendars(after)
    if sheet is not None and was != now and was in noted.split() and _places(book, before) == _places(book, after):
        exchange.write_text(sheet, exchange.PNL_CELL, noted.replace(was, now))


def say_if_changed(book: xw.Book, books: Books) -> None:
    """Say on the sheets whether what settlements cost is another than when they were filled; a save may be undone."""
    sheet = exchange.exchange_sheet(book)
    noted = (to_text(exchange.read_cell_of(sheet, exchange.PNL_CELL)) or "") if sheet is not None else ""
    is_marked, filled_with = noted.endswith(_MARK), noted.removesuffix(_MARK)
    if sheet is None or not noted or (filled_with != note_of(books)) == is_marked:
        return
    old, new = (_CHANGED, _UNCHANGED) if is_marked else (_UNCHANGED, _CHANGED)
    for spec in (PNL_SPEC, PNL_SUMMARY_SPEC):
        _replace(tables.find(book, spec).sheet, old, new)
    exchange.write_text(sheet, exchange.PNL_CELL, filled_with if is_marked else f"{filled_with}{_MARK}")


def note_of(books: Books) -> str:
    """Name what the sheets are made of: what settlements cost, and the calendars that cut their days."""
    return f"{_costs(books)} {_calendars(books)}"


def _calendars(books: Books) -> str:
    """Name the time zones that cut the days of settlements."""
    names = ((one.store, one.settlement_id) for one in books.settlements)
    zones = "".join(f"{'/'.join(name)} {books.zones.zone(*name)}\n" for name in names)
    return hashlib.blake2b(zones.encode(), digest_size=8).hexdigest()


def _places(book: xw.Book, books: Books) -> dict[str, tuple[str, bool]]:
    """Return the month of each line, and whether it is of the days that stand above the table."""
    with suppress(PnlCellError):
        options = read_options(book)
        first, last = str(options.first_day or ""), str(options.last_day or "9999")
        days = local_days(books.lines, books.zones)
        pairs = zip(books.lines["key"], days.fillna(""), strict=True)
        return {key: (day[:7], first <= day <= last) for key, day in pairs}
    return {}


def _costs(books: Books) -> str:
    """Name what settlements cost, how many lines lack a cost, and which corrections are posted."""
    digest = hashlib.blake2b(digest_size=16)
    for one in books.settlements:
        of = books.totals(one)
        digest.update(f"{one.store}/{one.settlement_id} {of.cogs.normalize():f} {of.counts}\n".encode())
    digest.update("".join(sorted(_corrections(books))).encode())
    return digest.hexdigest()


def _corrections(books: Books) -> Iterator[str]:
    """Name each posted correction by what it says, and when: one that was taken back and posted again is the same."""
    for row in records(books.posted_true_ups):
        day = row["entry_date"] or books.zones.day(row["decided_at"], row["store"], row["settlement_id"])
        moves = (row[name] for name in ("event_was", "sku_was", "event_now", "sku_now"))
        yield f"{row['key']} {row['difference']} {day} {' '.join(map(str, moves))}\n"


def _replace(sheet: xw.Sheet, old: str, new: str) -> None:
    """Replace a piece of what stands below a title; a protected sheet, and words of the user's own, stay."""
    below = sheet.range((2, 1))
    text = to_text(below.value) or ""
    if text.startswith("As of ") and old in text and not is_protected(sheet):
        with suppress(SheetProtectedError):
            below.value = text.replace(old, new, 1)
