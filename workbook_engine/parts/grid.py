"""Rows and columns of a worksheet part: rows are kept as raw text until a cell of them is changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area, column_name, column_number
from workbook_engine.errors import RefusedByExcelError
from workbook_engine.parts.xml_text import Element

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
            number_match = _NUMBER.search(written)
            number = int(number_match[1]) if number_match else number + 1
            self.rows[number] = Row(match[0], inside, intact=number_match is not None)
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
        match = re.search(rf"\s{name}\s*=\s*[\"']([^\"']*)[\"']", self.attributes.get(number, ""))
        return match[1] if match else ""

    def set_row_attribute(self, number: int, name: str, value: str | None) -> None:
        """Set or remove (`None`) an attribute of a row."""
        rest = re.sub(rf"\s{name}\s*=\s*(?:\"[^\"]*\"|'[^']*')", "", self.attributes.get(number, ""))
        self.attributes[number] = rest if value is None else f'{rest} {name}="{value}"'
        self.rows.setdefault(number, Row()).edit()

    def cell(self, row: int, column: int) -> str | None:
        """Return one cell."""
        cells = self.rows.get(row)
        return None if cells is None else cells.cells().get(column)

    def edit(self, row: int) -> Cells:
        """Return the cells of a row to change, making the row where there is none."""
        cells = self.rows.get(row)
        if cells is None:
            cells = self.rows[row] = Row()
        return cells.edit()

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


_PIXELS_PER_CHARACTER = 7
_PADDING = 5
_DEFAULT_WIDTH = 8.43
_SHEET_ORDER = ("cols", "sheetData")


class ColumnSettings:
    """Settings of columns, in runs of neighbours that share them."""

    def __init__(self, sheet: Element) -> None:
        self._sheet = sheet
        self._styles: dict[int, int] | None = None

    @property
    def _runs(self) -> list[Element]:
        holder = self._sheet.find("cols")
        return holder.elements if holder is not None else []

    def _find(self, column: int) -> Element | None:
        return next((run for run in self._runs if int(run.get("min")) <= column <= int(run.get("max"))), None)

    def style(self, column: int) -> int:
        """Return the style that empty cells of a column have."""
        return self.styles().get(column, 0)

    def styles(self) -> dict[int, int]:
        """Return the style of every column that has one of its own."""
        if self._styles is None:
            self._styles = {
                column: int(run.get("style"))
                for run in self._runs
                if run.get("style", "0") != "0"
                for column in range(int(run.get("min")), int(run.get("max")) + 1)
            }
        return self._styles

    def width(self, column: int) -> float:
        """Return the width of a column in characters, as Excel shows it; 0 when hidden."""
        run = self._find(column)
        if run is not None and run.get("hidden") in {"1", "true"}:
            return 0.0
        stored = run.get("width") if run is not None else ""
        if not stored:
            settings = self._sheet.find("sheetFormatPr")
            stored = settings.get("defaultColWidth") if settings is not None else ""
        if not stored:
            return _DEFAULT_WIDTH
        pixels = int((256 * float(stored) + 128 // _PIXELS_PER_CHARACTER) / 256 * _PIXELS_PER_CHARACTER)
        if pixels < _PIXELS_PER_CHARACTER + _PADDING:
            return round(pixels / (_PIXELS_PER_CHARACTER + _PADDING), 2)
        return round((pixels - _PADDING) / _PIXELS_PER_CHARACTER, 2)

    def hidden(self, column: int) -> bool:
        """Return whether a column is hidden."""
        run = self._find(column)
        return run is not None and run.get("hidden") in {"1", "true"}

    def set_width(self, first: int, last: int, characters: float) -> None:
        """Set the width of columns in characters."""
        pixels = round(characters * _PIXELS_PER_CHARACTER + _PADDING) if characters >= 1 else round(characters * 12)
        width = int(pixels / _PIXELS_PER_CHARACTER * 256) / 256
        for run in self._own_runs(first, last):
            run.set("width", f"{width:.10g}")
            run.set("customWidth", "1")

    def set_hidden(self, first: int, last: int, *, hidden: bool) -> None:
        """Hide or show columns."""
        for run in self._own_runs(first, last):
            run.set("hidden", "1" if hidden else None)

    def set_style(self, first: int, last: int, style: int) -> None:
        """Set the style that empty cells of columns have."""
        for run in self._own_runs(first, last):
            run.set("style", str(style) if style else None)
        self._styles = None

    def _own_runs(self, first: int, last: int) -> list[Element]:
        """Return runs that cover exactly the columns asked for, cutting and adding as needed."""
        holder = self._sheet.find("cols")
        if holder is None:
            holder = self._sheet.insert_ordered(Element("cols"), _SHEET_ORDER)
        result: list[Element] = []
        own: list[Element] = []
        column = first
        for run in holder.elements:
            low, high = int(run.get("min")), int(run.get("max"))
            if column < low and column <= last:
                gap = _run(column, min(last, low - 1))
                own.append(gap)
                result.append(gap)
            pieces = _cut_run(run, first, last)
            own += [piece for piece in pieces if first <= int(piece.get("min")) <= last]
            result += pieces
            column = max(column, high + 1)
        if column <= last:
            own.append(_run(column, min(last, MAX_COLUMN)))
            result.append(own[-1])
        holder.children = list(result)
        return own


def _run(first: int, last: int) -> Element:
    return Element("col", {"min": str(first), "max": str(last), "width": "9.140625"})


def _cut_run(run: Element, first: int, last: int) -> list[Element]:
    low, high = int(run.get("min")), int(run.get("max"))
    bounds = [(low, min(high, first - 1)), (max(low, first), min(high, last)), (max(low, last + 1), high)]
    pieces = []
    for start, stop in bounds:
        if start <= stop:
            piece = run.copy()
            piece.set("min", str(start))
            piece.set("max", str(stop))
            pieces.append(piece)
    return pieces
