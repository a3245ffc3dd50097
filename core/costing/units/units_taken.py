"""Which units of an order's shipments each of its sales takes, by time and units; each unit once.

Of all ways to divide the shipments that one is taken in which, in this order,

1. the least has left after its line was posted (units x days): a shipment of September is no line's of August, however
   well its size would fit;
2. the fewest lines are put together from several shipments: 3 left on the 18th and 1 on the 19th; the line of 1 takes
   the shipment of 1 though it was posted before the line of 3, as happens where marketplaces defer;
3. the fewest days lie between;
4. earlier lines take earlier shipments.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from heapq import merge
from itertools import accumulate, permutations
from math import comb
from operator import ge, neg, sub
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from core.costing.lines import Line

LAST_PLACE = Decimal("0.000001")
"""By which a unit cost may differ from another one through rounding, home currency."""


class Claim(NamedTuple):
    """A line that takes units of its order: a sale, or goods that were sent away or lost."""

    line: Line
    units: int
    exported_cost: Decimal | None = None
    """The unit cost that it was exported with, where Finale's order gave it."""
    size: int = 1
    """Where it is counted in the units of lots: how many of them are one unit that was sold."""

    def in_lots_of(self, size: int) -> Claim:
        """Return it in units of a product, of which each unit that was sold holds so many."""
        cost = None if self.exported_cost is None else self.exported_cost / size
        return self._replace(units=self.units * size, exported_cost=cost, size=size)


class Lot(NamedTuple):
    """Units of a SKU that left together."""

    units: int
    unit_cost: Decimal | None
    """Per unit of the SKU."""
    cause: str | None
    """Why it is missing."""
    day: str | None
    odd: str | None = None


Draw = tuple[int, ...]
"""How many units of each lot."""


def taken_by_exported(claims: Sequence[Claim], lots: Sequence[Lot]) -> dict[int, Draw]:
    """Return what exported sales took, by the place of the line: units that cost together what it was exported with.

    Of all ways the one that explains the most of them, then as for others; a sale whose cost no units have is left out.

    Args:
        claims: In order of time.
        lots: The first one first.
    """
    whole = tuple(lot.units for lot in lots)
    alike: dict[tuple[int, Decimal | None], list[Draw]] = {}
    plans = [_Plan(left=whole)]
    for claim in claims:
        name, days = (claim.units, claim.exported_cost), _days_of(claim, lots)
        if _is_small(len(lots), claim.units) and name not in alike:
            alike[name] = [draw for draw in _mixed(whole, claim.units) if costs_as_exported(draw, lots, claim)]
        draws = partial(_as_exported, claim, lots, days, _in_order(alike[name], days) if name in alike else None)
        plans = _best((_longer(plan, history, draws, days) for history, plan in _histories(plans)), _Plan.rank)
    drawn = zip(claims, plans[0].draws(), strict=True)
    return {claim.line.place: draw for claim, draw in drawn if any(draw)}


def _as_exported(
    claim: Claim, lots: Sequence[Lot], days: Sequence[int], alike: Sequence[Draw] | None, left: Draw
) -> Iterator[Draw]:
    """Yield all units that cost what a sale was exported with, in the order of the plans that they make, and then none.

    Args:
        claim: The sale.
        lots: The first one first.
        days: How many days after each of them it was posted.
        alike: All that do of the whole lots, in that order; nothing where there are too many ways to take units of it.
        left: What is left of the lots.
    """
    if alike is None:
        yield from _in_order(
            (draw for draw in _in_a_row(left, claim.units) if costs_as_exported(draw, lots, claim)), days
        )
    else:
        yield from (draw for draw in alike if all(map(ge, left, draw)))
    yield (0,) * len(left)


def _in_order(draws: Iterable[Draw], days: Sequence[int]) -> list[Draw]:
    """Return units in the order of the plans that they make of one and the same plan (`_Plan.rank`)."""

    def place(draw: Draw) -> tuple[object, ...]:
        late, apart = _distance(draw, days)
        return not any(draw), late, len(draw) - draw.count(0), apart, tuple(map(neg, draw))

    return sorted(draws, key=place)


def _is_small(lots: int, units: int) -> bool:
    return comb(units + lots - 1, lots - 1) <= _MOST_WAYS


_MOST_WAYS = 500
"""Ways to take units of several lots that are all tried; of more, those that left one after the other."""


def _mixed(left: Draw, units: int) -> Iterator[Draw]:
    """Return every way to take units."""
    if len(left) == 1:
        yield from [(units,)] if units <= left[0] else []
        return
    for first in range(min(left[0], units) + 1):
        for others in _mixed(left[1:], units - first):
            yield (first, *others)


def _in_a_row(left: Draw, units: int) -> set[Draw]:
    """Return every way to take units that left one after the other."""
    ends = list(accumulate(left))
    spans = [(end - there, end) for there, end in zip(left, ends, strict=True)]
    return {
        tuple(max(0, min(end, first + units) - max(begin, first)) for begin, end in spans)
        for first in range(sum(left) - units + 1)
    }


def costs_as_exported(draw: Draw, lots: Sequence[Lot], claim: Claim) -> bool:
    """Tell whether units cost what a sale was exported with."""
    there = [(units, lot.unit_cost) for units, lot in zip(draw, lots, strict=True) if units]
    worth = sum((units * cost for units, cost in there if cost is not None), Decimal(0))
    if claim.exported_cost is None or any(cost is None for _, cost in there):
        return False
    return abs(worth - claim.units * claim.exported_cost) <= LAST_PLACE * claim.units


def _distance(draw: Draw, days: Sequence[int]) -> tuple[int, int]:
    """Return what left after a sale was posted, and what lies between in all, in units x days."""
    late = between = 0
    for units, number in zip(draw, days, strict=True):
        late += units * max(0, -number)
        between += units * abs(number)
    return late, between


def _days_of(claim: Claim, lots: Iterable[Lot]) -> list[int]:
    """Return how many days after each lot a sale was posted."""
    return [_days(claim.line.day, lot.day) for lot in lots]


def _days(posted: str | None, left: str | None) -> int:
    """Return how many days after its goods left a line was posted; 0 where a day is not known."""
    if posted is None or left is None:
        return 0
    return (date.fromisoformat(posted[:10]) - date.fromisoformat(left[:10])).days


def _less(left: Draw, draw: Draw) -> Draw:
    return tuple(map(sub, left, draw))


class _Plan(NamedTuple):
    """What the first sales take; the smaller one is the better, `before` aside."""

    none: int = 0
    """Sales that take nothing."""
    late: int = 0
    """Units x days that left after their sale was posted."""
    pieces: int = 0
    """Shipments that the sales are put together from."""
    apart: int = 0
    """Units x days that lie between."""
    history: int = 0
    """The place of the plan that it continues, by what that had left before its first sale, after it, and so on."""
    left: Draw = ()
    """After its last sale."""
    before: _Plan | None = None
    """The plan that it continues by one sale."""

    def then(self, draw: Draw, days: Sequence[int], history: int) -> _Plan:
        late, apart = _distance(draw, days)
        pieces = len(draw) - draw.count(0)
        none, late, pieces = self.none + (not pieces), self.late + late, self.pieces + pieces
        return _Plan(none, late, pieces, self.apart + apart, history, _less(self.left, draw), self)

    def rank(self) -> tuple[object, ...]:
        """Return by what it is compared."""
        return self[:-1]

    def with_whole_rest(self) -> tuple[object, ...]:
        """Return by what it is compared where what nobody takes should be whole shipments."""
        return self.none, self.late, self.pieces + len(self.left) - self.left.count(0), *self[3:-1]

    def draws(self) -> list[Draw]:
        """Return what each sale takes."""
        drawn: list[Draw] = []
        plan = self
        while plan.before is not None:
            drawn.append(_less(plan.before.left, plan.left))
            plan = plan.before
        return drawn[::-1]


def taken_in_time(
    claims: Sequence[Claim], lots: Sequence[Lot], left: Draw, *, leaves_whole: bool = False
) -> dict[int, Draw]:
    """Return what sales take of what is left, by the place of the line; less than their units where too few left.

    Args:
        claims: In order of time: where too few units left, the last ones go short.
        lots: The first one first.
        left: The units of each that nobody has taken.
        leaves_whole: Whether what nobody takes should be whole shipments, before the days are looked at; it matters
            only where more left than was sold.
    """
    plans, rank = [_Plan(left=left)], _Plan.with_whole_rest if leaves_whole else _Plan.rank
    for claim in claims:
        draws, days = partial(_draws, claim.units), _days_of(claim, lots)
        longer = (_longer(plan, history, draws, days) for history, plan in _histories(plans))
        plans = _best((sorted(of_plan, key=rank) for of_plan in longer), rank)
    return {claim.line.place: draw for claim, draw in zip(claims, plans[0].draws(), strict=True)}


_MOST = 50
"""Beginnings that are followed further: all of them for the orders that there are, a part for monsters."""


def _histories(plans: Iterable[_Plan]) -> Iterator[tuple[int, _Plan]]:
    """Yield plans of the same sales with their place by what they had left before the first, after it, and so on."""
    return enumerate(sorted(plans, key=lambda plan: (plan.history, plan.left)))


def _longer(plan: _Plan, history: int, draws: Callable[[Draw], Iterable[Draw]], days: Sequence[int]) -> Iterator[_Plan]:
    """Yield what a plan becomes with one sale more, by what that may take of what is left."""
    return (plan.then(draw, days, history) for draw in draws(plan.left))


def _best(longer: Iterable[Iterable[_Plan]], rank: Callable[[_Plan], tuple[object, ...]]) -> list[_Plan]:
    """Return the best plan for each rest that may be left, the best one first.

    No more of them is looked at than that needs: each sale of an order in 12 shipments has 50 beginnings, each with up
    to 500 ways to go on.

    Args:
        longer: The plans that each beginning goes on to, in order.
        rank: By what they are in order.
    """
    found: dict[Draw, _Plan] = {}
    for plan in merge(*longer, key=rank):
        found.setdefault(plan.left, plan)
        if len(found) == _MOST:
            break
    return list(found.values())


def _draws(units: int, left: Draw) -> set[Draw]:
    """Return what a sale may take: of one lot after the other, of many lots only those next to each other."""
    if sum(left) <= units:
        return {left}
    places = range(len(left))
    in_a_row = (way for at in places for way in (places[at:], places[at::-1]))
    runs = [_run(left, units, way) for way in (permutations(places) if len(left) <= _FEW else in_a_row)]
    return {run for run in runs if sum(run) == units}


_FEW = 4


def _run(left: Draw, units: int, places: Iterable[int]) -> Draw:
    drawn = [0] * len(left)
    for place in places:
        if not units:
            break
        drawn[place] = min(left[place], units)
        units -= drawn[place]
    return tuple(drawn)
