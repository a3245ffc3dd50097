"""Which shipment's cost each sale of an order takes, where the order left in several or was exported in part.

An order of 4 of which 3 left at 5.00 and 1 at 9.00 costs 15.00 on the line of 3 and 9.00 on the line of 1, whatever
settlements they stand in and whichever was exported first. In this order:

1. A line that was exported keeps the shipment whose units and cost it took.
2. A line that is not exported takes the shipment of its units; of several, those that are nearest in time.
3. What is left is divided: an exported line keeps what it took, the others take the rest of the order's total (4 units
   for 24.00 in one row, 3 of them exported at 15.00: the last takes 9.00). Where nothing of it was exported, or the
   units do not agree, units are taken in order of time.

The sum over the lines is Finale's total of the order wherever the units agree.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.costing.finale import midnight
from core.costing.order_costs import OrderCost, distorted
from core.counted import counted
from core.money import at_line_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.costing.finale import Finale, Part, Shipped
    from core.costing.lines import Line
    from core.costing.order_costs import OrderCosts


_NONE = Decimal(0)


class Claim(NamedTuple):
    """A sale that takes units of its order."""

    line: Line
    units: int
    taken: Decimal | None = None
    """The unit cost that it was exported with, where Finale's order gave it."""


class Lot(NamedTuple):
    """Units of a SKU that left together."""

    units: int
    unit_cost: Decimal | None
    """Per unit of the SKU."""
    cause: str | None
    """Why it is missing."""
    day: str | None
    odd: str | None = None


def costs_by_line(claims: Iterable[Claim], order_costs: OrderCosts) -> dict[int, OrderCost]:
    """Return what each sale costs by its place, as far as that is not the same for all units of its order.

    Args:
        claims: Every sale of the orders concerned that says its units.
        order_costs: What a SKU cost on an order, all its shipments together.
    """
    finale, found = order_costs.finale, dict[int, OrderCost]()
    for (_, order_id, sku), group in _groups(claims, finale).items():
        lots = lots_of(finale.parts(sku), finale, order_id)
        if lots:
            found |= _shared(sorted(group, key=lambda claim: claim.line.when), lots, order_costs.of(order_id, sku))
    return found


Goods = tuple[str | None, str, str]
"""Store, order and SKU."""


def _groups(claims: Iterable[Claim], finale: Finale) -> dict[Goods, list[Claim]]:
    """Return the sales of each order and SKU whose lines may cost differently; most orders are not among them."""
    groups: dict[Goods, list[Claim]] = defaultdict(list)
    for claim in claims:
        line = claim.line
        if line.order_id is not None and line.sku is not None and line.order_id in finale.on_orders:
            groups[line.store, line.order_id, line.sku].append(claim)
    wanted = {goods: group for goods, group in groups.items() if _may_differ(goods, group, finale)}
    shared = _shared_products(groups, wanted, finale) if wanted else set()
    return {goods: group for goods, group in wanted.items() if goods not in shared}


def _may_differ(goods: Goods, group: Sequence[Claim], finale: Finale) -> bool:
    if len(group) > 1 and any(claim.taken is not None for claim in group):
        return True
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


def lots_of(parts: Sequence[Part], finale: Finale, order_id: str) -> list[Lot]:
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


def _in_time(shipped: Shipped) -> tuple[str, int, Decimal]:
    return shipped.day or "", shipped.units or 0, shipped.unit_cost or Decimal(0)


def _sets(parts: Sequence[Part], apart: Sequence[Sequence[Shipped]]) -> list[Lot]:
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


def _lot(units: int, parts: Sequence[Part], together: Sequence[Shipped]) -> Lot:
    problem = next((one.problem for one in together if one.problem is not None), None)
    worth = sum((part.units * (one.unit_cost or _NONE) for part, one in zip(parts, together, strict=True)), Decimal(0))
    day = max((one.day for one in together if one.day), default=None)
    return Lot(units, None if problem else at_line_places(worth), problem, day, distorted(together))


def _shared(claims: Sequence[Claim], lots: Sequence[Lot], whole: OrderCost) -> dict[int, OrderCost]:
    """Divide the lots of one order and SKU among its sales."""
    own = _own_lots(claims, lots)
    if _leaves_a_gap(claims, lots, own):
        exported = {claim.line.place for claim in _kept(claims)}
        own = {place: lot for place, lot in own.items() if place in exported}
    rest, left = _left_over(claims, lots, own)
    found = {place: _of_lots([(lot.units, lot)]) for place, lot in own.items()}
    if whole.as_shipped or not rest:
        return found
    return found | (_remainders(rest, left) or dict(_in_order_of_time(rest, left, whole)))


def _kept(claims: Sequence[Claim]) -> list[Claim]:
    return [claim for claim in claims if claim.taken is not None]


def _leaves_a_gap(claims: Sequence[Claim], lots: Sequence[Lot], own: Mapping[int, Lot]) -> bool:
    """Tell whether exported sales took less, or more, than the lots that open sales of their own size leave over.

    3 lines of 1 unit were exported at 5.00, one for the shipment of 1, two out of the shipment of 3 at 5.00, before the
    line of 3 was imported; 2 units left at 9.00. If that line took the shipment of 3 as its own, 8.00 of the order
    would be nowhere: it takes the rest, 23.00. Where an exported line of 1 and a shipment of 1 are left over, that
    shipment is its own and its bill came late: its true-up corrects it, and nobody else pays for it.
    """
    rest, left = _left_over(claims, lots, own)
    kept = _kept(rest)
    if not kept or any(lot.unit_cost is None for lot in lots):
        return False
    if sum(claim.units for claim in rest) != sum(lot.units for lot in left):
        return False
    if sorted(claim.units for claim in rest) == sorted(lot.units for lot in left):
        return False
    if len(kept) < len(rest):
        return not _remainders(rest, left)
    return abs(_taken(kept) - _worth(left)) >= _LAST_PLACE * sum(claim.units for claim in kept)


def _left_over(claims: Sequence[Claim], lots: Sequence[Lot], own: Mapping[int, Lot]) -> tuple[list[Claim], list[Lot]]:
    used = {id(lot) for lot in own.values()}
    return [one for one in claims if one.line.place not in own], [lot for lot in lots if id(lot) not in used]


def _taken(claims: Iterable[Claim]) -> Decimal:
    return sum((claim.units * (claim.taken or _NONE) for claim in claims), _NONE)


def _worth(lots: Iterable[Lot]) -> Decimal:
    return sum((lot.units * (lot.unit_cost or _NONE) for lot in lots), _NONE)


def _own_lots(claims: Sequence[Claim], lots: Sequence[Lot]) -> dict[int, Lot]:
    """Return the lot of each sale that is as large as one: of exported ones only where it has the cost they took."""
    own: dict[int, Lot] = {}
    for units, cost in dict.fromkeys((claim.units, claim.taken) for claim in _kept(claims)):
        fitting = [claim for claim in claims if (claim.units, claim.taken) == (units, cost)]
        own |= _nearest(fitting, [lot for lot in lots if (lot.units, lot.unit_cost) == (units, cost)])
    used = {id(lot) for lot in own.values()}
    free = [claim for claim in claims if claim.taken is None]
    for units in dict.fromkeys(claim.units for claim in free):
        fitting = [claim for claim in free if claim.units == units]
        own |= _nearest(fitting, [lot for lot in lots if lot.units == units and id(lot) not in used])
    return own


def _nearest(claims: Sequence[Claim], lots: Sequence[Lot]) -> dict[int, Lot]:
    """Pair sales and lots in order of time, so that they are as near to each other as they can be."""
    sold, left = [claim.line.day for claim in claims], [lot.day for lot in lots]
    if len(claims) <= len(lots):
        return {claim.line.place: lots[at] for claim, at in zip(claims, _closest(sold, left), strict=True)}
    return {claims[at].line.place: lot for lot, at in zip(lots, _closest(left, sold), strict=True)}


def _closest(few: Sequence[str | None], many: Sequence[str | None]) -> tuple[int, ...]:
    """Return for each of a few days its place among the many, in order, with the fewest days between them in all."""
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for place, day in enumerate(many):
        for count in range(min(len(few), place + 1), 0, -1):
            distance, chosen = best[count - 1]
            distance += _days_between(few[count - 1], day)
            if count not in best or distance < best[count][0]:
                best[count] = (distance, (*chosen, place))
    return best[len(few)][1]


def _days_between(one: str | None, other: str | None) -> int:
    if one is None or other is None:
        return 0
    return abs((date.fromisoformat(one[:10]) - date.fromisoformat(other[:10])).days)


def _remainders(claims: Sequence[Claim], lots: Sequence[Lot]) -> dict[int, OrderCost]:
    """Let exported sales keep what they took, and the others share the rest; nothing where that cannot be done.

    Where all were exported, what the total has changed by is spread over their units.
    """
    kept = _kept(claims)
    problem = any(lot.unit_cost is None for lot in lots)
    if not kept or problem or sum(claim.units for claim in claims) != sum(lot.units for lot in lots):
        return {}
    total, taken = _worth(lots), _taken(kept)
    others = [claim for claim in claims if claim.taken is None]
    share = (total - taken) / sum(claim.units for claim in others or kept)
    found = {claim.line.place: (claim.taken or _NONE) + (_NONE if others else share) for claim in kept}
    if not others and abs(total - taken) < _LAST_PLACE * sum(claim.units for claim in kept):
        found = {claim.line.place: claim.taken or _NONE for claim in kept}
    how = f"the rest of the order's {total.normalize():f} after the {taken.normalize():f} of what was exported before"
    found |= {claim.line.place: share for claim in others}
    if any(cost <= 0 for cost in found.values()):
        return {}
    as_of = max((lot.day for lot in lots if lot.day), default=None)
    places = {claim.line.place for claim in others}
    odd = next((lot.odd for lot in lots if lot.odd), None)
    return {
        place: OrderCost(
            at_line_places(cost), None, midnight(as_of) if as_of else None, odd, how=how if place in places else None
        )
        for place, cost in found.items()
    }


_LAST_PLACE = Decimal("0.000001")


def _in_order_of_time(
    claims: Sequence[Claim], lots: Sequence[Lot], whole: OrderCost
) -> Iterator[tuple[int, OrderCost]]:
    """Give each sale the next units that left; one for which none are left takes the order's cost and is marked."""
    units = [lot for lot in lots for _ in range(lot.units)]
    first = 0
    for claim in claims:
        drawn = units[first : first + claim.units]
        first += claim.units
        is_there = len(drawn) == claim.units
        yield (
            claim.line.place,
            _of_lots([(1, lot) for lot in drawn]) if is_there else _not_there(whole, len(drawn), claim),
        )


def _not_there(whole: OrderCost, units: int, claim: Claim) -> OrderCost:
    if whole.unit_cost is None or whole.odd is not None:
        return whole
    there = f"{units} of its {counted(claim.units, 'unit')}" if units else "no unit"
    return whole._replace(odd=f"Finale's shipments of the order hold {there} for this line, so their average is taken")


def _of_lots(drawn: Sequence[tuple[int, Lot]]) -> OrderCost:
    """Return the cost of units from some lots, weighted by units; none if one lot has none."""
    problem = next((lot.cause for _, lot in drawn if lot.unit_cost is None), None)
    units = sum(number for number, _ in drawn)
    day = max((lot.day for _, lot in drawn if lot.day), default=None)
    as_of = midnight(day) if day else None
    if problem is not None:
        return OrderCost(None, problem, as_of, units=units)
    worth = sum((number * (lot.unit_cost or _NONE) for number, lot in drawn), Decimal(0))
    odd = next((lot.odd for _, lot in drawn if lot.odd), None)
    return OrderCost(at_line_places(worth / units), None, as_of, odd, units)
