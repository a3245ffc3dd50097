"""What stands behind the objects of xlwings (`.api`), and what they know of those above them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from workbook_engine.errors import UnsupportedError

if TYPE_CHECKING:
    from workbook_engine.addresses import Area
    from workbook_engine.parts.sheet_part import SheetPart, Workbook

_MOST_ROWS = 1048576


class Native:
    """A true object without members: code that reaches behind xlwings fails here instead of doing something else."""

    __slots__ = ()


NATIVE = Native()


class NativeCells(Native):
    """What stands behind a range: nothing of Excel's own but `Value2`."""

    __slots__ = ("_area", "_part")

    def __init__(self, part: SheetPart, area: Area) -> None:
        self._part = part
        self._area = area

    @property
    def Value2(self) -> object:  # noqa: N802 - Excel's name
        """The values without the changes that `Value` makes for currency and date formats: numbers in full precision.

        One value for one cell, else rows of values; errors are their int codes. Excel for Windows has it, and code
        that asks `hasattr(cells.api, "Value2")` takes here the way that it takes there.
        """
        if self._area.rows == _MOST_ROWS:
            raise UnsupportedError("Whole columns hold over a million rows; cut the range to the used range first.")
        rows = tuple(map(tuple, self._part.read(self._area, plain=True)))
        return rows[0][0] if self._area.rows == self._area.columns == 1 else rows


class Application(Protocol):
    """The application of a book: it knows what is selected."""

    selection: object


class DefinedNames(Protocol):
    """The defined names of a book, as xlwings sees them."""

    def __call__(self, name_or_index: str | int) -> object:
        """Return a name by its text."""

    def add(self, name: str, refers_to: str) -> object:
        """Define a name."""


class OpenBook(Protocol):
    """What sheets and cells know of the book they are in (`workbook_engine.engine.Book`)."""

    @property
    def app(self) -> Application:
        """Its application."""

    @property
    def xl(self) -> Workbook:
        """Its file."""

    @property
    def name(self) -> str:
        """The file's name."""

    @property
    def names(self) -> DefinedNames:
        """Its names."""


class Owner(Protocol):
    """What cells and tables know of the sheet they are on (`workbook_engine.sheet.Sheet`)."""

    @property
    def book(self) -> OpenBook:
        """Its book."""

    @property
    def xl(self) -> SheetPart:
        """Its part of the file."""

    @property
    def name(self) -> str:
        """Its name."""
