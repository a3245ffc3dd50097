"""From frames to records and back: costing reads each column once, thinks in records, and writes columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from core.frame_columns import conform

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.frame_columns import Columns


def values(column: pd.Series) -> list[Any]:
    """Return a column as plain Python values, `None` where missing."""
    listed: list[Any] = pa.array(column.array, from_pandas=True).to_pylist()
    return listed


def rows(table: pd.DataFrame, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Return the rows of some columns as plain Python values."""
    return zip(*(values(table[name]) for name in names), strict=True)


def declared(columns: Columns, table: pd.DataFrame | None) -> pd.DataFrame:
    """Return the table with the declared columns and types; an empty one where there is none."""
    return conform(columns, pd.DataFrame() if table is None else table)


def table(columns: Columns, filled: Iterable[tuple[object, ...]], index: pd.Index | None = None) -> pd.DataFrame:
    """Build a frame from rows that hold the declared columns in their order."""
    listed = list(zip(*filled, strict=True)) or [()] * len(columns)
    arrays = {
        name: pd.array(pa.array(column, type=dtype.pyarrow_dtype), dtype=dtype)
        for (name, dtype), column in zip(columns.items(), listed, strict=True)
    }
    return pd.DataFrame(arrays, index=index)
