"""In which lots the goods of a SKU left on an order, by what Finale says of its shipments."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from core.costing.costs.order_costs import distorted
from core.costing.units.units_taken import Claim, Lot, taken_in_time
from core.money import at_line_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.costing.costs.finale_costs import Finale, ShippedProduct, SkuPart
    from core.costing.lines import Line
    from core.costing.units.units_taken import Draw

_NONE = Decimal(0)


def lots_of(parts: Sequence[SkuPart], finale: Finale, order_id: str) -> list[Lot]:
    """Return in which lots a SKU left on an order, the first one first; nothing where Finale's rows do not say.

    A kit left in lots where all its parts did, each time as many as the kit needs; else it is one lot.
    """
    there = {one.product: one for one in finale.on_orders.get(order_id, ())}
    if not parts or any(part.product not in there for part in parts):
        return []
    several = finale.shipments.get(order_id, {})
    apart = [sorted(several.get(part.product, (there[part.product],)), key=_in_time) for part in parts]
    lots = _sets(parts, apart) or _sets(parts, [[there[part.product]] for part in parts])
    return sorted(lots, key=lambda lot: (lot.day or "", lot.units, lot.unit_cost or 0))


def _in_time(shipped: ShippedProduct) -> tuple[str, int, Decimal]:
    return shipped.day or "", shipped.units or 0, shipped.unit_cost or Decimal(0)


def _sets(parts: Sequence[SkuPart], apart: Sequence[Sequence[ShippedProduct]]) -> list[Lot]:
    """Put the n-th shipments of all parts together; nothing where they are no whole units of the SKU."""
    if len({len(shipments) for shipments in apart}) > 1:
        return []
    lots = []
    for together in zip(*apart, strict=True):
        units = {divmod(one.units or 0, part.units) for one, part in zip(together, parts, strict=True)}
        number, rest = next(iter(units))
        if len(units) > 1 or rest or not number:
            return []
        lots.append(_lot(number, parts, together))
    return lots


def _lot(units: int, parts: Sequence[SkuPart], together: Sequence[ShippedProduct]) -> Lot:
    problem = next((one.problem for one in together if one.problem is not None), None)
    worth = sum((part.units * (one.unit_cost or _NONE) for part, one in zip(parts, together, strict=True)), Decimal(0))
    day = max((one.day for one in together if one.day), default=None)
    return Lot(units, None if problem else at_line_places(worth), problem, day, distorted(together))


def departures(sent: Iterable[tuple[Line, int]], finale: Finale) -> dict[int, tuple[tuple[str, int], ...]]:
    """Return on which days how many units of goods left that were sent away, by the place of their line.

    Several lines of one order take its shipments by time and units as their costs do, each unit once; of what they
    state beyond these, the last one. A line whose order Finale has not shipped is left out.

    Args:
        sent: Liquidations and removals with the units that they state.
        finale: What Finale said.
    """
    orders: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for line, units in sorted(sent, key=lambda one: one[0].when):
        if line.order_id is not None and line.sku is not None and units:
            orders[line.order_id, line.sku].append(Claim(line, units))
    by_place: dict[int, tuple[tuple[str, int], ...]] = {}
    for (order_id, sku), claims in orders.items():
        lots = [lot for lot in lots_of(finale.parts(sku), finale, order_id) if lot.day]
        drawn = taken_in_time(claims, lots, tuple(lot.units for lot in lots)) if lots else {}
        last = lots[-1].day if lots else finale.shipping_day(claims[0].line)
        for claim in claims if last else ():
            by_place[claim.line.place] = _days(claim, drawn.get(claim.line.place, ()), lots, last or "")
    return by_place


def _days(claim: Claim, draw: Draw, lots: Sequence[Lot], last: str) -> tuple[tuple[str, int], ...]:
    """Return the days of what a line takes, and that of the last shipment for units that Finale has not shipped."""
    taken = [(lot.day or last, units) for units, lot in zip(draw, lots, strict=False) if units]
    beyond = claim.units - sum(units for _, units in taken)
    return (*taken, (last, beyond)) if beyond else tuple(taken)
