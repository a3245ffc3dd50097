"""A business made of difficulties: packs, kits, builds, split and corrected shipments, negative stock, odd order ids.

Each order is one case and carries its name in its notes (`case`), so that a test says which one it means.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from sandbox.business.business import Business
from sandbox.business.dice import Dice, Numbering
from sandbox.business.records import (
    Build,
    Correction,
    CostChange,
    Fee,
    FeeKind,
    Lookup,
    Order,
    Packed,
    Part,
    Product,
    Purchase,
    PurchaseLine,
    SettlementPeriod,
)
from sandbox.business.sales import STORE, Seller, moment

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_STORE = "Warehouse US"
"""Of orders that no marketplace posts."""
_START = moment("2026-08-03 07:00:00")

_GOODS = {
    # product id: purchases as (day of August, units, unit price)
    "CUP": ((1, 10, "5"), (2, 10, "7"), (10, 37, "6.31")),
    "cup": ((1, 40, "2.05"),),
    "BOWL": ((1, 60, "3.33"), (12, 21, "4.17")),
    "BOX": ((1, 100, "0.475"),),
    "Tea Pot/2 °C": ((1, 12, "1234.5"), (9, 7, "1301.27")),
    "EMPTY": ((6, 100, "4"),),
    "UPSIDE": ((1, 10, "5"), (9, 11, "3")),
    "DEARER": ((1, 20, "41.5"),),
    "FREIGHT": ((1, 16, "1.25"), (8, 9, "1.25")),
}
_KITS = {
    # product id: what it is made of, and whether orders hold the parts instead of it
    "BREAKFAST": ((Part("CUP", 2), Part("BOWL", 1)), True),
    "TRIO": ((Part("CUP", 1), Part("BOX", 2)), True),
    "GIFT": ((Part("CUP", 1), Part("BOWL", 1), Part("BOX", 1)), False),
}
LOOKUPS = (
    Lookup("CUP-6PK", "CUP", "6"),
    Lookup("CUP-TRI", "CUP", "3/1"),
    Lookup("OLD-CUP", "CUP"),
    Lookup("BREAKFAST-2", "BREAKFAST", "2"),
    Lookup("BOWL-*", "BOWL"),
)

_SIMPLE_CASES: dict[str, tuple[int, tuple[tuple[str, int], ...]]] = {
    # name: day of August, then SKU and units of each line
    "single": (4, (("CUP", 2),)),
    "case twin": (4, (("cup", 1), ("CUP", 1))),
    "six-pack": (4, (("CUP-6PK", 1),)),
    "three to one": (5, (("CUP-TRI", 2),)),
    "alias": (10, (("OLD-CUP", 1),)),
    "wildcard": (5, (("BOWL-BLUE", 2),)),
    "six-pack and single": (11, (("CUP-6PK", 1), ("CUP", 2))),
    "expanded kit": (5, (("BREAKFAST", 1),)),
    "pack of kits": (12, (("BREAKFAST-2", 1),)),
    "several kits": (12, (("BREAKFAST", 2), ("TRIO", 1))),
    "kit and its part": (13, (("TRIO", 1), ("CUP", 1), ("BOX", 3))),
    "built kit": (7, (("GIFT", 2),)),
    "slash and blank": (5, (("Tea Pot/2 °C", 1),)),
    "before receipt": (5, (("EMPTY", 5),)),
    "after receipt": (7, (("EMPTY", 1),)),
    "oversold": (5, (("UPSIDE", 20),)),
    "negative average": (10, (("UPSIDE", 1),)),
    "much dearer then": (6, (("DEARER", 1),)),
    "landed cost": (9, (("FREIGHT", 3),)),
    "not mapped, nearly": (6, (("CUP_6PK", 1),)),
}


def hard_business(seed: int = 1) -> Business:
    """Return the business; the seed changes ids and amounts, not the cases."""
    dice = Dice(Random(seed))  # noqa: S311  # figures for tests, nothing secret
    products = _products()
    also_sold = [*(lookup.sku for lookup in LOOKUPS), "CUP_6PK", "BOWL-BLUE"]
    sold = [*products, *(Product(sku, sku, "", "", Decimal(0), Decimal("24.99")) for sku in also_sold)]
    seller = Seller(dice, sold, Numbering(dice))
    for name, (day, lines) in _SIMPLE_CASES.items():
        _ship(seller, _order(seller, name, day, lines), day)
    corrections = _unusual_shipments(seller)
    _unusual_ids(seller)
    _refunds(seller)
    fees = _without_a_line(seller)
    return Business(
        seed=seed,
        currency="USD",
        store=STORE,
        products=products,
        lookups=LOOKUPS,
        purchases=tuple(_purchases()),
        builds=(Build("BUILD-1", _at(6, 9), "GIFT", 5, Decimal("2.50")),),
        cost_changes=(CostChange("AC-1", _at(20, 9), "DEARER", Decimal("6.125")),),
        orders=tuple(seller.sales.orders),
        shipments=tuple(seller.sales.shipments),
        corrections=corrections,
        refunds=tuple(seller.sales.refunds),
        fees=fees,
        periods=(SettlementPeriod("25000000001", STORE, _START, _START + timedelta(days=28), _at(31, 12)),),
    )


def case(business: Business, name: str) -> Order:
    """Return the order of a case.

    Raises:
        LookupError: If there is no case of that name.
    """
    for order in business.orders:
        if order.notes == name:
            return order
    raise LookupError(name)


def _at(day: int, hour: int) -> datetime:
    return moment(f"2026-08-{day:02d} {hour:02d}:00:00")


def _products() -> tuple[Product, ...]:
    simple = [
        Product(name, str(100001 + number) if number % 2 else name, name.title(), "Goods", Decimal(1), Decimal("19.99"))
        for number, name in enumerate(_GOODS)
    ]
    kits = [
        Product(name, f"20000{number}", f"{name.title()} set", "Sets", Decimal(0), Decimal("34.90"), parts, expands)
        for number, (name, (parts, expands)) in enumerate(_KITS.items())
    ]
    return (*simple, *kits)


def _purchases() -> list[Purchase]:
    bought = [(day, name, units, price) for name, rounds in _GOODS.items() for day, units, price in rounds]
    return [
        Purchase(
            f"PO-{number}",
            "Supplier",
            _at(1, 1),
            _at(day, 10),
            (PurchaseLine(name, units, Decimal(price)),),
            Decimal("17.77") if name == "FREIGHT" else Decimal(0),
        )
        for number, (day, name, units, price) in enumerate(sorted(bought), start=1)
    ]


def _order(seller: Seller, name: str, day: int, lines: Sequence[tuple[str, int]], **differences: object) -> Order:
    items = [seller.line(sku, units) for sku, units in lines]
    return seller.order(_at(day, 9), items, notes=name, **differences)


def _ship(seller: Seller, order: Order, day: int, items: Sequence[Packed] | None = None, **differences: object) -> None:
    plain: dict[str, object] = {"shipped_at": _at(day, 15), "posted_at": _at(day, 18)}
    seller.ship(order, items, **(plain | differences))


def _unusual_shipments(seller: Seller) -> tuple[Correction, ...]:
    packed = _order(seller, "packed then shipped", 13, (("BOWL", 2),))
    _ship(seller, packed, 14, packed_first=True)
    waiting = _order(seller, "packed only", 13, (("BOWL", 1),), status="Committed")
    _ship(seller, waiting, 14, packed_first=True, in_inventory=False)
    split = _order(seller, "split at two costs", 8, (("Tea Pot/2 °C", 4),))
    _ship(seller, split, 8, [Packed(0, 3)])
    _ship(seller, split, 9, [Packed(0, 1)])
    partly = _order(seller, "partly shipped", 14, (("BOWL", 3),), status="Committed")
    _ship(seller, partly, 14, [Packed(0, 1)])
    _ship(seller, partly, 15, [Packed(0, 2)], in_inventory=False)
    cancelled = _order(seller, "cancelled", 14, (("BOX", 1),), status="Cancelled")
    _ship(seller, cancelled, 15, in_inventory=False)
    early = _order(seller, "partly before receipt", 5, (("EMPTY", 2),))
    _ship(seller, early, 5, [Packed(0, 1)])
    _ship(seller, early, 7, [Packed(0, 1)])
    corrected = _order(seller, "corrected", 14, (("BOX", 3),))
    _ship(seller, corrected, 15)
    twice = _order(seller, "corrected after a second shipment", 11, (("BOWL", 5),))
    _ship(seller, twice, 11, [Packed(0, 3)])
    _ship(seller, twice, 13, [Packed(0, 2)])
    return (
        Correction(corrected.order_id, 1, "BOX", 1, _at(16, 10)),
        Correction(twice.order_id, 1, "BOWL", 1, _at(16, 11)),
    )


def _unusual_ids(seller: Seller) -> None:
    forms = {"prefix": "AMZ-{}", "hash": "#{}", "suffix": "{}-1", "customer PO": "SO-10023"}
    for name, form in forms.items():
        order_id = seller.numbering.order_id()
        purchase_order = order_id if name == "customer PO" else ""
        order = _order(
            seller,
            name,
            15,
            (("BOX", 1),),
            order_id=order_id,
            inventory_id=form.format(order_id),
            customer_po=purchase_order,
        )
        _ship(seller, order, 16)
    absent = _order(seller, "not in Finale", 15, (("CUP", 1),), inventory_id=None)
    _ship(seller, absent, 16)


def _without_a_line(seller: Seller) -> tuple[Fee, ...]:
    """Ship what no settlement has a line for: replacements for nothing and a disposal, of which only the fee is posted.

    They are orders of no store, so no marketplace posts them.
    """
    for name, day, lines in (
        ("replacement for nothing", 10, (("CUP", 1),)),
        ("replacement on a day without sales", 18, (("BOX", 2),)),
        ("disposal", 19, (("BOWL", 3),)),
    ):
        order = _order(seller, name, day, lines, store=NO_STORE)
        _ship(seller, order, day)
    return (Fee(FeeKind.OTHER, "DisposalComplete", Decimal("-0.75"), _at(20, 8), order.order_id),)


def _refunds(seller: Seller) -> None:
    by_name = {order.notes: order for order in seller.sales.orders}
    seller.refund(by_name["six-pack"], _at(20, 14), back=True)
    seller.refund(by_name["expanded kit"], _at(21, 14), back=True)
    seller.refund(by_name["split at two costs"], _at(22, 14), back=True, units=1)
    seller.refund(by_name["slash and blank"], _at(23, 14), back=False)
