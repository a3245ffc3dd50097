"""What marketplaces reported of the goods of refunds, line by line: whichever came first, refund or report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from core.books.database import frames, marketplace_tables, tables
from core.books.original_files import keep_original
from core.costing import RETURNED_COLUMNS
from core.frame_columns import RETURN_COLUMNS, TEXT, Columns, conform, frame
from core.marketplaces.returns import returned_by_line, united

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from core.books.booked_settlement import OriginalFile
    from core.books.stores import Store


def returned_lines(transactions: pd.DataFrame, stored: pd.DataFrame, stores: Iterable[Store]) -> pd.DataFrame:
    """Return what is known of the goods of each refund (RETURNED_COLUMNS).

    A report covers all stores that a seller has at one marketplace, whichever of them it was imported for: an order id
    is the marketplace's own.

    Args:
        transactions: TRANSACTION_COLUMNS of the company.
        stored: `core.books.returned_goods.STORED_COLUMNS`.
        stores: The company's.
    """
    if stored.empty:
        return frame(RETURNED_COLUMNS)
    names: dict[str, list[str]] = {}
    for store in stores:
        names.setdefault(store.marketplace, []).append(store.name)
    return frame(
        RETURNED_COLUMNS, [row for own in names.values() for row in _of_marketplace(transactions, stored, own)]
    )


def _of_marketplace(transactions: pd.DataFrame, stored: pd.DataFrame, stores: list[str]) -> list[dict[str, object]]:
    reports = stored[stored["store"].isin(stores)].groupby("sha256", sort=False)
    goods = united(conform(RETURN_COLUMNS, report) for _, report in reports)
    if not goods:
        return []
    lines = transactions[transactions["store"].isin(stores)]
    return [
        {
            "key": key,
            "disposition": found.disposition or "",
            "units_back": found.units_back,
            "units_unsellable": found.units_unsellable,
            "words": found.words,
        }
        for key, found in returned_by_line(lines, goods).items()
    ]


STORED_COLUMNS: Columns = {"store": TEXT, "sha256": TEXT, **RETURN_COLUMNS}
"""Every row of every file; files overlap (`core.marketplaces.returns.united`)."""


def add(
    connection: Connection, returns: pd.DataFrame, *, store: str, file: OriginalFile, batch: int, now: datetime
) -> bool:
    """Store what a file says, with its bytes, and return whether it is new to the store.

    Args:
        connection: Of `Database.writing`; the store is known (`stores.ensure`).
        returns: RETURN_COLUMNS.
        store: Whose returns they are.
        file: That says so.
        batch: The number of the import's batch.
        now: When.
    """
    there = (
        select(marketplace_tables.goods_back.c.id)
        .where(marketplace_tables.goods_back.c.store == store, marketplace_tables.goods_back.c.sha256 == file.sha256)
        .limit(1)
    )
    if connection.scalar(there) is not None:
        return False
    keep_original(connection, file, now)
    add_of(connection, returns, store=store, sha256=file.sha256, batch=batch)
    return True


def add_of(connection: Connection, returns: pd.DataFrame, *, store: str, sha256: str, batch: int) -> None:
    """Store what a file says whose bytes the books have, unless the store has it already; see `add`."""
    there = (
        select(marketplace_tables.goods_back.c.id)
        .where(marketplace_tables.goods_back.c.store == store, marketplace_tables.goods_back.c.sha256 == sha256)
        .limit(1)
    )
    if connection.scalar(there) is None:
        frames.store(
            connection, marketplace_tables.goods_back, returns, RETURN_COLUMNS, store=store, sha256=sha256, batch=batch
        )


def store_of(connection: Connection, sha256: str) -> str | None:
    """Return the store that has a file already; `None` where none has."""
    query = select(marketplace_tables.goods_back.c.store).join(
        tables.store, tables.store.c.name == marketplace_tables.goods_back.c.store
    )
    return connection.scalar(
        query.where(marketplace_tables.goods_back.c.sha256 == sha256, tables.store.c.ended_batch.is_(None)).limit(1)
    )


def load(connection: Connection) -> pd.DataFrame:
    """Return everything that was stored (STORED_COLUMNS) for stores that are in the books, in the order it came."""
    query = select(marketplace_tables.goods_back).join(
        tables.store, tables.store.c.name == marketplace_tables.goods_back.c.store
    )
    return frames.load(
        connection,
        query.where(tables.store.c.ended_batch.is_(None)).order_by(marketplace_tables.goods_back.c.id),
        STORED_COLUMNS,
    )
