"""One row of a worksheet part: raw text until a cell of it is changed; and rows cut out of a part's text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook_engine.addresses import column_name, column_number

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROW = re.compile(r"<row\b((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(?:/>|>(.*?)</row\s*>)", re.DOTALL)
_CELL = re.compile(r'<c(?: r="([A-Z]+)[0-9]+")?((?:\s[^>]*?)?)(/>|>.*?</c\s*>)', re.DOTALL)
_NUMBER = re.compile(r"\sr\s*=\s*[\"']([0-9]+)[\"']")
_SPANS = re.compile(r"\sspans\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_ADDRESS = re.compile(r'<c r="([A-Z]+)[0-9]+"')
_REFERENCE = re.compile(r"\sr\s*=\s*[\"']([A-Za-z]+)[0-9]+[\"']")
_HIDDEN_MARKUP = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
Cells = dict[int, str]
"""The cells of a row by column: what stands after the address, `' s="3"><v>5</v></c>'`."""


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

    @classmethod
    def of(cls, cells: Cells) -> Row:
        """Return a row of cells."""
        row = cls()
        row.edit().update(cells)
        row.formulas = any("<f" in cell for cell in cells.values())
        return row


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


def read_rows(text: str) -> Iterator[tuple[int, Row, str]]:
    """Yield number, row and further attributes of each row of a part's text."""
    number = 0
    for match in _ROW.finditer(plain_markup(text)):
        written, start = match[1], match.start()
        inside = slice(match.start(2) - start, match.end(2) - start) if match[2] else slice(0, 0)
        number_match = _NUMBER.search(written)
        number = int(number_match[1]) if number_match else number + 1
        rest = _SPANS.sub("", _NUMBER.sub("", written, count=1), count=1)
        yield number, Row(match[0], inside, intact=number_match is not None), rest


def plain_markup(text: str) -> str:
    """Return sheet text without comments and CDATA, which the fast patterns here do not know."""
    if "<!" not in text and "<?" not in text:
        return text

    def plain(match: re.Match[str]) -> str:
        return (match[1] or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    return _HIDDEN_MARKUP.sub(plain, text)
