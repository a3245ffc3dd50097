"""Tables by columns: each different text of a column once, and for each row a number that says which.

A settlement file repeats itself: half a million rows hold a few hundred words, a few thousand amounts, and as many
moments and ids as there are orders. So a table is read as columns of codes (pyarrow's dictionaries), and every rule
that looks at some columns of a row is asked once for each different combination of their texts (`ColumnTable.by`), not
once for each row.

What is unusual (a row that breaks off, a quote that never closes, two columns that mean the same) is left to
`core.marketplaces.reading.file_tables`, which goes row by row and names the place: `columns_of` then returns `None`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.marketplaces.errors import Place
from core.marketplaces.reading.file_tables import HeaderRow, Kind, Layout, RawRow, Row, Table, column_names, split_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from core.marketplaces.reading.contents import Contents

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


class Texts(Sequence[str]):
    """The different texts of a column as Arrow holds them; as Python's own only where somebody looks at them."""

    def __init__(self, array: pa.StringArray) -> None:
        self.array = array

    @cached_property
    def _listed(self) -> list[str]:
        listed: list[str] = self.array.to_pylist()
        return listed

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.array)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        """Return one of them, or some."""
        return self._listed[at]

    def __iter__(self) -> Iterator[str]:
        """Return them in their order."""
        return iter(self._listed)


def text_array(coded: Coded[str]) -> pa.StringArray:
    """Return the different texts of a column as Arrow holds them."""
    return coded.values.array if isinstance(coded.values, Texts) else pa.array(coded.values, pa.string())


def joint(codes: Iterable[np.ndarray]) -> np.ndarray:
    """Return one code per row that is the same where all of some codes are the same, 0, 1, ... by first row."""
    joined, size = np.zeros(0, np.int64), 1
    for each in codes:
        width = int(each.max(initial=0)) + 1
        if not len(joined):
            joined = each.astype(np.int64)
        elif width > 1:
            if size * width >= _RADIX:
                joined = pd.factorize(joined)[0]
                size = int(joined.max(initial=0)) + 1
            joined *= width  # in place: of millions of rows each copy is memory that the system must find first
            joined += each
        size *= width
    return pd.factorize(joined)[0]


def narrow(codes: np.ndarray, count: int) -> np.ndarray:
    """Return codes of so many different values in as few bytes as they need; no arithmetic may be done with them."""
    return codes.astype(narrowest(count), copy=False)


def narrowest(count: int) -> type[np.integer[Any]]:
    """Return the type of the fewest bytes that holds codes of so many different values."""
    return next((kind for kind in (np.uint8, np.uint16) if count <= np.iinfo(kind).max), np.int32)


def first_rows(codes: np.ndarray) -> np.ndarray:
    """Return the first row of each code, for codes without gaps."""
    first = np.empty(int(codes.max(initial=-1)) + 1, np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


@dataclass(frozen=True, eq=False)
class ColumnTable:
    """A table that was found in a file; the same as `core.marketplaces.reading.file_tables.Table`, by columns."""

    contents: Contents
    layout: Layout
    header: HeaderRow
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

    def first_with(self, name: str, character: str, test: Callable[[str], bool]) -> np.ndarray:
        """Return the first rows of those texts of a column that pass a test, which only texts with a character can."""
        codes, texts = self.columns[name]
        likely = np.flatnonzero(pc.match_substring(texts, character).to_numpy(zero_copy_only=False))
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
        if name not in self.columns:
            return Coded(self.codes(name), [""])
        texts = self.columns[name][1]
        if not pc.any(pc.match_substring_regex(texts, _BLANK_OUTSIDE)).as_py():
            return Coded(self.codes(name), Texts(texts))
        codes, different = pd.factorize(np.array([text.strip() for text in texts.to_pylist()], object))
        return Coded(codes[self.codes(name)], list(different))

    def filled(self, name: str) -> np.ndarray:
        """Tell of each row whether a column holds more than blanks."""
        plain = self.stripped(name)
        filled = pc.not_equal(text_array(plain), "").to_numpy(zero_copy_only=False)
        return np.asarray(filled[plain.codes]) if len(filled) else np.zeros(len(self), bool)

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

    def by(self, names: Sequence[str], answer: Callable[[Row], V], also: Sequence[np.ndarray] = ()) -> Coded[V]:
        """Return what a rule tells of each row, asked once for each different combination of texts.

        Args:
            names: The columns that the rule looks at; what the row that it is given has in others is not defined.
            answer: The rule.
            also: More codes, on which the answer depends as well.
        """
        codes = joint([*(self.codes(name) for name in names), *also])
        values = [answer(row) for row in self.rows(first_rows(codes), numbered=False)]
        return Coded(narrow(codes, len(values)), values)

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
