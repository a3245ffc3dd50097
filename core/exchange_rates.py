"""What money of another currency is worth at home on a day: typed in, or the European Central Bank's reference rate.

The bank publishes on its working days how many units of each currency one euro is; two other currencies are compared
through the euro. On a day without rate the last one before it holds, at most a week old: an older one would be a guess,
and a figure without rate stays blank. A typed rate wins over the bank's of the same day. Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from core.frame_columns import TEXT, records
from core.model import Event
from core.money import SUM, at_line_places, total
from core.plurals import counted
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from core.frame_columns import Columns

RATE_COLUMNS: Columns = {
    "base": TEXT,  # one unit of it ...
    "quote": TEXT,  # ... is `rate` units of this currency
    "day": TEXT,  # ISO date
    "rate": TEXT,  # a decimal with every digit that was published; missing: taken back
    "source": TEXT,  # ECB or TYPED
}
"""What one currency was worth in another on a day."""

ECB = "ECB"
TYPED = "typed in"
EURO = "EUR"
LONGEST_AGE = timedelta(days=7)
"""The bank's longest pause, over Easter, is five days."""

LARGEST_RATE = 10**9
"""No currency is worth more of another."""
_SHOWN_DIGITS = 6
_MOST_DAYS_NAMED = 5

Pair = tuple[str, str]
CurrencyDay = tuple[str, str]
"""Currency and ISO day."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency is worth at home."""

    currency: str
    home: str
    rate: Decimal
    day: str
    """The ISO day of the rate itself, which may lie some days before the day that was asked for."""
    source: str

    @property
    def if_usable(self) -> Rate | None:
        """Nothing of a rate with digits too many: what amounts come to at it, no books hold."""
        return self if self.rate <= LARGEST_RATE else None

    def __str__(self) -> str:
        """Return it as a person reads it: `1 EUR = 1.0841 USD, ECB 2026-08-19`."""
        return f"1 {self.currency} = {rate_text(self.rate)} {self.home}, {self.source} {self.day}"


def rate_text(rate: Decimal) -> str:
    """Return a rate with six digits that count."""
    places = max(0, _SHOWN_DIGITS - 1 - rate.adjusted())
    text = f"{rate:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """Every rate that the books hold, ready to be asked."""

    _typed: Mapping[Pair, Mapping[str, Decimal]] = field(default_factory=dict)
    _of_the_bank: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    """Currency -> day -> units of it for one euro."""
    _days: Mapping[Pair, Sequence[str]] = field(default_factory=dict)
    """Days on which a typed rate is known, in order; those of the bank under (currency, "")."""

    @classmethod
    def of(cls, stored: pd.DataFrame) -> ExchangeRates:
        """Take the rates as the database keeps them (RATE_COLUMNS)."""
        return cls().also(stored)

    def also(self, rates: pd.DataFrame) -> ExchangeRates:
        """Return what is known once these rates (RATE_COLUMNS) are stored too; one without a rate is taken back."""
        typed = {pair: dict(known) for pair, known in self._typed.items()}
        bank = {currency: dict(known) for currency, known in self._of_the_bank.items()}
        for row in records(rates):
            is_bank = row["source"] == ECB
            known = bank.setdefault(row["quote"], {}) if is_bank else typed.setdefault((row["base"], row["quote"]), {})
            known.pop(row["day"], None)
            if row["rate"] is not None:
                known[row["day"]] = Decimal(row["rate"])
        typed = {pair: known for pair, known in typed.items() if known}
        days = {pair: sorted(known) for pair, known in typed.items()}
        days |= {(currency, ""): sorted(known) for currency, known in bank.items()}
        return ExchangeRates(typed, bank, days)

    def on(self, currency: str, home: str, day: str) -> Rate | None:
        """Return the rate that holds on a day; `None` where none is known for it or the week before."""
        typed, bank = self._typed_day(currency, home, day), self._bank_day(currency, home, day)
        if typed and typed >= bank:
            return Rate(currency, home, self._typed[currency, home][typed], typed, TYPED).if_usable
        return self._of_bank(currency, home, bank).if_usable if bank else None

    def typed_currencies(self, home: str) -> list[str]:
        """Return the currencies of which a rate was typed in."""
        return sorted(base for base, quote in self._typed if quote == home)

    def known(self, currency: str, home: str) -> list[Rate]:
        """Return every rate of a currency, by day and the typed one first."""
        typed = self._days.get((currency, home), ())
        rates = [Rate(currency, home, self._typed[currency, home][day], day, TYPED) for day in typed]
        legs = [set(self._days.get((name, ""), ())) for name in {currency, home} - {EURO}]
        rates += [self._of_bank(currency, home, day) for day in (set.intersection(*legs) if legs else ())]
        return sorted(rates, key=lambda rate: (rate.day, rate.source != TYPED))

    def _of_bank(self, currency: str, home: str, day: str) -> Rate:
        return Rate(currency, home, self._per_euro(home, day) / self._per_euro(currency, day), day, ECB)

    def _per_euro(self, currency: str, day: str) -> Decimal:
        return Decimal(1) if currency == EURO else self._of_the_bank[currency][day]

    def _typed_day(self, currency: str, home: str, day: str) -> str:
        return _last_before(self._days.get((currency, home), ()), day, _week_before(day))

    def _bank_day(self, currency: str, home: str, day: str) -> str:
        """Return the last day on or before this one on which the bank had both currencies; empty where none is."""
        oldest = _week_before(day)
        while day:
            days = {_last_before(self._days.get((name, ""), ()), day, oldest) for name in {currency, home} - {EURO}}
            if len(days) == 1:
                return days.pop()
            day = min(days)
        return ""


def _week_before(day: str) -> str:
    return (date.fromisoformat(day) - LONGEST_AGE).isoformat()


def _last_before(days: Sequence[str], day: str, oldest: str) -> str:
    at = bisect_right(days, day)
    return days[at - 1] if at and days[at - 1] >= oldest else ""


@dataclass(frozen=True, slots=True)
class RateLookup:
    """The rates of some lines, and which are not known."""

    rates: Mapping[CurrencyDay, Rate] = field(default_factory=dict)
    missing_rates: tuple[CurrencyDay, ...] = ()

    @property
    def factors(self) -> dict[CurrencyDay, Decimal]:
        """Return (currency, day) -> units of home currency for one unit of it, above zero."""
        return {currency_day: rate.rate for currency_day, rate in self.rates.items()}


def needed_rates(lines: pd.DataFrame, home: str, zones: Mapping[str, ZoneInfo]) -> list[CurrencyDay]:
    """Return each other currency than home with each day on which its lines were posted, in order.

    Args:
        lines: TRANSACTION_COLUMNS; payouts need no rate.
        home: Home currency.
        zones: The time zone of each store, which cuts its days; UTC where none is given.
    """
    foreign = lines[(lines["currency"] != home) & lines["currency"].notna() & (lines["event"] != Event.PAYOUT)]
    days = local_days(foreign, zones)
    return sorted({pair for pair in zip(foreign["currency"], days, strict=True) if isinstance(pair[1], str)})


def find_rates(known: ExchangeRates, currency_days: Iterable[CurrencyDay], home: str) -> RateLookup:
    """Look up the rate of each currency and day."""
    looked_up = {(currency, day): known.on(currency, home, day) for currency, day in currency_days}
    rates = {asked_for: rate for asked_for, rate in looked_up.items() if rate is not None}
    return RateLookup(rates, tuple(asked_for for asked_for in looked_up if asked_for not in rates))


def at_home(
    lines: pd.DataFrame, column: str, rates: ExchangeRates, home: str, zones: Mapping[str, ZoneInfo]
) -> pd.Series:
    """Return an amount of each line in home currency, by the rate of its day; missing where no rate is known.

    Args:
        lines: TRANSACTION_COLUMNS.
        column: Which amount.
        rates: The rates of the books.
        home: Home currency.
        zones: The time zone of each store, which cuts its days.
    """
    days = local_days(lines, zones)
    values = []
    for amount, currency, day in zip(lines[column], lines["currency"], days, strict=True):
        rate = None if currency == home or not isinstance(day, str) else rates.on(str(currency), home, day)
        factor = Decimal(1) if currency == home else rate.rate if rate else None
        values.append(None if factor is None or pd.isna(amount) else at_line_places(amount * factor))
    return pd.Series(values, lines.index, dtype=SUM)


def sum_by_currency(lines: pd.DataFrame, column: str, home_amounts: pd.Series, home: str) -> dict[str, Decimal]:
    """Return what lines come to, without ever adding two currencies: at home what has a rate, else each by its own.

    Args:
        lines: TRANSACTION_COLUMNS.
        column: Which amount.
        home_amounts: What `at_home` gave for these lines.
        home: Home currency; it is always there.

    Returns:
        Currency -> sum with the lines' own sign (+ is money for the seller), exact and unrounded; home first.
    """
    sums = {home: total(home_amounts.dropna())}
    without_rate = lines[home_amounts.isna() & lines[column].notna()]
    for currency, rows in without_rate.groupby("currency", sort=True):
        sums[str(currency)] = total(rows[column])
    return sums


def missing_sentence(missing: Iterable[CurrencyDay]) -> str:
    """Say which currencies and days have no rate, and what to do; empty where none is missing."""
    by_currency: dict[str, list[str]] = {}
    for currency, day in missing:
        by_currency.setdefault(currency, []).append(day)
    named = "; ".join(f"{currency} on {_days_named(sorted(days))}" for currency, days in sorted(by_currency.items()))
    if not named:
        return ""
    return (
        f"No exchange rate is known for {named}: what is in that currency is left blank. Press Exchange "
        f"rates to fetch the European Central Bank's, or type them on sheet Exchange rates."
    )


def _days_named(days: Sequence[str]) -> str:
    more = len(days) - _MOST_DAYS_NAMED
    to_last = f" and {counted(more, 'more day')} to {days[-1]}" if more > 1 else f" and {days[-1]}" if more == 1 else ""
    return ", ".join(days[:_MOST_DAYS_NAMED]) + to_last
