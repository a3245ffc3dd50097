"""Excel tables found by name, their columns by header; read, and updated in place.

Rows that are still wanted stay where they are, new ones are appended, vanished ones are deleted as table rows. The
user's columns, formulas, formats, sorting and column order stay (docs/design/workbook-engine.md, Sheets and tables).
Nothing is written before everything that can be checked has been checked.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import eq
from typing import TYPE_CHECKING

from addin.sheets.tables.cells import serial, to_cell, to_text
from addin.sheets.tables.native_cells import (
    CellArea,
    address,
    area_of,
    body_of,
    header_of,
    is_filtered,
    plain_values,
    refuse_protected,
    write_plain,
)
from addin.sheets.tables.sheet_rows import Key, RowPlan, duplicates, plan_rows, rows_of
from addin.sheets.tables.sheet_specs import NUMBER_FORMATS, Column, Kind, TableSpec, is_added, known_headers
from addin.sheets.tables.table_search import kept_headers, place_of_table
from core.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    import xlwings as xw
    from xlwings.main import AutoFilter, AutoFilterCriteria, Table

    from addin.sheets.tables.sheet_rows import Rows

Record = dict[str, object]
CELLS_AT_ONCE = 100_000
"""So many cells are made and written at once, as xlwings does it: no more memory for a longer sheet."""


class TableMissingError(WorkbookError):
    """The workbook lacks a table."""

    def __init__(self, book: str, spec: TableSpec) -> None:
        super().__init__(
            f"{book} has no table {spec.table} (sheet {spec.sheet}). Was the sheet deleted, or is this not a Cogsheet "
            f"workbook? Nothing was written. If an older Cogsheet made it, press Upgrade. Else "
            f"undo the deletion, or make a new workbook with `cogsheet new` that joins these books: what was "
            f"saved is in the database and is not lost."
        )


class ColumnMissingError(WorkbookError):
    """A table lacks columns that are filled or read."""

    def __init__(self, sheet: str, table: str, headers: Sequence[str]) -> None:
        named = ", ".join(f"“{header}”" for header in headers)
        super().__init__(
            f"Table {table} on sheet {sheet} has no column {named}. Was a header renamed, a column deleted or the "
            f"header row hidden? Nothing was written. Give the header its name back and try again; if an older "
            f"Cogsheet made the workbook, press Upgrade."
        )


class DuplicateKeyError(WorkbookError):
    """Two rows of a table claim to be the same line."""

    def __init__(self, sheet: str, table: str, rows: Sequence[int]) -> None:
        named = ", ".join(str(row) for row in rows)
        super().__init__(
            f"Rows {named} of sheet {sheet} stand for the same line of table {table}: was a row copied? "
            f"Nothing was written. Delete the copies and try again."
        )


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table of the workbook, and where in it each of our fields stands."""

    name: str
    table: xw.main.Table
    sheet: xw.Sheet
    header: xw.Range
    positions: dict[str, int]
    """Field -> column within the table, from 0; without the columns that an older workbook does not have yet."""
    headers: dict[str, str]
    """Field -> the header that it has here, which in an older workbook may be an earlier one."""
    top: int
    """The sheet row of the header."""
    left: int
    """The sheet column of the table's first column."""
    width: int
    """How many columns it has, the user's own included."""

    @property
    def body(self) -> xw.Range | None:
        """The data rows; `None` where there are none."""
        return body_of(self.table, self.header)

    def count(self) -> int:
        """Return how many data rows there are; an empty table has none."""
        body = self.body
        return 0 if body is None else area_of(body).rows

    def first_row(self) -> int:
        """Return the sheet row of the first data row."""
        return self.top + 1

    def column_cells(self, field: str, first: int, count: int) -> xw.Range:
        """Return `count` cells of a field's column, beginning with data row `first` (from 0)."""
        return self.cells(self.positions[field], 1, first, count)

    def cells(self, place: int, columns: int, first: int, count: int) -> xw.Range:
        """Return the cells of neighbouring columns from a place on, `count` data rows from `first` on (all from 0)."""
        return self.sheet.range(address(CellArea(self.first_row() + first, self.left + place, count, columns)))


def find(book: xw.Book, spec: TableSpec, *, table: str | None = None) -> SheetTable:
    """Find a table by its name and its columns by their headers.

    Raises:
        TableMissingError: If no sheet has that table.
        ColumnMissingError: If a column of the declaration is not there, though it has always been one.
    """
    name = table or spec.table
    place, kept = place_of_table(book, name), kept_headers(book)
    if place is None:
        raise TableMissingError(book.name, spec)
    if name in kept:
        known: SheetTable = kept[name]
        return known
    sheet, excel_table = place
    header = header_of(excel_table)
    headers = [] if header is None else [to_text(text) for text in plain_values(header)[0]]
    shown = {column.field: _shown(headers, spec, column) for column in spec.columns}
    missing = [column.header for column in spec.columns if shown[column.field] not in headers]
    if header is None or not all(is_added(spec.table, one) for one in missing):
        raise ColumnMissingError(sheet.name, name, missing)
    positions = {field: headers.index(text) for field, text in shown.items() if text in headers}
    area = area_of(header)
    shown_table = SheetTable(name, excel_table, sheet, header, positions, shown, area.top, area.left, len(headers))
    kept[name] = shown_table
    return shown_table


def to_be_added(book: xw.Book, spec: TableSpec) -> list[str]:
    """Return the headers of columns that this workbook gets only by an upgrade, as the declaration has them."""
    shown_table = find(book, spec)
    return [column.header for column in spec.columns if column.field not in shown_table.positions]


def _shown(headers: Sequence[str | None], spec: TableSpec, column: Column) -> str:
    """Return the header that a column has here: its own, or in a workbook that is not upgraded the one before it."""
    known = known_headers(spec.table, column.header)
    return next((text for text in known if text in headers), column.header)


def read(table: SheetTable, spec: TableSpec) -> list[Record]:
    """Read the rows as records of plain values, one per data row, in the order of the sheet; `None` of no column."""
    places = {column.field: table.positions.get(column.field) for column in spec.columns}
    return [{field: None if place is None else row[place] for field, place in places.items()} for row in _values(table)]


def _values(table: SheetTable) -> list[list[object]]:
    """Return the values of all data rows, the user's own columns included; Excel is asked for the body once."""
    body = table.body
    return [] if body is None else plain_values(body)


def keys_of(rows: Sequence[Mapping[str, object]], spec: TableSpec) -> list[Key | None]:
    """Return each row's key; `None` where the key cells are empty."""
    keys = [tuple(to_text(row[field]) or "" for field in spec.key) for row in rows]
    return [key if any(key) else None for key in keys]


def update(
    book: xw.Book, spec: TableSpec, records: Sequence[Record] | pd.DataFrame, *, table: str | None = None
) -> None:
    """Make the table show these records, in place; a sheet that shows them already is not touched.

    Args:
        book: The workbook.
        spec: The table's declaration.
        records: One per row, with a value for every field of the declaration; of a frame, what it lacks is empty.
        table: The table's name where it is not the declared one (COGS tabs).

    Raises:
        WorkbookError: If table, column or key are not as they must be; then nothing was written.
    """
    shown_table = find(book, spec, table=table)
    there = _values(shown_table)
    present = _keys_there(shown_table, spec, there)
    refuse_duplicates(shown_table, present)
    rows = rows_of(spec, records)
    plan = plan_rows(present, [key if any(key) else () for key in rows.row_keys()], blank=_blank_rows(there))
    if _shows(shown_table, spec, there, rows, plan):
        return
    there.clear()
    refuse_protected(shown_table.sheet)
    with unfiltered(shown_table.table):
        for first, count in plan.deletions:
            _rows(shown_table, first, count).delete(shift="up")
        _append(shown_table, len(plan.contents) - plan.new_rows, plan.new_rows)
        _write(shown_table, spec, rows, plan.contents)


def update_report(book: xw.Book, spec: TableSpec, records: Sequence[Record], *, keep: float) -> None:
    """Make the table show the rows of a report, in the report's own order where it shows mostly other rows than before.

    Args:
        book: The workbook.
        spec: The table's declaration.
        records: One per row.
        keep: The share of the records that must stand there already for the rows to stay where they are.

    Raises:
        WorkbookError: As `update`.
    """
    shown_table = find(book, spec)
    present = set(keys_of(read(shown_table, spec), spec)) - {None}
    staying = sum(key in present for key in keys_of(records, spec))
    if present and staying < keep * len(records):
        update(book, spec, [])
    update(book, spec, records)


def write_cells(table: SheetTable, column: Column, values: Sequence[object]) -> None:
    """Write one column, one value per data row."""
    if values:
        refuse_protected(table.sheet)
        cells = table.column_cells(column.field, 0, len(values))
        with unfiltered(table.table):
            write_plain(cells, [[to_cell(value, column.kind) for value in values]])


def refuse_duplicates(table: SheetTable, present: Sequence[Key | None]) -> None:
    """Stop where two rows have one key.

    Raises:
        DuplicateKeyError: If they do.
    """
    twice = set(duplicates(present))
    if twice:
        rows = [table.first_row() + index for index, key in enumerate(present) if key in twice]
        raise DuplicateKeyError(table.sheet.name, table.table.name, rows)


def _keys_there(table: SheetTable, spec: TableSpec, there: Sequence[Sequence[object]]) -> list[Key | None]:
    places = [table.positions[field] for field in spec.key]
    keys = [tuple(to_text(row[place]) or "" for place in places) for row in there]
    return [key if any(key) else None for key in keys]


def _blank_rows(there: Sequence[Sequence[object]]) -> list[bool]:
    """Tell for each data row whether all its cells are empty, the user's own columns included."""
    return [all(value in _BLANK for value in row) for row in there]


_BLANK = (None, "")


def _shows(table: SheetTable, spec: TableSpec, there: Sequence[Sequence[object]], rows: Rows, plan: RowPlan) -> bool:
    """Tell whether the table shows the rows already; links are not looked at, which are written apart.

    What stands there is compared, rather than a mark of what was written believed: a person may have typed over it.
    """
    if plan.deletions or plan.new_rows or not there:
        return False
    ours = [number for number, index in enumerate(plan.contents) if index is not None]
    which = _which([index for index in plan.contents if index is not None])
    return all(
        _same([there[number][table.positions[column.field]] for number in ours], rows.cells(column, which))
        for column in spec.columns
        if column.kind is not Kind.LINK and column.field in table.positions
    )


def _same(there: Sequence[object], wanted: Sequence[object]) -> bool:
    """Tell whether cells hold what would be written; a moment stands there as Excel counts days."""
    plain = [serial(value) if isinstance(value, datetime) else value for value in wanted]
    return all(
        (one == other and isinstance(one, bool) == isinstance(other, bool)) or (one in _BLANK and other in _BLANK)
        for one, other in zip(there, plain, strict=True)
    )


def _which(numbers: list[int]) -> Sequence[int]:
    """Return row numbers as a range, where they follow each other."""
    follow = bool(numbers) and numbers[-1] - numbers[0] + 1 == len(numbers)
    whole = range(numbers[0], numbers[-1] + 1) if follow else range(0)
    return whole if follow and all(map(eq, whole, numbers)) else numbers


def _rows(table: SheetTable, first: int, count: int) -> xw.Range:
    return table.cells(0, table.width, first, count)


def _append(table: SheetTable, present: int, count: int) -> None:
    """Add rows at the end: what stands below the table moves down, a totals row stays the last."""
    if not count:
        return
    if table.table.totals_row_range is not None:
        _rows(table, present, count).insert(shift="down")
        return
    new = count if table.body is not None else count - 1  # an empty table shows one blank row
    first = present + count - new
    if new:
        used = area_of(table.sheet.used_range)
        if used.top + used.rows > table.first_row() + first:
            _rows(table, first, new).insert(shift="down")
    table.table.resize(table.cells(0, table.width, -1, 1 + present + count))


def _write(table: SheetTable, spec: TableSpec, rows: Rows, contents: Sequence[int | None]) -> None:
    """Write our columns in blocks of neighbours; rows of the user's own are left out."""
    blocks = list(_blocks(table, spec.columns))
    texts = list(_blocks(table, [column for column in spec.columns if column.kind in (Kind.TEXT, Kind.FLAG)]))
    for first, count in _runs(contents):
        for block in texts:
            table.cells(table.positions[block[0].field], len(block), first, count).number_format = NUMBER_FORMATS[
                Kind.TEXT
            ]
        for block in blocks:
            rows_at_once = max(1, CELLS_AT_ONCE // len(block))
            for begin in range(first, first + count, rows_at_once):
                end = min(begin + rows_at_once, first + count)
                which = _which([index for index in contents[begin:end] if index is not None])
                cells = table.cells(table.positions[block[0].field], len(block), begin, len(which))
                write_plain(cells, [rows.cells(column, which) for column in block])


def _runs(contents: Sequence[int | None]) -> Iterator[tuple[int, int]]:
    """Yield first row and length of each unbroken run of rows of ours."""
    first = 0
    for ours, group in groupby(contents, key=lambda index: index is not None):
        count = len(list(group))
        if ours:
            yield first, count
        first += count


def _blocks(table: SheetTable, columns: Sequence[Column]) -> Iterator[list[Column]]:
    """Group columns into runs that stand side by side in the sheet."""
    block: list[Column] = []
    there = [column for column in columns if column.field in table.positions]
    for column in sorted(there, key=lambda column: table.positions[column.field]):
        if block and table.positions[column.field] != table.positions[block[-1].field] + 1:
            yield block
            block = []
        block.append(column)
    if block:
        yield block


@contextmanager
def unfiltered(table: Table) -> Iterator[None]:
    """Show all rows of a table while the `with` block lasts, then filter it again as it was.

    A filter by colour, icon or a date's group cannot be asked for and set again; such a filter is left off.
    """
    criteria = _criteria(table)
    for one in criteria:
        table.autofilter.clear(one.field)
    try:
        yield
    finally:
        for one in criteria:
            _apply(table.autofilter, one)


def _criteria(table: Table) -> list[AutoFilterCriteria]:
    """Return what a table is filtered by; the engine for files writes all rows whatever the filter."""
    if not hasattr(table.impl, "autofilter") or is_filtered(table) is False or not table.show_autofilter:
        return []
    return [one for one in table.autofilter.criteria if one.type != "none"]


def _apply(autofilter: AutoFilter, one: AutoFilterCriteria) -> None:
    if one.type == "values" and one.values:
        autofilter.apply_values(one.field, one.values)
    elif one.type == "comparison" and one.operator is not None:
        autofilter.apply_comparison(one.field, one.operator, one.value1, one.value2)
    elif one.type in ("top_items", "bottom_items") and one.count is not None:
        (autofilter.apply_top_items if one.type == "top_items" else autofilter.apply_bottom_items)(one.field, one.count)
    elif one.type in ("top_percent", "bottom_percent") and one.percent is not None:
        apply = autofilter.apply_top_percent if one.type == "top_percent" else autofilter.apply_bottom_percent
        apply(one.field, one.percent)
