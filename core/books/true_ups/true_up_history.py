"""Cost true-ups: what became known of locked lines after they were locked, proposed and decided. Append-only.

A proposal holds until it is decided, or until the next costing finds another difference for the line, or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select

from core.books.database import closing_tables, frames, tables
from core.books.database.state import note_statements
from core.books.entries import stored_entries
from core.errors import DatabaseError
from core.frame_columns import MOMENT, TEXT, WHOLE, Columns, conform
from core.money import MONEY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import pandas as pd

FOUND_COLUMNS: Columns = {
    "key": TEXT,  # line key
    "cause": TEXT,  # what has changed: cost, disposition, units, reading
    "unit_cost": MONEY,  # what the line would cost now
    "cost_quantity": WHOLE,
    "disposition": TEXT,
    "cogs": MONEY,
    "difference": MONEY,  # to what the books hold for the line, true-ups accepted so far included; + is more expense
    "currency": TEXT,
    "event_was": TEXT,  # as which event its cost stands in the journal, where it is to stand elsewhere; else missing
    "sku_was": TEXT,
    "event_now": TEXT,
    "sku_now": TEXT,
}
"""A locked line that would cost something else now, or whose cost would stand on other accounts."""
TRUE_UP_COLUMNS: Columns = {
    "id": WHOLE,
    "store": TEXT,
    "settlement_id": TEXT,
    **FOUND_COLUMNS,
    "batch": WHOLE,  # in which it was proposed
    "decision": TEXT,  # Decision; missing = pending
    "reason": TEXT,
    "decided_in": WHOLE,  # batch
    "entry": TEXT,  # the key of the entry that posts it
}
"""A proposal and what became of it."""
DECIDED_COLUMNS: Columns = {
    **TRUE_UP_COLUMNS,
    "taken_up_in": WHOLE,  # the batch in which a dismissed one was proposed again
    "taken_up_for": TEXT,  # why
}
"""A proposal and all that ever became of it."""
POSTED_COLUMNS: Columns = {
    **TRUE_UP_COLUMNS,
    "entry_date": TEXT,  # ISO day of the entry; missing where the difference came to less than a cent
    "decided_at": MOMENT,
}
"""An accepted true-up and when it counts."""
_MOVES = ("event_was", "sku_was", "event_now", "sku_now")
SAYS = ("unit_cost", "cost_quantity", "disposition", "cogs", "difference", "currency", *_MOVES)
"""The figures of a proposal: one with the same figures is the same proposal."""

DECIDED = "decided"
"""What is told (`core.books.database.state.note_statements`) of the lines whose true-ups were accepted, dismissed or
taken up again; of withdrawn ones nothing is."""


class TrueUpDecision(StrEnum):
    """What became of a proposal."""

    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    """A later costing found another difference, or none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided of some proposals."""

    decision: TrueUpDecision
    reason: str = ""
    """Why; a dismissal has one."""
    entry: str | None = None
    """The key of the entry that posts what was accepted."""


class TrueUpDecidedError(DatabaseError):
    """A proposal is decided once."""

    def __init__(self, numbers: Collection[int]) -> None:
        super().__init__(
            f"{len(numbers)} of these true-ups were decided or withdrawn meanwhile. Nothing was changed. Fill sheet "
            "Cost true-ups again, then decide again."
        )


class NotDismissedError(DatabaseError):
    """Only what is dismissed can be proposed again."""

    def __init__(self, numbers: Collection[int]) -> None:
        named = ", ".join(str(number) for number in sorted(numbers))
        super().__init__(
            f"No dismissed true-up has the number {named}: it was proposed again, its settlement was reopened, or "
            f"there is none. Nothing was changed."
        )


class ProposalCounts(NamedTuple):
    """What a costing changed about the pending proposals."""

    new: int
    unchanged: int
    withdrawn: int


def with_whole_moves(rows: pd.DataFrame) -> pd.DataFrame:
    """Return true-ups of which those move that say from where and to where; verify names one that says half of it."""
    if rows.empty:
        return rows
    moves = rows["event_was"].notna() & rows["event_now"].notna()
    return rows if moves.all() else rows.assign(**{name: rows[name].where(moves) for name in _MOVES})


def update_proposals(
    connection: Connection,
    differences: pd.DataFrame,
    new_batch: Callable[[], int],
    compared: Collection[str] | None = None,
) -> ProposalCounts:
    """Make the pending proposals say what the last costing found.

    Args:
        connection: Of `Database.writing`.
        differences: FOUND_COLUMNS: every locked line with a difference; a line that is absent has none (any more).
            Lines that are not locked are left out.
        new_batch: Makes the batch that the costing belongs to, asked only where a proposal comes or goes.
        compared: Which lines were costed, where not all were: the proposals of others stay.

    Returns:
        Counts of lines. One that was dismissed with exactly these figures is not proposed again.
    """
    rows = conform(FOUND_COLUMNS, differences)
    rows = rows.merge(_held_lines(connection, rows["key"]), on="key")
    says = dict(zip(rows["key"], frames.rows_of(rows, SAYS), strict=True))
    there = pending(connection)
    there = there if compared is None else there[there["key"].isin(list(compared))]
    stand = dict(zip(there["key"], frames.rows_of(there, SAYS), strict=True))
    gone = [number for number, key in zip(there["id"], there["key"], strict=True) if says.get(key) != stand[key]]
    known = dismissed_true_ups(connection)
    refused = dict(zip(known["key"], frames.rows_of(known, SAYS), strict=True))
    new = [key for key, figures in says.items() if figures not in (stand.get(key), refused.get(key))]
    if not new and not gone:
        return ProposalCounts(0, len(says), 0)
    batch = new_batch()
    decide_true_ups(connection, gone, Verdict(TrueUpDecision.WITHDRAWN), batch)
    frames.store(
        connection, closing_tables.true_up, rows[rows["key"].isin(new)], {**FOUND_COLUMNS, "lock": WHOLE}, batch=batch
    )
    return ProposalCounts(len(new), len(says) - len(new), len(gone))


def pending(connection: Connection) -> pd.DataFrame:
    """Return the proposals that wait for a decision (TRUE_UP_COLUMNS), of locks that hold."""
    return with_whole_moves(frames.load(connection, _undecided(), TRUE_UP_COLUMNS))


@cache
def _undecided() -> Select[Any]:
    return _all().where(closing_tables.true_up_decision.c.decision.is_(None), _held())


def history(connection: Connection) -> pd.DataFrame:
    """Return every proposal there ever was (DECIDED_COLUMNS), the oldest first."""
    again = closing_tables.taken_up
    query = _all().add_columns(again.c.batch.label("taken_up_in"), again.c.reason.label("taken_up_for"))
    query = query.outerjoin(again, again.c.true_up == closing_tables.true_up.c.id)
    return frames.load(connection, query, DECIDED_COLUMNS)


def accepted_true_ups(connection: Connection) -> pd.DataFrame:
    """Return the newest accepted true-up of each locked line (TRUE_UP_COLUMNS): what the books hold for it now."""
    return with_whole_moves(frames.load(connection, _newest_accepted(), TRUE_UP_COLUMNS))


@cache
def _newest_accepted() -> Select[Any]:
    newest = (
        select(func.max(closing_tables.true_up.c.id))
        .join(closing_tables.true_up_decision, closing_tables.true_up_decision.c.true_up == closing_tables.true_up.c.id)
        .where(closing_tables.true_up_decision.c.decision == TrueUpDecision.ACCEPTED, _held())
        .group_by(closing_tables.true_up.c.key)
    )
    return _all().where(closing_tables.true_up.c.id.in_(newest))


def posted_true_ups(connection: Connection) -> pd.DataFrame:
    """Return every accepted true-up of locks that hold (POSTED_COLUMNS), the oldest first."""
    return with_whole_moves(frames.load(connection, _posted(), POSTED_COLUMNS))


@cache
def _posted() -> Select[Any]:
    query = _all().add_columns(closing_tables.entry.c.entry_date, tables.batch.c.at.label("decided_at"))
    query = query.outerjoin(tables.batch, tables.batch.c.number == closing_tables.true_up_decision.c.batch)
    return query.where((closing_tables.true_up_decision.c.decision == TrueUpDecision.ACCEPTED) & _held())


def dismissed_true_ups(connection: Connection) -> pd.DataFrame:
    """Return the last decided true-up of each locked line, where that was dismissed for good (TRUE_UP_COLUMNS)."""
    decided = with_whole_moves(frames.load(connection, _decided(), TRUE_UP_COLUMNS))
    if decided.empty:
        return decided
    last = decided.drop_duplicates("key", keep="last")
    again = list(connection.scalars(select(closing_tables.taken_up.c.true_up)))
    return last[(last["decision"] == TrueUpDecision.DISMISSED) & ~last["id"].isin(again)].reset_index(drop=True)


@cache
def _decided() -> Select[Any]:
    ours = closing_tables.true_up_decision.c.decision.in_([str(TrueUpDecision.ACCEPTED), str(TrueUpDecision.DISMISSED)])
    return _all().where(ours, _held())


def take_up(connection: Connection, numbers: Collection[int], reason: str, batch: int) -> None:
    """Let dismissed true-ups be proposed again, all of them or none.

    Args:
        connection: Of `Database.writing`.
        numbers: Their ids.
        reason: Why.
        batch: The number of the batch.

    Raises:
        NotDismissedError: If one of them is not dismissed.
    """
    unknown = set(numbers) - set(dismissed_true_ups(connection)["id"])
    if unknown:
        raise NotDismissedError(unknown)
    if numbers:
        rows = [{"true_up": number} for number in sorted(set(numbers))]
        connection.execute(insert(closing_tables.taken_up).values(reason=reason, batch=batch), rows)
        note_statements(connection, {DECIDED: _keys_of(connection, numbers)})


def decide_true_ups(connection: Connection, numbers: Collection[int], verdict: Verdict, batch: int) -> None:
    """Decide proposals, all of them or none.

    Args:
        connection: Of `Database.writing`.
        numbers: Their ids.
        verdict: What is decided of all of them.
        batch: The number of the decision's batch.

    Raises:
        TrueUpDecidedError: If one of them is not pending any more.
        EntryUnknownError: If the entry is not in the books.
    """
    waiting = set(pending(connection)["id"])
    late = [number for number in numbers if number not in waiting]
    if late:
        raise TrueUpDecidedError(late)
    rows = [{"true_up": number} for number in numbers]
    if rows:
        posted = None if verdict.entry is None else stored_entries.number(connection, verdict.entry)
        same = {"decision": str(verdict.decision), "reason": verdict.reason, "entry": posted, "batch": batch}
        connection.execute(insert(closing_tables.true_up_decision).values(same), rows)
        is_for_good = verdict.decision is not TrueUpDecision.WITHDRAWN
        note_statements(connection, {DECIDED: _keys_of(connection, numbers) if is_for_good else []})


def _keys_of(connection: Connection, numbers: Collection[int]) -> set[str]:
    true_up = closing_tables.true_up.c
    parts = frames.among(true_up.id, [int(number) for number in numbers])
    return {key for some in parts for key in connection.scalars(select(true_up.key).where(some))}


@cache
def _held() -> ColumnElement[bool]:
    """Ask only about locks that hold."""
    return closing_tables.true_up.c.lock.not_in(select(closing_tables.reopening.c.lock))


@cache
def _all() -> Select[Any]:
    return (
        select(
            closing_tables.true_up,
            tables.settlement.c.store,
            tables.settlement.c.settlement_id,
            closing_tables.true_up_decision.c.decision,
            closing_tables.true_up_decision.c.reason,
            closing_tables.true_up_decision.c.batch.label("decided_in"),
            closing_tables.entry.c.key.label("entry"),
        )
        .join(closing_tables.lock, closing_tables.lock.c.id == closing_tables.true_up.c.lock)
        .join(tables.settlement, tables.settlement.c.id == closing_tables.lock.c.settlement)
        .outerjoin(
            closing_tables.true_up_decision, closing_tables.true_up_decision.c.true_up == closing_tables.true_up.c.id
        )
        .outerjoin(closing_tables.entry, closing_tables.entry.c.id == closing_tables.true_up_decision.c.entry)
        .order_by(closing_tables.true_up.c.id)
    )


def _held_lines(connection: Connection, keys: Iterable[str]) -> pd.DataFrame:
    """Return those of some lines that are locked with the lock that holds them, or came with another reading of it.

    Those whose true-up was accepted are among them, also where a still later reading lacks them.
    """
    columns = {"key": TEXT, "lock": WHOLE}
    in_force = select(closing_tables.lock.c.id).where(_holds(closing_tables.lock.c.id))
    line = closing_tables.locked_line.c
    locked = select(line.key, line.lock).where(line.lock.in_(in_force))  # so that the key of the table finds them
    came = (
        select(tables.later_transaction.c.key, closing_tables.lock.c.id.label("lock"))
        .join(closing_tables.lock, closing_tables.lock.c.settlement == tables.later_transaction.c.settlement)
        .where(tables.later_transaction.c.ended_batch.is_(None), _holds(closing_tables.lock.c.id))
    )
    accepted = (
        select(closing_tables.true_up.c.key, closing_tables.true_up.c.lock)
        .join(closing_tables.true_up_decision, closing_tables.true_up_decision.c.true_up == closing_tables.true_up.c.id)
        .where(closing_tables.true_up_decision.c.decision == TrueUpDecision.ACCEPTED, _held())
    )
    by_key = (
        (locked, closing_tables.locked_line.c.key),
        (came, tables.later_transaction.c.key),
        (accepted, closing_tables.true_up.c.key),
    )
    wanted = list(keys)
    parts = [
        frames.load(connection, query.where(some), columns)
        for query, column in by_key
        for some in frames.among(column, wanted)
    ]
    return frames.concat(parts, columns).drop_duplicates("key", ignore_index=True)


def keys_that_came(connection: Connection, settlement: int) -> set[str]:
    """Return the keys of the lines that ever came to an exported settlement by another reading of its files."""
    later = tables.later_transaction.c
    return set(connection.scalars(select(later.key).where(later.settlement == settlement)))


def _holds(number: ColumnElement[Any]) -> ColumnElement[bool]:
    return number.not_in(select(closing_tables.reopening.c.lock))
