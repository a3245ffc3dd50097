"""Which shipment's cost each sale of an order takes, where the order left in several or was exported in part.

An order of 4 of which 3 left at 5.00 and 1 at 9.00 costs 15.00 on the line of 3 and 9.00 on the line of 1, whatever
settlements they stand in and whichever was exported first. In this order:

1. Lines that were exported come first: the units whose cost they took are spent. 2 left at 5.00 in August and 3 at 7.00
   in September; two lines of 1 were exported at 5.00: September's line of 2 takes 14.00, not August's shipment of 2.
   Where their costs do not tell which line had which units, time and units do (`core.costing.units.spent_units`).
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
from core.costing.costs.order_costs import OrderCost
from core.costing.units.pools import NOTHING_EXPENSED, joined, left_in_several, pools
from core.costing.units.spent_units import added, exported_among, had_own_units, left_of, others_than, spent_units
from core.costing.units.units_taken import LAST_PLACE, taken_in_time
from core.model import Departure, SoldInShipments
from core.money import at_line_places
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.costing.costs.finale_costs import Finale
    from core.costing.costs.order_costs import OrderCosts
    from core.costing.units.pools import Expensed, Pool
    from core.costing.units.units_taken import Claim, Draw, Lot


_NONE = Decimal(0)


def costs_by_line(
    claims: Sequence[Claim], order_costs: OrderCosts, expensed: Expensed = NOTHING_EXPENSED
) -> dict[int, OrderCost]:
    """Return what each line costs by its place, as far as that is not the same for all units of its order.

    Args:
        claims: Every line whose goods left on an order that Finale knows, and that says its units.
        order_costs: What a SKU cost on an order, all its shipments together.
        expensed: Units of orders that left and that no line takes.
    """
    finale, costs = order_costs.finale, dict[int, OrderCost]()
    for pool in pools(claims, finale, expensed):
        if pool.lots and (pool.has_exported or left_in_several(pool, finale)):
            costs |= _shared(pool, order_costs)
        elif not pool.lots and pool.has_exported:
            costs |= _rest_of_averages(pool.claims, order_costs)
    return costs | {
        claim.line.place: _not_there(_of(claim, order_costs), units, claim)
        for claim, units in _short(claims, finale)
        if claim.line.place not in costs
    }


def shipments_by_line(
    claims: Sequence[Claim], order_costs: OrderCosts, expensed: Expensed = NOTHING_EXPENSED
) -> dict[int, SoldInShipments]:
    """Return in which shipments the units of each line left, by its place: those of which it takes the cost.

    Only of orders of which several lines take a product, or a product left in several shipments; and of them only where
    Finale's units are those of the mapping, and the line took whole units of its SKU of each shipment.

    Args:
        claims: As `costs_by_line` takes them.
        order_costs: The same.
        expensed: The same.
    """
    finale, found = order_costs.finale, dict[int, SoldInShipments]()
    for pool in pools(claims, finale, expensed):
        is_wanted = pool.lots and (len(pool.claims) > 1 or left_in_several(pool, finale))
        if is_wanted and not _of(pool.claims[0], order_costs).as_shipped:
            drawn = _drawn(pool.claims, pool.lots)
            for claim in pool.claims:
                draw = drawn[claim.line.place]
                if not any(units % claim.size for units in draw):
                    found[claim.line.place] = _left_with(claim, draw, pool.lots)
    return found


def _left_with(claim: Claim, draw: Draw, lots: Sequence[Lot]) -> SoldInShipments:
    left = (
        Departure(lot.day, units // claim.size, None if lot.unit_cost is None else lot.unit_cost * claim.size)
        for units, lot in zip(draw, lots, strict=True)
        if units
    )
    return SoldInShipments(claim.units // claim.size, tuple(left))


def _of(claim: Claim, order_costs: OrderCosts) -> OrderCost:
    return order_costs.of(claim.line.order_id, claim.line.sku)


def _drawn(claims: Sequence[Claim], lots: Sequence[Lot]) -> dict[int, Draw]:
    """Return what each line takes by its place, each unit once: first those that were exported."""
    exported = spent_units(claims, lots)
    return exported | taken_in_time(others_than(claims, exported), lots, left_of(lots, exported.values()))


def _short(claims: Iterable[Claim], finale: Finale) -> Iterator[tuple[Claim, int]]:
    """Return the lines for which Finale shipped too few units, and how many it shipped for each.

    Of several of an order the later ones go short, those that were exported last of all: of 2 and 1 sold and 2 shipped
    it is the line of 1.
    """
    of_product: dict[Goods, list[tuple[Claim, int]]] = defaultdict(list)
    for claim in claims:
        if claim.line.order_id is not None:
            for part in finale.parts(claim.line.sku):
                of_product[claim.line.store, claim.line.order_id, part.product].append((claim, part.units))
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


Goods = tuple[str | None, str, str]
"""Store, order and product."""


def _shared(pool: Pool, order_costs: OrderCosts) -> dict[int, OrderCost]:
    """Divide the lots of one order among its lines, also where the mapping names other units than Finale shipped."""
    whole = _of(pool.claims[0], order_costs)
    if not whole.as_shipped:
        return _divided(pool.claims, pool.lots, order_costs)
    sold, shipped = sum(claim.units for claim in pool.claims), sum(lot.units for lot in pool.lots)
    if shipped < sold:
        costs = _divided(pool.claims, _in_units_sold(pool.lots, sold, shipped), order_costs)
        return {place: cost._replace(odd=cost.odd or whole.odd) for place, cost in costs.items()}
    drawn = _drawn(pool.claims, pool.lots)
    left = left_of(pool.lots, drawn.values())
    takers = [claim for claim in pool.claims if not _breaks(drawn[claim.line.place], left)]
    return {claim.line.place: _cost(claim, drawn[claim.line.place], pool.lots, whole) for claim in takers}


def _in_units_sold(lots: Sequence[Lot], sold: int, shipped: int) -> list[Lot]:
    """Return lots of fewer units than were sold in the units sold, for the mapping is not what Finale shipped.

    2 mugs left at 9.00 for two lines of one pack: a lot of one pack of two at 18.00 is two packs at 9.00. Lots that are
    no whole units sold are one lot, at their average.
    """
    if any(lot.units * sold % shipped for lot in lots):
        worth = _worth(tuple(lot.units for lot in lots), lots)
        problem = next((lot.cause for lot in lots if lot.unit_cost is None), None)
        return [lots[-1]._replace(units=sold, unit_cost=None if problem else worth / sold, cause=problem)]
    return [
        lot._replace(
            units=lot.units * sold // shipped,
            unit_cost=None if lot.unit_cost is None else lot.unit_cost * shipped / sold,
        )
        for lot in lots
    ]


def _divided(claims: Sequence[Claim], lots: Sequence[Lot], order_costs: OrderCosts) -> dict[int, OrderCost]:
    """Divide the lots of one order among its lines, each unit once: first those that were exported."""
    exported = spent_units(claims, lots)
    left, rest = left_of(lots, exported.values()), others_than(claims, exported)
    drawn = exported | taken_in_time(rest, lots, left)
    if _is_right_together(claims, drawn, lots):
        return {claim.line.place: _as_exported(claim, drawn[claim.line.place], lots) for claim in claims}
    costs = {claim.line.place: _cost(claim, drawn[claim.line.place], lots, _of(claim, order_costs)) for claim in claims}
    if sum(left) > sum(claim.units for claim in rest):
        by_units = taken_in_time(rest, lots, left, leaves_whole=True)
        costs |= {
            claim.line.place: _doubted(costs[claim.line.place], claim, by_units[claim.line.place], lots)
            for claim in rest
        }
    for together in _sharing(rest, drawn):
        costs |= _remainders(together, drawn, lots)
    return costs


def _is_right_together(claims: Sequence[Claim], drawn: Mapping[int, Draw], lots: Sequence[Lot]) -> bool:
    """Tell whether all lines were exported, at costs that are none of their own units' and come to the order's total.

    Two of four went out at 6.00 when Finale had them in one row, and then the others as the rest of 26.00.
    """
    draw = added(drawn.values())
    if len(exported_among(claims)) < len(claims) or sum(claim.units for claim in claims) != sum(draw):
        return False
    is_known = all(lot.unit_cost is not None for units, lot in zip(draw, lots, strict=True) if units)
    is_equal = _is_rounding(_worth(draw, lots) - _taken(claims), claims)
    return is_known and is_equal and not had_own_units(claims, drawn)


def _as_exported(claim: Claim, draw: Draw, lots: Sequence[Lot]) -> OrderCost:
    unit_cost = at_line_places((claim.exported_cost or _NONE) * claim.size)
    return _of_lots(draw, lots, claim.size)._replace(unit_cost=unit_cost)


def _breaks(draw: Draw, left: Draw) -> bool:
    """Tell whether somebody takes units of lots of which some are left over."""
    return any(units and there for units, there in zip(draw, left, strict=True))


def _cost(claim: Claim, draw: Draw, lots: Sequence[Lot], whole: OrderCost) -> OrderCost:
    """Return the cost of the units of a sale; one for which too few left takes the order's cost and is marked."""
    if sum(draw) < claim.units:
        return _not_there(whole, sum(draw), claim)
    return _of_lots(draw, lots, claim.size)


def _doubted(cost: OrderCost, claim: Claim, by_units: Draw, lots: Sequence[Lot]) -> OrderCost:
    """Mark a sale whose order is not wholly in the books where the units of the shipments tell another cost than time.

    2 left at 5.00 in August and 3 at 7.00 in September. A line of 2 of September, alone in the books, takes 14.00,
    for that had left the day before; the shipment of 2 says 10.00.
    """
    other = _of_lots(by_units, lots, claim.size).unit_cost if any(by_units) else None
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
    taken = ((claim, {at for at, units in enumerate(drawn[claim.line.place]) if units}) for claim in claims)
    return (members for members in joined(taken) if len(members) > 1 and exported_among(members))


def _taken(claims: Iterable[Claim]) -> Decimal:
    return sum((claim.units * (claim.exported_cost or _NONE) for claim in claims), _NONE)


def _worth(draw: Draw, lots: Sequence[Lot]) -> Decimal:
    return sum((units * (lot.unit_cost or _NONE) for units, lot in zip(draw, lots, strict=True)), _NONE)


def _remainders(claims: Sequence[Claim], drawn: Mapping[int, Draw], lots: Sequence[Lot]) -> dict[int, OrderCost]:
    """Let exported sales keep what they took, and the others share the rest; nothing where that cannot be done.

    Where all were exported at what their own units cost then, each takes what these cost now, as it would if it were
    open; else what the total has changed by is spread over their units.

    Args:
        claims: Sales of the same lots, some of them exported.
        drawn: What each line takes, by its place.
        lots: Of which.
    """
    draw = added(drawn[claim.line.place] for claim in claims)
    kept, units = exported_among(claims), [lot for number, lot in zip(draw, lots, strict=True) if number]
    problem = any(lot.unit_cost is None for lot in units)
    if problem or sum(claim.units for claim in claims) != sum(draw):
        return {}
    total, taken = _worth(draw, lots), _taken(kept)
    others = [claim for claim in claims if claim.exported_cost is None]
    if not others and _take_own_units(claims, drawn, total - taken):
        return {}
    share = (total - taken) / sum(claim.units for claim in others or kept)
    costs = {claim.line.place: (claim.exported_cost or _NONE) + (_NONE if others else share) for claim in kept}
    if not others and _is_rounding(total - taken, kept):
        costs = {claim.line.place: claim.exported_cost or _NONE for claim in kept}
    costs |= {claim.line.place: share for claim in others}
    if any(cost <= 0 for cost in costs.values()):
        return {}
    as_of = max((lot.day for lot in units if lot.day), default=None)
    found = OrderCost(
        None,
        as_of=midnight(as_of) if as_of else None,
        odd=next((lot.odd for lot in units if lot.odd), None),
        how=_how(total, taken) if others else None,
    )
    kept_places = {claim.line.place for claim in kept} if others else set()
    sizes = {claim.line.place: claim.size for claim in claims}
    return {
        place: found._replace(
            unit_cost=at_line_places(cost * sizes[place]), how=None if place in kept_places else found.how
        )
        for place, cost in costs.items()
    }


def _take_own_units(claims: Sequence[Claim], drawn: Mapping[int, Draw], difference: Decimal) -> bool:
    """Tell whether lines that were all exported are corrected each by what its own units cost now.

    So are lines that went out at one unit cost, which says nothing of whose units are whose. Others are right together
    where the total is as it was, and where it is not, a bill came late: of units that somebody took at their cost.
    """
    if len({claim.exported_cost for claim in claims}) == 1:
        return True
    return not _is_rounding(difference, claims) and had_own_units(claims, drawn)


def _is_rounding(difference: Decimal, claims: Sequence[Claim]) -> bool:
    return abs(difference) < LAST_PLACE * sum(claim.units for claim in claims)


def _how(total: Decimal, taken: Decimal) -> str:
    rest, before = at_line_places(total).normalize(), at_line_places(taken).normalize()
    return f"the rest of the order's {rest:f} after the {before:f} of what was exported before"


def _rest_of_averages(claims: Sequence[Claim], order_costs: OrderCosts) -> dict[int, OrderCost]:
    """Let exported lines keep what they took where kits and other SKUs share products; the others share the rest.

    Each by its average cost of the order: a mug was exported at 5.00, then one more left at 9.00 in a set with a cup of
    3.00. The set takes 12.00, not the 10.00 of its averages. Nothing where units do not agree, or a cost is missing.

    Args:
        claims: All lines of the order that share products, some of them exported.
        order_costs: What their SKUs cost on the order, all its shipments together.
    """
    kept = exported_among(claims)
    whole = {claim.line.place: _of(claim, order_costs) for claim in claims}
    averages = {place: cost.unit_cost or _NONE for place, cost in whole.items()}
    total = _total(claims, order_costs.finale)
    if total is None or not all(averages.values()) or all(_is_average(claim, averages) for claim in kept):
        return {}
    others = [claim for claim in claims if claim.exported_cost is None]
    costs = {claim.line.place: claim.exported_cost or _NONE for claim in kept} if others else averages
    rest = total - _taken(kept)
    worth = sum((claim.units * averages[claim.line.place] for claim in others), _NONE)
    if others and rest <= 0:
        return {}
    found = {place: whole[place]._replace(unit_cost=cost) for place, cost in costs.items()}
    return found | {
        claim.line.place: whole[claim.line.place]._replace(
            unit_cost=at_line_places(averages[claim.line.place] * rest / worth), how=_how(total, _taken(kept))
        )
        for claim in others
    }


def _is_average(claim: Claim, averages: Mapping[int, Decimal]) -> bool:
    return abs((claim.exported_cost or _NONE) - averages[claim.line.place]) <= LAST_PLACE


def _total(claims: Sequence[Claim], finale: Finale) -> Decimal | None:
    """Return what the products of an order cost together; nothing where other units left than its lines need."""
    needed: dict[str, int] = defaultdict(int)
    for claim in claims:
        for part in finale.parts(claim.line.sku):
            needed[part.product] += claim.units * part.units
    shipped = [one for one in finale.on_orders[claims[0].line.order_id or ""] if one.product in needed]
    if len(shipped) < len(needed) or any(one.units != needed[one.product] for one in shipped):
        return None
    return sum(((one.units or 0) * (one.unit_cost or _NONE) for one in shipped), _NONE)


def _not_there(whole: OrderCost, units: int, claim: Claim) -> OrderCost:
    if whole.unit_cost is None or whole.odd is not None:
        return whole
    units, wanted = units // claim.size, claim.units // claim.size
    there = f"{units} of its {counted(wanted, 'unit')}" if units else "no unit"
    return whole._replace(odd=f"Finale's shipments of the order hold {there} for this line, so their average is taken")


def _of_lots(draw: Draw, lots: Sequence[Lot], size: int) -> OrderCost:
    """Return the cost of units from some lots, weighted by units; none if one lot has none.

    Args:
        draw: The units.
        lots: The lots.
        size: How many of them are one unit that was sold.
    """
    drawn = [(number, lot) for number, lot in zip(draw, lots, strict=True) if number]
    problem = next((lot.cause for _, lot in drawn if lot.unit_cost is None), None)
    units = sum(draw)
    day = max((lot.day for _, lot in drawn if lot.day), default=None)
    as_of = midnight(day) if day else None
    if problem is not None:
        return OrderCost(None, problem, as_of, units=units // size)
    odd = next((lot.odd for _, lot in drawn if lot.odd), None)
    return OrderCost(at_line_places(_worth(draw, lots) * size / units), None, as_of, odd, units // size)
