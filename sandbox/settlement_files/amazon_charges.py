"""What Amazon books for each sale, refund, adjustment and fee: one `Charge` per component, and which make one item.

See docs/facts/settlement-formats.md, Amazon V2 flat file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.business.sales import cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sandbox.business.business import Business
    from sandbox.business.records import Adjustment, Fee, Order, OrderLine, Packed, Refund, SettlementPeriod, Shipment

ZERO = Decimal(0)
_COMMISSION = Decimal("0.15")
_REFUND_COMMISSION = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of a settlement."""

    posted_at: datetime
    transaction_type: str
    amount_type: str
    description: str
    amount: Decimal
    order_id: str = ""
    merchant_order_id: str = ""
    adjustment_id: str = ""
    shipment_id: str = ""
    marketplace: str = ""
    fulfilment: str = ""
    item_code: str = ""
    sku: str = ""
    units: int | None = None
    promotion_id: str = ""


Component = tuple[str, str, Decimal]
"""Amount type, amount description, amount."""


def charges(business: Business) -> list[Charge]:
    """Return everything that Amazon ever booked for the business, in no particular order."""
    found: list[Charge] = []
    for shipment in business.parcels_of(business.store):
        found += _sold(business.order(shipment.order_id), shipment, business)
    for refund in business.refunds_of(business.store):
        found += _refunded(business.order(refund.order_id), refund)
    found += [_adjusted(adjustment) for adjustment in business.adjustments]
    found += [_charged(fee) for fee in business.fees]
    return found


def _sold(order: Order, shipment: Shipment, business: Business) -> Iterator[Charge]:
    for item in shipment.items:
        line = order.lines[item.line]
        before = _units_before(business, shipment, item)
        for row in range(item.rows):
            units = item.units // item.rows
            blank = _blank(order, line, shipment.posted_at, "Order")
            blank = replace(blank, units=units, shipment_id=shipment.marketplace_shipment_id)
            for component in _sale_components(order, line, before + row * units, units):
                yield _filled(blank, line, component)


def _units_before(business: Business, shipment: Shipment, item: Packed) -> int:
    """Return the line's units in earlier shipments, so that the shares of its amounts add up."""
    earlier = (other for other in business.shipments_of(shipment.order_id) if other.number < shipment.number)
    return sum(other_item.units for other in earlier for other_item in other.items if other_item.line == item.line)


def _sale_components(order: Order, line: OrderLine, before: int, units: int) -> Iterator[Component]:
    goods = line.unit_price * units
    tax, shipping, promotion = (
        _share(total, line.units, before, units) for total in (line.tax, line.shipping, line.promotion)
    )
    yield "ItemPrice", "Principal", goods
    if tax:
        yield "ItemPrice", "Tax", tax
        yield "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", -tax
    if shipping:
        yield "ItemPrice", "Shipping", shipping
        yield "ItemFees", "ShippingHB", -cents(shipping * _COMMISSION)
    if promotion:
        yield "Promotion", "Principal", -promotion
    if goods:
        yield "ItemFees", "Commission", -cents((goods - promotion) * _COMMISSION)
    if order.fulfilment == "AFN" and (goods or order.marketplace.startswith("Non-Amazon")):
        yield "ItemFees", "FBAPerUnitFulfillmentFee", -fulfilment_fee(line) * units


def fulfilment_fee(line: OrderLine) -> Decimal:
    """Return what Amazon takes for shipping one unit."""
    return Decimal("3.06") + cents(line.unit_price / 50)


def _share(total: Decimal, of_units: int, before: int, units: int) -> Decimal:
    return cents(total * (before + units) / of_units) - cents(total * before / of_units)


def _refunded(order: Order, refund: Refund) -> Iterator[Charge]:
    line = order.lines[refund.line]
    blank = _blank(order, line, refund.posted_at, refund.raw_type)
    blank = replace(blank, units=refund.units or None, adjustment_id=refund.adjustment_id)
    for component in _refund_components(line, refund):
        yield _filled(blank, line, component)


def _refund_components(line: OrderLine, refund: Refund) -> Iterator[Component]:
    goods = line.unit_price * refund.units if refund.amount is None else refund.amount
    yield "ItemPrice", "Principal", -goods
    if refund.amount is None:
        tax = _share(line.tax, line.units, 0, refund.units)
        promotion = _share(line.promotion, line.units, 0, refund.units)
        if tax:
            yield "ItemPrice", "Tax", -tax
            yield "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", tax
        if promotion:
            yield "Promotion", "Principal", promotion
        goods -= promotion
    commission = cents(goods * _COMMISSION)
    yield "ItemFees", "Commission", commission
    yield "ItemFees", "RefundCommission", -cents(commission * _REFUND_COMMISSION)


def _blank(order: Order, line: OrderLine, posted_at: datetime, transaction_type: str) -> Charge:
    return Charge(
        posted_at,
        transaction_type,
        "",
        "",
        ZERO,
        order_id=order.order_id,
        merchant_order_id=order.merchant_order_id,
        marketplace=order.marketplace,
        fulfilment=order.fulfilment,
        item_code=line.item_code,
        sku=line.sku,
    )


def _filled(blank: Charge, line: OrderLine, component: Component) -> Charge:
    amount_type, description, amount = component
    promotion_id = line.promotion_id if amount_type == "Promotion" else ""
    return replace(blank, amount_type=amount_type, description=description, amount=amount, promotion_id=promotion_id)


def _adjusted(adjustment: Adjustment) -> Charge:
    return Charge(
        adjustment.posted_at,
        "other-transaction",
        "FBA Inventory Reimbursement",
        adjustment.reason,
        adjustment.amount,
        adjustment_id=adjustment.adjustment_id,
        sku=adjustment.sku,
        units=adjustment.units,
    )


def _charged(fee: Fee) -> Charge:
    transaction_type, amount_type = fee.kind.value.split("/")
    return Charge(fee.posted_at, transaction_type, amount_type, fee.description, fee.amount, order_id=fee.order_id)


Posting = tuple["Charge", ...]
"""The charges of one item in one shipment or refund, its price first; or a single charge of another kind."""


def postings(booked: Iterable[Charge]) -> list[Posting]:
    """Return charges as they were booked, put together by item and sorted by time."""
    return sorted(_postings(booked), key=lambda posting: posting[0].posted_at)


def _postings(booked: Iterable[Charge]) -> Iterator[Posting]:
    item: list[Charge] = []
    for charge in booked:
        begins = charge.description == "Principal" and charge.amount_type == "ItemPrice"
        if item and (begins or not charge.item_code):
            yield tuple(item)
            item = []
        if charge.item_code:
            item.append(charge)
        else:
            yield (charge,)
    if item:
        yield tuple(item)


def within(period: SettlementPeriod, found: Sequence[Posting]) -> list[Posting]:
    """Return the postings of a settlement."""
    return [posting for posting in found if period.start <= posting[0].posted_at < period.end]
