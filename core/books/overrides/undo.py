"""Taking a batch of overrides back, and bringing single values back: always as a new batch, nothing is ever erased."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, tables
from core.books.database.repeating import repeated
from core.books.documents import file_rows
from core.books.documents.reported_reimbursements import REIMBURSEMENTS
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.entries import locks
from core.books.overrides import stored_overrides
from core.books.overrides.questions import ASKED, is_proposal
from core.books.overrides.stored_overrides import ANSWER_COLUMNS, RefusedRow
from core.books.overrides.undo_requests import ANY_SAVE, UndoRequest, refuse_other
from core.books.settlements import removing
from core.errors import CogsheetError, briefly
from core.frame_columns import frame, records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

_VALUE = ("unit_cost", "currency", "zero_confirmed", "disposition", "units_back", "sku", "kind", "note", *ASKED)
"""What an override says of its line, and the question that this answers: to another one it is only a proposal."""
_SHOWN = ("shown_cost", "shown_currency", "shown_kind", "shown_as_of")
"""What a proposal proposes."""
_CAN_BE_UNDONE = (BatchKind.SAVE, BatchKind.RESTORE, BatchKind.MOVE)


class Skip(StrEnum):
    """Why a line of the batch was left as it is."""

    OVERRIDDEN_LATER = "saved again later"
    LOCKED = "its settlement is exported and locked"
    """Since the answer was saved; one that was saved later became a true-up, and is taken back as one."""
    GONE = "its line is no longer in the books"


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A line that was not taken back."""

    key: str
    reason: Skip
    now: dict[str, Any]
    """What is there now (`stored_overrides.HISTORY_COLUMNS`)."""


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What an undo did."""

    batch: int | None
    """The number of the undo's own batch; `None` where nothing could be taken back, so that none was opened."""
    undone: int
    """The number of the batch that it took back."""
    keys: tuple[str, ...]
    """The lines that are as they were before."""
    skipped: tuple[SkippedLine, ...]
    is_removal: bool = False
    """Whether what it took back was the removal of a settlement."""
    report_rows: int = 0
    """How many rows of a report count no more, where what it took back was the import of one."""


def _skipped(past: _Past, reasons: Mapping[str, Skip | None]) -> tuple[SkippedLine, ...]:
    return tuple(SkippedLine(key, why, past.newest(key)) for key, why in reasons.items() if why is not None)


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

    def values_of(self, key: str, version: int) -> dict[str, Any]:
        """Return what a version says, or proposes; version 0 says nothing."""
        if version == 0:
            return {}
        row = self._lines[key][version]
        return {name: row[name] for name in (*_VALUE, *(_SHOWN if is_proposal(row) else ()))}

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


def _skip(past: _Past, key: str, version: int, locked: set[str]) -> Skip | None:
    if key in locked:
        return Skip.LOCKED
    return None if past.holds(key, version) else Skip.OVERRIDDEN_LATER


class NothingToUndoError(CogsheetError):
    """No save is left that could be taken back."""

    def __init__(self, batch: int | None = None) -> None:
        what = "There is no save left to undo." if batch is None else f"Batch {batch} is not a save that can be undone."
        super().__init__(
            f"{what} Single values are brought back from sheet Change history; a settlement is taken out with Remove."
        )


class ValueUnknownError(CogsheetError):
    """A value that is to be brought back is not in that batch."""

    def __init__(self, batch: int, named: str) -> None:
        super().__init__(
            f"Batch {batch} saved no value for {briefly(named) or 'any line'}. Nothing was restored. Sheet Change "
            f"history shows what each batch saved."
        )


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was brought back."""

    keys: tuple[str, ...]
    """Lines that say again what the batch had saved for them."""
    skipped: Mapping[str, str]
    """Why a line was left as it is."""


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
    with_answers = set(connection.scalars(select(tables.override.c.batch).distinct()))
    newest_first = connection.execute(select(tables.batch).order_by(tables.batch.c.number.desc())).all()
    for batch in newest_first:  # an undo that was undone itself counts for nothing
        if batch.undoes is not None and batch.number not in undone:
            undone.add(batch.undoes)
        if before is not None and batch.number >= before:
            continue
        changed_answers = batch.kind in _CAN_BE_UNDONE and batch.number in with_answers
        if changed_answers and (batch.number not in undone or _left_of(connection, past, batch.number)):
            return int(batch.number)
        if batch.number not in undone and removing.removed_by(connection, batch.number):
            return int(batch.number)
    return None


def _left_of(connection: Connection, past: _Past, number: int) -> bool:
    """Tell whether an undone batch still holds a line of the books: it was locked then."""
    in_force = [key for key, version in past.of_batch(number).items() if past.holds(key, version)]
    return bool(stored_overrides.known_lines(connection, in_force))


def undo(connection: Connection, number: int, *, who: str, now: datetime) -> UndoResult:
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
    if rows := _report_rows(connection, number):
        return UndoResult(batches.new_undo(connection, number, who, now), number, (), (), report_rows=rows)
    removed = removing.removed_by(connection, number)
    if removed:
        own = batches.new_undo(connection, number, who, now)
        back = [key for one in removed for key in removing.bring_settlement_back(connection, one, number, own)]
        return UndoResult(own, number, tuple(back), (), is_removal=True)
    past = _past(connection)
    there = {key: version for key, version in past.of_batch(number).items() if not past.is_taken_back(key, number)}
    locked = locks.locked_before(connection, number, there)
    reasons = {key: _skip(past, key, version, locked) for key, version in there.items()}
    wanted = {key: there[key] - 1 for key, reason in reasons.items() if reason is None}
    if not wanted and Skip.LOCKED in reasons.values():
        return UndoResult(None, number, (), _skipped(past, reasons))
    own = batches.new_undo(connection, number, who, now)
    gone = {one.key for one in _bring_back(connection, past, wanted, own, who=who, now=now)}
    left = {key: reason or Skip.GONE for key, reason in reasons.items() if reason or key in gone}
    return UndoResult(own, number, tuple(key for key in wanted if key not in gone), _skipped(past, left))


def _report_rows(connection: Connection, number: int) -> int:
    """Return how many rows of returned goods or reimbursements a batch brought that brought no settlement."""
    of_settlements = select(tables.settlement_file.c.id).where(tables.settlement_file.c.batch == number)
    if connection.scalar(of_settlements.limit(1)) is not None:
        return 0
    return sum(file_rows.brought_by(connection, of, number) for of in (RETURNED_GOODS, REIMBURSEMENTS))


def bring_back(
    connection: Connection, versions: Mapping[str, int], batch: int, *, who: str, now: datetime
) -> list[RefusedRow]:
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


def _past(connection: Connection) -> _Past:
    undone = select(tables.batch.c.number, tables.batch.c.undoes).where(tables.batch.c.undoes.is_not(None))
    undoes = {row.number: row.undoes for row in connection.execute(undone)}
    return _Past(records(stored_overrides.history(connection)), undoes)


def _bring_back(
    connection: Connection, past: _Past, versions: Mapping[str, int], batch: int, *, who: str, now: datetime
) -> list[RefusedRow]:
    rows = [
        {"key": key, "shown_version": past.newest(key)["version"], **past.values_of(key, version)}
        for key, version in versions.items()
    ]
    return stored_overrides.save(connection, frame(ANSWER_COLUMNS, rows), batch, who=who, now=now)


@repeated
def undo_last(database: Database, *, who: str, now: datetime, request: UndoRequest = ANY_SAVE) -> UndoResult:
    """Take the newest save that has not been undone back.

    Lines saved again later and lines of locked settlements are left alone and listed.

    Raises:
        NothingToUndoError: If there is none.
        OtherSaveError: If it is another one than was expected.
        SomebodyElsesSaveError: If it is another person's, and may not be.
    """
    with database.writing() as connection:
        number = last_undoable(connection)
        if number is None:
            raise NothingToUndoError
        refuse_other(connection, number, who, request)
        return undo(connection, number, who=who, now=now)


@repeated
def undo_batch(
    database: Database, number: int, *, who: str, now: datetime, request: UndoRequest = ANY_SAVE
) -> UndoResult:
    """Take one save back, whichever came after it, or the import of a report of returned goods or reimbursements.

    The report can be imported again, which brings it back.

    Raises:
        NothingToUndoError: If it is none that can be undone.
        SomebodyElsesSaveError: If it is another person's, and may not be.
    """
    with database.writing() as connection:
        if last_undoable(connection, before=number + 1) != number and not _report_rows(connection, number):
            raise NothingToUndoError(number)
        refuse_other(connection, number, who, replace(request, expected=number))
        return undo(connection, number, who=who, now=now)


def last_save(database: Database) -> dict[str, Any] | None:
    """Return the batch that an undo would take back (`batches.BATCH_COLUMNS`); nothing where there is none."""
    with database.reading() as connection:
        number = last_undoable(connection)
        return None if number is None else batches.of_number(connection, number)


def undoable_before(database: Database, number: int) -> int | None:
    """Return the newest save before a batch that can be undone."""
    with database.reading() as connection:
        return last_undoable(connection, before=number)


def values_of(database: Database, batch: int, named: Collection[str] = ()) -> list[tuple[int, str]]:
    """Return the values of a batch as (batch, line key).

    Args:
        database: The books.
        batch: Its number.
        named: Line keys; empty means every value of the batch.

    Raises:
        ValueUnknownError: If a named line is not in the batch, or the batch saved nothing.
    """
    with database.reading() as connection:
        keys = [row["key"] for row in records(stored_overrides.history(connection)) if row["batch"] == batch]
    unknown = sorted(set(named) - set(keys))
    if unknown or not keys:
        raise ValueUnknownError(batch, ", ".join(unknown))
    return [(batch, key) for key in keys if not named or key in named]


@repeated
def restore_values(database: Database, wanted: Sequence[tuple[int, str]], *, who: str, now: datetime) -> RestoreResult:
    """Make lines say again what batches had saved for them, as one new batch that can be undone.

    Args:
        database: The books.
        wanted: Batch and line key of each value; of one line the newest batch holds.
        who: Who restores.
        now: When.

    Raises:
        ValueUnknownError: If a batch saved no value for a line; nothing is restored then.
    """
    with database.writing() as connection:
        versions = {(row["batch"], row["key"]): row for row in records(stored_overrides.history(connection))}
        chosen: dict[str, dict[str, Any]] = {}
        for batch, key in sorted(wanted):
            if (batch, key) not in versions:
                raise ValueUnknownError(batch, key)
            chosen[key] = versions[batch, key]
        locked = locks.locked_keys(connection, chosen)
        skipped = {key: str(Skip.LOCKED) for key in chosen if key in locked}
        free = {key: int(row["version"]) for key, row in chosen.items() if key not in skipped}
        if free:
            named = ", ".join(str(number) for number in sorted({chosen[key]["batch"] for key in free}))
            own = batches.new(connection, BatchKind.RESTORE, who, now, note=f"values of batch {named}")
            for lost in bring_back(connection, free, own, who=who, now=now):
                skipped[lost.key] = str(lost.reason)
    return RestoreResult(tuple(key for key in free if key not in skipped), skipped)
