"""Costs that look wrong: they are used and marked, and the COGS export asks for them first (design §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.model import CostSource

if TYPE_CHECKING:
    from decimal import Decimal

    from core.costing.finale import Finale
    from core.costing.precedence import Answer, Asked

TIMES = 5
"""A cost of more than so many times the current average, or of less than that part of it, is suspect."""
_JUDGED = frozenset(
    {CostSource.ENTERED, CostSource.ACCEPTED_AVERAGE, CostSource.ORDER, CostSource.AVERAGE_ON_DATE, CostSource.OPENING}
)


def suspicion(asked: Asked, answer: Answer, finale: Finale) -> str | None:
    """Return why a cost looks wrong; nothing where it does not.

    A line that takes its original's cost is not marked again; an entered cost with a note is taken as meant.

    Args:
        asked: The line.
        answer: Its cost.
        finale: For the current average of the SKU.
    """
    if answer.source not in _JUDGED or answer.unit_cost == 0:
        return None
    if answer.unit_cost < 0:
        return "The cost is negative"
    if answer.source is CostSource.ENTERED and asked.saved is not None and asked.saved.note:
        return None
    average = finale.average(asked.line.sku)
    far = _far_off(answer.unit_cost, average.unit_cost) if average is not None else None
    return far or answer.odd


def _far_off(cost: Decimal, average: Decimal) -> str | None:
    if cost > average * TIMES:
        return f"More than five times the current average, {average.normalize():f}"
    if cost * TIMES < average:
        return f"Less than a fifth of the current average, {average.normalize():f}"
    return None
