"""Files that are tables: their columns are declared, their header is found by name, their rows keep their line numbers.

Lines before the header, columns in another order and columns nobody declared are all accepted. Columns that hold
personal data are dropped here, before anything else sees a row. A column that nobody declared is in the rows under its
own name and means nothing by itself (`core.marketplaces.columns.undeclared_columns.proved`).

Editors take the blanks from the ends of lines, and in a file between tabs blank cells are such blanks. Where no row of
a file ends in a blank cell any more, what is missing at a row's end was blank; a row that is shorter than its
neighbours, which do end in blank cells, is where a file was cut off.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from core.marketplaces.errors import (
    DuplicateColumnError,
    MissingColumnError,
    NoSettlementError,
    OverlappingFilesError,
    PastedFilesError,
    Place,
    TruncatedFileError,
    UnstorableTextError,
)
from core.marketplaces.reading.contents import LONGEST_TEXT, TOO_LONG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.marketplaces.reading.contents import Contents

LINES_BEFORE_HEADER = 60
"""How far down a header is looked for; ten lines were seen before one (docs/design/marketplaces.md)."""


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


def translated(name: str, kind: Kind = Kind.TEXT, *, needed: bool = False, also: str = "") -> Column:
    """Return a column of a report that is written in several languages: `also` parts its other names by bars."""
    return Column(name, kind, needed=needed, aliases=tuple(also.split("|")) if also else ())


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
    total: str = ""
    """The column of a total that all rows must sum to, by which a file shows that none of its rows is missing."""

    def __hash__(self) -> int:
        """Tell layouts apart by their titles first: names are looked up by layout hundreds of times per file."""
        return hash(self.title)


class Row(NamedTuple):
    """One row without its personal data: line in the file, cells by declared column name, cells in their order."""

    number: int
    cells: Mapping[str, str]
    content: tuple[str, ...]


class RawRow(NamedTuple):
    """One row before its header is known."""

    number: int
    cells: list[str]


class HeaderRow(NamedTuple):
    """The row that names the columns, and how this file parts its cells."""

    number: int
    cells: list[str]
    """Up to the last that is not blank."""
    delimiter: str
    quoted: bool

    def missing_columns(self, layout: Layout) -> list[str]:
        """Return the needed columns that it does not name."""
        return [c.name for c in layout.columns if c.needed and c.name not in _named(layout, self.cells)]


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

    def undeclared(self) -> tuple[str, ...]:
        """Return the columns that this file has and nobody declared, under their own names."""
        known = {column.name for column in self.layout.columns}
        return tuple(name for name in self.own_names if name and name not in known)

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
    return len(needed & columns_named(layout, contents)) / len(needed)


def columns_named(layout: Layout, contents: Contents) -> set[str]:
    """Return the declared columns that the best header row of a file has."""
    return _named(layout, find_header(layout, contents).cells)


def header_line(layout: Layout, contents: Contents) -> int:
    """Return the line of the best header row."""
    return find_header(layout, contents).number


def find_table(layout: Layout, contents: Contents) -> Table:
    """Find the header of a table and read the rows under it.

    Raises:
        MissingColumnError: If a needed column is not in the header.
        PastedFilesError: If a second header with other columns stands under the first.
        OverlappingFilesError: If a row stands above and below a second header, and no total would show that it counts
            twice.
        TruncatedFileError: If a row breaks off.
        DuplicateColumnError: If two columns mean the same and hold different texts.
        UnstorableTextError: If a text is longer than a cell of a sheet, or holds a zero byte.
        NoSettlementError: If there is no row under the header.
    """
    header = find_header(layout, contents)
    place = Place(contents.name, header.number)
    if missing := header.missing_columns(layout):
        raise MissingColumnError(place, layout.title, missing)
    remarks: list[RawRow] = []
    seams: list[int] = []
    under = list(_under(layout, contents, header, remarks, seams))
    _refuse_cut_off(under, layout, header, contents)
    rows = tuple(_rows(under, layout, header, contents))
    if not rows:
        raise NoSettlementError(place)
    if not layout.total:
        _refuse_overlap(rows, seams, contents)
    own_names = {_column_name(layout, cell): cell.strip() for cell in header.cells}
    preamble = tuple(contents.lines[: header.number - 1])
    return Table(contents.name, layout, header.number, own_names, rows, preamble, tuple(remarks))


def cells_without(layout: Layout, contents: Contents, kind: Kind) -> tuple[list[list[str]], str, bool]:
    """Return all rows of a file with the cells of one kind of column blank, the delimiter, and if cells have quotes."""
    header = find_header(layout, contents)
    known = _by_name(layout)
    columns = [known.get(_normalised(cell)) for cell in header.cells]
    blank = {i for i, column in enumerate(columns) if column and column.kind is kind}
    rows = []
    for row in split_rows(contents, header.delimiter, quoted=header.quoted):
        under = row.number > header.number
        rows.append(["" if under and i in blank else cell for i, cell in enumerate(row.cells)])
    return rows, header.delimiter, header.quoted


def column_names(layout: Layout, header: HeaderRow) -> tuple[list[str], frozenset[int]]:
    """Return the names of a file's columns, declared ones under their declared names, and which are personal."""
    known = _by_name(layout)
    columns = [known.get(_normalised(cell)) for cell in header.cells]
    personal = (at for at, column in enumerate(columns) if column and column.kind is Kind.PERSONAL)
    return [_column_name(layout, cell) for cell in header.cells], frozenset(personal)


def is_column_name(layout: Layout, text: str) -> bool:
    """Tell whether a cell holds the name of a declared column, as in a header that is repeated further down."""
    return _normalised(text) in _by_name(layout)


def find_header(layout: Layout, contents: Contents) -> HeaderRow:
    """Return the row that names most of the declared columns, and how its cells are parted."""
    beginnings = (
        (row, delimiter)
        for delimiter in layout.delimiters
        for row in beginning(contents, delimiter, quoted=layout.quoted and delimiter != "\t")
    )
    row, delimiter = max(beginnings, key=lambda seen: len(_named(layout, seen[0].cells)))
    cells = row.cells
    while len(cells) > 1 and not cells[-1].strip():
        cells = cells[:-1]
    wrapped = all(len(cell) > 1 and cell.startswith('"') and cell.endswith('"') for cell in map(str.strip, cells))
    if delimiter == "\t" and wrapped:  # a program that puts every cell in quotes, between tabs too
        return HeaderRow(row.number, [cell.strip()[1:-1] for cell in cells], delimiter, quoted=True)
    return HeaderRow(row.number, cells, delimiter, quoted=layout.quoted and delimiter != "\t")


def beginning(contents: Contents, delimiter: str, *, quoted: bool) -> Iterator[RawRow]:
    """Yield the rows among which a header is looked for, as far as they can be told apart with this delimiter."""
    head = list(_told_apart(contents.head, delimiter, LINES_BEFORE_HEADER + 1, quoted=quoted))
    if len(head) > LINES_BEFORE_HEADER or contents.head is contents:
        yield from head[:LINES_BEFORE_HEADER]
    else:  # so few rows in 64 KiB: the last of them may go on behind
        yield from _told_apart(contents, delimiter, LINES_BEFORE_HEADER, quoted=quoted)


def _told_apart(contents: Contents, delimiter: str, count: int, *, quoted: bool) -> Iterator[RawRow]:
    rows = islice(split_rows(contents, delimiter, quoted=quoted), count)
    while True:
        try:
            yield next(rows)
        except (StopIteration, UnstorableTextError):  # a quote that is none, in a file of another kind
            return


def _under(
    layout: Layout, contents: Contents, header: HeaderRow, remarks: list[RawRow], seams: list[int]
) -> Iterator[RawRow]:
    """Yield what stands under the header, but blank rows, remarks, and repeated headers, whose lines are the seams."""
    known = _by_name(layout)
    names = [_normalised(cell) for cell in header.cells]
    for row in split_rows(contents, header.delimiter, quoted=header.quoted):
        if row.number <= header.number or not any(map(str.strip, row.cells)):
            continue
        if _normalised(row.cells[0]) in known and len(_named(layout, row.cells)) * 2 > len(
            _named(layout, header.cells)
        ):
            if [_normalised(cell) for cell in row.cells[: len(names)]] != names:
                raise PastedFilesError(Place(contents.name, row.number), header.number)
            seams.append(row.number)
            continue
        if layout.remarks and row.cells[0].casefold().startswith(layout.remarks):
            remarks.append(row)
            continue
        yield row


def _refuse_cut_off(rows: Sequence[RawRow], layout: Layout, header: HeaderRow, contents: Contents) -> None:
    """Refuse rows with other cells than the header, unless an editor took the blanks from the ends of all lines."""
    width = len(header.cells)
    stripped = header.delimiter == "\t" and not header.quoted and all(row.cells[-1].strip() for row in rows)
    if stripped and rows and not contents.text.endswith(("\n", "\r")):
        alone = all(len(row.cells) >= width for row in rows[:-1])
        stripped = len(rows[-1].cells) >= width or (bool(layout.total) and not alone)
    for number, cells in rows:
        if any(map(str.strip, cells[width:])) or (len(cells) < width and not stripped):
            raise TruncatedFileError(Place(contents.name, number), len(cells), width)


def _refuse_overlap(rows: Sequence[Row], seams: Sequence[int], contents: Contents) -> None:
    """Refuse two files in one that share a row: equal rows of one download are two, of two downloads they are one."""
    first: dict[tuple[str, ...], tuple[int, int]] = {}
    for row in rows if seams else ():
        part, line = first.setdefault(row.content, (bisect(seams, row.number), row.number))
        if part != bisect(seams, row.number):
            raise OverlappingFilesError(Place(contents.name, row.number), line)


def _rows(raw: Iterable[RawRow], layout: Layout, header: HeaderRow, contents: Contents) -> Iterator[Row]:
    width = len(header.cells)
    declared = [_by_name(layout).get(_normalised(cell)) for cell in header.cells]
    kept = [i for i, column in enumerate(declared) if column is None or column.kind is not Kind.PERSONAL]
    names = [_column_name(layout, header.cells[i]) for i in kept]
    doubled = {column.name for column in declared if column and declared.count(column) > 1}
    zero_bytes = "\0" in contents.text
    for number, short in raw:
        cells = [*short, *[""] * (width - len(short))]
        content = tuple("" if cells[i] == layout.nothing else cells[i] for i in kept)
        for i, text in zip(kept, content, strict=True):
            if len(text) > LONGEST_TEXT or (zero_bytes and "\0" in text):
                reason = TOO_LONG if len(text) > LONGEST_TEXT else "holds a zero byte, which no text does"
                raise UnstorableTextError(Place(contents.name, number, header.cells[i].strip()), reason)
        by_header = dict(zip(names, content, strict=True))
        for name in doubled:
            by_header[name] = _agreed(name, names, content, Place(contents.name, number, name))
        yield Row(number, by_header, content)


def _agreed(name: str, names: Sequence[str], content: Sequence[str], place: Place) -> str:
    """Return what the columns that mean the same hold; blank ones do not count.

    Raises:
        DuplicateColumnError: If they hold different texts.
    """
    texts = {text.strip(): text for own, text in zip(names, content, strict=True) if own == name and text.strip()}
    if len(texts) > 1:
        raise DuplicateColumnError(place, list(texts.values()))
    return next(iter(texts.values()), "")


def _column_name(layout: Layout, cell: str) -> str:
    column = _by_name(layout).get(_normalised(cell))
    return column.name if column else cell.strip()


def _named(layout: Layout, cells: Iterable[str]) -> set[str]:
    known = _by_name(layout)
    return {known[name].name for name in map(_normalised, cells) if name in known}


def split_rows(contents: Contents, delimiter: str, *, quoted: bool) -> Iterator[RawRow]:
    """Yield the lines of a file as cells, each with the number of its first line.

    Raises:
        UnstorableTextError: If a quote never closes, so that the rest of the file would be one cell.
    """
    if not quoted:
        for number, line in enumerate(contents.lines, start=1):
            yield RawRow(number, line.split(delimiter))
        return
    reader = csv.reader(io.StringIO(contents.text, newline=""), delimiter=delimiter)
    lines_before = 0
    try:
        for cells in reader:
            yield RawRow(lines_before + 1, cells or [""])
            lines_before = reader.line_num
    except csv.Error as error:  # a quote that never closes runs into the reader's limit
        raise UnstorableTextError(Place(contents.name, lines_before + 1), TOO_LONG) from error


_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_PLAIN = str.maketrans({"\u2019": "'", "\u200b": "", **dict.fromkeys("“”„«»", '"'), **dict.fromkeys(_DASHES, "-")})
"""Other forms of the characters that are in the names of columns."""


@lru_cache(maxsize=16384)
def _normalised(name: str) -> str:
    plain = name.translate(_PLAIN).strip(' \t"')
    return " ".join(plain.casefold().split()).rstrip(" :")


@cache
def _by_name(layout: Layout) -> dict[str, Column]:
    return {_normalised(name): column for column in layout.columns for name in (column.name, *column.aliases)}
