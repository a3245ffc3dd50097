"""Group Setup: connect the Finale account, or a store, so that its settlements can be pulled."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.refresh import show_setup
from addin.connections.finale import KEY, SECRET, base_url, open_inventory, remember
from addin.connections.finale_account import account_of, finale_side
from addin.connections.marketplaces import (
    StoreNotConnectedError,
    connections,
    connector,
    credentials_account,
    kept_secrets,
    kind_of,
)
from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.importing import pulling
from core.books.loading import load_books
from core.books.settings import stored_settings, stores
from core.books.settings.stores import Store, StoreMarketplaceError
from core.errors import CogsheetError, InventoryError
from core.finale.account_settings import account_name
from core.finale.errors import SYSTEM
from core.http.credentials import Secret, SystemCredentials
from core.marketplaces.pulling.connectors import CONNECTORS
from core.settings import FINALE_NAME, STORES_NAME, FinaleAccount, StoreConnection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from addin.sheets.desk import Desk
    from core.finale.self_test import Example
    from core.finale.system import AccountCheck
    from core.http.credentials import Credentials
    from core.marketplaces.pulling.connector import ConnectorKind, Document


class OtherAccountError(InventoryError):
    """The books belong to another Finale account."""

    def __init__(self, known: str, wanted: str) -> None:
        super().__init__(
            f"These books belong to Finale account {known}, not to {wanted}: the costs of two accounts must not mix. "
            f"Nothing was changed. Make a workbook with books of its own for {wanted}."
        )


def connect(desk: Desk, *, account: str, key: str, secret: str, credentials: Credentials | None = None) -> Outcome:
    """Try an account's key, keep it in the computer's vault, and show one cost to compare with Finale's screen.

    Args:
        desk: The desk.
        account: The account's name, or any address of it.
        key: API key.
        secret: API secret.
        credentials: Where keys are kept; the computer's vault if left out.

    Raises:
        OtherAccountError: If the books belong to another account.
        InventoryError: If account or key are not right, or nothing answers; then nothing is kept.
    """
    name = account_name(account)
    known = account_of(desk)
    if known.account and known.account != name:
        raise OtherAccountError(known.account, name)
    with open_inventory(desk, name, key, secret, base_url(), known) as system:
        check, example = system.check(), system.example()
        remember(desk, system)
    kept = credentials or SystemCredentials()
    for label, text in ((KEY, key), (SECRET, secret)):
        kept.put(SYSTEM, name, label, Secret(text))
    _store(desk, known.model_copy(update={"account": name}))
    show_setup(desk.book, load_books(desk.database), finale_side(desk.database))
    return _connected(check, example)


def forget(desk: Desk, *, credentials: Credentials | None = None) -> Outcome:
    """Remove the account's key from this computer; the books keep what came from it.

    Raises:
        CogsheetError: If the key is still there, or may be.
    """
    account = account_of(desk).account
    kept = credentials or SystemCredentials()
    _forget_each(kept, SYSTEM, account, (KEY, SECRET))
    return Outcome(
        f"The key of Finale account {account or '(none)'} is no longer on this computer.", data={"account": account}
    )


def _forget_each(kept: Credentials, system: str, account: str, names: Iterable[str]) -> None:
    """Remove secrets from this computer; one that stays keeps none of the others, and is told at the end.

    Raises:
        CogsheetError: If one is still there, or may be.
    """
    stays = []
    for name in names:
        try:
            kept.forget(system, account, name)
        except CogsheetError as error:
            stays.append(error)
    if stays:
        raise stays[0]


@repeated
def _store(desk: Desk, account: FinaleAccount) -> None:
    now = desk.clock()
    with desk.database.writing() as connection:
        batches.new(connection, BatchKind.SETUP, desk.user, now, note=f"Finale account {account.account}")
        stored_settings.put(connection, FINALE_NAME, account, who=desk.user, now=now)


def _connected(check: AccountCheck, example: Example | None) -> Outcome:
    sentences = [f"Connected to Finale account {check.account}: {check.mode}.", *check.remarks]
    shown: dict[str, object] = {}
    if example is not None:
        shown = {"order": example.order_id, "product": example.product_id, "unit_cost": str(example.unit_cost)}
        sentences.append(
            f"To compare with Finale's own screen: order {example.order_id}, product {example.product_id} "
            f"left stock at {example.unit_cost.normalize():f} a unit."
        )
    data: dict[str, object] = {"account": check.account, "mode": check.mode, "remarks": list(check.remarks)}
    return Outcome("\n".join(sentences), data={**data, "example": shown})


@dataclass(frozen=True, slots=True)
class StoreDetails:
    """What the user says about a store."""

    store: str
    marketplace: str
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those that were typed; the others are looked for on this computer."""


def connect_store(
    desk: Desk,
    entered: StoreDetails,
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
    with desk.database.reading() as connection:
        entered = replace(entered, store=stores.name_in_books(connection, entered.store))
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
    _store_connections(
        desk, {**connections(desk), entered.store: how}, f"store {entered.store} connected", entered.store
    )
    return _connected_store(entered.store, kind, first)


def forget_store(
    desk: Desk, store: str, *, kinds: Sequence[ConnectorKind] = CONNECTORS, credentials: Credentials | None = None
) -> Outcome:
    """Disconnect a store: its keys leave this computer, nothing is pulled from it; what was pulled stays in the books.

    Raises:
        StoreNotConnectedError: If it is not connected.
        CogsheetError: If a key is still there, or may be; the store is connected then.
    """
    known = connections(desk)
    if store not in known:
        raise StoreNotConnectedError(store, known)
    marketplace = known[store].marketplace
    kept = credentials or SystemCredentials()
    _forget_each(kept, str(marketplace), credentials_account(desk, store), kind_of(marketplace, kinds).secrets)
    _store_connections(desk, {name: how for name, how in known.items() if name != store}, f"store {store} disconnected")
    return Outcome(
        f"Store “{store}” is no longer connected, and its keys are no longer on this computer. What was pulled stays.",
        data={"store": store},
    )


def _refuse_other_marketplace(desk: Desk, store: str, kind: ConnectorKind) -> None:
    with desk.database.reading() as connection:
        known = stores.find(connection, store)
    if known is not None and known.marketplace is not kind.marketplace:
        raise StoreMarketplaceError(store, known.marketplace, kind.marketplace)


@repeated
def _store_connections(
    desk: Desk, all_of_them: Mapping[str, StoreConnection], note: str, new: str | None = None
) -> None:
    now = desk.clock()
    with desk.database.writing() as connection:
        if new is not None:
            stores.ensure(connection, Store(new, all_of_them[new].marketplace))
        batches.new(connection, BatchKind.SETUP, desk.user, now, note=note)
        stored_settings.put(connection, STORES_NAME, dict(all_of_them), who=desk.user, now=now)


def _connected_store(store: str, kind: ConnectorKind, first: Document | None) -> Outcome:
    offered = "It offers nothing new at present." if first is None else f"The first that it offers is {first.name}."
    return Outcome(
        f"Store “{store}” is connected to {kind.marketplace}. {offered} Pull settlements fetches what is new.",
        data={"store": store, "marketplace": str(kind.marketplace), "first": first.name if first else None},
    )
