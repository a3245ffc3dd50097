"""Links from a row of one sheet to the row of another that stands for the same line (docs/design/workbook-engine.md).

A link is a formula that finds its row by key each time it is calculated, so it still leads there after either sheet was
sorted, filtered or has grown. Our own code writes it: the only texts of the data in it are names of sheets and tables,
quoted as Excel wants it, and addresses in Base64. The row in which the key stands while the sheet is filled is tried
first, so that Excel need not search a long table for every link.
"""

from __future__ import annotations

import re
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from addin.sheets.costs.history import HISTORY_SPEC
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.reports import cogs
from addin.sheets.reports.cogs import COGS_SPEC
from addin.sheets.reports.pnl import PNL_SPEC
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_text
from addin.sheets.tables.native_cells import plain_values
from addin.sheets.tables.table_search import table_names
from core.errors import WorkbookError
from core.finale.account_settings import BASE_URL
from workbook_engine import store_values
from workbook_engine.errors import WorkbookFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import xlwings as xw

    from addin.sheets.tables.sheet_specs import TableSpec
    from addin.sheets.tables.tables import SheetTable
    from core.books.books import Books

_LONGEST_TEXT = 255
"""Excel takes no longer text within a formula."""


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """A table whose rows can be linked to."""

    sheet: str
    table: str
    header: str
    """Of the column that is searched."""
    rows: Mapping[str, int]
    """Key -> data row, from 1, as the sheet stands."""

    def link(self, key: object, by: str, label: str) -> str | None:
        """Return the formula that leads to the row of a key; `None` where it has none.

        Args:
            key: Of the row that is meant.
            by: The header of the column that holds the key in the row of the link itself.
            label: What the link shows.
        """
        row = self.rows.get(key) if isinstance(key, str) else None
        if row is None:
            return None
        column, wanted = f"{self.table}[{self.header}]", f"[@[{by}]]"
        row_number = f"IFERROR(IF(INDEX({column},{row})={wanted},{row},NA()),MATCH({wanted},{column},0))"
        top = f"ROW({self.table}[[#Headers],[{self.header}]])"
        sheet = _in_text("#'" + self.sheet.replace("'", "''") + "'!A")
        return f'=IFERROR(HYPERLINK({sheet}&({top}+{row_number}),{_in_text(label)}),"")'


def place(table: SheetTable, field: str = "key") -> LinkTarget:
    """Return where the rows of a table stand now.

    Args:
        table: The table.
        field: The field whose values name the rows; of equal values the first counts.
    """
    rows: dict[str, int] = {}
    for number, key in enumerate(column_texts(table, field), start=1):
        if key:
            rows.setdefault(key, number)
    return LinkTarget(str(table.sheet.name), table.name, table.headers[field], rows)


def column_texts(table: SheetTable, field: str) -> list[str]:
    """Read one column of a table as texts."""
    count = table.count()
    if not count:
        return []
    cells = plain_values(table.column_cells(field, 0, count))
    return [to_text(row[0]) or "" for row in cells]


def place_of(book: xw.Book, spec: TableSpec, field: str = "key", *, table: str | None = None) -> LinkTarget:
    """Return where the rows of a table stand now, found by its name."""
    return place(tables.find(book, spec, table=table), field)


def first_link(places: Iterable[tuple[LinkTarget, str]], key: object, by: str) -> str | None:
    """Return the link to the first of several places, each with its label, that has a row for the key."""
    links = (place.link(key, by, label) for place, label in places)
    return next((formula for formula in links if formula), None)


def link_to_sheet(sheet: str, label: str) -> str:
    """Return the formula that leads to the top of a sheet."""
    place = _in_text("#'" + sheet.replace("'", "''") + "'!A1")
    return f"=HYPERLINK({place},{_in_text(label)})"


def finale_order_link(account: str, order_id: object) -> str | None:
    """Return the link to an order's page in Finale; `None` without account or order.

    The form of the address is the one that users of Finale pass on; it is not documented (docs/facts/finale-api.md,
    Address and key).
    """
    if not account or not isinstance(order_id, str) or not order_id:
        return None
    path = f"/{account}/api/order/{quote(order_id, safe='')}"
    address = f"{BASE_URL}/{quote(account)}/sc2/?order/sales/order/{b64encode(path.encode()).decode('ascii')}"
    return f'=HYPERLINK({_in_text(address)},"Finale")' if len(address) < _LONGEST_TEXT else None


def _in_text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


_LABEL = re.compile(r',"([^"]*)"\)(?:,""\))?$')
MOST_LINKED = 5_000
"""A longer sheet Transactions has links only where a cost is missing or was saved: formulas there cost time."""
_Written = tuple["xw.Range", "list[str | None]"]


@dataclass(frozen=True, slots=True)
class _Places:
    tabs: tuple[SheetTable, ...]
    tab_places: tuple[tuple[LinkTarget, str], ...]
    lines: LinkTarget
    missing: LinkTarget
    saved: LinkTarget
    items: LinkTarget


def lines_in_sight(book: xw.Book, books: Books) -> set[str]:
    """Return the keys of the lines that stand on a COGS tab or on sheet Transactions."""
    tabs = [place_of(book, COGS_SPEC, table=table) for table in cogs.cogs_tabs(book, books)]
    return {key for one in (*tabs, place_of(book, TRANSACTIONS_SPEC)) for key in one.rows}


def connect_rows(book: xw.Book, finale_account: str = "") -> None:
    """Write the links of every sheet that has some.

    Args:
        book: The workbook.
        finale_account: The account's name in Finale's addresses; without it no link leads there.
    """
    places = _find_places(book)
    item_of = item_keys(book) if places.tabs else {}
    shown = (*places.tab_places, (places.lines, "Line"))
    answers = ((places.missing, "Resolve"), (places.saved, "Saved"))
    few = len(places.lines.rows) <= MOST_LINKED
    of_lines = (*answers, *(places.tab_places if few else ()))
    written = [one for tab in places.tabs for one in _connect_cogs(tab, places, item_of, finale_account)]
    written += _connect(tables.find(book, PNL_SPEC), PNL_SPEC, shown, "line", "Key")
    written += _connect(tables.find(book, RESOLVE_SPEC), RESOLVE_SPEC, shown, "key", "Key")
    written += _connect(tables.find(book, HISTORY_SPEC), HISTORY_SPEC, shown, "line", "Line")
    written += _connect(tables.find(book, TRANSACTIONS_SPEC), TRANSACTIONS_SPEC, of_lines, "key", "Key")
    _show_labels(written)


def _find_places(book: xw.Book) -> _Places:
    names = [name for name in table_names(book) if name.startswith(f"{COGS_SPEC.table}_")]
    tabs = tuple(tables.find(book, COGS_SPEC, table=name) for name in names)
    return _Places(
        tabs,
        tuple((place(tab), "COGS") for tab in reversed(tabs)),
        place_of(book, TRANSACTIONS_SPEC),
        place_of(book, RESOLVE_SPEC),
        place_of(book, HISTORY_SPEC, "line"),
        place_of(book, PNL_SPEC, "line"),
    )


def _connect(
    table: SheetTable,
    spec: TableSpec,
    places: Sequence[tuple[LinkTarget, str]],
    field: str,
    by: str,
    link: str = "link",
) -> list[_Written]:
    """Write one column of links: each row's key leads to the first place that has it."""
    return _write(table, spec, link, (first_link(places, key, by) for key in column_texts(table, field)))


def _connect_cogs(
    tab: SheetTable, places: _Places, item_of: Mapping[tuple[str, str], str], account: str
) -> list[_Written]:
    spec = COGS_SPEC
    stores, skus, orders = (column_texts(tab, field) for field in ("store", "sku", "order_id"))
    items = [item_of.get((store, sku)) or item_of.get(("", sku)) for store, sku in zip(stores, skus, strict=True)]
    _write(tab, spec, "item_key", items)
    return [
        *_connect(tab, spec, ((places.lines, "Line"),), "key", "Key", "to_line"),
        *_connect(tab, spec, ((places.missing, "Resolve"), (places.saved, "Saved")), "key", "Key", "to_answer"),
        *_write(tab, spec, "to_item", (places.items.link(key, "Item key", "P&L") for key in items)),
        *_write(tab, spec, "to_finale", (finale_order_link(account, order) for order in orders)),
    ]


def _write(table: SheetTable, spec: TableSpec, field: str, formulas: Iterable[str | None]) -> list[_Written]:
    """Write one column; a protected sheet keeps what it has, for the button has done its work."""
    written = list(formulas)
    if not written:
        return []
    with suppress(WorkbookError, WorkbookFileError):
        tables.write_cells(table, spec.column(field), written)
        return [(table.column_cells(field, 0, len(written)), written)]
    return []


def show_labels(table: SheetTable, formulas: Sequence[str | None]) -> None:
    """Put beside the links of a table what they show, where they were written with its other cells."""
    if any(formulas):
        _show_labels([(table.column_cells("link", 0, len(formulas)), list(formulas))])


def write_links(table: SheetTable, spec: TableSpec, formulas: Iterable[str | None]) -> None:
    """Write the links of a table, one per data row; a protected sheet keeps what it has."""
    _show_labels(_write(table, spec, "link", formulas))


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
    table = tables.find(book, PNL_SPEC)
    columns = (column_texts(table, field) for field in ("store", "item", "line"))
    keys: dict[tuple[str, str], str] = {}
    for store, item, key in zip(*columns, strict=True):
        keys.setdefault((store, item), key)
    return keys
