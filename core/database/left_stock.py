"""What left stock on orders that no sync asked for, as the inventory system said it. Append-only.

A fact is what left of a product on an order on a day. The same answer again is not stored again; another answer is
stored behind it, and the newest holds. Ids under which the order may be known are kept from every answer: a later one
that does not know the customer PO takes none away.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.database import frames
from core.database.tables import left_stock as table
from core.model import LEFT_STOCK_COLUMNS, conform, frame, records

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

_FACT = ("order_id", "product_id", "record_date")
_SAYS = ("names", "units", "unit_cost", "currency", "cause")


def add(connection: Connection, left: pd.DataFrame, batch: int) -> int:
    """Store what is new of an answer (LEFT_STOCK_COLUMNS) and return how many rows that is.

    Args:
        connection: Of `Database.writing`.
        left: What left; each order, product and day once.
        batch: The number of the sync's batch.
    """
    if left.empty:
        return 0
    known = {tuple(row[name] for name in _FACT): row for row in records(load(connection))}
    new = []
    for row in records(conform(LEFT_STOCK_COLUMNS, left)):
        before = known.get(tuple(row[name] for name in _FACT))
        whole = row if before is None else {**row, "names": _both(before["names"], row["names"])}
        if before is None or any(before[name] != whole[name] for name in _SAYS):
            new.append(whole)
    frames.store(connection, table, frame(LEFT_STOCK_COLUMNS, new), LEFT_STOCK_COLUMNS, batch=batch)
    return len(new)


def load(connection: Connection) -> pd.DataFrame:
    """Return what holds now (LEFT_STOCK_COLUMNS): of each order, product and day the newest answer."""
    newest = select(func.max(table.c.id)).group_by(*(table.c[name] for name in _FACT))
    query = select(table).where(table.c.id.in_(newest)).order_by(table.c.record_date, table.c.order_id, table.c.id)
    return frames.load(connection, query, LEFT_STOCK_COLUMNS)


def _both(before: str, now: str) -> str:
    return json.dumps(sorted({*json.loads(before), *json.loads(now)}))
