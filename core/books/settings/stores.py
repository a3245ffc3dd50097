"""The stores: a seller's accounts at the marketplaces, which one a file belongs to, and its sites."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, insert, select, update

from core.books.database import Connection, marketplace_tables, tables
from core.books.settlements import stored_settlements
from core.errors import CogsheetError, DatabaseError, briefly
from core.given_names import LONGEST_NAME, composed_name, shown_name, why_no_name
from core.model import Marketplace, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class StoreNotNamedError(CogsheetError):
    """A file could belong to several stores."""

    def __init__(self, marketplace: str, known: Sequence[str]) -> None:
        self.marketplace = marketplace
        self.known = tuple(known)
        """Which stores the company has there."""
        named = ", ".join(f"“{name}”" for name in known)
        super().__init__(
            f"This file is from {marketplace}, and the company has several stores there: {named}. "
            f"Nothing was imported. Import it again and say which one it is from."
        )


class OtherSiteError(StoreNotNamedError):
    """A file is of a site of which the only store of its marketplace has nothing yet: it may be another store's."""

    def __init__(self, file: str, store: str, new: Sequence[str], there: Sequence[str]) -> None:
        self.marketplace = new[0]
        self.known = (store,)
        message = (
            f"{file} is of {', '.join(new)}, and store “{store}” has {', '.join(there)} only so far. None of it "
            f"was imported. One account in one region is one store, with all its sites: if this file is from that "
            f"account, import it again for store “{store}”; if it is from another, for a new store."
        )
        CogsheetError.__init__(self, message)


class StoreUnknownError(CogsheetError):
    """A store that was named is not in the books."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        listed = ", ".join(f"“{one}”" for one in known) or "none yet"
        super().__init__(
            f"There is no store “{briefly(name)}” in these books; their stores are: {listed}. Nothing was changed."
        )


class StoreNameError(CogsheetError):
    """A store cannot be called like that."""

    def __init__(self, typed: str, why: str) -> None:
        super().__init__(
            f"“{briefly(typed)}” cannot be a store's name: {why}. Nothing was stored. Choose a name of at most "
            f"{LONGEST_NAME} characters, such as Amazon US."
        )


def sites_of(reading: Reading) -> set[tuple[str, str]]:
    """Return the site and currency of each settlement of a file: `amazon.ca`, CAD. Pure.

    A site is empty where the file names none, which is every file of eBay and Walmart. A Shopify store has one site,
    and may be paid out in several currencies, so its files say nothing here.
    """
    if reading.marketplace is Marketplace.SHOPIFY:
        return set()
    return {(_site(one.marketplace, reading.marketplace), one.currency) for one in reading.settlements}


def _site(named: str, marketplace: str) -> str:
    site = named.strip().casefold()
    return "" if site == marketplace.casefold() else site


def refuse_unasked_sites(file: str, store: str, new: set[tuple[str, str]], there: set[tuple[str, str]]) -> None:
    """Refuse a file of a site that its store has never had, unless the store was named for it. Pure.

    Where either side names no site, the currencies are compared: a site that is known says more than its currency.

    Args:
        file: Its name, for the message.
        store: The store that it would go into, being the only one of its marketplace.
        new: Site and currency of each settlement of the file.
        there: And of each settlement that the store has.

    Raises:
        OtherSiteError: If a site is not among those of the store.
    """
    others = sorted(one for one in new if not any(_may_be_one_site(one, known) for known in there))
    if there and others:
        raise OtherSiteError(
            file, store, [_sites_in_words(one) for one in others], [_sites_in_words(one) for one in sorted(there)]
        )


def _may_be_one_site(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[0] == other[0] if one[0] and other[0] else one[1] == other[1]


def _sites_in_words(site: tuple[str, str]) -> str:
    return f"{site[0]} ({site[1]})" if site[0] else site[1]


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


def sites_there(connection: Connection, store: str) -> set[tuple[str, str]]:
    """Return the sites of a store that its settlements in the books name."""
    known = [one for one in stored_settlements.booked_settlements(connection) if one.store == store]
    marketplace = next(one.marketplace for one in all_stores(connection) if one.name == store)
    return {(_site(one.marketplace, marketplace), one.currency) for one in known}


def store_of_file(connection: Connection, marketplace: Marketplace, named: str | None) -> str:
    """Return the store of a file; one that is new to the books is added.

    Raises:
        StoreNotNamedError: If it could be of several.
        StoreNameError: If no store can be called like the one that was named.
    """
    known = [store.name for store in all_stores(connection) if store.marketplace is marketplace]
    if named is None and len(known) > 1:
        raise StoreNotNamedError(marketplace, known)
    default = known[0] if known else str(marketplace)
    name = default if named is None else name_in_books(connection, named)
    ensure(connection, Store(name, marketplace))
    return name


def name_in_books(connection: Connection, named: str) -> str:
    """Return what a store that somebody named is called: one that is there as it is, a new one as it is kept.

    Raises:
        StoreNameError: If no store can be called like that.
    """
    if find(connection, named) is not None:
        return named
    name = composed_name(named)
    if why := why_no_name(name):
        raise StoreNameError(shown_name(named), why)
    return name


def ensure(connection: Connection, store: Store) -> None:
    """Add the store unless it is there.

    Raises:
        StoreMarketplaceError: If it is there for another marketplace.
    """
    known = connection.execute(select(tables.store).where(tables.store.c.name == store.name)).one_or_none()
    if known is None:
        connection.execute(insert(tables.store).values(name=store.name, marketplace=str(store.marketplace)))
        return
    if known.marketplace != store.marketplace and (known.ended_batch is None or _was_used(connection, store.name)):
        raise StoreMarketplaceError(store.name, known.marketplace, store.marketplace)
    if known.ended_batch is not None:
        again = {"marketplace": str(store.marketplace), "ended_batch": None}
        connection.execute(update(tables.store).where(tables.store.c.name == store.name).values(again))


def find(connection: Connection, name: str) -> Store | None:
    """Return the store of that very name; one that was removed is none."""
    row = connection.execute(
        select(tables.store).where(tables.store.c.name == name, tables.store.c.ended_batch.is_(None))
    ).one_or_none()
    return None if row is None else Store(row.name, Marketplace(row.marketplace))


def all_stores(connection: Connection) -> list[Store]:
    """Return every store that was not removed, by name."""
    return [Store(row.name, Marketplace(row.marketplace)) for row in connection.execute(_by_name())]


@cache
def _by_name() -> Select[Any]:
    return select(tables.store).where(tables.store.c.ended_batch.is_(None)).order_by(tables.store.c.name)


def remove(connection: Connection, name: str, batch: int) -> None:
    """Take a store out of the books; what was once imported for it stays in their history under its name.

    What is imported for it later (`ensure`) puts it into the books again.

    Args:
        connection: Of `Database.writing`.
        name: Of the store; nothing in force belongs to it.
        batch: The number of the batch that removes it.
    """
    connection.execute(update(tables.store).where(tables.store.c.name == name).values(ended_batch=batch))


def _was_used(connection: Connection, name: str) -> bool:
    """Tell whether something of its marketplace was ever stored for a store."""
    kept = (
        tables.settlement.c.store,
        marketplace_tables.goods_back.c.store,
        marketplace_tables.reimbursement.c.store,
        marketplace_tables.pulled_document.c.store,
    )
    return any(connection.scalar(select(column).where(column == name).limit(1)) is not None for column in kept)
