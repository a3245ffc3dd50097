"""What Cogsheet asks of an inventory system; Finale is the first, another one is one more folder beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from core.frame_columns import LEFT_STOCK_COLUMNS, frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import pandas as pd

    from core.progress import Progress


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order whose costs are wanted: its marketplace order id, its SKUs and the day the settlement posted it."""

    order_id: str
    skus: tuple[str, ...]
    posted_on: date


@dataclass(frozen=True, slots=True)
class CostRequest:
    """Everything one sync wants to know."""

    orders: tuple[OrderRequest, ...]
    skus: tuple[str, ...]
    """Every SKU whose mapping and current average are wanted, those of the orders included."""
    dated_skus: tuple[tuple[str, date], ...] = ()
    """SKUs whose average on or before a date, and before that date, is wanted: goods that left without an order."""
    removals: tuple[tuple[str, str], ...] = ()
    """SKU and order id of goods that left without a customer's order but name one, which may be a removal order or a
    shipment: where the system has it, the averages of the day on which it left are wanted too."""
    typed_in: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """SKUs that the user has mapped by hand, each with its products: these hold whatever the system itself says."""
    catalogue: bool = False
    """Also the current average of every product there is: a full sync."""


@dataclass(frozen=True, slots=True)
class CostPage:
    """What one answer brought: whole in itself, so that it can be committed before the next is asked for."""

    observations: pd.DataFrame
    """OBSERVATION_COLUMNS. A wanted order that is absent, unshipped or without cost is a row with its cause."""
    mappings: pd.DataFrame
    """MAPPING_COLUMNS. A SKU that was asked for and is unknown is a row without product."""
    left_stock: pd.DataFrame = field(default_factory=lambda: frame(LEFT_STOCK_COLUMNS))
    """LEFT_STOCK_COLUMNS: what left stock on orders that were not asked for, as far as it was seen beside them."""


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """What a first look at the account found."""

    account: str
    mode: str
    """How costs are fetched, in one phrase (`costs per order from the stock history`)."""
    remarks: tuple[str, ...] = ()
    """What the account does not offer and what that means for the costs, one sentence each."""


class InventorySystem(Protocol):
    """A source of costs."""

    @property
    def name(self) -> str:
        """Its name as the user knows it."""

    def check(self) -> AccountCheck:
        """Ask for as little as shows that account and key are right.

        Raises:
            InventoryError: If they are not, or nothing answers.
        """

    def costs(self, request: CostRequest, progress: Progress) -> Iterator[CostPage]:
        """Fetch what is wanted, page by page.

        Raises:
            InventoryError: If it cannot go on; the pages before it are good.
        """
