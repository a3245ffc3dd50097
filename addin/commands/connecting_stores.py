"""Group Setup: connect a store, so that its settlements can be pulled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from addin.commands.button import Outcome
from addin.connections.marketplaces import (
    StoreNotConnectedError,
    connections,
    connector,
    credentials_account,
    kept_secrets,
    kind_of,
)
from core.books import batches, pulling, settings, stores
from core.books.batches import BatchKind
from core.books.stores import Store, StoreMarketplaceError
from core.http.credentials import Secret, SystemCredentials
from core.marketplaces.connectors import CONNECTORS
from core.settings import STORES_NAME, StoreConnection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addin.sheets.desk import Desk
    from core.http.credentials import Credentials
    from core.marketplaces.connector import ConnectorKind, Document


@dataclass(frozen=True, slots=True)
class StoreEntered:
    """What the user says about a store."""

    store: str
    marketplace: str
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those that were typed; the others are looked for on this computer."""


def connect_store(
    desk: Desk,
    entered: StoreEntered,
    *,
    kinds: Sequence[ConnectorKind] = CONNECTORS,
    credentials: Credentials | None = None,
) -> Outcome:
    """Try a store's keys with the first page of what its marketplace offers, then keep them in the computer's vault.

    Args:
        desk: The desk.
        entered: The store, its settings and its keys.
        kinds: What can be pulled from.
        credentials: Where keys are kept; the computer's vault if left out.

    Raises:
        CogsheetError: If it cannot be done; nothing is kept then.
    """
    kind = kind_of(entered.marketplace, kinds)
    how = StoreConnection(marketplace=kind.marketplace, settings={k: v for k, v in entered.settings.items() if v})
    kept = credentials or SystemCredentials()
    here = kept_secrets(desk, entered.store, how, kept)
    typed = {name: Secret(text) for name, text in entered.secrets.items() if text}
    _refuse_other_marketplace(desk, entered.store, kind)
    opened = connector(desk, entered.store, how, lambda name: typed.get(name) or here(name), kinds)
    with desk.database.reading() as connection:
        known = pulling.known_documents(connection, entered.store)
    first = next(iter(opened.documents(frozenset(known))), None)
    for name, secret in typed.items():
        kept.put(str(kind.marketplace), credentials_account(desk, entered.store), name, secret)
    _store(desk, {**connections(desk), entered.store: how}, f"store {entered.store} connected", entered.store)
    return _connected(entered.store, kind, first)


def forget_store(
    desk: Desk, store: str, *, kinds: Sequence[ConnectorKind] = CONNECTORS, credentials: Credentials | None = None
) -> Outcome:
    """Disconnect a store: its keys leave this computer, nothing is pulled from it; what was pulled stays in the books.

    Raises:
        StoreNotConnectedError: If it is not connected.
    """
    known = connections(desk)
    if store not in known:
        raise StoreNotConnectedError(store, known)
    marketplace = known[store].marketplace
    kept = credentials or SystemCredentials()
    for name in kind_of(marketplace, kinds).secrets:
        kept.forget(str(marketplace), credentials_account(desk, store), name)
    _store(desk, {name: how for name, how in known.items() if name != store}, f"store {store} disconnected")
    return Outcome(
        f"Store “{store}” is no longer connected, and its keys are no longer on this computer. What was pulled stays.",
        data={"store": store},
    )


def _refuse_other_marketplace(desk: Desk, store: str, kind: ConnectorKind) -> None:
    with desk.database.reading() as connection:
        known = stores.find(connection, store)
    if known is not None and known.marketplace is not kind.marketplace:
        raise StoreMarketplaceError(store, known.marketplace, kind.marketplace)


def _store(desk: Desk, all_of_them: Mapping[str, StoreConnection], note: str, new: str | None = None) -> None:
    now = desk.clock()
    with desk.database.writing() as connection:
        if new is not None:
            stores.ensure(connection, Store(new, all_of_them[new].marketplace))
        batches.new(connection, BatchKind.SETUP, desk.user, now, note=note)
        settings.put(connection, STORES_NAME, dict(all_of_them), who=desk.user, now=now)


def _connected(store: str, kind: ConnectorKind, first: Document | None) -> Outcome:
    offered = "It offers nothing new at present." if first is None else f"The first that it offers is {first.name}."
    return Outcome(
        f"Store “{store}” is connected to {kind.marketplace}. {offered} Pull settlements fetches what is new.",
        data={"store": store, "marketplace": str(kind.marketplace), "first": first.name if first else None},
    )
