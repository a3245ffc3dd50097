"""Which units of an order's shipments are spent by its exported lines, also where several took one and the same cost.

Lines of 2 and of 1 were exported at 7.00 while Finale had shipped 2 at 7.00; then 1 more leaves at 9.00. Either line
might have had the units at 7.00, so that their costs do not tell which one had them. Here the whole order is divided as
it would be if they were open, by time and units: the line of 2 keeps its shipment, and the line of 1 takes what left
later. What costs do tell stays: no other line takes more of these units because of that.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from core.costing.units.units_taken import LAST_PLACE, costs_as_exported, taken_by_exported, taken_in_time

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from decimal import Decimal

    from core.costing.units.units_taken import Claim, Draw, Lot


def spent_units(claims: Sequence[Claim], lots: Sequence[Lot]) -> dict[int, Draw]:
    """Return what exported lines took, by the place of the line; without those that took a cost that no units have.

    Of the ways in which most units stay with lines that were exported at their cost: as if lines whose costs do not
    tell were open; else as if those alone were left; else by their costs.

    Args:
        claims: All lines of an order that take units of the lots, in order of time.
        lots: The first one first.
    """
    exported = exported_among(claims)
    by_cost = taken_by_exported(exported, lots)
    unsure = _unsure(exported, by_cost)
    if not unsure:
        return by_cost
    places = {claim.line.place for claim in unsure}
    told = {place: draw for place, draw in by_cost.items() if place not in places}
    ways = [told | _by_time(of, unsure, told, lots) for of in (claims, unsure)]
    return max([*ways, by_cost], key=lambda way: _kept_units(_divided(claims, way, lots), unsure, way, lots))


def exported_among(claims: Iterable[Claim]) -> list[Claim]:
    """Return the lines that were exported at a cost of Finale's order."""
    return [claim for claim in claims if claim.exported_cost is not None]


def others_than(claims: Iterable[Claim], taken: Collection[int]) -> list[Claim]:
    """Return the lines whose places are not among those that have their units."""
    return [claim for claim in claims if claim.line.place not in taken]


def left_of(lots: Sequence[Lot], drawn: Iterable[Draw]) -> Draw:
    """Return the units of each lot that nobody has taken."""
    taken = added(drawn) or (0,) * len(lots)
    return tuple(lot.units - units for lot, units in zip(lots, taken, strict=True))


def added(draws: Iterable[Draw]) -> Draw:
    """Return what several lines take together; nothing where there is none."""
    return tuple(sum(units) for units in zip(*draws, strict=True))


def had_own_units(claims: Sequence[Claim], drawn: Mapping[int, Draw]) -> bool:
    """Tell whether exported lines may have gone out each at what its own units cost then, whatever that was.

    That is, whether one cost of each lot explains them all. Lines of 2 and 1 share a lot: 12.00 and 5.00 were 7.00 and
    5.00, and 5.00. Lines of 3 and 1 from a single lot, at 15.00 and 9.00, took the rest of an order.

    Args:
        claims: The lines, with what they took.
        drawn: What each takes, by its place.
    """
    rows = [_Equation.of(claim, drawn[claim.line.place]) for claim in claims]
    while rows:
        row = rows.pop()
        at = next((number for number, units in enumerate(row.units) if units), None)
        if at is None and abs(row.worth) > row.doubt:
            return False
        rows = rows if at is None else [one.without(at, row) for one in rows]
    return True


class _Equation(NamedTuple):
    """What units of some lots cost together."""

    units: tuple[Fraction, ...]
    worth: Fraction
    doubt: Fraction
    """By which it may differ through rounding."""

    @classmethod
    def of(cls, claim: Claim, draw: Draw) -> _Equation:
        """Return what a line took."""
        units = tuple(Fraction(number) for number in draw)
        return cls(units, claim.units * Fraction(claim.exported_cost or 0), claim.units * Fraction(LAST_PLACE))

    def without(self, at: int, other: _Equation) -> _Equation:
        """Return it without the units of one lot, by means of another one that has some."""
        share = self.units[at] / other.units[at]
        units = tuple(ours - share * theirs for ours, theirs in zip(self.units, other.units, strict=True))
        return _Equation(units, self.worth - share * other.worth, self.doubt + abs(share) * other.doubt)


def _unsure(exported: Sequence[Claim], by_cost: Mapping[int, Draw]) -> list[Claim]:
    """Return the lines of one unit cost of which some have units at that cost, and for others none are left."""
    without = others_than(exported, by_cost)
    having = [claim for claim in exported if claim.line.place in by_cost]
    sides = ((without, having), (having, without))
    places = {
        one.line.place
        for these, those in sides
        for one in these
        if any(_is_at(one.exported_cost, other.exported_cost) for other in those)
    }
    return [claim for claim in exported if claim.line.place in places]


def _is_at(cost: Decimal | None, other: Decimal | None) -> bool:
    return cost is not None and other is not None and abs(cost - other) <= LAST_PLACE


def _by_time(
    claims: Sequence[Claim], unsure: Sequence[Claim], told: Mapping[int, Draw], lots: Sequence[Lot]
) -> dict[int, Draw]:
    """Return what unsure lines have by time and units, as far as it costs what they took."""
    drawn = _divided(claims, told, lots)
    return {
        claim.line.place: drawn[claim.line.place]
        for claim in unsure
        if sum(drawn[claim.line.place]) == claim.units and costs_as_exported(drawn[claim.line.place], lots, claim)
    }


def _divided(claims: Sequence[Claim], taken: Mapping[int, Draw], lots: Sequence[Lot]) -> dict[int, Draw]:
    """Return what each line has where some have their units already and the others take what is left."""
    return {**taken, **taken_in_time(others_than(claims, taken), lots, left_of(lots, taken.values()))}


def _kept_units(
    drawn: Mapping[int, Draw], unsure: Iterable[Claim], way: Mapping[int, Draw], lots: Sequence[Lot]
) -> int:
    """Return how many units stay with unsure lines at the cost that these took."""
    return sum(
        claim.units
        if claim.line.place in way
        else sum(
            units
            for units, lot in zip(drawn[claim.line.place], lots, strict=True)
            if _is_at(lot.unit_cost, claim.exported_cost)
        )
        for claim in unsure
    )
