"""The numbered batches: everything that changed the books, who did it and when. Append-only."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, func, insert, select

from core.books.database import frames, tables
from core.books.database.column_types import known_word
from core.frame_columns import MOMENT, TEXT, WHOLE, Columns, records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd


class BatchKind(StrEnum):
    """What somebody did."""

    SETUP = "setup"
    IMPORT = "import"
    SYNC = "sync"
    SAVE = "save"
    UNDO = "undo"
    RESTORE = "restore"
    MOVE = "move"
    """Answers taken over, or proposed, when one document takes the place of another."""
    REMOVE = "remove"
    """A settlement or a store taken out of the books; its rows keep this batch as the one that ended them."""
    REREAD = "read anew"
    """What stored originals hold, as a newer reader reads them."""
    EXPORT = "export"
    REOPEN = "reopen"
    TRUE_UP = "true-up"


BATCH_COLUMNS: Columns = {
    "number": WHOLE,
    "kind": TEXT,  # BatchKind
    "who": TEXT,
    "at": MOMENT,
    "note": TEXT,
    "undoes": WHOLE,  # the batch that this one takes back
}


def in_words(batch: Mapping[str, Any]) -> str:
    """Return what names a batch to a bookkeeper: `batch 12, save by M. Lee, 2026-11-30 15:52 UTC`. Pure.

    Args:
        batch: A row of BATCH_COLUMNS.
    """
    note = f" ({batch['note']})" if batch["note"] else ""
    return f"batch {batch['number']}, {batch['kind']} by {batch['who']}, {batch['at']:%Y-%m-%d %H:%M} UTC{note}"


def new(connection: Connection, kind: BatchKind, who: str, now: datetime, note: str = "") -> int:
    """Open a batch and return its number: 1, 2, ... without gaps, because writers come one after the other."""
    return _insert(connection, {"kind": str(kind), "who": who, "at": now, "note": note})


def new_undo(connection: Connection, undoes: int, who: str, now: datetime) -> int:
    """Open the batch that takes another one back, and return its number."""
    note = f"undoes batch {undoes}"
    return _insert(connection, {"kind": str(BatchKind.UNDO), "who": who, "at": now, "note": note, "undoes": undoes})


def history(connection: Connection) -> pd.DataFrame:
    """Return every batch (BATCH_COLUMNS), the newest first."""
    return frames.load(connection, select(tables.batch).order_by(tables.batch.c.number.desc()), BATCH_COLUMNS)


def of_number(connection: Connection, number: int) -> dict[str, Any]:
    """Return a batch (BATCH_COLUMNS) by its number."""
    (row,) = records(
        frames.load(connection, select(tables.batch).where(tables.batch.c.number == number), BATCH_COLUMNS)
    )
    return row


def last(connection: Connection) -> int:
    """Return the number of the newest batch; 0 where there is none."""
    return connection.scalar(_newest_number()) or 0


@cache
def _newest_number() -> Select[Any]:
    return select(func.max(tables.batch.c.number))


def undone(connection: Connection) -> set[int]:
    """Return the batches that are taken back; an undo that was undone itself counts for nothing."""
    numbers: set[int] = set()
    for row in connection.execute(_undoings()):
        if row.number not in numbers:
            numbers.add(row.undoes)
    return numbers


@cache
def _undoings() -> Select[Any]:
    batch = tables.batch.c
    return select(batch.number, batch.undoes).where(batch.undoes.is_not(None)).order_by(batch.number.desc())


def since(connection: Connection, number: int) -> set[BatchKind]:
    """Return what kinds of things were done after a batch."""
    kinds = connection.scalars(select(tables.batch.c.kind).where(tables.batch.c.number > number).distinct())
    return {known_word(BatchKind, kind, "a kind of batch") for kind in kinds}


def taken_back_since(connection: Connection, number: int) -> set[BatchKind]:
    """Return what kinds of things were taken back after a batch."""
    later = select(tables.batch.c.undoes).where(tables.batch.c.number > number, tables.batch.c.undoes.is_not(None))
    kinds = connection.scalars(select(tables.batch.c.kind).where(tables.batch.c.number.in_(later)).distinct())
    return {known_word(BatchKind, kind, "a kind of batch") for kind in kinds}


def _insert(connection: Connection, values: dict[str, Any]) -> int:
    number = last(connection) + 1
    connection.execute(insert(tables.batch).values(number=number, **values))
    return number
