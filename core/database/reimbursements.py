"""Reimbursements, as the marketplaces' reports say them: append-only, each file once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.database import frames
from core.database.settlements import keep_original
from core.database.tables import reimbursement as table
from core.database.tables import store as store_table
from core.model import REIMBURSEMENT_COLUMNS, TEXT

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import Connection

    from core.database.settlements import OriginalFile
    from core.model import Columns

STORED_COLUMNS: Columns = {"store": TEXT, "sha256": TEXT, **REIMBURSEMENT_COLUMNS}
"""Every row of every file; files overlap (`core.marketplaces.reimbursements.united`)."""


def add(
    connection: Connection, rows: pd.DataFrame, *, store: str, file: OriginalFile, batch: int, now: datetime
) -> bool:
    """Store what a file says, with its bytes, and return whether it is new to the store.

    Args:
        connection: Of `Database.writing`; the store is known (`stores.ensure`).
        rows: REIMBURSEMENT_COLUMNS.
        store: Whose reimbursements they are.
        file: That says so.
        batch: The number of the import's batch.
        now: When.
    """
    there = select(table.c.id).where(table.c.store == store, table.c.sha256 == file.sha256).limit(1)
    if connection.scalar(there) is not None:
        return False
    keep_original(connection, file, now)
    frames.store(connection, table, rows, REIMBURSEMENT_COLUMNS, store=store, sha256=file.sha256, batch=batch)
    return True


def store_of(connection: Connection, sha256: str) -> str | None:
    """Return the store that has a file already; `None` where none has."""
    query = select(table.c.store).join(store_table, store_table.c.name == table.c.store)
    return connection.scalar(query.where(table.c.sha256 == sha256, store_table.c.ended_batch.is_(None)).limit(1))


def load(connection: Connection) -> pd.DataFrame:
    """Return everything that was stored (STORED_COLUMNS) for stores that are in the books, in the order it came."""
    query = select(table).join(store_table, store_table.c.name == table.c.store)
    return frames.load(
        connection, query.where(store_table.c.ended_batch.is_(None)).order_by(table.c.id), STORED_COLUMNS
    )
