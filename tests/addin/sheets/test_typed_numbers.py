"""The number in a cell that somebody typed: one that could mean two is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from addin.sheets.tables.typed_numbers import LARGEST, NotANumber, exact_number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (4.1, "4.1"),
        (7, "7"),
        ("$4.50", "4.50"),
        ("-$ 4.50", "-4.50"),
        ("1,234.50", "1234.50"),
        ("1,234,567", "1234567"),
        (float(LARGEST), "1000000000000.0"),
    ],
)
def test_what_says_one_number_is_read_with_all_its_digits(value: object, number: str) -> None:
    """A float is the number that was typed, not the nearest binary one."""
    assert Decimal(number) == exact_number(value)
    assert number == str(exact_number(value))


@pytest.mark.parametrize("value", ["4,50", "1,234", "12,34.5", "1_000", "NaN", "Infinity", "4.50 USD", "", 1e13])
def test_what_could_mean_two_numbers_or_none_is_named(value: object) -> None:
    """As it was typed, so that the message can say it."""
    assert NotANumber(str(value)) == exact_number(value)
