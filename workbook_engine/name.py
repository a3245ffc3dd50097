"""Defined names as xlwings sees them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from workbook_engine.errors import RefusedByExcelError
from workbook_engine.formulas import from_file, to_file
from workbook_engine.references import Reference, quote_sheet, split_formula

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbook_engine.addresses import Area
    from workbook_engine.engine import Book
    from workbook_engine.range import Range
    from workbook_engine.sheet import Sheet
    from workbook_engine.xml_text import Element

_BUILT_IN = "_xlnm."
_LEGAL = re.compile(r"[^\W\d][\w.?\\]*|\\[\w.?\\]*")
_LIKE_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr]([0-9]*([Cc][0-9]*)?)|[Cc][0-9]*")
_LONGEST = 255


class Names:
    """The names of a workbook, or those that belong to one sheet."""

    def __init__(self, book: Book, sheet: Sheet | None = None) -> None:
        self._book = book
        self._sheet = sheet

    def __iter__(self) -> Iterator[Name]:
        self._book.xl.settle()
        for element in self._book.xl.workbook.names:
            name = Name(self._book, element)
            if self._sheet is None or scope_of(name) is self._sheet.xl.element:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def snapshot(self) -> list[tuple[str, Name]]:
        """Return all names with their objects."""
        return [(name.name, name) for name in self]

    def __call__(self, name_or_index: str | int) -> Name:
        """Return a name by its text or its place from 1."""
        found = self._find(name_or_index)
        if found is None:
            raise KeyError(name_or_index)
        return found

    def _find(self, wanted: str | int) -> Name | None:
        names = list(self)
        if isinstance(wanted, int):
            return names[wanted - 1] if 1 <= wanted <= len(names) else None
        lowered = wanted.lower()
        if self._sheet is None:
            exact = [name for name in names if name.name.lower() == lowered]
            return exact[0] if exact else None
        return next((name for name in names if lowered in {name.name.lower(), plain_name(name).lower()}), None)

    def contains(self, name_or_index: str | int) -> bool:
        """Return whether there is such a name."""
        return self._find(name_or_index) is not None

    def add(self, name: str, refers_to: str) -> Name:
        """Define a name, or let an existing one refer to something else.

        Args:
            name: Its text; `Sheet!Name` makes it belong to that sheet.
            refers_to: A formula with its `=`; anything else becomes a text constant, as in Excel.

        Raises:
            RefusedByExcelError: If Excel allows no such name.
        """
        sheet_text, _, plain = name.rpartition("!")
        sheet = self._sheet
        if sheet_text:
            sheet = self._book.sheets(sheet_text.strip("'").replace("''", "'"))
        refuse_name(plain)
        existing = (Names(self._book, sheet) if sheet else self)._find(plain)  # noqa: SLF001 - the same class

        if existing is not None:
            existing.refers_to = refers_to
            return existing
        file = self._book.xl
        place = file.workbook.sheets.index(sheet.xl.element) if sheet else None
        return Name(self._book, file.workbook.add_name(plain, _stored(refers_to), place))


class DefinedName(NamedTuple):
    """What stands behind a name."""

    book: Book
    element: Element


class Name:
    """One defined name."""

    def __init__(self, book: Book, element: Element) -> None:
        self.xl = DefinedName(book, element)

    @property
    def name(self) -> str:
        """Its text, with the sheet before it where it belongs to one."""
        scope = scope_of(self)
        return f"{quote_sheet(scope.get('name'))}!{plain_name(self)}" if scope is not None else plain_name(self)

    @name.setter
    def name(self, value: str) -> None:
        plain = value.rpartition("!")[2]
        refuse_name(plain)
        self.xl.element.set("name", plain)
        self.xl.book.xl.workbook.changed = True

    @property
    def refers_to(self) -> str:
        """What it stands for, as a formula with its `=`."""
        self.xl.book.xl.settle()
        return f"={from_file(self.xl.element.text)}"

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.xl.book.xl.settle()
        self.xl.element.text = _stored(value)
        self.xl.book.xl.workbook.changed = True

    @property
    def refers_to_range(self) -> Range:
        """The cells it stands for.

        Raises:
            RefusedByExcelError: If it stands for something else.
        """
        from workbook_engine.range import range_of  # noqa: PLC0415 - it needs this module

        self.xl.book.xl.settle()
        place = reference_of(self)
        sheet = next((s for s in self.xl.book.sheets if place is not None and s.name.lower() == place.sheet), None)
        if place is None or sheet is None:
            raise RefusedByExcelError(f"The name {self.name} stands for {self.refers_to}, not for cells.")
        return range_of(sheet, place.area)

    def delete(self) -> None:
        """Delete it."""
        self.xl.book.xl.workbook.remove_name(self.xl.element)


def plain_name(name: Name) -> str:
    """Return the text of a name without the sheet it belongs to."""
    return name.xl.element.get("name").removeprefix(_BUILT_IN)


def scope_of(name: Name) -> Element | None:
    """Return the sheet a name belongs to; `None` for the whole workbook."""
    place = name.xl.element.get("localSheetId")
    sheets = name.xl.book.xl.workbook.sheets
    return sheets[int(place)] if place and int(place) < len(sheets) else None


def reference_of(name: Name) -> Reference | None:
    """Return the one reference a name consists of; `None` when it is anything else."""
    pieces = [piece for piece in split_formula(name.xl.element.text) if piece]
    only = pieces[0] if len(pieces) == 1 else None
    return only if isinstance(only, Reference) else None


def cells_named(name: Name, sheet: Sheet) -> Area | None:
    """Return the cells of a sheet that a name stands for."""
    place = reference_of(name)
    return place.area if place is not None and place.sheet == sheet.name.lower() else None


def refuse_name(name: str) -> None:
    """Raise for a text that cannot be a name in Excel."""
    if not _LEGAL.fullmatch(name) or _LIKE_CELL.fullmatch(name) or len(name) > _LONGEST:
        raise RefusedByExcelError(
            f"{name!r} cannot be a name: it must begin with a letter, hold no blanks and not look like a cell."
        )


def _stored(refers_to: str) -> str:
    if refers_to.startswith("="):
        return to_file(refers_to[1:])
    doubled = refers_to.replace('"', '""')
    return f'"{doubled}"'
