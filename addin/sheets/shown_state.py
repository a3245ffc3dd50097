"""Which state of the books the sheets show, remembered in the workbook: sheets that show it are not filled again.

It stands on the very hidden sheet. It is believed only while the tables that `addin.commands.refresh` fills have the
rows that they were filled with, whatever their order: who deletes a row, or adds one, sees it put right at the next
press.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from addin.sheets import exchange, tables
from addin.sheets.accounts import ACCOUNTS_SPEC
from addin.sheets.cells import to_text
from addin.sheets.costs import COSTS_SPEC
from addin.sheets.history import HISTORY_SPEC
from addin.sheets.journal import JOURNAL_SPEC
from addin.sheets.native_cells import plain_values
from addin.sheets.opening_costs import OPENING_COSTS_SPEC
from addin.sheets.rates import RATES_SPEC
from addin.sheets.settlements import SETTLEMENTS_SPEC
from addin.sheets.setup import SETUP_SPEC
from addin.sheets.sku_mapping import SKU_MAPPING_SPEC
from addin.sheets.stores import STORES_SPEC
from addin.sheets.true_ups import TRUE_UPS_SPEC
from addin.sheets.types import TYPES_SPEC

if TYPE_CHECKING:
    import xlwings as xw

    from addin.sheets.columns import TableSpec

_FILLED = (
    SETUP_SPEC,
    SETTLEMENTS_SPEC,
    COSTS_SPEC,
    SKU_MAPPING_SPEC,
    OPENING_COSTS_SPEC,
    JOURNAL_SPEC,
    TRUE_UPS_SPEC,
    HISTORY_SPEC,
    ACCOUNTS_SPEC,
    TYPES_SPEC,
    STORES_SPEC,
    RATES_SPEC,
)


def remember_shown(book: xw.Book, state: str) -> None:
    """Note that the sheets show a state of the books; a workbook without the very hidden sheet notes nothing."""
    cell = _cell(book)
    if cell is not None:
        cell.number_format = "@"
        cell.value = _note(book, state)


def is_shown(book: xw.Book, state: str) -> bool:
    """Tell whether the sheets show this state of the books, with all their rows."""
    cell = _cell(book)
    noted = None if cell is None else to_text(cell.value)
    return noted is not None and noted.startswith(f"{state} ") and noted == _note(book, state)


def _cell(book: xw.Book) -> xw.Range | None:
    sheet = next((sheet for sheet in book.sheets if sheet.name == exchange.SHEET), None)
    return None if sheet is None else sheet.range(exchange.SHOWN_CELL)


def _note(book: xw.Book, state: str) -> str:
    rows = hashlib.blake2b(digest_size=16)
    for spec in _FILLED:
        rows.update(f"{spec.table} {_keys(book, spec)}".encode())
    return f"{state} {rows.hexdigest()}"


def _keys(book: xw.Book, spec: TableSpec) -> list[tuple[str | None, ...]]:
    """Return the keys of a table's rows, sorted: where a person has sorted them otherwise they are the same rows."""
    table = tables.find(book, spec)
    if table.body is None:
        return []
    columns = (table.column_cells(field, 0, table.body.shape[0]) for field in spec.key)
    return sorted(zip(*([to_text(row[0]) for row in plain_values(cells)] for cells in columns), strict=True), key=str)
