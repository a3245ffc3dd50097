"""The Finale account of a company: the sandbox on this machine for the demo, else the user's own."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from addin.connections.finale_account import account_of
from core.books.database.repeating import repeated
from core.books.syncing import syncing
from core.books.syncing.syncing import Probe
from core.company_databases import World
from core.errors import InventoryError
from core.finale.account_remarks import settings_of
from core.finale.account_settings import BASE_URL
from core.finale.errors import SYSTEM
from core.finale.graphql_schema import Schema
from core.finale.inventory import connect_finale
from core.http.credentials import Secret, SystemCredentials
from core.settings import FinaleAccount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from addin.sheets.desk import Desk
    from core.finale.inventory import FinaleInventory
    from core.http.credentials import Credentials

KEY, SECRET = "API key", "API secret"
URL_VARIABLE = "COGSHEET_FINALE_URL"
"""Another address than Finale's own, for a sandbox on this machine."""

_PROBE_HOLDS = timedelta(days=1)


class NotConnectedError(InventoryError):
    """No Finale account is connected, or its key is not on this computer."""

    def __init__(self, account: str) -> None:
        missing = f"the key of account {account} is not on this computer" if account else "none is connected yet"
        super().__init__(f"No costs were fetched from Finale Inventory: {missing}. Use Connect first.")


@contextmanager
def inventory(desk: Desk, credentials: Credentials | None = None) -> Iterator[FinaleInventory]:
    """Connect to the company's Finale account for as long as the `with` block lasts.

    What is known of the account's schema is kept for a day, so that it is not asked for by each sync.

    Raises:
        NotConnectedError: If none is known, or its key is not here.
    """
    if desk.database.company.world is World.DEMO:
        from addin.connections.sandbox import (  # noqa: PLC0415 - only the demo starts a server
            demo_finale,
            switches_set,
        )

        with (
            demo_finale(switches_set()) as address,
            open_inventory(desk, address.account, address.key, address.secret, address.url, account_of(desk)) as demo,
        ):
            yield demo
            remember(desk, demo)
        return
    account = account_of(desk)
    kept = credentials or SystemCredentials()
    key, secret = (
        (kept.get(SYSTEM, account.account, name) for name in (KEY, SECRET)) if account.account else (None, None)
    )
    if key is None or secret is None:
        raise NotConnectedError(account.account)
    with open_inventory(
        desk, account.account, key.get_secret_value(), secret.get_secret_value(), base_url(), account
    ) as system:
        yield system
        remember(desk, system)


def base_url() -> str:
    """Return Finale's address, or that of a sandbox."""
    return os.environ.get(URL_VARIABLE) or BASE_URL


@contextmanager
def open_inventory(
    desk: Desk, account: str, key: str, secret: str, url: str, chosen: FinaleAccount | None = None
) -> Iterator[FinaleInventory]:
    """Open a connection to an account; nothing is asked yet."""
    how = settings_of(chosen or FinaleAccount(), desk.database.company.home_currency)
    known = _recall(desk, account) if url == BASE_URL else None
    with connect_finale(
        account, Secret(key), Secret(secret), url, settings=how, schema=known, clock=desk.clock
    ) as system:
        yield system


def _recall(desk: Desk, account: str) -> Schema | None:
    with desk.database.reading() as connection:
        probe = syncing.recall_probe(connection, account)
    if probe is None or desk.clock() - probe.fetched_at > _PROBE_HOLDS:
        return None
    return Schema.from_json(probe.content)


@repeated
def remember(desk: Desk, system: FinaleInventory) -> None:
    """Keep what is known of the account's schema, for Setup and for the next connections."""
    if system.schema is not None:
        with desk.database.writing() as connection:
            syncing.remember_probe(connection, system.account, Probe(system.schema.to_json(), desk.clock()))
