"""A hash of kept lines that can be brought along: of lines that change, the old ones are taken out and the new put in.

Every line has two numbers of 64 bits, made of all its cells; a settlement's are the sums over its lines. They tell what
another program altered by mistake, and are no signature. Pure.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from core.money import MONEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.uint64]

_ODD, _OTHER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_MISSING = np.uint64(0x51AFD7ED558CCD25)
_HALF, _THIRD = np.uint64(32), np.uint64(29)
_WHOLE_MONEY = pa.decimal128(MONEY.pyarrow_dtype.precision, 0)
_BITS = 64
_FEW = 1_000
"""So many lines have fewer cells in a column than it takes to begin with one."""
NOTHING = f"{0:032x}"
"""The digest of no lines at all."""


def line_digests(lines: pd.DataFrame) -> Numbers:
    """Return the two numbers of each line, of everything that stands in it."""
    found, names = np.full(len(lines), _ODD), sorted(map(str, lines.columns))
    for name, numbers in (_of_few if len(lines) <= _FEW else _of_many)(lines, names):
        found = _mixed(found ^ np.uint64(zlib.crc32(name.encode()))) ^ numbers
    one = _mixed(_mixed(found))
    return np.stack([one, _mixed(one * _OTHER)], axis=1)


def _mixed(numbers: Numbers) -> Numbers:
    """Let every bit reach many others."""
    spread = (numbers ^ (numbers >> _HALF)) * _ODD
    mixed: Numbers = spread ^ (spread >> _THIRD)
    return mixed


def _of_many(lines: pd.DataFrame, names: Sequence[str]) -> Iterator[tuple[str, Numbers]]:
    return ((name, _numbers(_plain(lines[name]))) for name in names)


def _of_few(lines: pd.DataFrame, names: Sequence[str]) -> Iterator[tuple[str, Numbers]]:
    """Yield each column's numbers; columns of a type become numbers together, as if they were one below the other."""
    plain = {name: _plain(lines[name]) for name in names}
    by_type: dict[pa.DataType, list[str]] = {}
    for name, array in plain.items():
        by_type.setdefault(array.type, []).append(name)
    found: dict[str, Numbers] = {}
    for some in by_type.values():
        together = _numbers(pa.concat_arrays([plain[name] for name in some]))
        found |= zip(some, together.reshape(len(some), -1), strict=True)
    return ((name, found[name]) for name in names)


def _plain(column: pd.Series) -> pa.Array:
    array = pa.array(column.array)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _numbers(array: pa.Array) -> Numbers:
    """Return a number for each cell; what is missing is another one than any blank."""
    found = _of_texts(array) if pa.types.is_string(array.type) else _mixed(_whole(array).view(np.uint64))
    return np.where(array.is_null().to_numpy(zero_copy_only=False), _MISSING, found) if array.null_count else found


def _of_texts(array: pa.StringArray) -> Numbers:
    """Return a number for each text, made once of each that differs."""
    encoded = array.dictionary_encode()
    texts = np.array([*encoded.dictionary.to_pylist(), ""], dtype=object)
    of_each = pd.util.hash_array(texts, categorize=False)
    places = encoded.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)
    found: Numbers = of_each[places]
    return found


def _whole(array: pa.Array) -> NDArray[np.int64]:
    if pa.types.is_decimal(array.type):
        array = array.view(_WHOLE_MONEY).cast(pa.int64())
    elif pa.types.is_timestamp(array.type):
        array = array.view(pa.int64())
    else:
        array = array.cast(pa.int64())
    found: NDArray[np.int64] = array.fill_null(0).to_numpy(zero_copy_only=False)
    return found


def digest(lines: pd.DataFrame) -> str:
    """Return the digest of lines, whatever their order."""
    return _text(line_digests(lines).sum(axis=0, dtype=np.uint64))


def digests_by_settlement(lines: pd.DataFrame) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield store, id and digest of the lines of each settlement."""
    each = line_digests(lines)
    by_name = lines.groupby(["store", "settlement_id"], sort=False).indices
    for name, places in by_name.items():
        store, settlement_id = map(str, name)  # type: ignore[call-overload]  # two columns name a group by a pair
        yield (store, settlement_id), _text(each[places].sum(axis=0, dtype=np.uint64))


def digest_changes(was: pd.DataFrame, now: pd.DataFrame, settlement: pd.Series) -> dict[int, Numbers]:
    """Return by how much the digest of each settlement moves on where some of its lines have become others.

    Args:
        was: The lines as they were.
        now: The same lines in the same order, as they are.
        settlement: The number of the settlement of each.
    """
    each = line_digests(now) - line_digests(was)
    places = settlement.reset_index(drop=True).groupby(settlement.to_numpy()).indices
    return {int(str(number)): each[of].sum(axis=0, dtype=np.uint64) for number, of in places.items()}


def next_digest(before: str, by: Numbers) -> str:
    """Return a digest once it has moved on."""
    return _text(np.array([int(before[:16], 16), int(before[16:], 16)], dtype=np.uint64) + by)


def _text(numbers: Numbers) -> str:
    one, other = (int(number) for number in numbers)
    return f"{(one << _BITS) | other:032x}"
