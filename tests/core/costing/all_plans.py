"""Dividing shipments among sales the plain way: every way to go on is made and all are sorted; for comparison."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise, permutations
from math import comb
from typing import TYPE_CHECKING, NamedTuple

from core.costing.units.units_taken import LAST_PLACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from core.costing.units.units_taken import Claim, Draw, Lot


def taken_by_exported(claims: Sequence[Claim], lots: Sequence[Lot]) -> dict[int, Draw]:
    """Return what exported sales took, by the place of the line: units that cost together what it was exported with.

    Of all ways the one that explains the most of them, then as for others; a sale whose cost no units have is left out.

    Args:
        claims: In order of time.
        lots: The first one first.
    """
    plans = [_Plan(remainders=(tuple(lot.units for lot in lots),))]
    for claim in claims:
        days = _days_of(claim, lots)
        plans = _best(
            plan.then(draw, days) for plan in plans for draw in _as_exported(plan.remainders[-1], lots, claim)
        )
    drawn = zip(claims, plans[0].draws(), strict=True)
    return {claim.line.place: draw for claim, draw in drawn if any(draw)}


def _as_exported(left: Draw, lots: Sequence[Lot], claim: Claim) -> list[Draw]:
    """Return all units that cost what a sale was exported with, and none."""
    places, units = len(left), claim.units
    is_small = comb(units + places - 1, places - 1) <= _MOST_WAYS
    ways = _mixed(left, units) if is_small else _in_a_row(left, units)
    return [(0,) * places, *(draw for draw in ways if _costs(draw, lots, claim))]


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


def _costs(draw: Draw, lots: Sequence[Lot], claim: Claim) -> bool:
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
    return tuple(there - taken for there, taken in zip(left, draw, strict=True))


class _Plan(NamedTuple):
    """What the first sales take; the smaller one is the better."""

    none: int = 0
    """Sales that take nothing."""
    late: int = 0
    """Units x days that left after their sale was posted."""
    pieces: int = 0
    """Shipments that the sales are put together from."""
    apart: int = 0
    """Units x days that lie between."""
    remainders: tuple[Draw, ...] = ()
    """Before the first sale, and after each."""

    def then(self, draw: Draw, days: Sequence[int]) -> _Plan:
        late, apart = _distance(draw, days)
        left = _less(self.remainders[-1], draw)
        pieces = sum(1 for units in draw if units)
        none, late, pieces = self.none + (not pieces), self.late + late, self.pieces + pieces
        return _Plan(none, late, pieces, self.apart + apart, (*self.remainders, left))

    def with_whole_rest(self) -> tuple[object, ...]:
        """Return by what it is compared where what nobody takes should be whole shipments."""
        return self.none, self.late, self.pieces + sum(1 for units in self.remainders[-1] if units), *self[3:]

    def draws(self) -> list[Draw]:
        return [_less(before, after) for before, after in pairwise(self.remainders)]


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
    plans = [_Plan(remainders=(left,))]
    for claim in claims:
        days = _days_of(claim, lots)
        longer = (plan.then(draw, days) for plan in plans for draw in _draws(plan.remainders[-1], claim.units))
        plans = _best(longer, key=_Plan.with_whole_rest if leaves_whole else None)
    return {claim.line.place: draw for claim, draw in zip(claims, plans[0].draws(), strict=True)}


_MOST = 50
"""Beginnings that are followed further: all of them for the orders that there are, a part for monsters."""


def _best(plans: Iterable[_Plan], key: Callable[[_Plan], tuple[object, ...]] | None = None) -> list[_Plan]:
    """Return the best plan for each rest that may be left, the best one first."""
    found: dict[Draw, _Plan] = {}
    for plan in sorted(plans, key=key or tuple):
        found.setdefault(plan.remainders[-1], plan)
    return list(found.values())[:_MOST]


def _draws(left: Draw, units: int) -> set[Draw]:
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
        drawn[place] = min(left[place], units)
        units -= drawn[place]
    return tuple(drawn)
