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
from core.journal.accounts import Account
from core.journal.entry import POSTED_BY_FINALE, EntryKey, EntryKind, line_to
from core.journal.entry import Entry as JournalEntry
from core.journal.line_types import LineType
from core.settlements.exporting import standing_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from core.database import Database
    from core.database.entries import Entry
    from core.database.settlements import BookedSettlement
    from core.journal.accounts import Accounts


_REVERSED = " reversed"
_MONTH_LENGTH = len("2026-08")


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
    check: Callable[[Sequence[Entry]], None] | None = None,
) -> list[Entry]:
    """Reverse a settlement's entries and let its costs move again.

    Args:
        database: The books.
        settlement: Which.
        reason: Why.
        lock_date: Periods up to this day are closed.
        who: Who reopens.
        now: When.
        check: Looks at the reversing entries before anything is stored, and raises where they could not be imported.

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
        if check:
            check(made)
        for entry in made:
            entries.post(connection, entry, batch)
        settlements.set_status(connection, settlement, settlement_entry=EntryStatus.OPEN)
    return made


def to_write(entry: Entry, settlement: BookedSettlement, accounts: Accounts) -> JournalEntry:
    """Return a reversing entry as the files have it, its accounts with the numbers that they have now. Pure."""
    key = str(entry.reverses).removeprefix(f"{settlement.store} {settlement.settlement_id} ")
    month = key[:_MONTH_LENGTH]
    kind, _, revision = key[_MONTH_LENGTH + 1 :].rpartition(" r")
    known = {
        account.name: account
        for line in entry.lines
        for account in [accounts.of(LineType(line.memo), store=settlement.store, currency=line.currency)]
    }
    lines = tuple(
        line_to(
            known.get(line.account, Account(line.account, tax_code=accounts.usual_tax_code)),
            LineType(line.memo),
            line.amount,
        )
        for line in entry.lines
    )
    made = EntryKey(
        settlement.store, settlement.settlement_id, month, EntryKind(kind), int(revision), entry.key[-len(_REVERSED) :]
    )
    return JournalEntry(made, entry.entry_date, entry.lines[0].currency, lines, entry.reverses)


def reversal(entry: Entry, lock_date: date | None) -> Entry:
    """Return the entry that takes another one back. Pure."""
    open_day = entry.entry_date if lock_date is None or entry.entry_date > lock_date else lock_date + timedelta(days=1)
    return replace(
        entry,
        key=f"{entry.key}{_REVERSED}",
        kind=EntryKind.FINALE_REVERSAL if entry.kind in POSTED_BY_FINALE else EntryKind.REVERSAL,
        entry_date=open_day,
        lines=tuple(replace(line, amount=-line.amount) for line in entry.lines),
        memo=f"Reversal of {entry.key}",
        reverses=entry.key,
    )
