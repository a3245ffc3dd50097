"""Costs that look wrong: they are used and marked, and the COGS export asks for them first (docs/design/costing.md).

A case of twelve entered as one unit costs twelve times the average. With an average of 4.00, 20.00 is used as it is and
20.01 is marked; it is a question to a person, because prices do rise, and nothing is corrected here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.model import CostSource, records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    import pandas as pd

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
    far = far_off(answer.unit_cost, average.unit_cost) if average is not None else None
    return far or answer.odd


@dataclass(frozen=True, slots=True)
class SuspectCost:
    """A cost that looks wrong, as a person is told of it before it is saved or exported."""

    order_id: str | None
    sku: str | None
    unit_cost: Decimal
    """Per unit of the SKU, home currency."""
    average: Decimal | None
    """The SKU's current average, else what was proposed; missing where nothing is known."""
    reason: str
    where: str = ""
    """How its cell is named, where it was typed."""

    def __str__(self) -> str:
        """Return it as `order 111-1, SKU MUG: cost 1234.5, average 9.93`, and the reason where that is another."""
        order = f"order {self.order_id}" if self.order_id else "no order"
        place = f"{self.where}, {order}" if self.where else order
        average = f"{self.average.normalize():f}" if self.average is not None else "not known"
        said = f"{place}, SKU {self.sku or 'not named'}: cost {self.unit_cost.normalize():f}, average {average}"
        is_far = self.average is not None and far_off(self.unit_cost, self.average) is not None
        return said if is_far else f"{said} ({self.reason[:1].lower()}{self.reason[1:]})"


def suspect_costs(lines: pd.DataFrame, finale: Finale) -> tuple[SuspectCost, ...]:
    """Return the costs of lines that look wrong, in their order.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        finale: For the current averages.
    """
    rows = records(lines.loc[lines["suspect"].notna(), ["order_id", "sku", "unit_cost", "suspect"]])
    averages = ((row, finale.average(row["sku"])) for row in rows)
    return tuple(
        SuspectCost(
            row["order_id"], row["sku"], row["unit_cost"], average.unit_cost if average else None, row["suspect"]
        )
        for row, average in averages
    )


_MOST_NAMED = 10


def named_costs(suspects: Sequence[SuspectCost]) -> str:
    """Return costs that look wrong in a sentence; of very many the first."""
    more = len(suspects) - _MOST_NAMED
    return "; ".join([*(str(one) for one in suspects[:_MOST_NAMED]), *([f"and {more:,} more"] if more > 0 else [])])


def far_off(cost: Decimal, average: Decimal) -> str | None:
    """Return why a cost looks wrong beside an average; nothing where it does not."""
    if cost > average * TIMES:
        return f"More than five times the current average, {average.normalize():f}"
    if cost * TIMES < average:
        return f"Less than a fifth of the current average, {average.normalize():f}"
    return None
