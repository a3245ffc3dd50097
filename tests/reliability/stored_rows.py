"""What the books hold, row by row, to be compared: without moments, drawn words and what is made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from core.books.database import Database

MADE_ANEW = {
    *("books_state", "writing", "seal", "costed_state", "costed_settlement", "costed_line", "shown_line"),
    *("proposed_state", "due_true_up", "probe_cache", "alembic_version"),
}
"""Tables of what is made of the others."""
DRAWN = {"token", "hash", "machine", "folder", "path", "account"}
"""Columns that differ from run to run, as all moments do."""

NOTED_TWICE = {"outbox_end"}
"""Tables in which two desks may note the same: that a file is written."""

Rows = dict[str, list[tuple[str, ...]]]


def stored_rows(database: Database, without: frozenset[str] = frozenset()) -> Rows:
    """Return every row of every table that holds what was stored, by table; some columns may be left out."""
    with database.reading() as connection:
        tables = [name for name in inspect(connection).get_table_names() if name not in MADE_ANEW]
        found = {
            name: sorted(
                tuple(repr(value) for column, value in row.items() if _is_compared(column) and column not in without)
                for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()  # noqa: S608 - our tables
            )
            for name in tables
        }
        return {name: _once(rows) if name in NOTED_TWICE else rows for name, rows in found.items()}


def _once(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted({row[1:] for row in rows})


def _is_compared(column: str) -> bool:
    return column not in DRAWN and not (column.endswith("_at") or column == "at")


def difference(one: Rows, other: Rows) -> str:
    """Say in which tables books differ, with a row of each."""
    return "; ".join(
        f"{name}: {[*({*one[name]} ^ {*other[name]})][:2]}" for name in one if one[name] != other.get(name)
    )
