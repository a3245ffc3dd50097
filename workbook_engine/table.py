"""Tables as xlwings sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine import table_rows
from workbook_engine.errors import RefusedByExcelError
from workbook_engine.name import refuse_name
from workbook_engine.native import NATIVE
from workbook_engine.range import Range, area_of, range_of
from workbook_engine.references import rename_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw

    from workbook_engine.native import Native
    from workbook_engine.sheet import Sheet
    from workbook_engine.table_part import TablePart


class Tables:
    """The tables of one sheet."""

    def __init__(self, parent: Sheet) -> None:
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
        found = [table for table in tables if isinstance(key, str) and table.name.lower() == key.lower()]
        if not found:
            raise KeyError(key)
        return found[0]

    def __contains__(self, key: object) -> bool:
        # xlwings' Windows class has no such method, so that Python walks over the tables and never finds a name
        raise TypeError(f"`{key!r} in sheet.tables` is always False in Excel; compare with the names of the tables.")


class Table:
    """One table."""

    def __init__(self, parent: Sheet, part: TablePart) -> None:
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
