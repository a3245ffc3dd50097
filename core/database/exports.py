"""When what is out went out: the batch of the first entry or lock of a settlement that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, union_all

from core.database.tables import entry, lock, reopening

if TYPE_CHECKING:
    from sqlalchemy import Connection


def first_batches(connection: Connection) -> dict[int, int]:
    """Return the batch in which each settlement first went out, by its number; what was reopened counts no more."""
    undone = select(entry.c.reverses).where(entry.c.reverses.is_not(None))
    posted = select(entry.c.settlement, entry.c.batch).where(
        entry.c.settlement.is_not(None), entry.c.reverses.is_(None), entry.c.id.not_in(undone)
    )
    locked = select(lock.c.settlement, lock.c.batch).where(lock.c.id.not_in(select(reopening.c.lock)))
    both = union_all(posted, locked).subquery()
    found = select(both.c.settlement, func.min(both.c.batch)).group_by(both.c.settlement)
    return {int(settlement): int(batch) for settlement, batch in connection.execute(found)}
