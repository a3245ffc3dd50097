"""Worksheets as xlwings sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine import sheet_copy, workbook_part
from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area, parse_area
from workbook_engine.errors import RefusedByExcelError, UnsupportedError
from workbook_engine.name import Names
from workbook_engine.native import NATIVE
from workbook_engine.range import Coordinates, Range, area_of, range_of
from workbook_engine.table import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbook_engine.engine import Book
    from workbook_engine.native import Native
    from workbook_engine.sheet_part import SheetPart


class Sheets:
    """The worksheets of a book; chart sheets are left out."""

    def __init__(self, book: Book) -> None:
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
        place = workbook_part.place_of(file, (before or after or self.active).xl) + (0 if before or not after else 1)
        part = workbook_part.add_sheet(file, place, name)
        sheet = Sheet(self._book, part)
        sheet.activate()
        return sheet


class Sheet:
    """One worksheet."""

    def __init__(self, book: Book, part: SheetPart) -> None:
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
        workbook_part.rename(self.xl, value)

    @property
    def names(self) -> Names:
        """The names that belong to this sheet."""
        return Names(self.book, self)

    @property
    def index(self) -> int:
        """Its place among all sheets, from 1."""
        return workbook_part.place_of(self.xl.book, self.xl) + 1

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
        for names in (self.names, self.book.names):
            if names.contains(name):
                found = names(name).refers_to_range
                if found.sheet.name == self.name:
                    return found
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
        return workbook_part.is_visible(self.xl)

    @visible.setter
    def visible(self, value: bool) -> None:
        workbook_part.set_visible(self.xl, visible=bool(value))

    def activate(self) -> None:
        """Show it when the workbook is opened."""
        workbook_part.activate(self.xl)

    def select(self) -> None:
        """Show it when the workbook is opened."""
        self.activate()

    def copy(self, before: Sheet | None, after: Sheet | None) -> None:
        """Copy it within its book, tables and all, and show the copy."""
        neighbour = before or after or self
        if neighbour.xl.book is not self.xl.book:
            raise UnsupportedError("A sheet can only be copied within its workbook.")
        place = workbook_part.place_of(self.xl.book, neighbour.xl) + (0 if before else 1)
        copy = sheet_copy.copy_sheet(self.xl, place)
        if workbook_part.is_visible(copy):
            workbook_part.activate(copy)

    def delete(self) -> None:
        """Delete it.

        Raises:
            RefusedByExcelError: If it is the last one shown, or belongs to the VBA project.
        """
        workbook_part.delete(self.xl)

    def clear_contents(self) -> None:
        """Empty all cells; their formats stay."""
        self.cells.clear_contents()
