"""Lots and pools: in which lots the goods of an order left, and which of its lines take units of the same shipments.

Lots are what Finale says of shipments; a pool is the lines of one SKU, and of all SKUs that share a product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.costing.costs.finale_costs import SkuPart
from core.costing.costs.order_costs import distorted
from core.costing.units.units_taken import Claim, Lot, taken_in_time
from core.money import at_line_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from core.costing.costs.finale_costs import Finale, ShippedProduct
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


class Pool(NamedTuple):
    """Lines of an order that take units of the same shipments."""

    claims: Sequence[Claim]
    """In order of time, in units of the lots; as they are sold where these cannot be told apart."""
    lots: Sequence[Lot]
    """The first one first; nothing where a kit and another SKU share a product, or where Finale's rows do not say."""

    @property
    def has_exported(self) -> bool:
        """Whether some of several lines were exported."""
        return len(self.claims) > 1 and any(claim.exported_cost is not None for claim in self.claims)


Expensed = Mapping[tuple[str | None, str | None], Mapping[str | None, int]]
"""How many units left of which order and SKU on which day that had been expensed as unsellable before."""
NOTHING_EXPENSED: Expensed = {}


def pools(claims: Iterable[Claim], finale: Finale, expensed: Expensed = NOTHING_EXPENSED) -> Iterator[Pool]:
    """Yield the lines that may cost differently than their order does on the whole; most do not.

    Args:
        claims: Every line that takes units of an order which Finale knows.
        finale: What Finale said.
        expensed: Units that left and that no line takes.
    """
    orders: dict[tuple[str | None, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.line.order_id is not None and finale.parts(claim.line.sku):
            orders[claim.line.store, claim.line.order_id].append(claim)
    for (_, order_id), of_order in orders.items():
        if len(of_order) > 1 or order_id in finale.shipments:
            named = ((claim, {part.product for part in finale.parts(claim.line.sku)}) for claim in of_order)
            for together in joined(named):
                pool = _pool(sorted(together, key=lambda claim: claim.line.when), order_id, finale)
                yield _without_expensed(pool, order_id, finale, expensed) if expensed else pool


def left_in_several(pool: Pool, finale: Finale) -> bool:
    """Tell whether a product of some lines left in several shipments."""
    several = finale.shipments.get(pool.claims[0].line.order_id or "", {})
    return any(part.product in several for claim in pool.claims for part in finale.parts(claim.line.sku))


def joined(items: Iterable[tuple[Claim, AbstractSet[str] | AbstractSet[int]]]) -> list[list[Claim]]:
    """Return lines in groups: those that share a product or a lot are together, also by way of others."""
    groups: list[tuple[list[Claim], set[object]]] = []
    for item, names in items:
        touching = [group for group in groups if group[1] & names]
        groups = [group for group in groups if not group[1] & names]
        members = [one for group in touching for one in group[0]]
        groups.append(([*members, item], set[object](names).union(*(group[1] for group in touching))))
    return [members for members, _ in groups]


def _without_expensed(pool: Pool, order_id: str, finale: Finale, expensed: Expensed) -> Pool:
    """Take units out of the lots that left with them, and that were expensed when they had come back unsellable.

    A removal order left as 2 at 7.00 in August and 2 at 10.00 in September, and 1 of the latter had come back damaged:
    its lines share 2 at 7.00 and 1 at 10.00.
    """
    skus = {claim.line.sku for claim in pool.claims}
    sizes = {sku: finale.parts(sku)[0].units if len(skus) > 1 and pool.lots else 1 for sku in skus}
    gone: Counter[str | None] = Counter()
    for sku in skus:
        for day, units in expensed.get((order_id, sku), {}).items():
            gone[day] += units * sizes[sku]
    left: list[Lot] = []
    for lot in pool.lots if gone else ():
        taken = min(gone[lot.day], lot.units)
        gone[lot.day] -= taken
        left += [lot._replace(units=lot.units - taken)] if lot.units > taken else []
    return pool._replace(lots=left) if left else pool


def _pool(claims: Sequence[Claim], order_id: str, finale: Finale) -> Pool:
    """Put lines together: of one SKU in its units, of several that stand for one product in units of the product."""
    parts = [finale.parts(claim.line.sku) for claim in claims]
    if len({claim.line.sku for claim in claims}) == 1:
        return Pool(claims, lots_of(parts[0], finale, order_id))
    if any(len(of_sku) > 1 for of_sku in parts):
        return Pool(claims, ())
    sizes = [of_sku[0].units for of_sku in parts]
    in_products = [claim.in_lots_of(size) for claim, size in zip(claims, sizes, strict=True)]
    return Pool(in_products, lots_of((SkuPart(parts[0][0].product, 1),), finale, order_id))
