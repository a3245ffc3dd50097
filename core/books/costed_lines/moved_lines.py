"""Keep lines as they have become, and those that have come into the books; all others stay as they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from core.books.costed_lines.line_digests import digest, digest_changes, next_digest
from core.books.costed_lines.line_ties import TIE_COLUMNS
from core.books.costed_lines.line_totals import forget_notes, kept_totals, moved_totals, put_totals
from core.books.costed_lines.stored_lines import AS_KEPT, NUMBER, STORED, differing, put_settlement
from core.books.database import costing_tables, frames
from core.books.settlements import settlement_lines
from core.books.settlements.status import settlement_totals
from core.frame_columns import TRANSACTION_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from core.books.database import Connection
    from core.books.settlements.booked_settlement import BookedSettlement

_LINES = [*TRANSACTION_COLUMNS, *AS_KEPT]
_TIES = [*TIE_COLUMNS, "key"]


def bring_along(
    connection: Connection, before: pd.DataFrame, after: pd.DataFrame, counted: Callable[[pd.DataFrame], pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep lines as they have become; all others stay as they are kept.

    Args:
        connection: Of `Database.keeping`.
        before: `kept_lines_by_key`.
        after: The same lines as they are now, in the same order and with the same columns.
        counted: Returns those of some lines that the books count.

    Returns:
        Those that are others than before, as they were and as they are.
    """
    changed = differing(before, after)
    was, now = before[changed.to_numpy()], after[changed]
    for table in (costing_tables.costed_line, costing_tables.shown_line):
        for some in frames.among(table.c.key, now["key"]):
            connection.execute(delete(table).where(some))
    frames.store(connection, costing_tables.costed_line, now, {**STORED, **NUMBER})
    shown = now[differing(settlement_lines.lines_of_keys(connection, now["key"]), now)]
    frames.store(connection, costing_tables.shown_line, shown, {**TRANSACTION_COLUMNS, **NUMBER})
    _move_digests(connection, was, now)
    put_totals(connection, moved_totals(kept_totals(connection), was, now, counted))
    if not was["sku"].equals(now["sku"].set_axis(was.index)):
        forget_notes(connection)
    return was, now


def keep_new(
    connection: Connection,
    one: BookedSettlement,
    lines: pd.DataFrame,
    counted: Callable[[pd.DataFrame], pd.DataFrame],
    *,
    has_ended: bool,
) -> None:
    """Keep the lines of a settlement that has come into the books, and what they come to; nothing is noted of it yet.

    Args:
        connection: Of `Database.keeping`.
        one: Which.
        lines: All of it (`kept_lines_by_key`).
        counted: Returns those of some lines that the books count.
        has_ended: Whether it ended before its books start.
    """
    put_settlement(connection, one, lines, (digest(lines[_LINES]), digest(lines[_TIES])))
    of_books = counted(lines)
    is_history = has_ended or (not lines.empty and of_books.empty)
    put_totals(connection, {one.id: settlement_totals(lines, of_books, is_history=is_history)})


def _move_digests(connection: Connection, was: pd.DataFrame, now: pd.DataFrame) -> None:
    """Let the digests of settlements be those of their lines as some of them have become."""
    kept, numbers = costing_tables.costed_settlement, sorted(set(now["settlement"]))
    parts = (select(kept).where(some) for some in frames.among(kept.c.settlement, numbers))
    known = {row.settlement: (row.digest, row.ties) for query in parts for row in connection.execute(query)}
    of_lines = digest_changes(was[_LINES], now[_LINES], now["settlement"])
    of_ties = digest_changes(was[_TIES], now[_TIES], now["settlement"])
    for number in numbers:
        digests = tuple(
            next_digest(old, by[number]) for old, by in zip(known[number], (of_lines, of_ties), strict=True)
        )
        moved = update(kept).where(kept.c.settlement == number).values(digest=digests[0], ties=digests[1])
        connection.execute(moved)
