"""Range, as COM has it."""

# ruff: noqa: N802, N803, FBT001, FBT002 - members and arguments are called what COM calls them

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_excel.com import Collection, ComObject, refused
from tests.fake_excel.variants import Currency, from_excel, scalar_or_rows, to_excel
from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area, area_text
from workbook_engine.range import area_of, range_of

if TYPE_CHECKING:
    from tests.fake_excel.worksheets import FakeWorksheet
    from workbook_engine.range import Range

SHIFT_DOWN = -4121
SHIFT_UP = -4162
CURRENCY_FORMAT = "$#,##0.00"
COLOR_INDEX_NONE = -4142


class FakeRange(ComObject):
    """Cells of one sheet; several areas only where a user selects them."""

    IID = "{00020846-0000-0000-C000-000000000046}"
    CLSID = IID

    def __init__(self, worksheet: FakeWorksheet, areas: list[Area], lines: str = "") -> None:
        self._worksheet = worksheet
        self._areas = areas
        self._lines = lines
        """`rows` or `columns` where it stands for whole lines, as Range.Rows does."""

    @property
    def _cells(self) -> Range:
        return range_of(self._worksheet.sheet, self._areas[0])

    def _other(self, area: Area, lines: str = "") -> FakeRange:
        return FakeRange(self._worksheet, [area], lines)

    # places

    @property
    def Row(self) -> int:
        return self._areas[0].top

    @property
    def Column(self) -> int:
        return self._areas[0].left

    @property
    def Rows(self) -> FakeRange:
        return self._other(self._areas[0], "rows")

    @property
    def Columns(self) -> FakeRange:
        return self._other(self._areas[0], "columns")

    @property
    def EntireRow(self) -> FakeRange:
        return self._other(self._areas[0]._replace(left=1, right=MAX_COLUMN))

    @property
    def EntireColumn(self) -> FakeRange:
        return self._other(self._areas[0]._replace(top=1, bottom=MAX_ROW))

    @property
    def Cells(self) -> FakeRange:
        return self._other(self._areas[0])

    @property
    def Areas(self) -> Collection:
        return Collection(lambda: [self._other(area) for area in self._areas], self._worksheet)

    @property
    def Count(self) -> int:
        if self._lines:
            area = self._areas[0]
            return area.rows if self._lines == "rows" else area.columns
        cells = sum(area.rows * area.columns for area in self._areas)
        if cells >= 2**31:
            raise refused("Overflow")
        return cells

    def Item(self, row: float, column: float | None = None) -> FakeRange:
        return self(row, column) if column is not None else self(row)

    def __call__(self, row: float, column: float | None = None) -> FakeRange:
        area = self._areas[0]
        if self._lines == "rows":
            return self._other(area._replace(top=area.top + int(row) - 1, bottom=area.top + int(row) - 1), "rows")
        if self._lines == "columns":
            return self._other(area._replace(left=area.left + int(row) - 1, right=area.left + int(row) - 1), "columns")
        if column is None:
            row, column = (int(row) - 1) // area.columns + 1, (int(row) - 1) % area.columns + 1
        top, left = area.top + int(row) - 1, area.left + int(column) - 1
        return self._other(Area(top, left, top, left))

    @property
    def Address(self) -> str:
        """Excel cuts the address of many areas at the last comma before the 256th character."""
        whole = ",".join(area_text(area, row_absolute=True, column_absolute=True) for area in self._areas)
        return whole if len(whole) < 256 else whole[:256].rpartition(",")[0]

    def GetAddress(
        self,
        RowAbsolute: bool = True,
        ColumnAbsolute: bool = True,
        ReferenceStyle: int = 1,
        External: bool = False,
    ) -> str:
        del ReferenceStyle
        return self._cells.get_address(RowAbsolute, ColumnAbsolute, External)

    @property
    def Worksheet(self) -> FakeWorksheet:
        return self._worksheet

    @property
    def Parent(self) -> FakeWorksheet:
        return self._worksheet

    @property
    def Application(self) -> Any:
        return self._worksheet.Application

    @property
    def ListObject(self) -> Any:
        return next((t for t in self._worksheet.ListObjects if area_of(t.part.range).meets(self._areas[0])), None)

    # contents

    @property
    def Value(self) -> Any:
        """Currency cells give Decimals of four places, dates give moments."""
        return from_excel(self._cells.raw_value)

    @Value.setter
    def Value(self, value: Any) -> None:
        self._put("raw_value", to_excel(value))

    @property
    def Value2(self) -> Any:
        """Currency cells and dates give plain numbers."""
        return scalar_or_rows(self._worksheet.sheet.xl.read(self._areas[0], plain=True))

    @Value2.setter
    def Value2(self, value: Any) -> None:
        self._put("raw_value", to_excel(value))

    @property
    def Formula(self) -> Any:
        return self._cells.formula

    @Formula.setter
    def Formula(self, value: Any) -> None:
        self._put("formula", to_excel(value))

    Formula2 = Formula

    def _put(self, member: str, value: Any) -> None:
        """Write into the cells; where a filter hides rows, Excel gives each row that is left the first of the block.

        (xlwings issues #747 and #2619; office-js issue #224.)
        """
        hidden = self._filtered_rows()
        if not hidden:
            setattr(self._cells, member, value)
        else:
            first = value[0] if isinstance(value, tuple) and value and isinstance(value[0], tuple) else value
            area = self._areas[0]
            for row in range(area.top, area.bottom + 1):
                if row not in hidden:
                    cells = range_of(self._worksheet.sheet, area._replace(top=row, bottom=row))
                    setattr(cells, member, first)
        self._show_currency(value)

    def _filtered_rows(self) -> set[int]:
        sheet, area = self._worksheet.sheet, self._areas[0]
        return {
            row
            for table in sheet.xl.tables
            if table.is_filtered and table.body.meets(area)
            for row in range(max(area.top, table.body.top), min(area.bottom, table.body.bottom) + 1)
            if sheet.xl.row_hidden(row)
        }

    def _show_currency(self, value: Any) -> None:
        rows = value if isinstance(value, tuple) else ((value,),)
        for row, line in enumerate(rows):
            for column, item in enumerate(line if isinstance(line, tuple) else (line,)):
                cell = self._cells(row + 1, column + 1)
                if isinstance(item, Currency) and cell.number_format == "General":
                    cell.number_format = CURRENCY_FORMAT

    def ClearContents(self) -> None:
        self._cells.clear_contents()

    def Insert(self, Shift: int | None = None, CopyOrigin: int | None = None) -> None:
        if Shift != SHIFT_DOWN:
            raise refused("The stand-in inserts cells downwards only.")
        self._cells.insert("down", "format_from_right_or_below" if CopyOrigin == 1 else "format_from_left_or_above")

    def Delete(self, Shift: int | None = None) -> None:
        """Rows that a filter hides stay, and so do the others with them (office-js issue #994)."""
        if Shift != SHIFT_UP:
            raise refused("The stand-in deletes cells upwards only.")
        if not self._filtered_rows():
            self._cells.delete("up")

    # looks

    @property
    def NumberFormat(self) -> str | None:
        return self._cells.number_format

    @NumberFormat.setter
    def NumberFormat(self, value: str) -> None:
        self._cells.number_format = value

    @property
    def ColumnWidth(self) -> float | None:
        return self._cells.column_width

    @ColumnWidth.setter
    def ColumnWidth(self, value: float) -> None:
        self._cells.column_width = value

    @property
    def RowHeight(self) -> float | None:
        return self._cells.row_height

    @RowHeight.setter
    def RowHeight(self, value: float) -> None:
        self._cells.row_height = value

    @property
    def Hidden(self) -> bool | None:
        cells = self._cells
        return cells.column_hidden if self._areas[0].rows == MAX_ROW or self._lines == "columns" else cells.row_hidden

    @Hidden.setter
    def Hidden(self, value: bool) -> None:
        if self._areas[0].rows == MAX_ROW or self._lines == "columns":
            self._cells.column_hidden = bool(value)
        else:
            self._cells.row_hidden = bool(value)

    # deeds

    def Select(self) -> bool:
        self._worksheet.Application.select(self)
        return True

    def AutoFilter(
        self,
        Field: int | None = None,
        Criteria1: Any = None,
        Operator: int = 1,
        Criteria2: Any = None,
    ) -> None:
        """Filter the table that these cells are; without a criterion, show what that field hid."""
        table = self.ListObject
        if table is None or Field is None:
            raise refused("The stand-in filters tables by a field only.")
        table.AutoFilter.apply(Field, Criteria1, Operator, Criteria2)
