"""One sync in mode G or P: products and averages, then orders with their stock movements, then averages on dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.inventory.finale.batches import batched
from core.inventory.finale.movements import averages_on
from core.inventory.finale.observations import page
from core.inventory.finale.order_costs import Wanted, not_found, order_rows
from core.inventory.finale.order_finder import find_orders
from core.inventory.finale.remarks import has_ledger
from core.inventory.finale.shipped_orders import ShippedOrders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.inventory.finale.client import FinaleClient
    from core.inventory.finale.mapping import Mapper
    from core.inventory.finale.observations import Recorder
    from core.inventory.system import CostPage, CostRequest, OrderAsked
    from core.progress import Progress

ORDERS_AT_ONCE = 2000
"""Orders are found and costed so many at a time, so that an interrupted sync keeps the earlier ones."""


@dataclass(frozen=True, slots=True)
class Sync:
    """One sync by way of GraphQL."""

    client: FinaleClient
    recorder: Recorder
    mapper: Mapper
    progress: Progress
    prefixes: Sequence[str] = ()
    averages_only: bool = False
    """Leave the stock history alone (mode P)."""

    def pages(self, request: CostRequest) -> Iterator[CostPage]:
        """Fetch everything that was asked for, page by page.

        Raises:
            InventoryError: If Finale does not answer; the pages before are good.
        """
        yield from self.mapper.pages(skus_of(request), self.progress)
        yield from self.mapper.pages_of_typed_in(request.typed_in)
        if request.catalogue:
            yield from self.mapper.pages_of_catalogue(self.progress)
        by_day = sorted(request.orders, key=lambda order: order.posted_on)
        for some in batched(by_day, ORDERS_AT_ONCE):
            yield from self._orders(some)
        yield from self.mapper.pages_of_unseen_kits()
        yield from self._dated(request)

    @property
    def _reads_ledger(self) -> bool:
        return not self.averages_only and has_ledger(self.client.now_schema())

    def _orders(self, asked: Sequence[OrderAsked]) -> Iterator[CostPage]:
        matches = find_orders(self.client, asked, self.prefixes, self.progress)
        found = [Wanted(order, matches[order.order_id]) for order in asked if order.order_id in matches]
        yield from self.mapper.pages_of_kits(found)
        yield page(not_found(self.recorder, asked, matches))
        averages_only = not self._reads_ledger
        yield from order_pages(self.client, self.recorder, found, self.progress, averages_only=averages_only)

    def _dated(self, request: CostRequest) -> Iterator[CostPage]:
        wanted = [(part, day) for sku, day in request.dated_skus for part in self.mapper.products_of(sku)]
        if not wanted or not self._reads_ledger or not self.client.now_schema().named("movement average"):
            return
        found = averages_on(self.client, list(dict.fromkeys(wanted)), self.mapper.urls)
        rows = {(row.product_id, row.record_date): row for row in found.values()}
        yield page(self.recorder.average_on_date(row) for row in rows.values())


def skus_of(request: CostRequest) -> list[str]:
    """Return every SKU of a request once; blank ones name nothing."""
    skus = [*request.skus, *(sku for sku, _ in request.dated_skus)]
    skus += [sku for order in request.orders for sku in order.skus]
    return [sku for sku in dict.fromkeys(skus) if sku.strip()]


def order_pages(
    client: FinaleClient,
    recorder: Recorder,
    found: Sequence[Wanted],
    progress: Progress,
    *,
    averages_only: bool = False,
) -> Iterator[CostPage]:
    """Give what is known of orders that Finale has: first those that have not left, then the others with their costs.

    Raises:
        InventoryError: If Finale does not answer; the pages before are good.
    """
    if not found:
        return
    by_movement = not averages_only and has_ledger(client.now_schema())
    gone = [wanted for wanted in found if wanted.shipped and by_movement]
    others = [wanted for wanted in found if not (wanted.shipped and by_movement)]
    yield page(row for wanted in others for row in order_rows(recorder, wanted, {}, reads_ledger=by_movement))
    yield from ShippedOrders(client, recorder, progress).pages(gone)
