"""The stores: a seller's accounts at the marketplaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from core.database.tables import goods_back, pulled_document, reimbursement, settlement
from core.database.tables import store as table
from core.errors import DatabaseError
from core.model import Marketplace

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Store:
    """One account; its name is part of every line key, so it is never renamed."""

    name: str
    marketplace: Marketplace


class StoreMarketplaceError(DatabaseError):
    """A store belongs to one marketplace."""

    def __init__(self, name: str, known: str, wanted: str) -> None:
        super().__init__(
            f"Store “{name}” is a store at {known}, so nothing of {wanted} was put into it. Choose another store name."
        )


def ensure(connection: Connection, store: Store) -> None:
    """Add the store unless it is there.

    Raises:
        StoreMarketplaceError: If it is there for another marketplace.
    """
    known = connection.execute(select(table).where(table.c.name == store.name)).one_or_none()
    if known is None:
        connection.execute(insert(table).values(name=store.name, marketplace=str(store.marketplace)))
        return
    if known.marketplace != store.marketplace and (known.ended_batch is None or _was_used(connection, store.name)):
        raise StoreMarketplaceError(store.name, known.marketplace, store.marketplace)
    if known.ended_batch is not None:
        again = {"marketplace": str(store.marketplace), "ended_batch": None}
        connection.execute(update(table).where(table.c.name == store.name).values(again))


def find(connection: Connection, name: str) -> Store | None:
    """Return the store of that very name; one that was removed is none."""
    row = connection.execute(select(table).where(table.c.name == name, table.c.ended_batch.is_(None))).one_or_none()
    return None if row is None else Store(row.name, Marketplace(row.marketplace))


def all_stores(connection: Connection) -> list[Store]:
    """Return every store that was not removed, by name."""
    rows = connection.execute(select(table).where(table.c.ended_batch.is_(None)).order_by(table.c.name))
    return [Store(row.name, Marketplace(row.marketplace)) for row in rows]


def remove(connection: Connection, name: str, batch: int) -> None:
    """Take a store out of the books; what was once imported for it stays in their history under its name.

    What is imported for it later (`ensure`) puts it into the books again.

    Args:
        connection: Of `Database.writing`.
        name: Of the store; nothing in force belongs to it.
        batch: The number of the batch that removes it.
    """
    connection.execute(update(table).where(table.c.name == name).values(ended_batch=batch))


def _was_used(connection: Connection, name: str) -> bool:
    """Tell whether something of its marketplace was ever stored for a store."""
    kept = (settlement.c.store, goods_back.c.store, reimbursement.c.store, pulled_document.c.store)
    return any(connection.scalar(select(column).where(column == name).limit(1)) is not None for column in kept)
