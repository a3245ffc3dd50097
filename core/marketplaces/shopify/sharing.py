"""Which item of an order which part of a payment is for.

A payment names an order and no items. It is shared out by what the items, their taxes and the postage come to, in
whole cents that sum to the payment exactly: a payment of the whole order gives every item its own price, one of
several captures its share.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.money import share_cents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.lines import Part
    from core.marketplaces.shopify.orders import Item

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Share:
    """What one item has of a payment; `item` is missing for what belongs to none."""

    item: Item | None
    parts: tuple[Part, ...]

    @property
    def amount(self) -> Decimal:
        """The sum of its parts, in the shop's currency; + is money for the seller."""
        return sum((amount for _, amount in self.parts), ZERO)

    @property
    def is_gift_card(self) -> bool:
        """Whether it is a gift card: owed to whoever holds it, and no sale."""
        return self.item is not None and self.item.is_gift_card


def shared_out(amount: Decimal, items: Sequence[Item], shipping: Decimal, total: Decimal) -> list[Share]:
    """Share a payment, or (negative) a refund, out over the items of an order or refund.

    Args:
        amount: The payment, signed.
        items: What it is for, all with the prices of all their units.
        shipping: Postage of the order.
        total: What the order or refund comes to; what items and postage leave of it (a tip, a duty) is nobody's.
    """
    goods = [item for item in items if not item.is_gift_card]
    rest = max(ZERO, total - sum((item.price + item.tax for item in items), ZERO) - shipping)
    postage = iter(_exact(shipping, [item.price for item in goods]) if goods else [])
    pieces: list[tuple[Item | None, str, Decimal]] = []
    for item in items:
        pieces += [(item, "principal", item.price), (item, "tax", item.tax)]
        pieces += [] if item.is_gift_card else [(item, "shipping", next(postage))]
    pieces.append((None, "other", rest))
    if not goods:
        pieces.append((None, "shipping", shipping))
    return _collected(items, pieces, _exact(amount, [weight for _, _, weight in pieces]))


def _collected(
    items: Sequence[Item], pieces: Sequence[tuple[Item | None, str, Decimal]], amounts: Sequence[Decimal]
) -> list[Share]:
    shares = []
    for item in (*items, None):
        mine = [(column, amount) for (of, column, _), amount in zip(pieces, amounts, strict=True) if of is item]
        parts = tuple((column, amount) for column, amount in mine if amount)
        if parts or item is not None:
            shares.append(Share(item, parts))
    return shares


def fees(fee: Decimal, shares: Sequence[Share]) -> list[Decimal]:
    """Share a payment's fee out, currency and sign kept, over all but gift cards; the last belongs to none."""
    bearing = [share for share in shares if not share.is_gift_card]
    if not bearing:
        return [*(ZERO for _ in shares), fee]
    parts = iter(_exact(fee, [abs(share.amount) for share in bearing]))
    return [*(ZERO if share.is_gift_card else next(parts) for share in shares), ZERO]


def _exact(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share an amount out in cents; what is smaller than a cent goes to the largest part."""
    parts = share_cents(amount, weights)
    largest = max(range(len(parts)), key=lambda i: (weights[i], -i))
    parts[largest] += amount - sum(parts, ZERO)
    return parts
