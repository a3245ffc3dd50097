"""Which documents of a store's marketplace were pulled, and what became of each. Append-only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import insert, or_, select

from core.database import frames
from core.database.batches import BatchKind
from core.database.tables import batch, settlement_file
from core.database.tables import pulled_document as table
from core.model import FLAG, MOMENT, TEXT

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import Connection

    from core.model import Columns


class PullOutcome(StrEnum):
    """What became of a document."""

    IMPORTED = "imported"
    """It was read, and all of it is in the books, now or since before."""
    FAILED = "failed"
    """It could not be read, or the books have something else under its name; the next pull tries again."""


@dataclass(frozen=True, slots=True)
class PulledDocument:
    """One document, fetched once."""

    store: str
    document_id: str
    """The marketplace's own."""
    name: str
    final: bool
    """Whether the marketplace will never change it."""
    sha256: str | None
    """Hash of the bytes that came."""
    outcome: PullOutcome
    pulled_at: datetime
    reason: str = ""
    """Why it failed."""


HISTORY_COLUMNS: Columns = {
    "store": TEXT,
    "document_id": TEXT,
    "name": TEXT,
    "final": FLAG,
    "sha256": TEXT,
    "outcome": TEXT,  # PullOutcome
    "reason": TEXT,
    "pulled_at": MOMENT,
}


def remember(connection: Connection, document: PulledDocument) -> None:
    """Note what became of a document."""
    values = {name: getattr(document, name) for name in HISTORY_COLUMNS}
    connection.execute(insert(table).values({**values, "outcome": str(document.outcome)}))


def known(connection: Connection, store: str) -> set[str]:
    """Return the ids of a store's documents that need not be fetched again: imported, and final.

    A document whose settlement was removed by hand is fetched again: that is how it comes back.
    """
    parts = select(settlement_file.c.sha256).where(settlement_file.c.ended_batch.is_(None))
    removed = (
        select(settlement_file.c.sha256)
        .join(batch, batch.c.number == settlement_file.c.ended_batch)
        .where(batch.c.kind == str(BatchKind.REMOVE), settlement_file.c.sha256.not_in(parts))
    )
    done = select(table.c.document_id).where(
        table.c.store == store,
        table.c.outcome == str(PullOutcome.IMPORTED),
        table.c.final,
        or_(table.c.sha256.is_(None), table.c.sha256.not_in(removed)),
    )
    return set(connection.scalars(done))


def history(connection: Connection) -> pd.DataFrame:
    """Return every document that was ever fetched (HISTORY_COLUMNS), the oldest first."""
    return frames.load(connection, select(table).order_by(table.c.id), HISTORY_COLUMNS)
