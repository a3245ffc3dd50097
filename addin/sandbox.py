"""The only door to the sandbox: the demo's Finale Inventory and its settlement files."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sandbox.business import demo_business
from sandbox.server import SandboxAddress, serve
from sandbox.settlement_files.amazon_v2 import settlement_files

if TYPE_CHECKING:
    from collections.abc import Iterator


def demo_settlement_files() -> list[tuple[str, bytes]]:
    """Return name and content of each settlement file of the demo business."""
    return [(file.name, file.content) for file in settlement_files(demo_business())]


@contextmanager
def demo_finale() -> Iterator[SandboxAddress]:
    """Let the demo business's Finale Inventory listen on this machine, on a free port."""
    with serve(demo_business()) as address:
        yield address
