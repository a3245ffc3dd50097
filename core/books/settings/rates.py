"""The rates of exchange that the books are made of: those that sheet Exchange rates lists, and those typed there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Connection, Select, func, select

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, frames, tables
from core.books.database.repeating import repeated
from core.books.true_ups.corrections import rated_lines
from core.errors import CogsheetError, briefly
from core.exchange_rates import ECB, RATE_COLUMNS, TYPED, find_rates, needed_rates
from core.frame_columns import conform, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.books.books import Books

_CURRENCY = re.compile(r"[A-Z]{3}")
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


@dataclass(frozen=True, slots=True)
class TypedRate:
    """What stands in one row of the sheet, as text; an empty rate takes it away."""

    currency: str
    day: str
    rate: str


class RateUnreadableError(CogsheetError):
    """What was typed is no rate."""

    def __init__(self, rate: TypedRate, what: str) -> None:
        super().__init__(
            f"Sheet Exchange rates: {briefly(rate.currency or 'no currency')}, {briefly(rate.day or 'no date')}, "
            f"{briefly(rate.rate or 'no rate')}: {what} Nothing was changed; correct the row and try again."
        )


def _row(rate: TypedRate, home: str) -> dict[str, object]:
    currency = rate.currency.strip().upper()
    if not _CURRENCY.fullmatch(currency):
        raise RateUnreadableError(rate, "a currency is three letters, such as EUR.")
    if currency == home:
        raise RateUnreadableError(rate, f"{home} is the home currency and needs no rate.")
    return {"base": currency, "quote": home, "day": _day(rate), "rate": _rate(rate), "source": TYPED}


def _day(rate: TypedRate) -> str:
    try:
        return date.fromisoformat(rate.day.strip()).isoformat()
    except ValueError as error:
        raise RateUnreadableError(rate, "a date is written 2026-08-31.") from error


def _rate(typed: TypedRate) -> str | None:
    if not typed.rate.strip():
        return None
    try:
        rate = Decimal(typed.rate.strip())
    except InvalidOperation as error:
        raise RateUnreadableError(typed, "the rate is not a number.") from error
    if not rate.is_finite() or rate <= 0:
        raise RateUnreadableError(typed, "a rate is above zero.")
    return f"{rate:f}"


def rate_rows(rates: Sequence[TypedRate], home: str) -> pd.DataFrame:
    """Return typed rates as they are stored (RATE_COLUMNS).

    Raises:
        RateUnreadableError: If one cannot be read.
    """
    return frame(RATE_COLUMNS, [_row(one, home) for one in rates])


def save_typed_rates(database: Database, rates: Sequence[TypedRate], *, who: str, now: datetime) -> int:
    """Store typed rates as one batch, and return how many were new.

    Raises:
        RateUnreadableError: If one cannot be read; nothing is stored then.
    """
    if not rates:
        return 0
    rows = rate_rows(rates, database.company.home_currency)
    told = zip(rows["base"], rows["day"], rows["rate"].fillna("none"), strict=True)
    note = ", ".join(f"{base} on {day}: {rate}" for base, day, rate in told)
    return _store(database, rows, f"Exchange rates typed in: {note}", who, now)


def save_fetched_rates(database: Database, fetched: pd.DataFrame, *, who: str, now: datetime) -> int:
    """Store the bank's rates (RATE_COLUMNS) as one batch, and return how many were new."""
    return _store(database, fetched, f"Exchange rates of the {ECB}", who, now)


@repeated
def _store(database: Database, rates: pd.DataFrame, note: str, who: str, now: datetime) -> int:
    with database.writing() as connection:
        return add(connection, rates, lambda: batches.new(connection, BatchKind.SETUP, who, now, note=note))


def add(connection: Connection, rates: pd.DataFrame, new_batch: Callable[[], int]) -> int:
    """Store the rates that are new or changed, and return how many those are.

    Args:
        connection: Of `Database.writing`.
        rates: RATE_COLUMNS.
        new_batch: Makes their batch, asked only where one of them is new or changed.
    """
    rows = conform(RATE_COLUMNS, rates)
    names = tuple(RATE_COLUMNS)
    known = set(frames.rows_of(_newest(connection), names))
    new = rows[pd.Series([says not in known for says in frames.rows_of(rows, names)], rows.index, dtype=bool)]
    if len(new):
        frames.store(connection, tables.exchange_rate, new, RATE_COLUMNS, batch=new_batch())
    return len(new)


def latest(connection: Connection) -> pd.DataFrame:
    """Return every rate that holds (core.exchange_rates.RATE_COLUMNS); of one day there may be one of each source."""
    newest = _newest(connection)
    return newest if newest.empty else newest[newest["rate"].notna()].reset_index(drop=True)


def _newest(connection: Connection) -> pd.DataFrame:
    return frames.load(connection, _newest_rows(), RATE_COLUMNS)


@cache
def _newest_rows() -> Select[Any]:
    rate = tables.exchange_rate.c
    newest = select(func.max(rate.id)).group_by(rate.base, rate.quote, rate.day, rate.source)
    rows = select(tables.exchange_rate).where(rate.id.in_(newest))
    return rows.order_by(rate.base, rate.quote, rate.day)
