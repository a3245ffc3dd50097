"""What the bookkeeper typed into a list of settings (Setup, Accounts, SKU mapping ...), told from what was filled.

Each such list ends with a hidden column that keeps what its editable cells were filled with, so an edit is seen without
asking the database, and a cell that nobody touched never overwrites what somebody else has changed since.

Every cell that somebody typed into any sheet is read here or on Resolve, by what its column declares (`read_cell`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.cells import (
    CellRefusal,
    Percentage,
    Scientific,
    plain_text,
    read_cell,
    read_choice,
    to_text,
    typed_values,
)
from addin.sheets.tables.filled_rows import FILLED, cell_by_cell, filled_text, is_as_filled
from addin.sheets.tables.native_cells import area_of, plain_values
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.errors import WorkbookError
from core.plurals import counted
from workbook_engine.addresses import column_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import xlwings as xw

    from addin.sheets.tables.filled_rows import InBooks
    from addin.sheets.tables.tables import Record, SheetTable
    from core.settings import DecimalMark

_MOST_CELLS_NAMED = 5


class CellsRefusedError(WorkbookError):
    """Cells that somebody typed hold what their columns do not want."""

    def __init__(self, refused: Sequence[str]) -> None:
        more = len(refused) - _MOST_CELLS_NAMED
        named = [*refused[:_MOST_CELLS_NAMED], *([f"and {counted(more, 'more cell')}"] if more > 0 else [])]
        super().__init__(f"{'. '.join(named)}. Nothing was changed; correct it and try again.")


class RowBelowTableError(WorkbookError):
    """Somebody typed directly below a table, where nobody reads."""

    def __init__(self, sheet: str, cells: Sequence[str]) -> None:
        super().__init__(
            f"What was typed into {', '.join(cells)} of sheet {sheet} stands below the table and is no row of it. "
            f"Insert a row into the table and move it there, or delete it. Nothing was changed."
        )


def edited_rows(
    book: xw.Book,
    spec: TableSpec,
    advice: Mapping[str, str] | None = None,
    without_dates: Collection[str] = (),
    books: InBooks | None = None,
    amounts: Collection[str] = (),
) -> list[dict[str, str]]:
    """Return the rows that were edited or added since the sheet was filled: every field as plain text.

    A row whose editable cells were emptied comes back with empty texts: its setting is to be taken away. A real date
    where dates are taken is the text 2026-08-31, so a date that Excel made of what was filled is no edit.

    Args:
        book: The workbook.
        spec: The list.
        advice: How to write what is wanted, by the name of a row, where rows of one column want different things.
        without_dates: The names of rows that want no date, where their column takes dates for others.
        books: What the books hold of the list: cells that nobody touched say that. Left out, they say what stands
            there.
        amounts: The names of rows whose texts say an amount: by the decimal mark; a number of a cell is what it is.

    Raises:
        WorkbookError: If the table or one of its columns is not there, or something was typed below it.
        CellsRefusedError: If a cell of an edited row holds an error, a date or a percentage where none is wanted, or
            a row does not say what it is about.
        DuplicateKeyError: If an edited row and another one are about the same.
        SavedMeanwhileError: If a cell was typed over something that the books do not hold any more.
    """
    table = tables.find(book, spec)
    rows = tables.read(table, spec)
    refuse_rows_below(table, spec)
    filled = [to_text(row[FILLED.field]) or filled_text(spec, {}) for row in rows]
    edited = [index for index, row in enumerate(rows) if not is_as_filled(spec, row, filled[index])]
    if not edited:
        return []
    typed = {column.field: typed_cells(table, column, edited) for column in _typed_columns(spec)}
    texts = [
        {**rows[index], **{field: cells[place] for field, cells in typed.items()}} for place, index in enumerate(edited)
    ]
    wanted = _Wanted(advice or {}, without_dates, amounts, books.decimal_mark() if books is not None else None)
    taken = dict(zip(edited, _read_rows(table, spec, texts, edited, wanted), strict=True))
    taken = {index: row for index, row in taken.items() if not is_as_filled(spec, row, filled[index])}
    _refuse_unnamed(table, spec, taken)
    _refuse_twice(table, spec, [taken.get(index, row) for index, row in enumerate(rows)], taken)
    if books is not None:
        taken = cell_by_cell(spec, taken, filled, books, cell_names(table))
    return [
        {field: plain_text(value) for field, value in row.items() if field != FILLED.field} for row in taken.values()
    ]


def _refuse_unnamed(table: SheetTable, spec: TableSpec, edited: Mapping[int, Record]) -> None:
    """Refuse a row that says something of nothing: 4.17 without SKU, Europe/Berlin without store."""
    name = spec.column(spec.key[0])
    others = [column for column in spec.columns if column.editable and column is not name]
    cell = cell_names(table)
    unnamed = [
        f"Cell {cell(name, index)} is empty, and something is typed beside it: write it, or empty the row"
        for index, row in edited.items()
        if not plain_text(row[name.field]) and any(plain_text(row[column.field]) for column in others)
    ]
    if unnamed:
        raise CellsRefusedError(unnamed)


def _refuse_twice(table: SheetTable, spec: TableSpec, rows: Sequence[Record], edited: Collection[int]) -> None:
    """Refuse two rows of one thing, of which one is edited: either could be meant."""
    keys = [tuple(plain_text(row[field]) for field in spec.key) for row in rows]
    of = {keys[index] for index in edited if any(keys[index])}
    twice = [index for index, key in enumerate(keys) if key in of and keys.count(key) > 1]
    if twice:
        raise tables.DuplicateKeyError(table.sheet.name, table.table.name, [table.first_row() + i for i in twice])


def refuse_rows_below(table: SheetTable, spec: TableSpec) -> None:
    """Refuse what was typed into the row below a table, where Excel did not make the table longer.

    Call it once the body was read: what stands in the blank row of an empty table is its first row then.

    Raises:
        RowBelowTableError: If a cell that somebody may type into holds something there.
    """
    rows, left = area_of(table.table.range).rows - 1, table.left
    row = table.first_row() + rows
    cells = plain_values(table.cells(0, table.width, rows, 1))[0]
    places = sorted(table.positions[column.field] for column in _typed_columns(spec))
    typed = [f"{column_name(left + place)}{row}" for place in places if plain_text(cells[place])]
    if typed:
        raise RowBelowTableError(table.sheet.name, typed)


def typed_cells(table: SheetTable, column: Column, rows: Sequence[int]) -> list[object]:
    """Return what stands in a column's cells of some data rows, as `typed_values` reads it; Excel is asked once."""
    if not rows:
        return []
    first, last = min(rows), max(rows)
    values = typed_values(table.column_cells(column.field, first, last - first + 1))
    return [values[row - first] for row in rows]


def cell_names(table: SheetTable) -> Callable[[Column, int], str]:
    """Return what names a cell of a data row to its user: `Resolve!N5 (Cost)`. Excel is asked once."""
    sheet, left, first = table.sheet.name, table.left, table.first_row()

    def name(column: Column, row: int) -> str:
        return (
            f"{sheet}!{column_name(left + table.positions[column.field])}{first + row} ({table.headers[column.field]})"
        )

    return name


def typed_words(table: SheetTable, spec: TableSpec, fields: Sequence[str]) -> list[dict[str, str]]:
    """Return what stands in some typed columns, row by row as texts; a flag is `yes`, or empty where it is no.

    Raises:
        CellsRefusedError: If a cell holds what its column does not want, another word than its choices included.
    """
    count = table.count()
    refuse_rows_below(table, spec)
    every = range(count)
    cells = {name: typed_cells(table, spec.column(name), every) for name in fields}
    refused, words, name_of = [], [], cell_names(table)
    for row in every:
        values = {name: read_choice(cells[name][row], spec.column(name)) for name in fields}
        refused += [
            f"Cell {name_of(spec.column(name), row)} {value}"
            for name, value in values.items()
            if isinstance(value, CellRefusal)
        ]
        words.append({name: plain_text(value) for name, value in values.items()})
    if refused:
        raise CellsRefusedError(refused)
    return words


def _typed_columns(spec: TableSpec) -> list[Column]:
    """Return the columns that somebody may type into: those that can be edited, and those that name a row."""
    return [column for column in spec.columns if column.editable or column.field in spec.key]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What rows of one column want each, by their names."""

    advice: Mapping[str, str]
    without_dates: Collection[str]
    amounts: Collection[str]
    decimal_mark: DecimalMark | None

    def read(self, row: Mapping[str, object], column: Column, name: str) -> object:
        """Return what the row's cell of a column holds, or why it is refused.

        A number typed into a cell that shows dates or percentages becomes one again, so that its format has to go.
        """
        typed = row[column.field]
        takes_dates = column.takes_dates and name not in self.without_dates
        if column.editable and name in self.amounts:
            number = read_cell(typed, replace(column, takes_dates=False, kind=Kind.MONEY), self.decimal_mark)
            return f"{number.normalize():f}" if isinstance(number, Decimal) else number
        value = read_cell(typed, replace(column, takes_dates=takes_dates), self.decimal_mark)
        own = self.advice.get(name)
        if not isinstance(value, CellRefusal) or own is None:
            return value
        is_format = isinstance(typed, datetime | Percentage | Scientific)
        return replace(value, advice=f"give the cell the number format General, then {own}" if is_format else own)


def _read_rows(
    table: SheetTable,
    spec: TableSpec,
    rows: Sequence[Mapping[str, object]],
    places: Sequence[int],
    wanted: _Wanted,
) -> list[Record]:
    """Return the rows with what their columns make of each typed cell; numbers of cells stay as they are typed."""
    refused, read, name_of = [], [], cell_names(table)
    for row, place in zip(rows, places, strict=True):
        name = plain_text(row[spec.key[0]])
        values = {column: wanted.read(row, column, name) for column in _typed_columns(spec)}
        refused += [
            f"Cell {name_of(column, place)} {value}"
            for column, value in values.items()
            if isinstance(value, CellRefusal)
        ]
        taken = {column.field: value for column, value in values.items() if column.kind in (Kind.TEXT, Kind.FLAG)}
        numbers = {
            column.field: f"{value.normalize():f}"
            for column, value in values.items()
            if isinstance(value, Decimal) and isinstance(row[column.field], str)
        }
        read.append({**row, **taken, **numbers})
    if refused:
        raise CellsRefusedError(refused)
    return read
