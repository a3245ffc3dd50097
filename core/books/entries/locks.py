"""Locked settlements: the costed lines as they went out, unrounded, with their hashes. Append-only.

A lock holds until it is reopened, which needs a reason; the next lock of the settlement is its next revision.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, true

from core.books.database import closing_tables, frames
from core.books.database.column_types import known_word
from core.books.database.state import note_statements
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.errors import DatabaseError
from core.frame_columns import COSTED_COLUMNS, TEXT, TRANSACTION_COLUMNS, WHOLE, Columns
from core.journal.entry import SETTLEMENT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

HASHED_COLUMNS = (
    "key",
    "store",
    "settlement_id",
    "event",
    "raw_type",
    "raw_description",
    "order_id",
    "order_item_id",
    "shipment_id",
    "adjustment_id",
    "sku",
    "marketplace",
    "fulfilment",
    "posted_at",
    "quantity",
    "quantity_source",
    "stock_effect",
    "currency",
    "principal",
    "shipping",
    "giftwrap",
    "tax",
    "tax_withheld",
    "promotion",
    "referral_fee",
    "fulfilment_fee",
    "other_fee",
    "other",
    "net",
    "cost_status",
    "cause",
    "unit_cost",
    "cost_currency",
    "cost_quantity",
    "cogs",
    "cost_source",
    "cost_as_of",
    "cost_note",
    "original_key",
    "suspect",
    "disposition",
    "product_id",
    "version",
)
"""In this order for ever: another order or another column would break every hash that is stored."""


def line_hashes(lines: pd.DataFrame) -> list[str]:
    """Return the hash of each line, amounts with all six places.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
    """
    texts = [_texts(lines[name]) for name in HASHED_COLUMNS]
    rows = zip(*texts, strict=True)
    return [_sha256(json.dumps(row, ensure_ascii=False, separators=(",", ":"))) for row in rows]


def total_hash(hashes: Iterable[str]) -> str:
    """Return the hash of a set of lines, whatever their order."""
    return _sha256("\n".join(sorted(hashes)))


def _texts(series: pd.Series) -> list[str | None]:
    array = pa.array(series)
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    texts: list[str | None] = array.cast(pa.string()).to_pylist()
    return texts


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


LOCKED_COLUMNS: Columns = {**COSTED_COLUMNS, "lock": WHOLE, "hash": TEXT}
"""The lines of the locks in force, as they were locked; proposals were none of it and are missing."""
_REVISED = [str(kind) for kind in SETTLEMENT_KINDS]
"""The entries that go out anew after a reopening; the revision of a true-up is its batch."""


LOCKED, EXPORTED, REOPENED = "locked", "exported", "reopened"
"""What is told (`core.books.database.state.note_statements`) of settlements that were locked, of which an entry went
out, or that were reopened, by their numbers."""


class AlreadyLockedError(DatabaseError):
    """A settlement is locked once at a time."""

    def __init__(self, settlement: str) -> None:
        super().__init__(f"Settlement {settlement} is locked already. Reopen it first if it must be exported again.")


class NotLockedError(DatabaseError):
    """Only what is locked can be reopened."""

    def __init__(self, settlement: str) -> None:
        super().__init__(
            f"No entry of settlement {settlement} has been exported, so there is nothing to reopen. No settlement was "
            f"reopened."
        )


class SeveralLocksError(DatabaseError):
    """A settlement has one lock at a time: a second one was not stored by Cogsheet."""

    def __init__(self, settlement: str, revisions: Iterable[int]) -> None:
        which = " and ".join(str(one) for one in revisions)
        super().__init__(
            f"The costs of settlement {settlement} are held by several locks (table lock, revisions {which}); there is "
            "never more than one. Another program altered the books. Nothing was changed. Restore a copy of them "
            "made before that."
        )


class NotAllLinesError(DatabaseError):
    """A lock holds all lines of its settlement, and no others."""

    def __init__(self, settlement: str) -> None:
        super().__init__(
            f"The lines of settlement {settlement} have changed since they were costed. Nothing was locked. Try again."
        )


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock of one settlement."""

    id: int
    settlement: int
    """The settlement's number in this database."""
    revision: int
    reason: EntryStatus
    """Exported, or posted elsewhere."""
    lines: int
    hash: str
    batch: int


@dataclass(frozen=True, slots=True)
class PastLock:
    """A lock, whether it holds or was reopened, with what it was made of."""

    lock: Lock
    hashes: tuple[str, ...]
    """Of its lines as they were locked."""
    reopened_in: int | None
    """The batch that ended it; `None`: it holds."""
    why: str | None
    """Why it was reopened."""


class Breach(StrEnum):
    """How a line differs from what was locked."""

    CHANGED = "changed"
    GONE = "gone"
    ADDED = "added"
    LOCK = "the lock itself was changed"


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is no longer what was locked."""

    key: str
    breach: Breach


def _lock(row: Row[Any]) -> Lock:
    return Lock(**{**row._asdict(), "reason": known_word(EntryStatus, row.reason, "the reason of a lock")})


def lock(
    connection: Connection, settlement: BookedSettlement, lines: pd.DataFrame, batch: int, reason: EntryStatus
) -> Lock:
    """Keep the costed lines of a settlement as they are; its COGS entry takes the status of the reason.

    Args:
        connection: Of `Database.writing`.
        settlement: Which.
        lines: All its lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        batch: The number of the export's batch.
        reason: Exported, or posted elsewhere.

    Raises:
        AlreadyLockedError: If it is locked.
        NotAllLinesError: If the lines are not exactly those of the books.
    """
    if find(connection, settlement) is not None:
        raise AlreadyLockedError(settlement.name)
    _check_lines(connection, settlement, lines)
    hashes = line_hashes(lines)
    row = {
        "settlement": settlement.id,
        "revision": next_revision(connection, settlement),
        "reason": str(reason),
        "batch": batch,
    }
    whole = {**row, "lines": len(lines), "hash": total_hash(hashes)}
    number = int(
        connection.execute(insert(closing_tables.lock).values(whole).returning(closing_tables.lock.c.id)).scalar_one()
    )
    hashed = lines.assign(hash=pd.Series(hashes, lines.index, dtype=TEXT))
    frames.store(connection, closing_tables.locked_line, hashed, {**COSTED_COLUMNS, "hash": TEXT}, lock=number)
    stored_settlements.set_status(connection, settlement, cogs_entry=reason)
    note_statements(connection, {LOCKED: [str(settlement.id)]})
    return _lock(connection.execute(select(closing_tables.lock).where(closing_tables.lock.c.id == number)).one())


def next_revision(connection: Connection, settlement: BookedSettlement) -> int:
    """Return the revision that the settlement's next lock and entries will have: one more than what was taken back.

    The settlement entry may go out alone, so that a revision can be taken back which no lock ever had.
    """
    locked = select(func.max(closing_tables.lock.c.revision)).where(
        closing_tables.lock.c.settlement == settlement.id,
        closing_tables.lock.c.id.in_(select(closing_tables.reopening.c.lock)),
    )
    reversed_ones = select(closing_tables.entry.c.reverses).where(closing_tables.entry.c.reverses.is_not(None))
    posted = select(func.max(closing_tables.entry.c.revision)).where(
        closing_tables.entry.c.settlement == settlement.id,
        closing_tables.entry.c.kind.in_(_REVISED),
        closing_tables.entry.c.id.in_(reversed_ones),
    )
    return max(connection.scalar(locked) or 0, connection.scalar(posted) or 0) + 1


def end_lock(connection: Connection, settlement: BookedSettlement, reason: str, batch: int) -> Lock:
    """Let a settlement's costs move again; its COGS entry is open then.

    Returns:
        The lock that held until now.

    Raises:
        NotLockedError: If it is not locked.
    """
    lock_there = find(connection, settlement)
    if lock_there is None:
        raise NotLockedError(settlement.name)
    connection.execute(insert(closing_tables.reopening).values(lock=lock_there.id, reason=reason, batch=batch))
    stored_settlements.set_status(connection, settlement, cogs_entry=EntryStatus.OPEN)
    return lock_there


def find(connection: Connection, settlement: BookedSettlement) -> Lock | None:
    """Return the lock of a settlement, if it is locked.

    Raises:
        SeveralLocksError: If another program made a second one.
    """
    rows = connection.execute(_holding().where(closing_tables.lock.c.settlement == settlement.id)).all()
    if len(rows) > 1:
        raise SeveralLocksError(settlement.name, sorted(row.revision for row in rows))
    return _lock(rows[0]) if rows else None


def every(connection: Connection, settlement: BookedSettlement) -> list[PastLock]:
    """Return every lock that a settlement ever had, the oldest first."""
    locks, ends = closing_tables.lock, closing_tables.reopening
    query = select(locks).where(locks.c.settlement == settlement.id).order_by(locks.c.id)
    reopened = {row.lock: row for row in connection.execute(select(ends))}
    line = closing_tables.locked_line
    found = []
    for row in connection.execute(query):
        hashes = connection.scalars(select(line.c.hash).where(line.c.lock == row.id))
        end = reopened.get(row.id)
        reopened_in, why = (end.batch, end.reason) if end is not None else (None, None)
        found.append(PastLock(_lock(row), tuple(hashes), reopened_in, why))
    return found


def lines(
    connection: Connection,
    settlements: Iterable[BookedSettlement] | None = None,
    keys: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Return the lines of the locks in force (LOCKED_COLUMNS), for costing and for checking a sheet against them.

    Args:
        connection: Of `Database.reading` or `writing`.
        settlements: Whose; all if left out.
        keys: Only those with one of these keys; all if left out.
    """
    line = closing_tables.locked_line
    query = _locked_lines()
    if settlements is not None:
        of_them = closing_tables.lock.c.settlement.in_([one.id for one in settlements])
        query = query.where(line.c.lock.in_(select(closing_tables.lock.c.id).where(of_them)))
    if keys is None:
        return frames.load(connection, query, LOCKED_COLUMNS)
    parts = (frames.load(connection, query.where(some), LOCKED_COLUMNS) for some in frames.among(line.c.key, keys))
    return frames.concat(parts, LOCKED_COLUMNS)


def are_any(connection: Connection) -> bool:
    """Tell whether the costs of any settlement are locked."""
    return connection.scalar(_holding().with_only_columns(closing_tables.lock.c.id).limit(1)) is not None


def verify(connection: Connection, settlement: BookedSettlement, lines: pd.DataFrame | None = None) -> list[BrokenLine]:
    """Compare the lines of a settlement with what was locked; an empty list is a promise kept.

    Args:
        connection: Of `Database.reading` or `writing`.
        settlement: Which.
        lines: Its transactions as the books read them (TRANSACTION_COLUMNS); as they are stored if left out.

    Raises:
        NotLockedError: If it is not locked.
    """
    lock_there = find(connection, settlement)
    if lock_there is None:
        raise NotLockedError(settlement.name)
    now = settlement_lines.stored_transactions(connection, [settlement]) if lines is None else lines
    query = select(closing_tables.locked_line).where(closing_tables.locked_line.c.lock == lock_there.id)
    then = frames.load(connection, query, LOCKED_COLUMNS)
    both = now[list(TRANSACTION_COLUMNS)].merge(then, on="key")
    hashes = line_hashes(both)
    changed = [key for key, was, new in zip(both["key"], both["hash"], hashes, strict=True) if was != new]
    broken = [BrokenLine(key, Breach.CHANGED) for key in changed]
    broken += [BrokenLine(key, Breach.GONE) for key in sorted(set(then["key"]) - set(now["key"]))]
    broken += [BrokenLine(key, Breach.ADDED) for key in sorted(set(now["key"]) - set(then["key"]))]
    if (total_hash(then["hash"]), len(then)) != (lock_there.hash, lock_there.lines):
        broken.append(BrokenLine("", Breach.LOCK))
    return broken


def locked_keys(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Return those of some lines that are locked."""
    return _locked(connection, keys, _holding())


def locked_before(connection: Connection, batch: int, keys: Iterable[str]) -> set[str]:
    """Return the locked ones of some lines, but for those locked before a batch: it answered them all the same."""
    return _locked(connection, keys, _holding().where(closing_tables.lock.c.batch > batch))


def costing_keys(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Return those of some lines that are locked with a cost other than 0."""
    cogs = closing_tables.locked_line.c.cogs
    return _locked(connection, keys, _holding(), cogs.is_not(None) & (cogs != Decimal(0)))


def _locked(
    connection: Connection, keys: Iterable[str], held: Select[Any], only: ColumnElement[bool] | None = None
) -> set[str]:
    """Return those of some lines that locks hold; no other locked line is read, however many there are."""
    line, locks_held = closing_tables.locked_line.c, held.with_only_columns(closing_tables.lock.c.id)
    query = select(line.key).where(line.lock.in_(locks_held), true() if only is None else only)
    return {key for some in frames.among(line.key, keys) for key in connection.scalars(query.where(some))}


@cache
def _locked_lines() -> Select[Any]:
    line, in_force = closing_tables.locked_line, _holding().with_only_columns(closing_tables.lock.c.id)
    return select(line).where(line.c.lock.in_(in_force)).order_by(line.c.lock, line.c.key)


@cache
def _holding() -> Select[Any]:
    return select(closing_tables.lock).where(closing_tables.lock.c.id.not_in(select(closing_tables.reopening.c.lock)))


def _check_lines(connection: Connection, settlement: BookedSettlement, lines: pd.DataFrame) -> None:
    stored = settlement_lines.stored_transactions(connection, [settlement])["key"]
    if sorted(stored) != sorted(lines["key"]):
        raise NotAllLinesError(settlement.name)
