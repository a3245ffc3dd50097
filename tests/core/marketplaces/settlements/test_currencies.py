"""A currency is a code of ISO 4217, whoever reads it; anything else is refused with its line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.line_types import LineType
from core.marketplaces import read_file
from core.marketplaces.errors import BadCellError, Place
from core.marketplaces.reading.numbers import parse_currency
from core.marketplaces.walmart.words import meaning
from core.marketplaces.words.meanings import UNKNOWN
from tests.core.books.exports_of_payouts import Row, ebay_export
from tests.core.marketplaces.settlement_writers import WRITERS, Sold

SOLD = [Sold("111-1", "A", 2, Decimal("10.00"), Decimal("-1.00"))]
ODD = ["U\u017fD", "ABC", "US", "USDX", "2026-08-05", "U5D", "\u0415UR", "10.00", "US$"]
FORMS = [name for name in WRITERS if name != "amazon_unified_csv"]
"""Amazon's date range report names its currency in words above its header."""


def written(form: str) -> tuple[bytes, bytes]:
    """Return a settlement of a format, and the currency that it is in."""
    content = WRITERS[form](SOLD).content()
    return content, b"USD" if b"USD" in content else b"EUR"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_currency_is_refused_with_its_place(form: str, odd: str) -> None:
    """Letters of other alphabets, dates and made up codes too."""
    content, known = written(form)

    with pytest.raises(BadCellError, match="currency") as raised:
        read_file(content.replace(known, odd.encode()), "June.csv")
    assert str(raised.value).startswith("June.csv, ")


@pytest.mark.parametrize("form", FORMS)
def test_small_letters_are_the_same_currency(form: str) -> None:
    """`usd` is USD."""
    content, known = written(form)
    (found,) = read_file(content.replace(known, known.lower()), "June.csv").settlements

    assert known.decode() == found.currency


@pytest.mark.parametrize("form", [form for form in FORMS if form != "walmart_recon_v1"])
def test_a_file_that_names_no_currency_is_refused(form: str) -> None:
    """Walmart's report is in dollars where it names none."""
    content, known = written(form)

    with pytest.raises(BadCellError, match=r"June\.csv, "):
        read_file(content.replace(known, b""), "June.csv")


@pytest.mark.parametrize("text", ["", "  "])
def test_blank_is_none(text: str) -> None:
    """Another cell may name it."""
    assert not parse_currency(text, Place("June.csv", 2, "Currency"))


def test_a_net_amount_of_ebay_in_no_currency_is_refused_with_its_line() -> None:
    """Another row's currency is not its own."""
    rows = (Row("2026-06-01", "1", "1.00"), Row("2026-06-02", "2", "2.00"))
    content = ebay_export("June.csv", *rows).content.replace(b"2.00,USD", b"2.00,", 1)

    with pytest.raises(BadCellError, match=r"June\.csv, line 3, column Payout currency: a blank cell"):
        read_file(content, "June.csv")


@pytest.mark.parametrize(
    ("kind", "words", "declared"),
    [
        ("Reserve", "Funds withheld", True),
        ("Reserve", "Funds withheld until 2026-05-01", True),
        ("Reserve", "Funds Withheld - rolling reserve", True),
        ("Release Reserve", "Reserve credited back", True),
        ("Reserve", "Reserve credited back to account", True),
        ("Reserve", "Goods seized", False),
        ("Reserve", "Lost in warehouse", False),
        ("Mystery", "Funds withheld", False),
    ],
)
def test_walmarts_own_words_for_reserves_are_declared(kind: str, words: str, *, declared: bool) -> None:
    """What it says of funds that it withholds and gives back is asked of nobody; what it says of goods is."""
    found = meaning(kind, words)

    assert declared is (found.line_type is LineType.RESERVE)
    assert declared is not (found is UNKNOWN)
