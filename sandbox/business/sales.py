"""How an ordinary sale comes about: a customer's order, its shipment, perhaps a refund."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sandbox.business.records import (
    Adjustment,
    Fee,
    Order,
    OrderLine,
    Packed,
    Product,
    Refund,
    Shipment,
    StockChange,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.business.dice import Dice, Numbering

STORE = "Amazon US"
MARKETPLACE = "Amazon.com"
TAX_RATES = (Decimal(0), Decimal("0.0625"), Decimal("0.0725"), Decimal("0.08875"))
PROMOTION = "Save 10% #SUMMER & more"
_PROMOTED_SHARE = 0.08
CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    """Round to cents, half away from zero."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def moment(text: str) -> datetime:
    """Read `2026-08-03 07:26:32` as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Sales:
    """What has been sold so far, and what came of it."""

    orders: list[Order] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    stock_changes: list[StockChange] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)


class Seller:
    """Sells the goods of a catalogue, each drawing from one random source in a fixed order."""

    def __init__(self, dice: Dice, products: Sequence[Product], numbering: Numbering) -> None:
        self.dice = dice
        self.numbering = numbering
        self.sales = Sales()
        self._parcels: Counter[str] = Counter()
        self._prices = {product.product_id: product.price for product in products}

    def line(self, sku: str, units: int = 1, price: Decimal | None = None, shipping: Decimal = Decimal(0)) -> OrderLine:
        """Return an order line at the list price, some with tax, some with a promotion."""
        price = self._prices[sku] if price is None else price
        goods = price * units
        discount = cents(goods / 10) if goods and self.dice.chance(_PROMOTED_SHARE) else Decimal(0)
        tax = cents((goods - discount) * self.dice.pick(TAX_RATES))
        return OrderLine(
            self.numbering.item_code(),
            sku,
            units,
            price,
            tax=tax,
            shipping=shipping,
            promotion=discount,
            promotion_id=PROMOTION if discount else "",
        )

    def order(self, ordered_at: datetime, lines: Sequence[OrderLine], **differences: object) -> Order:
        """Take an order that Finale knows under the marketplace's own id, unless something differs."""
        order_id = str(differences.pop("order_id", None) or self.numbering.order_id())
        plain: dict[str, object] = {
            "store": STORE,
            "marketplace": MARKETPLACE,
            "fulfilment": "AFN",
            "inventory_id": order_id,
            "merchant_order_id": order_id,
        }
        order = Order(order_id=order_id, ordered_at=ordered_at, lines=tuple(lines), **(plain | differences))  # type: ignore[arg-type]  # by name
        self.sales.orders.append(order)
        return order

    def ship(self, order: Order, items: Sequence[Packed] | None = None, **differences: object) -> Shipment:
        """Ship an order (all of it, one or two days later) and let the marketplace post it some hours after."""
        self._parcels[order.order_id] += 1
        shipped_at = self.shipping_time(order.ordered_at)
        plain: dict[str, object] = {
            "number": self._parcels[order.order_id],
            "shipped_at": shipped_at,
            "posted_at": shipped_at + timedelta(seconds=self.dice.between(1200, 36000)),
            "marketplace_shipment_id": self.numbering.shipment_id(),
        }
        packed = tuple(items or (Packed(number, line.units) for number, line in enumerate(order.lines)))
        shipment = Shipment(order_id=order.order_id, items=packed, **(plain | differences))  # type: ignore[arg-type]  # by name
        self.sales.shipments.append(shipment)
        return shipment

    def shipping_time(self, ordered_at: datetime) -> datetime:
        """Return an afternoon of the next day or the one after."""
        day = ordered_at.replace(hour=14, minute=0, second=0) + timedelta(days=self.dice.pick((1, 1, 2)))
        return day + timedelta(seconds=self.dice.below(6 * 3600))

    def refund(self, order: Order, posted_at: datetime, *, back: bool, **differences: object) -> Refund:
        """Refund the first line of an order, and put the goods back into stock the day before if they came back."""
        plain: dict[str, object] = {
            "line": 0,
            "units": order.lines[0].units,
            "adjustment_id": self.numbering.adjustment_id(),
            "returned_at": posted_at.replace(hour=11) - timedelta(days=1) if back else None,
        }
        refund = Refund(order_id=order.order_id, posted_at=posted_at, **(plain | differences))  # type: ignore[arg-type]  # by name
        self.sales.refunds.append(refund)
        return refund
