"""`cogsheet sandbox`: the demo's Finale Inventory on this machine, until it is interrupted."""

from __future__ import annotations

import sys
import threading

import click

from addin.demo.sandbox import MISBEHAVIOURS, SWITCHES, demo_finale
from core.errors import CogsheetError

_LISTING = "\b\n" + "\n".join(f"{name:<24}{sentence}" for name, sentence in MISBEHAVIOURS.items())


def add_to(group: click.Group) -> None:
    """Add the command."""
    group.add_command(sandbox)


@click.command(
    "sandbox",
    epilog=_LISTING,
    help="Run the sandbox: a Finale Inventory with the demo business, on this machine.\n\n"
    "It can misbehave: --misbehave NAME, or NAME:after=3,times=2,on=graphql for some of the requests. Commands on the "
    f"demo's workbook start a sandbox of their own; the environment variable {SWITCHES} switches that one.",
)
@click.option("--port", default=0, help="Where to listen; any free port if left out.")
@click.option("--misbehave", "switches", multiple=True, metavar="NAME", help="A switch of the list below.")
def sandbox(port: int, switches: tuple[str, ...]) -> None:
    """Listen until Ctrl+C."""
    try:
        with demo_finale(switches, port) as address:
            click.echo(f"Finale Inventory of the demo business: {address.url}/{address.account}/api/graphql")
            click.echo(f"API key {address.key}, secret {address.secret}. Stop with Ctrl+C.")
            for store in address.stores:
                opened_by = ", ".join(f"{name} {value}" for name, value in {**store.settings, **store.secrets}.items())
                click.echo(f"{store.store}: {store.url} ({opened_by})")
            threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("Stopped.")
    except CogsheetError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
