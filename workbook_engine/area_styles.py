"""The styles of all cells of an area, read together and changed together."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from workbook_engine import sheet_blocks
from workbook_engine.addresses import MAX_ROW, Area

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook_engine.sheet_part import SheetPart
    from workbook_engine.styles import Styles

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
            sheet_blocks.restyle(self._part, self._area, change)
