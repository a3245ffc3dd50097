"""Rows and columns of a worksheet part: rows are kept as raw text until a cell of them is changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area
from workbook_engine.errors import RefusedByExcelError
from workbook_engine.parts.row import Cells, Row, read_rows
from workbook_engine.parts.row_store import RowStore
from workbook_engine.parts.xml_text import Element

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workbook_engine.parts.packing import PackedPiece

MOST_LOOSE = 10_000
"""So many rows are quicker at hand than compressed."""


class SheetRows:
    """All rows of a sheet, by number."""

    def __init__(self, text: str) -> None:
        self.rows = RowStore()
        self.attributes: dict[int, str] = {}
        """What a row has beside cells (height, hidden, style), which stays when cells move."""
        self.has_formulas = "<f" in text
        """Whether a cell may hold a formula."""
        for number, row, rest in read_rows(text):
            self.rows[number] = row
            if rest:
                self.attributes[number] = rest

    def pieces(self) -> Iterator[str | PackedPiece]:
        """Yield the rows as they are written, in order: each by itself, or many that are packed."""
        blank = Row()
        for first, last in self.rows.stretches_with(self.attributes):
            packed = self.rows.packed(first)
            if packed is not None:
                yield packed
                continue
            for number in range(first, last + 1):
                attributes = self.attributes.get(number, "")
                text = (self.rows.get(number) or blank).to_text(number, attributes)
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
        self.edit(number)

    def cell(self, row: int, column: int) -> str | None:
        """Return one cell."""
        cells = self.rows.get(row)
        return None if cells is None else cells.cells().get(column)

    def edit(self, row: int) -> Cells:
        """Return the cells of a row to change, making the row where there is none."""
        return self.rows.edit(row).edit()

    def fill_free(self, first: int, last: int, cells: Cells) -> list[int]:
        """Give rows that have nothing yet these cells; return the numbers of the others."""
        return self.rows.fill_free(first, last, cells, self.attributes)

    def pack(self, first: int, last: int) -> None:
        """Keep rows compressed until one of them is changed, where the sheet has very many."""
        if len(self.rows.loose) > MOST_LOOSE:
            self.rows.pack(first, last, self.attributes)

    def note_formula(self, row: int) -> None:
        """Remember that a row may hold formulas."""
        self.rows.edit(row).formulas = self.has_formulas = True

    def formula_rows(self) -> Iterator[tuple[int, Row]]:
        """Yield the rows that may hold formulas, in order."""
        if not self.has_formulas:
            return
        for first, last in list(self.rows.stretches_with(())):
            if self.rows.may_have_formulas(first):
                yield from self._formula_rows(first, last)

    def _formula_rows(self, first: int, last: int) -> Iterator[tuple[int, Row]]:
        rows = ((number, self.rows.get(number)) for number in range(first, last + 1))
        yield from ((number, row) for number, row in rows if row is not None and row.formulas)

    def used(self) -> Area | None:
        """Return the smallest area that holds every cell, formatted empty ones too."""
        parts = [
            (first, last, *bounds)
            for first, last in self.rows.stretches_with(())
            if (bounds := self.rows.bounds(first))[0]
        ]
        if not parts:
            return None
        firsts, lasts, lefts, rights = zip(*parts, strict=True)
        return Area(min(firsts), min(lefts), max(lasts), max(rights))

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
        if self.rows.last() + area.rows > MAX_ROW:
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
        self.rows.loosen_from(area.top)
        left_behind: dict[int, Row] = {}
        taken: list[tuple[int, Row]] = []
        top, left, _, right = area
        for number, row in self.rows.loose.items():
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
        self.rows.loose = left_behind
        return taken

    def _put(self, parts: Iterable[tuple[int, Row]]) -> None:
        rows = self.rows.loose
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
