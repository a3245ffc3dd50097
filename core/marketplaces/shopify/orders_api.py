"""A Shopify order as its API tells it: what was sold, who paid when, what came back.

Amounts are the shop's currency, all >= 0. Prices are without tax and after discounts, for all units together.

An answer is the order as it was at that moment: items may be added, removed, cancelled and fulfilled afterwards. How
many units of an item an answer says have left, or are still to leave, tells `Order.units_of`; what all answers about an
order together mean for its lines tells `core.marketplaces.documents.units_per_line`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from core.marketplaces.errors import BadCellError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.marketplaces.pulling.bundles import Node

ZERO = Decimal(0)
SHOPIFY_PAYMENTS = "shopify_payments"
PAID_OUT = frozenset({SHOPIFY_PAYMENTS, "shopify_installments", "shop_pay_installments", "shop_cash"})
"""Gateways whose money comes with Shopify's payouts."""
GIFT_CARD = "gift_card"
_PAYS = ("SALE", "CAPTURE")
_CANCEL = "CANCEL"
_LEFT = ("SUCCESS",)
"""States of a fulfilment whose goods have left (FulfillmentStatus); an open one is still to leave, others ended."""
_CENT = Decimal("0.01")


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
    outstanding: int | None = None
    """Of an order: units that are still to be fulfilled; missing where the answer does not say."""


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
        """All that was given back, in the currency of its payments."""
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
    as_of: datetime
    """When the order was last changed, as far as the answer says."""
    fulfilled_units: Mapping[str, int] | None = field(default=None, hash=False)
    """Units that have left, by item; missing where the answer does not say."""

    @property
    def bearer(self) -> str:
        """Which of its payments the units are counted with where one answer is all that is known of the order."""
        return bearer(self.payments)

    @property
    def first_paid_at(self) -> datetime | None:
        """When the first money came."""
        return min((payment.at for payment in self.payments), default=None)

    @property
    def payment(self) -> Decimal:
        """All money that came, + in the shop's currency, whatever was given back later."""
        return sum((payment.amount for payment in self.payments), ZERO)

    @property
    def is_paid(self) -> bool:
        """Whether the goods that are not given back are paid: more payments, and answers, will come if they are not."""
        back = sum((item.price + item.tax for refund in self.refunds for item in refund.items), ZERO)
        goods = sum((item.price + item.tax for item in self.items), self.shipping)
        return self.payment >= min(self.total, goods - back) - self._tolerance

    @property
    def has_goods_in_exchange(self) -> bool:
        """Whether it holds more than was ever paid for: something came in place of what was given back."""
        return sum((item.price + item.tax for item in self.items), ZERO) > self.payment + self._tolerance

    @property
    def _tolerance(self) -> Decimal:
        return _CENT * (len(self.items) + 1)

    def units_of(self, item: Item) -> int:
        """Return the units of an item that belong to the payments so far.

        What has left belongs to them. What is still to leave does only once the order is paid, for a deposit is no
        sale yet: the balance brings another answer, and the goods with it.
        """
        left = self._left(item)
        return left + (self._to_leave(item) if self.is_paid or self.fulfilled_units is None else 0)

    def was_never_fulfilled(self, item: Item) -> bool:
        """Tell whether the units of a refunded item were cancelled before they left."""
        sold = next((each for each in self.items if each.id == item.id), None)
        if sold is None or item.restock_type.upper() != _CANCEL:
            return False
        return self._cancelled(sold) <= sold.units - self._left(sold) - self._to_leave(sold)

    def _left(self, item: Item) -> int:
        return min(item.units, (self.fulfilled_units or {}).get(item.id, 0))

    def _to_leave(self, item: Item) -> int:
        if self.fulfilled_units is not None and self.is_cancelled:
            return 0
        open_units = max(0, item.units - self._left(item) - self._cancelled(item))
        return open_units if item.outstanding is None else min(open_units, item.outstanding)

    def _cancelled(self, item: Item) -> int:
        """Return the units that were given back before they left, as Shopify's restock type says."""
        return sum(
            each.units
            for refund in self.refunds
            for each in refund.items
            if each.id == item.id and each.restock_type.upper() == _CANCEL
        )

    def refund_of(self, payment_id: str) -> Refund | None:
        """Return the refund that a payment back belongs to."""
        return next((each for each in self.refunds if any(p.id == payment_id for p in each.payments)), None)


def bearer(payments: Iterable[Payment]) -> str:
    """Return the id of the payment that carries the units: of the first day's, one that Shopify pays out if it can be.

    It is what a document says by itself. Which line carries them once several documents are in the books is decided
    over all of them (`core.marketplaces.documents.units_per_line`).
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
    payments = tuple(payment for each, payment in kinds if each.text("kind") in _PAYS)
    refunds = tuple(_refund(each, items, taxes_included=taxes_included) for each in node.nodes("refunds"))
    placed = _at(node, "processedAt")
    return Order(
        id=node.needed("id"),
        name=node.needed("name"),
        at=placed,
        items=items,
        payments=payments,
        refunds=refunds,
        shipping=_weight(node, "totalShippingPriceSet"),
        total=total,
        currency=_currency(node, "totalPriceSet"),
        is_cancelled=bool(node.text("cancelledAt")),
        as_of=node.moment("updatedAt") or max([placed, *(p.at for p in payments), *(r.at for r in refunds)]),
        fulfilled_units=_fulfilled(node),
    )


def _fulfilled(node: Node) -> dict[str, int] | None:
    """Return the units of the parcels that left, by item; nothing where the answer does not tell parcels."""
    if "fulfillments" not in node.values:
        return None
    units: dict[str, int] = defaultdict(int)
    for parcel in node.nodes("fulfillments"):
        if parcel.text("status") in _LEFT:
            for packed in parcel.nodes("fulfillmentLineItems"):
                item = packed.node("lineItem")
                units[number_of(item.needed("id")) if item else ""] += packed.whole("quantity") or 0
    return dict(units)


def _item(node: Node, *, taxes_included: bool) -> Item:
    discounts = sum((_money(each, "allocatedAmountSet") for each in node.nodes("discountAllocations")), ZERO)
    tax = sum((_weight(each, "priceSet") for each in node.nodes("taxLines")), ZERO)
    price = _money(node, "originalTotalSet") - discounts - (tax if taxes_included else ZERO)
    return Item(
        id=number_of(node.needed("id")),
        sku=node.text("sku"),
        units=node.whole("quantity") or 0,
        price=max(ZERO, price),
        tax=tax,
        is_gift_card=bool(node.values.get("isGiftCard")),
        outstanding=node.whole("unfulfilledQuantity"),
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
    tax = _weight(node, "totalTaxSet")
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


def _weight(node: Node, name: str) -> Decimal:
    """Return an amount by which others are shared out: it cannot be negative."""
    amount = _money(node, name)
    if amount < ZERO:
        raise BadCellError(node.place(name), str(amount), "an amount of zero or more")
    return amount


def _currency(node: Node, name: str) -> str:
    """Return the currency of an amount that must be there: every line is in one."""
    money = node.node(name, "shopMoney")
    if money is None:
        raise BadCellError(node.place(name), "", "filled, and it must be")
    return money.needed_currency("currencyCode")
