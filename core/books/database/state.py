"""Which state the books are in: every writing moves them to the next one, whatever it changes, and is remembered.

What was changed between two states is told by the tables that were written to, so that what is kept of the books can be
brought along where it is known what the change touches; nobody has to say so, and so nobody can forget it. Who stores
what the inventory system says tells beside it of what that is (`note_statements`); where nobody did, nothing
is brought along.
"""

from __future__ import annotations

import json
import secrets
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from core.books.database.costing_tables import books_state, writing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection, Select


def state(connection: Connection) -> str:
    """Return the state that the books are in: two readings of one state saw the same books.

    Returns:
        The number of writings so far, and a word that was drawn at the last: books that were put back from a copy and
        written to again as often are in another state.
    """
    row = connection.execute(_number_and_token()).first()
    return "0" if row is None else f"{row.number}-{row.token}"


@cache
def _number_and_token() -> Select[tuple[int, str]]:
    return select(books_state.c.number, books_state.c.token)


def writings(of: str) -> int:
    """Return how many writings led to a state."""
    return int(of.partition("-")[0])


def move_on(connection: Connection, changed: Collection[str]) -> str:
    """Move the books to their next state, in the transaction that changed them, and return that.

    Args:
        connection: Of the transaction.
        changed: The tables whose rows it changed.
    """
    before, token = state(connection), secrets.token_hex(4)
    moved = connection.execute(update(books_state).values(number=books_state.c.number + 1, token=token))
    if not moved.rowcount:
        connection.execute(insert(books_state).values(row=1, number=1, token=token))
    after = state(connection)
    said = {what: sorted(names) for what, names in connection.info.pop(_SAID, {}).items()}
    told = {"number": writings(after), "before": before, "after": after, "changed": json.dumps(sorted(changed))}
    connection.execute(insert(writing).values({**told, "said": json.dumps(said, ensure_ascii=False)}))
    return after


def was_reached(connection: Connection, wanted: str) -> bool | None:
    """Tell whether the books came to a state; `None` where nobody remembers so far back."""
    led = connection.execute(select(writing.c.after).where(writing.c.number == writings(wanted))).scalar()
    if led is not None:
        return bool(led == wanted)
    now = state(connection)
    return True if now == wanted else False if writings(now) < writings(wanted) else None


_SAID = "of what the inventory system said something"


def begin_writing(connection: Connection) -> None:
    """Know of nothing that was said, as a transaction begins."""
    connection.info[_SAID] = {}


def note_statements(connection: Connection, names_by_kind: Mapping[str, Iterable[str]]) -> None:
    """Remember with this transaction of what something is said, by kind: `orders`, `products` and so on."""
    known = connection.info.setdefault(_SAID, {})
    for what, names in names_by_kind.items():
        known.setdefault(what, set()).update(names)


def statements_between(
    connection: Connection, earlier: str, later: str, by_table: Mapping[str, str]
) -> dict[str, set[str]] | None:
    """Return of what something was said between two states of which `changed_between` tells, by kind.

    Args:
        connection: Of `Database.reading` or `keeping`.
        earlier: A state.
        later: A later one.
        by_table: Tables, each with a kind that is told by whoever stores something there.

    Returns:
        Nothing where a transaction wrote to such a table and told nothing of that kind.
    """
    query = select(writing).where(writing.c.number > writings(earlier), writing.c.number <= writings(later))
    found: dict[str, set[str]] = {}
    for row in connection.execute(query):
        said, changed = json.loads(row.said), json.loads(row.changed)
        if any(by_table[table] not in said for table in by_table.keys() & set(changed)):
            return None
        for what, names in said.items():
            found.setdefault(what, set()).update(names)
    return found


def changed_between(connection: Connection, earlier: str, later: str) -> set[str] | None:
    """Return the tables that were written to between two states; nothing where no row of writings leads there."""
    told = writings_told(connection, earlier, later)
    return None if told is None else {table for changed, _ in told for table in changed}


def writings_told(
    connection: Connection, earlier: str, later: str
) -> list[tuple[set[str], dict[str, list[str]]]] | None:
    """Return the writings between two states, each with its tables and of what something was said, by kind.

    Returns:
        Nothing where no row of writings leads from the one to the other.
    """
    query = select(writing).where(writing.c.number > writings(earlier), writing.c.number <= writings(later))
    found: list[tuple[set[str], dict[str, list[str]]]] = []
    reached = earlier
    for row in connection.execute(query.order_by(writing.c.number)):
        if row.before != reached:
            return None
        found.append((set(json.loads(row.changed)), json.loads(row.said)))
        reached = row.after
    return found if reached == later else None


def forget_writings(connection: Connection, until: str) -> None:
    """Let go of the writings that led to a state: whatever is kept is of that state, or of a later one."""
    connection.execute(delete(writing).where(writing.c.number <= writings(until)))
