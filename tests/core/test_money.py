"""How amounts are rounded, summed and shared out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from core.money import MONEY, at_line_places, cents, parts_in_cents, share_cents, total

CENT = Decimal("0.01")
AMOUNTS = st.decimals(-10_000, 10_000, places=2)
WEIGHTS = st.lists(st.decimals(0, 1_000, places=2), min_size=1, max_size=12)
PARTS = st.lists(st.decimals(-1_000, 1_000, places=6), min_size=1, max_size=12)


def of(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.015", "0.02"), ("0.025", "0.03"), ("0.0049", "0.00"), ("7", "7.00")],
)
def test_half_a_cent_goes_away_from_zero(exact: str, rounded: str) -> None:
    """Never to the even cent, and for both signs alike: a sale and its refund cancel out."""
    assert rounded == str(cents(Decimal(exact)))


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("1.0000005", "1.000001"), ("-1.0000005", "-1.000001"), ("2.0000025", "2.000003"), ("1.00000049", "1.000000")],
)
def test_a_line_keeps_six_places(exact: str, rounded: str) -> None:
    """The seventh is rounded half away from zero."""
    assert rounded == str(at_line_places(Decimal(exact)))


def test_a_total_leaves_out_what_is_missing() -> None:
    """Missing is neither 0 nor an error; nothing at all sums to zero, and no place is lost."""
    assert Decimal("0.300001") == total([Decimal("0.1"), None, Decimal("0.2"), pd.NA, Decimal("0.000001")])  # type: ignore[list-item]  # what frames hold
    assert Decimal(0) == total([]) == total([None])


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("0.10", ("1", "1", "1"), ("0.04", "0.03", "0.03")),
        ("0.11", ("1", "1", "1"), ("0.04", "0.04", "0.03")),
        ("-0.10", ("1", "1", "1"), ("-0.03", "-0.03", "-0.04")),
        ("1.00", ("2", "3", "1"), ("0.33", "0.50", "0.17")),
        ("1.00", ("1", "2", "3"), ("0.17", "0.33", "0.50")),
        ("0.01", ("1", "99"), ("0.00", "0.01")),
        ("10.00", ("0", "1", "0"), ("0.00", "10.00", "0.00")),
        ("0.03", ("0", "0"), ("0.02", "0.01")),
        ("0.005", ("1", "1"), ("0.01", "0.00")),
        ("5.55", ("19.99",), ("5.55",)),
    ],
)
def test_the_odd_cent_goes_to_the_largest_remainder(
    amount: str, weights: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    """1.00 by 2 : 3 : 1 is 0.333…, 0.50 and 0.166…, so the third is rounded up; of equal remainders the first is."""
    assert of(*parts) == share_cents(Decimal(amount), of(*weights))


@given(AMOUNTS, WEIGHTS)
@example(Decimal("0.01"), of("1", "1", "1"))
@example(Decimal("-99.99"), of("0.01", "333.33", "0", "7"))
def test_no_cent_is_lost_and_none_is_made(amount: Decimal, weights: list[Decimal]) -> None:
    """The parts sum to the amount, each is within a cent of its exact share, and more weight never takes less."""
    parts = share_cents(amount, weights)

    assert amount == sum(parts)
    known = weights if sum(weights) else [Decimal(1)] * len(weights)
    assert all(
        abs(part * sum(known) - amount * weight) < CENT * sum(known) for part, weight in zip(parts, known, strict=True)
    )
    ranked = [part for _, part in sorted(zip(known, parts, strict=True), key=lambda pair: (pair[0], abs(pair[1])))]
    assert all(abs(less) <= abs(more) + CENT * (amount < 0) for less, more in pairwise(ranked))


@given(AMOUNTS, st.permutations(range(6)), st.lists(st.integers(0, 1_000), min_size=6, max_size=6))
@example(Decimal("1.00"), [2, 1, 0, 3, 4, 5], [2, 4, 1, 0, 0, 0])
def test_the_odd_cent_does_not_hang_on_the_order(amount: Decimal, order: list[int], weights: list[int]) -> None:
    """Given in another order, each weight takes what it took; only of equal remainders the first is rounded up."""
    assume(sum(weights))
    shares = {weight: Fraction(amount) * 100 * weight / sum(weights) % 1 for weight in weights}
    assume(len(set(shares.values())) == len(shares))

    parts = share_cents(amount, [Decimal(weight) for weight in weights])
    moved = share_cents(amount, [Decimal(weights[at]) for at in order])

    assert sorted(zip(weights, parts, strict=True)) == sorted(zip((weights[at] for at in order), moved, strict=True))


@pytest.mark.parametrize(
    ("whole", "exact", "parts"),
    [
        ("10.00", ("6.664", "3.334", "0.004"), ("6.67", "3.33", "0.00")),
        ("10.01", ("3.336", "3.336", "3.336"), ("3.33", "3.34", "3.34")),
        ("-1.00", ("0.335", "-1.335"), ("0.34", "-1.34")),
        ("0.00", ("0.004", "-0.004"), ("0.00", "0.00")),
        ("0.01", ("0.004", "0.004"), ("0.01", "0.00")),
        ("0.00", (), ()),
    ],
)
def test_the_largest_part_takes_the_rest(whole: str, exact: tuple[str, ...], parts: tuple[str, ...]) -> None:
    """6.664, 3.334 and 0.004 are 10.00 together: the odd cent goes to the largest, not to the largest remainder."""
    assert dict(enumerate(of(*parts))) == parts_in_cents(Decimal(whole), dict(enumerate(of(*exact))))


@given(PARTS, st.data())
def test_parts_with_amounts_of_their_own_sum_to_the_whole(exact: list[Decimal], data: st.DataObject) -> None:
    """Each but the largest is its own amount rounded, and given in another order each is what it was."""
    largest = max(exact, key=abs)
    assume(sum(abs(one) == abs(largest) for one in exact) == 1)
    whole, order = cents(total(exact)), data.draw(st.permutations(range(len(exact))))

    parts = parts_in_cents(whole, dict(enumerate(exact)))

    assert whole == sum(parts.values())
    assert all(cents(one) == parts[at] for at, one in enumerate(exact) if one != largest)
    assert parts == parts_in_cents(whole, {at: exact[at] for at in order})


@pytest.mark.parametrize("weights", [(), ("-1", "2")])
def test_weights_that_mean_nothing_are_refused(weights: tuple[str, ...]) -> None:
    """There must be somebody to share with, and nobody takes less than nothing."""
    with pytest.raises(ValueError, match="weights must be"):
        share_cents(Decimal(1), of(*weights))


@pytest.mark.parametrize("values", [[], [None], ["0.000001", None, "-7"], ["999999999999.999999"] * 1_000])
def test_a_column_of_money_comes_to_what_its_values_do(values: list[str | None]) -> None:
    """Also where the sum has more digits than a column holds."""
    amounts = [None if value is None else Decimal(value) for value in values]
    expected = sum((amount for amount in amounts if amount is not None), Decimal(0))
    assert expected == total(pd.Series(amounts, dtype=MONEY))
    assert expected == total(amounts)
