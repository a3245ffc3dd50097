"""The business as Finale's records: orders, shipments and products with their URLs, types and states."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from sandbox.average_cost import at_cost_places
from sandbox.business.records import ZERO
from sandbox.business.stock_ledger import landed_values
from sandbox.finale.formatting import Money

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from sandbox.business import Business
    from sandbox.business.records import Order, Part, Product, Purchase, Shipment
    from sandbox.business.stock_ledger import LedgerRow

FIRST_SHIPMENT_KEY = 609070
"""Shipments are stored under numbers of their own, unlike their labels (docs/facts/finale-api.md, Shapes and ids)."""


@dataclass(frozen=True, slots=True)
class FinaleProduct:
    """A product with what follows from its stock."""

    product: Product
    url: str
    average: Decimal | None
    on_hand: int
    last_landed_cost: Decimal | None
    parts: tuple[tuple[FinaleProduct, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FinaleItem:
    """One line of an order."""

    index: int
    product: FinaleProduct
    units: int
    unit_price: Money
    packed: int
    shipped: int
    received: int


@dataclass(frozen=True, slots=True)
class FinaleShipment:
    """A shipment; `order` is filled in by its order."""

    label: str
    url: str
    order_id: str
    order_url: str
    kind: str
    """`Sale` or `Purchase`."""
    status: str
    day: date | None
    """Day of shipping or receipt."""
    items: tuple[tuple[FinaleProduct, int], ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class FinaleOrder:
    """A sales or purchase order."""

    order_id: str
    url: str
    kind: str
    status: str
    ordered_at: datetime
    source: str
    customer_po: str
    notes: str
    partner: str
    items: tuple[FinaleItem, ...]
    shipments: tuple[FinaleShipment, ...]

    @property
    def units(self) -> int:
        """Units of all lines."""
        return sum(item.units for item in self.items)

    @property
    def subtotal(self) -> Money:
        """Price of all lines."""
        return Money(sum((item.units * item.unit_price for item in self.items), ZERO))

    @property
    def day(self) -> date | None:
        """Day of the last shipment or receipt."""
        return max((shipment.day for shipment in self.shipments if shipment.day), default=None)


class Books:
    """All of Finale's records of one business in one account."""

    def __init__(self, business: Business, account: str) -> None:
        self.business = business
        self.account = account

    @cached_property
    def products(self) -> list[FinaleProduct]:
        """Every product, in the order of the catalogue."""
        return list(self._products.values())

    @cached_property
    def orders(self) -> list[FinaleOrder]:
        """Every order, oldest first."""
        found = [self._sales_order(order) for order in self.business.orders if order.inventory_id is not None]
        found += [self._purchase_order(purchase) for purchase in self.business.purchases]
        return sorted(found, key=lambda order: (order.ordered_at, order.order_id))

    @cached_property
    def shipments(self) -> list[FinaleShipment]:
        """Every shipment, in the order of the orders."""
        return [shipment for order in self.orders for shipment in order.shipments]

    @cached_property
    def ledger(self) -> tuple[LedgerRow, ...]:
        """The stock history, oldest first."""
        return self.business.ledger

    @cached_property
    def _products(self) -> dict[str, FinaleProduct]:
        found: dict[str, FinaleProduct] = {}
        for product in sorted(self.business.products, key=lambda product: bool(product.parts)):
            found[product.product_id] = FinaleProduct(
                product,
                self.path("product", product.slug),
                self.business.average_now(product.product_id),
                self.business.on_hand(product.product_id),
                self._last_landed_cost.get(product.product_id),
                tuple((found[part.product_id], part.units) for part in product.parts),
            )
        return {product.product_id: found[product.product_id] for product in self.business.products}

    @cached_property
    def _last_landed_cost(self) -> dict[str, Decimal]:
        received = [purchase for purchase in self.business.purchases if purchase.received_at is not None]
        return {
            line.product_id: at_cost_places(value / line.units)
            for purchase in received
            for line, value in zip(purchase.lines, landed_values(purchase), strict=True)
        }

    @cached_property
    def last_moved(self) -> dict[str, datetime]:
        """When each product's stock last moved."""
        return {row.product_id: row.at for row in self.ledger}

    @cached_property
    def orders_by_id(self) -> dict[str, FinaleOrder]:
        """Orders by Finale's order id."""
        return {order.order_id: order for order in self.orders}

    @cached_property
    def shipments_by_label(self) -> dict[str, FinaleShipment]:
        """Shipments by the label that people see."""
        return {shipment.label: shipment for shipment in self.shipments}

    def product(self, product_id: str) -> FinaleProduct:
        """Return a product by its id."""
        return self._products[product_id]

    def path(self, resource: str, key: str) -> str:
        """Return the URL path by which Finale refers to a record."""
        return f"/{self.account}/api/{resource}/{quote(key, safe='')}"

    @cached_property
    def _shipment_keys(self) -> dict[tuple[str, int], int]:
        known = [(shipment.order_id, shipment.number) for shipment in self.business.shipments]
        known += [(purchase.order_id, 1) for purchase in self.business.purchases]
        return {key: FIRST_SHIPMENT_KEY + number for number, key in enumerate(known)}

    def _sales_order(self, order: Order) -> FinaleOrder:
        shipments = self.business.shipments_of(order.order_id)
        shipped: dict[str, int] = {}
        for shipment in shipments:
            for part in self.business.shipped_parts(shipment) if shipment.in_inventory else ():
                shipped[part.product_id] = shipped.get(part.product_id, 0) + part.units
        prices = {part.product_id: line.unit_price for line in order.lines for part in self.business.parts(line.sku)}
        return FinaleOrder(
            order.inventory_id or "",
            self.path("order", order.inventory_id or ""),
            "Sale",
            order.status,
            order.ordered_at,
            "Amazon - FBA" if order.fulfilment == "AFN" else order.store.split()[0],
            order.customer_po,
            order.notes,
            f"{order.store.split()[0]} customer",
            tuple(
                self._sales_item(index, part, prices[part.product_id], shipped.get(part.product_id, 0))
                for index, part in enumerate(self.business.ordered_parts(order))
            ),
            tuple(self._sales_shipment(order, shipment) for shipment in shipments),
        )

    def _sales_item(self, index: int, part: Part, price: Decimal, shipped: int) -> FinaleItem:
        return FinaleItem(index, self.product(part.product_id), part.units, Money(price), shipped, shipped, 0)

    def _sales_shipment(self, order: Order, shipment: Shipment) -> FinaleShipment:
        gone = shipment.in_inventory
        return FinaleShipment(
            f"{order.inventory_id}-{shipment.number}",
            self.path("shipment", str(self._shipment_keys[order.order_id, shipment.number])),
            order.inventory_id or "",
            self.path("order", order.inventory_id or ""),
            "Sale",
            _shipment_state(order, shipment),
            shipment.shipped_at.date() if gone else None,
            tuple((self.product(part.product_id), part.units) for part in self.business.shipped_parts(shipment)),
            shipment.shipped_at if gone else None,
        )

    def _purchase_order(self, purchase: Purchase) -> FinaleOrder:
        url, here = self.path("order", purchase.order_id), purchase.received_at
        items = tuple((self.product(line.product_id), line.units) for line in purchase.lines)
        shipment = FinaleShipment(
            f"{purchase.order_id}-1",
            self.path("shipment", str(self._shipment_keys[purchase.order_id, 1])),
            purchase.order_id,
            url,
            "Purchase",
            "Received" if here else "Editable",
            here.date() if here else None,
            items,
            here,
        )
        return FinaleOrder(
            purchase.order_id,
            url,
            "Purchase",
            "Completed" if here else "Committed",
            purchase.ordered_at,
            "",
            "",
            "",
            purchase.supplier,
            tuple(
                FinaleItem(
                    index,
                    self.product(line.product_id),
                    line.units,
                    Money(line.unit_price),
                    0,
                    0,
                    line.units if here else 0,
                )
                for index, line in enumerate(purchase.lines)
            ),
            (shipment,),
        )


def _shipment_state(order: Order, shipment: Shipment) -> str:
    if shipment.in_inventory:
        return "Shipped"
    if order.status == "Cancelled":
        return "Cancelled"
    return "Packed" if shipment.packed_first else "Editable"
