"""Tables by columns: each different text of a column once, and for each row a number that says which.

A settlement file repeats itself: half a million rows hold a few hundred words, a few thousand amounts, and as many
moments and ids as there are orders. So a table is read as columns of codes (pyarrow's dictionaries), and every rule
that looks at some columns of a row is asked once for each different combination of their texts (`ColumnTable.by`), not
once for each row.

What is unusual (a row that breaks off, a quote that never closes, two columns that mean the same) is left to
`core.marketplaces.reading.tables`, which goes row by row and names the place: `columns_of` then returns `None`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from core.marketplaces.places import Place
from core.marketplaces.reading.contents import LONGEST_TEXT
from core.marketplaces.reading.tables import (
    Kind,
    Row,
    Table,
    column_names,
    find_header,
    is_column_name,
    split_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.tables import Header, Layout, RawRow

V = TypeVar("V")

_CODED = pa.dictionary(pa.int32(), pa.string())
_BLOCK = 8 << 20
"""Bytes that are parsed at a time."""
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BLANK_OUTSIDE = r"^[^!-~]|[^!-~]$"
"""What a text must have to be changed by taking the blanks from its ends, and most texts have not."""
_RADIX = 1 << 62


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Generic[V]):
    """A value per row: which of the different values it is, and these."""

    codes: np.ndarray
    values: Sequence[V]

    def spread(self, of_value: Callable[[V], object], dtype: type | str) -> np.ndarray:
        """Return what is told of each row's value, told once per value."""
        told = np.array([of_value(value) for value in self.values], dtype=dtype)
        return told[self.codes] if len(told) else np.zeros(len(self.codes), dtype)


def joint(codes: Iterable[np.ndarray]) -> np.ndarray:
    """Return one code per row that is the same where all of some codes are the same, 0, 1, ... by first row."""
    several = [each.astype(np.int64) for each in codes]
    found = np.zeros(len(several[0]), np.int64)
    size = 1
    for each in several:
        width = int(each.max(initial=0)) + 1
        if width == 1:
            continue
        if size * width >= _RADIX:
            found = pd.factorize(found)[0].astype(np.int64)
            size = int(found.max(initial=0)) + 1
        found = found * width + each
        size *= width
    return pd.factorize(found)[0]


def first_rows(codes: np.ndarray) -> np.ndarray:
    """Return the first row of each code, for codes without gaps."""
    first = np.empty(int(codes.max(initial=-1)) + 1, np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


@dataclass(frozen=True, eq=False)
class ColumnTable:
    """A table that was found in a file; the same as `core.marketplaces.reading.tables.Table`, by columns."""

    contents: Contents
    layout: Layout
    header: Header
    names: tuple[str, ...]
    """Of its columns but the personal ones, in the order of the file; declared ones under their declared names."""
    own_names: dict[str, str]
    columns: dict[str, tuple[np.ndarray, pa.StringArray]]
    """Code per row, and the different texts."""
    lines: np.ndarray
    """Which of the lines under the header each row is, first = 0; without blank ones where the table is not regular."""
    regular: bool
    """Whether each line under the header is one row, be it blank."""
    remarks: tuple[RawRow, ...] = ()
    """Lines about the file, which stand right under the header."""
    _plain: dict[str, Coded[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)

    @property
    def header_line(self) -> int:
        """The line of the header."""
        return self.header.number

    def place(self, row: Row, column: str = "") -> Place:
        """Return where a cell stands, under the name that the file's own header gives the column."""
        return Place(self.file, row.number, self.own_names.get(column, column))

    def only(self, rows: np.ndarray) -> ColumnTable:
        """Return the table of some of its rows; its different texts stay."""
        columns = {name: (codes[rows], texts) for name, (codes, texts) in self.columns.items()}
        return replace(self, columns=columns, lines=self.lines[rows], _plain={})

    def first_with(self, name: str, sign: str, test: Callable[[str], bool]) -> np.ndarray:
        """Return the first rows of those texts of a column that pass a test, which only texts with a sign can."""
        codes, texts = self.columns[name]
        likely = np.flatnonzero(pc.match_substring(texts, sign).to_numpy(zero_copy_only=False))
        wanted = [at for at in likely.tolist() if test(texts[at].as_py())]
        return np.array([np.flatnonzero(codes == at)[0] for at in wanted if (codes == at).any()], np.int64)

    @property
    def heading(self) -> list[str]:
        """The file's own header, without its personal columns."""
        _, personal = column_names(self.layout, self.header)
        return [cell for at, cell in enumerate(self.header.cells) if at not in personal]

    @property
    def file(self) -> str:
        """The file's name, for messages."""
        return self.contents.name

    def codes(self, name: str) -> np.ndarray:
        """Return the codes of a column; of one that the file does not have, zeros."""
        return self.columns[name][0] if name in self.columns else np.zeros(len(self), np.int32)

    def texts(self, name: str) -> list[str]:
        """Return the different texts of a column, verbatim; of one that the file does not have, a blank one."""
        return self.columns[name][1].to_pylist() if name in self.columns else [""]

    def stripped(self, name: str) -> Coded[str]:
        """Return a column's texts without the blanks at their ends."""
        if name not in self._plain:
            self._plain[name] = self._stripped(name)
        return self._plain[name]

    def _stripped(self, name: str) -> Coded[str]:
        texts = self.texts(name)
        if (
            name not in self.columns
            or not pc.any(pc.match_substring_regex(self.columns[name][1], _BLANK_OUTSIDE)).as_py()
        ):
            return Coded(self.codes(name), texts)
        codes, different = pd.factorize(np.array([text.strip() for text in texts], object))
        return Coded(codes[self.codes(name)], list(different))

    def filled(self, name: str) -> np.ndarray:
        """Tell of each row whether a column holds more than blanks."""
        plain = self.stripped(name)
        return plain.spread(bool, bool)

    def declared(self, kind: Kind) -> tuple[str, ...]:
        """Return the declared columns of a kind that this file has."""
        return tuple(c.name for c in self.layout.columns if c.kind is kind and c.name in self.own_names)

    def undeclared(self) -> tuple[str, ...]:
        """Return the columns that this file has and nobody declared, under their own names."""
        known = {column.name for column in self.layout.columns}
        return tuple(name for name in self.own_names if name and name not in known)

    def distinct(self, names: Iterable[str]) -> dict[str, Place]:
        """Return each different text in these columns that is not blank; the line is not told (see `sample`)."""
        present = [name for name in names if name in self.columns]
        return {text: Place(self.file, 0, name) for name in present for text in self.texts(name) if text.strip()}

    def by(self, names: Sequence[str], told: Callable[[Row], V], also: Sequence[np.ndarray] = ()) -> Coded[V]:
        """Return what a rule tells of each row, asked once for each different combination of texts.

        Args:
            names: The columns that the rule looks at; what the row that it is given has in others is not defined.
            told: The rule.
            also: More codes, on which the answer depends as well.
        """
        codes = joint([*(self.codes(name) for name in names), *also])
        return Coded(codes, [told(row) for row in self.rows(first_rows(codes), numbered=False)])

    def sample(self, names: Sequence[str], also: Iterable[int] = ()) -> Table:
        """Return the first row of each different combination of texts as a plain table, with their own lines."""
        first = first_rows(joint([self.codes(name) for name in names]))
        return self.table_of(np.unique(np.concatenate([first, np.array(list(also), np.int64)])))

    def table_of(self, rows: np.ndarray) -> Table:
        """Return a plain table of some rows, in the order of the file."""
        own = tuple(self.rows(rows))
        return Table(self.file, self.layout, self.header.number, self.own_names, own, preamble=self.preamble)

    @cached_property
    def preamble(self) -> tuple[str, ...]:
        """The lines before the header."""
        return tuple(self.contents.head.lines[: self.header.number - 1])

    def rows(self, rows: np.ndarray, *, numbered: bool = True) -> list[Row]:
        """Return rows as they are read row by row.

        Args:
            rows: Which.
            numbered: Whether their lines are needed.
        """
        numbers = self.numbers(rows) if numbered else [0] * len(rows)
        return [
            Row(number, dict(zip(self.names, content, strict=True)), content)
            for number, content in zip(numbers, self.cells(self.names, rows), strict=True)
        ]

    def cells(self, names: Sequence[str], rows: np.ndarray) -> list[tuple[str, ...]]:
        """Return the cells of some columns in some rows."""
        columns = [self.columns[name][1].take(pa.array(self.columns[name][0][rows])).to_pylist() for name in names]
        return list(zip(*columns, strict=True))

    def numbers(self, rows: np.ndarray) -> list[int]:
        """Return the lines of rows in the file, first line = 1."""
        if self.regular:
            return [int(line) + self.header.number + 1 for line in self.lines[rows]]
        return [self._numbers[line] for line in self.lines[rows]]

    @cached_property
    def _numbers(self) -> list[int]:
        """Return the lines of all rows, where some lie between blank lines or have cells of several lines."""
        rows = split_rows(self.contents, self.header.delimiter, quoted=self.header.quoted)
        return [row.number for row in rows if row.number > self.header.number and any(map(str.strip, row.cells))]


def columns_of(layout: Layout, contents: Contents) -> ColumnTable | None:
    """Return a file's table by columns; `None` where it must be read row by row, which says what is wrong with it."""
    header = find_header(layout, contents)
    names, personal = column_names(layout, header)
    if header.missing(layout) or len(set(names)) < len(names) or 0 in personal or b"\0" in contents.encoded:
        return None
    if any("\n" in cell or "\r" in cell for cell in header.cells):
        return None
    remarks = _remarks(layout, contents, header)
    body = memoryview(contents.encoded)[_after(contents.encoded, header.number + len(remarks)) :]
    parsed = _parsed(body, header, personal) or _parsed(_padded(body, layout, header), header, personal)
    if parsed is None:
        return None
    rows, regular = parsed
    if not _all_blank(rows, len(header.cells)):
        return None
    kept = [at for at in range(len(header.cells)) if at not in personal]
    columns = {names[at]: _coded(rows[str(at)], layout.nothing) for at in kept}
    own_names = {names[at]: header.cells[at].strip() for at in range(len(header.cells))}
    if any(_longest(texts) > LONGEST_TEXT for _, texts in columns.values()):
        return None
    found = ColumnTable(
        contents,
        layout,
        header,
        tuple(columns),
        own_names,
        columns,
        lines=np.arange(len(rows)) + len(remarks),
        regular=regular,
        remarks=remarks,
    )
    return _without_blank_rows_and_headers(found)


def _remarks(layout: Layout, contents: Contents, header: Header) -> tuple[RawRow, ...]:
    """Return the lines about the file that stand right under its header; others are left to the reader of rows."""
    if not layout.remarks:
        return ()
    rows = split_rows(contents.head, header.delimiter, quoted=header.quoted)
    under = (row for row in rows if row.number > header.number)
    return tuple(takewhile(lambda row: row.cells[0].casefold().startswith(layout.remarks), under))


def _after(text: bytes, line: int) -> int:
    """Return where the text begins after so many lines."""
    ends = _LINE_END.finditer(text)
    at = 0
    for _ in range(line):
        end = next(ends, None)
        at = len(text) if end is None else end.end()
    return at


def _parsed(body: memoryview, header: Header, personal: frozenset[int]) -> tuple[pa.Table, bool] | None:
    """Return the rows under a header, and whether each line is one; `None` where some have other cells than it."""
    if not len(body) or not bytes(body[:_BLOCK]).strip():
        return None
    width = max(len(header.cells), _width(body, header))
    names = [str(at) for at in range(width)]
    wanted = [name for name in names if int(name) not in personal]
    try:
        rows = csv.read_csv(
            pa.BufferReader(pa.py_buffer(body)),
            csv.ReadOptions(column_names=names, block_size=_BLOCK),
            csv.ParseOptions(
                delimiter=header.delimiter,
                quote_char='"' if header.quoted else False,
                newlines_in_values=header.quoted,
            ),
            csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, _CODED),
                include_columns=wanted,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return (rows, _lines(body) == len(rows)) if len(rows) else None


def _width(body: memoryview, header: Header) -> int:
    """Return the number of cells of the first row: a blank column at the end has no name in the header."""
    end = _LINE_END.search(body)
    line = bytes(body[: end.start() if end else len(body)])
    return 0 if header.quoted and b'"' in line else line.count(header.delimiter.encode()) + 1


def _lines(body: memoryview) -> int:
    """Return how many lines there are."""
    signs = np.frombuffer(body, np.uint8)
    ends = _count(signs, "\n")
    if returns := _count(signs, "\r"):
        ends += returns - bytes(body).count(b"\r\n")
    return ends + (body[-1] not in b"\r\n")


def _count(signs: np.ndarray, sign: str) -> int:
    blocks = (signs[at : at + _BLOCK] for at in range(0, len(signs), _BLOCK))
    return sum(int(np.count_nonzero(block == ord(sign))) for block in blocks)


def _padded(body: memoryview, layout: Layout, header: Header) -> memoryview:
    """Return rows with the blank cells that an editor took from their ends; nothing where that is not what happened.

    The rule is that of `core.marketplaces.reading.tables`: no row ends in a blank cell any more.
    """
    width, nothing = len(header.cells), memoryview(b"")
    if header.quoted or header.delimiter != "\t" or not len(body):
        return nothing
    lines = _LINE_END.split(bytes(body))
    cut_off = bool(lines[-1])  # the last row may be where the file was cut off
    rows = [line if line.strip() else b"" for line in lines]
    filled = [row for row in rows if row]
    short = [row.count(b"\t") + 1 < width for row in filled]
    ends_blank = any(not row.decode().rpartition("\t")[2].strip() for row in filled)
    if not filled or ends_blank or (cut_off and short[-1] and not (layout.total and any(short[:-1]))):
        return nothing
    return memoryview(b"\n".join(row + b"\t" * (width - 1 - row.count(b"\t")) if row else row for row in rows))


def _all_blank(rows: pa.Table, width: int) -> bool:
    """Tell whether what stands behind the header's last column is blank."""
    behind = [rows[name] for name in rows.column_names if int(name) >= width]
    return not any(
        text.strip() for column in behind for text in column.unify_dictionaries().chunk(0).dictionary.to_pylist()
    )


def _coded(column: pa.ChunkedArray, nothing: str) -> tuple[np.ndarray, pa.StringArray]:
    whole = column.unify_dictionaries()
    texts = whole.chunk(0).dictionary
    codes = np.concatenate([chunk.indices.to_numpy(zero_copy_only=False) for chunk in whole.chunks])
    if nothing and pc.any(pc.equal(texts, nothing)).as_py():
        new, different = pd.factorize(np.array(["" if text == nothing else text for text in texts.to_pylist()], object))
        return new[codes].astype(np.int32), pa.array(list(different), pa.string())
    return codes, texts


def _longest(texts: pa.StringArray) -> int:
    return pc.max(pc.binary_length(texts)).as_py() or 0


def _without_blank_rows_and_headers(found: ColumnTable) -> ColumnTable | None:
    """Leave out rows without any text and headers that are repeated; `None` where a second header is another one."""
    blank = np.ones(len(found), bool)
    for name in found.names:
        if blank.any():
            blank &= ~found.filled(name)
    if blank.any() and len(found.names) < len(found.header.cells):  # what is personal was not looked at
        return None
    again = _repeated_headers(found)
    if again is None or (blank | again).all():
        return None
    if not (blank | again).any():
        return found
    if not found.regular:
        found = replace(found, lines=np.cumsum(~blank) - 1 + len(found.remarks))
    return _kept(found, np.flatnonzero(~(blank | again)))


def _repeated_headers(found: ColumnTable) -> np.ndarray | None:
    first = found.names[0]
    names = [at for at, text in enumerate(found.texts(first)) if is_column_name(found.layout, text)]
    again = np.isin(found.codes(first), names)
    if found.layout.remarks and any(text.casefold().startswith(found.layout.remarks) for text in found.texts(first)):
        return None
    for row in np.flatnonzero(again):
        cells = found.rows(np.array([row]), numbered=False)[0].content
        if not found.layout.total or list(cells) != found.heading:
            return None
    return again


def _kept(found: ColumnTable, rows: np.ndarray) -> ColumnTable:
    kept = found.only(rows)
    return replace(kept, columns={name: _used(codes, texts) for name, (codes, texts) in kept.columns.items()})


def _used(codes: np.ndarray, texts: pa.StringArray) -> tuple[np.ndarray, pa.StringArray]:
    """Return codes of the texts that are left."""
    new, old = pd.factorize(codes)
    return new.astype(np.int32), texts.take(pa.array(old))
