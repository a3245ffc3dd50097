"""Reopen an exported settlement: its entries are reversed, its costs move again, its next export is a new revision.

The reversing entry is dated like the original, or, where that period is closed, on the first open day (design §5).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core.database import batches, entries, locks, settlements
from core.database.batches import BatchKind
from core.database.settlements import EntryStatus
from core.errors import CogsheetError
from core.journal.entry import POSTED_BY_FINALE, EntryKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from core.database import Database
    from core.database.entries import Entry
    from core.database.settlements import BookedSettlement


_REVERSALS = (EntryKind.REVERSAL, EntryKind.FINALE_REVERSAL)


class ReopenReasonError(CogsheetError):
    """A settlement is reopened without saying why."""

    def __init__(self, settlement_id: str) -> None:
        super().__init__(
            f"Settlement {settlement_id} was not reopened: a reason is needed, for it changes what was exported."
        )


def reopen(
    database: Database,
    settlement: BookedSettlement,
    reason: str,
    *,
    lock_date: date | None,
    who: str,
    now: datetime,
) -> list[Entry]:
    """Reverse a settlement's entries and let its costs move again.

    Returns:
        The reversing entries.

    Raises:
        ReopenReasonError: If no reason is given.
        NotLockedError: If it is not locked.
    """
    if not reason.strip():
        raise ReopenReasonError(settlement.settlement_id)
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.REOPEN, who, now, note=reason.strip())
        locks.reopen(connection, settlement, reason.strip(), batch)
        standing = standing_entries(entries.of_settlement(connection, settlement.id))
        made = [reversal(entry, lock_date) for entry in standing]
        for entry in made:
            entries.post(connection, entry, batch)
        settlements.set_status(connection, settlement, settlement_entry=EntryStatus.OPEN)
    return made


def standing_entries(there: Sequence[Entry]) -> list[Entry]:
    """Return the entries that no other one of them reverses, reversals left out. Pure."""
    reversed_before = {entry.reverses for entry in there}
    return [one for one in there if one.kind not in _REVERSALS and one.key not in reversed_before]


def reversal(entry: Entry, lock_date: date | None) -> Entry:
    """Return the entry that takes another one back. Pure."""
    open_day = entry.entry_date if lock_date is None or entry.entry_date > lock_date else lock_date + timedelta(days=1)
    return replace(
        entry,
        key=f"{entry.key} reversed",
        kind=EntryKind.FINALE_REVERSAL if entry.kind in POSTED_BY_FINALE else EntryKind.REVERSAL,
        entry_date=open_day,
        lines=tuple(replace(line, amount=-line.amount) for line in entry.lines),
        memo=f"Reversal of {entry.key}",
        reverses=entry.key,
    )
