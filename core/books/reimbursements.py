"""What Amazon's report says of reimbursements, line by line: whichever came first, settlement or report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from core.books.database import frames, marketplace_tables, tables
from core.books.original_files import keep_original
from core.costing import REIMBURSED_COLUMNS
from core.frame_columns import REIMBURSEMENT_COLUMNS, TEXT, Columns, conform, frame
from core.marketplaces.amazon.words import REASONS
from core.marketplaces.reimbursements import Reimbursed, matched, united
from core.marketplaces.wording import folded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from core.books.booked_settlement import OriginalFile
    from core.books.stores import Store


def reimbursed_lines(transactions: pd.DataFrame, stored: pd.DataFrame, stores: Iterable[Store]) -> pd.DataFrame:
    """Return what is known of each reimbursement (REIMBURSED_COLUMNS).

    A report covers all stores that a seller has at one marketplace, whichever of them it was imported for.

    Args:
        transactions: TRANSACTION_COLUMNS of the company.
        stored: `core.books.reimbursements.STORED_COLUMNS`.
        stores: The company's.
    """
    if stored.empty:
        return frame(REIMBURSED_COLUMNS)
    names: dict[str, list[str]] = {}
    for store in stores:
        names.setdefault(store.marketplace, []).append(store.name)
    return frame(
        REIMBURSED_COLUMNS, [row for own in names.values() for row in _of_marketplace(transactions, stored, own)]
    )


def _of_marketplace(transactions: pd.DataFrame, stored: pd.DataFrame, stores: list[str]) -> list[dict[str, object]]:
    reports = stored[stored["store"].isin(stores)].groupby("sha256", sort=False)
    reported = united(conform(REIMBURSEMENT_COLUMNS, report) for _, report in reports)
    if not reported:
        return []
    lines = transactions[transactions["store"].isin(stores)]
    return [as_line(key, row) for key, row in matched(lines, reported).items()]


_FOUND = REASONS[folded("MISSING_FROM_INBOUND_CLAWBACK")]
"""What Amazon's word for units found means that can mean nothing else."""


def as_line(key: str, row: Reimbursed) -> dict[str, object]:
    """Return what a row of the report says of the line that it is (one of REIMBURSED_COLUMNS)."""
    reason = row.meaning
    if reason is not None and row.is_taken_back and (row.units_inventory or 0) > 0:
        reason = _FOUND
    return {
        "key": key,
        "number": row.reimbursement_id,
        "event": None if reason is None else reason.event.value,
        "goods": None if reason is None else reason.goods.value,
        "words": row.raw,
        "order_id": row.order_id or None,
        "sku": row.sku or None,
        "taken_back": row.is_taken_back,
        "units_cash": row.units_cash,
        "units_inventory": row.units_inventory,
        "original": row.original_id or None,
    }


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
    there = (
        select(marketplace_tables.reimbursement.c.id)
        .where(
            marketplace_tables.reimbursement.c.store == store, marketplace_tables.reimbursement.c.sha256 == file.sha256
        )
        .limit(1)
    )
    if connection.scalar(there) is not None:
        return False
    keep_original(connection, file, now)
    frames.store(
        connection,
        marketplace_tables.reimbursement,
        rows,
        REIMBURSEMENT_COLUMNS,
        store=store,
        sha256=file.sha256,
        batch=batch,
    )
    return True


def store_of(connection: Connection, sha256: str) -> str | None:
    """Return the store that has a file already; `None` where none has."""
    query = select(marketplace_tables.reimbursement.c.store).join(
        tables.store, tables.store.c.name == marketplace_tables.reimbursement.c.store
    )
    return connection.scalar(
        query.where(marketplace_tables.reimbursement.c.sha256 == sha256, tables.store.c.ended_batch.is_(None)).limit(1)
    )


def load(connection: Connection) -> pd.DataFrame:
    """Return everything that was stored (STORED_COLUMNS) for stores that are in the books, in the order it came."""
    query = select(marketplace_tables.reimbursement).join(
        tables.store, tables.store.c.name == marketplace_tables.reimbursement.c.store
    )
    return frames.load(
        connection,
        query.where(tables.store.c.ended_batch.is_(None)).order_by(marketplace_tables.reimbursement.c.id),
        STORED_COLUMNS,
    )
