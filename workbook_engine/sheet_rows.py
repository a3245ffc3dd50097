"""The rows of a worksheet part: kept as raw text until a cell of them is changed.

A cell is the text that follows its `r` attribute (`' s="3"><v>12</v></c>'`), so that cells can move without being
touched; its place is the key under which it is kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area, column_name, column_number
from workbook_engine.errors import RefusedByExcelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ROW = re.compile(r"<row\b((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(?:/>|>(.*?)</row\s*>)", re.DOTALL)
_CELL = re.compile(r'<c(?: r="([A-Z]+)[0-9]+")?((?:\s[^>]*?)?)(/>|>.*?</c\s*>)', re.DOTALL)
_NUMBER = re.compile(r"\sr\s*=\s*[\"']([0-9]+)[\"']")
_SPANS = re.compile(r"\sspans\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_ADDRESS = re.compile(r'<c r="([A-Z]+)[0-9]+"')
_REFERENCE = re.compile(r"\sr\s*=\s*[\"']([A-Za-z]+)[0-9]+[\"']")
_HIDDEN_MARKUP = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)

Cells = dict[int, str]


class Row:
    """The cells of one row."""

    __slots__ = ("_bounds", "_cells", "_inside", "_text", "formulas", "intact", "seen")

    def __init__(self, text: str = "", inside: slice = slice(0, 0), *, intact: bool = False) -> None:
        self._text = text
        self._inside = inside
        self._cells: Cells | None = None
        self._bounds: tuple[int, int] | None = None
        self.intact = intact
        """Whether it is unchanged and in its old place, so that its text can be written as it was read."""
        self.seen = False
        self.formulas = "<f" in text

    def cells(self) -> Cells:
        """Return the cells to look at; do not change them.

        They are kept from the second look on: a block is mostly read once, but a table may be read column by column.
        """
        if self._cells is not None:
            return self._cells
        cells = parse_cells(self._text[self._inside])
        if self.seen:
            self._cells = cells
        self.seen = True
        return cells

    def edit(self) -> Cells:
        """Return the cells to change."""
        if self._cells is None:
            self._cells = self.cells()
        self._text, self._bounds, self.intact = "", None, False
        return self._cells

    def bounds(self) -> tuple[int, int]:
        """Return the first and last column that has a cell; (0, 0) when there is none."""
        if self._bounds is None:
            self._bounds = (self._written_bounds() if self._cells is None else None) or self._counted_bounds()
        return self._bounds

    def _written_bounds(self) -> tuple[int, int] | None:
        """Read first and last address from the text, which is quicker than cutting it into cells."""
        text, start, stop = self._text, self._inside.start, self._inside.stop
        if text.find("<c>", start, stop) >= 0 or text.find("<c/>", start, stop) >= 0:
            return None
        first = _ADDRESS.match(text, start)
        last = _ADDRESS.match(text, text.rfind("<c ", start, stop))
        return (column_number(first[1]), column_number(last[1])) if first and last else None

    def _counted_bounds(self) -> tuple[int, int]:
        cells = self.cells()
        return (min(cells), max(cells)) if cells else (0, 0)

    def to_text(self, number: int, attributes: str) -> str:
        """Write the row at its place."""
        if self.intact:
            return self._text
        cells = self.cells()
        name = column_name
        written = "".join([f'<c r="{name(column)}{number}"{cells[column]}' for column in sorted(cells)])
        return f'<row r="{number}"{attributes}>{written}</row>' if written else f'<row r="{number}"{attributes}/>'


def parse_cells(inner: str) -> Cells:
    """Cut the inside of a row into its cells; a cell without address follows the one before it."""
    cells: Cells = {}
    column = 0
    for letters, attributes, rest in _CELL.findall(inner):
        if letters:
            column = column_number(letters)
            cells[column] = attributes + rest
        else:
            reference = _REFERENCE.search(attributes)
            column = column_number(reference[1]) if reference else column + 1
            cells[column] = _REFERENCE.sub("", attributes, count=1) + rest
    return cells


class SheetRows:
    """All rows of a sheet, by number."""

    def __init__(self, text: str) -> None:
        self.rows: dict[int, Row] = {}
        self.attributes: dict[int, str] = {}
        """What a row has beside cells (height, hidden, style), which stays when cells move."""
        self.has_formulas = "<f" in text
        """Whether a cell may hold a formula."""
        number = 0
        for match in _ROW.finditer(plain_markup(text)):
            written, start = match[1], match.start()
            inside = slice(match.start(2) - start, match.end(2) - start) if match[2] else slice(0, 0)
            found = _NUMBER.search(written)
            number = int(found[1]) if found else number + 1
            self.rows[number] = Row(match[0], inside, intact=found is not None)
            rest = _SPANS.sub("", _NUMBER.sub("", written, count=1), count=1)
            if rest:
                self.attributes[number] = rest

    def texts(self) -> Iterator[str]:
        """Yield the rows as they are written, in order."""
        blank = Row()
        for number in sorted(self.rows.keys() | self.attributes.keys()):
            attributes = self.attributes.get(number, "")
            text = self.rows.get(number, blank).to_text(number, attributes)
            if attributes or not text.endswith('"/>'):
                yield text

    def row_attribute(self, number: int, name: str) -> str:
        """Return an attribute of a row, empty when it has none."""
        found = re.search(rf"\s{name}\s*=\s*[\"']([^\"']*)[\"']", self.attributes.get(number, ""))
        return found[1] if found else ""

    def set_row_attribute(self, number: int, name: str, value: str | None) -> None:
        """Set or remove (`None`) an attribute of a row."""
        rest = re.sub(rf"\s{name}\s*=\s*(?:\"[^\"]*\"|'[^']*')", "", self.attributes.get(number, ""))
        self.attributes[number] = rest if value is None else f'{rest} {name}="{value}"'
        self.rows.setdefault(number, Row()).edit()

    def cell(self, row: int, column: int) -> str | None:
        """Return one cell."""
        found = self.rows.get(row)
        return None if found is None else found.cells().get(column)

    def edit(self, row: int) -> Cells:
        """Return the cells of a row to change, making the row where there is none."""
        found = self.rows.get(row)
        if found is None:
            found = self.rows[row] = Row()
        return found.edit()

    def note_formula(self, row: int) -> None:
        """Remember that a row may hold formulas."""
        self.rows[row].formulas = self.has_formulas = True

    def formula_rows(self) -> Iterator[tuple[int, Row]]:
        """Yield the rows that may hold formulas, in order."""
        if not self.has_formulas:
            return
        for number in sorted(self.rows):
            if self.rows[number].formulas:
                yield number, self.rows[number]

    def used(self) -> Area | None:
        """Return the smallest area that holds every cell, formatted empty ones too."""
        numbers = [number for number, row in self.rows.items() if row.bounds()[0]]
        if not numbers:
            return None
        lefts, rights = zip(*(self.rows[number].bounds() for number in numbers), strict=True)
        return Area(min(numbers), min(lefts), max(numbers), max(rights))

    # moving cells

    def delete(self, area: Area) -> None:
        """Remove the cells of an area; those below move up."""
        if area.columns == MAX_COLUMN:
            self._shift_attributes(area.top, area.bottom + 1, -area.rows)
        self._put((number - area.rows, part) for number, part in self._take(area) if number > area.bottom)

    def insert(self, area: Area) -> None:
        """Make room at an area; the cells from there on move down.

        Raises:
            RefusedByExcelError: If cells would leave the sheet.
        """
        if max(self.rows, default=0) + area.rows > MAX_ROW:
            raise RefusedByExcelError(
                "Cells cannot be moved off the end of the sheet. Clear what stands in its last rows."
            )
        if area.columns == MAX_COLUMN:
            self._shift_attributes(area.top, area.top, area.rows)
        self._put((number + area.rows, part) for number, part in self._take(area))

    def _shift_attributes(self, first: int, kept: int, rows: int) -> None:
        """Move heights and the like with whole rows; those from `first` to before `kept` go."""
        old = self.attributes
        self.attributes = {number: text for number, text in old.items() if number < first}
        self.attributes |= {number + rows: text for number, text in old.items() if number >= kept}

    def _take(self, area: Area) -> list[tuple[int, Row]]:
        """Take out the cells in the columns of an area, from its first row on."""
        left_behind: dict[int, Row] = {}
        taken: list[tuple[int, Row]] = []
        top, left, _, right = area
        for number, row in self.rows.items():
            if number < top:
                left_behind[number] = row
                continue
            first, last = row.bounds()
            if left <= first and last <= right:
                row.intact = False
                taken.append((number, row))
            else:
                left_behind[number] = row
                if first <= right and left <= last:
                    taken.append((number, _cut(row, left, right)))
        self.rows = left_behind
        return taken

    def _put(self, parts: Iterable[tuple[int, Row]]) -> None:
        rows = self.rows
        for number, part in parts:
            here = rows.get(number)
            if here is None:
                rows[number] = part
            else:
                here.edit().update(part.cells())
                here.formulas = here.formulas or part.formulas


def _cut(row: Row, left: int, right: int) -> Row:
    """Cut the cells of some columns out of a row."""
    cells = row.edit()
    part = Row()
    taken = part.edit()
    for column in [column for column in cells if left <= column <= right]:
        taken[column] = cells.pop(column)
    part.formulas = row.formulas
    return part


def plain_markup(text: str) -> str:
    """Return sheet text without comments and CDATA, which the fast patterns here do not know."""
    if "<!" not in text and "<?" not in text:
        return text

    def plain(match: re.Match[str]) -> str:
        return (match[1] or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    return _HIDDEN_MARKUP.sub(plain, text)
