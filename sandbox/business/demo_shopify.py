"""The demo business's own shop on Shopify: three payouts in August 2026, one still to come, and what no payout shows.

Its chance is a stream of its own: the other stores do not change when it does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from sandbox.business.dice import Dice, Numbering
from sandbox.business.records import Order, OrderLine, Product, Purchase, PurchaseLine, Refund
from sandbox.business.sales import Seller, cents, moment
from sandbox.business.shops import GoodsBack, Movement, Payment, Payout, Return, Shop, back_of, total_of

if TYPE_CHECKING:
    from collections.abc import Sequence

STORE = "Shopify Linden"
MARKETPLACE = "Shopify"
CARD, PAYPAL, GIFT_CARD = "shopify_payments", "paypal", "gift_card"
GIFT_CARD_SKU = "GIFT-50"
ZERO = Decimal(0)

_GOODS = """
LR-APRON|Linen apron|24.00|7.85
LR-00456|Jar with lid|8.50|2.14
LR-CANDLE|Beeswax candle|12.90|3.96
LR-TRAY/S|Serving tray, small|31.00|10.42
LR-SOAP 3|Soap, three bars|14.40|4.05
LR-PLANTER|Planter, clay|27.60|9.18
LR-BROOM|Hand broom|17.20|5.51
LR-THROW|Wool throw|68.00|24.77
"""
_PAYOUTS = (
    ("140769394954", "2026-08-10", "PAID"),
    ("140769411338", "2026-08-17", "PAID"),
    ("140769427722", "2026-08-24", "PAID"),
    ("140769444106", "2026-08-31", "SCHEDULED"),
)
_HELD = timedelta(days=2)
"""How long money stays on the balance before it is paid out."""
_ORDINARY = 34
_TAXES = (ZERO, Decimal("0.0625"), Decimal("0.08"))
_POSTAGE = (ZERO, Decimal("4.90"), Decimal("7.50"))


def shopify_shop(seed: int = 1) -> Shop:
    """Return the shop of a seed."""
    shop = _Shop(Dice(Random(f"shopify {seed}")))  # noqa: S311  # figures for a demonstration, nothing secret
    shop.sell_ordinary()
    shop.sell_particular()
    return shop.opened()


class _Shop:
    """Sells, takes money through gateways and gives it back, always in the same order."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.products = tuple(_product(line) for line in _GOODS.strip().splitlines())
        self.seller = Seller(dice, self.products, Numbering(dice))
        self.payments: list[Payment] = []
        self.returns: list[Return] = []
        self.movements: list[Movement] = []
        self._number = 6_100_000_000

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
            payments=tuple(self.payments),
            returns=tuple(self.returns),
            movements=tuple(replace(movement, payout_id=_payout_of(movement.at)) for movement in movements),
            payouts=tuple(Payout(number, _day(day), status) for number, day, status in _PAYOUTS),
            gift_cards=frozenset({GIFT_CARD_SKU}),
        )

    def sell_ordinary(self) -> None:
        """Sell what a shop sells, most of it by card."""
        for number in range(_ORDINARY):
            at = moment("2026-08-02 08:00:00") + timedelta(hours=18 * number, seconds=self.dice.below(3600))
            chosen = self.dice.some([product.product_id for product in self.products], self.dice.pick((1, 1, 2)))
            order = self.order(at, [(sku, self.dice.pick((1, 1, 1, 2, 3))) for sku in chosen])
            self.ship(order)
            self.charge(order, total_of(order), at)
            if self.dice.chance(1 / 9):
                units = self.dice.between(1, order.lines[0].units)
                back = [GoodsBack(0, units, self.dice.pick(("RETURN", "NO_RESTOCK")))]
                self.give_back(order, at + timedelta(days=4), back)

    def sell_particular(self) -> None:
        """Sell what a program gets wrong."""
        self._captures()
        self._refunds()
        self._gift_cards()
        self._outside()
        self._bookings()

    def order(self, at: datetime, goods: Sequence[tuple[str, int]], *, postage: Decimal | None = None) -> Order:
        """Take an order; its postage stands on its first line."""
        lines = [self._line(sku, units) for sku, units in goods]
        shipping = self.dice.pick(_POSTAGE) if postage is None else postage
        name = f"#{1001 + len(self.seller.sales.orders)}"
        return self.seller.order(
            at,
            [replace(lines[0], shipping=shipping), *lines[1:]],
            order_id=name,
            inventory_id=name,
            merchant_order_id=name,
            store=STORE,
            marketplace=MARKETPLACE,
            fulfilment="MFN",
        )

    def ship(self, order: Order) -> None:
        """Ship everything that is goods, the day after."""
        at = order.ordered_at + timedelta(days=1)
        self.seller.ship(order, shipped_at=at, posted_at=at)

    def charge(self, order: Order, amount: Decimal, at: datetime, kind: str = "SALE") -> None:
        """Take money by card."""
        payment = self.pay(order, CARD, amount, at, kind)
        fee = cents(amount * Decimal("0.029") + Decimal("0.30"))
        self.book("CHARGE", amount, at, fee=fee, order=order, payment=payment)

    def pay(self, order: Order, gateway: str, amount: Decimal, at: datetime, kind: str = "SALE") -> Payment:
        """Take money through a gateway."""
        payment = Payment(self.number(), order.order_id, gateway, kind, amount, at)
        self.payments.append(payment)
        return payment

    def give_back(
        self,
        order: Order,
        at: datetime,
        items: Sequence[GoodsBack],
        *,
        gateway: str = CARD,
        amount: Decimal | None = None,
    ) -> None:
        """Give goods' price and tax back, or so much money; 0 is goods without money."""
        refund = Return(self.number(), order.order_id, at, tuple(items))
        self.returns.append(refund)
        money = sum((back_of(order.lines[item.line], item.units) for item in items), ZERO) if amount is None else amount
        if money:
            payment = Payment(self.number(), order.order_id, gateway, "REFUND", money, at, refund.refund_id)
            self.payments.append(payment)
            if gateway == CARD:
                self.book("REFUND", -money, at, order=order, payment=payment)
        for item in items:
            if item.restock_type == "RETURN" and order.lines[item.line].sku != GIFT_CARD_SKU:
                back = at.replace(hour=11) - timedelta(days=1)
                self.seller.sales.refunds.append(
                    Refund(order.order_id, item.line, item.units, at, refund.refund_id, returned_at=back)
                )

    def book(
        self,
        kind: str,
        amount: Decimal,
        at: datetime,
        *,
        fee: Decimal = ZERO,
        order: Order | None = None,
        payment: Payment | None = None,
    ) -> None:
        """Book on the balance."""
        self.movements.append(
            Movement(
                self.number(),
                kind,
                amount,
                fee,
                at,
                order_id=order.order_id if order else "",
                payment_id=payment.payment_id if payment else "",
            )
        )

    def number(self) -> str:
        """Return a number that was not given before."""
        self._number += self.dice.between(1, 9999)
        return str(self._number)

    def _line(self, sku: str, units: int) -> OrderLine:
        if sku == GIFT_CARD_SKU:
            return OrderLine(self.number(), sku, units, Decimal("50.00"))
        line = self.seller.line(sku, units)
        tax = cents((line.unit_price * units - line.promotion) * self.dice.pick(_TAXES))
        return replace(line, item_code=self.number(), tax=tax)

    def _captures(self) -> None:
        """Take the money of one order twice: the second time after another payout."""
        at = moment("2026-08-06 10:00:00")
        order = self.order(at, [("LR-THROW", 2), ("LR-CANDLE", 3)])
        self.ship(order)
        first = cents(total_of(order) * Decimal("0.4"))
        self.charge(order, first, at, "CAPTURE")
        self.charge(order, total_of(order) - first, at + timedelta(days=8), "CAPTURE")

    def _refunds(self) -> None:
        """Give back with every word that Shopify has for the goods, and money alone."""
        for number, word in enumerate(("RETURN", "NO_RESTOCK", "CANCEL", "LEGACY_RESTOCK")):
            at = moment("2026-08-05 12:00:00") + timedelta(hours=number)
            order = self.order(at, [("LR-PLANTER", 3), ("LR-BROOM", 1)], postage=ZERO)
            self.ship(order)
            self.charge(order, total_of(order), at)
            self.give_back(order, at + timedelta(days=6), [GoodsBack(0, 1, word)])
        at = moment("2026-08-07 12:00:00")
        order = self.order(at, [("LR-TRAY/S", 2)], postage=ZERO)
        self.ship(order)
        self.charge(order, total_of(order), at)
        self.give_back(order, at + timedelta(days=5), [], amount=cents(order.lines[0].unit_price))

    def _gift_cards(self) -> None:
        """Sell gift cards alone and beside goods, and take one for all and for a part of an order."""
        at = moment("2026-08-08 09:00:00")
        alone = self.order(at, [(GIFT_CARD_SKU, 1)], postage=ZERO)
        self.charge(alone, total_of(alone), at)
        beside = self.order(at + timedelta(hours=2), [(GIFT_CARD_SKU, 1), ("LR-SOAP 3", 2)], postage=ZERO)
        self.ship(beside)
        self.charge(beside, total_of(beside), at + timedelta(hours=2))
        whole = self.order(at + timedelta(days=9), [("LR-CANDLE", 1)], postage=ZERO)
        self.ship(whole)
        self.pay(whole, GIFT_CARD, total_of(whole), whole.ordered_at)
        part = self.order(at + timedelta(days=10), [("LR-APRON", 2)], postage=ZERO)
        self.ship(part)
        self.pay(part, GIFT_CARD, Decimal("20.00"), part.ordered_at)
        self.charge(part, total_of(part) - Decimal("20.00"), part.ordered_at + timedelta(minutes=1))

    def _outside(self) -> None:
        """Sell what no payout ever shows."""
        at = moment("2026-08-11 15:00:00")
        paypal = self.order(at, [("LR-PLANTER", 2)], postage=ZERO)
        self.ship(paypal)
        self.pay(paypal, PAYPAL, total_of(paypal), at)
        self.give_back(paypal, moment("2026-09-03 10:00:00"), [GoodsBack(0, 1, "RETURN")], gateway=PAYPAL)
        free = self.order(at + timedelta(days=1), [("LR-00456", 1)], postage=ZERO)
        first = free.lines[0]
        nothing = replace(first, promotion=first.unit_price, tax=ZERO, promotion_id="Replacement")
        self.seller.sales.orders[-1] = free = replace(free, lines=(nothing,))
        self.ship(free)
        exchanged = self.order(at + timedelta(days=2), [("LR-BROOM", 2)], postage=ZERO)
        self.ship(exchanged)
        self.charge(exchanged, total_of(exchanged), exchanged.ordered_at)
        self.give_back(exchanged, at + timedelta(days=8), [GoodsBack(0, 1, "RETURN")], amount=ZERO)

    def _bookings(self) -> None:
        """Book what has nothing to do with goods."""
        at = moment("2026-08-13 06:00:00")
        self.book("RESERVED_FUNDS", Decimal("-25.00"), at)
        self.book("RESERVED_FUNDS_REVERSAL", Decimal("25.00"), at + timedelta(days=7))
        self.book("ADJUSTMENT", Decimal("-1.50"), at, fee=Decimal("0.25"))
        disputed = self.seller.sales.orders[0]
        self.book("DISPUTE_WITHDRAWAL", -total_of(disputed), at, fee=Decimal("15.00"), order=disputed)

    def _purchase(self) -> Purchase:
        lines = tuple(
            PurchaseLine(each.product_id, self.dice.between(90, 140), each.item_cost) for each in self.products
        )
        received = moment("2026-07-14 09:00:00")
        return Purchase("PO-S201", "Ridge & Co", received - timedelta(days=10), received, lines, Decimal("61.37"))


def _payout_of(at: datetime) -> str:
    return next((number for number, day, _ in _PAYOUTS if at < _day(day) - _HELD), "")


def _day(day: str) -> datetime:
    return moment(f"{day} 00:00:00")


def _product(line: str) -> Product:
    sku, description, price, cost = line.split("|")
    return Product(sku, sku.replace("/", "-"), description, "Home", Decimal(cost), Decimal(price))
