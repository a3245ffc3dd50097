"""Numbers in settlement files: the decimal mark is decided once per file."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.marketplaces.errors import BadCellError, MixedDecimalMarksError, Place
from core.marketplaces.reading.numbers import parse_amount, parse_units, parse_whole, possible_marks

HERE = Place("file.txt", 3, "amount")


@pytest.mark.parametrize(
    ("texts", "marks"),
    [
        (["19.67"], (".",)),
        (["95,00"], (",",)),
        (["1,234.56"], (".",)),
        (["1.234,56"], (",",)),
        (["1,44,957.78"], (".",)),
        (["1,234,567"], (".",)),
        (["1.234.567"], (",",)),
        (["1234,567"], (",",)),
        (["0,125"], (",",)),
        (["-1,5"], (",",)),
        (["\u22121,5"], (",",)),
        (["1\u202f234,56"], (",",)),
        (["1'234.56"], (".",)),
        (["62.31    "], (".",)),
        (["12", "-7"], (".",)),
        (["1,234"], (".", ",")),
        (["1.234"], (".", ",")),
        (["1,234", "19.67"], (".",)),
        (["1.234", "95,00"], (",",)),
        (["n/a, really"], (".",)),
    ],
)
def test_marks_that_a_file_allows(texts: list[str], marks: tuple[str, ...]) -> None:
    """A number that can be read one way only decides for the whole file."""
    assert marks == possible_marks(dict.fromkeys(texts, HERE))


def test_two_marks_in_one_file_are_refused() -> None:
    """The message names both numbers and where the second stands."""
    seen = {"1.50": Place("file.txt", 3, "amount"), "2,50": Place("file.txt", 9, "amount")}

    with pytest.raises(MixedDecimalMarksError) as caught:
        possible_marks(seen)

    assert str(caught.value).startswith("file.txt, line 9, column amount: '2,50'")
    assert "'1.50' on line 3" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("19.67", ".", "19.67"),
        ("-19.67", ".", "-19.67"),
        ("+5", ".", "5"),
        ("1,234.5", ".", "1234.5"),
        ("1,44,957.78", ".", "144957.78"),
        ("1.234,56", ",", "1234.56"),
        ("1\u00a0234,56", ",", "1234.56"),
        ("1\u202f234\u202f567,8", ",", "1234567.8"),
        ("1\u2019234.56", ".", "1234.56"),
        ("\u2212,5", ",", "-0.5"),
        (".5", ".", "0.5"),
        ("5.", ".", "5"),
        ("62.31    ", ".", "62.31"),
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("0.123456", ".", "0.123456"),
    ],
)
def test_amounts(text: str, mark: str, value: str) -> None:
    """Groups, blanks, signs and a bare decimal mark are understood."""
    assert Decimal(value) == parse_amount(text, mark, HERE)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("abc", "."),
        ("", "."),
        ("-", "."),
        (".", "."),
        ("1.2.3", "."),
        ("12,34.5", "."),
        ("1,23", "."),
        ("1.23", ","),
        ("$5.00", "."),
        ("5.00 USD", "."),
        ("1E5", "."),
        ("=1+1", "."),
        ("0.1234567", "."),
        ("1000000000000", "."),
        ("١٢", "."),
    ],
)
def test_what_is_no_amount(text: str, mark: str) -> None:
    """Anything else is refused with file, line and column."""
    with pytest.raises(BadCellError, match=r"^file\.txt, line 3, column amount: "):
        parse_amount(text, mark, HERE)


@pytest.mark.parametrize(("text", "value"), [("3", 3), (" 2 ", 2), ("-1", -1), ("1.0", 1), ("1,00", 1), ("", None)])
def test_counts(text: str, value: int | None) -> None:
    """A count may be written with decimals that say nothing."""
    assert value == parse_whole(text, HERE)


@pytest.mark.parametrize("text", ["1.5", "one", "1,000", "--"])
def test_what_is_no_count(text: str) -> None:
    """Half a unit is refused."""
    with pytest.raises(BadCellError):
        parse_whole(text, HERE)


@pytest.mark.parametrize("text", ["1.5", "0,25", "-2.75", ".5", "0.333", "1.00005"])
def test_a_part_of_a_unit_is_none_that_can_be_counted(text: str) -> None:
    """It is asked where goods are paid for, and refuses no file."""
    assert 0 == parse_units(text, HERE)


@pytest.mark.parametrize("text", ["one", "1,000", "1.500", "--", "1.2.3"])
def test_what_states_no_units(text: str) -> None:
    """What is no number, or may be above a thousand, is refused."""
    with pytest.raises(BadCellError):
        parse_units(text, HERE)


@given(
    st.decimals(min_value=-999_999_999, max_value=999_999_999, places=2),
    st.sampled_from([(".", ","), (".", ""), (".", " "), (",", "."), (",", ""), (",", "\u202f"), (",", "\u00a0")]),
)
def test_any_amount_written_in_any_notation_is_read_exactly(value: Decimal, notation: tuple[str, str]) -> None:
    """Two decimals tell the mark, and the number comes back to the cent."""
    mark, group = notation
    text = f"{value:,.2f}".replace(",", "g").replace(".", mark).replace("g", group)

    assert (mark,) == possible_marks({text: HERE})
    assert value == parse_amount(text, mark, HERE)
