"""Which units of an order's shipments its exported lines have spent, also where their costs do not tell."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from core.costing.units.spent_units import added, left_of, others_than, spent_units
from core.costing.units.units_taken import Claim, Lot

AUGUST, LATER = "2026-08-03", "2026-08-20"


@dataclass(frozen=True)
class PostedLine:
    """As much of a line as is asked."""

    place: int
    day: str

    @property
    def when(self) -> tuple[str, int]:
        return self.day, self.place


def claim(place: int, units: int, cost: str | None = "7", day: str = "2026-08-05") -> Claim:
    """Return a line that takes units, exported at a cost or open."""
    exported = None if cost is None else Decimal(cost)
    return Claim(PostedLine(place, day), units, exported)  # type: ignore[arg-type]  # as much of a line as is asked


def lot(units: int, cost: str, day: str) -> Lot:
    return Lot(units, Decimal(cost), None, day)


def test_a_line_keeps_the_shipment_of_its_size_where_costs_do_not_tell() -> None:
    """Lines of 2 and 1 went out at 7.00 while 2 had left; 1 more at 9.00 is what the line of 1 takes later."""
    lots = [lot(2, "7", AUGUST), lot(1, "9", LATER)]

    assert {0: (2, 0)} == spent_units([claim(0, 2), claim(1, 1)], lots)
    assert {1: (2, 0)} == spent_units([claim(0, 1), claim(1, 2)], lots)


def test_what_costs_tell_stays() -> None:
    """A line that was exported at 9.00 has the unit at 9.00, though it was posted first."""
    lots = [lot(1, "7", AUGUST), lot(1, "9", LATER)]

    assert {0: (0, 1), 1: (1, 0)} == spent_units([claim(0, 1, "9"), claim(1, 1, "7")], lots)


@pytest.mark.parametrize("cost", [None, "8"], ids=["open", "a cost that no units have"])
def test_other_lines_spend_nothing(cost: str | None) -> None:
    """They take what is left, whatever it costs."""
    assert {} == spent_units([claim(0, 1, cost)], [lot(1, "7", AUGUST)])


def test_what_is_left_and_taken_is_counted_by_lot() -> None:
    """Each unit once."""
    lots = [lot(3, "7", AUGUST), lot(1, "9", LATER)]

    assert (2, 1) == added([(1, 0), (1, 1)])
    assert (1, 0) == left_of(lots, [(1, 0), (1, 1)])
    assert (3, 1) == left_of(lots, [])
    assert [1] == [one.line.place for one in others_than([claim(0, 1), claim(1, 1)], {0})]
