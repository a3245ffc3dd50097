"""How the cells of a range look: number formats, colours, fonts, widths and visibility."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from workbook_engine import cells
from workbook_engine.addresses import MAX_ROW, Area
from workbook_engine.native import NATIVE, Native
from workbook_engine.parts.styles import Styles, set_font_part

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook_engine.parts.sheet_part import SheetPart
    from workbook_engine.parts.xml_text import Element


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


Color = tuple[int, int, int] | int | str
"""Red, green and blue; Excel's number for a colour (blue highest); or `#rrggbb`."""


def red_green_blue(code: str) -> tuple[int, int, int]:
    """Return the three parts of `RRGGBB`."""
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def color_code(value: Color | None) -> str | None:
    """Return a colour as the file holds it (`FFRRGGBB`)."""
    if value is None:
        return None
    if isinstance(value, str):
        value = red_green_blue(value.removeprefix("#"))
    if isinstance(value, int):
        value = (value % 256, value // 256 % 256, value // 65536 % 256)
    red, green, blue = value
    return f"FF{red:02X}{green:02X}{blue:02X}"


class Font:
    """The font of a range; a property is `None` where its cells differ."""

    def __init__(self, cells: AreaStyles) -> None:
        self._cells = cells

    @property
    def api(self) -> Native:
        """Something true without members."""
        return NATIVE

    def _has(self, local: str) -> bool | None:
        def read(style: int) -> bool:
            part = self._cells.styles.font(style).find(local)
            return part is not None and part.get("val", "1") not in {"0", "false"}

        return self._cells.common(read)

    def _set(self, local: str, attributes: dict[str, str] | None) -> None:
        styles = self._cells.styles

        def change(font: Element) -> None:
            set_font_part(font, local, attributes)

        self._cells.restyle(lambda style: styles.with_font(style, change))

    @property
    def bold(self) -> bool | None:
        """Whether it is bold."""
        return self._has("b")

    @bold.setter
    def bold(self, value: bool) -> None:
        self._set("b", {} if value else None)

    @property
    def italic(self) -> bool | None:
        """Whether it is italic."""
        return self._has("i")

    @italic.setter
    def italic(self, value: bool) -> None:
        self._set("i", {} if value else None)

    @property
    def color(self) -> tuple[int, int, int] | None:
        """Its colour as red, green, blue; `None` for a colour of the theme or when the cells differ."""

        def read(style: int) -> str | None:
            part = self._cells.styles.font(style).find("color")
            return part.get("rgb")[-6:] or None if part is not None else "000000"

        found = self._cells.common(read)
        return red_green_blue(found) if found else None

    @color.setter
    def color(self, value: Color) -> None:
        self._set("color", {"rgb": color_code(value) or "FF000000"})


_Value = TypeVar("_Value")


class AreaStyles:
    """How the cells of an area look."""

    def __init__(self, part: SheetPart, area: Area) -> None:
        self._part = part
        self._area = area

    @property
    def styles(self) -> Styles:
        """The styles of the workbook."""
        return self._part.book.styles

    def _numbers(self) -> set[int]:
        area, part = self._area, self._part
        columns = range(area.left, area.right + 1)
        if area.rows == MAX_ROW:
            return {part.columns.style(column) for column in columns}
        return {part.style_at(row, column) for row in range(area.top, area.bottom + 1) for column in columns}

    def common(self, read: Callable[[int], _Value]) -> _Value | None:
        """Return what a function says of every style; `None` where the cells differ."""
        values = {read(style) for style in self._numbers()}
        return values.pop() if len(values) == 1 else None

    def restyle(self, change: Callable[[int], int]) -> None:
        """Give every cell the style that a function makes of its own."""
        if self._area.rows > 0 and self._area.columns > 0:
            cells.restyle(self._part, self._area, change)
