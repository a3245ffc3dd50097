"""A whole business as one value, what can be asked of it, and the same with one thing otherwise."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.average_cost import at_cost_places
from sandbox.business.records import (
    Adjustment,
    Build,
    Channel,
    Correction,
    CostChange,
    Fee,
    Lookup,
    Order,
    Part,
    Product,
    Purchase,
    Refund,
    SettlementPeriod,
    Shipment,
    StockChange,
)
from sandbox.business.stock_ledger import LedgerRow, ledger_rows, with_repaired_costs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from sandbox.business.shops import Shop


@dataclass(frozen=True)
class Business:
    """Everything that happened, and the costs that follow from it.

    Equal businesses have equal ledgers; nothing here reads a clock or depends on the order of a hash.
    """

    seed: int
    currency: str
    store: str
    products: tuple[Product, ...]
    lookups: tuple[Lookup, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    builds: tuple[Build, ...] = ()
    cost_changes: tuple[CostChange, ...] = ()
    stock_changes: tuple[StockChange, ...] = ()
    orders: tuple[Order, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    corrections: tuple[Correction, ...] = ()
    refunds: tuple[Refund, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    fees: tuple[Fee, ...] = ()
    periods: tuple[SettlementPeriod, ...] = ()
    channels: tuple[Channel, ...] = ()
    """Stores besides `store`, which sells on Amazon: periods, adjustments and fees above are its alone."""
    shops: tuple[Shop, ...] = ()
    """Its stores with goods of their own."""
    repaired: bool = False
    """Whether what had left without a cost shows the average of today."""

    def product(self, product_id: str) -> Product:
        """Return a product by its id.

        Raises:
            KeyError: If there is none.
        """
        return self._products[product_id]

    def order(self, order_id: str) -> Order:
        """Return an order by the marketplace's order id.

        Raises:
            KeyError: If there is none.
        """
        return self._orders[order_id]

    def channel(self, marketplace: str) -> Channel | None:
        """Return the store on a marketplace other than the first; `None` if the business does not sell there."""
        return next((channel for channel in self.channels if channel.marketplace == marketplace), None)

    def orders_of(self, store: str) -> list[Order]:
        """Return the orders of a store."""
        return [order for order in self.orders if order.store == store]

    def parcels_of(self, store: str) -> list[Shipment]:
        """Return the shipments of a store's orders."""
        return [shipment for shipment in self.shipments if self.order(shipment.order_id).store == store]

    def refunds_of(self, store: str) -> list[Refund]:
        """Return the refunds of a store's orders."""
        return [refund for refund in self.refunds if self.order(refund.order_id).store == store]

    def parts(self, sku: str) -> tuple[Part, ...]:
        """Return what Finale puts on an order for one unit of a SKU; nothing if it does not know the SKU.

        A product id is a lookup for itself and goes before the others; a kit that expands becomes its parts.
        """
        lookup = None if sku in self._products else self._lookup(sku)
        product = self._products.get(lookup.product_id if lookup else sku)
        if product is None:
            return ()
        units = lookup.units if lookup else 1
        if product.expands:
            return tuple(Part(part.product_id, part.units * units) for part in product.parts)
        return (Part(product.product_id, units),)

    def shipped_parts(self, shipment: Shipment) -> list[Part]:
        """Return Finale's items of a shipment: one per product, in the order of the order's lines."""
        lines = self.order(shipment.order_id).lines
        return _added_up(
            Part(part.product_id, part.units * item.units)
            for item in shipment.items
            for part in self.parts(lines[item.line].sku)
        )

    def ordered_parts(self, order: Order) -> list[Part]:
        """Return Finale's items of an order: one per product, in the order of the order's lines."""
        return _added_up(
            Part(part.product_id, part.units * line.units) for line in order.lines for part in self.parts(line.sku)
        )

    def shipments_of(self, order_id: str) -> list[Shipment]:
        """Return the shipments of an order, first one first."""
        return self._shipments[order_id]

    def order_cost(self, order_id: str, product_id: str) -> Decimal | None:
        """Return the unit cost at which a product left on an order, weighted by units, at six decimals.

        Args:
            order_id: The marketplace's order id.
            product_id: Finale's product.

        Returns:
            Cost per unit of the product in the home currency; 0 where Finale says 0 of any of the units; `None` where
            nothing left, or Finale does not know what some of it cost: an average of the rest would hide that.
        """
        rows = self._sales.get((self.order(order_id).inventory_id, product_id), ())
        units = -sum(row.posting.units for row in rows)
        costs = [row.posting.unit_cost for row in rows]
        if 0 in costs:
            return Decimal(0)
        if not units or None in costs:
            return None
        return at_cost_places(-sum((row.posting.value for row in rows), Decimal(0)) / units)

    def average_now(self, product_id: str) -> Decimal | None:
        """Return a product's current average cost; `None` if it has none."""
        rows = self._by_product.get(product_id)
        return rows[-1].posting.average if rows else None

    def average_on(self, product_id: str, day: date) -> Decimal | None:
        """Return a product's average cost after the last movement on or before a day; `None` if it had none."""
        rows = [row for row in self._by_product.get(product_id, ()) if row.record_date <= day]
        return rows[-1].posting.average if rows else None

    def on_hand(self, product_id: str) -> int:
        """Return the units in stock at the end."""
        rows = self._by_product.get(product_id)
        return rows[-1].posting.on_hand if rows else 0

    @cached_property
    def ledger(self) -> tuple[LedgerRow, ...]:
        """Finale's stock history, oldest first."""
        rows = ledger_rows(self)
        return with_repaired_costs(rows) if self.repaired else rows

    @cached_property
    def _products(self) -> dict[str, Product]:
        return {product.product_id: product for product in self.products}

    def _lookup(self, sku: str) -> Lookup | None:
        exact = self._lookups.get(sku)
        return exact or next((one for one in self.lookups if "*" in one.sku and fnmatchcase(sku, one.sku)), None)

    @cached_property
    def _lookups(self) -> dict[str, Lookup]:
        return {lookup.sku: lookup for lookup in self.lookups}

    @cached_property
    def _orders(self) -> dict[str, Order]:
        return {order.order_id: order for order in self.orders}

    @cached_property
    def _shipments(self) -> defaultdict[str, list[Shipment]]:
        found: defaultdict[str, list[Shipment]] = defaultdict(list)
        for shipment in sorted(self.shipments, key=lambda s: s.number):
            found[shipment.order_id].append(shipment)
        return found

    @cached_property
    def _by_product(self) -> defaultdict[str, list[LedgerRow]]:
        found: defaultdict[str, list[LedgerRow]] = defaultdict(list)
        for row in self.ledger:
            found[row.product_id].append(row)
        return found

    @cached_property
    def _sales(self) -> defaultdict[tuple[str | None, str], list[LedgerRow]]:
        found: defaultdict[tuple[str | None, str], list[LedgerRow]] = defaultdict(list)
        for row in self.ledger:
            if row.ships:
                found[row.order_id, row.product_id].append(row)
        return found


def _added_up(parts: Iterable[Part]) -> list[Part]:
    units: Counter[str] = Counter()
    for part in parts:
        units[part.product_id] += part.units
    return [Part(product_id, count) for product_id, count in units.items()]


_VANISHED = 10


def changed(business: Business, variants: Collection[str]) -> Business:
    """Return the business with the named changes (`sandbox.misbehaviour.VARIANTS`)."""
    if "late-costs-repaired" in variants:
        business = replace(business, repaired=True)
    if "orders-vanished" in variants:
        business = without_every_tenth_order(business)
    return business


def without_every_tenth_order(business: Business) -> Business:
    """Return the business with every tenth order gone from Finale."""
    orders = tuple(
        replace(order, inventory_id=None) if number % _VANISHED == 0 else order
        for number, order in enumerate(business.orders)
    )
    gone = {order.order_id for order in orders if order.inventory_id is None}
    corrections = tuple(correction for correction in business.corrections if correction.order_id not in gone)
    return replace(business, orders=orders, corrections=corrections)
