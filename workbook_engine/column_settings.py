"""The `<cols>` of a sheet: width, style and visibility of whole columns."""

from __future__ import annotations

from workbook_engine.addresses import MAX_COLUMN
from workbook_engine.xml_text import Element

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
            pieces = _cut(run, first, last)
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


def _cut(run: Element, first: int, last: int) -> list[Element]:
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
