"""Other stores of the same business: what they sell at which prices, and what their marketplace books.

Each has goods of its own, so that nothing it does moves the averages of the others, and all of it lies in the same
Finale account (`with_shops`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.business.records import ZERO
from sandbox.business.sales import cents

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from sandbox.business.business import Business
    from sandbox.business.records import Order, OrderLine, Product, Purchase, Refund, Shipment


@dataclass(frozen=True, slots=True)
class Payment:
    """Money for an order through one gateway, or back."""

    payment_id: str
    order_id: str
    gateway: str
    kind: str
    """`SALE`, `CAPTURE` or `REFUND`."""
    amount: Decimal
    """Positive."""
    at: datetime
    refund_id: str = ""


@dataclass(frozen=True, slots=True)
class GoodsBack:
    """So many units of an order's line in a refund, and what became of them."""

    line: int
    units: int
    restock_type: str


@dataclass(frozen=True, slots=True)
class Return:
    """What a seller gave back at once: goods, money or both."""

    refund_id: str
    order_id: str
    at: datetime
    items: tuple[GoodsBack, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemFees:
    """What a movement takes of (or gives back for) one line of its order."""

    line: int
    basis: Decimal
    """What the fees are a share of."""
    fees: tuple[tuple[str, Decimal], ...]
    """Fee type and amount, positive."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One booking on a store's balance."""

    movement_id: str
    kind: str
    """In the words of the marketplace's API."""
    amount: Decimal
    """Before fees, signed from the seller's side."""
    fee: Decimal
    """+ is a cost."""
    at: datetime
    payout_id: str = ""
    """Empty: not paid out yet."""
    order_id: str = ""
    payment_id: str = ""
    note: str = ""
    items: tuple[ItemFees, ...] = ()

    @property
    def net(self) -> Decimal:
        """What it changes on the balance."""
        return self.amount - self.fee


@dataclass(frozen=True, slots=True)
class Payout:
    """A transfer to the seller's bank."""

    payout_id: str
    paid_at: datetime
    status: str


@dataclass(frozen=True)
class Shop:
    """One store."""

    store: str
    marketplace: str
    currency: str
    products: tuple[Product, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    orders: tuple[Order, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    """Those that put goods back into stock, as Finale sees them."""
    payments: tuple[Payment, ...] = ()
    returns: tuple[Return, ...] = ()
    movements: tuple[Movement, ...] = ()
    payouts: tuple[Payout, ...] = ()
    gift_cards: frozenset[str] = frozenset()
    """SKUs that are no goods."""

    def order(self, order_id: str) -> Order:
        """Return an order by its id."""
        return self._orders[order_id]

    def movements_of(self, payout_id: str) -> list[Movement]:
        """Return what a payout pays, oldest first."""
        return [movement for movement in self.movements if movement.payout_id == payout_id]

    def paid(self, payout_id: str) -> Decimal:
        """Return what a payout comes to."""
        return sum((movement.net for movement in self.movements_of(payout_id)), ZERO)

    @cached_property
    def _orders(self) -> dict[str, Order]:
        return {order.order_id: order for order in self.orders}


def shop_of(business: Business, marketplace: str) -> Shop | None:
    """Return the business's store at a marketplace, if it has one."""
    return next((shop for shop in business.shops if shop.marketplace == marketplace), None)


def with_shops(business: Business) -> Business:
    """Return the business with all its stores' goods and orders as its own, as Finale has them."""
    if not business.shops:
        return business
    shops = business.shops
    return replace(
        business,
        shops=(),
        products=(*business.products, *(each for shop in shops for each in shop.products)),
        purchases=(*business.purchases, *(each for shop in shops for each in shop.purchases)),
        orders=(*business.orders, *(each for shop in shops for each in shop.orders)),
        shipments=(*business.shipments, *(each for shop in shops for each in shop.shipments)),
        refunds=(*business.refunds, *(each for shop in shops for each in shop.refunds)),
    )


def total_of(order: Order) -> Decimal:
    """Return what the customer pays for an order."""
    return sum((line.unit_price * line.units - line.promotion + line.tax + line.shipping for line in order.lines), ZERO)


def back_of(line: OrderLine, units: int) -> Decimal:
    """Return price and tax of so many units of a line."""
    return price_back(line, units) + tax_back(line, units)


def price_back(line: OrderLine, units: int) -> Decimal:
    """Return the price of so many units of a line, after discounts."""
    return cents((line.unit_price * line.units - line.promotion) * units / line.units)


def tax_back(line: OrderLine, units: int) -> Decimal:
    """Return the tax of so many units of a line."""
    return cents(line.tax * units / line.units)
