"""What the demo business sells on Walmart: two weeks of October, out of the stock that Amazon sells from."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from sandbox.business.catalogue import DEAR, NEVER_BILLED, WITHOUT_TIMELY_COST
from sandbox.business.dice import Dice, Numbering
from sandbox.business.records import Adjustment, Channel, Packed, SettlementPeriod, StockChange
from sandbox.business.sales import Sales, Seller, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sandbox.business.records import Order, OrderLine, Product

STORE = "Walmart US"
MARKETPLACE = "walmart"
SELLER_FULFILLED, WALMART_FULFILLED = "Seller Fulfilled", "WFS Fulfilled"

_SALT = 7919
"""Keeps this channel's random numbers apart from every other's of the same seed."""
_WEEKS = (("2026-10-17 00:00:00", 7), ("2026-10-24 00:00:00", 7))
_FIRST_ORDER = moment("2026-10-20 10:30:00")
"""Ships on the day after the last purchase at the earliest: no average cost of before changes."""
_DAYS = 8
_ORDERS = 46


class WalmartNumbering(Numbering):
    """Hands out numbers as Walmart's are: 15 digits for customer orders and purchase orders."""

    def order_id(self) -> str:
        """Return a customer order number."""
        return self._new(lambda: f"20001{self._digits(10)}")

    def shipment_id(self) -> str:
        """Return a purchase order number: the part of an order that this seller ships."""
        return self._new(lambda: f"10899{self._digits(10)}")


def walmart_channel(seed: int, products: Sequence[Product]) -> tuple[Channel, Sales]:
    """Return the store on Walmart, and what it sold, shipped and refunded."""
    dice = Dice(Random(seed + _SALT))  # noqa: S311  # figures for a demonstration, nothing secret
    seller = Seller(dice, products, WalmartNumbering(dice))
    _ordinary_sales(seller, products)
    _particular_cases(seller)
    adjustments = tuple(seller.sales.adjustments)
    return Channel(STORE, MARKETPLACE, tuple(_period(start, days) for start, days in _WEEKS), adjustments), seller.sales


def _period(first_day: str, days: int) -> SettlementPeriod:
    start = moment(first_day)
    end = start + timedelta(days=days)
    last_day = end - timedelta(days=1)
    settlement_id = f"{start:%Y%m%d}-{last_day:%Y%m%d}"  # a Walmart settlement has no other name than its days
    return SettlementPeriod(settlement_id, STORE, start, end, end + timedelta(days=4))


def _sell(seller: Seller, ordered_at: datetime, lines: Sequence[OrderLine], fulfilment: str) -> Order:
    return seller.order(ordered_at, lines, store=STORE, marketplace="Walmart.com", fulfilment=fulfilment)


def _ordinary_sales(seller: Seller, products: Sequence[Product]) -> None:
    dice = seller.dice
    skus = [product.product_id for product in products if product.product_id not in (*WITHOUT_TIMELY_COST, DEAR)]
    for day in sorted(dice.below(_DAYS) for _ in range(_ORDERS)):
        ordered_at = _FIRST_ORDER + timedelta(days=day, seconds=dice.below(10 * 3600))
        chosen = dice.some(skus, dice.pick_weighted({1: 84, 2: 13, 3: 3}))
        fulfilment = dice.pick_weighted({SELLER_FULFILLED: 7, WALMART_FULFILLED: 3})
        lines = [seller.line(sku, dice.pick_weighted({1: 80, 2: 14, 4: 6})) for sku in chosen]
        order = _sell(seller, ordered_at, lines, fulfilment)
        shipment = seller.ship(order)
        if dice.chance(0.1):
            units = dice.between(1, order.lines[0].units)
            posted_at = shipment.posted_at + timedelta(days=1)
            returned_at = posted_at - timedelta(hours=2) if dice.chance(0.5) else None
            seller.refund(order, posted_at, back=False, units=units, returned_at=returned_at)


def _particular_cases(seller: Seller) -> None:
    """Add an order in two parcels, one without a cost, a part of the price given back, units lost by Walmart."""
    split = _sell(seller, moment("2026-10-21 09:00:00"), [seller.line("MUG-RED", 4)], SELLER_FULFILLED)
    first = seller.ship(split, [Packed(0, 3)])
    later = {"shipped_at": first.shipped_at + timedelta(hours=1), "posted_at": first.posted_at + timedelta(hours=1)}
    seller.ship(split, [Packed(0, 1)], **later)
    seller.ship(_sell(seller, moment("2026-10-22 09:30:00"), [seller.line(NEVER_BILLED)], SELLER_FULFILLED))
    concession = _sell(seller, moment("2026-10-21 15:00:00"), [seller.line("BOARD-OAK", 2)], SELLER_FULFILLED)
    seller.ship(concession)
    seller.refund(concession, moment("2026-10-26 10:00:00"), back=False, units=0, amount=Decimal("5.00"))
    change = StockChange("ST-4101", moment("2026-10-25 14:00:00"), "TOWEL-3", -1, "Lost by Walmart")
    seller.sales.stock_changes.append(change)
    number = seller.numbering.adjustment_id()
    lost_at = moment("2026-10-26 16:00:00")
    seller.sales.adjustments.append(
        Adjustment("TOWEL-3", 1, "WFS Lost Inventory", Decimal("9.62"), lost_at, number, change.change_id)
    )
