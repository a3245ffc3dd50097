"""Which shipment's cost each sale of an order takes, where the order left in several or was exported in part.

An order of 4 of which 3 left at 5.00 and 1 at 9.00 costs 15.00 on the line of 3 and 9.00 on the line of 1, whatever
settlements they stand in and whichever was exported first. In this order:

1. Lines that were exported come first: the units whose cost they took are spent. 2 left at 5.00 in August and 3 at 7.00
   in September; two lines of 1 were exported at 5.00: September's line of 2 takes 14.00, not August's shipment of 2.
2. The others take what is left, by time and units, each unit once (`core.costing.units.units_taken`).
3. Where an exported line took another cost than its units have now and shares a shipment with others, it keeps what it
   took, and the others take the rest of the total (4 units for 24.00 in one row, 3 of them exported at 15.00: the last
   takes 9.00). Where it shares none, its bill came late, and a true-up corrects it alone.

A line for which too few units left, also of a single shipment, takes the average of those that did, and is marked.

The sum over the lines is Finale's total of the order wherever the units agree.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from core.costing.costs.finale_costs import midnight
from core.costing.costs.order_costs import OrderCost, distorted
from core.costing.units.units_taken import LAST_PLACE, Lot, taken_by_exported, taken_in_time
from core.counted import counted
from core.model import Departure, SoldInShipments
from core.money import at_line_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.costing.costs.finale_costs import Finale, ShippedProduct, SkuPart
    from core.costing.costs.order_costs import OrderCosts
    from core.costing.lines import Line
    from core.costing.units.units_taken import Claim, Draw


_NONE = Decimal(0)


def costs_by_line(claims: Iterable[Claim], order_costs: OrderCosts) -> dict[int, OrderCost]:
    """Return what each sale costs by its place, as far as that is not the same for all units of its order.

    Args:
        claims: Every sale that says its units, of orders that Finale knows.
        order_costs: What a SKU cost on an order, all its shipments together.
    """
    finale, costs = order_costs.finale, dict[int, OrderCost]()
    groups = _groups(claims)
    for (_, order_id, sku), group in _apart(groups, finale).items():
        lots = lots_of(finale.parts(sku), finale, order_id)
        if lots:
            costs |= _shared(sorted(group, key=lambda claim: claim.line.when), lots, order_costs.of(order_id, sku))
    return costs | {
        claim.line.place: _not_there(order_costs.of(claim.line.order_id, claim.line.sku), units, claim)
        for claim, units in _short(groups, finale)
        if claim.line.place not in costs
    }


def shipments_by_line(claims: Iterable[Claim], order_costs: OrderCosts) -> dict[int, SoldInShipments]:
    """Return in which shipments the units of each sale left, by its place: those of which it takes the cost.

    Only of orders of which several lines sold a SKU, or a product left in several shipments; and of them only where
    Finale's units are those of the mapping, and no two SKUs share a product.

    Args:
        claims: As `costs_by_line` takes them.
        order_costs: The same.
    """
    finale, found = order_costs.finale, dict[int, SoldInShipments]()
    groups = _groups(claims)
    wanted = {of: group for of, group in groups.items() if len(group) > 1 or _left_in_several(of, finale)}
    shared = _shared_products(groups, wanted, finale) if wanted else set()
    for goods, group in wanted.items():
        lots = [] if goods in shared else lots_of(finale.parts(goods[2]), finale, goods[1])
        if lots and not order_costs.of(goods[1], goods[2]).as_shipped:
            in_time = sorted(group, key=lambda claim: claim.line.when)
            for claim, draw in _drawn(in_time, lots):
                left = (
                    Departure(lot.day, units, lot.unit_cost) for units, lot in zip(draw, lots, strict=True) if units
                )
                found[claim.line.place] = SoldInShipments(claim.units, tuple(left))
    return found


def _drawn(claims: Sequence[Claim], lots: Sequence[Lot]) -> Iterator[tuple[Claim, Draw]]:
    exported = taken_by_exported(_kept(claims), lots)
    rest = [claim for claim in claims if claim.line.place not in exported]
    drawn = exported | taken_in_time(rest, lots, _left(lots, exported.values()))
    return ((claim, drawn[claim.line.place]) for claim in claims)


Goods = tuple[str | None, str, str]
"""Store, order and SKU."""


def _groups(claims: Iterable[Claim]) -> dict[Goods, list[Claim]]:
    """Return the sales of each order and SKU."""
    groups: dict[Goods, list[Claim]] = defaultdict(list)
    for claim in claims:
        line = claim.line
        if line.order_id is not None and line.sku is not None:
            groups[line.store, line.order_id, line.sku].append(claim)
    return groups


def _short(groups: Mapping[Goods, Sequence[Claim]], finale: Finale) -> Iterator[tuple[Claim, int]]:
    """Return the sales for which Finale shipped too few units, and how many it shipped for each.

    Of several of an order the later ones go short, those that were exported last of all: of 2 and 1 sold and 2 shipped
    it is the line of 1.
    """
    of_product: dict[Goods, list[tuple[Claim, int]]] = defaultdict(list)
    for (store, order_id, sku), group in groups.items():
        for part in finale.parts(sku):
            of_product[store, order_id, part.product] += [(claim, part.units) for claim in group]
    for (_, order_id, product), sold in of_product.items():
        shipped = next((one for one in finale.on_orders[order_id] if one.product == product), None)
        left = shipped.units if shipped is not None else None
        if not left or left >= sum(claim.units * units for claim, units in sold):
            continue
        for claim, units in sorted(sold, key=lambda of: (of[0].exported_cost is None, of[0].line.when)):
            here = min(claim.units, left // units)
            left -= here * units
            if here < claim.units:
                yield claim, here


def _apart(groups: Mapping[Goods, Sequence[Claim]], finale: Finale) -> dict[Goods, Sequence[Claim]]:
    """Return the orders and SKUs whose lines may cost differently; most are not among them."""
    wanted = {goods: group for goods, group in groups.items() if _may_differ(goods, group, finale)}
    shared = _shared_products(groups, wanted, finale) if wanted else set()
    return {goods: group for goods, group in wanted.items() if goods not in shared}


def _may_differ(goods: Goods, group: Sequence[Claim], finale: Finale) -> bool:
    if len(group) > 1 and any(claim.exported_cost is not None for claim in group):
        return True
    return _left_in_several(goods, finale)


def _left_in_several(goods: Goods, finale: Finale) -> bool:
    several = finale.shipments.get(goods[1])
    return several is not None and any(part.product in several for part in finale.parts(goods[2]))


def _shared_products(groups: Iterable[Goods], wanted: Iterable[Goods], finale: Finale) -> set[Goods]:
    """Return the SKUs that share a product with another SKU of their order: its shipments cannot be told apart."""
    orders = {goods[:2] for goods in wanted}
    skus: dict[tuple[str | None, str, str], set[str]] = defaultdict(set)
    for store, order_id, sku in groups:
        if (store, order_id) in orders:
            for part in finale.parts(sku):
                skus[store, order_id, part.product].add(sku)
    return {(store, order, sku) for (store, order, _), of in skus.items() if len(of) > 1 for sku in of}


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


def departures(sent: Iterable[tuple[Line, int]], finale: Finale) -> dict[int, tuple[tuple[str, int], ...]]:
    """Return on which days how many units of goods left that were sent away, by the place of their line.

    Several lines of one order take its shipments in order of time, each unit once; of what they state beyond these, the
    last one. A line whose order Finale has not shipped is left out.

    Args:
        sent: Liquidations and removals with the units that they state.
        finale: What Finale said.
    """
    left: dict[tuple[str, str], list[tuple[str, int]]] = {}
    by_place: dict[int, tuple[tuple[str, int], ...]] = {}
    for line, units in sorted(sent, key=lambda one: one[0].when):
        if line.order_id is None or line.sku is None:
            continue
        lots = left.setdefault((line.order_id, line.sku), _days_left(line, line.order_id, units, finale))
        taken, wanted = [], units
        while wanted and lots:
            day, there = lots.pop(0)
            number = wanted if not lots else min(wanted, there)
            taken.append((day, number))
            wanted -= number
            if number < there or not lots:
                lots.insert(0, (day, max(0, there - number)))
        if taken:
            by_place[line.place] = tuple(taken)
    return by_place


def _days_left(line: Line, order_id: str, units: int, finale: Finale) -> list[tuple[str, int]]:
    """Return the days on which units of an order left; all on the last one where its rows are no whole units."""
    lots = [(lot.day, lot.units) for lot in lots_of(finale.parts(line.sku), finale, order_id) if lot.day]
    day = finale.shipping_day(line)
    return lots or ([] if day is None else [(day, units)])


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


def _shared(claims: Sequence[Claim], lots: Sequence[Lot], whole: OrderCost) -> dict[int, OrderCost]:
    """Divide the lots of one order and SKU among its sales, each unit once: first those that were exported."""
    exported = taken_by_exported(_kept(claims), lots)
    left = _left(lots, exported.values())
    rest = [claim for claim in claims if claim.line.place not in exported]
    drawn = exported | taken_in_time(rest, lots, left)
    costs = {claim.line.place: _cost(claim, drawn[claim.line.place], lots, whole) for claim in claims}
    if whole.as_shipped:
        rest_of_lots = _left(lots, drawn.values())
        return {place: cost for place, cost in costs.items() if not _breaks(drawn[place], rest_of_lots)}
    if sum(left) > sum(claim.units for claim in rest):
        by_units = taken_in_time(rest, lots, left, leaves_whole=True)
        costs |= {place: _doubted(costs[place], draw, lots) for place, draw in by_units.items()}
    for together in _sharing(rest, drawn):
        costs |= _remainders(together, _added(drawn[claim.line.place] for claim in together), lots)
    return costs


def _kept(claims: Sequence[Claim]) -> list[Claim]:
    return [claim for claim in claims if claim.exported_cost is not None]


def _left(lots: Sequence[Lot], drawn: Iterable[Draw]) -> Draw:
    taken = _added(drawn) or (0,) * len(lots)
    return tuple(lot.units - units for lot, units in zip(lots, taken, strict=True))


def _breaks(draw: Draw, left: Draw) -> bool:
    """Tell whether somebody takes units of lots of which some are left over."""
    return any(units and there for units, there in zip(draw, left, strict=True))


def _added(draws: Iterable[Draw]) -> Draw:
    return tuple(sum(units) for units in zip(*draws, strict=True))


def _cost(claim: Claim, draw: Draw, lots: Sequence[Lot], whole: OrderCost) -> OrderCost:
    """Return the cost of the units of a sale; one for which too few left takes the order's cost and is marked."""
    if sum(draw) < claim.units:
        return _not_there(whole, sum(draw), claim)
    return _of_lots(draw, lots)


def _doubted(cost: OrderCost, by_units: Draw, lots: Sequence[Lot]) -> OrderCost:
    """Mark a sale whose order is not wholly in the books where the units of the shipments tell another cost than time.

    2 left at 5.00 in August and 3 at 7.00 in September. A line of 2 of September, alone in the books, takes 14.00,
    for that had left the day before; the shipment of 2 says 10.00.
    """
    other = _of_lots(by_units, lots).unit_cost if any(by_units) else None
    if cost.odd is not None or cost.unit_cost is None or other is None or other == cost.unit_cost:
        return cost
    return cost._replace(
        odd="Finale shipped more of the order than is in the books, and which shipment the line is of is not sure: by"
        f" its day the one at {cost.unit_cost.normalize():f}, by its units the one at {other.normalize():f}"
    )


def _sharing(claims: Sequence[Claim], drawn: Mapping[int, Draw]) -> Iterator[list[Claim]]:
    """Return the sales that share a lot with an exported one that took another cost than the lot has now.

    An exported sale with lots of its own is corrected by a true-up alone: their bill came late.
    """
    groups: list[tuple[list[Claim], set[int]]] = []
    for claim in claims:
        own = {number for number, units in enumerate(drawn[claim.line.place]) if units}
        touching = [group for group in groups if group[1] & own]
        groups = [group for group in groups if not group[1] & own]
        members = [one for group in touching for one in group[0]]
        groups.append(([*members, claim], own.union(*(group[1] for group in touching))))
    for members, _ in groups:
        if len(members) > 1 and _kept(members):
            yield members


def _taken(claims: Iterable[Claim]) -> Decimal:
    return sum((claim.units * (claim.exported_cost or _NONE) for claim in claims), _NONE)


def _worth(draw: Draw, lots: Sequence[Lot]) -> Decimal:
    return sum((units * (lot.unit_cost or _NONE) for units, lot in zip(draw, lots, strict=True)), _NONE)


def _remainders(claims: Sequence[Claim], draw: Draw, lots: Sequence[Lot]) -> dict[int, OrderCost]:
    """Let exported sales keep what they took, and the others share the rest; nothing where that cannot be done.

    Where all were exported, what the total has changed by is spread over their units.

    Args:
        claims: Sales of the same lots, some of them exported.
        draw: What they take together.
        lots: Of which.
    """
    kept, units = _kept(claims), [lot for number, lot in zip(draw, lots, strict=True) if number]
    problem = any(lot.unit_cost is None for lot in units)
    if problem or sum(claim.units for claim in claims) != sum(draw):
        return {}
    total, taken = _worth(draw, lots), _taken(kept)
    others = [claim for claim in claims if claim.exported_cost is None]
    share = (total - taken) / sum(claim.units for claim in others or kept)
    costs = {claim.line.place: (claim.exported_cost or _NONE) + (_NONE if others else share) for claim in kept}
    if not others and abs(total - taken) < LAST_PLACE * sum(claim.units for claim in kept):
        costs = {claim.line.place: claim.exported_cost or _NONE for claim in kept}
    how = f"the rest of the order's {total.normalize():f} after the {taken.normalize():f} of what was exported before"
    costs |= {claim.line.place: share for claim in others}
    if any(cost <= 0 for cost in costs.values()):
        return {}
    as_of = max((lot.day for lot in units if lot.day), default=None)
    places = {claim.line.place for claim in others}
    odd = next((lot.odd for lot in units if lot.odd), None)
    return {
        place: OrderCost(
            at_line_places(cost), None, midnight(as_of) if as_of else None, odd, how=how if place in places else None
        )
        for place, cost in costs.items()
    }


def _not_there(whole: OrderCost, units: int, claim: Claim) -> OrderCost:
    if whole.unit_cost is None or whole.odd is not None:
        return whole
    there = f"{units} of its {counted(claim.units, 'unit')}" if units else "no unit"
    return whole._replace(odd=f"Finale's shipments of the order hold {there} for this line, so their average is taken")


def _of_lots(draw: Draw, lots: Sequence[Lot]) -> OrderCost:
    """Return the cost of units from some lots, weighted by units; none if one lot has none."""
    drawn = [(number, lot) for number, lot in zip(draw, lots, strict=True) if number]
    problem = next((lot.cause for _, lot in drawn if lot.unit_cost is None), None)
    units = sum(draw)
    day = max((lot.day for _, lot in drawn if lot.day), default=None)
    as_of = midnight(day) if day else None
    if problem is not None:
        return OrderCost(None, problem, as_of, units=units)
    odd = next((lot.odd for _, lot in drawn if lot.odd), None)
    return OrderCost(at_line_places(_worth(draw, lots) / units), None, as_of, odd, units)
