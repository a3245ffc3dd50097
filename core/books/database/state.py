"""Which state the books are in: every writing moves them to the next one, whatever it changes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from core.books.database.costing_tables import books_state

if TYPE_CHECKING:
    from sqlalchemy import Connection


def state(connection: Connection) -> str:
    """Return the state that the books are in: two readings of one state saw the same books.

    Returns:
        The number of writings so far, and a word that was drawn at the last: books that were put back from a copy and
        written to again as often are in another state.
    """
    found = connection.execute(select(books_state.c.number, books_state.c.token)).first()
    return "0" if found is None else f"{found.number}-{found.token}"


def writings(of: str) -> int:
    """Return how many writings led to a state."""
    return int(of.partition("-")[0])


def move_on(connection: Connection) -> None:
    """Move the books to their next state, in the transaction that changed them."""
    token = secrets.token_hex(4)
    moved = connection.execute(update(books_state).values(number=books_state.c.number + 1, token=token))
    if not moved.rowcount:
        connection.execute(insert(books_state).values(row=1, number=1, token=token))
