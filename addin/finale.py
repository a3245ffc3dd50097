"""The Finale account of a company: the sandbox on this machine for the demo, else the user's own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from addin.sandbox import demo_finale, switches_set
from core.companies import SANDBOX
from core.credentials import Secret
from core.errors import InventoryError
from core.inventory.finale.inventory import FinaleSettings, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from addin.desk import Desk
    from core.inventory.system import InventorySystem


class NotConnectedError(InventoryError):
    """No Finale account is connected."""

    def __init__(self) -> None:
        super().__init__(
            "No Finale account is connected to these books yet, so no costs were fetched. Use Connect first."
        )


@contextmanager
def inventory(desk: Desk) -> Iterator[InventorySystem]:
    """Connect to the company's Finale account for as long as the `with` block lasts.

    Raises:
        NotConnectedError: If none is known.
    """
    if desk.database.company.name != SANDBOX:
        raise NotConnectedError
    settings = FinaleSettings(currency=desk.database.company.home_currency)
    with (
        demo_finale(switches_set()) as address,
        connect(
            address.account,
            Secret(address.key),
            Secret(address.secret),
            address.url,
            settings=settings,
            clock=desk.clock,
        ) as finale,
    ):
        yield finale
