"""`cogsheet sandbox`: the demo's Finale Inventory on this machine, until it is interrupted."""

from __future__ import annotations

import threading

import click

from addin.sandbox import demo_finale


def add_to(group: click.Group) -> None:
    """Add the command."""
    group.add_command(sandbox)


@click.command("sandbox")
def sandbox() -> None:
    """Run the sandbox: a Finale Inventory with the demo business, on this machine."""
    with demo_finale() as address:
        click.echo(f"Finale Inventory of the demo business: {address.url}/{address.account}/api/graphql")
        click.echo(f"API key {address.key}, secret {address.secret}. Stop with Ctrl+C.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("Stopped.")
