"""Exact decimals: the one place that says how many decimals there are, how they are rounded, who takes the odd cent.

There are two rules for the odd cent. Where one amount is divided and nobody stated its parts, `share_cents` divides it
by largest remainder. Where every part has an exact amount of its own, `parts_in_cents` rounds each by itself, and the
largest takes what rounding leaves.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, TypeGuard, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

K = TypeVar("K")

LINE_PLACES = 6
"""Decimals kept on a line and in the database; see `cents` for what is posted."""

MONEY = pd.ArrowDtype(pa.decimal128(18, LINE_PLACES))
"""Column type of amounts and unit costs in frames: exact through sums, products and groupings."""

SUM = pd.ArrowDtype(pa.decimal128(30, LINE_PLACES))
"""Column type of what many amounts come to, and of their ratios: whatever stands in `MONEY` columns, it fits."""

LARGEST_UNIT_COST = Decimal(10) ** 9
"""No cost of one unit is larger: what says so has a digit too many."""
FIRST_TOO_LARGE = Decimal(10) ** 12
"""No amount, and no sum that is stored, is as large: `MONEY` holds twelve digits before the point."""

LINE_UNIT = Decimal(1).scaleb(-LINE_PLACES)
"""The smallest amount of a line."""
_CENT = Decimal("0.01")


def at_line_places(value: Decimal) -> Decimal:
    """Return the value at the six places of a line, half away from zero; sign and currency stay."""
    return value.quantize(LINE_UNIT, rounding=ROUND_HALF_UP)


def is_too_large(unit_cost: Decimal | None, units: int | None = None) -> bool:
    """Tell whether a unit cost, or what units come to at it, is more than books hold; what is missing is not.

    Args:
        unit_cost: Home currency, of any sign.
        units: Of the line, of any sign.
    """
    if unit_cost is None:
        return False
    return abs(unit_cost) > LARGEST_UNIT_COST or abs(unit_cost * (units or 0)) >= FIRST_TOO_LARGE


def millionths_of(value: Decimal) -> int:
    """Return an amount of at most six decimals in millionths."""
    return int(value.scaleb(LINE_PLACES))


def in_millionths(amounts: pa.Array) -> np.ndarray:
    """Return the amounts of a column (`MONEY`) in millionths; missing ones as 0."""
    whole = (
        pc.if_else(pc.is_valid(amounts), amounts, pa.scalar(Decimal(0), amounts.type))
        if amounts.null_count
        else amounts
    )
    halves = np.frombuffer(whole.buffers()[1], np.int64).reshape(-1, 2) if len(whole) else np.zeros((0, 2), np.int64)
    return halves[whole.offset : whole.offset + len(whole), 0]


def from_millionths(amounts: np.ndarray) -> pa.Array:
    """Return amounts in millionths as a column (`MONEY`)."""
    halves = np.empty((len(amounts), 2), np.int64)
    halves[:, 0], halves[:, 1] = amounts, amounts >> 63
    return pa.Array.from_buffers(MONEY.pyarrow_dtype, len(amounts), [None, pa.py_buffer(halves)])


def cents(value: Decimal) -> Decimal:
    """Round to cents, half away from zero (−0.005 is −0.01): once per settlement, month and entry, never per line."""
    return value.quantize(_CENT, rounding=ROUND_HALF_UP)


def total(values: Iterable[Decimal | None]) -> Decimal:
    """Return the exact, signed sum of the values that are there, all of one currency; none at all is zero."""
    if isinstance(values, pd.Series) and values.dtype in (MONEY, SUM):  # at once, not value by value
        summed = pc.sum(pa.array(values.array)).as_py()
        return Decimal(0) if summed is None else summed
    return sum((value for value in values if _is_there(value)), Decimal(0))


def share_cents(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share an amount out in whole cents by largest remainder, so that the parts sum to it exactly.

    For one amount whose parts nobody stated: the payment for several items, a conversion fee on several amounts. Where
    each part has an exact amount of its own it is `parts_in_cents`.

    Args:
        amount: What is to be shared; rounded to cents first.
        weights: One weight per part, none negative. All zero counts as all equal.

    Returns:
        The parts in the order of the weights, in the amount's currency, with its sign. 10.00 shared by three is 3.34,
        3.33 and 3.33.

    Raises:
        ValueError: If there is no weight, or one is negative.
    """
    if not weights or min(weights) < 0:
        raise ValueError(f"weights must be at least one and none negative: {weights!r}")
    whole = cents(amount)
    parts = [Decimal(1)] * len(weights) if sum(weights) == 0 else list(weights)
    exact = [whole * part / sum(parts) for part in parts]
    floors = [share.quantize(_CENT, rounding="ROUND_FLOOR") for share in exact]
    left = int((whole - sum(floors)) / _CENT)
    by_remainder = sorted(range(len(parts)), key=lambda i: (floors[i] - exact[i], i))
    for i in by_remainder[:left]:
        floors[i] += _CENT
    return floors


def parts_in_cents(whole: Decimal, exact: Mapping[K, Decimal]) -> dict[K, Decimal]:
    """Round each part to cents by itself; the largest takes what is left to the whole, so that they sum to it exactly.

    For parts that have an exact amount each, of a whole that is rounded once: the accounts of an entry. No part but
    the largest is ever another than its own amount rounded, so that one account's figure does not hang on the others.

    Args:
        whole: What the parts sum to, in cents.
        exact: The amount of each part, in the whole's currency and sign; of equally large ones the first takes it.

    Returns:
        The parts in cents, in the same order: 10.00 of 6.664, 3.334 and 0.004 is 6.67, 3.33 and 0.00, where
        `share_cents` gives 6.66, 3.33 and 0.01. Without any part nothing can take the whole: it must be zero then.
    """
    rounded = {key: cents(amount) for key, amount in exact.items()}
    if rounded:
        largest = max(exact, key=lambda key: abs(exact[key]))
        rounded[largest] += whole - sum(rounded.values(), Decimal(0))
    return rounded


def _is_there(value: object) -> TypeGuard[Decimal]:
    return value is not None and value is not pd.NA
