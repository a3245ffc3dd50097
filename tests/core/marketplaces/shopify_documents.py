"""Pulled Shopify documents of a test's own: orders as they were on a day, and payouts and months about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

GID = "gid://shopify"


@dataclass(frozen=True)
class Good:
    """A line of an order; `gone` and `open_units` are left out where the document does not tell parcels."""

    item: str
    sku: str
    units: int
    price: str
    """Of all units together."""
    gone: int | None = None
    open_units: int | None = None


@dataclass(frozen=True)
class Paid:
    """A payment of an order."""

    number: str
    amount: str
    day: str
    gateway: str = "shopify_payments"


@dataclass(frozen=True)
class Back:
    """What was given back at once: item, units, Shopify's word and the price of each; and the money."""

    number: str
    day: str
    goods: tuple[tuple[str, int, str, str], ...]
    amount: str = "0"
    gateway: str = "shopify_payments"


@dataclass(frozen=True)
class ShopOrder:
    """An order as it was on a day."""

    name: str
    goods: tuple[Good, ...]
    paid: tuple[Paid, ...] = ()
    back: tuple[Back, ...] = ()
    changed: str = ""
    """Day of the last change; left out where the document does not tell it."""

    @property
    def id(self) -> str:
        """Shopify's own."""
        return f"{GID}/Order/{self.name.lstrip('#')}"

    def node(self) -> dict[str, Any]:
        """Return it as Shopify answers."""
        total = sum((Decimal(good.price) for good in self.goods), Decimal(0))
        known = {"updatedAt": at(self.changed)} if self.changed else {}
        if any(good.gone is not None for good in self.goods):
            packed = [{"lineItem": {"id": item_id(good.item)}, "quantity": good.gone or 0} for good in self.goods]
            known["fulfillments"] = [{"status": "SUCCESS", "fulfillmentLineItems": {"nodes": packed}}]  # type: ignore[assignment]
        return known | {
            "id": self.id,
            "name": self.name,
            "processedAt": at(self.paid[0].day if self.paid else "2026-08-01"),
            "totalPriceSet": bag(str(total)),
            "lineItems": {"nodes": [_item(good) for good in self.goods]},
            "transactions": [_payment(each.number, "SALE", each) for each in self.paid],
            "refunds": [_refund(each) for each in self.back],
        }


def charge(order: ShopOrder, paid: Paid) -> dict[str, Any]:
    """Return the balance transaction of a payment."""
    return _movement("CHARGE", order, paid.number, paid.amount, paid.day)


def refund(order: ShopOrder, back: Back) -> dict[str, Any]:
    """Return the balance transaction of money given back."""
    return _movement("REFUND", order, f"R{back.number}", f"-{back.amount}", back.day)


def payout(number: str, day: str, orders: Sequence[ShopOrder], *movements: dict[str, Any]) -> bytes:
    """Return a pulled payout."""
    net = sum((Decimal(each["net"]["amount"]) for each in movements), Decimal(0))
    head = {"id": f"{GID}/ShopifyPaymentsPayout/{number}", "issuedAt": at(day), "net": money(str(net))}
    nodes = [order.node() for order in orders]
    document = {"format": "shopify_payments_api", "payout": head, "transactions": movements, "orders": nodes}
    return json.dumps(document).encode()


def month(name: str, *orders: ShopOrder) -> bytes:
    """Return what a month brought outside of payouts."""
    document = {"format": "shopify_not_in_payouts", "month": name, "orders": [order.node() for order in orders]}
    return json.dumps(document).encode()


def item_id(item: str) -> str:
    """Return Shopify's id of an item."""
    return f"{GID}/LineItem/{item}"


def at(day: str) -> str:
    """Return noon of a day."""
    return f"{day}T12:00:00Z"


def money(amount: str) -> dict[str, str]:
    """Return an amount in dollars."""
    return {"amount": amount, "currencyCode": "USD"}


def bag(amount: str) -> dict[str, dict[str, str]]:
    """Return an amount as orders have it."""
    return {"shopMoney": money(amount)}


def _movement(kind: str, order: ShopOrder, payment: str, amount: str, day: str) -> dict[str, Any]:
    return {
        "id": f"{GID}/ShopifyPaymentsBalanceTransaction/{payment}",
        "type": kind,
        "transactionDate": at(day),
        "sourceOrderTransactionId": payment,
        "associatedOrder": {"id": order.id, "name": order.name},
        "amount": money(amount),
        "fee": money("0"),
        "net": money(amount),
    }


def _item(good: Good) -> dict[str, Any]:
    known = {} if good.open_units is None else {"unfulfilledQuantity": good.open_units}
    return known | {
        "id": item_id(good.item),
        "sku": good.sku,
        "quantity": good.units,
        "originalTotalSet": bag(good.price),
    }


def _payment(number: str, kind: str, of: Paid | Back) -> dict[str, Any]:
    return {
        "id": f"{GID}/OrderTransaction/{number}",
        "kind": kind,
        "status": "SUCCESS",
        "gateway": of.gateway,
        "processedAt": at(of.day),
        "amountSet": bag(of.amount),
    }


def _refund(back: Back) -> dict[str, Any]:
    goods = [
        {"lineItem": {"id": item_id(item)}, "quantity": units, "restockType": word, "subtotalSet": bag(price)}
        for item, units, word, price in back.goods
    ]
    paid = [_payment(f"R{back.number}", "REFUND", back)] if Decimal(back.amount) else []
    return {
        "id": f"{GID}/Refund/{back.number}",
        "createdAt": at(back.day),
        "refundLineItems": {"nodes": goods},
        "transactions": {"nodes": paid},
    }
