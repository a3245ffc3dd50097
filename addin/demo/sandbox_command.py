"""`cogsheet sandbox`: the demo's Finale Inventory on this machine, until it is interrupted."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import click

from addin.commands.outcome import Outcome
from addin.connections.sandbox import MISBEHAVIOURS, demo_finale

if TYPE_CHECKING:
    from collections.abc import Sequence


def listing() -> str:
    """Return every switch with what it does, as the help of the command line shows it."""
    return "\b\n" + "\n".join(f"{name:<24}{sentence}" for name, sentence in MISBEHAVIOURS.items())


def listen(*, port: int = 0, switches: Sequence[str] = ()) -> Outcome:
    """Listen until Ctrl+C; where and with which keys is printed first.

    Raises:
        CogsheetError: If a switch is not known.
    """
    with contextlib.suppress(KeyboardInterrupt), demo_finale(switches, port) as address:
        click.echo(f"Finale Inventory of the demo business: {address.url}/{address.account}/api/graphql")
        click.echo(f"API key {address.key}, secret {address.secret}. Stop with Ctrl+C.")
        for store in address.stores:
            opened_by = ", ".join(f"{name} {value}" for name, value in {**store.settings, **store.secrets}.items())
            click.echo(f"{store.store}: {store.url} ({opened_by})")
        threading.Event().wait()
    return Outcome("Stopped.")
