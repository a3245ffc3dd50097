"""Propose true-ups of the lines that are due alone, so that a sync of few orders compares few lines with the books.

The proposals are then those that comparing every exported line would leave (`true_ups.propose_true_ups`); see
docs/design/books.md, Costed lines are kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.due_lines import due_lines, note_due, proposed_state
from core.books.costed_lines.stored_lines import kept_state
from core.books.database.repeating import repeated
from core.books.database.state import state
from core.books.part_of_books import load_around
from core.books.settlements import settlement_lines
from core.books.true_ups import true_up_history
from core.books.true_ups.cost_comparison import compared
from core.books.true_ups.far_true_ups import follow_from_all_lines
from core.books.true_ups.true_up_history import ProposalCounts

if TYPE_CHECKING:
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


def propose_due(database: Database, *, who: str, now: datetime) -> ProposalCounts | None:
    """Make the pending proposals say what is known now, comparing the lines that are due and all tied to them.

    Returns:
        Nothing where it is not known which lines are due, where that are many, and where what is proposed may follow
        from all lines; then nothing was proposed.
    """
    with database.reading() as connection:
        is_known, due = is_known_what_is_due(connection), due_lines(connection)
        lines = settlement_lines.count(connection) if len(due) > _FEW else 0
    if not is_known or (len(due) > _FEW and len(due) * _MOST > lines):
        return None
    if not due:
        return ProposalCounts(0, 0, 0)
    books = load_around(database, due, typed={}, moved_units_too=True)
    return None if books is None else _propose(database, alone(books), who, now)


@repeated
def _propose(database: Database, books: Books, who: str, now: datetime) -> ProposalCounts | None:
    comparison = compared(books)
    if follow_from_all_lines(books, comparison):
        return None
    with database.writing() as connection:
        if state(connection) != books.database_state or not is_known_what_is_due(connection):
            return None
        counts = true_up_history.update_proposals(
            connection,
            comparison.found,
            lambda: batches.new(connection, BatchKind.TRUE_UP, who, now, note="proposed"),
            list(books.lines["key"]),
        )
        note_due(connection)
        return counts
