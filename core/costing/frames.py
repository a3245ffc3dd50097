"""From frames to records and back: costing reads each column once, thinks in records, and writes columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import CogsheetError
from core.frame_columns import conform, frame, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pandas.api.extensions import ExtensionArray

    from core.frame_columns import Columns


class AmountTooLargeError(CogsheetError):
    """What goods cost comes to more than a column of amounts holds."""

    def __init__(self, column: str) -> None:
        super().__init__(
            f"The costs of a line come to a million million or more ({column.replace('_', ' ')}), which no books hold. "
            f"Nothing was changed. Look for a cost or a number of units with too many digits among what was typed last."
        )


def rows(table: pd.DataFrame, names: Sequence[str], where: np.ndarray | None = None) -> Iterator[tuple[Any, ...]]:
    """Return the rows of some columns as plain Python values, all of them or those of which `where` says yes."""
    if not len(table):
        return iter(())
    if where is None:
        return zip(*(values(table[name]) for name in names), strict=True)
    chosen = pa.array(where)
    return zip(*(arrow(table[name]).filter(chosen).to_pylist() for name in names), strict=True)


def declared(columns: Columns, table: pd.DataFrame | None) -> pd.DataFrame:
    """Return the table with the declared columns and types; an empty one where there is none."""
    return frame(columns) if table is None else conform(columns, table)


def declared_rows(
    columns: Columns, table: pd.DataFrame | None, names: Sequence[str] | None = None
) -> Iterator[tuple[Any, ...]]:
    """Return the rows of some declared columns, or of all, as plain Python values; none where there is no table."""
    if table is None or not len(table):
        return iter(())
    wanted = {name: columns[name] for name in (columns if names is None else names)}
    lists = [_as_declared(table[name], kind) if name in table else [None] * len(table) for name, kind in wanted.items()]
    return zip(*lists, strict=True)


def _as_declared(column: pd.Series, kind: pd.ArrowDtype) -> list[Any]:
    return values(column if column.dtype == kind else column.astype(kind))


def table(columns: Columns, filled: Iterable[tuple[object, ...]], index: pd.Index | None = None) -> pd.DataFrame:
    """Build a frame from rows that hold the declared columns in their order.

    Raises:
        AmountTooLargeError: If an amount has more digits than its column.
    """
    listed = list(zip(*filled, strict=True)) or [()] * len(columns)
    arrays = {name: _array(name, column, dtype) for (name, dtype), column in zip(columns.items(), listed, strict=True)}
    return pd.DataFrame(arrays, index=index, copy=False)


def _array(name: str, column: Sequence[object], dtype: pd.ArrowDtype) -> ExtensionArray:
    try:
        return pd.arrays.ArrowExtensionArray(pa.array(column, type=dtype.pyarrow_dtype))
    except pa.ArrowInvalid as error:
        if pa.types.is_decimal(dtype.pyarrow_dtype):
            raise AmountTooLargeError(name) from error
        raise


def arrow(column: pd.Series) -> pa.Array:
    """Return a column as one array."""
    chunks = pa.array(column.array, from_pandas=True)
    return chunks.combine_chunks() if isinstance(chunks, pa.ChunkedArray) else chunks


def flags(mask: pa.Array) -> np.ndarray:
    """Return flags; a missing one is none."""
    return np.asarray(mask.fill_null(False).to_numpy(zero_copy_only=False))  # noqa: FBT003 - a value


def codes_of(coded: pa.DictionaryArray) -> np.ndarray:
    """Return which of the different texts each is; -1: it is missing."""
    return np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)


def codes_in(texts: pa.Array, among: pa.Array) -> np.ndarray:
    """Return which of others each text is; -1: none."""
    return np.asarray(pc.index_in(texts, value_set=among).fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
