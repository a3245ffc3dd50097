"""The particular cases of the demo business: each one something a bookkeeper meets and a program gets wrong."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.business.catalogue import (
    BILLED_LATE,
    DEAR,
    NEVER_BILLED,
    NEVER_RECEIVED,
    RECEIVED_LATE,
    UNMAPPED_SKU,
)
from sandbox.business.records import Adjustment, OrderLine, Packed, StockChange
from sandbox.business.sales import moment

if TYPE_CHECKING:
    from sandbox.business.sales import Seller

FREE = Decimal("0.00")


def particular_cases(seller: Seller) -> None:
    """Add them all."""
    _costs_that_came_too_late(seller)
    _orders_that_finale_lacks(seller)
    _unusual_orders(seller)
    _several_shipments(seller)
    _unusual_refunds(seller)
    _lost_in_the_warehouse(seller)


def _costs_that_came_too_late(seller: Seller) -> None:
    sold = {
        RECEIVED_LATE: ("2026-08-05", "2026-08-11", "2026-08-20", "2026-08-27"),
        BILLED_LATE: ("2026-08-06", "2026-08-13", "2026-08-24", "2026-09-04"),
        NEVER_BILLED: ("2026-08-10", "2026-08-26", "2026-09-07"),
        NEVER_RECEIVED: ("2026-08-14", "2026-09-02"),
    }
    for sku, days in sold.items():
        for number, day in enumerate(days):
            seller.ship(seller.order(moment(f"{day} 10:15:00"), [seller.line(sku, 2 if number == 1 else 1)]))


def _orders_that_finale_lacks(seller: Seller) -> None:
    for day, sku in (("2026-08-07", "PAN-24"), ("2026-08-21", "MUG-RED")):
        seller.ship(seller.order(moment(f"{day} 11:05:00"), [seller.line(sku)], inventory_id=None))
    for day, sku in (("2026-08-08", "LANTERN"), ("2026-09-05", "00123")):
        order = seller.order(moment(f"{day} 11:40:00"), [seller.line(sku, 2)], status="Committed")
        seller.ship(order, in_inventory=False)
    unmapped = _unmapped_line(seller, 1)
    seller.ship(seller.order(moment("2026-08-09 12:00:00"), [unmapped]))
    seller.ship(seller.order(moment("2026-08-22 12:00:00"), [seller.line("TOWEL-3"), _unmapped_line(seller, 2)]))


def _unmapped_line(seller: Seller, units: int) -> OrderLine:
    return seller.line(UNMAPPED_SKU, units, Decimal("18.50"))


def _unusual_orders(seller: Seller) -> None:
    original = seller.order(moment("2026-08-06 08:30:00"), [seller.line("FLASK-750")])
    seller.ship(original)
    note = f"Replacement for {original.order_id}"
    free = [OrderLine(seller.numbering.item_code(), "FLASK-750", 1, FREE)]
    seller.ship(seller.order(moment("2026-08-16 08:30:00"), free, notes=note))
    elsewhere = seller.order(
        moment("2026-08-19 09:45:00"),
        [OrderLine(seller.numbering.item_code(), "BOTTLE-500", 2, FREE)],
        order_id=seller.numbering.multi_channel_order_id(),
        marketplace="Non-Amazon US",
        merchant_order_id="WEB-1044",
        customer_po="WEB-1044",
    )
    seller.ship(elsewhere)
    seller.ship(seller.order(moment("2026-08-18 08:20:00"), [seller.line(DEAR)]))
    three = [seller.line("=A1-BOLT", 2), seller.line("00123"), seller.line("抹茶-100G", 3)]
    seller.ship(seller.order(moment("2026-08-12 10:10:00"), three))
    seller.ship(seller.order(moment("2026-09-03 10:10:00"), [seller.line("BASKET-S"), seller.line("BASKET-S")]))


def _several_shipments(seller: Seller) -> None:
    split = seller.order(moment("2026-08-04 09:00:00"), [seller.line("BIO-S039570363 US", 4)])
    first = seller.ship(split, [Packed(0, 3)])
    seller.ship(
        split,
        [Packed(0, 1)],
        shipped_at=first.shipped_at + timedelta(minutes=1),
        posted_at=first.posted_at + timedelta(minutes=1),
    )
    repeated = seller.order(moment("2026-08-25 09:00:00"), [seller.line("CAFÉ-GRINDER", 2, Decimal("39.90"))])
    seller.ship(repeated, [Packed(0, 2, rows=2)])


def _unusual_refunds(seller: Seller) -> None:
    refunded = {refund.order_id for refund in seller.sales.refunds}
    before_files = moment("2026-07-30 00:00:00")
    in_july = [o for o in seller.sales.orders if o.ordered_at < before_files and o.order_id not in refunded]
    seller.refund(in_july[0], moment("2026-08-06 15:20:11"), back=True)
    seller.refund(in_july[1], moment("2026-08-20 15:20:11"), back=False)
    earlier = seller.order(moment("2026-08-05 13:00:00"), [seller.line("KNIFE-CHEF", 2)])
    seller.ship(earlier)
    seller.refund(earlier, moment("2026-09-02 16:03:45"), back=True, units=1)
    concession = seller.order(moment("2026-08-18 13:00:00"), [seller.line("BOARD-OAK")])
    seller.ship(concession)
    seller.refund(concession, moment("2026-08-28 16:31:02"), back=False, units=0, amount=Decimal("4.00"))
    dispute = seller.order(moment("2026-08-17 13:00:00"), [seller.line("STOVE-GAS")])
    seller.ship(dispute)
    seller.refund(dispute, moment("2026-09-09 17:10:30"), back=False, raw_type="A-to-z Guarantee Refund")
    late = next(order for order in seller.sales.orders if order.lines[0].sku == RECEIVED_LATE)
    seller.refund(late, moment("2026-08-14 17:40:00"), back=False)


def _lost_in_the_warehouse(seller: Seller) -> None:
    losses = (
        ("2026-08-09", "PAN-28", 1, "WAREHOUSE_LOST", "27.61"),
        ("2026-08-23", "00123", 2, "WAREHOUSE_LOST", "17.90"),
        ("2026-08-28", "GRÖSSE-L", 1, "WAREHOUSE_DAMAGE", "14.22"),
        ("2026-09-06", "SAW-FOLD", 1, "WAREHOUSE_LOST", "16.08"),
    )
    for number, (day, sku, units, reason, amount) in enumerate(losses):
        change = StockChange(f"ST-{2101 + number}", moment(f"{day} 14:00:00"), sku, -units, reason)
        seller.sales.stock_changes.append(change)
        seller.sales.adjustments.append(
            Adjustment(
                sku,
                units,
                reason,
                Decimal(amount),
                moment(f"{day} 16:45:10"),
                seller.numbering.adjustment_id(),
                change.change_id,
            )
        )
