"""Rates of exchange: which one holds on a day, and what is said where none is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exchange_rates import (
    ECB,
    LONGEST_AGE,
    RATE_COLUMNS,
    TYPED,
    ExchangeRates,
    find_rates,
    missing_sentence,
    needed_rates,
)
from core.frame_columns import TRANSACTION_COLUMNS, frame
from core.model import Event

FRIDAY, SUNDAY, MONDAY = "2026-08-21", "2026-08-23", "2026-08-24"


def bank(day: str, **per_euro: str) -> list[dict[str, object]]:
    return [
        {"base": "EUR", "quote": currency, "day": day, "rate": rate, "source": ECB}
        for currency, rate in per_euro.items()
    ]


def typed(currency: str, day: str, rate: str) -> dict[str, object]:
    return {"base": currency, "quote": "USD", "day": day, "rate": rate, "source": TYPED}


def rates(*rows: dict[str, object]) -> ExchangeRates:
    return ExchangeRates.of(frame(RATE_COLUMNS, rows))


def test_on_a_weekend_the_last_working_days_rate_holds_and_says_so() -> None:
    """The bank publishes nothing on Saturday and Sunday."""
    rate = rates(*bank(FRIDAY, USD="1.0841"), *bank(MONDAY, USD="1.0900")).on("EUR", "USD", SUNDAY)

    assert rate is not None
    assert "1 EUR = 1.0841 USD, ECB 2026-08-21" == str(rate)


def test_two_other_currencies_are_compared_through_the_euro() -> None:
    """One pound is as many dollars as a euro has, divided by its pounds."""
    rate = rates(*bank(FRIDAY, USD="1.0800", GBP="0.8000")).on("GBP", "USD", FRIDAY)

    assert rate is not None
    assert Decimal("1.35") == rate.rate


def test_both_currencies_are_taken_of_one_day() -> None:
    """A day on which only one of them was published does not count."""
    rate = rates(*bank(FRIDAY, USD="1.08", GBP="0.80"), *bank(MONDAY, USD="2.00")).on("GBP", "USD", MONDAY)

    assert rate is not None
    assert (FRIDAY, Decimal("1.35")) == (rate.day, rate.rate)


def test_the_home_currency_may_be_the_euro() -> None:
    """Then one dollar is a euro divided by its dollars."""
    rate = rates(*bank(FRIDAY, USD="1.25")).on("USD", "EUR", FRIDAY)

    assert rate is not None
    assert Decimal("0.8") == rate.rate


@pytest.mark.parametrize(
    ("typed_day", "expected"),
    [(FRIDAY, (Decimal("1.10"), TYPED)), ("2026-08-20", (Decimal("1.0841"), ECB)), (SUNDAY, (Decimal("1.10"), TYPED))],
)
def test_a_typed_rate_wins_on_its_own_day_and_the_newer_day_wins_else(
    typed_day: str, expected: tuple[Decimal, str]
) -> None:
    """Typed the day before the bank's, it no longer holds; typed on the same day or later, it does."""
    rate = rates(*bank(FRIDAY, USD="1.0841"), typed("EUR", typed_day, "1.10")).on("EUR", "USD", SUNDAY)

    assert rate is not None
    assert expected == (rate.rate, rate.source)


@given(st.integers(0, 30))
def test_an_old_rate_is_no_rate(age: int) -> None:
    """After a week a figure stays blank rather than being guessed; before that it never does."""
    asked = (date(2026, 8, 21) + timedelta(days=age)).isoformat()

    found = rates(*bank(FRIDAY, USD="1.0841")).on("EUR", "USD", asked)

    assert (age <= LONGEST_AGE.days) == (found is not None)


def test_lines_at_home_and_payouts_need_no_rate() -> None:
    """Only what is in another currency does, on the day of its store's own calendar."""
    late = datetime(2026, 8, 22, 2, tzinfo=UTC)
    usual: dict[str, object] = {"store": "Amazon DE", "event": Event.SALE, "posted_at": late}
    lines = frame(
        TRANSACTION_COLUMNS,
        [
            {**usual, "currency": "EUR"},
            {**usual, "currency": "EUR", "posted_at": None},
            {**usual, "currency": "USD"},
            {**usual, "currency": "SEK", "event": Event.PAYOUT},
        ],
    )

    assert [("EUR", FRIDAY)] == needed_rates(lines, "USD", {"Amazon DE": ZoneInfo("America/New_York")})


@pytest.mark.parametrize(
    ("days", "named"),
    [
        (1, "2026-08-01"),
        (5, "2026-08-01, 2026-08-02, 2026-08-03, 2026-08-04, 2026-08-05"),
        (6, "2026-08-01, 2026-08-02, 2026-08-03, 2026-08-04, 2026-08-05 and 2026-08-06"),
        (7, "2026-08-01, 2026-08-02, 2026-08-03, 2026-08-04, 2026-08-05 and 2 more days to 2026-08-07"),
        (8, "2026-08-01, 2026-08-02, 2026-08-03, 2026-08-04, 2026-08-05 and 3 more days to 2026-08-08"),
    ],
)
def test_what_is_missing_is_named_by_currency_and_day(days: int, named: str) -> None:
    """And the message says what to do."""
    asked = [("EUR", FRIDAY), *(("SEK", f"2026-08-{day:02d}") for day in range(1, days + 1))]

    found = find_rates(rates(*bank(FRIDAY, USD="1.0841")), asked, "USD")

    assert {("EUR", FRIDAY): Decimal("1.0841")} == found.factors
    message = missing_sentence(found.missing_rates)
    assert f"SEK on {named}: what is" in message
    assert message.endswith(
        "Press Exchange rates to fetch the European Central Bank's, or type them on sheet Exchange rates."
    )
    assert missing_sentence(()) == ""


def test_a_rate_with_digits_too_many_is_none() -> None:
    """Typed into an older version, or of a bank's day with a decimal too many; a very small one is a rate."""
    huge = rates(typed("EUR", FRIDAY, f"1{20 * '0'}")).on("EUR", "USD", FRIDAY)
    quotient = rates(*bank(FRIDAY, USD="1.1", GBP="0.0000000001")).on("GBP", "USD", FRIDAY)
    tiny = rates(typed("VND", FRIDAY, "0.00000000000000000001")).on("VND", "USD", FRIDAY)

    assert (None, None) == (huge, quotient)
    assert tiny is not None
