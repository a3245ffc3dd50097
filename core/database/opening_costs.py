"""Costs of goods shipped before Finale was in use, typed in on Setup. Append-only; the newest per SKU holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import func, select

from core.database import frames
from core.database.tables import opening_cost as table
from core.model import TEXT, WHOLE, conform
from core.money import MONEY

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.model import Columns

OPENING_COST_COLUMNS: Columns = {
    "sku": TEXT,
    "unit_cost": MONEY,  # per unit of the SKU; missing: taken back
    "currency": TEXT,
    "as_of": TEXT,  # ISO date
}
"""What a SKU cost before."""

HISTORY_COLUMNS: Columns = {**OPENING_COST_COLUMNS, "batch": WHOLE}


def add(connection: Connection, costs: pd.DataFrame, batch: int) -> int:
    """Store the costs that are new or changed, and return how many those are.

    Args:
        connection: Of `Database.writing`.
        costs: OPENING_COST_COLUMNS, one row per SKU.
        batch: The number of their batch.
    """
    rows = conform(OPENING_COST_COLUMNS, costs).dropna(subset=["sku"])
    names = tuple(OPENING_COST_COLUMNS)
    known = set(frames.rows_of(_newest(connection), names))
    new = rows[pd.Series([says not in known for says in frames.rows_of(rows, names)], rows.index, dtype=bool)]
    frames.store(connection, table, new, OPENING_COST_COLUMNS, batch=batch)
    return len(new)


def latest(connection: Connection) -> pd.DataFrame:
    """Return the opening cost of every SKU that has one (OPENING_COST_COLUMNS)."""
    newest = _newest(connection)
    return newest[newest["unit_cost"].notna()].reset_index(drop=True)


def history(connection: Connection) -> pd.DataFrame:
    """Return everything ever typed in (HISTORY_COLUMNS), the oldest first."""
    return frames.load(connection, select(table).order_by(table.c.id), HISTORY_COLUMNS)


def _newest(connection: Connection) -> pd.DataFrame:
    newest = select(func.max(table.c.id)).group_by(table.c.sku)
    query = select(table).where(table.c.id.in_(newest)).order_by(table.c.sku)
    return frames.load(connection, query, OPENING_COST_COLUMNS)
