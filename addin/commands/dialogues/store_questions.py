"""What `cogsheet connect --store` asks in the terminal: settings in the open, keys masked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from addin.commands.setup import connecting
from addin.commands.setup.connecting import StoreDetails, connect_store
from addin.connections.finale import KEY, SECRET
from addin.connections.marketplaces import connections, credentials_account, kept_secrets, kind_of
from core.errors import CogsheetError
from core.finale.account_settings import account_name
from core.finale.errors import SYSTEM
from core.http.credentials import Credentials, SystemCredentials, variable_names
from core.marketplaces.pulling.connectors import CONNECTORS
from core.settings import StoreConnection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk
    from core.marketplaces.pulling.connector import ConnectorKind


class NobodyAnsweredError(CogsheetError):
    """A question at the terminal got no answer: there is nobody, or Ctrl+C was pressed."""

    def __init__(self, question: str) -> None:
        super().__init__(
            f"Nobody answered at the terminal: {question}? Nothing was changed. Type the command where you can answer; "
            f"or give keys in environment variables."
        )


def _ask(question: str, **how: Any) -> str:  # noqa: ANN401 - as click takes it
    """Ask at the terminal.

    Raises:
        NobodyAnsweredError: If nothing comes.
    """
    try:
        return str(click.prompt(question, err=True, **how))
    except click.Abort as error:
        raise NobodyAnsweredError(question) from error


def connect_in_the_terminal(
    desk: Desk, *, account: str, store: str, marketplace: str, settings: Sequence[str], forget: bool
) -> Outcome:
    """Connect Finale or a store, asking for keys that are not in the environment; or forget its keys.

    Args:
        desk: The desk.
        account: The Finale account.
        store: A store instead; its name in these books.
        marketplace: Where the store sells.
        settings: Settings of the store that need not be asked for, each as `NAME=VALUE`.
        forget: Whether the keys are removed from this computer instead.

    Raises:
        CogsheetError: If it cannot be connected; nothing is kept then.
    """
    if store and forget:
        return connecting.forget_store(desk, store=store)
    if store or marketplace:
        given = {name: text for name, _, text in (setting.partition("=") for setting in settings)}
        return connect_by_asking(desk, store=store, marketplace=marketplace, given=given)
    if forget:
        return connecting.forget(desk)
    key, secret = (_given_or_asked(account, name) for name in (KEY, SECRET))
    return connecting.connect(desk, account=account, key=key, secret=secret)


def _given_or_asked(account: str, name: str) -> str:
    """Return a secret of a Finale account from the environment, where sync looks for it too, else ask for it."""
    names = variable_names(SYSTEM, account_name(account), name)
    given = next((os.environ[variable] for variable in names if os.environ.get(variable)), None)
    return given or _ask(name, hide_input=True)


def connect_by_asking(
    desk: Desk,
    *,
    store: str,
    marketplace: str,
    given: Mapping[str, str] | None = None,
    kinds: Sequence[ConnectorKind] = CONNECTORS,
    credentials: Credentials | None = None,
) -> Outcome:
    """Ask for what a store's connection needs, try it and keep it; an empty answer keeps a key that is here already.

    Args:
        desk: The desk.
        store: Its name; that of the marketplace if left out.
        marketplace: Where it sells; may be left out where the store is connected already.
        given: Settings that need not be asked for.
        kinds: What can be pulled from.
        credentials: Where keys are kept; the computer's vault if left out.

    Raises:
        CogsheetError: If it cannot be connected; nothing is kept then.
    """
    known = connections(desk).get(store)
    kind = kind_of(marketplace or (known.marketplace if known else ""), kinds)
    name = store or str(kind.marketplace)
    before = known or connections(desk).get(name) or StoreConnection(marketplace=kind.marketplace)
    here = kept_secrets(desk, name, before, credentials or SystemCredentials())
    settings = dict(given or {})
    settings |= {
        one: _open(one, meaning, before.settings.get(one, ""))
        for one, meaning in kind.settings.items()
        if one not in settings
    }
    secrets = {
        one: _masked(one, meaning, kept=here(one) is not None)
        for one, meaning in kind.secrets.items()
        if not _in_environment(desk, name, kind, one)
    }
    entered = StoreDetails(name, str(kind.marketplace), settings, secrets)
    return connect_store(desk, entered, kinds=kinds, credentials=credentials)


def _in_environment(desk: Desk, store: str, kind: ConnectorKind, secret: str) -> bool:
    variables = variable_names(str(kind.marketplace), credentials_account(desk, store), secret)
    return any(os.environ.get(variable) for variable in variables)


def _open(name: str, meaning: str, before: str) -> str:
    click.echo(f"{name}: {meaning}", err=True)
    answer = _ask(name, default=before, show_default=bool(before))
    return answer.strip()


def _masked(name: str, meaning: str, *, kept: bool) -> str:
    click.echo(f"{name}: {meaning}", err=True)
    if not kept:
        answer = _ask(name, hide_input=True)
        return answer.strip()
    answer = _ask(f"{name} (Enter keeps the one on this computer)", hide_input=True, default="")
    return answer.strip()
