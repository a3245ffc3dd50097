"""From a figure to what it is made of, and back: P&L item, COGS row, settlement line, saved answer, Finale's page.

All links are written in one pass after a button has done its work, because a link can only be made where both of its
rows stand on a sheet. A protected sheet is left as it is.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from addin.sheets import cogs, history, pnl, resolve, tables, transactions
from addin.sheets.links import Place, column_texts, finale_order_link, first_link, place, place_of
from core.errors import WorkbookError
from workbook_engine import store_values
from workbook_engine.errors import WorkbookFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import xlwings as xw

    from addin.sheets.columns import TableSpec
    from addin.sheets.tables import FoundTable
    from core.books.books import Books

_LABEL = re.compile(r',"([^"]*)"\)(?:,""\))?$')
MOST_LINKED = 5_000
"""A longer sheet Transactions has links only where a cost is missing or was saved: formulas there cost time."""


_Written = tuple["xw.Range", "list[str | None]"]


@dataclass(frozen=True, slots=True)
class _Places:
    tabs: tuple[FoundTable, ...]
    tab_places: tuple[tuple[Place, str], ...]
    lines: Place
    missing: Place
    saved: Place
    items: Place


def lines_in_sight(book: xw.Book, books: Books) -> set[str]:
    """Return the keys of the lines that stand on a COGS tab or on sheet Transactions."""
    tabs = [place_of(book, cogs.SPEC, table=table) for table in cogs.tabs(book, books)]
    return {key for one in (*tabs, place_of(book, transactions.SPEC)) for key in one.rows}


def connect_rows(book: xw.Book, finale_account: str = "") -> None:
    """Write the links of every sheet that has some.

    Args:
        book: The workbook.
        finale_account: The account's name in Finale's addresses; without it no link leads there.
    """
    places = _find_places(book)
    item_of = item_keys(book)
    shown = (*places.tab_places, (places.lines, "Line"))
    answers = ((places.missing, "Resolve"), (places.saved, "Saved"))
    few = len(places.lines.rows) <= MOST_LINKED
    of_lines = (*answers, *(places.tab_places if few else ()))
    written = [one for tab in places.tabs for one in _connect_cogs(tab, places, item_of, finale_account)]
    written += _connect(tables.find(book, pnl.SPEC), pnl.SPEC, shown, "line", "Key")
    written += _connect(tables.find(book, resolve.SPEC), resolve.SPEC, shown, "key", "Key")
    written += _connect(tables.find(book, history.SPEC), history.SPEC, shown, "line", "Line")
    written += _connect(tables.find(book, transactions.SPEC), transactions.SPEC, of_lines, "key", "Key")
    _show_labels(written)


def _find_places(book: xw.Book) -> _Places:
    names = [table.name for sheet in book.sheets for table in sheet.tables]
    tabs = tuple(
        tables.find(book, cogs.SPEC, table=name) for name in names if str(name).startswith(f"{cogs.SPEC.table}_")
    )
    return _Places(
        tabs,
        tuple((place(tab), "COGS") for tab in reversed(tabs)),
        place_of(book, transactions.SPEC),
        place_of(book, resolve.SPEC),
        place_of(book, history.SPEC, "line"),
        place_of(book, pnl.SPEC, "line"),
    )


def _connect(
    found: FoundTable, spec: TableSpec, places: Sequence[tuple[Place, str]], field: str, by: str, link: str = "link"
) -> list[_Written]:
    """Write one column of links: each row's key leads to the first place that has it."""
    return _write(found, spec, link, (first_link(places, key, by) for key in column_texts(found, field)))


def _connect_cogs(
    tab: FoundTable, places: _Places, item_of: Mapping[tuple[str, str], str], account: str
) -> list[_Written]:
    spec = cogs.SPEC
    stores, skus, orders = (column_texts(tab, field) for field in ("store", "sku", "order_id"))
    items = [item_of.get((store, sku)) or item_of.get(("", sku)) for store, sku in zip(stores, skus, strict=True)]
    _write(tab, spec, "item_key", items)
    return [
        *_connect(tab, spec, ((places.lines, "Line"),), "key", "Key", "to_line"),
        *_connect(tab, spec, ((places.missing, "Resolve"), (places.saved, "Saved")), "key", "Key", "to_answer"),
        *_write(tab, spec, "to_item", (places.items.link(key, "Item key", "P&L") for key in items)),
        *_write(tab, spec, "to_finale", (finale_order_link(account, order) for order in orders)),
    ]


def _write(found: FoundTable, spec: TableSpec, field: str, formulas: Iterable[str | None]) -> list[_Written]:
    """Write one column; a protected sheet keeps what it has, for the button has done its work."""
    written = list(formulas)
    if not written:
        return []
    with suppress(WorkbookError, WorkbookFileError):
        tables.write_cells(found, spec.column(field), written)
        return [(found.column_cells(field, 0, len(written)), written)]
    return []


def _show_labels(written: Iterable[_Written]) -> None:
    """Put beside each link what it shows, for programs that do not calculate; once all of them stand."""
    for cells, formulas in written:
        store_values(cells, [[_shown(formula)] for formula in formulas])


def _shown(formula: str | None) -> str | None:
    """Return what a link shows, for programs that do not calculate."""
    label = _LABEL.search(formula or "")
    return label[1] if label else None


def item_keys(book: xw.Book) -> dict[tuple[str, str], str]:
    """Return store and item of each row of sheet P&L with the key that names it; of all stores the store is empty."""
    found = tables.find(book, pnl.SPEC)
    columns = (column_texts(found, field) for field in ("store", "item", "line"))
    keys: dict[tuple[str, str], str] = {}
    for store, item, key in zip(*columns, strict=True):
        keys.setdefault((store, item), key)
    return keys
