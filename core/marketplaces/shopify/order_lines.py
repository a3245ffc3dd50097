"""The lines that a payment or refund of an order becomes, one per item, with its share of the money; what came back.

Gift cards sold are owed to whoever holds them: a balance move, no sale, and no goods. Whether refunded goods came back
says Shopify's restock type.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.frame_columns import ORDER_UNITS_COLUMNS, frame
from core.line_types import LineType
from core.marketplaces.settlements.file_lines import FileLine, TypedPart
from core.marketplaces.settlements.transactions import Units, counted_units
from core.marketplaces.shopify.words import SALE, column, movement_types
from core.model import Disposition, Event, Goods, Marketplace, QuantitySource, StockEffect
from core.money import share_cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    import pandas as pd

    from core.marketplaces.settlements.file_lines import Part
    from core.marketplaces.shopify.orders_api import Item, Order, Refund
    from core.marketplaces.words.meanings import Meaning


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


def shares_of_items(amount: Decimal, items: Sequence[Item], shipping: Decimal, total: Decimal) -> list[Share]:
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


_DISPOSITIONS = {
    "return": Disposition.RESTOCKED,
    "cancel": Disposition.RESTOCKED,  # never left the shelf
    "legacy_restock": Disposition.RESTOCKED,
    "no_restock": Disposition.NOT_RETURNED,
}


def disposition(restock_type: str) -> Disposition | None:
    """Return what a `restockType` says about the goods, `None` for a word that is not known: such a refund is asked."""
    return _DISPOSITIONS.get(restock_type.strip().casefold())


ZERO = Decimal(0)
GIFT_CARD_SOLD = "Gift card sold"
GIFT_CARD_REFUNDED = "Gift card refunded"
IN_EXCHANGE = "In exchange"
"""Goods on an order that were not paid for, in a movement that gave something back."""
_ABOUT_GOODS = (Event.SALE, Event.REFUND)
_RESTOCKED = {Disposition.RESTOCKED: StockEffect.IN, Disposition.NOT_RETURNED: StockEffect.NONE}


class MoneyMovement(NamedTuple):
    """Money that came or went, as one answer tells it."""

    number: int
    """Its place in the document, first = 1."""
    settlement_id: str
    kind: str
    """Shopify's word for it."""
    id: str
    """Shopify's own number."""
    amount: Decimal
    fee: Decimal
    """+ is a cost."""
    net: Decimal
    currency: str
    posted_at: datetime | None
    order_name: str


def sale_lines(movement: MoneyMovement, order: Order, *, with_units: bool) -> list[FileLine]:
    """Return a payment of an order as lines, one per item.

    Args:
        movement: The payment.
        order: What it is for.
        with_units: Whether the order's units are counted with this payment, as far as this one document tells.
    """
    shares = shares_of_items(movement.amount, order.items, order.shipping, order.total)
    lines = []
    charged = fees(movement.fee, shares)
    for share, fee in zip(shares, charged, strict=False):
        units = order.units_of(share.item) if share.item and with_units else None
        lines.append(_sold(movement, share, fee, units))
    return lines + _left(movement, lines)


def refund_lines(movement: MoneyMovement, order: Order, refund: Refund, *, with_units: bool) -> list[FileLine]:
    """Return money given back as lines, one per refunded item; without items it is about no goods at all.

    Where the order holds goods that nobody paid for, they may have come in exchange for what was given back: each has
    a line here, of no money, that can carry its units.
    """
    lines = _money_back(movement, order, refund, with_units=with_units)
    if with_units and order.has_goods_in_exchange:
        back = {item.id for item in refund.items}
        lines += [_exchanged(movement, item) for item in order.items if item.id not in back and not item.is_gift_card]
    return lines


def _money_back(movement: MoneyMovement, order: Order, refund: Refund, *, with_units: bool) -> list[FileLine]:
    if not refund.items:
        line = _line(movement, (), Event.REFUND, (("principal", movement.amount),), StockEffect.NONE)
        return [line, *_left(movement, [line])]
    postage = max(ZERO, refund.total - sum((item.price + item.tax for item in refund.items), ZERO))
    shares = shares_of_items(movement.amount, refund.items, postage, refund.total)
    lines = [_given_back(movement, order, share, with_units=with_units) for share in shares]
    return lines + _left(movement, lines)


def plain_line(movement: MoneyMovement, means: Meaning, description: str = "") -> FileLine:
    """Return a movement that no order tells more about, as its type alone says."""
    parts = ((column(means), movement.amount), ("other_fee", -movement.fee))
    about_goods = means.event in _ABOUT_GOODS and means.stock_effect is not StockEffect.NONE
    line = _line(movement, (), means.event, parts, means.stock_effect)._replace(
        carries_units=about_goods,
        raw_description=description,
        goods=means.goods,
        typed=movement_types(means, movement.amount, movement.fee, movement.kind),
    )
    rest = movement.net - line.amount
    return line._replace(parts=(*line.parts, ("other", rest)), amount=movement.net) if rest else line


def balance_line(movement: MoneyMovement, description: str, amount: Decimal) -> FileLine:
    """Return what is owed to or by others, beside the movement it comes with."""
    line = _line(movement, (description,), Event.BALANCE, (("other", amount),), StockEffect.NONE)
    return line._replace(raw_description=description, typed=_gift_card(description, amount))


def units_of(lines: Sequence[FileLine]) -> Units:
    """Return the units of a line: those of the order's items; what a dispute is about is not said."""
    if lines[0].event not in (Event.SALE, Event.REFUND):
        return Units(None, QuantitySource.UNKNOWN if lines[0].event is Event.DISPUTE else None)
    units = counted_units(lines)
    return Units(units.quantity, QuantitySource.FROM_ORDER) if units.quantity is not None and units.source else units


def order_units(orders: Iterable[Order]) -> pd.DataFrame:
    """Return what a document says of its orders' goods (`core.model.ORDER_UNITS_COLUMNS`), gift cards left out."""
    rows = [
        {
            "order_id": order.name,
            "item_id": item.id,
            "sku": item.sku or None,
            "units": order.units_of(item),
            "fulfilled": None if order.fulfilled_units is None else order.fulfilled_units.get(item.id, 0),
            "as_of": order.as_of,
            "first_paid_at": order.first_paid_at,
        }
        for order in orders
        for item in order.items
        if not item.is_gift_card
    ]
    return frame(ORDER_UNITS_COLUMNS, rows)


def _sold(movement: MoneyMovement, share: Share, fee: Decimal, units: int | None) -> FileLine:
    if share.is_gift_card and share.item:
        return _of_gift_card(movement, share, share.item, GIFT_CARD_SOLD)
    line = _line(movement, _names(share.item), Event.SALE, (*share.parts, ("other_fee", -fee)), StockEffect.OUT)
    own = movement_types(SALE, ZERO, fee, movement.kind)
    return _of_item(line._replace(goods=Goods.SOLD, typed=own), share.item, units)


def _exchanged(movement: MoneyMovement, item: Item) -> FileLine:
    line = _line(movement, (item.id, IN_EXCHANGE), Event.SALE, (), StockEffect.OUT)
    return _of_item(line, item, None)._replace(raw_description=IN_EXCHANGE)


def _given_back(movement: MoneyMovement, order: Order, share: Share, *, with_units: bool) -> FileLine:
    item = share.item
    if share.is_gift_card and item:
        return _of_gift_card(movement, share, item, GIFT_CARD_REFUNDED)
    became = disposition(item.restock_type) if item else None
    if item and order.was_never_fulfilled(item):
        became = Disposition.NOT_RETURNED  # cancelled before it left: no sale line counts it, so nothing comes back
    effect = _RESTOCKED.get(became, StockEffect.UNKNOWN) if became else StockEffect.UNKNOWN
    line = _line(movement, _names(item), Event.REFUND, share.parts, effect)
    units = -item.units if item and with_units else None
    restock_type = item.restock_type if item else ""
    goods = Goods.REFUNDED if became or not restock_type.strip() else Goods.REFUND_UNCLEAR
    told = line._replace(goods=goods, raw_description=restock_type)
    return _of_item(told, item, units)


def _left(movement: MoneyMovement, lines: Sequence[FileLine]) -> list[FileLine]:
    """Return a fee that no item bears, and what the answer's own net amount has besides amount and fee."""
    left = movement.net - sum((line.amount for line in lines), ZERO)
    if not left:
        return []
    fee = _line(movement, ("fee",), Event.FEE, (("other_fee", left),), StockEffect.NONE)
    return [fee._replace(typed=(TypedPart("other_fee", left, LineType.PAYMENT_PROCESSING, f"{movement.kind} / Fee"),))]


def _of_gift_card(movement: MoneyMovement, share: Share, item: Item, description: str) -> FileLine:
    line = _line(movement, _names(item), Event.BALANCE, (("other", share.amount),), StockEffect.NONE)
    own = _gift_card(description, share.amount)
    return line._replace(raw_description=description, order_item_id=item.id, sku=item.sku, typed=own)


def _gift_card(description: str, amount: Decimal) -> tuple[TypedPart, ...]:
    return (TypedPart("other", amount, LineType.GIFT_CARDS, description),) if amount else ()


def _of_item(line: FileLine, item: Item | None, units: int | None) -> FileLine:
    if item is None:
        return line
    return line._replace(order_item_id=item.id, sku=item.sku, carries_units=units is not None, units=units)


def _names(item: Item | None) -> tuple[str, ...]:
    return (item.id, item.restock_type) if item else ()


def _line(
    movement: MoneyMovement, names: tuple[str, ...], event: Event, parts: Sequence[Part], stock_effect: StockEffect
) -> FileLine:
    kept = tuple((column, amount) for column, amount in parts if amount)
    return FileLine(
        number=movement.number,
        settlement_id=movement.settlement_id,
        group=(movement.kind.casefold(), movement.order_name, movement.id, *names),
        single=True,
        content=(movement.id, *names, *(f"{column} {amount}" for column, amount in kept)),
        event=event,
        stock_effect=stock_effect,
        raw_type=movement.kind,
        raw_description="",
        parts=kept,
        amount=sum((amount for _, amount in kept), ZERO),
        currency=movement.currency,
        posted_at=movement.posted_at,
        order_id=movement.order_name,
        marketplace=Marketplace.SHOPIFY.value,
    )
