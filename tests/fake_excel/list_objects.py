"""ListObject (a table) and its filter, as COM has them."""

# ruff: noqa: N802, N803 - members and arguments are called what COM calls them

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import xlwings as xw

from tests.fake_excel.com import Collection, ComObject, refused
from tests.fake_excel.ranges import FakeRange
from workbook_engine.parts.xml_text import Element
from workbook_engine.range import area_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fake_excel.worksheets import FakeWorksheet
    from workbook_engine.range import Table

AND, OR, VALUES = 1, 2, 7
"""XlAutoFilterOperator."""
_NAMES = {"=": "equal", "<>": "notEqual", ">": "greaterThan", "<": "lessThan", ">=": "greaterThanOrEqual"} | {
    "<=": "lessThanOrEqual"
}
_SIGNS = {name: sign for sign, name in _NAMES.items()}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


class FakeListObject(ComObject):
    """A table."""

    def __init__(self, worksheet: FakeWorksheet, part: Table) -> None:
        self._worksheet = worksheet
        self.part = part

    def _range(self, cells: Any) -> FakeRange | None:
        return None if cells is None else FakeRange(self._worksheet, [area_of(cells)])

    @property
    def Name(self) -> str:
        return self.part.name

    @Name.setter
    def Name(self, value: str) -> None:
        self.part.name = value

    DisplayName = Name

    @property
    def Parent(self) -> FakeWorksheet:
        return self._worksheet

    @property
    def Range(self) -> FakeRange | None:
        return self._range(self.part.range)

    @property
    def HeaderRowRange(self) -> FakeRange | None:
        return self._range(self.part.header_row_range)

    @property
    def DataBodyRange(self) -> FakeRange | None:
        return self._range(self.part.data_body_range)

    @property
    def InsertRowRange(self) -> FakeRange | None:
        return self._range(self.part.insert_row_range)

    @property
    def TotalsRowRange(self) -> FakeRange | None:
        return self._range(self.part.totals_row_range)

    @property
    def ShowHeaders(self) -> bool:
        return self.part.show_headers

    @property
    def ShowTotals(self) -> bool:
        return self.part.show_totals

    @property
    def ShowAutoFilter(self) -> bool:
        return self.part.show_autofilter

    @ShowAutoFilter.setter
    def ShowAutoFilter(self, value: bool) -> None:
        self.part.show_autofilter = bool(value)

    @property
    def AutoFilter(self) -> FakeAutoFilter | None:
        return FakeAutoFilter(self) if self.part.show_autofilter else None

    def Resize(self, Range: FakeRange) -> None:
        self.part.resize(xw.Range(impl=Range._cells))

    # the filter in the file

    def filter_columns(self) -> list[Element]:
        """Return what is filtered, one element per field."""
        found = self.part.xl.filter
        return [] if found is None else found.elements

    def set_filter_column(self, field: int, element: Element | None) -> None:
        """Replace what is filtered by one field."""
        holder = self.part.xl.filter
        if holder is None:
            raise refused("The table has no filter buttons.")
        for old in holder.elements:
            if old.get("colId") == str(field - 1):
                holder.remove(old)
        if element is not None:
            holder.append(element)
        self.part.xl.changed = True


class FakeAutoFilter(ComObject):
    """What a table is filtered by."""

    def __init__(self, table: FakeListObject) -> None:
        self._table = table

    @property
    def Range(self) -> FakeRange | None:
        return self._table.Range

    @property
    def FilterMode(self) -> bool:
        return bool(self._table.filter_columns())

    def Filters(self, field: float) -> FakeFilter:
        found = (e for e in self._table.filter_columns() if e.get("colId") == str(int(field) - 1))
        return FakeFilter(next(found, None))

    def apply(self, field: int, criterion1: Any, how: int, criterion2: Any) -> None:
        """Filter one field, or show again what it hid, then hide the rows that do not match."""
        element = None if criterion1 is None else _element(field, criterion1, how, criterion2)
        self._table.set_filter_column(field, element)
        body = self._table.DataBodyRange
        if body is None:
            return
        filters = [(int(e.get("colId")), FakeFilter(e)) for e in self._table.filter_columns()]
        for row in range(1, body.Rows.Count + 1):
            fits = all(one.fits(body(row, place + 1).Value2) for place, one in filters)
            body.Rows(row).EntireRow.Hidden = not fits


class FakeFilter(ComObject):
    """What one field is filtered by."""

    def __init__(self, element: Element | None) -> None:
        self._element = element

    def _below(self, name: str) -> list[Element]:
        return [] if self._element is None else [e for e in self._element.walk() if e.local == name]

    @property
    def _criteria(self) -> list[str]:
        values = [f"={e.get('val')}" for e in self._below("filter")]
        return values or [_SIGNS[e.get("operator", "equal")] + e.get("val") for e in self._below("customFilter")]

    @property
    def On(self) -> bool:
        return self._element is not None

    @property
    def Operator(self) -> int:
        if self._below("filter"):
            return VALUES if len(self._criteria) > 1 else 0
        if self._below("colorFilter"):
            return 8
        both = any(e.get("and") in {"1", "true"} for e in self._below("customFilters"))
        return 0 if len(self._criteria) == 1 else AND if both else OR

    @property
    def Criteria1(self) -> Any:
        criteria = self._criteria
        if not criteria:
            raise refused("Application-defined or object-defined error")
        return tuple(criteria) if self.Operator == VALUES else criteria[0]

    @property
    def Criteria2(self) -> Any:
        criteria = self._criteria
        if self.Operator not in (AND, OR):
            raise refused("Application-defined or object-defined error")
        return criteria[1]

    def fits(self, value: object) -> bool:
        """Tell whether a cell stays visible; other filters than values and comparisons hide nothing here."""
        if self._below("colorFilter"):
            return True
        results = [_matches(value, criterion) for criterion in self._criteria]
        return all(results) if self.Operator == AND else any(results)


def _matches(value: object, criterion: str) -> bool:
    sign = next(sign for sign in ("<>", ">=", "<=", "=", ">", "<") if criterion.startswith(sign))
    wanted = criterion[len(sign) :]
    try:
        return _COMPARE[sign](float(str(value)), float(wanted))
    except ValueError:
        return _COMPARE[sign](str("" if value is None else value).lower(), wanted.lower())


def _element(field: int, criterion1: Any, how: int, criterion2: Any) -> Element:
    column = Element("filterColumn", {"colId": str(field - 1)})
    if how == VALUES:
        values = column.append(Element("filters"))
        for value in criterion1:
            values.append(Element("filter", {"val": str(value).removeprefix("=")}))
        return column
    customs = column.append(Element("customFilters", {"and": "1"} if how == AND and criterion2 is not None else {}))
    for criterion in (criterion1, criterion2):
        if criterion is not None:
            sign = next(sign for sign in ("<>", ">=", "<=", "=", ">", "<") if str(criterion).startswith(sign))
            customs.append(Element("customFilter", {"operator": _NAMES[sign], "val": str(criterion)[len(sign) :]}))
    return column


def list_objects(worksheet: FakeWorksheet) -> Collection:
    """Return the tables of a worksheet."""
    return Collection(lambda: [FakeListObject(worksheet, table) for table in worksheet.sheet.tables], worksheet)
