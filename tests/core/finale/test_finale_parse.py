"""Finale's values: display texts and raw numbers, read exactly or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.finale.account_settings import account_name
from core.finale.errors import FinaleAccountError
from core.finale.parse import Cost, cost_of, date_of, number_of, order_of_label, pack_units
from core.model import Cause


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234.56", "1234.56"),
        ("1,234,567", "1234567"),
        ("6.0000", "6"),
        ("-2", "-2"),
        ("(3.50)", "-3.50"),
        ("$6.00", "6"),
        ("-$1,006.10", "-1006.10"),
        (" 7 ", "7"),
        (".5", "0.5"),
        (12, "12"),
        (Decimal("0.000001"), "0.000001"),
        ("1E-7", "0.0000001"),
    ],
)
def test_a_number_is_read_from_display_texts_and_raw_values(text: object, expected: str) -> None:
    """Thousands separators, currency signs, brackets and JSON numbers all give the exact number."""
    assert Decimal(expected) == number_of(text)


@pytest.mark.parametrize(
    "text", ["--", "", " ", None, "null", "6,50", "1.234,56", "12,34", "1 234", "six", "1.2.3", "--6"]
)
def test_what_is_no_number_or_could_be_two_is_none(text: object) -> None:
    """Blanks have no number, and an ambiguous one is refused, never guessed."""
    assert (None if text != "--6" else Decimal(-6)) == number_of(text)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_every_amount_survives_its_display_text(amount: Decimal) -> None:
    """What Finale shows with thousands commas is read as what it was."""
    assert amount == number_of(f"{amount:,.6f}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9/3/2026", date(2026, 9, 3)),
        ("12/31/2026", date(2026, 12, 31)),
        ("2026-09-03", date(2026, 9, 3)),
        ("2026-09-03T19:00:00", date(2026, 9, 3)),
        ("9/3/2026 14:05", date(2026, 9, 3)),
        ("31/12/2026", None),
        ("--", None),
        (None, None),
        ("soon", None),
    ],
)
def test_a_date_is_month_day_year_or_iso(text: object, expected: date | None) -> None:
    """A day that does not exist is no date."""
    assert expected == date_of(text)


@pytest.mark.parametrize(
    ("value", "cost", "cause"),
    [
        ("6.1234567", "6.123457", None),
        ("-3.5", "-3.5", None),
        ("0.0000", None, Cause.COST_ZERO),
        ("0.0000004", None, Cause.COST_ZERO),
        ("--", None, Cause.COST_BLANK),
        (None, None, Cause.COST_BLANK),
        ("6,50", None, Cause.COST_BLANK),
    ],
)
def test_a_missing_cost_is_never_zero_and_keeps_its_text(value: object, cost: str | None, cause: Cause | None) -> None:
    """Zero and blank are two causes of a missing cost; the raw text stays as Finale wrote it."""
    raw = None if value is None else str(value)

    assert Cost(None if cost is None else Decimal(cost), raw, cause) == cost_of(value)


@pytest.mark.parametrize(
    ("packing", "units"),
    [("6", 6), ("3/1", 3), ("2/6/1", 12), ("12 / 1", 12), ("", 1), ("--", 1), (None, 1), ("case", None), ("0", None)],
)
def test_a_packing_says_how_many_units_are_in_one(packing: object, units: int | None) -> None:
    """A six-pack is six units; a packing that cannot be read is none, not one."""
    assert units == pack_units(packing)


@pytest.mark.parametrize(
    "pasted",
    [
        "acme",
        " Acme ",
        "https://app.finaleinventory.com/Acme/sc2/?order/sales/list",
        "app.finaleinventory.com/acme/",
        "https://app.finaleinventory.com/acme/doc/report/pivotTableStream/17/Report.json?format=csv",
    ],
)
def test_the_account_is_taken_from_whatever_was_pasted(pasted: str) -> None:
    """Users paste whole addresses."""
    assert "acme" == account_name(pasted)


@pytest.mark.parametrize(
    "pasted", ["", "https://app.finaleinventory.com/", "my company", "https://app.finaleinventory.com"]
)
def test_an_address_without_account_says_what_to_paste(pasted: str) -> None:
    """What names no account is refused with an example."""
    with pytest.raises(FinaleAccountError, match="Paste the address that the browser shows"):
        account_name(pasted)


@pytest.mark.parametrize(
    ("label", "order"),
    [("SO-100-1", "SO-100"), ("111-2222222-3333333", None), ("100-1-12", "100-1"), ("SO100", None), ("-1", None)],
)
def test_a_shipments_number_names_its_order(label: str, order: str | None) -> None:
    """A number of up to three digits behind the order's id; what has none, or only that, names no order."""
    assert order == order_of_label(label)


@pytest.mark.parametrize("text", ["9" * 40, "1000000000.01", "-1000000001", "1e10", "1" * 5000])
def test_a_number_that_is_no_cost_and_no_stock_is_none(text: str) -> None:
    """A cost of 40 digits is blank, with what Finale wrote beside it."""
    assert (None, Cost(None, text, Cause.COST_BLANK)) == (number_of(text), cost_of(text))


@pytest.mark.parametrize("text", ["1000001", "1000/1001", "9" * 5000, "/".join("9" * 50), "0"])
def test_a_pack_of_more_than_a_million_is_unreadable(text: str) -> None:
    """No pack holds so many."""
    assert pack_units(text) is None
