"""Which lines of a file are one transaction, by columns, in the order of their content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.marketplaces.columns.column_lines import ColumnLines, Shape, content_order, same_groups, texts_of_rows
from core.marketplaces.reading.columns import Coded, Texts, joint, text_array
from core.marketplaces.settlements.transactions import escaped

_LEADING = ("order_id", "order_item_id", "shipment_id", "adjustment_id", "sku")


@dataclass(frozen=True, eq=False)
class Groups:
    """Lines in the order of their transactions."""

    lines: ColumnLines
    key: list[Coded[str]]
    rows: np.ndarray
    """The lines, those of one transaction together."""
    start: np.ndarray
    """Where in `rows` each transaction begins."""
    ordinal: np.ndarray

    def __len__(self) -> int:
        """Return the number of transactions."""
        return len(self.start)

    @cached_property
    def lead(self) -> np.ndarray:
        """Return the first line of each transaction."""
        return np.asarray(self.rows[self.start])

    @cached_property
    def size(self) -> np.ndarray:
        """Return the number of lines of each transaction."""
        return np.asarray(np.diff(np.append(self.start, len(self.rows))))

    @cached_property
    def of_line(self) -> np.ndarray:
        """Return the transaction of each line."""
        groups = np.empty(len(self.rows), np.int64)
        groups[self.rows] = np.repeat(np.arange(len(self)), self.size)
        return groups

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Return the sum of the lines' values of each transaction."""
        if not len(self):
            return np.zeros(0, np.int64)
        np.take(values, self.rows, out=self._by_transaction, mode="clip")
        return np.asarray(np.add.reduceat(self._by_transaction, self.start))

    @cached_property
    def _by_transaction(self) -> np.ndarray:
        """Place for the values of all lines in the order of their transactions."""
        return np.empty(len(self.rows), np.int64)

    def any(self, flags: np.ndarray) -> np.ndarray:
        """Tell whether any of the lines of each transaction is flagged."""
        return np.logical_or.reduceat(flags[self.rows], self.start) if len(self) else np.zeros(0, bool)

    @cached_property
    def key_text(self) -> pa.Array:
        """Return the group key of each transaction as one text."""
        parts = (Coded(part.codes, Texts(escaped(text_array(part)))) for part in self.key)
        return pc.binary_join_element_wise(*(texts_of_rows(part, self.lead) for part in parts), "|")


def groups_of(lines: ColumnLines) -> Groups:
    """Return the transactions of all lines, by settlement too; see `transactions.transactions`."""
    key = lines.group()
    group = same_groups(lines, [*key, lines.settlements])
    amount, single = lines.amount, lines.values_of(lambda line: line.single, bool)
    currency = np.where(single, 0, _currency_ranks(lines))  # no transaction adds two currencies
    order = np.lexsort((amount, currency, group))
    first = _changes(group[order])
    apart = first | _changes(currency[order])
    leading = joint([lines.table.codes(lines.declaration.raw_type), lines.currencies.codes, _leading(lines)])
    _order_equal_ones(lines, order, apart, leading, single)
    start_of_group = np.flatnonzero(first)
    alone = np.repeat(single[order[start_of_group]], np.diff(np.append(start_of_group, len(order))))
    start = np.flatnonzero(apart | alone)
    begin = np.maximum.accumulate(np.where(first[start], np.arange(len(start)), 0))
    ordinal = np.arange(len(start)) - begin
    return Groups(lines, key, order, start, ordinal)


def _currency_ranks(lines: ColumnLines) -> np.ndarray:
    """Return the place of each line's currency among those of the file, by name."""
    names = lines.currencies.values
    places = {name: place for place, name in enumerate(sorted(names))}
    ranks: np.ndarray = np.array([places[name] for name in names], np.int64)
    return np.asarray(ranks[lines.currencies.codes])


def _leading(lines: ColumnLines) -> np.ndarray:
    """Return one code per line for what a transaction takes from its first line."""
    numbers: dict[tuple[object, ...], int] = {}
    shapes = lines.shapes.spread(lambda shape: numbers.setdefault(_first_of(shape), len(numbers)), np.int64)
    return joint([shapes, *(lines.field(name).codes for name in _LEADING)])


def _first_of(shape: Shape) -> tuple[object, ...]:
    line = shape.line
    return line.event, line.stock_effect, line.goods, line.raw_description, line.single


def _changes(codes: np.ndarray) -> np.ndarray:
    first = np.ones(len(codes), bool)
    first[1:] = codes[1:] != codes[:-1]
    return first


def _order_equal_ones(
    lines: ColumnLines, order: np.ndarray, first: np.ndarray, leading: np.ndarray, single: np.ndarray
) -> None:
    """Put those lines of equal keys in the order of their content, where the order shows: in place."""
    if not len(order):
        return
    start = np.flatnonzero(first)
    amount, lead = lines.amount[order], leading[order]
    equal = ~first
    equal[1:] &= amount[1:] == amount[:-1]
    equal &= single[order]
    differs = np.minimum.reduceat(lead, start) != np.maximum.reduceat(lead, start)
    shows = differs | np.logical_or.reduceat(equal, start)
    group = np.cumsum(first) - 1
    concerned = np.flatnonzero(shows[group])
    if len(concerned):
        order[concerned] = content_order(lines, order[concerned], group[concerned])
