"""Which rates of exchange the books are made of, one per currency and day: what sheet Exchange rates lists. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.books.true_ups.corrections import rated_lines
from core.exchange_rates import TYPED, find_rates, needed_rates

if TYPE_CHECKING:
    from decimal import Decimal

    from core.books.books import Books

MISSING = "missing"
"""The source of a rate that nobody knows: its lines are left out."""


@dataclass(frozen=True, slots=True)
class ListedRate:
    """What one unit of a currency is worth at home on a day."""

    currency: str
    day: str
    """ISO: of the rate itself; of a missing one that on which it is needed."""
    rate: Decimal | None
    source: str


def listed_rates(books: Books) -> list[ListedRate]:
    """Return the rates that lines need, every rate that was typed in, and those that are missing.

    They stand in order of currency and day. Of a day with a typed rate that one is listed: it is the one that holds.
    """
    home = books.company.home_currency
    answers = find_rates(books.rates, needed_rates(rated_lines(books), home, books.zones), home)
    rates = {(rate.currency, rate.day): rate for rate in sorted(answers.rates.values(), key=lambda rate: rate.day)}
    for currency in books.rates.typed_currencies(home):
        typed = (rate for rate in books.rates.known(currency, home) if rate.source == TYPED)
        rates |= {(rate.currency, rate.day): rate for rate in typed}
    known = {place: ListedRate(*place, rate.rate, rate.source) for place, rate in rates.items()}
    missing = {place: ListedRate(*place, None, MISSING) for place in answers.missing_rates}
    return [one for _, one in sorted((known | missing).items(), key=lambda item: item[0])]
