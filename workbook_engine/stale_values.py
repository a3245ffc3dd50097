"""Stored values of formulas whose cells changed: they are dropped, for a wrong number is worse than none.

Excel calculates when it opens the file. Programs that do not (LibreOffice by default, Protected View, the commands
that run here) must not take yesterday's total for today's. What a formula depends on is found in its text; where that
cannot be told (INDIRECT, OFFSET, sheets in a row), it counts as changed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from workbook_engine import formulas
from workbook_engine.addresses import Area, parse_area
from workbook_engine.cell_values import without_value
from workbook_engine.references import Reference, moved_area, split_formula

if TYPE_CHECKING:
    from workbook_engine.references import Move
    from workbook_engine.sheet_part import SheetPart
    from workbook_engine.table_part import TablePart
    from workbook_engine.workbook_file import WorkbookFile

_MOST_AREAS = 300
_MOST_ROUNDS = 50
_UNCERTAIN = re.compile(r"\b(?:INDIRECT|OFFSET|NOW|TODAY|RAND|RANDBETWEEN|RANDARRAY|CELL|INFO)\(", re.IGNORECASE)
_STRUCTURED = re.compile(r"([^\W\d][\w.]*)(\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\])")
_COLUMN = re.compile(r"\[((?:[^\[\]'#]|'.)(?:[^\[\]']|'.)*)\]")
_WORD = re.compile(r"[^\W\d][\w.]*")
_TEXT = re.compile(r'"(?:[^"]|"")*"')


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

    def take(self) -> _Touched:
        """Return all that changed, and begin anew."""
        touched = _Touched(self._areas, self._seams, self._tables)
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


class _Use(NamedTuple):
    """Cells that a formula depends on."""

    sheet: str
    area: Area
    table: str = ""
    """The table whose rows, however many, are meant."""
    single: bool = False
    """Whether it is one cell, which never becomes more or fewer."""


class _Touched:
    """Changed cells, quick to ask for one cell and never too small for many."""

    def __init__(self, areas: dict[str, list[Area]], seams: dict[str, list[Area]], tables: set[str]) -> None:
        self._areas = areas
        self._seams = seams
        self._tables = tables
        self._cells: dict[str, dict[int, set[int]]] = {}

    def add(self, sheet: str, area: Area) -> None:
        if area.rows == area.columns == 1:
            self._cells.setdefault(sheet, {}).setdefault(area.left, set()).add(area.top)
        else:
            self._areas.setdefault(sheet, []).append(area)

    def meets(self, use: _Use) -> bool:
        if use.table in self._tables or any(changed.meets(use.area) for changed in self._areas.get(use.sheet, ())):
            return True
        if not use.single and any(seam.meets(use.area) for seam in self._seams.get(use.sheet, ())):
            return True
        return self._has_cell(use)

    def _has_cell(self, use: _Use) -> bool:
        columns = self._cells.get(use.sheet, {})
        top, left, bottom, right = use.area
        if top == bottom and left == right:
            return top in columns.get(left, ())
        wanted = (rows for column, rows in columns.items() if left <= column <= right)
        return any(top <= row <= bottom for rows in wanted for row in rows)


class _Table(NamedTuple):
    """A table as formulas name it, looked at once for all of them."""

    sheet: str
    name: str
    area: Area
    headers: list[str]
    seen: dict[str, tuple[Area, bool]]
    """What was already found out: brackets -> their columns, and whether they mean the formula's own row."""

    @classmethod
    def of(cls, sheet: str, table: TablePart) -> _Table:
        headers = [table.header(column).lower() for column in table.columns]
        return cls(sheet, table.name.lower(), table.area, headers, {})

    def cells(self, brackets: str, row: int) -> _Use:
        """Return the cells that a reference such as `[Units]` or `[@Units]` means on a row."""
        if brackets not in self.seen:
            self.seen[brackets] = (self._columns(brackets), "#This Row" in brackets or brackets.startswith("[@"))
        area, own_row = self.seen[brackets]
        if own_row:
            return _Use(self.sheet, area._replace(top=row, bottom=row), single=True)
        return _Use(self.sheet, area, table=self.name)

    def _columns(self, brackets: str) -> Area:
        wanted = {re.sub(r"'(.)", r"\1", name).lower() for name in _COLUMN.findall(brackets)}
        places = [self.area.left + self.headers.index(name) for name in wanted if name in self.headers]
        return self.area._replace(left=min(places), right=max(places)) if places else self.area


class _Formula(NamedTuple):
    sheet: SheetPart
    area: Area
    """Its own cell, or all cells of an array formula."""
    uses: list[_Use] | None
    """What it depends on; `None` where that cannot be told."""


def forget(book: WorkbookFile) -> None:
    """Drop the stored value of every formula that depends on a changed cell, directly or through others."""
    touched = book.changes.take()
    remaining = _all_formulas(book)
    for _ in range(_MOST_ROUNDS):
        unchanged = []
        for formula in remaining:
            if formula.uses is None or any(touched.meets(use) for use in formula.uses):
                touched.add(formula.sheet.name.lower(), formula.area)
                _drop(formula)
            else:
                unchanged.append(formula)
        if len(unchanged) == len(remaining):
            return
        remaining = unchanged
    for formula in remaining:
        _drop(formula)


def _all_formulas(book: WorkbookFile) -> list[_Formula]:
    tables = {table.name.lower(): _Table.of(sheet.name.lower(), table) for sheet, table in book.tables}
    names = {name.get("name").lower(): name.text for name in book.workbook.names}
    found = []
    for sheet in book.sheets:
        if not sheet.has_formulas:
            continue
        own = sheet.name.lower()
        for row, column, _, formula in formulas.whole_formulas(sheet):
            spread = parse_area(formula.area) if formula.kind == "array" else None
            area = spread or Area(row, column, row, column)
            found.append(_Formula(sheet, area, _used(formula.text, own, row, tables, names)))
    return found


def _used(text: str, own: str, row: int, tables: dict[str, _Table], names: dict[str, str]) -> list[_Use] | None:
    references, structured, words, uncertain = _parts(text)
    if uncertain:
        return None
    used = [_Use(reference.sheet or own, reference.area, single=reference.single) for reference in references]
    for name, brackets in structured:
        if name.lower() in tables:
            used.append(tables[name.lower()].cells(brackets, row))
    for word in words:
        if word in names:
            inner = _used(names[word], own, row, tables, {name: t for name, t in names.items() if name != word})
            if inner is None:
                return None
            used += inner
        elif word in tables:
            used.append(_Use(tables[word].sheet, tables[word].area, table=word))
    return used


@lru_cache(maxsize=20000)
def _parts(text: str) -> tuple[tuple[Reference, ...], tuple[tuple[str, str], ...], tuple[str, ...], bool]:
    """Cut a formula into its references, table references, other words, and whether nothing is certain about it."""
    pieces = split_formula(text)
    references = tuple(piece for piece in pieces if isinstance(piece, Reference))
    rest = _TEXT.sub("", " ".join(piece for piece in pieces if isinstance(piece, str)))
    structured = tuple((match[1], match[2]) for match in _STRUCTURED.finditer(rest))
    words = tuple({word.lower() for word in _WORD.findall(_STRUCTURED.sub(" ", rest))})
    several = any(":" in reference.prefix for reference in references)
    return references, structured, words, several or _UNCERTAIN.search(rest) is not None


def _drop(formula: _Formula) -> None:
    sheet, area = formula.sheet, formula.area
    for row in range(area.top, area.bottom + 1):
        here = sheet.rows.rows.get(row)
        cells = here.cells() if here is not None else {}
        for column in range(area.left, area.right + 1):
            cell = cells.get(column)
            emptied = without_value(cell) if cell is not None else None
            if emptied != cell and emptied is not None:
                sheet.rows.edit(row)[column] = emptied
                sheet.touch()
