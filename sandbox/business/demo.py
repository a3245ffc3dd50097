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
from typing import TYPE_CHECKING

from sandbox.business.business import Business
from sandbox.business.catalogue import (
    BILLED_LATE,
    DEAR,
    NEVER_BILLED,
    NEVER_RECEIVED,
    RECEIVED_LATE,
    UNMAPPED_SKU,
    WITHOUT_TIMELY_COST,
    catalogue,
)
from sandbox.business.demo_ebay import ebay_shop
from sandbox.business.demo_shopify import shopify_shop
from sandbox.business.demo_walmart import walmart_channel
from sandbox.business.dice import Dice, Numbering
from sandbox.business.records import (
    Adjustment,
    CostChange,
    Fee,
    FeeKind,
    Order,
    OrderLine,
    Packed,
    Product,
    Purchase,
    PurchaseLine,
    SettlementPeriod,
    StockChange,
)
from sandbox.business.sales import STORE, Seller, cents, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


_RESERVES = (Decimal("812.44"), Decimal("1043.10"), Decimal("957.26"), Decimal("1120.05"))
"""Held back at the end of the settlement before the first, and of each of the three."""


def fees(dice: Dice, periods: Sequence[SettlementPeriod]) -> tuple[Fee, ...]:
    """Return the charges of each settlement; what one holds in reserve the next gives back."""
    return tuple(fee for number, period in enumerate(periods) for fee in _of_period(dice, number, period))


def _of_period(dice: Dice, number: int, period: SettlementPeriod) -> Iterator[Fee]:
    start, end = period.start + timedelta(minutes=3), period.end - timedelta(minutes=5)
    yield Fee(FeeKind.OTHER, "Previous Reserve Amount Balance", _RESERVES[number], start)
    for day in (4, 8, 12):
        spent = Decimal(dice.between(1900, 9899)) / 100
        yield Fee(FeeKind.ADVERTISING, "TransactionTotalAmount", -spent, start + timedelta(days=day))
    if number != 1:  # once a month
        yield Fee(FeeKind.OTHER, "Subscription Fee", Decimal("-39.99"), start + timedelta(days=2))
        storage = Decimal(dice.between(4200, 6099)) / 100
        yield Fee(FeeKind.OTHER, "Storage Fee", -storage, start + timedelta(days=5))
    else:
        yield Fee(FeeKind.OTHER, "FBAInboundTransportationFee", Decimal("-87.31"), start + timedelta(days=6))
        yield Fee(FeeKind.UNSEEN, "Quarterly credit", Decimal("12.34"), start + timedelta(days=9))
    yield Fee(FeeKind.OTHER, "Current Reserve Amount", -_RESERVES[number + 1], end)


_CATEGORIES = ("Kitchen", "Tools", "Outdoor", "Home")
_ROUNDS = (
    # days of receipt in the order of _CATEGORIES, share of the goods that are bought again
    (("2026-07-02", "2026-07-03", "2026-07-06", "2026-07-07"), 1.0),
    (("2026-08-06", "2026-08-12", "2026-08-19", "2026-08-25"), 0.55),
    (("2026-09-01", "2026-09-03", "2026-09-08", "2026-09-10"), 0.35),
    (("2026-09-29", "2026-10-06", "2026-10-13", "2026-10-20"), 0.4),
)
_SUPPLIERS = dict(zip(_CATEGORIES, ("Northfold Supply", "Hartwell Tools", "Ridge & Co", "Linden Home"), strict=True))


def purchases(dice: Dice, products: Sequence[Product]) -> tuple[Purchase, ...]:
    """Return four rounds of purchase orders, one per supplier and round, and the late one."""
    return (*_rounds(dice, products), _late_purchase())


def stock_counts() -> tuple[StockChange, ...]:
    """Return the stock takes that put goods on the shelf without any cost."""
    counted_at = moment("2026-07-09 10:00:00")
    return (
        StockChange("ST-2001", counted_at, BILLED_LATE, 60, "Opening count, bill to follow"),
        StockChange("ST-2002", counted_at, NEVER_BILLED, 25, "Found in the back room"),
    )


def cost_changes() -> tuple[CostChange, ...]:
    """Return the bill that came in October for goods counted in July."""
    return (CostChange("AC-3001", moment("2026-10-05 10:00:00"), BILLED_LATE, Decimal("9.1625")),)


def _rounds(dice: Dice, products: Sequence[Product]) -> Iterator[Purchase]:
    number = 1001
    for days, share in _ROUNDS:
        for category, day in zip(_CATEGORIES, days, strict=True):
            goods = [p for p in products if p.category == category and p.product_id not in WITHOUT_TIMELY_COST]
            lines = tuple(_line(dice, product) for product in goods if dice.chance(share))
            received_at = moment(f"{day} 09:30:00")
            freight = cents(Decimal(dice.between(2500, 24000)) / 100)
            yield Purchase(
                f"PO-{number}",
                _SUPPLIERS[category],
                received_at - timedelta(days=12),
                received_at,
                lines,
                freight if lines else Decimal(0),
            )
            number += 1


def _line(dice: Dice, product: Product) -> PurchaseLine:
    units = dice.between(4, 8) if product.product_id == DEAR else dice.between(60, 139)
    price = cents(product.item_cost * Decimal(dice.between(93, 109)) / 100)
    return PurchaseLine(product.product_id, units, price)


def _late_purchase() -> Purchase:
    """Return the purchase whose goods were sold in August and entered as received in late September."""
    line = PurchaseLine(RECEIVED_LATE, 150, Decimal("13.24"))
    ordered_at, received_at = moment("2026-07-20 09:00:00"), moment("2026-09-22 09:30:00")
    return Purchase("PO-1099", "Northfold Supply", ordered_at, received_at, (line,), Decimal("61.80"))
