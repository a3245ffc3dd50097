"""The lines of a file by columns: all rows at once of what `settlements.file_lines.FileLine` is for one row.

A format declares which columns say what (`FormatColumns`). What a row is, is asked of the reader of one row
(`core.marketplaces.amazon.v2_flat.line_of` and the like), once for each different combination of the words that decide
it; the amounts, ids and moments of the rows stay columns. So both ways of reading have one vocabulary and one set of
rules, and what a rule says of a word it says of every row that has the word.

How an answer about one row serves all rows with its words: the row is shown to the reader with amounts that are powers
of three (0.000001, 0.000003, 0.000009, ...), and the parts of the answer tell by their size which amounts they are made
of, and with which sign. Worked example, Shopify's *Amount*, *Fee* and *Net* as 1, 3 and 9 millionths: a part of -3 is
the fee with its sign turned, a rest of 11 (9 - 1 + 3) is net less amount plus fee.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from core.marketplaces.reading.columns import Coded, ColumnTable, first_rows, joint, narrow, text_array
from core.money import LINE_PLACES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from core.line_types import LineType
    from core.marketplaces.columns.column_figures import ColumnAmounts
    from core.marketplaces.reading.file_tables import Row
    from core.marketplaces.settlements.file_lines import FileLine

POSTED = "(moment)"
"""Stands in a group key for the moment at which a row was posted."""
HAPPENED = "(own moment)"
"""Stands in a group key for a row's own moment, where it is posted at another one that not every file says."""
SETTLEMENT = "(settlement)"
"""Stands in a group key for the settlement, where its id is not simply the text of a column."""
WORDS = "(words)"
"""Stands in a group key for what the row's words add to it."""
_BASE = 3
"""Amounts of three signs each (-, none, +) are told apart by powers of three."""


@dataclass(frozen=True, slots=True)
class FormatColumns:
    """Which columns of a format say what; the rest follows from its reader of one row."""

    words: tuple[str, ...]
    """Columns whose texts decide together what a row is: types, descriptions, units."""
    filled: tuple[str, ...]
    """Columns of which only matters whether they are filled."""
    amounts: tuple[str, ...]
    """Columns of amounts."""
    moments: tuple[str, ...]
    """Columns of moments; the first that is filled is when a row was posted."""
    group: tuple[str, ...]
    """The group key: columns, `POSTED` and `WORDS`, in the order of `FileLine.group`."""
    fields: Mapping[str, str | tuple[str, str]]
    """By field of `FileLine`: the column that it is the text of, or two of which the first that is filled counts."""
    raw_type: str
    """The column of the type."""
    verbatim: frozenset[str] = frozenset()
    """Columns of fields, and of the group key, that keep the blanks at their ends, where they hold more than blanks."""
    plain_key: bool = False
    """Whether the group key has these columns without such blanks all the same."""
    total: str = ""
    """The last of the amounts, where a format states each row's own sum of the others."""
    subtracted_columns: frozenset[str] = frozenset()
    """Those of the others that are taken from the sum: a fee that is stated as a cost."""
    by_state: bool = False
    """Whether its reader of one row decides by whether an amount is there, or is zero."""


@dataclass(frozen=True, slots=True)
class TypedShare:
    """An amount of a row that is about something else than its column and event tell."""

    word: str
    column: str
    line_type: LineType | None
    made_of: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the words of a row say of it: a line without its amounts, ids and moment."""

    line: FileLine
    parts: tuple[tuple[str, tuple[int, ...]], ...]
    """Amount columns, and for each amount of the row whether it adds to it (1), is taken from it (-1), or neither."""
    amount: tuple[int, ...]
    typed: tuple[TypedShare, ...]

    def times(self, at: int) -> int:
        """Return in how many parts an amount is, one at least."""
        return max(1, sum(abs(made_of[at]) for _, made_of in self.parts))

    def of(self, column: str, at: int) -> int:
        """Return how often an amount counts in a column."""
        return sum(made_of[at] for name, made_of in self.parts if name == column)


@dataclass(frozen=True, eq=False)
class ColumnLines:
    """The lines of a file, by columns; every array has one entry per line."""

    table: ColumnTable
    """Of the lines alone: without rows that are about a settlement as a whole."""
    declaration: FormatColumns
    shapes: Coded[Shape]
    amounts: tuple[np.ndarray, ...]
    """In millionths, blank as 0, in the order of `FormatColumns.amounts`."""
    places: np.ndarray
    """How many decimals each line's amount is written with."""
    moments: Coded[datetime | None]
    settlements: Coded[str]
    currencies: Coded[str]
    happened: Coded[datetime | None] | None = None
    """Each line's own moment, where its format declares `HAPPENED`."""
    apart: Coded[str] | None = None
    """What `WORDS` in a group key ends with beside, where some rows of one key stay apart by more than their words."""

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.table)

    def values_of(self, tell: Callable[[FileLine], object], dtype: type | str) -> np.ndarray:
        """Return what is told of each line by its words."""
        return self.shapes.spread(lambda shape: tell(shape.line), dtype)

    def words_of(self, tell: Callable[[FileLine], str]) -> Coded[str]:
        """Return the text that is told of each line by its words."""
        return Coded(self.shapes.codes, [tell(shape.line) for shape in self.shapes.values])

    def part(self, column: str) -> np.ndarray | None:
        """Return what each line adds to an amount column, in millionths; `None` where none adds anything."""
        return self._sum(lambda shape, at: shape.of(column, at))

    @cached_property
    def amount(self) -> np.ndarray:
        """What each line adds to its settlement's sum, in millionths."""
        amounts = self._sum(lambda shape, at: shape.amount[at])
        return np.zeros(len(self), np.int64) if amounts is None else amounts

    def typed_amounts(self, at: int) -> np.ndarray:
        """Return the amounts of each line's typed share at a place; 0 where it has no such share."""
        amounts = self._sum(lambda shape, amount: shape.typed[at].made_of[amount] if at < len(shape.typed) else 0)
        return np.zeros(len(self), np.int64) if amounts is None else amounts

    def _sum(self, times: Callable[[Shape, int], int]) -> np.ndarray | None:
        total = None
        for at, amounts in enumerate(self.amounts):
            factors = [times(shape, at) for shape in self.shapes.values]
            if not any(factors):
                continue
            own = amounts if all(one == 1 for one in factors) else self._times(amounts, factors)
            total = own if total is None else total + own
        return total

    def _times(self, amounts: np.ndarray, factors: list[int]) -> np.ndarray:
        return np.asarray(amounts * np.array(factors, np.int8)[self.shapes.codes])

    def size(self) -> float:
        """Return what the sum of all amounts without their signs is at most, in millionths, roundly."""
        times = [max((shape.times(at) for shape in self.shapes.values), default=0) for at in range(len(self.amounts))]
        return sum(
            float(np.abs(one).astype(float).sum()) * often for one, often in zip(self.amounts, times, strict=True)
        )

    def field(self, name: str) -> Coded[str]:
        """Return a field of the lines that is the text of a column; blank where the format has none."""
        column = self.declaration.fields.get(name)
        if isinstance(column, tuple):
            return self._first_filled(*map(self._text, column))
        if column is None or column not in self.table.columns:
            own = [getattr(shape.line, name) for shape in self.shapes.values]
            codes, different = pd.factorize(np.array(own if column is None else [""] * len(own), object))
            return Coded(codes[self.shapes.codes], list(different))
        return self._text(column)

    @staticmethod
    def _first_filled(one: Coded[str], other: Coded[str]) -> Coded[str]:
        filled = one.spread(bool, bool)
        codes = np.where(filled, one.codes, other.codes.astype(np.int64) + len(one.values))
        return Coded(codes, [*one.values, *other.values])

    def _text(self, column: str) -> Coded[str]:
        if column not in self.declaration.verbatim:
            return self.table.stripped(column)
        texts = self.table.texts(column)
        if not any(text and not text.strip() for text in texts):
            return Coded(self.table.codes(column), texts)
        codes, different = pd.factorize(np.array([text if text.strip() else "" for text in texts], object))
        return Coded(codes[self.table.codes(column)], list(different))

    def group(self) -> list[Coded[str]]:
        """Return the parts of the group key."""
        return [self._group_part(at, name) for at, name in enumerate(self.declaration.group)]

    def _group_part(self, at: int, name: str) -> Coded[str]:
        if name == POSTED:
            return _moment_texts(self.moments)
        if name == HAPPENED and self.happened is not None:
            return _moment_texts(self.happened)
        if name == SETTLEMENT:
            return self.settlements
        if name != WORDS:
            return self.table.stripped(name) if self.declaration.plain_key else self._text(name)
        codes, different = pd.factorize(np.array([shape.line.group[at] for shape in self.shapes.values], object))
        words = Coded(codes[self.shapes.codes], list(different))
        return words if self.apart is None else _ended(words, self.apart)


def _ended(words: Coded[str], apart: Coded[str]) -> Coded[str]:
    codes = joint([words.codes, apart.codes])
    pairs = [(int(words.codes[row]), int(apart.codes[row])) for row in first_rows(codes).tolist()]
    texts = [" / ".join(filter(None, (words.values[word], apart.values[own]))) for word, own in pairs]
    return Coded(codes, texts)


def _moment_texts(moments: Coded[datetime | None]) -> Coded[str]:
    return Coded(moments.codes, ["" if moment is None else moment.isoformat() for moment in moments.values])


def shapes_of(
    table: ColumnTable, declaration: FormatColumns, money: ColumnAmounts, line: Callable[[Row], FileLine]
) -> Coded[Shape]:
    """Return what each row is, asked once for each different combination of its words.

    Args:
        table: The rows.
        declaration: Of the format.
        money: Their amounts, in the notation of the file.
        line: The format's reader of one row.
    """
    words = [name for name in declaration.words if name in table.columns]
    states = [table.filled(name).astype(np.int64) for name in declaration.filled]
    states += money.states() if declaration.by_state else []
    broken = money.missing(declaration.subtracted_columns) != 0 if declaration.total else np.zeros(len(table), bool)
    codes = joint([*(table.codes(name) for name in words), *states, broken])
    first = first_rows(codes)
    rows = table.rows(first, numbered=False)
    shown = (_shown(money, at, declaration, broken=bool(broken[at])) for at in first.tolist())
    lines = (line(row._replace(cells={**row.cells, **cells})) for row, cells in zip(rows, shown, strict=True))
    return Coded(narrow(codes, len(first)), [_shape(one, len(money.names)) for one in lines])


def _shown(money: ColumnAmounts, row: int, declaration: FormatColumns, *, broken: bool) -> dict[str, str]:
    """Return the amounts with which a row is shown to the reader of one row.

    Powers of three; where the reader asks, blank and zero as they are, and a total that is the sum of the others.
    """
    shown: dict[str, str] = {}
    total = 0
    for at, name in enumerate(money.names):
        power = 0 if declaration.by_state and not money.millionths[at][row] else _BASE**at
        if name == declaration.total and not broken:
            power = total
        total += -power if name in declaration.subtracted_columns else power
        blank = declaration.by_state and not money.filled[at][row]
        shown[name] = "" if blank else f"{Decimal(power).scaleb(-LINE_PLACES):f}".replace(".", money.mark)
    return shown


def _shape(line: FileLine, count: int) -> Shape:
    return Shape(
        line=line,
        parts=tuple((column, _made_of(amount, count)) for column, amount in line.parts),
        amount=_made_of(line.amount, count),
        typed=tuple(TypedShare(one.word, one.column, one.line_type, _made_of(one.amount, count)) for one in line.typed),
    )


def words_of(line: FileLine, group: tuple[str, ...]) -> FileLine:
    """Return a line with nothing but what its words say, so that rows of the same words have the same shape.

    Args:
        line: One that was read by itself.
        group: What of its group key its words say; the rest of it blank.
    """
    parts = tuple((column, Decimal(0)) for column, _ in line.parts)
    plain = line._replace(number=0, settlement_id="", group=group, content=(), parts=parts, amount=Decimal(0))
    own = plain._replace(currency="", posted_at=None, raw_type="", fulfilment="", sku="", merchant_order_id="")
    named = own._replace(order_id="", order_item_id="", shipment_id="", adjustment_id="")
    return named._replace(typed=tuple(one._replace(amount=Decimal(0)) for one in line.typed))


def _made_of(amount: Decimal, count: int) -> tuple[int, ...]:
    """Return which of the amounts that were shown an amount is the sum of, by its digits to the base of three."""
    rest, digits = int(amount.scaleb(LINE_PLACES)), []
    for _ in range(count):
        digit = (rest + 1) % _BASE - 1
        digits.append(digit)
        rest = (rest - digit) // _BASE
    if rest:
        raise ValueError(f"{amount} is no sum of the amounts that the row was shown with")
    return tuple(digits)


def content_order(lines: ColumnLines, rows: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return lines in the order in which equal keys are numbered: by amount, then by what stands in the file.

    Args:
        lines: All of them.
        rows: Those that are put in order.
        groups: Which group each of these is in; the groups stay in their order.
    """
    contents = lines.table.cells(lines.table.names, rows)
    numbers = {content: number for number, content in enumerate(sorted(set(contents)))}
    ranks = np.array([numbers[content] for content in contents], np.int64)
    return rows[np.lexsort((ranks, lines.amount[rows], groups))]


def same_groups(lines: ColumnLines, parts: Sequence[Coded[str]]) -> np.ndarray:
    """Return one code per line that is the same where the group key is."""
    return joint(part.codes for part in parts) if len(lines) else np.zeros(0, np.int64)


def texts_of_rows(coded: Coded[str], rows: np.ndarray) -> pa.Array:
    """Return the texts of some rows."""
    return text_array(coded).take(pa.array(coded.codes[rows]))
