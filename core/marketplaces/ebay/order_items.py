"""The items of an eBay order as the Fulfillment API tells them: SKU, units, price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.money import share_cents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.bundles import Node
    from core.marketplaces.lines import Part

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Item:
    """One line item."""

    sku: str
    """The seller's custom label; empty where none was given."""
    units: int | None
    currency: str
    """Of the parts."""
    parts: tuple[Part, ...]
    """Price after discounts, postage, and tax that the seller collects."""


def order_items(order: Node) -> dict[str, Item]:
    """Return the items of an order by their line item id.

    Raises:
        BadCellError: If something in it is not as it must be.
    """
    return {node.needed("lineItemId"): _item(node) for node in order.nodes("lineItems")}


def shared_gross(gross: Decimal, items: Sequence[Node]) -> list[Decimal]:
    """Share an amount out over items by what eBay took as the basis of its fees: same currency, same sign, to the cent.

    Args:
        gross: The transaction before fees, signed.
        items: `orderLineItems` of the transaction.
    """
    bases = [node.node("feeBasisAmount") for node in items]
    parts = share_cents(gross, [abs(basis.amount("value")) if basis else ZERO for basis in bases])
    parts[0] += gross - sum(parts, ZERO)
    return parts


def _item(node: Node) -> Item:
    cost = node.node("discountedLineItemCost") or node.node("lineItemCost")
    postage = node.node("deliveryCost", "shippingCost")
    taxes = [tax.node("amount") for tax in node.nodes("taxes")]
    parts = (
        ("principal", cost.amount("value") if cost else ZERO),
        ("shipping", postage.amount("value") if postage else ZERO),
        ("tax", sum((tax.amount("value") for tax in taxes if tax), ZERO)),
    )
    return Item(
        sku=node.text("sku"),
        units=node.whole("quantity"),
        currency=cost.currency("currency") if cost else "",
        parts=tuple((column, amount) for column, amount in parts if amount),
    )
