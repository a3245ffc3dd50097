"""Businesses of chance for property tests: purchases, builds, packs, kits, negative stock, late bills, returns."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.business.business import Business
from sandbox.business.dice import Dice, Numbering
from sandbox.business.records import (
    Adjustment,
    Build,
    Correction,
    CostChange,
    Lookup,
    Order,
    Packed,
    Part,
    Product,
    Purchase,
    PurchaseLine,
    SettlementPeriod,
    Shipment,
    StockChange,
)
from sandbox.business.sales import STORE, Seller, moment

if TYPE_CHECKING:
    from random import Random

_BEGIN = moment("2026-07-01 00:00:00")
_DAYS = 60
_PERIODS = (("25000000101", 20), ("25000000102", 34))
_NAMES = ("00123", "1E5", "A/B 2", "=X", "ÄPFEL", "TRUE", "Mug", "MUG")
_EXPANDING_KIT, _BUILT_KIT = "KIT", "SET"
_UNKNOWN = "UNKNOWN-SKU"


def random_business(rng: Random) -> Business:
    """Return a small business that a random source makes up; the same source gives the same business."""
    return _World(Dice(rng)).business()


class _World:
    """Makes a business up piece by piece, always in the same order."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.goods = dice.some(_NAMES, dice.between(3, 6))
        self.products = (*(self._good(name) for name in self.goods), *self._kits())
        self.lookups = self._lookups()
        sold = [product.product_id for product in self.products] + [lookup.sku for lookup in self.lookups]
        self.skus = [*sold, _UNKNOWN]
        priced = [Product(sku, sku, "", "", Decimal(0), Decimal(dice.between(500, 9000)) / 100) for sku in self.skus]
        self.seller = Seller(dice, priced, Numbering(dice))
        self.corrections: list[Correction] = []

    def business(self) -> Business:
        dice = self.dice
        for _ in range(dice.between(6, 18)):
            self._sell()
        for _ in range(dice.between(0, 3)):
            self._lose()
        return Business(
            seed=0,
            currency="USD",
            store=STORE,
            products=self.products,
            lookups=self.lookups,
            purchases=self._purchases(),
            builds=tuple(Build(f"B-{n}", self._moment(), _BUILT_KIT, dice.between(1, 9)) for n in range(dice.below(3))),
            cost_changes=tuple(self._cost_change(n) for n in range(dice.below(2))),
            stock_changes=(*self.seller.sales.stock_changes, *(self._found(n) for n in range(dice.below(3)))),
            orders=tuple(self.seller.sales.orders),
            shipments=tuple(self.seller.sales.shipments),
            corrections=tuple(self.corrections),
            refunds=tuple(self.seller.sales.refunds),
            adjustments=tuple(self.seller.sales.adjustments),
            periods=tuple(_period(settlement_id, day) for settlement_id, day in _PERIODS),
        )

    def _good(self, name: str) -> Product:
        slug = str(self.dice.between(100001, 899999)) if self.dice.chance(0.3) else name
        return Product(name, slug, f"{name} of chance", "Goods", self._price(), self._price())

    def _kits(self) -> tuple[Product, Product]:
        def parts() -> tuple[Part, ...]:
            return tuple(Part(name, self.dice.between(1, 3)) for name in self.dice.some(self.goods, 2))

        price = Decimal("49.90")
        return (
            Product(_EXPANDING_KIT, _EXPANDING_KIT, "Sold in parts", "Kits", Decimal(0), price, parts(), expands=True),
            Product(_BUILT_KIT, "910001", "Built", "Kits", Decimal(0), price, parts()),
        )

    def _lookups(self) -> tuple[Lookup, ...]:
        targets = self.dice.some(self.goods, 2)
        packings = [self.dice.pick(("", "6", "3/1", "12")) for _ in targets]
        return tuple(
            Lookup(f"{target}~{packing or 'alias'}", target, packing)
            for target, packing in zip(targets, packings, strict=True)
        )

    def _price(self) -> Decimal:
        return Decimal(self.dice.between(1, 400000)) / self.dice.pick((100, 100, 10000))

    def _moment(self) -> datetime:
        return _BEGIN + timedelta(days=self.dice.below(_DAYS), seconds=self.dice.below(86400))

    def _purchases(self) -> tuple[Purchase, ...]:
        dice, found = self.dice, []
        for name in self.goods:
            for _ in range(dice.pick_weighted({0: 1, 1: 4, 2: 3, 3: 1})):
                line = PurchaseLine(name, dice.between(1, 60), self._price())
                freight = Decimal(dice.below(5000)) / 100
                found.append((self._moment(), line, freight))
        return tuple(
            Purchase(f"PO-{number}", "Supplier", at - timedelta(days=9), at, (line,), freight)
            for number, (at, line, freight) in enumerate(found)
        )

    def _cost_change(self, number: int) -> CostChange:
        return CostChange(f"AC-{number}", self._moment(), self.dice.pick(self.goods), self._price())

    def _found(self, number: int) -> StockChange:
        return StockChange(f"FOUND-{number}", self._moment(), self.dice.pick(self.goods), self.dice.between(1, 30))

    def _sell(self) -> None:
        dice, seller = self.dice, self.seller
        chosen = dice.some(self.skus, dice.pick_weighted({1: 6, 2: 3, 3: 1}))
        lines = [seller.line(sku, dice.pick_weighted({1: 6, 2: 2, 5: 1})) for sku in chosen]
        order_id = seller.numbering.order_id()
        state = dice.pick_weighted({"Completed": 16, "Committed": 1, "Cancelled": 1})
        order = seller.order(
            self._moment(), lines, order_id=order_id, inventory_id=self._inventory_id(order_id), status=state
        )
        shipped = [self._ship(order, items, gone=state == "Completed") for items in self._parcels(order)]
        if state == "Completed" and order.inventory_id is not None:
            self._perhaps_correct(order, shipped[0])
        if dice.chance(0.3):
            self._refund(order, max(shipment.posted_at for shipment in shipped))

    def _inventory_id(self, order_id: str) -> str | None:
        forms = {"{}": 14, "AMZ-{}": 2, "#{}": 1, "": 1}
        form = self.dice.pick_weighted(forms)
        return form.format(order_id) or None

    def _parcels(self, order: Order) -> list[list[Packed]]:
        whole = [Packed(number, line.units) for number, line in enumerate(order.lines)]
        if order.lines[0].units == 1 or not self.dice.chance(0.5):
            return [whole]
        return [[Packed(0, 1), *whole[1:]], [Packed(0, order.lines[0].units - 1)]]

    def _ship(self, order: Order, items: list[Packed], *, gone: bool) -> Shipment:
        shipped_at = order.ordered_at + timedelta(seconds=self.dice.between(3600, 6 * 86400))
        return self.seller.ship(
            order,
            items,
            shipped_at=shipped_at,
            posted_at=shipped_at + timedelta(seconds=self.dice.between(600, 86400)),
            in_inventory=gone,
            packed_first=gone and self.dice.chance(0.3),
        )

    def _perhaps_correct(self, order: Order, shipment: Shipment) -> None:
        item = shipment.items[0]
        sku = order.lines[item.line].sku
        if sku in self.goods and item.units > 1 and self.dice.chance(0.3):
            at = shipment.shipped_at + timedelta(days=self.dice.between(1, 20))
            self.corrections.append(Correction(order.order_id, shipment.number, sku, 1, at))

    def _refund(self, order: Order, sold_at: datetime) -> None:
        posted_at = sold_at + timedelta(days=self.dice.between(2, 20))
        units = self.dice.between(1, order.lines[0].units)
        self.seller.refund(order, posted_at, back=self.dice.chance(0.5), units=units)

    def _lose(self) -> None:
        at, sku = self._moment(), self.dice.pick(self.goods)
        units, number = self.dice.between(1, 2), self.seller.numbering.adjustment_id()
        self.seller.sales.stock_changes.append(StockChange(f"LOST-{number}", at, sku, -units, "WAREHOUSE_LOST"))
        self.seller.sales.adjustments.append(
            Adjustment(sku, units, "WAREHOUSE_LOST", Decimal("9.99"), at + timedelta(hours=5), number, f"LOST-{number}")
        )


def _period(settlement_id: str, day: int) -> SettlementPeriod:
    start = _BEGIN + timedelta(days=day)
    return SettlementPeriod(settlement_id, STORE, start, start + timedelta(days=14), start + timedelta(days=16))
