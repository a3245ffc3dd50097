"""One sync in mode R: costs per order from the user's own saved report, averages from a second one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from core.finale.errors import FinaleRefusalError, ReportError
from core.finale.ledger import Movement, last_averages
from core.finale.observations import page
from core.finale.order_costs import WantedOrder, not_found, order_rows
from core.finale.order_finder import Match, find_orders, match_orders
from core.finale.order_reports import AVERAGES, COSTS, orders_of, read_averages, read_costs
from core.finale.other_shipments import other_shipments
from core.finale.reports import report_address
from core.finale.shipped_orders import CORRECTED_WITHIN
from core.finale.sync import dated_rows, order_pages, products_on_days, skus_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from core.finale.client import FinaleClient
    from core.finale.mapping import Mapper
    from core.finale.observations import Recorder
    from core.finale.products import Product
    from core.finale.settings import FinaleSettings
    from core.finale.system import CostPage, CostRequest, OrderAsked
    from core.progress import Progress

SOURCE_REPORT = "report"
NOT_IN_REPORT = "not in the report"
_LOOK_BACK = timedelta(days=90)
"""How long before the first posting the report begins: refunds are of older orders."""
_LOOK_AHEAD = CORRECTED_WITHIN
"""How long after the last posting it ends: the rest of a split order leaves later, and corrections come later."""
_TIMEOUT = 180.0


@dataclass(frozen=True, slots=True)
class ReportSync:
    """One sync by way of saved reports."""

    client: FinaleClient
    recorder: Recorder
    mapper: Mapper
    progress: Progress
    settings: FinaleSettings

    def pages(self, request: CostRequest) -> Iterator[CostPage]:
        """Fetch the reports; only what they leave open (packs, kits, absent orders) is asked for in GraphQL.

        Raises:
            InventoryError: If Finale does not answer, or a report cannot be used.
        """
        products = fetch_averages(self.client, self.settings.average_report, self.settings.column_names)
        self.progress("Averages", 1, 1)
        movements = self._movements(request)
        self.progress("Costs", 1, 1)
        grouped: dict[str, list[Movement]] = {}
        for movement in movements:
            grouped.setdefault(movement.order_id or "", []).append(movement)
        matches = match_orders(
            [order.order_id for order in request.orders], orders_of(movements), self.settings.order_prefixes
        )
        absent = [order for order in request.orders if order.order_id not in matches]
        elsewhere = self._asked_for(absent)
        averages = [
            WantedOrder(order, match)
            for order in request.orders
            if (match := matches.get(order.order_id) or elsewhere.get(order.order_id)) is not None
        ]
        yield from self._mappings(request, products, averages)
        left_on = {wanted.question.order_id: day for wanted in averages if (day := wanted.left_on) is not None}
        yield self._dated(request, movements, left_on)
        shown = [wanted for wanted in averages if any(order.order_id in grouped for order in wanted.match.orders)]
        rows = (row for wanted in shown for row in order_rows(self.recorder, wanted, grouped, SOURCE_REPORT))
        yield page([*rows, *not_found(self.recorder, absent, elsewhere, NOT_IN_REPORT)])
        yield other_shipments(
            self.recorder, movements, request.orders, {**matches, **elsewhere}, self.settings.order_prefixes
        )
        others = [wanted for wanted in averages if wanted not in shown]
        yield from order_pages(self.client, self.recorder, others, self.progress)

    def _asked_for(self, absent: Sequence[OrderAsked]) -> dict[str, Match]:
        """Find the orders that the report does not show: not shipped, older than it, or under another number."""
        try:
            return find_orders(self.client, absent, self.settings.order_prefixes, self.progress) if absent else {}
        except FinaleRefusalError:
            return {}  # the account answers reports alone

    def _movements(self, request: CostRequest) -> list[Movement]:
        days = [order.posted_on for order in request.orders] + [day for _, day in request.dated_skus]
        if not days:
            return []
        span = (min(days) - _LOOK_BACK, max(days) + _LOOK_AHEAD)
        content = fetch_report(self.client, COSTS, self.settings.cost_report, span)
        return read_costs(content, span, self.settings.column_names)

    def _mappings(
        self, request: CostRequest, products: Mapping[str, Product], orders: Sequence[WantedOrder]
    ) -> Iterator[CostPage]:
        skus = skus_of(request)
        elsewhere = _never_on_their_orders(orders)
        known = [sku for sku in skus if sku in products and sku not in elsewhere]
        yield self.mapper.page_of_known(products, known, catalogue=request.catalogue)
        left = [sku for sku in skus if sku not in set(known)]
        try:
            yield from self.mapper.pages(left, self.progress)
            yield from self.mapper.pages_of_kits(orders)
            yield from self.mapper.pages_of_unseen_kits()
        except FinaleRefusalError:
            # The account answers reports alone. What the report does not list cannot be mapped.
            unmapped = [sku for sku in left if sku not in self.mapper.products]
            yield self.mapper.page_of_known(products, unmapped, unknown=NOT_IN_REPORT)
        with suppress(FinaleRefusalError):  # it answers reports alone: then only what the reports list has an average
            yield from self.mapper.pages_of_typed_in(request.typed_in, products)

    def _dated(self, request: CostRequest, movements: Iterable[Movement], left_on: Mapping[str, date]) -> CostPage:
        wanted = products_on_days(request, self.mapper, left_on)
        averages = {place: row for place, row in last_averages(movements, wanted).items() if row.average is not None}
        return page(dated_rows(self.recorder, wanted, averages, source=SOURCE_REPORT))


def fetch_averages(client: FinaleClient, address: str, names: Mapping[str, str]) -> dict[str, Product]:
    """Return the products of the report of averages by id; empty where the user has given none.

    Raises:
        InventoryError: If Finale does not answer, or the report cannot be used.
    """
    return read_averages(fetch_report(client, AVERAGES, address), names) if address else {}


def fetch_report(client: FinaleClient, which: str, pasted: str, days: tuple[date, date] | None = None) -> bytes:
    """Fetch a saved report.

    Raises:
        InventoryError: If Finale does not answer, or the address is none of a report of this account.
    """
    address = report_address(which, pasted, client.account, days)
    answer = client.get(address, collection=True, timeout=_TIMEOUT)
    if answer is None:
        raise ReportError(which, "is not there (404)")
    return answer.content


def _never_on_their_orders(orders: Iterable[WantedOrder]) -> set[str]:
    """Return the SKUs that some orders should hold and none does: packs under another name, or kits sold in parts."""
    skus: set[str] = set()
    there: set[str] = set()
    for wanted in orders:
        products = {
            line.product_id for order in wanted.match.orders for line in order.lines if line.units != Decimal(0)
        }
        skus |= set(wanted.question.skus)
        there |= set(wanted.question.skus) & products
    return skus - there
