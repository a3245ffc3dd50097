"""Locked settlements: the costed lines as they were exported, unrounded, with their hashes. Append-only.

A lock holds until it is reopened, which needs a reason; the next lock of the settlement is its next revision.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Row, func, insert, select

from core.database import frames, settlements
from core.database.fingerprints import line_hashes, total_hash
from core.database.settlements import EntryStatus
from core.database.tables import entry, locked_line, reopening
from core.database.tables import lock as table
from core.errors import DatabaseError
from core.journal.entry import EntryKind
from core.model import COSTED_COLUMNS, TEXT, TRANSACTION_COLUMNS, WHOLE

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from core.database.settlements import BookedSettlement
    from core.model import Columns

LOCKED_COLUMNS: Columns = {**COSTED_COLUMNS, "lock": WHOLE, "hash": TEXT}
"""The lines of the locks in force, as they were locked; proposals were none of it and are missing."""


_REVISED = [str(kind) for kind in (EntryKind.SETTLEMENT, EntryKind.COGS, EntryKind.FINALE)]
"""The entries that go out anew after a reopening; the revision of a true-up is its batch."""


class AlreadyLockedError(DatabaseError):
    """A settlement is locked once at a time."""

    def __init__(self, settlement: str) -> None:
        super().__init__(f"Settlement {settlement} is locked already. Reopen it first if it must be exported again.")


class NotLockedError(DatabaseError):
    """Only what is locked can be reopened."""

    def __init__(self, settlement: str) -> None:
        super().__init__(f"No entry of settlement {settlement} has been exported, so there is nothing to reopen.")


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
    number = int(connection.execute(insert(table).values(whole).returning(table.c.id)).scalar_one())
    hashed = lines.assign(hash=pd.Series(hashes, lines.index, dtype=TEXT))
    frames.store(connection, locked_line, hashed, {**COSTED_COLUMNS, "hash": TEXT}, lock=number)
    settlements.set_status(connection, settlement, cogs_entry=reason)
    return _lock(connection.execute(select(table).where(table.c.id == number)).one())


def next_revision(connection: Connection, settlement: BookedSettlement) -> int:
    """Return the revision that the settlement's next lock and entries will have: one more than what was taken back.

    The settlement entry may go out alone, so that a revision can be taken back which no lock ever had.
    """
    locked = select(func.max(table.c.revision)).where(
        table.c.settlement == settlement.id, table.c.id.in_(select(reopening.c.lock))
    )
    reversed_ones = select(entry.c.reverses).where(entry.c.reverses.is_not(None))
    posted = select(func.max(entry.c.revision)).where(
        entry.c.settlement == settlement.id, entry.c.kind.in_(_REVISED), entry.c.id.in_(reversed_ones)
    )
    return max(connection.scalar(locked) or 0, connection.scalar(posted) or 0) + 1


def reopen(connection: Connection, settlement: BookedSettlement, reason: str, batch: int) -> Lock:
    """Let a settlement's costs move again; its COGS entry is open then.

    Returns:
        The lock that held until now.

    Raises:
        NotLockedError: If it is not locked.
    """
    held = find(connection, settlement)
    if held is None:
        raise NotLockedError(settlement.name)
    connection.execute(insert(reopening).values(lock=held.id, reason=reason, batch=batch))
    settlements.set_status(connection, settlement, cogs_entry=EntryStatus.OPEN)
    return held


def in_force(connection: Connection) -> list[Lock]:
    """Return every lock that holds, the oldest first."""
    return [_lock(row) for row in connection.execute(_holding().order_by(table.c.id))]


def find(connection: Connection, settlement: BookedSettlement) -> Lock | None:
    """Return the lock of a settlement, if it is locked."""
    row = connection.execute(_holding().where(table.c.settlement == settlement.id)).one_or_none()
    return None if row is None else _lock(row)


def lines(connection: Connection) -> pd.DataFrame:
    """Return the lines of the locks in force (LOCKED_COLUMNS), for costing and for checking a sheet against them."""
    held = _holding().with_only_columns(table.c.id)
    query = select(locked_line).where(locked_line.c.lock.in_(held)).order_by(locked_line.c.lock, locked_line.c.key)
    return frames.load(connection, query, LOCKED_COLUMNS)


def verify(connection: Connection, settlement: BookedSettlement, lines: pd.DataFrame | None = None) -> list[BrokenLine]:
    """Compare the lines of a settlement with what was locked; an empty list is a promise kept.

    Args:
        connection: Of `Database.reading` or `writing`.
        settlement: Which.
        lines: Its transactions as the books read them (TRANSACTION_COLUMNS); as they are stored if left out.

    Raises:
        NotLockedError: If it is not locked.
    """
    held = find(connection, settlement)
    if held is None:
        raise NotLockedError(settlement.name)
    now = settlements.transactions(connection, [settlement]) if lines is None else lines
    query = select(locked_line).where(locked_line.c.lock == held.id)
    then = frames.load(connection, query, LOCKED_COLUMNS)
    both = now[list(TRANSACTION_COLUMNS)].merge(then, on="key")
    hashes = line_hashes(both)
    changed = [key for key, was, new in zip(both["key"], both["hash"], hashes, strict=True) if was != new]
    found = [BrokenLine(key, Breach.CHANGED) for key in changed]
    found += [BrokenLine(key, Breach.GONE) for key in sorted(set(then["key"]) - set(now["key"]))]
    found += [BrokenLine(key, Breach.ADDED) for key in sorted(set(now["key"]) - set(then["key"]))]
    if (total_hash(then["hash"]), len(then)) != (held.hash, held.lines):
        found.append(BrokenLine("", Breach.LOCK))
    return found


def locked_keys(connection: Connection) -> set[str]:
    """Return the keys of all lines that are locked."""
    held = _holding().with_only_columns(table.c.id)
    return set(connection.scalars(select(locked_line.c.key).where(locked_line.c.lock.in_(held))))


def locked_before(connection: Connection, batch: int) -> set[str]:
    """Return the keys of locked lines, those aside that were locked before a batch: it answered them all the same."""
    held = _holding().with_only_columns(table.c.id).where(table.c.batch > batch)
    return set(connection.scalars(select(locked_line.c.key).where(locked_line.c.lock.in_(held))))


def costing_keys(connection: Connection) -> set[str]:
    """Return the keys of the lines that are locked with a cost other than 0."""
    held = _holding().with_only_columns(table.c.id)
    costing = locked_line.c.cogs.is_not(None) & (locked_line.c.cogs != Decimal(0))
    return set(connection.scalars(select(locked_line.c.key).where(locked_line.c.lock.in_(held) & costing)))


def _holding() -> Select[Any]:
    return select(table).where(table.c.id.not_in(select(reopening.c.lock)))


def _check_lines(connection: Connection, settlement: BookedSettlement, lines: pd.DataFrame) -> None:
    stored = settlements.transactions(connection, [settlement])["key"]
    if sorted(stored) != sorted(lines["key"]):
        raise NotAllLinesError(settlement.name)


def _lock(row: Row[Any]) -> Lock:
    return Lock(**{**row._asdict(), "reason": EntryStatus(row.reason)})
