"""What Amazon's report says of reimbursements, line by line: whichever came first, settlement or report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.books.database import marketplace_tables
from core.books.documents import file_rows
from core.books.documents.file_rows import FileRows, names_by_marketplace
from core.costing import REIMBURSED_COLUMNS
from core.frame_columns import REIMBURSEMENT_COLUMNS, conform, frame
from core.marketplaces.amazon.words import REASONS
from core.marketplaces.documents.reimbursements import (
    Counts,
    ReportedReimbursement,
    counts,
    match_with_lines,
    united_reimbursements,
)
from core.marketplaces.words.wording import folded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from core.books.database import Connection
    from core.books.settings.stores import Store
    from core.books.settlements.booked_settlement import Source
    from core.model import Reading

REIMBURSEMENTS = FileRows(marketplace_tables.reimbursement, REIMBURSEMENT_COLUMNS)
"""Every row of every file; files overlap (`core.marketplaces.documents.reimbursements.united_reimbursements`)."""


@dataclass(frozen=True, slots=True)
class ImportedReimbursements:
    """What became of what a file says of reimbursements."""

    file: str
    store: str
    is_new: bool
    """Whether the books did not have the file already."""
    counts: Counts


def reimbursed_lines(transactions: pd.DataFrame, stored: pd.DataFrame, stores: Iterable[Store]) -> pd.DataFrame:
    """Return what is known of each reimbursement (REIMBURSED_COLUMNS).

    A report covers all stores that a seller has at one marketplace, whichever of them it was imported for.

    Args:
        transactions: TRANSACTION_COLUMNS of the company.
        stored: `REIMBURSEMENTS.stored`.
        stores: The company's.
    """
    if stored.empty:
        return frame(REIMBURSED_COLUMNS)
    told = (_of_marketplace(transactions, stored, names) for names in names_by_marketplace(stores))
    return frame(REIMBURSED_COLUMNS, [row for rows in told for row in rows])


def _of_marketplace(transactions: pd.DataFrame, stored: pd.DataFrame, stores: list[str]) -> list[dict[str, object]]:
    reports = stored[stored["store"].isin(stores)].groupby("sha256", sort=False)
    reported = united_reimbursements(conform(REIMBURSEMENT_COLUMNS, report) for _, report in reports)
    if not reported:
        return []
    lines = transactions[transactions["store"].isin(stores)]
    return [as_line(key, row) for key, row in match_with_lines(lines, reported).items()]


_FOUND = REASONS[folded("MISSING_FROM_INBOUND_CLAWBACK")]
"""What Amazon's word for units found means that can mean nothing else."""


def as_line(key: str, row: ReportedReimbursement) -> dict[str, object]:
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


def import_reimbursements(
    connection: Connection, reading: Reading, source: Source, batch: int, now: datetime
) -> ImportedReimbursements:
    """Keep what a file says of reimbursements, once; arguments: see `returned_goods.import_returns`."""
    rows, file = reading.reimbursements, source.file
    is_new = file_rows.add(connection, REIMBURSEMENTS, rows, store=source.store, file=file, batch=batch, now=now)
    return ImportedReimbursements(file.name, source.store, is_new, counts(rows))
