"""One settlement that is reopened, as most stories need it: the product reopens all that are named, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books.entries.reopening import reopen_all

if TYPE_CHECKING:
    from datetime import date, datetime

    from core.books.database import Database
    from core.books.entries.stored_entries import EntryRow
    from core.books.settlements.booked_settlement import BookedSettlement


def reopen(
    database: Database, settlement: BookedSettlement, reason: str, *, lock_date: date | None, who: str, now: datetime
) -> list[EntryRow]:
    """Reopen a settlement and return the reversing entries."""
    return reopen_all(database, [settlement], reason, lock_date=lock_date, who=who, now=now)[0]
