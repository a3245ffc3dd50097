"""Worksheets and defined names as xlwings sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbook_engine import sheet_copy, sheet_list
from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area, parse_area
from workbook_engine.errors import RefusedByExcelError, UnsupportedError
from workbook_engine.formula_text import from_file, to_file
from workbook_engine.native import NATIVE, Native, OpenBook
from workbook_engine.parts.workbook_part import plain_name, reference_of, refuse_name
from workbook_engine.range import Coordinates, Range, Tables, area_of, range_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbook_engine.parts.sheet_part import SheetPart
    from workbook_engine.parts.xml_text import Element


class Names:
    """The names of a workbook, or those that belong to one sheet."""

    def __init__(self, book: OpenBook, sheet: Sheet | None = None) -> None:
        self._book = book
        self._sheet = sheet

    def __iter__(self) -> Iterator[Name]:
        self._book.xl.settle()
        for element in self._book.xl.workbook.names:
            name = Name(self._book, element)
            if self._sheet is None or self._book.xl.workbook.scope_of(element) is self._sheet.xl.element:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def snapshot(self) -> list[tuple[str, Name]]:
        """Return all names with their objects."""
        return [(name.name, name) for name in self]

    def __call__(self, name_or_index: str | int) -> Name:
        """Return a name by its text or its place from 1."""
        name = self._find(name_or_index)
        if name is None:
            raise KeyError(name_or_index)
        return name

    def _find(self, wanted: str | int) -> Name | None:
        names = list(self)
        if isinstance(wanted, int):
            return names[wanted - 1] if 1 <= wanted <= len(names) else None
        lowered = wanted.lower()
        if self._sheet is None:
            exact = [name for name in names if name.name.lower() == lowered]
            return exact[0] if exact else None
        return next(
            (name for name in names if lowered in {name.name.lower(), plain_name(name.xl.element).lower()}), None
        )

    def contains(self, name_or_index: str | int) -> bool:
        """Return whether there is such a name."""
        return self._find(name_or_index) is not None

    def add(self, name: str, refers_to: str) -> Name:
        """Define a name, or let an existing one refer to something else.

        Args:
            name: Its text; `Sheet!Name` makes it belong to that sheet.
            refers_to: A formula with its `=`; anything else becomes a text constant, as in Excel.

        Raises:
            RefusedByExcelError: If Excel allows no such name.
        """
        sheet_text, _, plain = name.rpartition("!")
        sheet = self._sheet
        if sheet_text:
            sheet = Sheets(self._book)(sheet_text.strip("'").replace("''", "'"))
        refuse_name(plain)
        existing = (Names(self._book, sheet) if sheet else self)._find(plain)  # noqa: SLF001 - the same class

        if existing is not None:
            existing.refers_to = refers_to
            return existing
        file = self._book.xl
        place = file.workbook.sheets.index(sheet.xl.element) if sheet else None
        return Name(self._book, file.workbook.add_name(plain, _stored(refers_to), place))


class DefinedName(NamedTuple):
    """What stands behind a name."""

    book: OpenBook
    element: Element


class Name:
    """One defined name."""

    def __init__(self, book: OpenBook, element: Element) -> None:
        self.xl = DefinedName(book, element)

    @property
    def name(self) -> str:
        """Its text, with the sheet before it where it belongs to one."""
        return self.xl.book.xl.workbook.full_name(self.xl.element)

    @name.setter
    def name(self, value: str) -> None:
        plain = value.rpartition("!")[2]
        refuse_name(plain)
        self.xl.element.set("name", plain)
        self.xl.book.xl.workbook.changed = True

    @property
    def refers_to(self) -> str:
        """What it stands for, as a formula with its `=`."""
        self.xl.book.xl.settle()
        return f"={from_file(self.xl.element.text)}"

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.xl.book.xl.settle()
        self.xl.element.text = _stored(value)
        self.xl.book.xl.workbook.changed = True

    @property
    def refers_to_range(self) -> Range:
        """The cells it stands for.

        Raises:
            RefusedByExcelError: If it stands for something else.
        """
        self.xl.book.xl.settle()
        place = reference_of(self.xl.element)
        sheet = next((s for s in Sheets(self.xl.book) if place is not None and s.name.lower() == place.sheet), None)
        if place is None or sheet is None:
            raise RefusedByExcelError(f"The name {self.name} stands for {self.refers_to}, not for cells.")
        return range_of(sheet, place.area)

    def delete(self) -> None:
        """Delete it."""
        self.xl.book.xl.workbook.remove_name(self.xl.element)


class Sheets:
    """The worksheets of a book; chart sheets are left out."""

    def __init__(self, book: OpenBook) -> None:
        self._book = book

    @property
    def api(self) -> Native:
        """Something true without members."""
        return NATIVE

    @property
    def _parts(self) -> list[SheetPart]:
        return self._book.xl.sheets

    @property
    def active(self) -> Sheet:
        """The sheet that is shown."""
        file = self._book.xl
        shown = file.workbook.sheets[min(file.workbook.active, len(file.workbook.sheets) - 1)]
        part = next((part for part in self._parts if part.element is shown), self._parts[0])
        return Sheet(self._book, part)

    def __call__(self, name_or_index: str | int) -> Sheet:
        """Return a sheet by its name or its place from 1."""
        for place, part in enumerate(self._parts, 1):
            wanted = isinstance(name_or_index, str) and part.name.lower() == name_or_index.lower()
            if wanted or place == name_or_index:
                return Sheet(self._book, part)
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return len(self._parts)

    def __iter__(self) -> Iterator[Sheet]:
        return (Sheet(self._book, part) for part in list(self._parts))

    def __contains__(self, key: object) -> bool:
        # xlwings' Windows class has no such method, so that Python walks over the sheets and never finds a name
        raise TypeError(f"`{key!r} in book.sheets` is always False in Excel; ask book.sheet_names instead.")

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """Add an empty sheet before the active one, or where asked, and show it."""
        file = self._book.xl
        place = sheet_list.place_of(file, (before or after or self.active).xl) + (0 if before or not after else 1)
        part = sheet_list.add_sheet(file, place, name)
        sheet = Sheet(self._book, part)
        sheet.activate()
        return sheet


class Sheet:
    """One worksheet."""

    def __init__(self, book: OpenBook, part: SheetPart) -> None:
        self.book = book
        self.xl = part

    @property
    def api(self) -> Native:
        """Something true without members."""
        return NATIVE

    @property
    def name(self) -> str:
        """Its name."""
        return self.xl.name

    @name.setter
    def name(self, value: str) -> None:
        sheet_list.rename(self.xl, value)

    @property
    def names(self) -> Names:
        """The names that belong to this sheet."""
        return Names(self.book, self)

    @property
    def index(self) -> int:
        """Its place among all sheets, from 1."""
        return sheet_list.place_of(self.xl.book, self.xl) + 1

    def range(self, arg1: object, arg2: object = None) -> Range:
        """Return cells: an address, a name, a (row, column) or (row, column, rows, columns), or two corners."""
        if isinstance(arg1, tuple) and len(arg1) == 4:  # noqa: PLR2004 - row, column, rows, columns
            return Range(self, Coordinates(*arg1))
        if isinstance(arg1, int) and isinstance(arg2, int):
            return self.range((arg1, arg2))
        first = self._corner(arg1)
        if arg2 is None:
            return first
        one, other = area_of(first), area_of(self._corner(arg2))
        top, left = min(one.top, other.top), min(one.left, other.left)
        return range_of(self, Area(top, left, max(one.bottom, other.bottom), max(one.right, other.right)))

    def _corner(self, corner: object) -> Range:
        if isinstance(corner, Range):
            return corner
        if isinstance(corner, tuple):
            if 0 in corner:
                raise IndexError("Attempted to access 0-based Range. xlwings/Excel Ranges are 1-based.")
            return Range(self, Coordinates(corner[0], corner[1], 1, 1))
        area = parse_area(str(corner))
        return range_of(self, area) if area is not None else self._named(str(corner))

    def _named(self, name: str) -> Range:
        for names in (self.names, Names(self.book)):
            if names.contains(name):
                area = names(name).refers_to_range
                if area.sheet.name == self.name:
                    return area
        raise RefusedByExcelError(f"Sheet {self.name} has no cells called {name!r}.")

    @property
    def cells(self) -> Range:
        """All cells."""
        return range_of(self, Area(1, 1, MAX_ROW, MAX_COLUMN))

    @property
    def used_range(self) -> Range:
        """The cells in use; formatted empty ones count."""
        return range_of(self, self.xl.used())

    @property
    def tables(self) -> Tables:
        """Its tables."""
        return Tables(self)

    @property
    def visible(self) -> bool:
        """Whether it is shown; hidden and very hidden both read as no."""
        return sheet_list.is_visible(self.xl)

    @visible.setter
    def visible(self, value: bool) -> None:
        sheet_list.set_visible(self.xl, visible=bool(value))

    def activate(self) -> None:
        """Show it when the workbook is opened."""
        sheet_list.activate(self.xl)

    def select(self) -> None:
        """Show it when the workbook is opened."""
        self.activate()

    def copy(self, before: Sheet | None, after: Sheet | None) -> None:
        """Copy it within its book, tables and all, and show the copy."""
        neighbour = before or after or self
        if neighbour.xl.book is not self.xl.book:
            raise UnsupportedError("A sheet can only be copied within its workbook.")
        place = sheet_list.place_of(self.xl.book, neighbour.xl) + (0 if before else 1)
        copy = sheet_copy.copy_sheet(self.xl, place)
        if sheet_list.is_visible(copy):
            sheet_list.activate(copy)

    def delete(self) -> None:
        """Delete it.

        Raises:
            RefusedByExcelError: If it is the last one shown, or belongs to the VBA project.
        """
        sheet_list.delete(self.xl)

    def clear_contents(self) -> None:
        """Empty all cells; their formats stay."""
        self.cells.clear_contents()


def _stored(refers_to: str) -> str:
    if refers_to.startswith("="):
        return to_file(refers_to[1:])
    doubled = refers_to.replace('"', '""')
    return f'"{doubled}"'
