"""Reopen an exported settlement: its entries are reversed, its costs move again, its next export is a new revision.

The reversing entry is dated like the original, or, where that period is closed, on the first open day
(docs/design/books.md, States and locks).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.entries import locks, stored_entries
from core.books.entries.booking_months import booking_day
from core.books.entries.exporting import standing_entries
from core.books.importing import current_transactions
from core.books.importing.reader_upgrade import take_over
from core.books.loading import load_books
from core.books.settings.calendars import keep_lock_date
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.books.true_ups import true_up_history
from core.books.true_ups.true_ups import decided_alike
from core.errors import CogsheetError
from core.journal.entry import REVERSED, reversal_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from core.books.database import Connection, Database
    from core.books.entries.stored_entries import EntryRow


class ReopenReasonError(CogsheetError):
    """A settlement is reopened without saying why."""

    def __init__(self, settlement: str) -> None:
        super().__init__(
            f"Settlement {settlement} was not reopened: a reason is needed, for it changes what was exported."
        )


def reversal(entry: EntryRow, lock_date: date | None) -> EntryRow:
    """Return the entry that takes another one back. Pure."""
    return replace(
        entry,
        key=f"{entry.key}{REVERSED}",
        kind=reversal_kind(entry.kind),
        entry_date=booking_day(entry.entry_date, lock_date),
        lines=tuple(replace(line, amount=-line.amount) for line in entry.lines if line.amount),
        memo=f"Reversal of {entry.key}",
        reverses=entry.key,
    )


@repeated
def reopen_all(
    database: Database,
    selection: Sequence[BookedSettlement],
    reason: str,
    *,
    lock_date: date | None,
    who: str,
    now: datetime,
    check: Callable[[BookedSettlement, Sequence[EntryRow]], None] | None = None,
) -> list[list[EntryRow]]:
    """Reverse the entries of settlements and let their costs move again, all of them or none.

    What went out is taken back, be it both entries or one alone. What was called posted elsewhere is open again; a
    settlement entry that had gone out from here before that stays out, and is reversed by reopening once more.

    True-ups of other settlements that were dismissed together with one's are proposed again, for the cost that
    they were held beside moves now: a sale of 2 at 6.00 that goes out anew at 6.50 leaves its refund of 1 at 6.00, and
    the difference is proposed.

    Args:
        database: The books.
        selection: Which, each once.
        reason: Why.
        lock_date: Periods up to this day are closed.
        who: Who reopens.
        now: When.
        check: Looks at the reversing entries of each before they are stored, and raises where they could not be
            imported.

    Returns:
        The reversing entries of each.

    Raises:
        ReopenReasonError: If no reason is given.
        NotLockedError: If nothing of one has gone out and it is not posted elsewhere.
    """
    for settlement in selection:
        if not reason.strip():
            raise ReopenReasonError(settlement.name)
    mirrors = {one.id: set(_dismissed_mirrors(database, one)) for one in selection}
    made = []
    with database.writing() as connection:
        for one in selection:
            batch = batches.new(connection, BatchKind.REOPEN, who, now, note=reason.strip())
            keep_lock_date(connection, batch, lock_date, who=who, now=now)
            made.append(_let_move(connection, one, reason.strip(), batch, lock_date, check))
            _take_over_later_reading(connection, one, batch, who=who, now=now)
            again = mirrors[one.id] & set(true_up_history.dismissed_true_ups(connection)["id"])
            true_up_history.take_up(connection, again, f"{one.name} was reopened: {reason.strip()}", batch)
    return made


def _let_move(
    connection: Connection,
    settlement: BookedSettlement,
    reason: str,
    batch: int,
    lock_date: date | None,
    check: Callable[[BookedSettlement, Sequence[EntryRow]], None] | None,
) -> list[EntryRow]:
    """End the lock of a settlement and reverse what stands of it; return the reversing entries."""
    lock_there = locks.find(connection, settlement)
    standing = standing_entries(stored_entries.of_settlement(connection, settlement.id))
    is_elsewhere = lock_there is not None and lock_there.reason is EntryStatus.POSTED_ELSEWHERE
    is_out = bool(standing) or settlement.settlement_entry is EntryStatus.EXPORTED
    if lock_there is not None or not is_out:
        locks.end_lock(connection, settlement, reason, batch)
    made = [] if is_elsewhere else [reversal(entry, lock_date) for entry in standing]
    if check:
        check(settlement, made)
    for entry in made:
        stored_entries.post(connection, entry, batch)
    status = EntryStatus.EXPORTED if is_elsewhere and is_out else EntryStatus.OPEN
    stored_settlements.set_status(connection, settlement, settlement_entry=status)
    return made


def _take_over_later_reading(
    connection: Connection, settlement: BookedSettlement, batch: int, *, who: str, now: datetime
) -> None:
    """Let a settlement that is open again have what its files say now, where that was kept beside it."""
    there = stored_settlements.of_number(connection, settlement.id)
    if (
        there is not None
        and there.is_open
        and there.id in current_transactions.settlements_with_later_readings(connection)
    ):
        take_over(connection, there, batch, who=who, now=now)


def _dismissed_mirrors(database: Database, settlement: BookedSettlement) -> list[int]:
    """Return the dismissed true-ups of other settlements that were decided together with lines of this one."""
    with database.reading() as connection:
        refused = true_up_history.dismissed_true_ups(connection)
    if refused.empty:
        return []
    own = (refused["store"] == settlement.store) & (refused["settlement_id"] == settlement.settlement_id)
    books = load_books(database)
    return decided_alike(books, refused[~own], list(books.lines_of(settlement)["key"]))
