"""Files that are tables: their columns are declared, their header is found by name, their rows keep their line numbers.

Lines before the header, columns in another order and columns nobody declared are all accepted. Columns that hold
personal data are dropped here, before anything else sees a row.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from core.marketplaces.errors import MissingColumnError, NoSettlementError, TruncatedFileError
from core.marketplaces.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from core.marketplaces.contents import Contents

LINES_BEFORE_HEADER = 60
"""How far down a header is looked for; ten lines were seen before one (settlements.md §3)."""


class Kind(Enum):
    """What a column holds."""

    TEXT = auto()
    """Verbatim: ids, SKUs, words."""
    AMOUNT = auto()
    WHOLE = auto()
    MOMENT = auto()
    PERSONAL = auto()
    """Names, addresses, postal codes: never read."""


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column."""

    name: str
    """In the header, as the marketplace writes it in English."""
    kind: Kind = Kind.TEXT
    needed: bool = True
    """Whether a file without it cannot be read."""
    aliases: tuple[str, ...] = ()
    """Its names in other languages and editions."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A declared table."""

    title: str
    columns: tuple[Column, ...]
    delimiters: tuple[str, ...] = ("\t",)
    quoted: bool = False
    """Whether a cell between commas may be wrapped in quotes; between tabs a quote is a letter like any other."""
    nothing: str = ""
    """What stands in a cell that holds nothing."""
    remarks: tuple[str, ...] = ()
    """How lines begin that are about the file and no rows of it."""


class Row(NamedTuple):
    """One row without its personal data: line in the file, cells by declared column name, cells in their order."""

    number: int
    cells: Mapping[str, str]
    content: tuple[str, ...]


class RawRow(NamedTuple):
    """One row before its header is known."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was found in a file."""

    file: str
    layout: Layout
    header_line: int
    own_names: Mapping[str, str]
    """How this file writes each column; a column nobody declared stands under its own name."""
    rows: tuple[Row, ...]
    preamble: tuple[str, ...] = ()
    """The lines before the header."""
    remarks: tuple[RawRow, ...] = ()

    def place(self, row: Row, column: str = "") -> Place:
        """Return where a cell stands, under the name that the file's own header gives the column."""
        return Place(self.file, row.number, self.own_names.get(column, column))

    def declared(self, kind: Kind) -> tuple[str, ...]:
        """Return the declared columns of a kind that this file has."""
        return tuple(c.name for c in self.layout.columns if c.kind is kind and c.name in self.own_names)

    def distinct(self, columns: Iterable[str]) -> dict[str, Place]:
        """Return each different text in these columns and the place where it stands first; blank cells are left out."""
        seen: dict[str, Place] = {}
        present = [column for column in columns if column in self.own_names]
        for row in self.rows:
            for column in present:
                text = row.cells[column]
                if text not in seen and text.strip():
                    seen[text] = self.place(row, column)
        return seen


def likeness(layout: Layout, contents: Contents) -> float:
    """Return the share of the needed columns that the best header row of a file has."""
    needed = {column.name for column in layout.columns if column.needed}
    header, _ = _header(layout, contents)
    return len(_named(layout, header.cells) & needed) / len(needed)


def header_line(layout: Layout, contents: Contents) -> int:
    """Return the line of the best header row."""
    return _header(layout, contents)[0].number


def find_table(layout: Layout, contents: Contents) -> Table:
    """Find the header of a table and read the rows under it.

    Raises:
        MissingColumnError: If a needed column is not in the header.
        TruncatedFileError: If a row has not as many cells as the header.
        NoSettlementError: If there is no row under the header.
    """
    header, delimiter = _header(layout, contents)
    missing = [c.name for c in layout.columns if c.needed and c.name not in _named(layout, header.cells)]
    place = Place(contents.name, header.number)
    if missing:
        raise MissingColumnError(place, layout.title, missing)
    remarks: list[RawRow] = []
    rows = tuple(_rows(_under(layout, contents, header, delimiter, remarks), layout, header, contents.name))
    if not rows:
        raise NoSettlementError(place)
    own_names = {_column_name(layout, cell): cell.strip() for cell in header.cells}
    preamble = tuple(contents.lines[: header.number - 1])
    return Table(contents.name, layout, header.number, own_names, rows, preamble, tuple(remarks))


def cells_without(layout: Layout, contents: Contents, kind: Kind) -> tuple[list[list[str]], str]:
    """Return all rows of a file with the cells of one kind of column blank, and the delimiter."""
    header, delimiter = _header(layout, contents)
    known = _by_name(layout)
    columns = [known.get(_normalised(cell)) for cell in header.cells]
    blank = {i for i, column in enumerate(columns) if column and column.kind is kind}
    rows = []
    for row in split_rows(contents, delimiter, quoted=layout.quoted):
        under = row.number > header.number and len(row.cells) >= len(header.cells)
        rows.append(["" if under and i in blank else cell for i, cell in enumerate(row.cells)])
    return rows, delimiter


def _header(layout: Layout, contents: Contents) -> tuple[RawRow, str]:
    """Return the row that names most of the declared columns, and the delimiter by which it does."""
    beginnings = (
        (row, delimiter)
        for delimiter in layout.delimiters
        for row in islice(split_rows(contents, delimiter, quoted=layout.quoted), LINES_BEFORE_HEADER)
    )
    return max(beginnings, key=lambda found: len(_named(layout, found[0].cells)))


def _under(
    layout: Layout, contents: Contents, header: RawRow, delimiter: str, remarks: list[RawRow]
) -> Iterator[RawRow]:
    """Yield what stands under the header, but blank rows, repeated headers and remarks, which are put aside."""
    for row in split_rows(contents, delimiter, quoted=layout.quoted):
        if row.number <= header.number or row.cells == header.cells or not any(map(str.strip, row.cells)):
            continue
        if layout.remarks and row.cells[0].casefold().startswith(layout.remarks):
            remarks.append(row)
            continue
        yield row


def _rows(raw: Iterable[RawRow], layout: Layout, header: RawRow, file: str) -> Iterator[Row]:
    width = len(header.cells)
    declared = [_by_name(layout).get(_normalised(cell)) for cell in header.cells]
    kept = [i for i, column in enumerate(declared) if column is None or column.kind is not Kind.PERSONAL]
    names = [_column_name(layout, header.cells[i]) for i in kept]
    for number, cells in raw:
        if len(cells) < width or any(map(str.strip, cells[width:])):
            raise TruncatedFileError(Place(file, number), len(cells), width)
        content = tuple("" if cells[i] == layout.nothing else cells[i] for i in kept)
        yield Row(number, dict(zip(names, content, strict=True)), content)


def _column_name(layout: Layout, cell: str) -> str:
    column = _by_name(layout).get(_normalised(cell))
    return column.name if column else cell.strip()


def _named(layout: Layout, cells: Iterable[str]) -> set[str]:
    known = _by_name(layout)
    return {known[name].name for name in map(_normalised, cells) if name in known}


def split_rows(contents: Contents, delimiter: str, *, quoted: bool) -> Iterator[RawRow]:
    """Yield the lines of a file as cells, each with the number of its first line."""
    if not quoted or delimiter == "\t":
        for number, line in enumerate(contents.lines, start=1):
            yield RawRow(number, line.split(delimiter))
        return
    reader = csv.reader(io.StringIO(contents.text, newline=""), delimiter=delimiter)
    lines_before = 0
    try:
        for cells in reader:
            yield RawRow(lines_before + 1, cells)
            lines_before = reader.line_num
    except csv.Error as error:  # a quote that never closes runs into the reader's limit
        raise TruncatedFileError(Place(contents.name, lines_before + 1), 1, 2) from error


def _normalised(name: str) -> str:
    plain = name.replace("\ufeff", "").replace("\u2019", "'").strip(' \t"“”„')
    return " ".join(plain.casefold().split()).rstrip(" :")


@cache
def _by_name(layout: Layout) -> dict[str, Column]:
    return {_normalised(name): column for column in layout.columns for name in (column.name, *column.aliases)}
