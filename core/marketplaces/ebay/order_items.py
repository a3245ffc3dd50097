"""The items of an eBay order as the Fulfillment API tells them: SKU, units, price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from core.frame_columns import ORDER_UNITS_COLUMNS, frame
from core.money import share_cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from core.marketplaces.pulling.bundles import Node
    from core.marketplaces.settlements.file_lines import Part

ZERO = Decimal(0)
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line item."""

    sku: str
    """The seller's custom label; empty where none was given."""
    units: int | None
    currency: str
    """Of the parts."""
    parts: tuple[Part, ...]
    """Price after discounts, postage, and tax that the seller collects."""


def order_items(order: Node) -> dict[str, LineItem]:
    """Return the items of an order by their line item id.

    Raises:
        BadCellError: If something in it is not as it must be.
    """
    return {node.needed("lineItemId"): _item(node) for node in order.nodes("lineItems")}


def titles_of(order: Node) -> list[str]:
    """Return what the items of an order are called."""
    return [node.text("title") for node in order.nodes("lineItems")]


def order_units(orders: Iterable[Node], paid_at: datetime | None) -> pd.DataFrame:
    """Return what a document says of its orders' goods (ORDER_UNITS_COLUMNS); items without a quantity are left out.

    Args:
        orders: The answers about orders.
        paid_at: When the payout was paid, for orders that do not say when they were last changed.

    Raises:
        BadCellError: If something in them is not as it must be.
    """
    rows = [_units_of(order, item, paid_at) for order in orders for item in order.nodes("lineItems")]
    return frame(ORDER_UNITS_COLUMNS, [row for row in rows if row["units"] is not None])


def _units_of(order: Node, item: Node, paid_at: datetime | None) -> dict[str, object]:
    units = item.whole("quantity")
    return {
        "order_id": order.needed("orderId"),
        "item_id": item.needed("lineItemId"),
        "sku": item.text("sku") or None,
        "units": units,
        "fulfilled": {"FULFILLED": units, "NOT_STARTED": 0}.get(item.text("lineItemFulfillmentStatus")),
        "as_of": order.moment("lastModifiedDate") or order.moment("creationDate") or paid_at or _LONG_AGO,
        "first_paid_at": order.moment("creationDate"),
    }


def shared_gross(gross: Decimal, items: Sequence[Node], goods: Sequence[LineItem | None]) -> list[Decimal]:
    """Share an amount out over items, with its sign, to the cent.

    By what eBay took as the basis of its fees; where it does not say that of every item (`says_shares`), by what the
    order's items cost with postage and tax; where the order is not known either, in equal parts.

    Example: 45.00 are given back of a mug of 40.00 and a cup of 20.00, and no basis is stated: 30.00 and 15.00.

    Args:
        gross: The transaction before fees, signed.
        items: `orderLineItems` of the transaction.
        goods: The same items as their order tells them.
    """
    weights = _bases(items) if says_shares(items) else [_cost(item) for item in goods]
    parts = share_cents(gross, weights)
    parts[0] += gross - sum(parts, ZERO)
    return parts


def says_shares(items: Sequence[Node]) -> bool:
    """Tell whether a transaction says how much of it is of which of its items: by the basis of eBay's fees, of all."""
    return len(items) == 1 or (all(node.node("feeBasisAmount") for node in items) and any(_bases(items)))


def is_whole(gross: Decimal, currency: str, goods: Sequence[LineItem | None]) -> bool:
    """Tell whether an amount is all that the order's items cost, so that the share of each is its own cost."""
    is_own = all(item is not None and item.currency == currency for item in goods)
    return is_own and abs(gross) == sum(map(_cost, goods), ZERO)


def _bases(items: Sequence[Node]) -> list[Decimal]:
    bases = (node.node("feeBasisAmount") for node in items)
    return [abs(basis.amount("value")) if basis else ZERO for basis in bases]


def _cost(item: LineItem | None) -> Decimal:
    """Return what the buyer paid for an item of an order; nothing where the order does not tell it."""
    return sum((abs(amount) for _, amount in item.parts), ZERO) if item else ZERO


def _item(node: Node) -> LineItem:
    cost = node.node("discountedLineItemCost") or node.node("lineItemCost")
    postage = node.node("deliveryCost", "shippingCost")
    taxes = [tax.node("amount") for tax in node.nodes("taxes")]
    parts = (
        ("principal", cost.amount("value") if cost else ZERO),
        ("shipping", postage.amount("value") if postage else ZERO),
        ("tax", sum((tax.amount("value") for tax in taxes if tax), ZERO)),
    )
    return LineItem(
        sku=node.text("sku"),
        units=node.whole("quantity"),
        currency=cost.currency("currency") if cost else "",
        parts=tuple((column, amount) for column, amount in parts if amount),
    )
