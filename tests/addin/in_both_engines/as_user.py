"""What users do to a sheet of ours, done by another program (openpyxl) to the workbook file."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.filters import ColorFilter, FilterColumn, Filters
from openpyxl.worksheet.table import TableColumn

from tests.books_with_vba import load_with_vba

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.table import Table
    from openpyxl.worksheet.worksheet import Worksheet

OWN_HEADER = "My remark"
OWN_PLACE = 3
"""Where the user's column goes, counted from 0."""
TOTAL = "Total of everything"
OTHER_NAME = "My own name"


class UsersTable:
    """A table in a workbook file, opened by its user."""

    def __init__(self, path: Path, table: str, book: Workbook | None = None) -> None:
        self._path = path
        self.book: Workbook = book or load_with_vba(path)
        self.sheet, self.table = self._find(table)

    def _find(self, name: str) -> tuple[Worksheet, Table]:
        return next((s, t) for s in self.book.worksheets for t in s.tables.values() if t.name == name)

    def of(self, table: str) -> UsersTable:
        """Return another table of the same workbook."""
        return UsersTable(self._path, table, self.book)

    def save(self) -> None:
        """Save and close."""
        self.book.save(self._path)

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """First column, first row, last column and last row of the table."""
        left, top, right, bottom = range_boundaries(self.table.ref)
        return int(left or 0), int(top or 0), int(right or 0), int(bottom or 0)

    @property
    def headers(self) -> list[str]:
        """The headers as they stand."""
        left, top, right, _ = self.bounds
        return [str(self.sheet.cell(top, column).value) for column in range(left, right + 1)]

    def rows(self) -> list[list[Any]]:
        """Return the data rows as cells."""
        left, top, right, bottom = self.bounds
        last = bottom - (self.table.totalsRowCount or 0)
        return [[self.sheet.cell(r, c) for c in range(left, right + 1)] for r in range(top + 1, last + 1)]

    def cell(self, row: int, header: str) -> Any:
        """Return the cell of a data row (from 0)."""
        return self.rows()[row][self.headers.index(header)]

    def values(self) -> list[dict[str, Any]]:
        """Return the data rows as header -> value."""
        return [dict(zip(self.headers, (cell.value for cell in row), strict=True)) for row in self.rows()]

    def is_hidden(self, row: int) -> bool:
        """Tell whether a data row (from 0) is hidden."""
        return bool(self.sheet.row_dimensions[self.bounds[1] + 1 + row].hidden)

    def put(self, rows: list[list[tuple[Any, str]]]) -> None:
        """Replace the data rows by these values and number formats."""
        left, top, right, bottom = self.bounds
        for row in range(top + 1, bottom + 1):
            for column in range(left, right + 1):
                self.sheet.cell(row, column).value = None
        for row, cells in enumerate(rows, start=top + 1):
            for column, (value, number_format) in enumerate(cells, start=left):
                cell = self.sheet.cell(row, column)
                cell.value, cell.number_format = value, number_format
        self.resize(len(self.headers), max(1, len(rows)))

    def resize(self, columns: int, rows: int) -> None:
        """Let the table have that many columns and data rows."""
        left, top, _, _ = self.bounds
        self.table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(left + columns - 1)}{top + rows}"
        if self.table.autoFilter is not None:
            self.table.autoFilter.ref = self.table.ref


def change(path: Path, table: str, how: Callable[[UsersTable], None]) -> None:
    """Do something to a table and save the workbook."""
    users = UsersTable(path, table)
    how(users)
    users.save()


def nothing(users: UsersTable) -> None:
    """Leave the sheet as it is."""


def filter_it(users: UsersTable) -> None:
    """Filter: of the types only the first row's is shown."""
    column = users.headers.index("Type")
    shown = users.rows()[0][column].value
    entry = FilterColumn(colId=column, filters=Filters(filter=[shown]))
    assert users.table.autoFilter is not None
    users.table.autoFilter.filterColumn = [entry]
    for row in users.rows():
        users.sheet.row_dimensions[row[0].row].hidden = row[column].value != shown


def filter_by_colour(users: UsersTable) -> None:
    """Filter by the colour of cells, which shows only the first rows."""
    assert users.table.autoFilter is not None
    users.table.autoFilter.filterColumn = [FilterColumn(colId=1, colorFilter=ColorFilter(dxfId=0))]
    for row in users.rows()[3:]:
        users.sheet.row_dimensions[row[0].row].hidden = True


def switch_totals_on(users: UsersTable) -> None:
    """Show the totals row."""
    left, top, right, bottom = users.bounds
    users.sheet.cell(bottom + 1, left).value = TOTAL
    users.table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom + 1}"
    users.table.totalsRowCount = 1
    users.table.tableColumns[0].totalsRowLabel = TOTAL


def sort_it(users: UsersTable) -> None:
    """Sort the other way round."""
    users.put([[(cell.value, cell.number_format) for cell in row] for row in reversed(users.rows())])


def insert_own_column(users: UsersTable) -> None:
    """Insert a column of one's own in the middle, with a remark beside every row."""
    rows = [[(cell.value, cell.number_format) for cell in row] for row in users.rows()]
    headers = users.headers
    key = headers.index("Key")
    remarked = [[*row[:OWN_PLACE], (remark_on(row[key][0]), "General"), *row[OWN_PLACE:]] for row in rows]
    left, top, _, _ = users.bounds
    for column, header in enumerate([*headers[:OWN_PLACE], OWN_HEADER, *headers[OWN_PLACE:]], start=left):
        users.sheet.cell(top, column).value = header
    columns = [copy(column) for column in users.table.tableColumns]
    columns.insert(OWN_PLACE, TableColumn(id=1, name=OWN_HEADER))
    for number, column in enumerate(columns, start=1):
        column.id = number
    users.table.tableColumns = columns
    users.resize(len(columns), len(rows))
    users.put(remarked)


def remark_on(key: object) -> str:
    """Return what the user remarks on a row."""
    return f"seen {key}"


def empty_it(users: UsersTable) -> None:
    """Delete all rows."""
    users.put([[(None, "General")] * len(users.headers)])


def rename_sheet(users: UsersTable) -> None:
    """Give the sheet another name."""
    users.sheet.title = OTHER_NAME


def write_below(users: UsersTable) -> None:
    """Write a note of one's own below the table."""
    left, _, _, bottom = users.bounds
    users.sheet.cell(bottom + 3, left).value = TOTAL


def protect(users: UsersTable) -> None:
    """Protect the sheet."""
    users.sheet.protection.sheet = True


def format_costs_as_currency(users: UsersTable) -> None:
    """Format column Cost as currency."""
    for row in range(len(users.rows())):
        users.cell(row, "Cost").number_format = '"$"#,##0.00'
