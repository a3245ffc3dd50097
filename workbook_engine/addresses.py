"""Cell addresses in A1 notation, rectangular areas of cells, and what becomes of areas when cells move or change."""

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


class Move(NamedTuple):
    """Cells inserted (`rows` > 0) or deleted (`rows` < 0) at an area of a sheet; those below move."""

    sheet: str
    area: Area
    rows: int


def moved_area(area: Area, move: Move) -> Area | None:
    """Return where an area lies after a move; `None` when all of it was deleted.

    An area that is wider than the moved columns stays, as in Excel.
    """
    if not (move.area.left <= area.left and area.right <= move.area.right):
        return area
    if area.top == 1 and area.bottom == MAX_ROW:
        return area
    first = move.area.top
    if move.rows > 0:
        top = area.top + move.rows if area.top >= first else area.top
        bottom = area.bottom + move.rows if area.bottom >= first else area.bottom
        bottom = min(bottom, MAX_ROW)
    else:
        top = area.top if area.top < first else max(first, area.top + move.rows)
        bottom = area.bottom if area.bottom < first else max(first - 1, area.bottom + move.rows)
    return None if top > bottom or top > MAX_ROW else area._replace(top=top, bottom=bottom)


def moved_all(area: Area, moves: list[Move]) -> Area | None:
    """Return where an area lies after some moves; `None` when it is gone."""
    place: Area | None = area
    for move in moves:
        place = moved_area(place, move) if place is not None else None
    return place


_MOST_AREAS = 300


class Changes:
    """What changed since stored values were last looked at."""

    def __init__(self) -> None:
        self._areas: dict[str, list[Area]] = {}
        self._seams: dict[str, list[Area]] = {}
        self._tables: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._areas or self._seams or self._tables)

    def note(self, sheet: str, area: Area) -> None:
        """Remember that the values of an area changed."""
        _join(self._areas.setdefault(sheet.lower(), []), area)

    def note_table(self, name: str) -> None:
        """Remember that a table has more or fewer rows."""
        self._tables.add(name.lower())

    def note_move(self, sheet: str, move: Move) -> None:
        """Follow a move of cells; ranges that now hold more or fewer cells than before count as changed."""
        for areas in (self._areas, self._seams):
            if sheet.lower() in areas:
                areas[sheet.lower()] = [moved_area(area, move) or area for area in areas[sheet.lower()]]
        top, bottom = (move.area.top - 1, move.area.top) if move.rows < 0 else (move.area.top, move.area.bottom)
        _join(self._seams.setdefault(sheet.lower(), []), move.area._replace(top=max(1, top), bottom=bottom))

    def take(self) -> ChangedCells:
        """Return all that changed, and begin anew."""
        touched = ChangedCells(self._areas, self._seams, self._tables)
        self._areas, self._seams, self._tables = {}, {}, set()
        return touched


def _join(areas: list[Area], area: Area) -> None:
    """Add an area to a list that stays short."""
    last = areas[-1] if areas else None
    if last is not None and (last.left, last.right) == (area.left, area.right) and area.top <= last.bottom + 1:
        areas[-1] = last._replace(top=min(last.top, area.top), bottom=max(last.bottom, area.bottom))
    else:
        areas.append(area)
    if len(areas) > _MOST_AREAS:
        bounds = list(zip(*areas, strict=True))
        areas[:] = [Area(min(bounds[0]), min(bounds[1]), max(bounds[2]), max(bounds[3]))]


class Use(NamedTuple):
    """Cells that a formula depends on."""

    sheet: str
    area: Area
    table: str = ""
    """The table whose rows, however many, are meant."""
    single: bool = False
    """Whether it is one cell, which never becomes more or fewer."""


class ChangedCells:
    """Changed cells, quick to ask for one cell and never too small for many."""

    def __init__(self, areas: dict[str, list[Area]], seams: dict[str, list[Area]], tables: set[str]) -> None:
        self._areas = areas
        self._seams = seams
        self._tables = tables
        self._cells: dict[str, dict[int, set[int]]] = {}

    def add(self, sheet: str, area: Area) -> None:
        """Let more cells count as changed: those of a formula that depends on a changed one."""
        if area.rows == area.columns == 1:
            self._cells.setdefault(sheet, {}).setdefault(area.left, set()).add(area.top)
        else:
            self._areas.setdefault(sheet, []).append(area)

    def meets(self, use: Use) -> bool:
        """Return whether a cell changed on which a formula depends."""
        if use.table in self._tables or any(changed.meets(use.area) for changed in self._areas.get(use.sheet, ())):
            return True
        if not use.single and any(seam.meets(use.area) for seam in self._seams.get(use.sheet, ())):
            return True
        return self._has_cell(use)

    def _has_cell(self, use: Use) -> bool:
        columns = self._cells.get(use.sheet, {})
        top, left, bottom, right = use.area
        if top == bottom and left == right:
            return top in columns.get(left, ())
        wanted = (rows for column, rows in columns.items() if left <= column <= right)
        return any(top <= row <= bottom for rows in wanted for row in rows)
