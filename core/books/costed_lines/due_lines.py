"""Of which lines true-ups are to be proposed anew, kept beside the costed lines and brought along with them.

See docs/design/books.md, Costed lines are kept.

Whoever compares every exported line with what the books hold notes for which state of the kept lines that is done
(`proposed_state`). Whatever is brought along since makes the lines due that it touched (`due_true_up`); of the others
the same would be proposed as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from core.books.database import costing_tables, frames, tables
from core.books.database.state import writings_told
from core.books.entries import locks
from core.books.entries.booking_months import TAX_NAME
from core.books.entries.locks import LOCKED
from core.books.settings.calendars import LOCK_DATES
from core.books.settings.stored_settings import SETTINGS
from core.books.settlements.booked_settlement import EntryStatus
from core.books.true_ups.true_up_history import DECIDED
from core.settings import POLICIES_NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from core.books.database import Connection

OUTBOX = frozenset({"outbox", "outbox_entry", "outbox_end"})
"""The tables of files on their way out: no cost and no proposal hangs on them."""
OF_TRUE_UPS = OUTBOX | frozenset({"batch", "true_up", "true_up_decision", "taken_up", "entry", "entry_line", "setting"})
"""The tables that decisions about true-ups write to."""
OF_EXPORTS = OUTBOX | frozenset({"batch", "lock", "locked_line", "settlement", "entry", "entry_line", "setting"})
"""The tables that an export writes to."""
OF_REOPENINGS = OUTBOX | frozenset({"batch", "reopening", "settlement", "entry", "entry_line", "setting", "taken_up"})
"""The tables that a reopening writes to, where the settlement's files are read today as when it went out."""
_BY_TABLE = {"true_up_decision": DECIDED, "taken_up": DECIDED, "lock": LOCKED, "settlement": LOCKED}


ACCOUNTING_SYSTEM = "accounting system"
"""What is told (`core.books.database.state.note_statements`) where all that a policy says anew is for which one entries
went out."""


def are_of_entries(said: Mapping[str, Collection[str]], changed: Collection[str]) -> bool:
    """Tell whether the settings that a transaction wrote say but how entries went out.

    Args:
        said: Of what something was said with it, by kind.
        changed: The tables that it wrote to.
    """
    known = {TAX_NAME, *([POLICIES_NAME] if ACCOUNTING_SYSTEM in said else [])}
    names = said.get(SETTINGS, ())
    return "setting" not in changed or all(name in known or name.startswith(LOCK_DATES) for name in names)


def proposed_state(connection: Connection) -> str | None:
    """Return of which state of the kept lines every true-up is proposed, but for the lines that are due."""
    return connection.scalar(select(costing_tables.proposed_state.c.state))


def due_lines(connection: Connection) -> set[str]:
    """Return the lines that are to be compared anew, with all that may be tied to them."""
    return set(connection.scalars(select(costing_tables.due_true_up.c.key)))


def note_all(connection: Connection, of: str, *, is_known: bool) -> None:
    """Note that every true-up was proposed.

    Args:
        connection: Of `Database.writing`, in which they were, or `keeping`.
        of: The state of the books that they were proposed of.
        is_known: Whether it will be known which lines are due next time.
    """
    for table in (costing_tables.proposed_state, costing_tables.due_true_up):
        connection.execute(delete(table))
    if is_known:
        connection.execute(insert(costing_tables.proposed_state).values(row=1, state=of))


def note_due(connection: Connection) -> None:
    """Note that the true-ups of all lines were proposed that were due."""
    connection.execute(delete(costing_tables.due_true_up))


def bring_note_along(connection: Connection, earlier: str, later: str, touched: Collection[str] | None) -> None:
    """Let lines that were costed again be due, where kept lines are brought along from one state to a later one.

    Args:
        connection: Of `Database.keeping`.
        earlier: The state that the kept lines were of.
        later: That of which they are.
        touched: Which; nothing where others may be due too.
    """
    if proposed_state(connection) == earlier:
        _move_on(connection, later, touched)


def follow_writings(connection: Connection, earlier: str | None, later: str) -> None:
    """Let lines be due where the books were costed whole, as far as it is known what was written between two states.

    Settlements that were locked, and true-ups that were decided, make their own lines due and those tied to them; while
    nothing is locked, nothing is due.

    Args:
        connection: Of `Database.keeping`.
        earlier: The state that the kept lines were of; nothing where none were by these rules.
        later: That of which they are.
    """
    if not locks.are_any(connection):
        note_all(connection, later, is_known=True)
    elif earlier is not None and proposed_state(connection) == earlier != later:
        _move_on(connection, later, _due_since(connection, earlier, later))


def _move_on(connection: Connection, later: str, touched: Collection[str] | None) -> None:
    connection.execute(delete(costing_tables.proposed_state))
    if touched is not None:
        connection.execute(insert(costing_tables.proposed_state).values(row=1, state=later))
        rows = [{"key": key} for key in sorted(set(touched) - due_lines(connection))]
        if rows:
            connection.execute(insert(costing_tables.due_true_up), rows)


def _due_since(connection: Connection, earlier: str, later: str) -> set[str] | None:
    """Return the lines that exports and decisions between two states make due; nothing where more was written."""
    told = writings_told(connection, earlier, later)
    due: set[str] = set()
    for changed, said in told or ():
        kinds = {_BY_TABLE[table] for table in _BY_TABLE.keys() & changed}
        is_known = changed <= OF_TRUE_UPS or (changed <= OF_EXPORTS and LOCKED in said)
        if not is_known or not kinds <= said.keys() or not are_of_entries(said, changed):
            return None
        due |= set(said.get(DECIDED, ())) | _lines_of(connection, map(int, said.get(LOCKED, ())))
    return None if told is None else due


def _lines_of(connection: Connection, settlements: Iterable[int]) -> set[str]:
    line = tables.transaction.c
    parts = frames.among(line.settlement, list(settlements))
    return {key for some in parts for key in connection.scalars(select(line.key).where(some))}


def exported_among(connection: Connection, settlements: Collection[int]) -> set[int]:
    """Return those of some settlements whose costs are locked."""
    own = tables.settlement.c
    locked = select(own.id).where(own.cogs_entry != str(EntryStatus.OPEN))
    return {number for some in frames.among(own.id, settlements) for number in connection.scalars(locked.where(some))}
