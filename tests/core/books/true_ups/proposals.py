"""What is proposed, held against what comparing every exported line with the books would propose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books.costed_lines.due_lines import due_lines
from core.books.loading import load_books
from core.books.true_ups import true_up_history, true_ups
from core.books.true_ups.cost_comparison import compared, held_lines
from core.books.true_ups.due_true_ups import is_known_what_is_due, propose_due
from core.books.true_ups.far_true_ups import follow_from_all_lines
from core.books.true_ups.true_up_history import SAYS
from core.frame_columns import records
from tests.core.books.lives_of_orders import WHO

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from core.books.books import Books
    from core.books.database import Database


def figures(true_ups: pd.DataFrame) -> dict[str, list[object]]:
    """Return what true-ups say, by their lines."""
    return {row["key"]: [row[name] for name in SAYS] for row in records(true_ups)}


def propose(database: Database, load: Callable[[], Books]) -> bool:
    """Propose what is due, where that is known, and hold it against comparing every line; tell whether it was known.

    Args:
        database: The books.
        load: Loads them whole and keeps their lines.
    """
    books = load()
    if propose_due(database, **WHO) is None:
        true_ups.propose_true_ups(database, books, **WHO)
        return False
    counts = true_ups.propose_true_ups(database, load(), **WHO)
    assert (0, 0) == (counts.new, counts.withdrawn), "what is due alone leaves nothing to be proposed"
    return True


def assert_all_is_proposed(database: Database) -> None:
    """Check that the pending proposals are those of all lines."""
    books = load_books(database, anew=True)
    comparison = compared(books)
    with database.reading() as connection:
        pending = figures(true_up_history.pending(connection))
        refused = figures(true_up_history.dismissed_true_ups(connection))
        is_known, due = is_known_what_is_due(connection), due_lines(connection)
    held = {row["key"] for row in held_lines(books)}
    found = {key: says for key, says in figures(comparison.found).items() if key in held and refused.get(key) != says}
    assert found == pending
    if is_known:
        assert set() == due
        assert not follow_from_all_lines(books, comparison), "what follows from all lines is not said to be known"
