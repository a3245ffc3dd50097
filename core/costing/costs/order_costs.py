"""What a SKU cost on an order, put together from what Finale says of the products on it (step 4 of the precedence).

A SKU stands for one product, for several units of one (a pack) or for several products (an expanded kit): its unit cost
is Σ units × the product's unit cost on that order (docs/facts/finale-api.md, How costs are asked for). A part without a
cost above zero leaves the whole without, and says why.

Where an order holds a single SKU and Finale shipped whole units per unit sold in another ratio than the mapping says,
or other products than it says, what Finale shipped holds: Σ(|Finale units| × unit cost) ÷ units sold. Such a cost is
marked as suspect, for the other half of the order may stand in a settlement that is not in the books yet. A ratio that
is not whole means that Finale has not shipped all of it: then the mapping holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.costing.costs.finale_costs import midnight
from core.model import INTO_NEGATIVE_STOCK, Cause
from core.money import at_line_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.costing.costs.finale_costs import Finale, ShippedProduct, SkuPart
    from core.costing.lines import Line


class OrderCost(NamedTuple):
    """What a SKU cost on an order."""

    unit_cost: Decimal | None
    """Per unit of the SKU."""
    cause: str | None = None
    """Why it is missing."""
    as_of: datetime | None = None
    """When the goods left."""
    odd: str | None = None
    """How Finale's units differ from what the mapping says, or why its average may be wrong."""
    units: int | None = None
    """Whole units of the SKU that Finale shipped; missing where it does not say."""
    as_shipped: bool = False
    """Whether it is reckoned by what Finale shipped, which is not what the mapping says."""
    how: str | None = None
    """What it is, where it is not the cost of the goods that left with the line."""


class SkuSale(NamedTuple):
    """What the books say was sold on an order that holds one SKU."""

    sku: str
    units: int


@dataclass(frozen=True, slots=True)
class OrderCosts:
    """Answers what a SKU cost on an order."""

    finale: Finale
    sales: Mapping[str, SkuSale | None]
    """By order id; nothing for an order of several SKUs."""
    by_line: Mapping[int, OrderCost] = field(default_factory=dict)
    """By the place of a sale: where the lines of an order do not all cost the same (`core.costing.units.shipments`)."""

    def of_line(self, line: Line) -> OrderCost:
        """Return the cost of a line's SKU on its order: that of its own shipment, where shipments differ."""
        return self.by_line.get(line.place) or self.of(line.order_id, line.sku)

    def of(self, order_id: str | None, sku: str | None) -> OrderCost:
        """Return the cost of a SKU on an order, or why there is none."""
        if sku is None:
            return OrderCost(None, Cause.SKU_NOT_MAPPED)
        if order_id is None:
            return OrderCost(None, Cause.ORDER_NOT_FOUND)
        product = self.finale.mapping.get(sku)
        if product is None:
            return OrderCost(None, Cause.NOT_SYNCED)
        if not product.parts:
            return OrderCost(None, Cause.SKU_NOT_MAPPED)
        shipped = self.finale.on_orders.get(order_id)
        if shipped is None:
            return OrderCost(None, self.finale.order_causes.get(order_id, Cause.NOT_SYNCED))
        sold = self.sales.get(order_id)
        return cost_of_sku_on_order(product.parts, shipped, sold.units if sold and sold.sku == sku else 0)


def only_skus(lines: Iterable[tuple[str, str, int]]) -> dict[str, SkuSale | None]:
    """Return what was sold on each order that holds one SKU.

    Args:
        lines: Order id, SKU and units of every line of the books that names goods on an order; units 0 where it is no
            sale, or does not say them.

    Returns:
        By order id; nothing where the order holds several SKUs.
    """
    skus: dict[str, SkuSale | None] = {}
    for order_id, sku, units in lines:
        if order_id not in skus:
            skus[order_id] = SkuSale(sku, units)
            continue
        there = skus[order_id]
        skus[order_id] = SkuSale(sku, there.units + units) if there is not None and there.sku == sku else None
    return skus


def cost_of_sku_on_order(parts: Sequence[SkuPart], on_order: Sequence[ShippedProduct], units_sold: int) -> OrderCost:
    """Return the cost of a SKU on an order that Finale knows, or why there is none.

    Args:
        parts: The products that the SKU stands for.
        on_order: The products on the order.
        units_sold: Units of the SKU sold on the order, where it holds no other; else 0.
    """
    costs = [next((one for one in on_order if one.product == part.product), None) for part in parts]
    mapped = _as_mapped(parts, costs)
    if units_sold <= 0 or not _differs(parts, costs, units_sold):
        return mapped
    return _as_shipped(costs, on_order, units_sold) or mapped


def _as_mapped(parts: Sequence[SkuPart], shipments: Sequence[ShippedProduct | None]) -> OrderCost:
    """Add up the parts that the mapping names."""
    worth = Decimal(0)
    units: list[int] = []
    for part, shipped in zip(parts, shipments, strict=True):
        if shipped is None:
            return OrderCost(None, Cause.NOT_ON_ORDER)
        if shipped.problem is not None or shipped.unit_cost is None:
            return OrderCost(None, shipped.problem)
        worth += part.units * shipped.unit_cost
        if shipped.units:
            units.append(shipped.units // part.units)
    shipped_units = min(units) if len(units) == len(parts) else None
    return OrderCost(at_line_places(worth), None, _last(shipments), distorted(shipments), shipped_units)


def distorted(shipments: Iterable[ShippedProduct | None]) -> str | None:
    """Return that an average may be wrong because goods were received into negative stock.

    See docs/facts/finale-api.md, How Finale costs goods.
    """
    names = [shipped.product for shipped in shipments if shipped is not None and shipped.after_negative]
    return f"{' and '.join(names)} had been {INTO_NEGATIVE_STOCK}: the average may be wrong" if names else None


def _last(shipped: Iterable[ShippedProduct | None]) -> datetime | None:
    days = [one.day for one in shipped if one and one.day]
    return midnight(max(days)) if days else None


def _differs(parts: Sequence[SkuPart], shipments: Sequence[ShippedProduct | None], units_sold: int) -> bool:
    for part, shipped in zip(parts, shipments, strict=True):
        expected = units_sold * part.units
        if shipped is None or not shipped.is_there or (shipped.units or expected) != expected:
            return True
    return False


def _as_shipped(
    shipments: Sequence[ShippedProduct | None], on_order: Sequence[ShippedProduct], units_sold: int
) -> OrderCost | None:
    """Reckon by the parts that Finale shipped; by all that is on the order, where a part is not."""
    ours = [shipped for shipped in shipments if shipped is not None and shipped.is_there]
    shipped = ours if len(ours) == len(shipments) else [one for one in on_order if one.is_there]
    cost = per_unit_sold(shipped, units_sold)
    if cost is None:
        return None
    named = " and ".join(f"{one.units} of {one.product}" for one in shipped)
    odd = f"Finale shipped {named} for {units_sold} sold, which is not what the mapping says"
    return OrderCost(cost, None, _last(shipped), odd, as_shipped=True)


def per_unit_sold(shipped: Sequence[ShippedProduct], units_sold: int) -> Decimal | None:
    """Return what one unit sold cost, home currency: Σ(units × unit cost) ÷ units sold; `None` if unknown."""
    worth = Decimal(0)
    for one in shipped:
        if one.problem is not None or one.unit_cost is None or not one.units or one.units % units_sold:
            return None
        worth += one.units * one.unit_cost
    return at_line_places(worth / units_sold) if shipped else None
