"""Which true-ups wait and which lines are due, held against what comparing every exported line gives.

See docs/design/books.md, Costed lines are kept: what is kept is no evidence.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.books.costed_lines.due_lines import due_lines
from core.books.part_of_books import load_around
from core.books.true_ups import true_up_history
from core.books.true_ups.cost_comparison import compared, held_lines
from core.books.true_ups.due_true_ups import is_known_what_is_due
from core.books.true_ups.true_up_history import SAYS
from core.books.verification.tie_outs import TieOut
from core.frame_columns import records

if TYPE_CHECKING:
    import pandas as pd

    from core.books.books import Books
    from core.books.database import Database

DUE_TIE_OUT = "True-ups that are due: what differs"
"""The name of the tie-out of `due_tie_outs`."""
_PLACE = ("key", "store", "settlement_id")


def _of_exported_lines(books: Books) -> dict[str, list[object]]:
    """Return what comparing every exported line says, by line."""
    held = {row["key"] for row in held_lines(books)}
    return {key: says for key, says in _figures(compared(books).found).items() if key in held}


def _named(books: Books, keys: set[str]) -> list[str]:
    places = {row["key"]: f"{row['store']}/{row['settlement_id']}" for row in records(books.lines, _PLACE)}
    return [f"line {key} of {places.get(key, 'no settlement')}" for key in sorted(keys)]


def _figures(true_ups: pd.DataFrame) -> dict[str, list[object]]:
    return {row["key"]: [row[name] for name in SAYS] for row in records(true_ups)}


def due_tie_outs(database: Database, books: Books) -> list[TieOut]:
    """Hold the pending true-ups against those of every exported line, but for the lines that are due and their ties.

    Nothing where it is not known which lines are due: then all are compared anew.
    """
    named = proposed_otherwise(database, books)
    if named is None:
        return []
    words = "comparing these says otherwise, and nothing says that they are due: " if named else ""
    return [TieOut(DUE_TIE_OUT, Decimal(len(named)), Decimal(0), words + ", ".join(named))]


def proposed_otherwise(database: Database, books: Books) -> list[str] | None:
    """Name the lines whose pending true-up is another one than comparing them gives, and which nothing calls due.

    Args:
        database: The books.
        books: Their state, costed from nothing.

    Returns:
        Nothing where it is not known which lines are due.
    """
    with database.reading() as connection:
        if not is_known_what_is_due(connection):
            return None
        due = due_lines(connection)
        pending = _figures(true_up_history.pending(connection))
        refused = _figures(true_up_history.dismissed_true_ups(connection))
    near = load_around(database, due, typed={}, moved_units_too=True) if due else None
    if due and near is None:
        return None  # then a sync compares all
    wanted = {key: says for key, says in _of_exported_lines(books).items() if refused.get(key) != says}
    wrong = {key for key in wanted.keys() | pending.keys() if wanted.get(key) != pending.get(key)}
    return _named(books, wrong - (set() if near is None else set(near.lines["key"])))
