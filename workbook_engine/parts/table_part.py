"""One table part: where the table lies, its columns, and its texts that hold formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine.addresses import Area, area_name, parse_area
from workbook_engine.errors import NotAWorkbookError
from workbook_engine.parts.xml_text import Element

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook_engine.parts.package import Package

_ORDER = ("autoFilter", "sortState", "tableColumns", "tableStyleInfo", "extLst")
_FORMULA_PARTS = ("calculatedColumnFormula", "totalsRowFormula")


_NUMBERS = ("id", "headerRowCount", "totalsRowCount")
"""What a table says of itself in whole numbers."""


class TablePart:
    """A table as its part declares it."""

    def __init__(self, package: Package, part: str) -> None:
        self.part = part
        self._package = package
        self._document = package.document(part)
        self.root = self._document.root
        self.changed = False
        area = parse_area(self.root.get("ref"))
        if area is None:
            raise NotAWorkbookError(package.path, f"its table {self.name} has no valid place ({self.root.get('ref')})")
        self._area = area
        for number in _NUMBERS:
            if not (text := self.root.get(number, "0")).isascii() or not text.isdecimal():
                raise NotAWorkbookError(package.path, f"its table {self.name} has no valid {number} ({text[:40]})")

    def store(self) -> None:
        """Hand the changed part to the package."""
        if self.changed:
            self._package.write(self.part, self._document.to_bytes())
            self.changed = False

    @property
    def name(self) -> str:
        """The name that formulas use."""
        return self.root.get("displayName") or self.root.get("name")

    @name.setter
    def name(self, value: str) -> None:
        self.set("name", value)
        self.set("displayName", value)

    @property
    def id(self) -> int:
        """The number of the table, unique in the workbook."""
        return int(self.root.get("id", "0"))

    @property
    def area(self) -> Area:
        """Header, data and totals together."""
        return self._area

    @property
    def headers(self) -> int:
        """How many header rows it shows: 1 or 0."""
        return int(self.root.get("headerRowCount", "1"))

    @property
    def totals(self) -> int:
        """How many totals rows it shows: 0 or 1."""
        return int(self.root.get("totalsRowCount", "0"))

    @property
    def is_empty(self) -> bool:
        """Whether its only data row is the blank one that waits for the first record."""
        return self.root.get("insertRow") in {"1", "true"}

    @is_empty.setter
    def is_empty(self, value: bool) -> None:
        if value is not self.is_empty:
            self.set("insertRow", "1" if value else None)

    @property
    def body(self) -> Area:
        """The data rows, the blank one of an empty table included."""
        area = self.area
        return area._replace(top=area.top + self.headers, bottom=area.bottom - self.totals)

    def set(self, name: str, value: str | None) -> None:
        """Change an attribute of the table."""
        self.root.set(name, value)
        self.changed = True

    def place(self, area: Area) -> None:
        """Lay the table over another area, its filter and sorting with it."""
        if area == self.area:
            return
        rows, columns = area.top - self.area.top, area.left - self.area.left
        self._area = area
        self.set("ref", area_name(area))
        filtered = self.root.find("autoFilter")
        if filtered is not None:
            filtered.set("ref", area_name(area._replace(bottom=area.bottom - self.totals)))
        for state in self.root.walk():
            if state.local == "sortState":
                state.set("ref", area_name(self.body))
            if state.local == "sortCondition" and (old := parse_area(state.get("ref"))):
                bottom = self.body.bottom
                left, right = old.left + columns, old.right + columns
                state.set("ref", area_name(Area(min(old.top + rows, bottom), left, bottom, right)))

    @property
    def columns(self) -> list[Element]:
        """The column elements in their order."""
        holder = self.root.find("tableColumns")
        return holder.all("tableColumn") if holder is not None else []

    def header(self, column: Element) -> str:
        """Return the header of a column."""
        return column.get("name").replace("_x000a_", "\n")

    def rename_column(self, index: int, header: str) -> None:
        """Give the column at a 0-based place another header."""
        self.columns[index].set("name", header.replace("\n", "_x000a_"))
        self.changed = True

    def calculated(self, index: int) -> str | None:
        """Return the formula that fills the column at a 0-based place."""
        formula = self.columns[index].find("calculatedColumnFormula")
        return formula.text if formula is not None else None

    @property
    def filter(self) -> Element | None:
        """The filter buttons and what is filtered."""
        return self.root.find("autoFilter")

    @property
    def is_filtered(self) -> bool:
        """Whether rows are filtered out."""
        return self.filter is not None and bool(self.filter.elements)

    def show_filter(self, *, shown: bool) -> None:
        """Put the filter buttons on, or take them and every filter away."""
        if self.filter is not None:
            self.root.remove(self.filter)
        if shown:
            area = self.area._replace(bottom=self.area.bottom - self.totals)
            self.root.insert_ordered(Element("autoFilter", {"ref": area_name(area)}), _ORDER)
        self.changed = True

    @property
    def style(self) -> str:
        """The name of the table style."""
        info = self.root.find("tableStyleInfo")
        return info.get("name") if info is not None else ""

    @style.setter
    def style(self, value: str) -> None:
        info = self.root.find("tableStyleInfo")
        if info is None:
            info = self.root.insert_ordered(Element("tableStyleInfo", {"showRowStripes": "1"}), _ORDER)
        info.set("name", value or None)
        self.changed = True

    def change_formulas(self, change: Callable[[str], str]) -> None:
        """Apply a function to the formulas of the columns."""
        for column in self.columns:
            for element in column.elements:
                if element.local in _FORMULA_PARTS and (text := change(element.text)) != element.text:
                    element.text = text
                    self.changed = True
