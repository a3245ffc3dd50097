"""Ranges and tables as xlwings sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbook_engine import cells, table_rows
from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area, area_text, column_name
from workbook_engine.cells import Link
from workbook_engine.errors import RefusedByExcelError, UnsupportedError
from workbook_engine.formula_text import quote_sheet, rename_table
from workbook_engine.formulas import formulas_in
from workbook_engine.native import NATIVE, Native, NativeCells, Owner
from workbook_engine.parts.workbook_part import reference_of, refuse_name
from workbook_engine.range_formats import RangeFormats

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw

    from workbook_engine.parts.table_part import TablePart


class Coordinates(NamedTuple):
    """Where a range lies; rows or columns may be 0, which is a range of no cells."""

    row: int
    column: int
    rows: int
    columns: int


class Range(RangeFormats):
    """A rectangle of cells of one sheet."""

    max_cells_per_read = None
    max_cells_per_write = None

    def __init__(self, sheet: Owner, coordinates: Coordinates) -> None:
        row, column, rows, columns = coordinates
        if min(row, column) < 1 or row + rows - 1 > MAX_ROW or column + columns - 1 > MAX_COLUMN:
            raise IndexError(
                f"A range cannot reach beyond the sheet: row {row}, column {column}, {rows} rows, {columns} columns"
            )
        super().__init__(sheet.xl, Area(row, column, row + rows - 1, column + columns - 1))
        self.sheet = sheet
        self._place = coordinates
        self.options: dict[str, object] = {}

    @property
    def api(self) -> NativeCells | None:
        """Something true that has `Value2` only; `None` for a range of no cells."""
        return NativeCells(self._part, self._area) if len(self) else None

    @property
    def coords(self) -> tuple[Owner, int, int, int, int]:
        """Sheet, first row and column, number of rows and columns."""
        return (self.sheet, *self._place)

    @property
    def row(self) -> int:
        """The first row."""
        return self._place.row

    @property
    def column(self) -> int:
        """The first column."""
        return self._place.column

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and columns."""
        return self._place.rows, self._place.columns

    def __len__(self) -> int:
        return self._place.rows * self._place.columns

    def __call__(self, *position: int) -> Range:
        """Return one cell by row and column, or by its number counted row by row; both may lead outside."""
        row, column = position if len(position) > 1 else _by_number(position[0], self._place.columns)
        return Range(self.sheet, Coordinates(self.row + row - 1, self.column + column - 1, 1, 1))

    def expand(self, mode: str = "table") -> Range:
        """Refuse: it needs `end`, which the add-in does not use; tables say where they end."""
        raise UnsupportedError(f"Range.expand({mode!r}) is not supported; use a table's data_body_range.")

    def select(self) -> None:
        """Make it the selection of the application."""
        self.sheet.book.app.selection = self

    # values

    @property
    def raw_value(self) -> object:
        """What COM's Value gives: one value for one cell, else rows of values (see the package's docstring)."""
        if self.api is None:
            return None
        self._refuse_whole_columns()
        values = self._part.read(self._area)
        return values[0][0] if len(self) == 1 else tuple(map(tuple, values))

    @raw_value.setter
    def raw_value(self, data: object) -> None:
        if self.api is None:
            return
        self._refuse_whole_columns()
        values = cells.spread(data, *self.shape)
        cells.write(self._part, self._area, values)
        self._after_write()

    def _refuse_whole_columns(self) -> None:
        if self._place.rows == MAX_ROW:
            raise UnsupportedError(
                f"{self.address} on sheet {self.sheet.name} holds over a million rows; cut it to the used range first."
            )

    def _after_write(self) -> None:
        for table in self._part.tables:
            if not table.area.meets(self._area):
                continue
            if table.is_empty and any(value is not None for value in self._part.read(table.body)[0]):
                table_rows.begin_records(self._part, table)
            if table.headers and self._area.top <= table.area.top <= self._area.bottom:
                table_rows.take_headers(self._part, table)

    @property
    def formula(self) -> object:
        """Formulas with their `=`; constants as the text one would type. One value or rows of values."""
        if self.api is None:
            return None
        self._refuse_whole_columns()
        area = self._area
        formulas = formulas_in(self._part, area)
        rows = [
            tuple(
                f"={formulas[row, column]}" if (row, column) in formulas else cells.typed_text(self._part, row, column)
                for column in range(area.left, area.right + 1)
            )
            for row in range(area.top, area.bottom + 1)
        ]
        return rows[0][0] if len(self) == 1 else tuple(rows)

    @formula.setter
    def formula(self, value: object) -> None:
        if self.api is None:
            return
        self._refuse_whole_columns()
        if isinstance(value, str) and value.startswith("=") and len(self) > 1:
            cells.write_filled(self._part, self._area, value[1:])
        else:
            cells.write(self._part, self._area, cells.spread(value, *self.shape))
        self._after_write()

    formula2 = formula

    def clear_contents(self) -> None:
        """Empty the cells; their formats stay."""
        if self.api is None:
            return
        area = cells.clip(self._part, self._area)
        if area is not None:
            cells.write(self._part, area, [[None] * area.columns] * area.rows)
            range_of(self.sheet, area)._after_write()  # noqa: SLF001 - the same class

    # places

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:  # noqa: FBT001 - xlwings' signature
        """Return its address, with book and sheet when `external`."""
        address = area_text(self._area, row_absolute=row_absolute, column_absolute=col_absolute)
        if not external:
            return address
        place = f"[{self.sheet.book.name}]{self.sheet.name}"
        plain = (
            quote_sheet(self.sheet.name) == self.sheet.name
            and quote_sheet(self.sheet.book.name) == self.sheet.book.name
        )
        quoted = place.replace("'", "''")
        return f"{place}!{address}" if plain else f"'{quoted}'!{address}"

    @property
    def address(self) -> str:
        """Its address with `$` signs."""
        if self.api is None:
            rows, columns = self.shape
            return f"${column_name(self.column)}${self.row}{{{rows}x{columns}}}"
        return area_text(self._area, row_absolute=True, column_absolute=True)

    @property
    def name(self) -> object:
        """The name that stands for exactly these cells, if any."""
        workbook = self.sheet.book.xl.workbook
        self.sheet.book.xl.settle()
        for element in workbook.names:
            place = reference_of(element)
            if place is not None and (place.sheet, place.area) == (self.sheet.name.lower(), self._area):
                return self.sheet.book.names(workbook.full_name(element))
        return None

    @name.setter
    def name(self, value: str) -> None:
        self.sheet.book.names.add(value, f"={quote_sheet(self.sheet.name)}!{self.address}")

    @property
    def table(self) -> Table | None:
        """The table that holds its first cell."""
        part = self._part.table_at(self.row, self.column)
        return None if part is None else Table(self.sheet, part)

    # changes of the sheet

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        """Insert cells; those below move down."""
        if shift != "down":
            raise UnsupportedError("Cells can only be inserted with shift='down'.")
        table_rows.insert_cells(self._part, self._area, from_below=copy_origin == "format_from_right_or_below")

    def delete(self, shift: str | None = None) -> None:
        """Delete the cells; those below move up."""
        if shift != "up":
            raise UnsupportedError("Cells can only be deleted with shift='up'.")
        table_rows.delete_cells(self._part, self._area)

    def add_hyperlink(self, address: str, text_to_display: str, screen_tip: str) -> None:
        """Put a link into the cell: an address, or `#'Sheet'!A1` for a place in this workbook."""
        cells.add_link(self._part, self._area, Link(address, text_to_display, screen_tip))


def _by_number(position: int, columns: int) -> tuple[int, int]:
    row, column = divmod(position - 1, columns)
    return row + 1, column + 1


def range_of(sheet: Owner, area: Area) -> Range:
    """Return the range of an area."""
    return Range(sheet, Coordinates(area.top, area.left, area.rows, area.columns))


def area_of(cells: Range) -> Area:
    """Return the area of a range."""
    _, row, column, rows, columns = cells.coords
    return Area(row, column, row + rows - 1, column + columns - 1)


class Tables:
    """The tables of one sheet."""

    def __init__(self, parent: Owner) -> None:
        self._parent = parent

    @property
    def api(self) -> Native:
        """Something true without members."""
        return NATIVE

    def __iter__(self) -> Iterator[Table]:
        return (Table(self._parent, part) for part in self._parent.xl.tables)

    def __len__(self) -> int:
        return len(self._parent.xl.tables)

    def __call__(self, key: str | int) -> Table:
        """Return a table by its name or its place from 1."""
        tables = list(self)
        if isinstance(key, int) and 1 <= key <= len(tables):
            return tables[key - 1]
        matches = [table for table in tables if isinstance(key, str) and table.name.lower() == key.lower()]
        if not matches:
            raise KeyError(key)
        return matches[0]

    def __contains__(self, key: object) -> bool:
        # xlwings' Windows class has no such method, so that Python walks over the tables and never finds a name
        raise TypeError(f"`{key!r} in sheet.tables` is always False in Excel; compare with the names of the tables.")


class Table:
    """One table."""

    def __init__(self, parent: Owner, part: TablePart) -> None:
        self.parent = parent
        self.xl = part

    @property
    def api(self) -> Native:
        """Something true without members."""
        return NATIVE

    @property
    def name(self) -> str:
        """The name that formulas use."""
        return self.xl.name

    @name.setter
    def name(self, value: str) -> None:
        file = self.parent.xl.book
        refuse_name(value)
        taken = {table.name.lower() for _, table in file.tables if table is not self.xl}
        taken |= {name.get("name").lower() for name in file.workbook.names}
        if value.lower() in taken:
            raise RefusedByExcelError(f"A table cannot be called {value}: the workbook has that name already.")
        old, self.xl.name = self.xl.name, value
        file.change_formulas(lambda formula, _: rename_table(formula, old, value))

    display_name = name

    @property
    def range(self) -> Range:
        """Header, data and totals."""
        return range_of(self.parent, self.xl.area)

    @property
    def header_row_range(self) -> Range | None:
        """The header row, if shown."""
        area = self.xl.area
        return range_of(self.parent, area._replace(bottom=area.top)) if self.xl.headers else None

    @property
    def data_body_range(self) -> Range | None:
        """The data rows; `None` when the table has no record yet.

        What another program wrote into the blank row of an empty table is its first record, as if typed in Excel.
        """
        body = range_of(self.parent, self.xl.body)
        if self.xl.is_empty and not _is_blank(body.raw_value):
            self.xl.is_empty = False
        return None if self.xl.is_empty else body

    @property
    def insert_row_range(self) -> Range | None:
        """The blank row of a table without records; else `None`."""
        return range_of(self.parent, self.xl.body) if self.xl.is_empty else None

    @property
    def totals_row_range(self) -> Range | None:
        """The totals row, if shown."""
        area = self.xl.area
        return range_of(self.parent, area._replace(top=area.bottom)) if self.xl.totals else None

    @property
    def show_headers(self) -> bool:
        """Whether the header row is shown."""
        return bool(self.xl.headers)

    @property
    def show_totals(self) -> bool:
        """Whether the totals row is shown."""
        return bool(self.xl.totals)

    @property
    def show_autofilter(self) -> bool:
        """Whether the header has filter buttons."""
        return self.xl.filter is not None

    @show_autofilter.setter
    def show_autofilter(self, value: bool) -> None:
        if value == self.show_autofilter:
            return
        if self.xl.is_filtered:
            table_rows.unhide(self.parent.xl, self.xl)
        self.xl.show_filter(shown=value)

    @property
    def table_style(self) -> str:
        """The name of its style."""
        return self.xl.style

    @table_style.setter
    def table_style(self, value: str) -> None:
        self.xl.style = value

    def resize(self, range: xw.Range) -> None:  # noqa: A002 - xlwings' signature
        """Lay it over another range with the same header.

        Raises:
            RefusedByExcelError: If the header would move, no row would be left, or another table is in the way.
        """
        table_rows.resize(self.parent.xl, self.xl, area_of(range.impl))


def _is_blank(values: object) -> bool:
    """Tell whether one value, or rows of values, are nothing."""
    return all(map(_is_blank, values)) if isinstance(values, tuple) else values in (None, "")
