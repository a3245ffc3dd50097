"""What a business consists of: goods, what was bought and built, what was sold, and what came of it.

All moments are UTC. Amounts are exact decimals in the business's one currency; marketplace money is signed from the
seller's side.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """So many units of a product inside something else: a kit, a pack."""

    product_id: str
    units: int


@dataclass(frozen=True, slots=True)
class Product:
    """A product as Finale knows it."""

    product_id: str
    slug: str
    """The last part of its URL; for many products it is not the product id (docs/facts/finale-api.md)."""
    description: str
    category: str
    item_cost: Decimal
    """The static field a user typed once. It is not the average cost."""
    price: Decimal
    parts: tuple[Part, ...] = ()
    """Bill of materials."""
    expands: bool = False
    """Orders hold the parts instead of this product (a kit that is never stocked)."""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Lookup:
    """A product lookup: a marketplace's SKU that stands for so many units of a product."""

    sku: str
    """Text that is looked up; `*` stands for any characters."""
    product_id: str
    packing: str = ""
    """Finale's packing: empty, `6` or `3/1`."""

    @property
    def units(self) -> int:
        """Units of the product in one unit of the SKU."""
        return int(self.packing.split("/", maxsplit=1)[0]) if self.packing else 1


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """One line of a purchase order."""

    product_id: str
    units: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase order and its one receipt."""

    order_id: str
    supplier: str
    ordered_at: datetime
    received_at: datetime | None
    """`None`: still under way."""
    lines: tuple[PurchaseLine, ...]
    freight: Decimal = ZERO
    """Landed cost, shared out by the lines' subtotals."""


@dataclass(frozen=True, slots=True)
class Build:
    """So many units built from their bill of materials."""

    build_id: str
    completed_at: datetime
    product_id: str
    units: int
    labour: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class CostChange:
    """An Average Cost Change journal entry."""

    entry_id: str
    at: datetime
    product_id: str
    average: Decimal


@dataclass(frozen=True, slots=True)
class StockChange:
    """A stock change or take: units found (+) or lost (-), without a cost of their own."""

    change_id: str
    at: datetime
    product_id: str
    units: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One item of a customer's order, as the marketplace sold it."""

    item_code: str
    sku: str
    units: int
    unit_price: Decimal
    tax: Decimal = ZERO
    """Sales tax of all units; the marketplace withholds the same amount."""
    shipping: Decimal = ZERO
    promotion: Decimal = ZERO
    """Discount on the goods, as a positive amount."""
    promotion_id: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A customer's order, on the marketplace and in Finale."""

    order_id: str
    """The marketplace's."""
    store: str
    marketplace: str
    """The site as the settlement names it (`Amazon.com`, `Non-Amazon US`)."""
    fulfilment: str
    """`AFN` (Amazon ships) or `MFN` (the seller ships)."""
    ordered_at: datetime
    lines: tuple[OrderLine, ...]
    inventory_id: str | None
    """Its order id in Finale; `None`: it never got there."""
    status: str = "Completed"
    """In Finale: `Completed`, `Committed` or `Cancelled`."""
    customer_po: str = ""
    notes: str = ""
    merchant_order_id: str = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """So many units of the order's line number `line` (from 0) in a shipment."""

    line: int
    units: int
    rows: int = 1
    """How often the settlement repeats the identical row, each with its share of the units."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel of an order, its posting in the settlement and its shipment in Finale."""

    order_id: str
    number: int
    """1, 2, ... within the order; Finale's label is `<order id>-<number>`."""
    marketplace_shipment_id: str
    shipped_at: datetime
    posted_at: datetime
    items: tuple[Packed, ...]
    in_inventory: bool = True
    """Whether Finale has it as shipped."""
    packed_first: bool = False
    """Finale wrote rows when it was packed, and again when (and if) it was shipped."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A shipment's item quantity corrected later in Finale: fewer units had left than was entered."""

    order_id: str
    number: int
    product_id: str
    units: int
    """Units that had not left after all; positive."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Refund:
    """Money back to a customer for a part of one order line, and what became of the goods."""

    order_id: str
    line: int
    units: int
    posted_at: datetime
    adjustment_id: str
    raw_type: str = "Refund"
    amount: Decimal | None = None
    """Principal given back, positive; `None`: the units' full price."""
    returned_at: datetime | None = None
    """When the units came back into sellable stock; `None`: they did not."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """The marketplace pays (or takes back) for units of a SKU, without an order: lost, damaged, clawed back."""

    sku: str
    units: int
    reason: str
    """`WAREHOUSE_LOST` and its like."""
    amount: Decimal
    posted_at: datetime
    adjustment_id: str
    change_id: str | None = None
    """The stock change by which Finale was brought into step; `None`: nobody has."""


class FeeKind(StrEnum):
    """Where a charge without goods stands in a settlement file: `transaction type / amount type`."""

    ADVERTISING = "ServiceFee/Cost of Advertising"
    OTHER = "other-transaction/other-transaction"
    UNSEEN = "Lumen Rebate Program/Lumen Rebate"
    """A type that nobody has seen yet: marketplaces invent new ones."""


@dataclass(frozen=True, slots=True)
class Fee:
    """A charge or credit without goods."""

    kind: FeeKind
    description: str
    amount: Decimal
    posted_at: datetime
    order_id: str = ""
    """Of a removal or disposal, the order it was done for."""


@dataclass(frozen=True, slots=True)
class SettlementPeriod:
    """One settlement: everything posted from `start` to before `end`."""

    settlement_id: str
    store: str
    start: datetime
    end: datetime
    deposit_at: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """A further store of the business, on another marketplace; its goods leave the same stock.

    Its orders, shipments and refunds stand among those of the business and name the store.
    """

    store: str
    marketplace: str
    """`walmart`, `shopify`, `ebay`: the path under which its API is served."""
    periods: tuple[SettlementPeriod, ...]
    adjustments: tuple[Adjustment, ...] = ()
