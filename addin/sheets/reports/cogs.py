"""Sheets COGS <id>: one per settlement, one row per line that has or needs a cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from addin.sheets.settlements.settlements import period_text
from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_cell, to_decimal
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec, records_of
from addin.sheets.tables.table_search import forget_tables, place_of_table, table_names
from core.reports.costed_lines import LINE_MARKS, has_or_needs_cost, with_locked_sources, with_marks, with_units
from core.safe_file_names import mark_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import xlwings as xw

    from addin.sheets.tables.tables import SheetTable
    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement

COGS_SPEC = TableSpec(
    sheet="COGS template",
    table="tblCOGS",
    title="Cost of goods sold",
    key=("key",),
    header_row=12,
    visible=False,
    printed_to="cost_source",
    columns=(
        Column("Settlement ID", "settlement_id", width=17),
        Column("Store", "store", width=18),
        Column("Marketplace", "marketplace", width=18),
        Column("Posted", "posted_at", Kind.MOMENT, width=16),
        Column("Type", "event", width=16),
        Column("Order ID", "order_id", width=22),
        Column("Order line ID", "order_item_id", width=18),
        Column("SKU", "sku", width=24),
        Column("Finale product", "product_id", width=24),
        Column("Units", "units", Kind.WHOLE, width=8),
        Column("Unit cost", "unit_cost", Kind.UNIT_COST),
        Column("!", "indicator", width=4, note=LINE_MARKS),
        Column("Cost currency", "cost_currency", width=14),
        Column("COGS", "cogs", Kind.MONEY),
        Column("Cost source", "cost_source", width=22),
        Column("Cost as of", "cost_as_of", Kind.MOMENT, width=16),
        Column("Cost note", "cost_note", width=44),
        Column("Disposition", "disposition", width=15),
        Column("Saved by", "saved_by", width=14),
        Column("Saved at", "saved_at", Kind.MOMENT, width=16),
        Column("Reason", "note", width=28),
        Column("Line", "to_line", Kind.LINK, width=8, note="The line on sheet Transactions, where it is open."),
        Column(
            "Answer", "to_answer", Kind.LINK, width=9, note="Its row on Resolve, or its saved value in Change history."
        ),
        Column("P&L", "to_item", Kind.LINK, width=8, note="The item on sheet P&L."),
        Column("Finale", "to_finale", Kind.LINK, width=9, note="The order's page in Finale Inventory."),
        Column("Item key", "item_key", hidden=True),
        Column("Key", "key", hidden=True),
    ),
)
HEADER_CELLS = (
    ("Settlement", "settlement_id"),
    ("Store", "store"),
    ("Period", "period"),
    ("Total", "total"),
    ("Currency", "currency"),
    ("Status", "status"),
    ("COGS in the books", "cogs"),
    ("COGS posted by", "posted_by"),
)
"""Labels in A3:A10 and the field whose value stands beside each in column B."""
_HEADER_ROW = 3
_HEADER_VALUE_COLUMN = 2
_LONGEST_SHEET_NAME = 31


def fill_cogs(book: xw.Book, books: Books, settlement: BookedSettlement) -> str:
    """Make or refresh the COGS tab of a settlement; returns the sheet's name."""
    table = table_name(books, settlement)
    sheet = _sheet_of(book, table) or _new_sheet(book, sheet_name(books, settlement), table)
    lines = books.posted_part(settlement)
    shown = with_locked_sources(lines[has_or_needs_cost(lines)], books.costing_input.locked_lines)
    records = records_of(with_marks(with_units(shown)), COGS_SPEC)
    tables.update(book, COGS_SPEC, [{**record, **books.saved(record["key"])} for record in records], table=table)
    _write_header(sheet, books, settlement)
    return str(sheet.name)


def refresh_cogs(book: xw.Book, books: Books) -> None:
    """Refresh the COGS tabs that are there."""
    for settlement in settlements_with_tab(book, books.settlements):
        fill_cogs(book, books, settlement)


def settlements_with_tab(book: xw.Book, every: Sequence[BookedSettlement]) -> list[BookedSettlement]:
    """Return those of all settlements whose COGS tab is there."""
    present, names = set(table_names(book)), _table_names(every)
    return [one for one in every if names[one.id] in present]


def cogs_tabs(book: xw.Book, books: Books) -> list[str]:
    """Return the names of the tables of the COGS tabs that are there, in the order of the settlements."""
    names = _table_names(books.settlements)
    return [names[one.id] for one in settlements_with_tab(book, books.settlements)]


def table_name(books: Books, settlement: BookedSettlement) -> str:
    """Return the name of a settlement's own table; its store is in it only where the id alone is not enough."""
    return _table_names(books.settlements)[settlement.id]


def _table_names(every: Iterable[BookedSettlement]) -> dict[int, str]:
    labels = _labels(every, lambda text: re.sub(r"[^0-9A-Za-z_]", "_", text))
    return {number: f"{COGS_SPEC.table}_{label}" for number, label in labels.items()}


def sheet_text(text: str) -> str:
    """Return a text as a sheet can be named: without characters that Excel does not allow there, at most 31 long."""
    return re.sub(r"[\[\]:*?/\\]", "_", text)[:_LONGEST_SHEET_NAME].strip("'")


def sheet_name(books: Books, settlement: BookedSettlement) -> str:
    """Return the name that a settlement's tab gets when it is made."""
    return _labels(books.settlements, lambda text: sheet_text(f"COGS {text}"))[settlement.id]


def _labels(settlements: Iterable[BookedSettlement], plain: Callable[[str], str]) -> dict[int, str]:
    """Return what names each settlement's tab: its id, else id and store, else a mark made of both.

    Excel takes capitals for small letters, and two ids are one once characters are replaced or the end is cut off. The
    settlement that was imported first keeps its name whatever comes later, so that its tab is found again.

    Args:
        settlements: All there are.
        plain: Makes of a text what Excel allows as a name.
    """
    labels: dict[int, str] = {}
    taken: set[str] = set()
    for one in sorted(settlements, key=lambda one: one.id):
        mark = mark_of(one.store, one.settlement_id)
        texts = (one.settlement_id, f"{one.settlement_id} {one.store}", f"{mark} {one.settlement_id}")
        label = next(name for name in map(plain, texts) if name.casefold() not in taken)
        taken.add(label.casefold())
        labels[one.id] = label
    return labels


def _sheet_of(book: xw.Book, table: str) -> xw.Sheet | None:
    place = place_of_table(book, table) if table in table_names(book) else None
    return None if place is None else place.sheet


def _new_sheet(book: xw.Book, name: str, table: str) -> xw.Sheet:
    """Copy the hidden template sheet; its table and the formulas that refer to it get the new name."""
    template = tables.find(book, COGS_SPEC).sheet
    sheet = template.copy(after=book.sheets[len(book.sheets) - 1], name=name)
    sheet.visible = True
    copied = next(iter(sheet.tables))
    old_names = (str(copied.name), COGS_SPEC.table)
    copied.name = table
    forget_tables(book)
    above = sheet.range((1, 1), (COGS_SPEC.header_row - 1, len(COGS_SPEC.columns)))
    for row, formulas in enumerate(above.formula, start=1):
        for column, formula in enumerate(formulas, start=1):
            if str(formula or "").startswith("=") and any(f"{old}[" in formula for old in old_names):
                sheet.range((row, column)).formula = re.sub(rf"\b({'|'.join(old_names)})\[", f"{table}[", formula)
    return sheet


def _write_header(sheet: xw.Sheet, books: Books, settlement: BookedSettlement) -> None:
    state = books.state(settlement)
    values = {
        "settlement_id": settlement.settlement_id,
        "store": settlement.store,
        "period": period_text(settlement, books.zones),
        "total": settlement.deposit,
        "currency": settlement.currency,
        "status": state.status,
        "cogs": state.known_cogs,
        "posted_by": books.policies.cogs_posters,
    }
    for row, (_, field) in enumerate(HEADER_CELLS, start=_HEADER_ROW):
        kind = Kind.MONEY if field in ("total", "cogs") else Kind.TEXT
        cell = sheet.range((row, _HEADER_VALUE_COLUMN))
        if kind is Kind.TEXT:
            cell.number_format = "@"
        cell.value = to_cell(values[field], kind)


@dataclass(frozen=True, slots=True)
class CostCell:
    """One figure of a COGS tab."""

    key: str
    field: str
    """`unit_cost` or `cogs`."""
    value: Decimal
    """0 where the cell is empty or no number."""
    where: str


def cost_cells(book: xw.Book, books: Books, settlement: BookedSettlement) -> list[CostCell] | None:
    """Read the costs of a settlement's COGS tab back; `None` where it has no tab."""
    table = table_name(books, settlement)
    if _sheet_of(book, table) is None:
        return None
    shown_table = tables.find(book, COGS_SPEC, table=table)
    rows = tables.read(shown_table, COGS_SPEC)
    return [
        CostCell(str(row["key"]), field, _figure(row[field]), _address(shown_table, field, index))
        for index, row in enumerate(rows)
        if row["key"]
        for field in ("unit_cost", "cogs")
    ]


def _figure(value: object) -> Decimal:
    number = to_decimal(value)
    return number if isinstance(number, Decimal) else Decimal(0)


def _address(table: SheetTable, field: str, index: int) -> str:
    cell = table.column_cells(field, index, 1).get_address(row_absolute=False, column_absolute=False)
    return f"{table.sheet.name}!{cell}"
