"""Propose true-ups of the lines that are due alone, so that a sync of few orders compares few lines with the books.

The proposals are then those that comparing every exported line would leave (`true_ups.propose_true_ups`); see
docs/design/books.md, Costed lines are kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.due_lines import due_lines, exported_among, note_due, proposed_state
from core.books.costed_lines.line_ties import TIE_COLUMNS
from core.books.costed_lines.stored_lines import kept_lines_by_key, kept_state
from core.books.costed_lines.tied_lines import lines_near
from core.books.database.repeating import repeated
from core.books.database.state import state
from core.books.part_of_books import load_around
from core.books.settlements import settlement_lines
from core.books.true_ups import true_up_history
from core.books.true_ups.cost_comparison import compared
from core.books.true_ups.far_true_ups import follow_from_all_lines
from core.books.true_ups.true_up_history import FOUND_COLUMNS, ProposalCounts
from core.frame_columns import TEXT, frame

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    import pandas as pd

    from core.books.books import Books
    from core.books.database import Connection, Database


_FEW, _MOST = 1_000, 4
"""Where more lines are due than so many, and more than one in so many of all, all are compared."""


def alone(books: Books) -> Books:
    """Return some lines of the books without the true-ups of all others, so that nothing is taken for one of them."""

    def own(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["key"].isin(list(books.lines["key"]))].reset_index(drop=True)

    return replace(
        books,
        accepted_true_ups=own(books.accepted_true_ups),
        dismissed_true_ups=own(books.dismissed_true_ups),
        posted_true_ups=own(books.posted_true_ups),
        trued_up_lines=own(books.trued_up_lines),
    )


def is_known_what_is_due(connection: Connection) -> bool:
    """Tell whether every true-up of the books as they are is proposed, but for the lines that are due."""
    kept = kept_state(connection)
    return kept is not None and kept[0] == state(connection) == proposed_state(connection)


class DueProposals(NamedTuple):
    """What is to be proposed of the lines that are due."""

    state: str
    """Of the books that they were compared in."""
    found: pd.DataFrame
    """FOUND_COLUMNS of those that would cost something else."""
    compared: Sequence[str]
    """The keys of the lines that were compared: those that are due and all that may be tied to them."""

    @property
    def are_none(self) -> bool:
        """Whether no line is due."""
        return not self.compared


def due_proposals(database: Database) -> DueProposals | None:
    """Compare the lines that are due, and all tied to them, with what the books hold.

    Returns:
        Nothing where it is not known which lines are due, where that are many, and where what is proposed may follow
        from all lines.
    """
    with database.reading() as connection:
        is_known, due, now = is_known_what_is_due(connection), due_lines(connection), state(connection)
        lines = settlement_lines.count(connection) if len(due) > _FEW else 0
    if not is_known or (len(due) > _FEW and len(due) * _MOST > lines):
        return None
    if not due:
        return DueProposals(now, frame(FOUND_COLUMNS), ())
    loaded = load_around(database, due, typed={}, moved_units_too=True)
    if loaded is None:
        return None
    books = alone(loaded)
    comparison = compared(books)
    if follow_from_all_lines(books, comparison):
        return None
    return DueProposals(books.database_state, comparison.found, list(books.lines["key"]))


@repeated
def propose_due(database: Database, *, who: str, now: datetime) -> ProposalCounts | None:
    """Make the pending proposals say what is known now, comparing the lines that are due and all tied to them.

    Returns:
        Nothing where `due_proposals` returns nothing, and where somebody has written to the books meanwhile; then
        nothing was proposed.
    """
    due = due_proposals(database)
    if due is None or due.are_none:
        return None if due is None else ProposalCounts(0, 0, 0)
    with database.writing() as connection:
        return store_due(connection, due, who=who, now=now)


def store_due(connection: Connection, due: DueProposals, *, who: str, now: datetime) -> ProposalCounts | None:
    """Propose what was found of the lines that are due; nothing where the books are in another state by now.

    Args:
        connection: Of `Database.writing`.
        due: `due_proposals`.
        who: Who proposes.
        now: When.
    """
    if state(connection) != due.state or not is_known_what_is_due(connection):
        return None
    if due.are_none:
        return ProposalCounts(0, 0, 0)
    counts = true_up_history.update_proposals(
        connection,
        due.found,
        lambda: batches.new(connection, BatchKind.TRUE_UP, who, now, note="proposed"),
        due.compared,
    )
    note_due(connection)
    return counts


class LinesToDecide(NamedTuple):
    """The lines that decisions about true-ups are about, with all that may be tied to them."""

    books: Books
    due: DueProposals


def load_to_decide(database: Database, accepted: Collection[int]) -> LinesToDecide | None:
    """Load what decisions are made of: the lines of all that is due, waits or was dismissed, and all tied to them.

    A settlement that accepted ones may post to is loaded whole, for what it posts is the cents of all that it holds.

    Args:
        database: Whose.
        accepted: The numbers of the proposals that are to be posted.

    Returns:
        Nothing where `due_proposals` or `load_around` says nothing, and where somebody has written meanwhile.
    """
    due = due_proposals(database)
    if due is None:
        return None
    with database.reading() as connection:
        waiting, refused = true_up_history.pending(connection), true_up_history.dismissed_true_ups(connection)
        own = set(waiting.loc[waiting["id"].isin(list(accepted)), "key"])
        near = kept_lines_by_key(connection, lines_near(connection, own, frame({"key": TEXT, **TIE_COLUMNS})))
        held = near[near["settlement"].isin(list(exported_among(connection, set(near["settlement"]))))]
    whole = set(zip(held["store"], held["settlement_id"], strict=True))
    keys = {*waiting["key"], *refused["key"], *due.compared}
    books = load_around(database, keys, whole, typed={}, moved_units_too=True)
    if books is None or not books.settlement_notes or books.database_state != due.state:
        return None
    return LinesToDecide(books, due)
