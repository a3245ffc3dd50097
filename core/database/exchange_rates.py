"""Rates of exchange, published or typed in. Append-only; the newest of a pair, a day and a source holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import func, select

from core.database import frames
from core.database.tables import exchange_rate as table
from core.exchange_rates import RATE_COLUMNS
from core.model import WHOLE, conform

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from core.model import Columns

HISTORY_COLUMNS: Columns = {**RATE_COLUMNS, "batch": WHOLE}


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
        frames.store(connection, table, new, RATE_COLUMNS, batch=new_batch())
    return len(new)


def latest(connection: Connection) -> pd.DataFrame:
    """Return every rate that holds (core.exchange_rates.RATE_COLUMNS); of one day there may be one of each source."""
    newest = _newest(connection)
    return newest[newest["rate"].notna()].reset_index(drop=True)


def history(connection: Connection) -> pd.DataFrame:
    """Return everything ever stored (HISTORY_COLUMNS), the oldest first."""
    return frames.load(connection, select(table).order_by(table.c.id), HISTORY_COLUMNS)


def _newest(connection: Connection) -> pd.DataFrame:
    newest = select(func.max(table.c.id)).group_by(table.c.base, table.c.quote, table.c.day, table.c.source)
    query = select(table).where(table.c.id.in_(newest)).order_by(table.c.base, table.c.quote, table.c.day)
    return frames.load(connection, query, RATE_COLUMNS)
