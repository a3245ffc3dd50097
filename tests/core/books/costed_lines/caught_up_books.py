"""Books whose kept lines are brought along, and random ones of which nothing is stored but what costing needs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import text

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.stored_lines import kept_state
from core.books.database.state import state
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.questions import question_of
from core.books.overrides.stored_overrides import ANSWER_COLUMNS
from core.frame_columns import frame, records
from core.model import Event, OverrideKind
from tests.core.books.lives_of_orders import WHO, Life

if TYPE_CHECKING:
    from core.books.database import Database
    from tests.core.costing.random_books import Row


LIFE = Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=None)


def say(database: Database, rows: list[Row]) -> int:
    """Save answers as the next versions of their lines, each with the question that its line asks."""
    books = load_books(database)
    held = books.costing_input.transactions if books.documents is None else books.documents.transactions
    asked = {row["key"]: question_of(row) for row in records(held)}
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SAVE, **WHO)
        there = stored_overrides.newest_of(connection, [row["key"] for row in rows])
        shown = {row["key"]: there.get(row["key"], {"version": 0})["version"] for row in rows}
        plain = [
            {name: value for name, value in row.items() if name in ANSWER_COLUMNS}
            | {"currency": "USD", "shown_version": shown[row["key"]]}
            | asked[row["key"]]
            for row in rows
        ]
        assert [] == stored_overrides.save(connection, frame(ANSWER_COLUMNS, plain), batch, **WHO)
    return batch


def sale_of(database: Database, order: str = "111-0") -> str:
    """Return the key of an order's sale."""
    rows = records(load_books(database).lines)
    return str(next(row["key"] for row in rows if row["order_id"] == order and row["event"] == Event.SALE))


def is_up_to_date(database: Database) -> bool:
    """Tell whether the kept lines are of the state that the books are in."""
    with database.reading() as connection:
        kept = kept_state(connection)
        return kept is not None and kept[0] == state(connection)


def save(database: Database, cost: str, order: str = "111-0") -> int:
    """Save a cost of an order's sale; return the batch."""
    answer = {"key": sale_of(database, order), "unit_cost": Decimal(cost), "kind": str(OverrideKind.ENTERED)}
    return say(database, [answer])


def kept_rows(database: Database) -> set[tuple[str, int]]:
    """Return the key of each kept line and the number of its row, which another row has once it was written again."""
    with database.reading() as connection:
        return {(key, row) for key, row in connection.execute(text("SELECT key, rowid FROM costed_line"))}


def now(database: Database) -> str:
    with database.reading() as connection:
        return state(connection)
