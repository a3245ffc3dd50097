"""The stock history: which movements belong to an order, and at which unit cost each product left on it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.finale.orders import ordered_units
from core.finale.parse import Cost, cost_of, date_of, number_of, order_of_label, text_of
from core.model import Cause
from core.money import at_line_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from core.finale.graphql_schema import Schema
    from core.finale.orders import FinaleOrder

_SALES = {"sale shipment", "1000"}


@dataclass(frozen=True, slots=True)
class Movement:
    """One row of the stock history."""

    product_id: str
    units: Decimal
    """Units that left; what came in is negative."""
    cost: object
    """Cost per unit, as Finale wrote it."""
    average: object
    """Average cost after the movement, as Finale wrote it."""
    record_date: date | None
    is_sale: bool
    stage: str
    """The update type in lower case; tells packing from shipping. Empty where Finale does not say."""
    order_id: str | None = None
    shipment_id: str | None = None
    description: str | None = None
    leaves_negative: bool = False
    """Whether the product's stock is negative after it."""
    after_negative: bool = False
    """Whether the product had been received into negative stock before it, see `negative_stock`."""


@dataclass(frozen=True, slots=True)
class ShippedCost:
    """What left of one product on one order, or in one shipment of it."""

    units: Decimal
    """Net of corrections; 0 where all of it was taken back."""
    cost: Cost
    record_date: date | None
    after_negative: bool = False
    """Whether any of it left after the product had been received into negative stock."""


def read_movement(node: Mapping[str, Any], schema: Schema) -> Movement | None:
    """Read one row as GraphQL gives it; `None` if it names no product or no units."""
    product_id = text_of((node.get("product") or {}).get("productId"))
    units = _units_out(node)
    if product_id is None or units is None:
        return None
    shipment = node.get("shipment") or {}
    order = shipment.get("order") or node.get("order") or {}
    return Movement(
        product_id=product_id,
        units=units,
        cost=node.get(schema.name_of("movement cost") or ""),
        average=node.get(schema.name_of("movement average") or ""),
        record_date=date_of(node.get("recordDate")),
        is_sale=is_sale(node.get("transactionType")),
        stage=(text_of(node.get("transactionUpdateType")) or "").lower(),
        order_id=text_of(order.get("orderId")),
        shipment_id=text_of(shipment.get("shipmentId")),
        description=text_of(node.get("transactionDescription")),
        leaves_negative=_leaves_negative(node, schema),
    )


def _leaves_negative(node: Mapping[str, Any], schema: Schema) -> bool:
    """Tell whether stock is negative after a movement: by its units, or by its value, which has the average's sign."""
    name = schema.name_of("stock after") or ""
    balance = number_of(node.get(name))
    if balance is None or not name.lower().startswith("valuation"):
        return balance is not None and balance < 0
    average = number_of(node.get(schema.name_of("movement average") or ""))
    return average is not None and balance * average < 0


def not_shown_before(
    before: Sequence[Mapping[str, Any]], page: Sequence[Mapping[str, Any]], schema: Schema
) -> Sequence[Mapping[str, Any]]:
    """Return what a page shows that the page before it did not.

    What is entered while the pages are read pushes the last rows of one page onto the next. They are known again by the
    stock that they tell: had they happened twice, it would be another the second time.

    Args:
        before: The rows of the page before it.
        page: The rows of the page, in the same order.
        schema: Says in which field a row tells the stock after it.
    """
    for shared in range(min(len(before), len(page)), 0, -1):
        if before[-shared] == page[0] and before[-shared:] == page[:shared] and _moves_stock(page[:shared], schema):
            return page[shared:]
    return page


def _moves_stock(nodes: Iterable[Mapping[str, Any]], schema: Schema) -> bool:
    """Tell whether these rows, which all tell the stock after them, leave another stock of some product behind."""
    moved: dict[str | None, Decimal] = defaultdict(Decimal)
    for node in nodes:
        if not _tells_stock(node, schema):
            return False
        moved[text_of((node.get("product") or {}).get("productId"))] += _units_out(node) or 0
    return any(moved.values())


def _tells_stock(node: Mapping[str, Any], schema: Schema) -> bool:
    """Tell whether a row says what stock it left; its value says so only where a unit has one."""
    name = schema.name_of("stock after") or ""
    if name.lower().startswith("valuation") and not number_of(node.get(schema.name_of("movement average") or "")):
        return False
    return number_of(node.get(name)) is not None


def is_sale(transaction_type: object) -> bool:
    """Return whether a movement is one of a sale; where its type is not told, it was asked for as such."""
    return (text_of(transaction_type) or "Sale shipment").lower() in _SALES


def _units_out(node: Mapping[str, Any]) -> Decimal | None:
    quantity = number_of(node.get("quantity"))
    if quantity is not None:
        return -quantity
    out, back = number_of(node.get("unitsOut")), number_of(node.get("unitsIn"))
    return None if out is None and back is None else (out or Decimal(0)) - (back or Decimal(0))


def by_order(movements: Iterable[Movement], orders: Iterable[FinaleOrder]) -> dict[str, list[Movement]]:
    """Group the sale movements by Finale's order id.

    The order a movement names holds; else the shipment's label that it names or has as its description, looked up
    among the orders' shipments; else that label without its running number (docs/facts/finale-api.md, Where the cost
    is): `111-1-2` is the second shipment of order `111-1`.
    """
    known = {order.order_id for order in orders}
    labels = {shipment.shipment_id: order.order_id for order in orders for shipment in order.shipments}
    grouped: dict[str, list[Movement]] = defaultdict(list)
    for movement in movements:
        order_id = _order_of(movement, known, labels)
        if movement.is_sale and order_id is not None:
            grouped[order_id].append(movement)
    return grouped


def _order_of(movement: Movement, known: set[str], labels: Mapping[str | None, str]) -> str | None:
    if movement.order_id is not None:
        return movement.order_id
    for label in (movement.shipment_id, movement.description):
        if label is None:
            continue
        for guess in (labels.get(label), label, order_of_label(label)):
            if guess in known:
                return guess
    return None


def by_fit(movements: Iterable[Movement], orders: Iterable[FinaleOrder]) -> dict[str, list[Movement]]:
    """Group sale movements by the one order whose product, day of shipping and units they have.

    For accounts whose stock history does not name the order. Where two orders or two movements fit, none is taken: 2
    cups that left on 3 September are those of the order that shipped 2 cups that day, unless another order did too.
    """
    places: dict[tuple[str, date | None, Decimal | None], set[str]] = defaultdict(set)
    for order in orders:
        for product_id, units in ordered_units([order]).items():
            for day in order.ship_dates:
                places[product_id, day, units].add(order.order_id)
    rows: dict[tuple[str, date | None, Decimal | None], list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.is_sale and "pack" not in movement.stage:
            rows[movement.product_id, movement.record_date, movement.units].append(movement)
    grouped: dict[str, list[Movement]] = defaultdict(list)
    for place, fitting in rows.items():
        if len(fitting) == 1 and len(places[place]) == 1:
            grouped[next(iter(places[place]))].append(fitting[0])
    return grouped


def shipped_costs(movements: Iterable[Movement], *, count_packing: bool = False) -> dict[str, ShippedCost]:
    """Return what left of each product on one order, with its unit cost weighted by units.

    Packing and shipping both write rows; only those of shipping count, so nothing is counted twice. A correction
    (units that came back onto the shipment) takes its own cost off again. One row without cost makes the whole
    product's cost missing: an average over the others would hide it.

    Worked example: 2 units at 5.00 and 1 at 8.00 are 3 at 6.00; with one of the first back (-1 at 5.00) 2 at 6.50.

    Args:
        movements: Sale movements of the order.
        count_packing: The order has left, so where shipping wrote no row of its own the one of packing counts.
    """
    return {product_id: _weighted(rows) for product_id, rows in _counted(movements, count_packing).items()}


def shipments(movements: Iterable[Movement], *, count_packing: bool = False) -> dict[str, tuple[ShippedCost, ...]]:
    """Return what left of each product in each shipment of one order, where shipments differ in cost or day.

    Else, and where a correction cannot be told to belong to one of them, all of it is one (`shipped_costs`).

    Args:
        movements: Sale movements of the order.
        count_packing: As for `shipped_costs`.
    """
    return {product_id: _apart(rows) for product_id, rows in _counted(movements, count_packing).items()}


def _apart(rows: Sequence[Movement]) -> tuple[ShippedCost, ...]:
    whole = _weighted(rows)
    labels = [row.shipment_id or (row.description if order_of_label(row.description or "") else None) for row in rows]
    groups: dict[object, list[Movement]] = defaultdict(list)
    for row, label in zip(rows, labels, strict=True):
        groups[label if None not in labels else row.record_date].append(row)
    apart = [_weighted(group) for group in groups.values()]
    if len(apart) < 2 or any(one.units <= 0 for one in apart):  # noqa: PLR2004 - several
        return (whole,)
    same = len({(one.cost.value, one.cost.cause, one.record_date) for one in apart}) == 1
    return (whole,) if same else tuple(apart)


def _counted(movements: Iterable[Movement], count_packing: bool) -> dict[str, list[Movement]]:  # noqa: FBT001 - private
    """Return the movements of each product that count: those of shipping, or of packing where nothing else is there."""
    shipping: dict[str, list[Movement]] = defaultdict(list)
    packing: dict[str, list[Movement]] = defaultdict(list)
    for movement in movements:
        (packing if "pack" in movement.stage else shipping)[movement.product_id].append(movement)
    return {**packing, **shipping} if count_packing else dict(shipping)


def _weighted(rows: Sequence[Movement]) -> ShippedCost:
    net = sum((row.units for row in rows), Decimal(0))
    last = max((row.record_date for row in rows if row.record_date), default=None)
    costs = [cost_of(row.cost) for row in rows]
    raw = _raw(rows, costs)
    causes = {cost.cause for cost in costs}
    if Cause.COST_ZERO in causes or Cause.COST_BLANK in causes:
        cause = Cause.COST_ZERO if Cause.COST_ZERO in causes else Cause.COST_BLANK
        return ShippedCost(net, Cost(None, raw, cause), last)
    if net == 0:
        return ShippedCost(net, Cost(None, raw, Cause.NOT_SHIPPED), last)
    value = sum((row.units * (number_of(row.cost) or 0) for row in rows), Decimal(0))
    after_negative = any(row.after_negative for row in rows)
    return ShippedCost(net, Cost(at_line_places(value / net), raw, None), last, after_negative)


def _raw(rows: Sequence[Movement], costs: Sequence[Cost]) -> str | None:
    texts = [cost.raw for cost in costs]
    if len(set(texts)) == 1:
        return texts[0]
    return "; ".join(f"{row.units.normalize():f} x {text}" for row, text in zip(rows, texts, strict=True))


def last_averages(
    movements: Iterable[Movement], wanted: Iterable[tuple[str, date]]
) -> dict[tuple[str, date], Movement]:
    """Return for each (product, day) the last movement of the product on or before that day.

    Args:
        movements: Of all kinds, oldest first; movements of one day in the order they happened.
        wanted: Products and days.
    """
    by_product: dict[str, list[tuple[date, int, Movement]]] = defaultdict(list)
    for position, movement in enumerate(movements):
        if movement.record_date is not None:
            by_product[movement.product_id].append((movement.record_date, position, movement))
    averages = {}
    for product_id, day in wanted:
        before = [row for row in by_product[product_id] if row[0] <= day]
        if before:
            averages[product_id, day] = max(before, key=lambda row: row[:2])[2]
    return averages
