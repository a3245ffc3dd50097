"""Mode R: costs per order and averages per product from the user's own two saved reports, and one sync of them."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from core.errors import BadAnswerError
from core.finale.errors import FinaleRefusalError, ReportError
from core.finale.observations import cost_page
from core.finale.order_finder import Match, find_orders, match_orders
from core.finale.orders import FinaleOrder, OrderLine, Shipment
from core.finale.other_shipments import other_shipments
from core.finale.parse import date_of, number_of, order_of_label, text_of
from core.finale.products import Product
from core.finale.reports import (
    AVERAGE_COLUMNS,
    AVERAGES,
    COST_COLUMNS,
    COSTS,
    find_columns,
    in_roles,
    read_table,
    report_address,
)
from core.finale.shipped_orders import CORRECTED_WITHIN
from core.finale.stock_history import Movement, is_sale, last_averages
from core.finale.sync import dated_rows, order_pages, products_on_days, skus_of
from core.finale.wanted_orders import WantedOrder, not_found, order_rows, with_negative_stock_marks
from core.http.responses import too_large
from core.money import at_line_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from core.finale.account_settings import FinaleSettings
    from core.finale.graphql_client import FinaleClient
    from core.finale.observations import Recorder
    from core.finale.product_of_sku import Mapper
    from core.finale.reports import Row
    from core.finale.system import CostPage, CostRequest, OrderRequest
    from core.progress import Progress


def read_costs(content: bytes, days: tuple[date, date], names: Mapping[str, str]) -> list[Movement]:
    """Read the report of costs per order.

    Args:
        content: The report.
        days: Rows of other days are left out, in case the report does not obey its date filter.
        names: The user's own column titles by role (`reports.COST_COLUMNS`).

    Returns:
        The movements, those of sales with their order id; units that left are positive.

    Raises:
        ReportError: If the report cannot be used.
    """
    rows = read_table(COSTS, content)
    needed = (("product",), ("units",), ("cost",), ("order", "shipment", "description"))
    columns = find_columns(COSTS, rows, COST_COLUMNS, needed, names)
    movements = [movement for row in in_roles(rows, columns) if (movement := _movement(row)) is not None]
    begin, end = days
    there = [row for row in movements if row.record_date is None or begin <= row.record_date <= end]
    ordered = sorted(_outgoing_positive(there), key=lambda row: (row.record_date is not None, row.record_date or begin))
    return with_negative_stock_marks(ordered)


def _movement(row: Row) -> Movement | None:
    product_id, units = text_of(row.get("product")), number_of(row.get("units"))
    if product_id is None or units is None:
        return None
    sale = is_sale(row.get("type"))
    return Movement(
        product_id=product_id,
        units=-units,
        cost=row.get("cost"),
        average=row.get("average"),
        record_date=date_of(row.get("date")),
        is_sale=sale,
        stage=(text_of(row.get("stage")) or "").lower(),
        order_id=_order_id(row) if sale else None,
        shipment_id=text_of(row.get("shipment")),
        description=text_of(row.get("description")),
        leaves_negative=(number_of(row.get("balance")) or 0) < 0,
    )


def _order_id(row: Row) -> str | None:
    named = text_of(row.get("order"))
    label = text_of(row.get("shipment")) or text_of(row.get("description")) or ""
    return named or order_of_label(label) or label or None


def _outgoing_positive(movements: list[Movement]) -> list[Movement]:
    """Turn the signs round where the report counts what left as positive: most of what is sold goes out."""
    sold = sum((row.units for row in movements if row.is_sale), Decimal(0))
    return [replace(row, units=-row.units) for row in movements] if sold < 0 else movements


def orders_of(movements: Iterable[Movement]) -> list[FinaleOrder]:
    """Return the orders that a report of costs shows: packed, or gone."""
    grouped: dict[str, list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.is_sale and movement.order_id:
            grouped[movement.order_id].append(movement)
    return [
        FinaleOrder(
            order_id=order_id,
            status="completed",
            lines=tuple(OrderLine(product_id, None) for product_id in dict.fromkeys(row.product_id for row in rows)),
            shipments=tuple(
                Shipment(row.shipment_id, "packed" if "pack" in row.stage else "shipped", row.record_date)
                for row in rows
            ),
        )
        for order_id, rows in grouped.items()
    ]


def read_averages(content: bytes, names: Mapping[str, str]) -> dict[str, Product]:
    """Read the report of averages; where it shows none, the valuation is divided by the units on hand.

    Returns:
        Products by id. One that stands in several rows (locations) is added up.

    Raises:
        ReportError: If the report cannot be used.
    """
    rows = read_table(AVERAGES, content)
    columns = find_columns(AVERAGES, rows, AVERAGE_COLUMNS, (("product",), ("average", "total")), names)
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in in_roles(rows, columns):
        product_id = text_of(row.get("product"))
        if product_id is not None:
            grouped[product_id].append(row)
    return {product_id: _product(product_id, rows) for product_id, rows in grouped.items()}


def _product(product_id: str, rows: list[Row]) -> Product:
    averages = [row.get("average") for row in rows if text_of(row.get("average")) is not None]
    descriptions = [text_of(row.get("description")) for row in rows]
    average = averages[0] if averages else _valued(rows)
    return Product(product_id, None, next(filter(None, descriptions), None), average)


def _valued(rows: list[Row]) -> str | None:
    worth = [number_of(row.get("total")) for row in rows]
    units = sum((number_of(row.get("units")) or Decimal(0) for row in rows), Decimal(0))
    known = [value for value in worth if value is not None]
    return str(at_line_places(sum(known, Decimal(0)) / units)) if known and units > 0 else None


SOURCE_REPORT = "report"
NOT_IN_REPORT = "not in the report"
_LOOK_BACK = timedelta(days=90)
"""How long before the first posting the report begins: refunds are of older orders."""
_LOOK_AHEAD = CORRECTED_WITHIN
"""How long after the last posting it ends: the rest of a split order leaves later, and corrections come later."""
_TIMEOUT = 180.0
"""Seconds that Finale may take to make a report."""
_LARGEST = 600_000_000
"""Bytes of a report: it is read as one table, so all of it is in memory."""


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
        yield cost_page([*rows, *not_found(self.recorder, absent, elsewhere, NOT_IN_REPORT)])
        yield other_shipments(
            self.recorder, movements, request.orders, {**matches, **elsewhere}, self.settings.order_prefixes
        )
        others = [wanted for wanted in averages if wanted not in shown]
        yield from order_pages(self.client, self.recorder, others, self.progress)

    def _asked_for(self, absent: Sequence[OrderRequest]) -> dict[str, Match]:
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
        return cost_page(dated_rows(self.recorder, wanted, averages, source=SOURCE_REPORT))


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
    answer = client.get(address, collection=True, timeout=_TIMEOUT, document=True)
    if answer is None:
        raise ReportError(which, "is not there (404)")
    try:
        return answer.in_memory(_LARGEST).content
    except BadAnswerError as error:
        raise ReportError(which, f"answered with {too_large(_LARGEST)}") from error


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
