"""The transactions as they are read and classified today, those of exported settlements included.

An exported settlement has the rows and the answers that it went out with. What its files say by the readers of today
(`rereading`), and what was answered about its words since, is compared with it here, so that a difference is proposed
and never booked by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import select, update

from core.books.database import Connection, frames, seals, tables
from core.books.type_choices import AsOf, with_choices
from core.frame_columns import TRANSACTION_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from core.books.booked_settlement import BookedSettlement
    from core.books.stores import Store

_APART = ("store", "settlement_id")


def transactions_now(
    connection: Connection,
    stored: pd.DataFrame,
    held: pd.DataFrame,
    booked: Iterable[BookedSettlement],
    stores: Iterable[Store],
) -> pd.DataFrame:
    """Return the company's transactions as they are read and classified today (TRANSACTION_COLUMNS).

    Args:
        connection: Of `Database.reading`.
        stored: Those in the books.
        held: The same, classified as each settlement went out.
        booked: The settlements.
        stores: The stores.

    Returns:
        `held` itself where nothing differs.
    """
    booked = list(booked)
    later = load(connection)
    if later.empty:
        now = with_choices(connection, stored, booked, stores, as_of=AsOf.TODAY)
        return held if now is held or now.equals(held) else now
    names = set(zip(later["store"], later["settlement_id"], strict=True))
    replaced = [name in names for name in zip(stored["store"], stored["settlement_id"], strict=True)]
    rows = pd.concat([stored[~pd.Series(replaced, stored.index, dtype=bool)], later], ignore_index=True)
    return with_choices(connection, rows, booked, stores, as_of=AsOf.TODAY)


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
    frames.store(connection, tables.later_transaction, transactions, columns, settlement=of.id, batch=batch)


def lines_known(connection: Connection, of: BookedSettlement, stored: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that a settlement went out with, and those that came since, with the keys they were answered by.

    A line that came after the export and is named otherwise by a still later file is the line that it was.

    Args:
        connection: Of the database.
        of: The settlement, exported.
        stored: Its lines as they went out (TRANSACTION_COLUMNS).
    """
    later = load(connection, of)
    return pd.concat([stored, later[~later["key"].isin(list(stored["key"]))]], ignore_index=True)


def end(connection: Connection, of: BookedSettlement, batch: int) -> None:
    """Let what is read now hold no more, because the settlement is open again and has taken it over."""
    standing = (tables.later_transaction.c.settlement == of.id) & tables.later_transaction.c.ended_batch.is_(None)
    ended = connection.execute(select(tables.later_transaction.c.id).where(standing)).all()
    connection.execute(update(tables.later_transaction).where(standing).values(ended_batch=batch))
    seals.touch(connection, tables.later_transaction.name, map(tuple, ended))


def load(connection: Connection, of: BookedSettlement | None = None) -> pd.DataFrame:
    """Return what exported settlements, or one, hold as read now (TRANSACTION_COLUMNS), always in the same order."""
    query = (
        select(tables.later_transaction, tables.settlement.c.store, tables.settlement.c.settlement_id)
        .join(tables.settlement, tables.later_transaction.c.settlement == tables.settlement.c.id)
        .where(tables.later_transaction.c.ended_batch.is_(None))
        .order_by(
            tables.later_transaction.c.settlement, tables.later_transaction.c.posted_at, tables.later_transaction.c.key
        )
    )
    one = query if of is None else query.where(tables.settlement.c.id == of.id)
    return frames.load(connection, one, TRANSACTION_COLUMNS)


def kept_for(connection: Connection) -> Collection[int]:
    """Return the numbers of the settlements of which something is kept."""
    return set(
        connection.scalars(
            select(tables.later_transaction.c.settlement)
            .where(tables.later_transaction.c.ended_batch.is_(None))
            .distinct()
        )
    )
