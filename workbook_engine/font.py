"""The font of cells as xlwings sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine.colors import color_code, red_green_blue
from workbook_engine.native import NATIVE
from workbook_engine.styles import set_font_part

if TYPE_CHECKING:
    from workbook_engine.area_styles import AreaStyles
    from workbook_engine.colors import Color
    from workbook_engine.native import Native
    from workbook_engine.xml_text import Element


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
