"""A plain business of a given size, for measurements."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from sandbox.business.business import Business
from sandbox.business.dice import Dice, Numbering
from sandbox.business.records import Order, Product, Purchase, PurchaseLine, SettlementPeriod
from sandbox.business.sales import STORE, Seller, moment

if TYPE_CHECKING:
    from datetime import datetime

_START = moment("2026-08-03 07:26:32")
_FORTNIGHT = timedelta(days=14)
_OLD = timedelta(days=50)


def sized_business(orders: int = 1000, products: int = 80, old_refunds: int = 50, seed: int = 1) -> Business:
    """Return a business with one settlement of 14 days.

    Args:
        orders: Posted in the settlement, four in five of one line.
        products: All of them bought once before and most of them sold.
        old_refunds: Refunds in the settlement of orders that were sold weeks before it.
        seed: Of the random source.
    """
    dice = Dice(Random(seed))  # noqa: S311  # figures for measurements, nothing secret
    goods = tuple(_good(dice, number) for number in range(products))
    seller = Seller(dice, goods, Numbering(dice))
    for _ in range(orders):
        _sell(seller, goods, _START + timedelta(hours=2), 11)
    for _ in range(old_refunds):
        order = _sell(seller, goods, _START - _OLD, 30)
        posted_at = _START + timedelta(seconds=dice.between(3600, 13 * 86400))
        seller.refund(order, posted_at, back=dice.chance(0.5))
    period = SettlementPeriod("26000000001", STORE, _START, _START + _FORTNIGHT, _START + _FORTNIGHT)
    return Business(
        seed=seed,
        currency="USD",
        store=STORE,
        products=goods,
        purchases=(_opening_purchase(dice, goods, orders),),
        orders=tuple(seller.sales.orders),
        shipments=tuple(seller.sales.shipments),
        refunds=tuple(seller.sales.refunds),
        periods=(period,),
    )


def _good(dice: Dice, number: int) -> Product:
    name, cost = f"SKU-{number + 1:05d}", Decimal(dice.between(100, 4000)) / 100
    return Product(name, str(100001 + number), f"Good {number + 1}", "Goods", cost, cost * 3)


def _sell(seller: Seller, goods: tuple[Product, ...], first_day: datetime, days: int) -> Order:
    dice = seller.dice
    ordered_at = first_day + timedelta(seconds=dice.below(days * 86400))
    chosen = dice.some(goods, min(len(goods), dice.pick_weighted({1: 8, 2: 2})))
    order = seller.order(ordered_at, [seller.line(product.product_id) for product in chosen])
    seller.ship(order)
    return order


def _opening_purchase(dice: Dice, goods: tuple[Product, ...], orders: int) -> Purchase:
    lines = tuple(PurchaseLine(product.product_id, orders + 100, product.item_cost) for product in goods)
    freight = Decimal(dice.between(10000, 99999)) / 100
    return Purchase("PO-1", "Supplier", _START - 2 * _OLD, _START - 2 * _OLD + timedelta(days=9), lines, freight)
