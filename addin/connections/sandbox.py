"""The only door to the sandbox: the demo's Finale Inventory, its settlement files and its switches."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import CogsheetError
from core.time import Clock, system_clock
from sandbox.business import demo_business
from sandbox.ecb import ECB_PATH
from sandbox.marketplaces.access import StoreAccess
from sandbox.misbehaviour import MISBEHAVIOURS, UnknownMisbehaviourError, UnreadableFaultError, read_switches
from sandbox.server import SandboxAddress, serve
from sandbox.settlement_files.amazon_v2 import settlement_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "MISBEHAVIOURS",
    "SWITCHES",
    "SandboxAddress",
    "StoreAccess",
    "after_the_demo",
    "demo_bank",
    "demo_finale",
    "demo_settlement_files",
    "switches_set",
]


DEMO_END = datetime(2026, 11, 1, tzinfo=UTC)
"""The last day of the demo business."""


SWITCHES = "COGSHEET_SANDBOX"
"""The environment variable that switches the demo's Finale over: `late-costs-repaired 429:times=2`."""


class SandboxSwitchError(CogsheetError):
    """A switch of the sandbox is not known."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(
            f"The sandbox cannot be switched like that: {reason} `cogsheet sandbox --help` lists the switches."
        )


def demo_settlement_files() -> list[tuple[str, bytes]]:
    """Return name and content of each settlement file of the demo business."""
    return [(file.name, file.content) for file in settlement_files(demo_business())]


def switches_set(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the switches that the environment asks for."""
    return environment.get(SWITCHES, "").split()


def after_the_demo(clock: Clock) -> Clock:
    """Return a clock that is never before the end of the demo business: its stores offer nothing of their future."""
    return lambda: max(clock(), DEMO_END)


@contextmanager
def demo_finale(switches: Iterable[str] = (), port: int = 0, clock: Clock = system_clock) -> Iterator[SandboxAddress]:
    """Let the demo business's Finale Inventory listen on this machine.

    Args:
        switches: Ways in which it misbehaves (`MISBEHAVIOURS`).
        port: Where; any free port if left out.
        clock: What it takes for the present.

    Raises:
        SandboxSwitchError: If there is no such switch.
    """
    try:
        misbehaviour = read_switches(switches)
    except (UnknownMisbehaviourError, UnreadableFaultError) as error:
        raise SandboxSwitchError(error) from error
    with serve(demo_business(), port=port, misbehaviour=misbehaviour, now=lambda: clock().timestamp()) as address:
        yield address


@contextmanager
def demo_bank() -> Iterator[str]:
    """Let the demo's European Central Bank listen on this machine; yields the address of its rates."""
    with serve(demo_business()) as address:
        yield f"{address.url}{ECB_PATH}"
