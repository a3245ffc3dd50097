"""No sum adds two currencies: what has a rate is converted, the rest stands by its own currency."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from addin.commands.sentences import amounts
from addin.takeaway.close_pack.close_blocks import sides
from addin.takeaway.page import TableArea
from core.exchange_rates import ECB, RATE_COLUMNS, TYPED, ExchangeRates, at_home, sum_by_currency
from core.frame_columns import TRANSACTION_COLUMNS, frame

POSTED = datetime(2026, 8, 4, 12, tzinfo=UTC)


def sums(lines: list[tuple[str, str | None]], rates: dict[str, str], home: str = "USD") -> dict[str, Decimal]:
    table = frame(
        TRANSACTION_COLUMNS,
        (
            {"store": "US", "currency": currency, "net": None if net is None else Decimal(net), "posted_at": POSTED}
            for currency, net in lines
        ),
    )
    known = frame(
        RATE_COLUMNS,
        (
            {"base": currency, "quote": home, "day": "2026-08-03", "rate": rate, "source": TYPED}
            for currency, rate in rates.items()
        ),
    )
    home_amounts = at_home(table, "net", ExchangeRates.of(known), home, {})
    return sum_by_currency(table, "net", home_amounts, home)


@pytest.mark.parametrize(
    ("lines", "rates", "said"),
    [
        ([("USD", "10"), ("USD", "2.50")], {}, "USD 12.50"),
        ([("USD", "10"), ("CAD", "100")], {"CAD": "0.75"}, "USD 85.00"),
        ([("USD", "10"), ("CAD", "100"), ("AUD", "7")], {"CAD": "0.75"}, "USD 85.00, and without a rate AUD 7.00"),
        (
            [("AUD", "7"), ("EUR", "3"), ("AUD", "1")],
            {},
            "USD 0.00, and without a rate AUD 8.00, EUR 3.00",
        ),
        ([("CAD", None), ("USD", "1")], {}, "USD 1.00"),
        ([], {}, "USD 0.00"),
    ],
)
def test_each_currency_stands_by_itself_unless_a_rate_brings_it_home(
    lines: list[tuple[str, str | None]], rates: dict[str, str], said: str
) -> None:
    """USD 2,914.37 was a sum of American, Canadian and Australian dollars."""
    assert said == amounts(sums(lines, rates))


def test_a_rate_of_the_bank_is_taken_like_a_typed_one() -> None:
    """Two currencies are compared through the euro; a line without a day has no rate."""
    known = frame(
        RATE_COLUMNS,
        (
            {"base": "EUR", "quote": currency, "day": "2026-08-04", "rate": rate, "source": ECB}
            for currency, rate in (("USD", "1.2"), ("CAD", "1.6"))
        ),
    )
    rows = [
        {"store": "CA", "currency": "CAD", "net": Decimal(16), "posted_at": POSTED},
        {"store": "CA", "currency": "CAD", "net": Decimal(5)},
    ]
    lines = frame(TRANSACTION_COLUMNS, rows)

    found = sum_by_currency(lines, "net", at_home(lines, "net", ExchangeRates.of(known), "USD", {}), "USD")

    assert {"USD": Decimal(12), "CAD": Decimal(5)} == found


def test_debits_and_credits_of_two_currencies_do_not_make_up_for_each_other() -> None:
    """Ten dollars of debits and ten euros of credits are two entries out of balance, not none."""
    place = TableArea("Journal", "tblJournal", 3, 5, {"debit": 1, "credit": 2, "currency": 3})
    rows = [
        {"debit": Decimal(10), "credit": None, "currency": "USD"},
        {"debit": None, "credit": Decimal(10), "currency": "EUR"},
    ]

    found = sides(place, rows)

    assert {"EUR": (Decimal(0), Decimal(10)), "USD": (Decimal(10), Decimal(0))} == {
        currency: (pair["debit"].value, pair["credit"].value) for currency, pair in found.items()
    }
    assert found["USD"]["debit"].formula == "=SUMIFS('Journal'!$B$5:$B$6,'Journal'!$D$5:$D$6,\"USD\")"
