"""What pulled documents say of their orders' units: append-only, each document once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.database import frames
from core.database.settlements import keep_original
from core.database.tables import order_units as table
from core.model import ORDER_UNITS_COLUMNS, TEXT

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import Connection

    from core.database.settlements import OriginalFile
    from core.model import Columns

STORED_COLUMNS: Columns = {"store": TEXT, "sha256": TEXT, **ORDER_UNITS_COLUMNS}
"""Every row of every document; several documents tell of one order (`core.marketplaces.order_units`)."""


def add(
    connection: Connection, told: pd.DataFrame, *, store: str, file: OriginalFile, batch: int, now: datetime
) -> bool:
    """Store what a document says, with its bytes, and return whether it is new to the store.

    Args:
        connection: Of `Database.writing`; the store is known (`stores.ensure`).
        told: ORDER_UNITS_COLUMNS.
        store: Whose orders they are.
        file: The document.
        batch: The number of the import's batch.
        now: When.
    """
    if file.sha256 in documents(connection, store):
        return False
    keep_original(connection, file, now)
    add_of(connection, told, store=store, sha256=file.sha256, batch=batch)
    return True


def add_of(connection: Connection, told: pd.DataFrame, *, store: str, sha256: str, batch: int) -> None:
    """Store what a document says whose bytes the books have; see `add`."""
    frames.store(connection, table, told, ORDER_UNITS_COLUMNS, store=store, sha256=sha256, batch=batch)


def documents(connection: Connection, store: str) -> set[str]:
    """Return the documents of a store that have said something, by the hash of their bytes."""
    return set(connection.scalars(select(table.c.sha256).where(table.c.store == store).distinct()))


def load(connection: Connection) -> pd.DataFrame:
    """Return everything that was stored (STORED_COLUMNS), in the order it came."""
    return frames.load(connection, select(table).order_by(table.c.id), STORED_COLUMNS)
