"""Reopen an exported settlement: its entries are reversed, its costs move again, its next export is a new revision.

The reversing entry is dated like the original, or, where that period is closed, on the first open day
(docs/design/books.md, States and locks).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.database.state import note_statements
from core.books.entries import locks, outbox, stored_entries
from core.books.entries.booking_months import booking_day
from core.books.entries.entry_rows import standing_entries
from core.books.entries.meanwhile import refuse_other_status
from core.books.importing import current_transactions
from core.books.importing.reader_upgrade import take_over
from core.books.loading import load_books
from core.books.part_of_books import load_around
from core.books.settings.calendars import keep_lock_date
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.books.true_ups import true_up_history
from core.books.true_ups.true_ups import decided_alike
from core.errors import CogsheetError
from core.journal.entry import POSTED_BY_FINALE, REVERSED, EntryKind, reversal_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date, datetime

    from core.books.books import Books
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


def withdrawal(entry: EntryRow) -> EntryRow:
    """Return the entry that takes back one that nobody has imported: on its own day, for neither goes out. Pure."""
    taken_back = reversal(entry, None)
    return replace(taken_back, kind=EntryKind.WITHDRAWAL, memo=f"Withdrawal of {entry.key}")


class ImportedOrNotError(CogsheetError):
    """Entries whose files were written are taken back, and nobody said whether they were imported."""

    def __init__(self, keys: Sequence[str], paths: Sequence[str]) -> None:
        files = f" Their files: {', '.join(paths)}." if paths else ""
        super().__init__(
            f"Were these entries imported into the accounting system: {', '.join(keys)}?{files} Nobody has said, so no "
            f"settlement was reopened. What was imported needs a reversing entry; what was not must have none, and is "
            f"then not to be imported any more. If only some were imported, import the others first."
        )


class OtherRevisionError(CogsheetError):
    """A settlement is out with another revision than the one that was to be reopened."""

    def __init__(self, settlement: str, revision: int, stands: int) -> None:
        super().__init__(
            f"Settlement {settlement} stands at revision {stands} of its entries, not {revision}: it was reopened and "
            f"exported since, or never was. No settlement was reopened."
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody knew of the books when they decided to reopen, and what they said."""

    batch: int
    """The newest one."""
    revisions: Mapping[int, int]
    """At which revision the entries of settlements stand, by the settlement's number."""
    imported: bool | None
    """Whether the entries whose files were written are in the accounting system; `None`: nobody has said."""


def _taking_back(lock_date: date | None, not_imported: Collection[str]) -> Callable[[EntryRow], EntryRow]:
    """Return what makes the entry that takes one back."""
    return lambda entry: withdrawal(entry) if entry.key in not_imported else reversal(entry, lock_date)


def decision(
    database: Database, books: Books, selection: Sequence[BookedSettlement], *, imported: bool | None
) -> Decision:
    """Return what is known of settlements as the books were read, with what was said of their entries."""
    with database.reading() as connection:
        revisions = {one.id: locks.next_revision(connection, one) for one in selection}
    return Decision(books.last_batch, revisions, imported)


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
    decided: Decision | None = None,
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
        decided: What was known of the books then, and said of the entries; what holds now if left out, and that what
            was written was imported. An entry whose file was never written is withdrawn instead of reversed.

    Returns:
        The reversing entries of each, and those that withdraw.

    Raises:
        ReopenReasonError: If no reason is given.
        NotLockedError: If nothing of one has gone out and it is not posted elsewhere.
        ImportedOrNotError: If nobody has said whether written entries were imported.
        EntriesWaitTogetherError: If entries wait in one file with those of a settlement that stays.
        ChangedMeanwhileError: If one was exported or reopened since.
        OtherRevisionError: If one stands at another revision.
    """
    for settlement in selection:
        if not reason.strip():
            raise ReopenReasonError(settlement.name)
    mirrors = {one.id: set(_dismissed_mirrors(database, one)) for one in selection}
    made = []
    with database.writing() as connection:
        _refuse_others(connection, selection, decided)
        not_imported = _not_imported(connection, selection, decided)
        for one in selection:
            batch = batches.new(connection, BatchKind.REOPEN, who, now, note=reason.strip())
            keep_lock_date(connection, batch, lock_date, who=who, now=now)
            made.append(_let_move(connection, one, reason.strip(), batch, _taking_back(lock_date, not_imported), check))
            _take_over_later_reading(connection, one, batch, who=who, now=now)
            again = mirrors[one.id] & set(true_up_history.dismissed_true_ups(connection)["id"])
            true_up_history.take_up(connection, again, f"{one.name} was reopened: {reason.strip()}", batch)
        outbox.withdraw(connection, not_imported, now)
    return made


def _refuse_others(connection: Connection, selection: Sequence[BookedSettlement], decided: Decision | None) -> None:
    """Stop where a settlement is not what somebody decided about."""
    refuse_other_status(connection, selection, since=None if decided is None else decided.batch)
    for one in selection:
        if decided is None:
            continue
        stands = locks.next_revision(connection, one)
        revision = decided.revisions[one.id]
        if stands != revision:
            raise OtherRevisionError(one.name, revision, stands)


def _not_imported(connection: Connection, selection: Sequence[BookedSettlement], decided: Decision | None) -> set[str]:
    """Return the keys of the entries that are withdrawn: their file was never written, or nobody imported it."""
    imported = True if decided is None else decided.imported
    every = [entry for one in selection for entry in _to_take_back(connection, one)]
    ours = [entry.key for entry in every if entry.kind not in POSTED_BY_FINALE]
    if shared := outbox.waiting_with_others(connection, ours):
        raise outbox.EntriesWaitTogetherError(shared)
    never = outbox.never_written(connection, ours)
    written = [key for key in ours if key not in never]
    if imported is None and written:
        raise ImportedOrNotError(written, outbox.paths_of(connection, written))
    return never if imported is not False else set(ours)


def _to_take_back(connection: Connection, settlement: BookedSettlement) -> list[EntryRow]:
    """Return the entries of a settlement that stand; none where it was posted elsewhere."""
    lock_there = locks.find(connection, settlement)
    if lock_there is not None and lock_there.reason is EntryStatus.POSTED_ELSEWHERE:
        return []
    return standing_entries(stored_entries.of_settlement(connection, settlement.id))


def _let_move(
    connection: Connection,
    settlement: BookedSettlement,
    reason: str,
    batch: int,
    take_back: Callable[[EntryRow], EntryRow],
    check: Callable[[BookedSettlement, Sequence[EntryRow]], None] | None,
) -> list[EntryRow]:
    """End the lock of a settlement and take back what stands of it; return the entries that do."""
    lock_there = locks.find(connection, settlement)
    standing = standing_entries(stored_entries.of_settlement(connection, settlement.id))
    is_elsewhere = lock_there is not None and lock_there.reason is EntryStatus.POSTED_ELSEWHERE
    is_out = bool(standing) or settlement.settlement_entry is EntryStatus.EXPORTED
    if lock_there is not None or not is_out:
        locks.end_lock(connection, settlement, reason, batch)
    made = [] if is_elsewhere else [take_back(entry) for entry in standing]
    if check:
        check(settlement, made)
    for entry in made:
        stored_entries.post(connection, entry, batch)
    status = EntryStatus.EXPORTED if is_elsewhere and is_out else EntryStatus.OPEN
    stored_settlements.set_status(connection, settlement, settlement_entry=status)
    note_statements(connection, {locks.REOPENED: [str(settlement.id)]})
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
    books = load_around(database, set(refused["key"]), moved_units_too=True) or load_books(database)
    return decided_alike(books, refused[~own], list(books.lines_of(settlement)["key"]))
