"""The stores: a seller's accounts at the marketplaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

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
    known = find(connection, store.name)
    if known is None:
        connection.execute(insert(table).values(name=store.name, marketplace=str(store.marketplace)))
    elif known.marketplace != store.marketplace:
        raise StoreMarketplaceError(store.name, known.marketplace, store.marketplace)


def find(connection: Connection, name: str) -> Store | None:
    """Return the store of that very name."""
    row = connection.execute(select(table).where(table.c.name == name)).one_or_none()
    return None if row is None else Store(row.name, Marketplace(row.marketplace))


def all_stores(connection: Connection) -> list[Store]:
    """Return every store, by name."""
    rows = connection.execute(select(table).order_by(table.c.name))
    return [Store(row.name, Marketplace(row.marketplace)) for row in rows]
