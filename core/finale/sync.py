"""One sync in mode G or P: products and averages, then orders with their stock movements, then averages on dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from core.finale.account_remarks import has_ledger, order_link
from core.finale.graphql_client import batched
from core.finale.movements import averages_on, movements_in_spans
from core.finale.observations import cost_page
from core.finale.order_finder import find_orders
from core.finale.other_shipments import DaysRead, other_shipments
from core.finale.shipped_orders import ShippedOrders
from core.finale.wanted_orders import WantedOrder, not_found, order_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from core.finale.graphql_client import FinaleClient
    from core.finale.observations import Recorder, Row
    from core.finale.order_finder import Match
    from core.finale.product_of_sku import Mapper
    from core.finale.stock_history import Movement
    from core.finale.system import CostPage, CostRequest, OrderRequest
    from core.progress import Progress

ORDERS_AT_ONCE = 2000
"""Orders are found and costed so many at a time, so that an interrupted sync keeps the earlier ones."""
_ONE_DAY = timedelta(days=1)


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
    _left_on: dict[str, date] = field(default_factory=dict)
    """When the orders left that have been found, by the marketplace's order id."""
    _matches: dict[str, Match] = field(default_factory=dict)
    """The orders that have been found, by the marketplace's order id."""
    _read: DaysRead = field(default_factory=DaysRead)

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
        yield from self._others(request.orders)
        yield from self.mapper.pages_of_unseen_kits()
        yield from self._dated(request)

    @property
    def _reads_ledger(self) -> bool:
        return not self.averages_only and has_ledger(self.client.now_schema())

    def _orders(self, questions: Sequence[OrderRequest]) -> Iterator[CostPage]:
        matches = find_orders(self.client, questions, self.prefixes, self.progress)
        self._matches.update(matches)
        on_page = [WantedOrder(order, matches[order.order_id]) for order in questions if order.order_id in matches]
        self._left_on.update(
            (wanted.question.order_id, day) for wanted in on_page if (day := wanted.left_on) is not None
        )
        yield from self.mapper.pages_of_kits(on_page)
        yield cost_page(not_found(self.recorder, questions, matches))
        averages_only = not self._reads_ledger
        yield from order_pages(
            self.client, self.recorder, on_page, self.progress, averages_only=averages_only, read=self._read
        )

    def _others(self, questions: Sequence[OrderRequest]) -> Iterator[CostPage]:
        """Give what left on other orders on the days that were read, and on the few days between them."""
        if not self._read.days or not self._reads_ledger or order_link(self.client.now_schema()) is None:
            return
        posted = [order.posted_on for order in questions]
        gaps = self._read.gaps(min(posted), max(posted))
        self._read.add(gaps, [row for some in movements_in_spans(self.client, gaps) for row in some])
        yield other_shipments(self.recorder, self._read.movements, questions, self._matches, self.prefixes)

    def _dated(self, request: CostRequest) -> Iterator[CostPage]:
        wanted = products_on_days(request, self.mapper, self._left_on)
        if not wanted:
            return
        shown = self._reads_ledger and self.client.now_schema().name_of("movement average") is not None
        averages = averages_on(self.client, wanted, self.mapper.urls) if shown else {}
        yield cost_page(dated_rows(self.recorder, wanted, averages))


def products_on_days(request: CostRequest, mapper: Mapper, left_on: Mapping[str, date]) -> list[tuple[str, date]]:
    """Return every product and day of which an average is wanted: a day on which goods left, and the day before it.

    Where the two differ, goods were received on the day itself (Finale's dates have no time).

    Args:
        request: What is wanted.
        mapper: Knows the products of the SKUs.
        left_on: When the orders left that were found in Finale.
    """
    days = [*request.dated_skus, *((sku, left_on[order]) for sku, order in request.removals if order in left_on)]
    wanted = [(part, day) for sku, day in days for part in mapper.products_of(sku)]
    return list(dict.fromkeys(place for part, day in wanted for place in ((part, day), (part, day - _ONE_DAY))))


def dated_rows(
    recorder: Recorder,
    wanted: Sequence[tuple[str, date]],
    movements: Mapping[tuple[str, date], Movement],
    **source: str,
) -> list[Row]:
    """Return the averages that were found, each movement once, and which products had none on any wanted day."""
    rows = {(row.product_id, row.record_date): row for row in movements.values()}
    told = {product for product, _ in movements}
    first: dict[str, date] = {}
    for product, day in wanted:
        if product not in told:
            first[product] = min(day, first.get(product, day))
    nothing = (recorder.no_average_on(product, day) for product, day in first.items())
    return [*(recorder.average_on_date(row, **source) for row in rows.values()), *nothing]


def skus_of(request: CostRequest) -> list[str]:
    """Return every SKU of a request once; blank ones name nothing."""
    skus = [*request.skus, *(sku for sku, _ in request.dated_skus)]
    skus += [sku for order in request.orders for sku in order.skus]
    return [sku for sku in dict.fromkeys(skus) if sku.strip()]


def order_pages(
    client: FinaleClient,
    recorder: Recorder,
    orders: Sequence[WantedOrder],
    progress: Progress,
    *,
    averages_only: bool = False,
    read: DaysRead | None = None,
) -> Iterator[CostPage]:
    """Give what is known of orders that Finale has: first those that have not left, then the others with their costs.

    Args:
        client: Where to ask.
        recorder: Makes the rows.
        orders: The orders.
        progress: Told after each page.
        averages_only: Leave the stock history alone.
        read: Keeps what the days that are read hold beside these orders.

    Raises:
        InventoryError: If Finale does not answer; the pages before are good.
    """
    if not orders:
        return
    by_movement = not averages_only and has_ledger(client.now_schema())
    gone = [wanted for wanted in orders if wanted.has_left and by_movement]
    others = [wanted for wanted in orders if not (wanted.has_left and by_movement)]
    yield cost_page(row for wanted in others for row in order_rows(recorder, wanted, {}, reads_ledger=by_movement))
    yield from ShippedOrders(client, recorder, progress, DaysRead() if read is None else read).pages(gone)
