"""What the books hold, row by row, to be compared: without moments, drawn words and what is made anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from core.books.database import Database

MADE_ANEW = {
    *("books_state", "writing", "seal", "costed_state", "costed_settlement", "costed_line", "shown_line"),
    *("proposed_state", "due_true_up", "probe_cache", "alembic_version"),
}
"""Tables of what is made of the others."""
DRAWN = {"token", "machine", "folder", "path"}
"""Columns that differ from run to run."""
ADDRESSES = {"probe_cache", "sync_run"}
"""Tables whose `account` is Finale's address, with a port that is drawn; that of an entry is compared."""
MOMENTS = {
    *("at", "created_at", "imported_at", "changed_at", "saved_at", "fetched_at", "seen_at", "started_at"),
    *("finished_at", "pulled_at"),
}
"""Columns of when something was done; when goods were paid for, sold or deposited is compared."""

NOTED_TWICE = {"outbox_end"}
"""Tables in which two desks may note the same: that a file is written."""

_STATE = re.compile(r"^'(\d+)-[0-9a-f]{8}'$")
"""A state of the books: its number, and a word that is drawn."""
Rows = dict[str, list[tuple[str, ...]]]


def stored_rows(database: Database, without: frozenset[str] = frozenset()) -> Rows:
    """Return every row of every table that holds what was stored, by table; some columns may be left out."""
    return _rows(database, MADE_ANEW, without)


def all_rows(database: Database) -> Rows:
    """Return the same with what is made of it; without the seals, which the program itself holds against the rows."""
    return _rows(database, {"writing", "seal"})


def _rows(database: Database, tables: set[str], without: frozenset[str] = frozenset()) -> Rows:
    with database.reading() as connection:
        found = {
            name: sorted(
                tuple(
                    _STATE.sub(r"'\1'", repr(value))
                    for column, value in row.items()
                    if _is_compared(name, column, without)
                )
                for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()  # noqa: S608 - our tables
            )
            for name in inspect(connection).get_table_names()
            if name not in tables
        }
        return {name: _once(rows) if name in NOTED_TWICE else rows for name, rows in found.items()}


def _once(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted({row[1:] for row in rows})


def _is_compared(table: str, column: str, without: frozenset[str]) -> bool:
    is_address = column == "account" and table in ADDRESSES
    return column not in DRAWN | MOMENTS | without and not is_address


def difference(one: Rows, other: Rows) -> str:
    """Say in which tables books differ, with a row of each."""
    return "; ".join(
        f"{name}: {[*({*one[name]} ^ {*other[name]})][:2]}" for name in one if one[name] != other.get(name)
    )
