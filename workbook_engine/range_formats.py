"""How cells look: the part of a range that has to do with formats, widths and visibility."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine.area_styles import AreaStyles
from workbook_engine.colors import color_code, red_green_blue
from workbook_engine.font import Font

if TYPE_CHECKING:
    from workbook_engine.addresses import Area
    from workbook_engine.colors import Color
    from workbook_engine.sheet_part import SheetPart


class RangeFormats:
    """The formats of the cells of an area; a property is `None` where its cells differ."""

    def __init__(self, part: SheetPart, area: Area) -> None:
        self._part = part
        self._area = area

    @property
    def _look(self) -> AreaStyles:
        return AreaStyles(self._part, self._area)

    @property
    def number_format(self) -> str | None:
        """The number format."""
        return self._look.common(lambda style: self._look.styles.style(style).number_format)

    @number_format.setter
    def number_format(self, value: str) -> None:
        self._look.restyle(lambda style: self._look.styles.with_number_format(style, value))

    @property
    def color(self) -> tuple[int, int, int] | None:
        """The background as red, green, blue; `None` for none and for a colour of the theme, too."""
        found = self._look.common(self._look.styles.fill_color)
        return red_green_blue(found) if found else None

    @color.setter
    def color(self, value: Color | None) -> None:
        self._look.restyle(lambda style: self._look.styles.with_fill(style, color_code(value)))

    @property
    def font(self) -> Font:
        """The font."""
        return Font(self._look)

    # columns and rows

    @property
    def column_width(self) -> float | None:
        """The width of its columns in characters."""
        area = self._area
        widths = {self._part.columns.width(column) for column in range(area.left, area.right + 1)}
        return widths.pop() if len(widths) == 1 else None

    @column_width.setter
    def column_width(self, value: float) -> None:
        self._part.columns.set_width(self._area.left, self._area.right, value)
        self._part.touch()

    @property
    def row_height(self) -> float | None:
        """The height of its rows in points."""
        heights = {self._part.row_height(row) for row in range(self._area.top, self._area.bottom + 1)}
        return heights.pop() if len(heights) == 1 else None

    @row_height.setter
    def row_height(self, value: float) -> None:
        self._set_rows("ht", f"{value:g}")
        self._set_rows("customHeight", "1")

    @property
    def row_hidden(self) -> bool | None:
        """Whether its rows are hidden, by hand or by a filter."""
        hidden = {self._part.row_hidden(row) for row in range(self._area.top, self._area.bottom + 1)}
        return hidden.pop() if len(hidden) == 1 else None

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self._set_rows("hidden", "1" if value else None)

    def _set_rows(self, attribute: str, value: str | None) -> None:
        for row in range(self._area.top, self._area.bottom + 1):
            self._part.rows.set_row_attribute(row, attribute, value)
        self._part.touch()

    @property
    def column_hidden(self) -> bool | None:
        """Whether its columns are hidden."""
        hidden = {self._part.columns.hidden(column) for column in range(self._area.left, self._area.right + 1)}
        return hidden.pop() if len(hidden) == 1 else None

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self._part.columns.set_hidden(self._area.left, self._area.right, hidden=value)
        self._part.touch()
