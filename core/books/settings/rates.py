"""Take over the rates of exchange that the bookkeeper typed on sheet Exchange rates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import Connection, func, select

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, frames, tables
from core.books.database.repeating import repeated
from core.errors import CogsheetError
from core.exchange_rates import ECB, RATE_COLUMNS, TYPED
from core.frame_columns import conform, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CURRENCY = re.compile(r"[A-Z]{3}")


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
            f"Sheet Exchange rates: {rate.currency or 'no currency'}, {rate.day or 'no date'}, "
            f"{rate.rate or 'no rate'}: {what} Nothing was changed; correct the row and try again."
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
    newest = select(func.max(tables.exchange_rate.c.id)).group_by(
        tables.exchange_rate.c.base,
        tables.exchange_rate.c.quote,
        tables.exchange_rate.c.day,
        tables.exchange_rate.c.source,
    )
    query = (
        select(tables.exchange_rate)
        .where(tables.exchange_rate.c.id.in_(newest))
        .order_by(tables.exchange_rate.c.base, tables.exchange_rate.c.quote, tables.exchange_rate.c.day)
    )
    return frames.load(connection, query, RATE_COLUMNS)
