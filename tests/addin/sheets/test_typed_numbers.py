"""The number in a cell that somebody typed: one that could mean two is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from addin.sheets.tables.typed_numbers import LARGEST, NotANumber, by_another_mark, exact_number
from core.settings import DecimalMark


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


@pytest.mark.parametrize(
    "value", ["4,50", "1,234", "0,125.5", "12,34.5", "1_000", "NaN", "Infinity", "4.50 USD", "", 1e13]
)
def test_what_could_mean_two_numbers_or_none_is_named(value: object) -> None:
    """As it was typed, so that the message can say it."""
    assert NotANumber(str(value)) == exact_number(value)


@pytest.mark.parametrize(
    ("typed", "by_comma", "by_point"),
    [
        ("4,50", "4.50", None),
        ("1.234,50", "1234.50", None),
        ("-$ 1.234.567,5", "-1234567.5", None),
        (",5", "0.5", None),
        ("4.50", None, "4.50"),
        ("1,234.50", None, "1234.50"),
        ("1,234", "1.234", "1234"),
        ("1.234", "1234", "1.234"),
        ("1234", "1234", "1234"),
        ("12.34,50", None, None),
        ("1,234,5", None, None),
        ("0,125", "0.125", None),
        ("0.125", None, "0.125"),
        ("-0.925,5", None, None),
        ("0,125.50", None, None),
        ("4,5,0", None, None),
        ("1_000", None, None),
        ("four", None, None),
        ("", None, None),
    ],
)
def test_a_text_is_read_by_the_mark_that_the_company_chose(
    typed: str, by_comma: str | None, by_point: str | None
) -> None:
    """Each text says one number then, or none; a number of the cell is itself, whatever the mark."""
    for mark, number in ((DecimalMark.COMMA, by_comma), (DecimalMark.POINT, by_point)):
        assert (NotANumber(typed) if number is None else Decimal(number)) == exact_number(typed, mark)
        assert Decimal("1234.5") == exact_number(1234.5, mark)


@pytest.mark.parametrize(
    ("typed", "mark", "words"),
    [
        ("4,50", None, "if a comma is your decimal mark, it is 4.50"),
        ("4,50", DecimalMark.POINT, "if a comma is your decimal mark, it is 4.50"),
        ("4.50", DecimalMark.COMMA, "if a point is your decimal mark, it is 4.50"),
        ("1,234", None, "if a point is your decimal mark, it is 1234 and if a comma is your decimal mark, it is 1.234"),
        ("four", None, ""),
        (True, None, ""),
    ],
)
def test_what_is_refused_is_said_by_the_other_mark(typed: object, mark: DecimalMark | None, words: str) -> None:
    """With where to choose it; what is no number by any mark has nothing to say."""
    assert (f" ({words}: choose Decimal mark on sheet Setup)" if words else "") == by_another_mark(typed, mark)
