"""One sheet of a workbook that people take away: its look, typed cells, live formulas, tables, and how it prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell

from addin.sheets.tables.cells import to_cell
from addin.sheets.tables.sheet_specs import Kind
from addin.takeaway.look import ACCENT, BAD, GOOD, NARROW, NUMBERS, QUIET, Look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

    from addin.sheets.tables.sheet_specs import Column

Row = dict[str, Any]
Figure = Decimal | int | str | None

OK, DIFFERS, WAITS = "ok", "differs", "–"
"""What a check says; the last: one of its two figures is not there yet."""

MARKS = "marks"
"""In a record: field -> what its cell looks like besides (XlsxWriter's names)."""

_LONGEST_TEXT = 32767
_HEADER_HEIGHT = 30
"""Two lines of text."""
_SMALL_QUIET = "&8&K" + QUIET.removeprefix("#")


@dataclass(frozen=True, slots=True)
class TableArea:
    """Where a table stands; rows and columns from 0."""

    sheet: str
    name: str
    header: int
    last: int
    columns: Mapping[str, int]
    """Field -> column."""

    def cells(self, field: str) -> str:
        """Return the reference to a column's data cells, with the sheet's name."""
        column = self.columns[field]
        return f"{quoted(self.sheet)}!{xl_range_abs(self.header + 1, column, self.last, column)}"


class Page:
    """A sheet while it is written. With `values_only`, no formula is written, only what it comes to."""

    def __init__(self, workbook: Workbook, look: Look, name: str, *, values_only: bool = False) -> None:
        self.sheet = workbook.add_worksheet(name)
        self.name = name
        self.look = look
        self._values_only = values_only
        self._widths: dict[int, float] = {}
        self.sheet.hide_gridlines(2)

    def title(self, title: str, message: str) -> None:
        """Write the sheet's first two lines."""
        self.sheet.set_row(0, 28)
        self.sheet.write_string(0, 0, title, self.look.title())
        self.sheet.write_string(1, 0, message, self.look.quiet())

    def widths(self, widths: Sequence[float]) -> None:
        """Set the widths of the first columns, in characters."""
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def text(self, row: int, column: int, text: str, form: Format | None = None) -> None:
        """Write words, whatever they look like."""
        self.sheet.write_string(row, column, text[:_LONGEST_TEXT], form or self.look.cell(Kind.TEXT))

    def section(self, row: int, first: int, names: Sequence[tuple[str, Kind]]) -> None:
        """Write the heading of a block: its name, and the names of its columns."""
        for column, (name, kind) in enumerate(names, start=first):
            right = {"align": "right"} if kind in NUMBERS else {}
            form = self.look.format(bold=True, font_color=ACCENT, bottom=1, bottom_color=ACCENT, **right)
            self.sheet.write_string(row, column, name, form)

    def value(self, row: int, column: int, value: object, kind: Kind, form: Format | None = None) -> None:
        """Write one value as what it is; missing is an empty cell."""
        form = form or self.look.cell(kind)
        cell = to_cell(_as_day(value) if kind is Kind.DATE else value, kind)
        if cell is None:
            self.sheet.write_blank(row, column, None, form)
        elif isinstance(cell, datetime | date):
            self.sheet.write_datetime(row, column, cell, form)
        elif isinstance(cell, str):
            self.text(row, column, cell, form)
        else:
            self.sheet.write_number(row, column, cell, form)

    def live(self, row: int, column: int, formula: str, value: Figure, kind: Kind, form: Format | None = None) -> str:
        """Write a formula with its value beside it, and return the cell's address.

        Args:
            row: From 0.
            column: From 0.
            formula: Begins with `=`; names only cells of this file.
            value: What it comes to; missing is an empty text.
            kind: What it is.
            form: Its format.
        """
        form = form or self.look.cell(kind)
        if self._values_only:
            self.value(row, column, value, kind, form)
        else:
            shown = "" if value is None else float(value) if isinstance(value, Decimal) else value
            self.sheet.write_formula(row, column, formula, form, shown)
        return str(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True))

    def check(self, row: int, column: int, left: tuple[str, Figure], right: tuple[str, Figure]) -> None:
        """Write whether two cells (address and value) are equal to the cent."""
        (a, one), (b, other) = left, right
        self.live(
            row,
            column,
            f'=IF(COUNT({a},{b})<2,"{WAITS}",IF(ROUND({a}-{b},2)=0,"{OK}","{DIFFERS}"))',
            verdict(one, other),
            Kind.TEXT,
            self.look.format(bold=True, align="center", font_color=QUIET),
        )
        for word, colour in ((OK, GOOD), (DIFFERS, BAD)):
            rule = {
                "type": "cell",
                "criteria": "==",
                "value": f'"{word}"',
                "format": self.look.format(font_color=colour),
            }
            self.sheet.conditional_format(row, column, row, column, rule)

    def table(
        self, row: int, columns: Sequence[Column], rows: Sequence[Row], name: str, *, sums: Sequence[str] = ()
    ) -> TableArea:
        """Write an Excel table with filter buttons; sums stand in its totals row.

        Args:
            row: That of its header.
            columns: Its columns.
            rows: One record per row, at least one.
            name: The table's name.
            sums: The fields that are summed; each has only exact decimals or nothing.
        """
        last = row + len(rows)
        with_totals = bool(sums) and not self._values_only
        headings = [self._heading(column, summed=with_totals and column.field in sums) for column in columns]
        if with_totals:
            headings[0]["total_string"] = "Total"
        options = {"name": name, "style": None, "total_row": with_totals, "columns": headings}
        self.sheet.set_row(row, _HEADER_HEIGHT)
        self.sheet.add_table(row, 0, last + with_totals, len(columns) - 1, options)
        for place, column in enumerate(columns):
            self._widen(place, column)
            if column.note:
                self.sheet.write_comment(row, place, column.note, {"x_scale": 1.6, "y_scale": 0.8})
        usual = [self.look.row(column.kind, narrow=column.width < NARROW) for column in columns]
        for number, record in enumerate(rows, start=row + 1):
            self._table_row(number, columns, record, usual)
        if sums:
            self._totals_row(last + 1, name, columns, {field: _sum(rows, field) for field in sums})
        return TableArea(self.name, name, row, last, {column.field: place for place, column in enumerate(columns)})

    def _widen(self, place: int, column: Column) -> None:
        """Make a column as wide as the widest of the tables that stand below each other on the sheet."""
        self._widths[place] = max(column.width, self._widths.get(place, 0))
        self.sheet.set_column(place, place, self._widths[place], None, {"hidden": column.hidden})

    def _heading(self, column: Column, *, summed: bool) -> dict[str, Any]:
        form = self.look.header(column.kind, narrow=column.width < NARROW, filtered=True)
        return {"header": column.header, "header_format": form} | ({"total_function": "sum"} if summed else {})

    def _table_row(self, row: int, columns: Sequence[Column], record: Row, usual: Sequence[Format]) -> None:
        marked: Mapping[str, Mapping[str, object]] = record.get(MARKS, {})
        for place, column in enumerate(columns):
            more = marked.get(column.field)
            form = self.look.row(column.kind, narrow=column.width < NARROW, **more) if more else usual[place]
            self.value(row, place, record.get(column.field), column.kind, form)

    def _totals_row(self, row: int, table: str, columns: Sequence[Column], sums: Mapping[str, Decimal]) -> None:
        for place, column in enumerate(columns):
            form = self.look.total(column.kind)
            if column.field in sums:
                formula = f"=SUBTOTAL(109,{table}[{_escaped(column.header)}])"
                self.live(row, place, formula, sums[column.field], column.kind, form)
            else:
                self.text(row, place, "" if place else "Total", form)

    def print_setup(self, header_row: int | None, *, footer: str, last_column: int | None = None) -> None:
        """Let it print well: landscape, titles repeated, fitted to the paper's width.

        Args:
            header_row: The row to repeat on every page, from 0.
            footer: What stands below every page, at the left.
            last_column: The last column that is printed, where the others are for the screen.
        """
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        if header_row is not None:
            sheet.repeat_rows(header_row)
        if last_column is not None:
            sheet.print_area(0, 0, max(sheet.dim_rowmax or 0, 0), last_column)
        words = footer.replace("&", "&&")
        sheet.set_footer(f"&L{_SMALL_QUIET}{words}&C{_SMALL_QUIET}&A&R{_SMALL_QUIET}Page &P of &N")


def verdict(one: Figure, other: Figure) -> str:
    """Return what a check says of two figures."""
    if not isinstance(one, Decimal | int) or not isinstance(other, Decimal | int):
        return WAITS
    return OK if round(Decimal(one) - Decimal(other), 2) == 0 else DIFFERS


def quoted(sheet: str) -> str:
    """Return a sheet's name as a formula has it."""
    return "'" + sheet.replace("'", "''") + "'"


def column_letter(column: int) -> str:
    """Return the letters of a column, from 0."""
    return str(xl_col_to_name(column))


def _escaped(header: str) -> str:
    """Return a column's name as a reference into its table has it."""
    return "".join(f"'{sign}" if sign in "[]#'" else sign for sign in header)


def _sum(rows: Sequence[Row], field: str) -> Decimal:
    return sum((Decimal(row[field]) for row in rows if row.get(field) is not None), Decimal(0))


def _as_day(value: object) -> object:
    """Return a day that came as ISO text or moment as a date."""
    if isinstance(value, datetime):
        return value.date()
    return date.fromisoformat(value) if isinstance(value, str) else value
