"""A Shopify order as its API tells it: what was sold, who paid when, what came back.

Amounts are the shop's currency, all >= 0. Prices are without tax and after discounts, for all units together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.marketplaces.bundles import Node

ZERO = Decimal(0)
SHOPIFY_PAYMENTS = "shopify_payments"
PAID_OUT = frozenset({SHOPIFY_PAYMENTS, "shopify_installments", "shop_pay_installments", "shop_cash"})
"""Gateways whose money comes with Shopify's payouts."""
GIFT_CARD = "gift_card"
_PAYS = ("SALE", "CAPTURE")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order, or of a refund."""

    id: str
    sku: str
    units: int
    price: Decimal
    tax: Decimal
    is_gift_card: bool = False
    restock_type: str = ""
    """Of a refund: Shopify's word for what became of the goods."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came, or went back, through one gateway."""

    id: str
    gateway: str
    amount: Decimal
    currency: str
    at: datetime

    @property
    def in_payouts(self) -> bool:
        """Whether Shopify pays it out."""
        return self.gateway in PAID_OUT


@dataclass(frozen=True, slots=True)
class Refund:
    """What was given back at once."""

    id: str
    at: datetime
    items: tuple[Item, ...]
    payments: tuple[Payment, ...]

    @property
    def total(self) -> Decimal:
        """All that was given back."""
        return sum((payment.amount for payment in self.payments), ZERO)

    @property
    def bearer(self) -> str:
        """Which of its payments the units are counted with."""
        return bearer(self.payments)


@dataclass(frozen=True, slots=True)
class Order:
    """One order."""

    id: str
    name: str
    """What people and the CSV call it: `#1001`."""
    at: datetime
    items: tuple[Item, ...]
    payments: tuple[Payment, ...]
    refunds: tuple[Refund, ...]
    shipping: Decimal
    total: Decimal
    currency: str
    is_cancelled: bool

    @property
    def bearer(self) -> str:
        """Which of its payments the units are counted with, so that several captures do not cost them twice."""
        return bearer(self.payments)

    def refund_of(self, payment_id: str) -> Refund | None:
        """Return the refund that a payment back belongs to."""
        return next((each for each in self.refunds if any(p.id == payment_id for p in each.payments)), None)


def bearer(payments: Iterable[Payment]) -> str:
    """Return the id of the payment that carries the units: of the first day's, one that Shopify pays out if it can be.

    Later payments never change the answer once the day is over; that is what keeps units from being counted in two
    settlements that were pulled at different times.
    """
    ordered = sorted(payments, key=lambda p: (p.at.date(), not p.in_payouts, p.at, p.id))
    return ordered[0].id if ordered else ""


def number_of(gid: str) -> str:
    """Return the number at the end of one of Shopify's ids (`gid://shopify/Order/1001` -> `1001`)."""
    return gid.rsplit("/", maxsplit=1)[-1]


def read_order(node: Node) -> Order:
    """Read an order of an answer.

    Raises:
        BadCellError: If something in it is not as it must be.
    """
    taxes_included = bool(node.values.get("taxesIncluded"))
    items = tuple(_item(each, taxes_included=taxes_included) for each in node.nodes("lineItems"))
    kinds = [(each, _payment(each)) for each in node.nodes("transactions") if _counts(each)]
    total = _money(node, "totalPriceSet")
    return Order(
        id=node.needed("id"),
        name=node.needed("name"),
        at=_at(node, "processedAt"),
        items=items,
        payments=tuple(payment for each, payment in kinds if each.text("kind") in _PAYS),
        refunds=tuple(_refund(each, items, taxes_included=taxes_included) for each in node.nodes("refunds")),
        shipping=_money(node, "totalShippingPriceSet"),
        total=total,
        currency=_currency(node, "totalPriceSet"),
        is_cancelled=bool(node.text("cancelledAt")),
    )


def _item(node: Node, *, taxes_included: bool) -> Item:
    discounts = sum((_money(each, "allocatedAmountSet") for each in node.nodes("discountAllocations")), ZERO)
    tax = sum((_money(each, "priceSet") for each in node.nodes("taxLines")), ZERO)
    price = _money(node, "originalTotalSet") - discounts - (tax if taxes_included else ZERO)
    return Item(
        id=number_of(node.needed("id")),
        sku=node.text("sku"),
        units=node.whole("quantity") or 0,
        price=max(ZERO, price),
        tax=tax,
        is_gift_card=bool(node.values.get("isGiftCard")),
    )


def _refund(node: Node, items: Sequence[Item], *, taxes_included: bool) -> Refund:
    return Refund(
        id=number_of(node.needed("id")),
        at=_at(node, "createdAt"),
        items=tuple(_refunded(each, items, taxes_included=taxes_included) for each in node.nodes("refundLineItems")),
        payments=tuple(_payment(each) for each in node.nodes("transactions") if _counts(each)),
    )


def _refunded(node: Node, items: Sequence[Item], *, taxes_included: bool) -> Item:
    of = node.node("lineItem")
    item_id = number_of(of.needed("id")) if of else ""
    sold = next((item for item in items if item.id == item_id), None)
    tax = _money(node, "totalTaxSet")
    return Item(
        id=item_id,
        sku=sold.sku if sold else of.text("sku") if of else "",
        units=node.whole("quantity") or 0,
        price=max(ZERO, _money(node, "subtotalSet") - (tax if taxes_included else ZERO)),
        tax=tax,
        is_gift_card=sold.is_gift_card if sold else False,
        restock_type=node.text("restockType"),
    )


def _counts(node: Node) -> bool:
    return node.text("status") == "SUCCESS" and not node.values.get("test")


def _payment(node: Node) -> Payment:
    return Payment(
        id=number_of(node.needed("id")),
        gateway=node.text("gateway"),
        amount=abs(_money(node, "amountSet")),
        currency=_currency(node, "amountSet"),
        at=_at(node, "processedAt"),
    )


def _at(node: Node, name: str) -> datetime:
    node.needed(name)
    return node.moment(name) or datetime.min.replace(tzinfo=UTC)


def _money(node: Node, name: str) -> Decimal:
    money = node.node(name, "shopMoney")
    return money.amount("amount") if money else ZERO


def _currency(node: Node, name: str) -> str:
    money = node.node(name, "shopMoney")
    return money.text("currencyCode") if money else ""
