"""The stores of a company that are connected: the sandbox on this machine for the demo, else the user's own."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from core.books.importing.pulling import ConnectedStore, PulledStore
from core.books.settings import stored_settings
from core.company_databases import World
from core.errors import CogsheetError, briefly
from core.http.credentials import Secret, SystemCredentials
from core.marketplaces.pulling.connector import Link
from core.marketplaces.pulling.connectors import CONNECTORS
from core.settings import STORES_NAME, StoreConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from addin.connections.sandbox import StoreAccess
    from addin.sheets.desk import Desk
    from core.http.credentials import Credentials
    from core.marketplaces.pulling.connector import Connector, ConnectorKind
    from core.time import Clock


class NoStoreConnectedError(CogsheetError):
    """There is nothing to pull from."""

    def __init__(self) -> None:
        super().__init__(
            "No store is connected yet, so nothing was pulled. Use Connect to connect one, or import the files that "
            "the marketplace offers for download."
        )


class StoreNotConnectedError(CogsheetError):
    """A store that was named is not connected."""

    def __init__(self, store: str, known: Iterable[str]) -> None:
        named = ", ".join(f"“{name}”" for name in known) or "none yet"
        super().__init__(f"Store “{briefly(store)}” is not connected; these are: {named}. Use Connect first.")


class MarketplaceUnknownError(CogsheetError):
    """A marketplace cannot be pulled from."""

    def __init__(self, marketplace: str, known: Iterable[str]) -> None:
        named = ", ".join(known) or "none yet"
        super().__init__(
            f"Nothing can be pulled from {marketplace}; this version of Cogsheet can pull from: {named}. "
            f"Import the files that {marketplace} offers for download."
        )


class StoreKeyMissingError(CogsheetError):
    """A store's keys are not on this computer."""

    def __init__(self, store: str, secrets: Sequence[str]) -> None:
        named = ", ".join(f"“{secret}”" for secret in secrets)
        super().__init__(f"Store “{store}” was not asked: {named} is not on this computer. Use Connect first.")


def kind_of(marketplace: str, kinds: Sequence[ConnectorKind] = CONNECTORS) -> ConnectorKind:
    """Return how stores at a marketplace are connected.

    Raises:
        MarketplaceUnknownError: If they cannot be.
    """
    known = {str(kind.marketplace).casefold(): kind for kind in kinds}
    entry = known.get(marketplace.strip().casefold())
    if entry is None:
        raise MarketplaceUnknownError(marketplace, (str(kind.marketplace) for kind in known.values()))
    return entry


def connections(desk: Desk) -> dict[str, StoreConnection]:
    """Return the stores that are connected, by name."""
    with desk.database.reading() as connection:
        return stored_settings.get(connection, STORES_NAME, dict[str, StoreConnection], {})


def credentials_account(desk: Desk, store: str) -> str:
    """Return under which account a store's secrets are kept: another company may have a store of the same name."""
    return f"{desk.database.company.name} {store}"


def connector(
    desk: Desk,
    store: str,
    how: StoreConnection,
    secret_of: Callable[[str], Secret | None],
    kinds: Sequence[ConnectorKind] = CONNECTORS,
) -> Connector:
    """Return the way to a store's marketplace; nothing is asked yet.

    Args:
        desk: The desk.
        store: Its name, for messages.
        how: Its marketplace and settings.
        secret_of: Answers each secret by name.
        kinds: What can be pulled from.

    Raises:
        MarketplaceUnknownError: If this version cannot pull from it.
        StoreKeyMissingError: If one of its secrets is not known.
    """
    kind = kind_of(how.marketplace, kinds)
    secrets = {name: secret_of(name) for name in kind.secrets}
    missing = [name for name, secret in secrets.items() if secret is None]
    if missing:
        raise StoreKeyMissingError(store, missing)
    return kind.connect(how.settings, lambda name: secrets[name] or Secret(""), _link(desk, kind))


def kept_secrets(
    desk: Desk, store: str, how: StoreConnection, credentials: Credentials
) -> Callable[[str], Secret | None]:
    """Return what answers a store's secrets from this computer's vault or its environment."""
    return partial(credentials.get, str(how.marketplace), credentials_account(desk, store))


@contextmanager
def connected_stores(
    desk: Desk,
    names: Sequence[str] = (),
    *,
    kinds: Sequence[ConnectorKind] = CONNECTORS,
    credentials: Credentials | None = None,
) -> Iterator[list[ConnectedStore | PulledStore]]:
    """Give the ways to the connected stores for as long as the `with` block lasts.

    Args:
        desk: The desk.
        names: Which stores; all that are connected if left out.
        kinds: What can be pulled from.
        credentials: Where the keys are; the computer's vault if left out.

    Yields:
        In the order of their names: a store, or, where it cannot be asked, why.

    Raises:
        NoStoreConnectedError: If none is connected.
        StoreNotConnectedError: If one that is named is not.
    """
    if desk.database.company.world is World.DEMO:
        from addin.connections.sandbox import (  # noqa: PLC0415 - only the demo starts a server
            after_the_demo,
            demo_finale,
            switches_set,
        )

        clock = after_the_demo(desk.clock)
        with demo_finale(switches_set(), clock=clock) as address:
            demo = {one.store: partial(_demo_connector, one, clock, kinds) for one in address.stores}
            yield [_opened(name, demo[name]) for name in _chosen(demo, names)]
        return
    kept = credentials or SystemCredentials()
    known = connections(desk)
    yield [
        _opened(name, partial(connector, desk, name, how, kept_secrets(desk, name, how, kept), kinds))
        for name, how in ((name, known[name]) for name in _chosen(known, names))
    ]


def _chosen(known: Iterable[str], names: Sequence[str]) -> list[str]:
    listed = sorted(known)
    if not listed:
        raise NoStoreConnectedError
    for name in names:
        if name not in listed:
            raise StoreNotConnectedError(name, listed)
    return list(dict.fromkeys(names)) or listed


def _opened(name: str, connect: partial[Connector]) -> ConnectedStore | PulledStore:
    try:
        return ConnectedStore(name, connect())
    except CogsheetError as error:
        return PulledStore(name, failure=error)


def _demo_connector(store: StoreAccess, clock: Clock, kinds: Sequence[ConnectorKind]) -> Connector:
    """Return the way to a store of the demo business, in the sandbox that is running."""
    link = Link(base_url=store.url, clock=clock)
    return kind_of(store.marketplace, kinds).connect(store.settings, lambda name: Secret(store.secrets[name]), link)


def _link(desk: Desk, kind: ConnectorKind) -> Link:
    """Return the network, at another address where the environment names one: `COGSHEET_AMAZON_URL`."""
    variable = f"COGSHEET_{str(kind.marketplace).upper()}_URL"
    return Link(base_url=os.environ.get(variable, ""), clock=desk.clock)
