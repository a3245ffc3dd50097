"""Locks, reopenings and decisions on true-ups, held against the batches and entries that they came with. Pure.

What a person wrote as the reason of a dismissal, or of taking one up again, follows from nothing: only its seal holds
it (docs/design/books.md).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.books.batches import BatchKind
from core.books.entries.locks import total_hash
from core.books.entries.posted_elsewhere import ELSEWHERE
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.books.true_ups.true_up_history import TrueUpDecision
from core.books.verification.tie_outs import TieOut, difference
from core.journal.cogs_entry import CostLine, cost_type
from core.journal.entry import COGS_KINDS, TRUE_UP_KINDS, EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.books.entries.locks import Lock, PastLock
    from core.books.entries.stored_entries import EntryRow, PostedEntry
    from core.books.verification.entry_tie_outs import Batch

_NOTES = {
    TrueUpDecision.ACCEPTED: "accepted",
    TrueUpDecision.DISMISSED: "dismissed",
    TrueUpDecision.WITHDRAWN: "proposed",
}
"""What the batch of each decision on true-ups notes."""


def status_tie_outs(settlement: BookedSettlement, standing_ones: Sequence[PostedEntry]) -> Iterator[TieOut]:
    """What stands is out, and came after the lines that it was made of."""
    for one in standing_ones:
        is_cost = one.entry.kind in COGS_KINDS
        status = settlement.cogs_entry if is_cost else settlement.settlement_entry
        if (is_cost or one.entry.kind is EntryKind.SETTLEMENT) and status is EntryStatus.OPEN:
            yield difference(f"{settlement.name}: status of entry {one.entry.key}", str(status), "exported")
        if one.batch <= settlement.batch:
            name = f"{settlement.name}: batch of entry {one.entry.key}"
            yield difference(name, one.batch, f"after {settlement.batch}, which brought the lines")


def past_lock_tie_outs(
    settlement: BookedSettlement,
    past_locks: Sequence[PastLock],
    own: Sequence[PostedEntry],
    batches: Mapping[int, Batch],
) -> list[TieOut]:
    """Hold every lock of a settlement, reopened ones too, against batch, entries and lines; only what differs.

    Args:
        settlement: Whose.
        past_locks: Every lock that it ever had.
        own: Every entry of it.
        batches: Every batch by its number.
    """
    return [tie for one in past_locks for tie in _of_lock(settlement, one, own, batches)]


def _of_lock(
    settlement: BookedSettlement, past: PastLock, own: Sequence[PostedEntry], batches: Mapping[int, Batch]
) -> Iterator[TieOut]:
    lock, name = past.lock, f"{settlement.name}: lock r{past.lock.revision}"
    batch = batches.get(lock.batch)
    note = batch.note if batch else ""
    elsewhere = note.startswith(ELSEWHERE)
    reason = EntryStatus.POSTED_ELSEWHERE if elsewhere else EntryStatus.EXPORTED
    if lock.reason is not reason:
        yield difference(f"{name}, reason", str(lock.reason), str(reason))
    if not elsewhere and note not in (settlement.name, settlement.settlement_id):  # older versions noted the id
        yield difference(f"{name}, settlement", settlement.name, note)
    if past.reopened_in is None:
        if settlement.cogs_entry is not lock.reason:
            yield difference(
                f"{settlement.name}: status of the COGS entry", str(settlement.cogs_entry), str(lock.reason)
            )
        return
    if (len(past.hashes), total_hash(past.hashes)) != (lock.lines, lock.hash):
        yield TieOut(f"{name}: its locked costs", Decimal(1), Decimal(0), "they are not those that were locked")
    yield from _of_reopening(name, past, own, batches)
    same = [one for one in own if one.batch == lock.batch or one.entry.revision == lock.revision]
    yield from lock_batches(name, lock, same)


def _of_reopening(
    name: str, past: PastLock, own: Sequence[PostedEntry], batches: Mapping[int, Batch]
) -> Iterator[TieOut]:
    """A reopening says what its batch says, comes after its lock, and brings the reversals of the lock's entries."""
    number = past.reopened_in or 0
    batch = batches.get(number)
    if batch is None or batch.kind != BatchKind.REOPEN:
        yield difference(f"{name}, batch of its reopening", batch and batch.kind, str(BatchKind.REOPEN))
    elif batch.note != past.why:
        yield difference(f"{name}, reason of its reopening", past.why, batch.note)
    if number <= past.lock.batch:
        yield difference(f"{name}, batch of its reopening", number, f"after {past.lock.batch}, that of the lock")
    locked = {one.entry.key for one in own if one.batch == past.lock.batch and one.entry.kind in COGS_KINDS}
    for one in own:
        if one.entry.reverses in locked and one.batch != number:
            yield difference(f"{name}, batch of its reopening", number, f"{one.batch}, that of entry {one.entry.key}")


def lock_batches(name: str, lock: Lock, own: Iterable[PostedEntry], *, since: int = 0) -> Iterator[TieOut]:
    """A lock is made in one batch with its COGS entries, which have its revision, after the batch of its lines."""
    for one in own:
        if one.entry.kind in COGS_KINDS and one.batch != lock.batch:
            yield difference(f"{name}: batch of entry {one.entry.key}", one.batch, f"{lock.batch}, that of the lock")
        if one.entry.kind in COGS_KINDS and one.entry.revision != lock.revision:
            yield difference(f"{name}: revision of the lock", lock.revision, one.entry.revision)
    if lock.batch <= since:
        yield difference(f"{name}: batch of the lock", lock.batch, f"after {since}, which brought the lines")


def decision_tie_outs(
    name: str,
    decided: Sequence[Mapping[str, Any]],
    own: Sequence[PostedEntry],
    batches: Mapping[int, Batch],
    events: Mapping[int, str],
) -> list[TieOut]:
    """Hold what was decided of a settlement's true-ups against its batches, and the entries that post it.

    Only what differs is returned.

    Args:
        name: How the user calls the settlement.
        decided: Every true-up of it that was ever proposed (DECIDED_COLUMNS).
        own: Every entry of it.
        batches: Every batch by its number.
        events: As which event each accepted one was posted, by its number, as far as it is known.
    """
    ties: list[TieOut] = []
    for row in decided:
        place = f"{name}: true-up {row['id']}"
        ties += _batch(f"{place}, proposed in batch", row["batch"], ("proposed",), batches)
        if row["decision"] is not None:
            ties += _of_decision(place, row, own, batches, events.get(row["id"]))
        if row["taken_up_in"] is not None:
            ties += _taken_up(place, row, batches)
    return ties


def _batch(name: str, number: int, notes: Sequence[str], batches: Mapping[int, Batch]) -> Iterator[TieOut]:
    batch = batches.get(number)
    if batch is None or batch.kind != BatchKind.TRUE_UP or batch.note not in notes:
        yield difference(f"{name} {number}", batch and f"{batch.kind} {batch.note}", f"true-up {' or '.join(notes)}")


def _of_decision(
    place: str, row: Mapping[str, Any], own: Sequence[PostedEntry], batches: Mapping[int, Batch], event: str | None
) -> Iterator[TieOut]:
    """A decision is what its batch notes, comes after the proposal, and names the entry that posts it.

    Only a dismissal has a reason.
    """
    number, decision = row["decided_in"], row["decision"]
    note = _NOTES.get(decision)
    if note is None:
        yield difference(f"{place}, decision", decision, " or ".join(_NOTES))
        return
    yield from _batch(f"{place}, {decision} in batch", number, (note,), batches)
    if number <= row["batch"]:
        yield difference(f"{place}, batch of its decision", number, f"after {row['batch']}, that of the proposal")
    if bool(row["reason"]) != (decision == TrueUpDecision.DISMISSED):
        yield difference(
            f"{place}, reason", row["reason"], "a reason" if decision == TrueUpDecision.DISMISSED else None
        )
    made = [one.entry for one in own if one.entry.kind in TRUE_UP_KINDS and one.entry.revision == number]
    wanted = _entries(made, event) if decision == TrueUpDecision.ACCEPTED else [None]
    if row["entry"] not in wanted:
        yield difference(f"{place}, entry that posts it", row["entry"], " or ".join(str(one) for one in wanted if one))


def _entries(rows: Sequence[EntryRow], event: str | None) -> list[str | None]:
    """Return the entries that can post a true-up: that of its kind of cost; a kind that came to nothing has none."""
    kind = str(cost_type(CostLine(event))) if event else None
    posting = [one.key for one in rows if any(line.memo == kind for line in one.lines)]
    return [*posting] if len(posting) == 1 else [None, *(one.key for one in rows)]


def _taken_up(place: str, row: Mapping[str, Any], batches: Mapping[int, Batch]) -> Iterator[TieOut]:
    """Only what was dismissed is taken up again: by itself, or because a settlement was reopened."""
    number, batch = row["taken_up_in"], batches.get(row["taken_up_in"])
    if row["decision"] != TrueUpDecision.DISMISSED:
        yield difference(f"{place}, taken up again", row["decision"], str(TrueUpDecision.DISMISSED))
    elif number <= row["decided_in"]:
        yield difference(f"{place}, taken up in batch", number, f"after {row['decided_in']}, that of the dismissal")
    if batch is not None and batch.kind == BatchKind.REOPEN:
        if not str(row["taken_up_for"]).endswith(f" was reopened: {batch.note}"):
            yield difference(f"{place}, why it was taken up", row["taken_up_for"], f"… was reopened: {batch.note}")
    else:
        yield from _batch(f"{place}, taken up in batch", number, ("proposed again",), batches)
