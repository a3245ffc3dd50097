"""Books that an older reader filled."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.books.entries import stored_entries
from core.books.loading import load_books
from core.frame_columns import records

if TYPE_CHECKING:
    from core.books.books import Books
    from core.books.database import Database


OLD = Path(__file__).parents[1] / "stored_books" / "reader_1.sqlite"
WHO: dict[str, Any] = {"who": "M. Lee", "now": datetime(2026, 10, 2, 9, tzinfo=UTC)}
CODES, FEES, OPEN, KEPT = "US/24000000011", "US/24000000012", "US/24000000016", "WM/20260714-20260728"


def books_of(database: Database) -> Books:
    return load_books(database)


def journal(database: Database, *kinds: str) -> dict[str, Decimal]:
    """What each account got, of some kinds of entries."""
    with database.reading() as connection:
        rows = [row for row in records(stored_entries.journal(connection)) if row["kind"] in kinds]
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row["account"]] = sums.get(row["account"], Decimal(0)) + row["amount"]
    return {account: amount for account, amount in sums.items() if amount}
