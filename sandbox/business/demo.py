"""The demo business: a household shop that sells on Amazon.com and keeps its stock in Finale, July to October 2026.

In late October it sells elsewhere too, out of the same stock: each channel has a module and a random source of its own,
and ships after the last purchase, so that it changes nothing for the others.

Opening purchases and first sales in July, three settlements from 3 August to 14 September, bills and purchases until
the end of October. The same seed gives the same business on every machine.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sandbox.business.business import Business
from sandbox.business.catalogue import DEAR, WITHOUT_TIMELY_COST, catalogue
from sandbox.business.demo_cases import particular_cases
from sandbox.business.demo_ebay import ebay_shop
from sandbox.business.demo_fees import fees
from sandbox.business.demo_purchases import cost_changes, purchases, stock_counts
from sandbox.business.demo_shopify import shopify_shop
from sandbox.business.demo_walmart import walmart_channel
from sandbox.business.dice import Dice
from sandbox.business.numbering import Numbering
from sandbox.business.records import Order, Product, SettlementPeriod
from sandbox.business.sales import STORE, Seller, moment

_PERIODS = (
    ("23874397121", "2026-08-03 07:26:32"),
    ("24012558403", "2026-08-17 07:26:32"),
    ("24150720916", "2026-08-31 07:26:32"),
)
_FORTNIGHT = timedelta(days=14)

_JULY = (moment("2026-07-13 00:00:00"), 17, 36)
_SETTLED = (moment("2026-08-03 09:00:00"), 39, 350)
_REFUNDED_SHARE = 0.08
_RETURNED_SHARE = 0.55
_RARE = 0.05
_CHANNELS = (walmart_channel,)
_POSTAGE = Decimal("4.99")


def demo_business(seed: int = 1) -> Business:
    """Return the demo business of a seed."""
    dice = Dice(Random(seed))  # noqa: S311  # figures for a demonstration, nothing secret
    products = catalogue()
    bought = purchases(dice, products)
    seller = Seller(dice, products, Numbering(dice))
    for first_day, days, count in (_JULY, _SETTLED):
        _sell(seller, products, first_day, days, count)
    particular_cases(seller)
    sales = seller.sales
    elsewhere = [open_channel(seed, products) for open_channel in _CHANNELS]
    return Business(
        seed=seed,
        currency="USD",
        store=STORE,
        products=products,
        purchases=bought,
        cost_changes=cost_changes(),
        stock_changes=(
            *stock_counts(),
            *sales.stock_changes,
            *(e for _, sold in elsewhere for e in sold.stock_changes),
        ),
        orders=(*sales.orders, *(each for _, sold in elsewhere for each in sold.orders)),
        shipments=(*sales.shipments, *(each for _, sold in elsewhere for each in sold.shipments)),
        refunds=(*sales.refunds, *(each for _, sold in elsewhere for each in sold.refunds)),
        adjustments=tuple(sales.adjustments),
        fees=fees(dice, settlement_periods()),
        periods=settlement_periods(),
        channels=tuple(channel for channel, _ in elsewhere),
        shops=(shopify_shop(seed), ebay_shop(seed)),
    )


def settlement_periods() -> tuple[SettlementPeriod, ...]:
    """Return the three settlements; one begins where the one before ends."""
    return tuple(_period(settlement_id, moment(start)) for settlement_id, start in _PERIODS)


def _period(settlement_id: str, start: datetime) -> SettlementPeriod:
    end = start + _FORTNIGHT
    return SettlementPeriod(settlement_id, STORE, start, end, end + timedelta(days=2, hours=1))


def _sell(seller: Seller, products: tuple[Product, ...], first_day: datetime, days: int, count: int) -> None:
    dice = seller.dice
    skus = [product.product_id for product in products if product.product_id not in (*WITHOUT_TIMELY_COST, DEAR)]
    queue = dice.some(skus, len(skus))  # each of them is sold at least once
    for day in sorted(dice.below(days) for _ in range(count)):
        ordered_at = first_day + timedelta(days=day, seconds=dice.below(12 * 3600))
        chosen = [queue.pop() if queue else dice.pick(skus)]
        chosen += dice.some([sku for sku in skus if sku != chosen[0]], dice.pick_weighted({0: 85, 1: 12, 2: 3}))
        fulfilment = "MFN" if dice.chance(_RARE) else "AFN"
        postage = _POSTAGE if fulfilment == "MFN" else Decimal(0)
        lines = [seller.line(sku, dice.pick_weighted({1: 80, 2: 13, 3: 4, 4: 3}), shipping=postage) for sku in chosen]
        order = seller.order(ordered_at, lines, fulfilment=fulfilment)
        shipment = seller.ship(order)
        _perhaps_refund(seller, order, shipment.posted_at)


def _perhaps_refund(seller: Seller, order: Order, sold_at: datetime) -> None:
    dice = seller.dice
    if dice.chance(_REFUNDED_SHARE):
        posted_at = sold_at + timedelta(days=dice.between(3, 18), seconds=dice.below(3600))
        units = dice.between(1, order.lines[0].units)
        seller.refund(order, posted_at, back=dice.chance(_RETURNED_SHARE), units=units)
