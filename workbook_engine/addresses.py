"""Cell addresses in A1 notation, and rectangular areas of cells."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

MAX_ROW = 1048576
MAX_COLUMN = 16384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]*)")
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?([1-9][0-9]*):\$?([1-9][0-9]*)")


class Area(NamedTuple):
    """A rectangle of cells, 1-based, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.bottom - self.top + 1

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return self.right - self.left + 1

    def meets(self, other: Area) -> bool:
        """Return whether the two share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    def holds(self, other: Area) -> bool:
        """Return whether the other lies wholly inside this one."""
        return (
            self.top <= other.top
            and other.bottom <= self.bottom
            and self.left <= other.left
            and other.right <= self.right
        )


@lru_cache(maxsize=MAX_COLUMN)
def column_name(column: int) -> str:
    """Return the letters of a 1-based column: 1 is A, 28 is AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=MAX_COLUMN)
def column_number(letters: str) -> int:
    """Return the 1-based column of its letters: A is 1, AB is 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def parse_area(address: str) -> Area | None:
    """Read `A1`, `$A$1:B2`, `A:C` or `1:3`; anything else gives `None`."""
    first, _, second = address.partition(":")
    if cell := _CELL.fullmatch(first):
        other = _CELL.fullmatch(second) if second else cell
        if other is None:
            return None
        return _area(int(cell[2]), column_number(cell[1]), int(other[2]), column_number(other[1]))
    if columns := _COLUMNS.fullmatch(address):
        return _area(1, column_number(columns[1]), MAX_ROW, column_number(columns[2]))
    if rows := _ROWS.fullmatch(address):
        return _area(int(rows[1]), 1, int(rows[2]), MAX_COLUMN)
    return None


def _area(top: int, left: int, bottom: int, right: int) -> Area | None:
    area = Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
    return area if area.bottom <= MAX_ROW and area.right <= MAX_COLUMN else None


def parse_areas(addresses: str) -> list[Area]:
    """Read a list of areas separated by blanks, as validation and formatting rules hold it."""
    areas = (parse_area(address) for address in addresses.split())
    return [area for area in areas if area is not None]


def area_name(area: Area, *, absolute: bool = False) -> str:
    """Write an area in A1 notation; whole columns and rows in their short form."""
    return area_text(area, row_absolute=absolute, column_absolute=absolute)


def area_text(area: Area, *, row_absolute: bool, column_absolute: bool) -> str:
    """Write an area in A1 notation with `$` before rows or columns as asked."""
    row, column = "$" * row_absolute, "$" * column_absolute
    if area.rows == MAX_ROW and area.columns < MAX_COLUMN:
        return f"{column}{column_name(area.left)}:{column}{column_name(area.right)}"
    if area.columns == MAX_COLUMN:
        return f"{row}{area.top}:{row}{area.bottom}"
    first = f"{column}{column_name(area.left)}{row}{area.top}"
    if area.rows == area.columns == 1:
        return first
    return f"{first}:{column}{column_name(area.right)}{row}{area.bottom}"


def area_names(areas: list[Area]) -> str:
    """Write a list of areas as validation and formatting rules hold it."""
    return " ".join(area_name(area) for area in areas)
