"""Which settlements a button is for: those that the user has selected (docs/architecture.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.reports.cogs import COGS_SPEC
from addin.sheets.settlements.settlements import SETTLEMENTS_SPEC
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_text
from core.errors import WorkbookError
from workbook_engine.addresses import parse_area

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import xlwings as xw

    from addin.sheets.tables.sheet_specs import TableSpec
    from addin.sheets.tables.tables import Record, SheetTable
    from workbook_engine.addresses import Area

_LONGEST_ADDRESS = 250
"""Excel cuts the address of a selection of many pieces."""


class NothingSelectedError(WorkbookError):
    """No settlement is selected."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"{reason} Select one or more rows on sheet Settlements, then press the button again. Nothing was changed."
        )


def selected_settlements(book: xw.Book) -> list[str]:
    """Return the selected settlements as `store/id`, each once.

    On sheet Settlements these are the visible rows that the selection touches, in all its pieces; on Transactions, on
    Resolve and on a COGS tab those that the sheet shows.

    Raises:
        NothingSelectedError: If none is selected: another sheet, a chart, another workbook.
    """
    selection = book.app.selection
    if selection is None:
        raise NothingSelectedError("A chart or a picture is selected, not cells.")
    sheet = selection.sheet
    if sheet.book.name != book.name:
        raise NothingSelectedError(f"The cells that are selected belong to another workbook, {sheet.book.name}.")
    names = [table.name for table in sheet.tables]
    if SETTLEMENTS_SPEC.table in names:
        return _touched(selection, tables.find(book, SETTLEMENTS_SPEC))
    for spec in (TRANSACTIONS_SPEC, RESOLVE_SPEC, COGS_SPEC):
        own = next((name for name in names if _is_table_of(name, spec)), None)
        if own is not None:
            return _shown(tables.read(tables.find(book, spec, table=own), spec), sheet)
    raise NothingSelectedError(f"Sheet {sheet.name} shows no settlement.")


def selected_or_none(book: xw.Book) -> list[str]:
    """Return the selected settlements; none where nothing of the kind is selected, which then means all."""
    try:
        return selected_settlements(book)
    except NothingSelectedError:
        return []


def selected_rows_of(book: xw.Book, spec: TableSpec) -> list[int]:
    """Return the visible sheet rows of a table that the selection touches, where it touches two or more, else none.

    One cell is always selected, so that a single row says nothing about what the user wants.
    """
    selection = book.app.selection
    if selection is None or selection.sheet.book.name != book.name:
        return []
    if not any(_is_table_of(table.name, spec) for table in selection.sheet.tables):
        return []
    shown_table = tables.find(book, spec)
    areas = _areas(selection)
    count = len(tables.read(shown_table, spec))
    first, column, width = shown_table.first_row(), shown_table.left, shown_table.width
    met = [row for row in range(first, first + count) if _meets(areas, row, column, width)]
    rows = [row for row in met if not shown_table.sheet.range((row, column)).rows.hidden]
    return rows if len(rows) > 1 else []


def is_on_cogs_tab(book: xw.Book) -> bool:
    """Tell whether the user looks at a COGS tab."""
    selection = book.app.selection
    return selection is not None and any(_is_table_of(table.name, COGS_SPEC) for table in selection.sheet.tables)


def _is_table_of(name: str, spec: TableSpec) -> bool:
    return name == spec.table or (spec is COGS_SPEC and name.startswith(f"{spec.table}_"))


def _touched(selection: xw.Range, table: SheetTable) -> list[str]:
    rows = tables.read(table, SETTLEMENTS_SPEC)
    if not rows:
        raise NothingSelectedError("There is no settlement yet: use Import settlement… first.")
    areas = _areas(selection)
    first, column, width = table.first_row(), table.left, table.width
    chosen = [
        record
        for row, record in enumerate(rows, start=first)
        if _meets(areas, row, column, width) and not table.sheet.range((row, column)).rows.hidden
    ]
    return _shown(chosen, table.sheet)


def _meets(areas: Iterable[Area], row: int, column: int, width: int) -> bool:
    return any(area.top <= row <= area.bottom and area.left < column + width and column <= area.right for area in areas)


def _areas(selection: xw.Range) -> list[Area]:
    address = str(selection.address)
    areas = [parse_area(piece) for piece in address.split(",")]
    if len(address) > _LONGEST_ADDRESS or None in areas:
        raise NothingSelectedError("The selection has too many separate pieces.")
    return [area for area in areas if area is not None]


def _shown(rows: Sequence[Record], sheet: xw.Sheet) -> list[str]:
    named = ((to_text(row["store"]), to_text(row["settlement_id"])) for row in rows)
    names = list(dict.fromkeys(f"{store}/{settlement_id}" for store, settlement_id in named if settlement_id))
    if not names:
        raise NothingSelectedError(f"No settlement is selected on sheet {sheet.name}.")
    return names
