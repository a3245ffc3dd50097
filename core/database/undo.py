"""Taking a batch of overrides back, and bringing single values back: always as a new batch, nothing is ever erased."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.database import batches, locks, overrides, settlements
from core.database.batches import BatchKind
from core.database.tables import batch as batch_table
from core.database.tables import override as table
from core.model import frame, records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from core.database.overrides import Refused

_VALUE = ("unit_cost", "currency", "zero_confirmed", "disposition", "units_back", "sku", "kind", "note")
"""What an override says of its line."""

_CAN_BE_UNDONE = (BatchKind.SAVE, BatchKind.RESTORE, BatchKind.MOVE)


class Skip(StrEnum):
    """Why a line of the batch was left as it is."""

    OVERRIDDEN_LATER = "saved again later"
    LOCKED = "its settlement is exported and locked"
    """Since the answer was saved; one that was saved later became a true-up, and is taken back as one."""
    GONE = "its line is no longer in the books"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that was not taken back."""

    key: str
    reason: Skip
    now: dict[str, Any]
    """What is there now (`overrides.HISTORY_COLUMNS`)."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did."""

    batch: int | None
    """The number of the undo's own batch; `None` where nothing could be taken back, so that none was opened."""
    undone: int
    """The number of the batch that it took back."""
    keys: tuple[str, ...]
    """The lines that are as they were before."""
    skipped: tuple[Skipped, ...]


def last_undoable(connection: Connection, *, before: int | None = None) -> int | None:
    """Return the number of the newest save, restore, move of answers or removal that can be undone.

    One that was undone while some of its lines were locked can be undone again for these, once they are free.
    A removal whose settlement was imported again since is none: there is nothing left to bring back.

    Args:
        connection: Of `Database.reading` or `writing`.
        before: Only older ones than this batch.
    """
    undone: set[int] = set()
    past = _past(connection)
    held = set(connection.scalars(select(table.c.batch).distinct()))
    newest_first = connection.execute(select(batch_table).order_by(batch_table.c.number.desc())).all()
    for batch in newest_first:  # an undo that was undone itself counts for nothing
        if batch.undoes is not None and batch.number not in undone:
            undone.add(batch.undoes)
        if before is not None and batch.number >= before:
            continue
        changed_answers = batch.kind in _CAN_BE_UNDONE and batch.number in held
        if changed_answers and (batch.number not in undone or _left_of(connection, past, batch.number)):
            return int(batch.number)
        if batch.number not in undone and settlements.removed_by(connection, batch.number):
            return int(batch.number)
    return None


def _left_of(connection: Connection, past: _Past, number: int) -> bool:
    """Tell whether an undone batch still holds a line of the books: it was locked then."""
    held = [key for key, version in past.of_batch(number).items() if past.holds(key, version)]
    return bool(overrides.known_lines(connection, held))


def undo(connection: Connection, number: int, *, who: str, now: datetime) -> Undone:
    """Take a batch back: each of its lines says again what it said before, as its next version.

    Of a removal the settlement comes back with its lines, and with them the answers that were saved for them.
    Lines that were saved again later, and lines of locked settlements, are left alone and listed. A batch of which
    nothing can be taken back because its lines are locked is not used up: no batch is opened, and it can be undone once
    their settlements are reopened.

    Args:
        connection: Of `Database.writing`.
        number: The batch; an undo can be undone as well.
        who: Who undoes.
        now: When.
    """
    removed = settlements.removed_by(connection, number)
    if removed:
        own = batches.new_undo(connection, number, who, now)
        back = [key for one in removed for key in settlements.bring_back(connection, one, number, own)]
        return Undone(own, number, tuple(back), ())
    past = _past(connection)
    locked = locks.locked_before(connection, number)
    there = {key: version for key, version in past.of_batch(number).items() if not past.is_taken_back(key, number)}
    reasons = {key: _skip(past, key, version, locked) for key, version in there.items()}
    wanted = {key: there[key] - 1 for key, reason in reasons.items() if reason is None}
    if not wanted and Skip.LOCKED in reasons.values():
        return Undone(None, number, (), _skipped(past, reasons))
    own = batches.new_undo(connection, number, who, now)
    gone = {one.key for one in _bring_back(connection, past, wanted, own, who=who, now=now)}
    left = {key: reason or Skip.GONE for key, reason in reasons.items() if reason or key in gone}
    return Undone(own, number, tuple(key for key in wanted if key not in gone), _skipped(past, left))


def _skipped(past: _Past, reasons: Mapping[str, Skip | None]) -> tuple[Skipped, ...]:
    return tuple(Skipped(key, why, past.newest(key)) for key, why in reasons.items() if why is not None)


def bring_back(
    connection: Connection, versions: Mapping[str, int], batch: int, *, who: str, now: datetime
) -> list[Refused]:
    """Make lines say again what an earlier version said, as their next version.

    Args:
        connection: Of `Database.writing`.
        versions: The version of each line; 0 is before there was any.
        batch: The number of the batch it belongs to (`BatchKind.RESTORE`).
        who: Who brings it back.
        now: When.

    Returns:
        The lines that could not be brought back, with what is there now.

    Raises:
        KeyError: If a line never had that version.
    """
    return _bring_back(connection, _past(connection), versions, batch, who=who, now=now)


class _Past:
    """Every version of every line, ready to be asked."""

    def __init__(self, versions: list[dict[str, Any]], undoes: dict[int, int]) -> None:
        self._undoes = undoes
        self._lines: dict[str, dict[int, dict[str, Any]]] = {}
        for row in versions:
            self._lines.setdefault(row["key"], {})[row["version"]] = row

    def newest(self, key: str) -> dict[str, Any]:
        """Return the newest version of a line."""
        versions = self._lines[key]
        return versions[max(versions)]

    def of_batch(self, number: int) -> dict[str, int]:
        """Return the lines of a batch with the versions that it gave them."""
        return {
            key: version
            for key, versions in self._lines.items()
            for version, row in versions.items()
            if row["batch"] == number
        }

    def said(self, key: str, version: int) -> dict[str, Any]:
        """Return what a version says; version 0 says nothing."""
        return {} if version == 0 else {name: self._lines[key][version][name] for name in _VALUE}

    def holds(self, key: str, version: int) -> bool:
        """Tell whether a version, or an undo that leads back to it, is what holds of a line."""
        return self._stands_for(key, self.newest(key)["version"]) == self._stands_for(key, version)

    def is_taken_back(self, key: str, number: int) -> bool:
        """Tell whether an undo of a batch is what holds of a line."""
        return self._undoes.get(self.newest(key)["batch"]) == number

    def _stands_for(self, key: str, version: int) -> int:
        """Return the version that an undo has led back to; what no undo made stands for itself."""
        while version and (undone := self._undoes.get(self._lines[key][version]["batch"])) is not None:
            version = next(v for v, row in self._lines[key].items() if row["batch"] == undone) - 1
        return version


def _past(connection: Connection) -> _Past:
    undone = select(batch_table.c.number, batch_table.c.undoes).where(batch_table.c.undoes.is_not(None))
    undoes = {row.number: row.undoes for row in connection.execute(undone)}
    return _Past(records(overrides.history(connection)), undoes)


def _skip(past: _Past, key: str, version: int, locked: set[str]) -> Skip | None:
    if key in locked:
        return Skip.LOCKED
    return None if past.holds(key, version) else Skip.OVERRIDDEN_LATER


def _bring_back(
    connection: Connection, past: _Past, versions: Mapping[str, int], batch: int, *, who: str, now: datetime
) -> list[Refused]:
    rows = [
        {"key": key, "shown_version": past.newest(key)["version"], **past.said(key, version)}
        for key, version in versions.items()
    ]
    return overrides.save(connection, frame(overrides.ANSWER_COLUMNS, rows), batch, who=who, now=now)
