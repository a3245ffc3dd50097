"""How cells look: the part of a range that has to do with formats, widths and visibility."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from workbook_engine import moves, notes, sheet_blocks, table_rows
from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area, area_text, column_name
from workbook_engine.cell_values import datetime_to_serial, general_text, read_formula, split_cell, style_of
from workbook_engine.errors import UnsupportedError
from workbook_engine.formulas import formulas_in, unshare
from workbook_engine.name import Name, cells_named
from workbook_engine.native import NativeCells
from workbook_engine.notes import Link
from workbook_engine.references import quote_sheet
from workbook_engine.styles import AreaStyles, Color, Font, color_code, red_green_blue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbook_engine.sheet import Sheet
    from workbook_engine.sheet_part import SheetPart
    from workbook_engine.table import Table


class RangeFormats:
    """The formats of the cells of an area; a property is `None` where its cells differ."""

    def __init__(self, part: SheetPart, area: Area) -> None:
        self._part = part
        self._area = area

    @property
    def _look(self) -> AreaStyles:
        return AreaStyles(self._part, self._area)

    @property
    def number_format(self) -> str | None:
        """The number format."""
        return self._look.common(lambda style: self._look.styles.style(style).number_format)

    @number_format.setter
    def number_format(self, value: str) -> None:
        self._look.restyle(lambda style: self._look.styles.with_number_format(style, value))

    @property
    def color(self) -> tuple[int, int, int] | None:
        """The background as red, green, blue; `None` for none and for a colour of the theme, too."""
        found = self._look.common(self._look.styles.fill_color)
        return red_green_blue(found) if found else None

    @color.setter
    def color(self, value: Color | None) -> None:
        self._look.restyle(lambda style: self._look.styles.with_fill(style, color_code(value)))

    @property
    def font(self) -> Font:
        """The font."""
        return Font(self._look)

    # columns and rows

    @property
    def column_width(self) -> float | None:
        """The width of its columns in characters."""
        area = self._area
        widths = {self._part.columns.width(column) for column in range(area.left, area.right + 1)}
        return widths.pop() if len(widths) == 1 else None

    @column_width.setter
    def column_width(self, value: float) -> None:
        self._part.columns.set_width(self._area.left, self._area.right, value)
        self._part.touch()

    @property
    def row_height(self) -> float | None:
        """The height of its rows in points."""
        heights = {self._part.row_height(row) for row in range(self._area.top, self._area.bottom + 1)}
        return heights.pop() if len(heights) == 1 else None

    @row_height.setter
    def row_height(self, value: float) -> None:
        self._set_rows("ht", f"{value:g}")
        self._set_rows("customHeight", "1")

    @property
    def row_hidden(self) -> bool | None:
        """Whether its rows are hidden, by hand or by a filter."""
        hidden = {self._part.row_hidden(row) for row in range(self._area.top, self._area.bottom + 1)}
        return hidden.pop() if len(hidden) == 1 else None

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self._set_rows("hidden", "1" if value else None)

    def _set_rows(self, attribute: str, value: str | None) -> None:
        for row in range(self._area.top, self._area.bottom + 1):
            self._part.rows.set_row_attribute(row, attribute, value)
        self._part.touch()

    @property
    def column_hidden(self) -> bool | None:
        """Whether its columns are hidden."""
        hidden = {self._part.columns.hidden(column) for column in range(self._area.left, self._area.right + 1)}
        return hidden.pop() if len(hidden) == 1 else None

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self._part.columns.set_hidden(self._area.left, self._area.right, hidden=value)
        self._part.touch()


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

    def __init__(self, sheet: Sheet, coordinates: Coordinates) -> None:
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
    def coords(self) -> tuple[Sheet, int, int, int, int]:
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
        values = self._spread(data)
        self._part.write(self._area, values)
        self._after_write()

    def _refuse_whole_columns(self) -> None:
        if self._place.rows == MAX_ROW:
            raise UnsupportedError(
                f"{self.address} on sheet {self.sheet.name} holds over a million rows; cut it to the used range first."
            )

    def _spread(self, data: object) -> Sequence[Sequence[object]]:
        """Return rows of exactly this shape, filled as Excel fills: one value or row for all, #N/A where data ends."""
        rows, columns = self.shape
        if not isinstance(data, list | tuple):
            return [[data] * columns] * rows
        lines: Sequence[object] = data if data and isinstance(data[0], list | tuple) else [data]
        if len(lines) == rows and all(isinstance(line, list | tuple) and len(line) == columns for line in lines):
            return lines  # type: ignore[return-value] # its lines were just looked at
        if len(lines) == 1:
            lines = [*lines] * rows
        return [[_item(lines, row, column) for column in range(columns)] for row in range(rows)]

    def _after_write(self) -> None:
        for table in self._part.tables:
            if not table.area.meets(self._area):
                continue
            if table.is_empty and any(value is not None for value in self._part.read(table.body)[0]):
                table_rows.begin_records(self._part, table)
            if table.headers and self._area.top <= table.area.top <= self._area.bottom:
                table_rows.take_headers(self._part, table)

    def _store_values(self, values: Sequence[Sequence[object]]) -> None:
        part, writer = self._part, self._part.book.writer
        part.book.forget_stale_values()
        if part.rows.rows and part.has_shared:
            unshare(part)
        for number, line in enumerate(values, self.row):
            for column, value in enumerate(line, self.column):
                cell = part.rows.cell(number, column)
                found = read_formula(cell) if cell is not None else None
                if cell is not None and found is not None and found.kind == "normal":
                    part.rows.edit(number)[column] = writer.formula(found.text, style_of(cell), value)
                    part.touch()

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
                f"={formulas[row, column]}" if (row, column) in formulas else self._typed_text(row, column)
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
            sheet_blocks.write_filled(self._part, self._area, value[1:])
        else:
            self._part.write(self._area, self._spread(value))
        self._after_write()

    formula2 = formula

    def _typed_text(self, row: int, column: int) -> str:
        """Return the constant of a cell as one would type it."""
        cell = self._part.rows.cell(row, column)
        if cell is None:
            return ""
        value = self._part.book.reader.value(cell)
        if isinstance(value, bool):
            return str(value).upper()
        if isinstance(value, dt.datetime):
            value = datetime_to_serial(value, date1904=self._part.book.workbook.date1904)
        head, body = split_cell(cell)
        if head.type == "e":
            return body.partition("<v>")[2].partition("<")[0]
        return "" if value is None else value if isinstance(value, str) else general_text(float(value))

    def clear_contents(self) -> None:
        """Empty the cells; their formats stay."""
        if self.api is None:
            return
        area = sheet_blocks.clip(self._part, self._area)
        if area is not None:
            self._part.write(area, [[None] * area.columns] * area.rows)
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
    def name(self) -> Name | None:
        """The name that stands for exactly these cells, if any."""
        return next((name for name in self.sheet.book.names if cells_named(name, self.sheet) == self._area), None)

    @name.setter
    def name(self, value: str) -> None:
        self.sheet.book.names.add(value, f"={quote_sheet(self.sheet.name)}!{self.address}")

    @property
    def table(self) -> Table | None:
        """The table that holds its first cell."""
        return next((table for table in self.sheet.tables if table.xl.area.meets(area_of(self(1, 1)))), None)

    # changes of the sheet

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        """Insert cells; those below move down."""
        if shift != "down":
            raise UnsupportedError("Cells can only be inserted with shift='down'.")
        moves.insert_cells(self._part, self._area, from_below=copy_origin == "format_from_right_or_below")

    def delete(self, shift: str | None = None) -> None:
        """Delete the cells; those below move up."""
        if shift != "up":
            raise UnsupportedError("Cells can only be deleted with shift='up'.")
        moves.delete_cells(self._part, self._area)

    def add_hyperlink(self, address: str, text_to_display: str, screen_tip: str) -> None:
        """Put a link into the cell: an address, or `#'Sheet'!A1` for a place in this workbook."""
        notes.add(self._part, self._area, Link(address, text_to_display, screen_tip))


def _by_number(position: int, columns: int) -> tuple[int, int]:
    row, column = divmod(position - 1, columns)
    return row + 1, column + 1


def _item(lines: Sequence[object], row: int, column: int) -> object:
    line = lines[row] if row < len(lines) else ()
    values = line if isinstance(line, list | tuple) else (line,)
    if len(values) == 1:
        return values[0]
    return values[column] if column < len(values) else "#N/A"


def range_of(sheet: Sheet, area: Area) -> Range:
    """Return the range of an area."""
    return Range(sheet, Coordinates(area.top, area.left, area.rows, area.columns))


def area_of(cells: Range) -> Area:
    """Return the area of a range."""
    _, row, column, rows, columns = cells.coords
    return Area(row, column, row + rows - 1, column + columns - 1)
