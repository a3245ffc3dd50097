"""Excel tables found by name, their columns by header; read, and updated in place.

Rows that are still wanted stay where they are, new ones are appended, vanished ones are deleted as table rows. The
user's columns, formulas, formats, sorting and column order stay (docs/design/workbook-engine.md, Sheets and tables).
Nothing is written before everything that can be checked has been checked.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from addin.sheets.cells import plain_values, to_cell, to_text
from addin.sheets.columns import NUMBER_FORMATS, Column, Kind, TableSpec, known_headers
from addin.sheets.protection import refuse_protected
from addin.sheets.row_plan import Key, duplicates, plan_rows
from core.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import xlwings as xw
    from xlwings.main import AutoFilter, AutoFilterCriteria, Table

Record = dict[str, object]


class TableMissingError(WorkbookError):
    """The workbook lacks a table."""

    def __init__(self, book: str, spec: TableSpec) -> None:
        super().__init__(
            f"{book} has no table {spec.table} (sheet {spec.sheet}). Was the sheet deleted, or is this not a Cogsheet "
            f"workbook? Nothing was written. If an older Cogsheet made it, close it and run `cogsheet upgrade`. Else "
            f"undo the deletion, or make a new workbook with `cogsheet new`: what was "
            f"saved is in the database and is not lost."
        )


class ColumnMissingError(WorkbookError):
    """A table lacks columns that are filled or read."""

    def __init__(self, sheet: str, table: str, headers: Sequence[str]) -> None:
        named = ", ".join(f"“{header}”" for header in headers)
        super().__init__(
            f"Table {table} on sheet {sheet} has no column {named}. Was a header renamed, a column deleted or the "
            f"header row hidden? Nothing was written. Give the header its name back and try again; if an older "
            f"Cogsheet made the workbook, close it and run `cogsheet upgrade`."
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
class FoundTable:
    """A table of the workbook, and where in it each of our fields stands."""

    table: xw.main.Table
    sheet: xw.Sheet
    header: xw.Range
    positions: dict[str, int]
    """Field -> column within the table, from 0."""
    headers: dict[str, str]
    """Field -> the header that it has here, which in an older workbook may be an earlier one."""

    @property
    def body(self) -> xw.Range | None:
        """The data rows; `None` where there are none."""
        return self.table.data_body_range

    def first_row(self) -> int:
        """Return the sheet row of the first data row."""
        return int(self.header.row) + 1

    def column_cells(self, field: str, first: int, count: int) -> xw.Range:
        """Return `count` cells of a field's column, beginning with data row `first` (from 0)."""
        row = self.first_row() + first
        column = int(self.table.range.column) + self.positions[field]
        return self.sheet.range((row, column), (row + count - 1, column))


def find(book: xw.Book, spec: TableSpec, *, table: str | None = None) -> FoundTable:
    """Find a table by its name and its columns by their headers.

    Raises:
        TableMissingError: If no sheet has that table.
        ColumnMissingError: If a column of the declaration is not there.
    """
    name = table or spec.table
    place = next(((sheet, t) for sheet in book.sheets for t in sheet.tables if t.name == name), None)
    return _found(book, spec, name, place)


def find_all(book: xw.Book, specs: Iterable[TableSpec]) -> list[FoundTable]:
    """Find several tables; the names of those that are there are asked for once, each of which is a call to Excel.

    Raises:
        TableMissingError: If no sheet has one of them.
        ColumnMissingError: If a column of a declaration is not there.
    """
    places: dict[str, tuple[xw.Sheet, Table]] = {}
    for sheet in book.sheets:
        for table in sheet.tables:
            places.setdefault(table.name, (sheet, table))
    return [_found(book, spec, spec.table, places.get(spec.table)) for spec in specs]


def _found(book: xw.Book, spec: TableSpec, name: str, place: tuple[xw.Sheet, Table] | None) -> FoundTable:
    if place is None:
        raise TableMissingError(book.name, spec)
    sheet, table = place
    header = table.header_row_range
    headers = [] if header is None else [to_text(text) for text in plain_values(header)[0]]
    shown = {column.field: _shown(headers, spec, column) for column in spec.columns}
    missing = [column.header for column in spec.columns if shown[column.field] not in headers]
    if header is None or missing:
        raise ColumnMissingError(sheet.name, name, missing)
    positions = {field: headers.index(text) for field, text in shown.items()}
    return FoundTable(table, sheet, header, positions, shown)


def _shown(headers: Sequence[str | None], spec: TableSpec, column: Column) -> str:
    """Return the header that a column has here: its own, or in a workbook that is not upgraded the one before it."""
    known = known_headers(spec.table, column.header)
    return next((text for text in known if text in headers), column.header)


def read(found: FoundTable, spec: TableSpec) -> list[Record]:
    """Read the rows as records of plain values, one per data row, in the order of the sheet."""
    if found.body is None:
        return []
    rows = plain_values(found.body)
    return [{column.field: row[found.positions[column.field]] for column in spec.columns} for row in rows]


def keys_of(rows: Sequence[Mapping[str, object]], spec: TableSpec) -> list[Key | None]:
    """Return each row's key; `None` where the key cells are empty."""
    keys = [tuple(to_text(row[field]) or "" for field in spec.key) for row in rows]
    return [key if any(key) else None for key in keys]


def update(book: xw.Book, spec: TableSpec, records: Sequence[Record], *, table: str | None = None) -> None:
    """Make the table show these records, in place.

    Args:
        book: The workbook.
        spec: The table's declaration.
        records: One per row, with a value for every field of the declaration.
        table: The table's name where it is not the declared one (COGS tabs).

    Raises:
        WorkbookError: If table, column or key are not as they must be; then nothing was written.
    """
    found = find(book, spec, table=table)
    present = keys_of(read(found, spec), spec)
    _refuse_duplicates(found, present)
    wanted = [key or () for key in keys_of(records, spec)]
    plan = plan_rows(present, wanted, blank=_blank_rows(found))
    refuse_protected(found.sheet)
    with unfiltered(found.table):
        for first, count in plan.deleted:
            _rows(found, first, count).delete(shift="up")
        _append(found, len(plan.contents) - plan.appended, plan.appended)
        _write(found, spec, [None if index is None else records[index] for index in plan.contents])


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
    found = find(book, spec)
    present = set(keys_of(read(found, spec), spec)) - {None}
    staying = sum(key in present for key in keys_of(records, spec))
    if present and staying < keep * len(records):
        update(book, spec, [])
    update(book, spec, records)


def write_cells(found: FoundTable, column: Column, values: Sequence[object]) -> None:
    """Write one column, one value per data row."""
    if values:
        refuse_protected(found.sheet)
        cells = found.column_cells(column.field, 0, len(values))
        with unfiltered(found.table):
            cells.value = [[to_cell(value, column.kind)] for value in values]


def _refuse_duplicates(found: FoundTable, present: Sequence[Key | None]) -> None:
    twice = set(duplicates(present))
    if twice:
        rows = [found.first_row() + index for index, key in enumerate(present) if key in twice]
        raise DuplicateKeyError(found.sheet.name, found.table.name, rows)


def _blank_rows(found: FoundTable) -> list[bool]:
    """Tell for each data row whether all its cells are empty, the user's own columns included."""
    if found.body is None:
        return []
    return [all(value in (None, "") for value in row) for row in plain_values(found.body)]


def _rows(found: FoundTable, first: int, count: int) -> xw.Range:
    whole = found.table.range
    row, left = found.first_row() + first, int(whole.column)
    return found.sheet.range((row, left), (row + count - 1, left + int(whole.shape[1]) - 1))


def _append(found: FoundTable, present: int, count: int) -> None:
    """Add rows at the end: what stands below the table moves down, a totals row stays the last."""
    if not count:
        return
    if found.table.totals_row_range is not None:
        _rows(found, present, count).insert(shift="down")
        return
    new = count if found.body is not None else count - 1  # an empty table shows one blank row
    first = present + count - new
    if new and found.sheet.used_range.last_cell.row >= found.first_row() + first:
        _rows(found, first, new).insert(shift="down")
    found.table.resize(found.header.resize(1 + present + count, found.header.shape[1]))


def _write(found: FoundTable, spec: TableSpec, rows: Sequence[Record | None]) -> None:
    """Write our columns in blocks of neighbours; rows of the user's own are left out."""
    for first, records in _runs(rows):
        for block in _blocks(found, spec):
            for column in block:
                if column.kind in (Kind.TEXT, Kind.FLAG):
                    found.column_cells(column.field, first, len(records)).number_format = NUMBER_FORMATS[column.kind]
            cells = found.column_cells(block[0].field, first, len(records)).resize(len(records), len(block))
            cells.value = [[to_cell(record[column.field], column.kind) for column in block] for record in records]


def _runs(rows: Sequence[Record | None]) -> Iterator[tuple[int, list[Record]]]:
    """Yield each unbroken run of records with the number of its first row."""
    first = 0
    for ours, group in groupby(rows, key=lambda row: row is not None):
        run = list(group)
        if ours:
            yield first, [row for row in run if row is not None]
        first += len(run)


def _blocks(found: FoundTable, spec: TableSpec) -> Iterator[list[Column]]:
    """Group our columns into runs that stand side by side in the sheet."""
    block: list[Column] = []
    for column in sorted(spec.columns, key=lambda column: found.positions[column.field]):
        if block and found.positions[column.field] != found.positions[block[-1].field] + 1:
            yield block
            block = []
        block.append(column)
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
    if not hasattr(table.impl, "autofilter") or not table.show_autofilter:
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
