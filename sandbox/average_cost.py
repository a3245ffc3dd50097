"""Perpetual weighted-average cost, as Finale Inventory keeps it (docs/facts/finale-api.md, How Finale costs goods).

A receipt, a completed build and an Average Cost Change set a new average; whatever leaves does so at the average
valid at that moment. Averages are kept at six decimals; the value of the stock is kept exactly, so that what came in
is always what went out plus what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

COST_PLACES = Decimal("0.000001")
"""Decimals of a stored unit cost. How many the real Finale stores is not known; six is what its raw values may show."""

ZERO = Decimal(0)


def at_cost_places(value: Decimal) -> Decimal:
    """Round a unit cost to six decimals, half away from zero."""
    return value.quantize(COST_PLACES, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Posting:
    """What one movement did to the stock of one product."""

    units: int
    """Signed: what left is negative."""
    unit_cost: Decimal | None
    """Cost per unit of this movement, >= 0 as a rule; `None` where nobody has ever said what the goods cost."""
    value: Decimal
    """Signed change of the stock's value, exact: units x unit cost, or the value received."""
    average: Decimal | None
    """Average cost after the movement; `None` as long as no cost has been set."""
    on_hand: int
    valuation: Decimal
    """Value of the stock after the movement."""


class AverageCost:
    """The running stock of one product: units, value and average.

    Examples:
        >>> stock = AverageCost()
        >>> stock.receive(10, Decimal(50)).average, stock.receive(10, Decimal(70)).average
        (Decimal('5.000000'), Decimal('6.000000'))
        >>> stock.issue(5).value
        Decimal('-30.000000')
    """

    def __init__(self) -> None:
        self.units = 0
        self.value = ZERO
        self.average: Decimal | None = None

    def receive(self, units: int, value: Decimal) -> Posting:
        """Take in bought or built units that are worth `value` in all, landed cost included.

        Received while the stock is negative, the average absorbs the difference between what had left and what it
        turns out to have cost: "the books are balanced at the expense of future transactions".
        """
        self.units += units
        self.value += value
        unit_cost = at_cost_places(value / units)
        if self.units > 0:
            self.average = at_cost_places(self.value / self.units)
        elif self.average is None:
            self.average = unit_cost
        return self._posting(units, unit_cost, value)

    def issue(self, units: int) -> Posting:
        """Let units leave at the average; before any cost was set at 0, or without cost if the units are there."""
        unit_cost = self._cost_of_leaving(units)
        return self._move(-units, unit_cost)

    def bring_in(self, units: int) -> Posting:
        """Take in units at the average: a return, a stock take, a transfer."""
        return self._move(units, self.average)

    def correct(self, units: int, unit_cost: Decimal | None) -> Posting:
        """Take back units that had left at `unit_cost`: the negative correction of a shipment."""
        return self._move(units, unit_cost)

    def set_average(self, average: Decimal) -> Posting:
        """Set the average by an Average Cost Change; the stock's value follows."""
        change = self.units * average - self.value
        self.value += change
        self.average = at_cost_places(average)
        return self._posting(0, self.average, change)

    def _cost_of_leaving(self, units: int) -> Decimal | None:
        if self.average is not None:
            return self.average
        shipped_before_stock = self.units < units
        return ZERO if shipped_before_stock else None

    def _move(self, units: int, unit_cost: Decimal | None) -> Posting:
        value = units * (unit_cost or ZERO)
        self.units += units
        self.value += value
        return self._posting(units, unit_cost, value)

    def _posting(self, units: int, unit_cost: Decimal | None, value: Decimal) -> Posting:
        return Posting(units, unit_cost, value, self.average, self.units, self.value)
