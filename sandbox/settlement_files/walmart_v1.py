"""Walmart's V1 reconciliation reports of a business's store there: one row per amount.

See docs/facts/settlement-formats.md, Walmart.
"""

from __future__ import annotations

import csv
import io
import zlib
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.business.demo_walmart import WALMART_FULFILLED
from sandbox.business.sales import cents
from sandbox.settlement_files.amazon_v2 import SettlementFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sandbox.business.business import Business
    from sandbox.business.records import Channel, Order, OrderLine, Packed, Refund, SettlementPeriod, Shipment

COLUMNS = (
    "Period Start Date",
    "Period End Date",
    "Total Payable",
    "Currency",
    "Transaction Key",
    "Transaction Posted Timestamp",
    "Transaction Type",
    "Transaction Description",
    "Customer Order #",
    "Customer Order line #",
    "Purchase Order #",
    "Purchase Order line #",
    "Amount",
    "Amount Type",
    "Ship Qty",
    "Commission Rate",
    "Base Commission Rate",
    "Transaction Reason Description",
    "Partner Item Id",
    "Partner GTIN",
    "Partner Item Name",
    "Product Tax Code",
    "Ship to State",
    "Ship to City",
    "Ship to Zipcode",
    "Contract Category",
    "Product Type",
    "Commission Rule",
    "Shipping Method",
    "Fulfillment Type",
    "Fulfillment Details",
    "Original Commission",
)

ZERO = Decimal(0)
_COMMISSION = {"Kitchen": 15, "Home": 15, "Tools": 12, "Outdoor": 15}
_OTHER_COMMISSION = 15
_PLACES = (("CA", "Anytown", "90001"), ("TX", "Somewhere", "75001"), ("OH", "Elsewhere", "43004"))


@dataclass(frozen=True, slots=True)
class Amount:
    """One row of a report, without what is the same on every row of its item."""

    posted_at: datetime
    key: str
    kind: str
    description: str
    amount_type: str
    amount: Decimal
    units: int | None = None
    """Repeated on every row of an item that was sold."""
    rate: int | None = None
    """Commission in per cent."""
    order_id: str = ""
    line: int | None = None
    """Of the order, from 1."""
    purchase_order: str = ""
    sku: str = ""
    fulfilment: str = ""


def settlement_files(business: Business) -> list[SettlementFile]:
    """Return one file per settlement of the store on Walmart, oldest first; none if there is no such store."""
    channel = business.channel("walmart")
    if channel is None:
        return []
    booked = amounts(business, channel)
    return [_file(business, period, booked) for period in channel.periods]


def amounts(business: Business, channel: Channel) -> list[Amount]:
    """Return everything that Walmart ever booked for the store, by the time of posting."""
    found: list[Amount] = []
    for shipment in business.parcels_of(channel.store):
        found += _sold(business, business.order(shipment.order_id), shipment)
    for refund in business.refunds_of(channel.store):
        found += _refunded(business, business.order(refund.order_id), refund)
    for adjustment in channel.adjustments:
        key = _key(adjustment.posted_at, adjustment.adjustment_id)
        row = Amount(adjustment.posted_at, key, "Adjustment", adjustment.reason, "Fee/Reimbursement", adjustment.amount)
        found.append(replace(row, sku=adjustment.sku, fulfilment=WALMART_FULFILLED))
    for period in channel.periods:
        stored = Amount(
            period.start, _key(period.start, "1"), "Adjustment", "WFS Storage Fee", "Fee/Reimbursement", ZERO
        )
        found.append(replace(stored, amount=Decimal("-11.37"), fulfilment=WALMART_FULFILLED))
    return sorted(found, key=lambda row: row.posted_at)


def _sold(business: Business, order: Order, shipment: Shipment) -> Iterator[Amount]:
    for item in shipment.items:
        line = order.lines[item.line]
        blank = _blank(order, item.line, shipment.posted_at, shipment.marketplace_shipment_id)
        blank = replace(blank, kind="Sale", description="Purchase", units=item.units)
        yield from _components(business, blank, line, line.unit_price * item.units - _promotion(line, item), item.units)
    yield _handling(order, shipment)


def _promotion(line: OrderLine, item: Packed) -> Decimal:
    """Return the discount, which Walmart does not show: it is taken off the price."""
    return cents(line.promotion * item.units / line.units)


def _components(business: Business, blank: Amount, line: OrderLine, goods: Decimal, units: int) -> Iterator[Amount]:
    tax = cents(line.tax * units / line.units)
    yield replace(blank, amount_type="Product Price", amount=goods)
    if tax:
        yield replace(blank, amount_type="Product tax", amount=tax)
        yield replace(blank, amount_type="Product tax withheld", amount=-tax)
    rate = _rate(business, line.sku)
    yield replace(blank, amount_type="Commission on Product", amount=-cents(goods * rate / 100), rate=rate)


def _handling(order: Order, shipment: Shipment) -> Amount:
    """Return what Walmart takes for its label, or for shipping the goods itself: once per parcel."""
    first = shipment.items[0]
    blank = _blank(order, first.line, shipment.posted_at, shipment.marketplace_shipment_id)
    pieces = sum(item.units for item in shipment.items)
    if order.fulfilment == WALMART_FULFILLED:
        fee, words = Decimal("3.45") + Decimal("0.35") * pieces, "WFS Fulfillment fee"
    else:
        fee, words = Decimal("3.82") + Decimal("0.41") * pieces, "Walmart Shipping Label Service Charge"
    key = _key(shipment.posted_at, f"{shipment.marketplace_shipment_id}-label")
    row = replace(blank, key=key, kind="Adjustment", description=words)
    return replace(row, amount_type="Fee/Reimbursement", amount=-fee)


def _refunded(business: Business, order: Order, refund: Refund) -> Iterator[Amount]:
    line = order.lines[refund.line]
    purchase_order = business.shipments_of(order.order_id)[0].marketplace_shipment_id
    blank = _blank(order, refund.line, refund.posted_at, purchase_order)
    blank = replace(blank, key=_key(refund.posted_at, refund.adjustment_id), kind="Refund", description="Return/Refund")
    if refund.amount is not None:
        yield replace(blank, amount_type="Product Price", amount=-refund.amount)
        return
    goods = line.unit_price * refund.units - cents(line.promotion * refund.units / line.units)
    for row in _components(business, replace(blank, units=refund.units), line, goods, refund.units):
        yield replace(row, amount=-row.amount)


def _blank(order: Order, line: int, posted_at: datetime, purchase_order: str) -> Amount:
    return Amount(
        posted_at,
        _key(posted_at, f"{purchase_order}-{line}"),
        "",
        "",
        "",
        ZERO,
        order_id=order.order_id,
        line=line + 1,
        purchase_order=purchase_order,
        sku=order.lines[line].sku,
        fulfilment=order.fulfilment,
    )


def _key(posted_at: datetime, what: str) -> str:
    """Return a transaction key as Walmart's are: `2026_04_30_1387066`."""
    return f"{posted_at:%Y_%m_%d}_{zlib.crc32(what.encode()) % 10**7:07}"


def _rate(business: Business, sku: str) -> int:
    return _COMMISSION.get(business.product(sku).category, _OTHER_COMMISSION)


def _file(business: Business, period: SettlementPeriod, booked: Sequence[Amount]) -> SettlementFile:
    inside = [row for row in booked if period.start <= row.posted_at < period.end]
    total = sum((row.amount for row in inside), ZERO)
    first, last = (f"{part[4:6]}/{part[6:]}/{part[:4]}" for part in period.settlement_id.split("-"))
    summary = {
        "Period Start Date": first,
        "Period End Date": last,
        "Total Payable": f"{total:.2f}",
        "Currency": business.currency,
        "Transaction Posted Timestamp": _day(period.deposit_at),
        "Transaction Type": "PaymentSummary",
        "Transaction Description": "Deposited in account",
    }
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerow([f"Number of Lines in file {len(inside) + 1}"])
    for cells in (summary, *(_cells(business, row) for row in inside)):
        writer.writerow([cells.get(column, "") for column in COLUMNS])
    return SettlementFile(f"walmart-recon-{report_date(period)}.csv", text.getvalue().encode())


def report_date(period: SettlementPeriod) -> str:
    """Return the date by which Walmart offers a report, `MMDDYYYY`: that of the payment."""
    return f"{period.deposit_at:%m%d%Y}"


def _cells(business: Business, row: Amount) -> dict[str, str]:
    cells = {
        "Transaction Key": row.key,
        "Transaction Posted Timestamp": _day(row.posted_at),
        "Transaction Type": row.kind,
        "Transaction Description": row.description,
        "Customer Order #": row.order_id,
        "Customer Order line #": str(row.line or ""),
        "Purchase Order #": row.purchase_order,
        "Purchase Order line #": str(row.line or ""),
        "Amount": f"{row.amount:.2f}",
        "Amount Type": row.amount_type,
        "Ship Qty": str(row.units or ""),
        "Commission Rate": str(row.rate or ""),
        "Base Commission Rate": str(row.rate or ""),
        "Partner Item Id": row.sku,
        "Fulfillment Type": row.fulfilment,
    }
    return cells | (_item_cells(business, row) if row.sku else {})


def _item_cells(business: Business, row: Amount) -> dict[str, str]:
    product = business.product(row.sku)
    state, city, postal_code = _PLACES[zlib.crc32(row.order_id.encode()) % len(_PLACES)]
    shipped = {"Ship to State": state, "Ship to City": city, "Ship to Zipcode": postal_code}
    return {
        "Partner GTIN": f"{zlib.crc32(row.sku.encode()):014}",
        "Partner Item Name": product.description,
        "Product Tax Code": "2038710",
        "Contract Category": product.category,
        "Shipping Method": "Marketplace standard" if row.kind == "Sale" else "",
        **(shipped if row.order_id else {}),
    }


def _day(at: datetime) -> str:
    return f"{at.month}/{at.day}/{at.year}"
