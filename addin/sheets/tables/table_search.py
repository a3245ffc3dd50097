"""Where tables and sheets of a workbook are, looked for once per press: each question to Excel takes a millisecond."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw
    from xlwings.main import Table


class TablePlace(NamedTuple):
    """A table and the sheet it is on."""

    sheet: xw.Sheet
    table: Table


@dataclass(slots=True)
class _Kept:
    """What was seen of one workbook while a press lasts."""

    book: xw.Book
    places: dict[str, TablePlace] | None = None
    sheets: dict[str, xw.Sheet] = field(default_factory=dict)
    read: dict[str, Any] = field(default_factory=dict)


_KEPT: ContextVar[list[_Kept] | None] = ContextVar("tables", default=None)


@contextmanager
def looked_for_once() -> Iterator[None]:
    """Look for each table once while the `with` block lasts: nobody but the program changes a workbook meanwhile.

    Within another such block what that one has seen is not looked for again.
    """
    around = _KEPT.get()
    token = _KEPT.set([] if around is None else around)
    try:
        yield
    finally:
        _KEPT.reset(token)


def place_of_table(book: xw.Book, name: str) -> TablePlace | None:
    """Return where a table is; `None` where the workbook has none of that name."""
    kept = _kept(book)
    if kept.places is None or name not in kept.places:
        kept.places = _walk(book)
    return kept.places.get(name)


def sheet_named(book: xw.Book, name: str) -> xw.Sheet | None:
    """Return the sheet of a name; `None` where the workbook has none. Excel is asked for the name of every sheet."""
    kept = _kept(book).sheets
    if name not in kept:
        kept |= {str(sheet.name): sheet for sheet in book.sheets}
    return kept.get(name)


def table_names(book: xw.Book) -> list[str]:
    """Return the names of all tables of a workbook, in the order of its sheets."""
    kept = _kept(book)
    if kept.places is None:
        kept.places = _walk(book)
    return list(kept.places)


def kept_headers(book: xw.Book) -> dict[str, Any]:
    """Return what was read of tables by their names, to be added to; empty outside of a press."""
    return _kept(book).read


def forget_tables(book: xw.Book) -> None:
    """Look for the tables again, now that a sheet has come."""
    _kept(book).places = None


def _kept(book: xw.Book) -> _Kept:
    every = _KEPT.get()
    if every is None:
        return _Kept(book)
    kept = next((one for one in every if one.book is book), None)
    if kept is None:
        kept = _Kept(book)
        every.append(kept)
    return kept


def _walk(book: xw.Book) -> dict[str, TablePlace]:
    return {str(table.name): TablePlace(sheet, table) for sheet in book.sheets for table in sheet.tables}
