"""The demo business's store on eBay: two payouts in August 2026, one under way, and money on hold.

Its chance is a stream of its own: the other stores do not change when it does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from sandbox.business.dice import Dice, Numbering
from sandbox.business.records import Order, Product, Purchase, PurchaseLine, Refund
from sandbox.business.sales import Seller, cents, moment
from sandbox.business.shops import ItemFees, Movement, Payout, Shop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

STORE = "eBay Linden"
MARKETPLACE = "eBay"
ZERO = Decimal(0)
VARIABLE, FIXED, ABROAD = "FINAL_VALUE_FEE", "FINAL_VALUE_FEE_FIXED_PER_ORDER", "INTERNATIONAL_FEE"

_GOODS = """
EB-CLAMP|Bar clamp 60 cm|22.40|7.66
EB-0815|Drawer knob, brass|6.75|1.58
EB-VISE MINI|Table vise|34.90|12.83
EB-FILE-3|File set|15.20|4.47
EB-CHISEL|Chisel 12 mm|18.95|6.02
EB-OIL|Honing oil|9.60|2.71
"""
_PAYOUTS = (
    ("7593167856", "2026-08-11", "SUCCEEDED"),
    ("7593190412", "2026-08-18", "SUCCEEDED"),
    ("7593213001", "2026-08-25", "INITIATED"),
)
_ORDINARY = 26
_POSTAGE = (ZERO, Decimal("5.95"), Decimal("8.20"))


def ebay_shop(seed: int = 1) -> Shop:
    """Return the store of a seed."""
    store = _Store(Dice(Random(f"ebay {seed}")))  # noqa: S311  # figures for a demonstration, nothing secret
    store.sell_ordinary()
    store.sell_particular()
    return store.opened()


class _Store:
    """Sells on eBay and books what eBay does, always in the same order."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.products = tuple(_product(line) for line in _GOODS.strip().splitlines())
        self.seller = Seller(dice, self.products, Numbering(dice))
        self.movements: list[Movement] = []
        self._number = 10_070_000_000

    def opened(self) -> Shop:
        """Return all of it, every movement in the first payout that can pay it."""
        movements = sorted(self.movements, key=lambda movement: (movement.at, movement.movement_id))
        return Shop(
            store=STORE,
            marketplace=MARKETPLACE,
            currency="USD",
            products=self.products,
            purchases=(self._purchase(),),
            orders=tuple(self.seller.sales.orders),
            shipments=tuple(self.seller.sales.shipments),
            refunds=tuple(self.seller.sales.refunds),
            movements=tuple(replace(each, payout_id=_payout_of(each)) for each in movements),
            payouts=tuple(Payout(number, moment(f"{day} 06:10:00"), status) for number, day, status in _PAYOUTS),
        )

    def sell_ordinary(self) -> None:
        """Sell what a store sells; some orders have several items."""
        for number in range(_ORDINARY):
            at = moment("2026-08-03 09:00:00") + timedelta(hours=16 * number, seconds=self.dice.below(3600))
            chosen = self.dice.some([product.product_id for product in self.products], self.dice.pick((1, 1, 2, 3)))
            order = self.order(at, [(sku, self.dice.pick((1, 1, 2, 4))) for sku in chosen])
            self.sale(order)
            if self.dice.chance(1 / 8):
                units = self.dice.between(1, order.lines[0].units)
                self.refund(order, units, at + timedelta(days=3), back=self.dice.chance(1 / 2))

    def sell_particular(self) -> None:
        """Book what has little or nothing to do with goods."""
        at = moment("2026-08-09 10:00:00")
        several = self.order(at, [("EB-CLAMP", 2), ("EB-OIL", 1), ("EB-0815", 10)])
        self.sale(several, abroad=True)
        self.refund(several, 1, at + timedelta(days=5), back=True)
        disputed = self.order(at + timedelta(hours=3), [("EB-VISE MINI", 1)])
        self.sale(disputed)
        self.book("DISPUTE", -disputed.lines[0].unit_price, at + timedelta(days=4), order=disputed, note="Not received")
        self.book("NON_SALE_CHARGE", Decimal("-3.17"), at, order=several, note="PREMIUM_AD_FEES")
        self.book("NON_SALE_CHARGE", Decimal("-21.95"), at, note="STORE_SUBSCRIPTION_FEE")
        self.book("SHIPPING_LABEL", Decimal("-6.40"), at + timedelta(hours=5), order=several)
        self.book("CREDIT", Decimal("2.00"), at + timedelta(hours=6), note="Goodwill")
        self.book("TRANSFER", Decimal("-12.34"), at + timedelta(days=6), note="Reimbursement of a refund")
        held = self.order(at + timedelta(days=1), [("EB-FILE-3", 1)])
        self.sale(held, note="HOLD")

    def order(self, at: datetime, goods: Sequence[tuple[str, int]]) -> Order:
        """Take an order; its postage stands on its first line."""
        lines = [replace(self.seller.line(sku, units), item_code=self.number()) for sku, units in goods]
        lines = [replace(line, tax=ZERO, promotion=ZERO, promotion_id="") for line in lines]
        number = f"{self.dice.between(10, 27)}-{self.dice.between(10000, 99999)}-{self.dice.between(10000, 99999)}"
        order = self.seller.order(
            at,
            [replace(lines[0], shipping=self.dice.pick(_POSTAGE)), *lines[1:]],
            order_id=number,
            inventory_id=number,
            merchant_order_id=number,
            store=STORE,
            marketplace=MARKETPLACE,
            fulfilment="MFN",
        )
        self.seller.ship(order, shipped_at=at + timedelta(days=1), posted_at=at)
        return order

    def sale(self, order: Order, *, abroad: bool = False, note: str = "") -> None:
        """Book a sale, less eBay's fees of each item."""
        items = tuple(_fees(order, number, abroad=abroad) for number in range(len(order.lines)))
        gross = sum((item.basis for item in items), ZERO)
        self.book("SALE", gross, order.ordered_at, order=order, items=items, note=note)

    def refund(self, order: Order, units: int, at: datetime, *, back: bool) -> None:
        """Give back the price of units of the first line; eBay gives its variable fee back."""
        money = order.lines[0].unit_price * units
        fees = ((VARIABLE, cents(money * Decimal("0.1325"))),)
        self.book("REFUND", -money, at, order=order, items=(ItemFees(0, money, fees),))
        if back:
            self.seller.sales.refunds.append(
                Refund(order.order_id, 0, units, at, self.movements[-1].movement_id, returned_at=at - timedelta(days=1))
            )

    def book(
        self,
        kind: str,
        amount: Decimal,
        at: datetime,
        *,
        order: Order | None = None,
        items: tuple[ItemFees, ...] = (),
        note: str = "",
    ) -> None:
        """Book on the balance; the fees of a refund come back."""
        fee = sum((each for item in items for _, each in item.fees), ZERO)
        self.movements.append(
            Movement(
                order.order_id if order and kind == "SALE" else self.number(),
                kind,
                amount,
                fee if amount > 0 else -fee,
                at,
                order_id=order.order_id if order else "",
                note=note,
                items=items,
            )
        )

    def number(self) -> str:
        """Return a number that was not given before."""
        self._number += self.dice.between(1, 9999)
        return str(self._number)

    def _purchase(self) -> Purchase:
        lines = tuple(
            PurchaseLine(each.product_id, self.dice.between(90, 140), each.item_cost) for each in self.products
        )
        received = moment("2026-07-15 09:00:00")
        return Purchase("PO-E301", "Hartwell Tools", received - timedelta(days=8), received, lines, Decimal("44.90"))


def _fees(order: Order, number: int, *, abroad: bool) -> ItemFees:
    line = order.lines[number]
    basis = line.unit_price * line.units + line.shipping
    fees = [(VARIABLE, cents(basis * Decimal("0.1325")))]
    fees += [(FIXED, Decimal("0.40"))] if number == 0 else []
    fees += [(ABROAD, cents(basis * Decimal("0.0165")))] if abroad else []
    return ItemFees(number, basis, tuple(fees))


def _payout_of(movement: Movement) -> str:
    if movement.note == "HOLD":
        return ""
    return next((number for number, day, _ in _PAYOUTS if movement.at < moment(f"{day} 00:00:00")), "")


def _product(line: str) -> Product:
    sku, description, price, cost = line.split("|")
    return Product(sku, sku, description, "Tools", Decimal(cost), Decimal(price))
