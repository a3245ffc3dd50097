"""What exported settlements hold as they are read now, beside their own rows, which stay as they were exported.

A settlement that went out keeps its rows, because its lock hashes them and its entries were made of them. A newer
reader, or a final document that came after the export, may say something else: that is kept here, and the difference to
what was posted is proposed as true-ups and reclassifications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from core.database import frames
from core.database.tables import later_transaction as table
from core.database.tables import settlement
from core.model import TRANSACTION_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    from sqlalchemy import Connection

    from core.database.settlements import BookedSettlement

_APART = ("store", "settlement_id")


def put(connection: Connection, of: BookedSettlement, transactions: pd.DataFrame, batch: int) -> None:
    """Keep what a settlement holds as it is read now; what was kept before ends with this batch.

    Args:
        connection: Of `Database.writing`.
        of: The settlement, exported.
        transactions: TRANSACTION_COLUMNS with keys; those of lines that went out have the keys they went out with.
        batch: The number of the batch that read it.
    """
    end(connection, of, batch)
    columns = {name: kind for name, kind in TRANSACTION_COLUMNS.items() if name not in _APART}
    frames.store(connection, table, transactions, columns, settlement=of.id, batch=batch)


def end(connection: Connection, of: BookedSettlement, batch: int) -> None:
    """Let what is read now hold no more, because the settlement is open again and has taken it over."""
    standing = (table.c.settlement == of.id) & table.c.ended_batch.is_(None)
    connection.execute(update(table).where(standing).values(ended_batch=batch))


def load(connection: Connection) -> pd.DataFrame:
    """Return what exported settlements hold as they are read now (TRANSACTION_COLUMNS), always in the same order."""
    query = (
        select(table, settlement.c.store, settlement.c.settlement_id)
        .join(settlement, table.c.settlement == settlement.c.id)
        .where(table.c.ended_batch.is_(None))
        .order_by(table.c.settlement, table.c.posted_at, table.c.key)
    )
    return frames.load(connection, query, TRANSACTION_COLUMNS)


def kept_for(connection: Connection) -> Collection[int]:
    """Return the numbers of the settlements of which something is kept."""
    return set(connection.scalars(select(table.c.settlement).where(table.c.ended_batch.is_(None)).distinct()))
