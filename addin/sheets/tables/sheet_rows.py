"""Rows on their way to a table: which stay, go and come, and their cells, column by column.

A block of a column is turned into cells at once. Whatever is unusual in it (a `#`, which may begin an error that Excel
would make of it; a number among texts) goes through `to_cell` value by value, which is the rule.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from addin.sheets.tables.cells import shown_text, to_cell, to_text
from core.money import LINE_PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addin.sheets.tables.cells import CellValue
    from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What must be done to the rows of a table, in this order: delete, append, then write."""

    deletions: tuple[tuple[int, int], ...]
    """Runs of rows (first, count) to delete, last run first, numbered from 0 as the table stands now."""
    new_rows: int
    """How many rows to append at the end."""
    contents: tuple[int | None, ...]
    """Per row of the table as it will be: the record that belongs there; `None` is a row of the user's own."""


def duplicates(keys: Sequence[Key | None]) -> list[Key]:
    """Return the keys that stand more than once."""
    return [key for key, count in Counter(keys).items() if key is not None and count > 1]


def plan_rows(present: Sequence[Key | None], wanted: Sequence[Key], *, blank: Sequence[bool]) -> RowPlan:
    """Match rows by key: rows that are still wanted stay where they are, new ones follow in the order given.

    Args:
        present: The key of each row now; `None` where the row has none.
        wanted: The key of each record, none twice.
        blank: Whether a row without key is empty (it gives way) or holds something of the user's (it stays).
    """
    record_of = {key: index for index, key in enumerate(wanted)}
    staying = [
        (row, None if key is None else record_of[key])
        for row, key in enumerate(present)
        if (key is None and not blank[row]) or key in record_of
    ]
    kept_rows = {row for row, _ in staying}
    known = {key for key in present if key is not None}
    new = [index for index, key in enumerate(wanted) if key not in known]
    gone = [row for row in range(len(present)) if row not in kept_rows]
    return RowPlan(_runs(gone), len(new), (*(record for _, record in staying), *new))


def _runs(rows: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Join neighbouring rows to (first, count), the last run first, so that deleting moves none of the others."""
    runs: list[tuple[int, int]] = []
    for row in reversed(rows):
        if runs and runs[-1][0] == row + 1:
            runs[-1] = (row, runs[-1][1] + 1)
        else:
            runs.append((row, 1))
    return tuple(runs)


_EXACT = 1 << 53
"""Whole numbers up to here are floats too, so that dividing them once gives the float nearest to an amount."""
_PLACE = 10**LINE_PLACES
_WHOLE_AMOUNT = pa.decimal128(18, 0)


class Rows(Protocol):
    """The rows that a table is to show."""

    def __len__(self) -> int:
        """Return how many they are."""

    def row_keys(self) -> list[Key]:
        """Return the key of each; empty where it has none."""

    def cells(self, column: Column, which: Sequence[int]) -> list[CellValue]:
        """Return what some of them have in a column, as it is written."""


@dataclass(frozen=True, slots=True)
class RecordRows:
    """Rows given one by one, each with a value for every field."""

    spec: TableSpec
    records: Sequence[Mapping[str, object]]

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.records)

    def row_keys(self) -> list[Key]:
        """Return the key of each."""
        return [tuple(to_text(record[field]) or "" for field in self.spec.key) for record in self.records]

    def cells(self, column: Column, which: Sequence[int]) -> list[CellValue]:
        """Return what some of them have in a column."""
        field, kind, records = column.field, column.kind, self.records
        return [to_cell(records[number][field], kind) for number in which]


@dataclass(frozen=True, slots=True)
class FrameRows:
    """Rows of a frame; a field that it lacks is empty."""

    spec: TableSpec
    frame: pd.DataFrame

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.frame)

    def row_keys(self) -> list[Key]:
        """Return the key of each."""
        fields = (self._array(field).to_pylist() for field in self.spec.key)
        return list(zip(*([to_text(value) or "" for value in values] for values in fields), strict=True))

    def cells(self, column: Column, which: Sequence[int]) -> list[CellValue]:
        """Return what some of them have in a column."""
        if column.field not in self.frame:
            return [None] * len(which)
        array = self._array(column.field)
        if isinstance(which, range):
            return cells_of(array.slice(which.start, len(which)), column.kind)
        return cells_of(array.take(pa.array(which, pa.int64())), column.kind)

    def _array(self, field: str) -> pa.Array:
        array = pa.array(self.frame[field])
        return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def rows_of(spec: TableSpec, rows: Sequence[Mapping[str, object]] | pd.DataFrame) -> Rows:
    """Return rows, however they are given."""
    return FrameRows(spec, rows) if isinstance(rows, pd.DataFrame) else RecordRows(spec, rows)


def cells_of(array: pa.Array, kind: Kind) -> list[CellValue]:
    """Turn values of one type into cells: for each the same as `to_cell`."""
    if pa.types.is_string(array.type) and not pc.any(pc.match_substring(array, "#")).as_py():
        texts: list[CellValue] = [text and shown_text(text) for text in array.to_pylist()]
        return texts
    if pa.types.is_timestamp(array.type) and array.type.unit == "us":
        moments: list[CellValue] = array.cast(pa.timestamp("us")).to_pylist()
        return moments
    if pa.types.is_decimal(array.type) and array.type.scale == LINE_PLACES:
        cells = _amounts(array)
        if cells is not None:
            return cells
    return [to_cell(value, kind) for value in array.to_pylist()]


def _amounts(array: pa.Array) -> list[CellValue] | None:
    """Return amounts as floats, each the nearest one; `None` where one is so large that only a Decimal tells."""
    try:
        narrow = array.cast(pa.decimal128(_WHOLE_AMOUNT.precision, LINE_PLACES))
    except pa.ArrowInvalid:
        return None
    millionths = narrow.view(_WHOLE_AMOUNT)
    plain = millionths.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    if len(plain) and np.abs(plain).max() >= _EXACT:
        return None
    amounts: list[CellValue] = (plain / _PLACE).tolist()
    for number in np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False)).tolist():
        amounts[number] = None
    return amounts
