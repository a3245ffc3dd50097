"""Which cost a line gets: a list of steps, of which the first that answers wins; and the table of opening costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.costing.costs.finale_costs import midnight
from core.costing.frames import declared_rows
from core.costing.inputs import OPENING_COLUMNS
from core.costing.lines import LineLock
from core.costing.rules.rules import Rule
from core.model import CostSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from core.costing.costs.finale_costs import Finale
    from core.costing.costs.order_costs import OrderCosts
    from core.costing.inputs import CostingPolicies
    from core.costing.lines import Line, Override
    from core.costing.units.originals import OriginalCost


class OpeningCost(NamedTuple):
    """An opening cost of a SKU; without a day it is of old."""

    day: str
    unit_cost: Decimal
    as_of: datetime | None


def read_opening(opening: pd.DataFrame | None) -> dict[str, list[OpeningCost]]:
    """Return the opening costs of each SKU, the oldest first; a blank or zero one is none."""
    by_sku: dict[str, list[OpeningCost]] = defaultdict(list)
    for sku, unit_cost, as_of in declared_rows(OPENING_COLUMNS, opening):
        if unit_cost:
            by_sku[sku].append(OpeningCost((as_of or "")[:10], unit_cost, midnight(as_of) if as_of else None))
    return {sku: sorted(costs, key=lambda cost: cost.day) for sku, costs in by_sku.items()}


class CostQuestion(NamedTuple):
    """A line whose cost is asked for, with what the books hold about it."""

    line: Line
    rule: Rule
    override: Override | None = None
    lock: LineLock | None = None
    original: OriginalCost | None = None
    """What its original cost; missing where it has none in the books, or one that nobody will ever cost."""


class PendingOriginal(NamedTuple):
    """The answer of an original that has no cost yet: a refund waits for it and asks nobody else."""

    line: Line
    """The sale without cost."""


class UnitCost(NamedTuple):
    """A unit cost, per unit of the SKU in home currency, and where it is from."""

    unit_cost: Decimal
    source: CostSource
    as_of: datetime | None = None
    odd: str | None = None
    """How it was reckoned otherwise than the mapping says."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the steps look."""

    finale: Finale
    order_costs: OrderCosts
    opening: Mapping[str, Sequence[OpeningCost]]
    """The opening costs of each SKU, the oldest first."""
    policies: CostingPolicies


Found = UnitCost | LineLock | PendingOriginal
"""What ends the search: a cost; the snapshot of an exported line, cost or not; or an original to wait for."""


def locked_snapshot(question: CostQuestion, sources: Sources) -> LineLock | None:  # noqa: ARG001 - a step like the others
    """Step 1: a line stands as it was exported."""
    return question.lock


def saved_override(question: CostQuestion, sources: Sources) -> UnitCost | None:  # noqa: ARG001 - a step like the others
    """Step 2: what the bookkeeper saved for the line; a refund of an order in the books takes the original's instead.

    A saved 0 is no cost unless it is confirmed, or was proposed and accepted.
    """
    saved = question.override
    if saved is None or question.original is not None:
        return None
    source = CostSource.ACCEPTED_AVERAGE if saved.is_accepted else CostSource.ENTERED
    if saved.is_zero:
        return UnitCost(Decimal(0), source, saved.at)
    return UnitCost(saved.unit_cost, source, saved.at) if saved.unit_cost else None


def original_line(question: CostQuestion, sources: Sources) -> UnitCost | PendingOriginal | None:  # noqa: ARG001 - a step like the others
    """Step 3: a refund or adjustment of an order in the books takes the unit cost used on the original line."""
    used = question.original
    if used is None:
        return None
    return (
        PendingOriginal(used.line)
        if used.unit_cost is None
        else UnitCost(used.unit_cost, CostSource.ORIGINAL, used.as_of)
    )


def order_cost(question: CostQuestion, sources: Sources) -> UnitCost | None:
    """Step 4: Finale's cost of that order line, when it is above zero."""
    if question.rule not in HAS_OWN_COST:
        return None
    of_order = sources.order_costs.of_line(question.line)
    return (
        None
        if of_order.unit_cost is None
        else UnitCost(of_order.unit_cost, CostSource.ORDER, of_order.as_of, of_order.odd)
    )


HAS_OWN_COST = frozenset({Rule.SALE, Rule.REFUND, Rule.RETURN_LOST, Rule.REPLACEMENT, Rule.LOSS, Rule.LIQUIDATION})
"""Rules of lines that may take a cost by themselves; a reversal takes that of what it reverses, or is asked."""


LEAVES = frozenset({Rule.SALE, Rule.LOSS, Rule.LIQUIDATION})
"""Those whose goods left with the order that they name, so that each takes the cost of its own shipments."""


def average_on_date(question: CostQuestion, sources: Sources) -> UnitCost | None:
    """Step 5: an adjustment without an order takes Finale's average of its day, unless the policy asks."""
    if sources.policies.on(question.line.day).adjustment_average != "use" or not takes_average(
        question.line, question.rule
    ):
        return None
    average = sources.finale.average_for(question.line)
    return average and UnitCost(average.unit_cost, CostSource.AVERAGE_ON_DATE, average.as_of, average.odd)


def is_without_order(line: Line, rule: Rule) -> bool:
    """Tell whether no customer's order stands behind a line, so that its cost is the average of a day.

    The one answer to this question, for what Finale is asked and for what a line costs. A loss or liquidation may name
    an order all the same: a removal order, or a shipment to Amazon.
    """
    return rule in {Rule.LOSS, Rule.LIQUIDATION} or line.order_id is None


def takes_average(line: Line, rule: Rule) -> bool:
    """Tell whether a line without an order takes the average of its day by itself; others are asked."""
    return rule in _TAKE_AVERAGE and is_without_order(line, rule)


_TAKE_AVERAGE = frozenset({Rule.LOSS, Rule.LIQUIDATION, Rule.REPLACEMENT})


def opening_cost(question: CostQuestion, sources: Sources) -> UnitCost | None:
    """Step 6: goods shipped before *Finale start* take the opening cost of their SKU, the last as of their day."""
    start, day = sources.policies.finale_start, question.line.day
    if start is None or day is None or day >= start.isoformat():
        return None
    if question.line.sku is None or question.rule not in HAS_OWN_COST:
        return None
    known = [cost for cost in sources.opening.get(question.line.sku, ()) if cost.day <= day]
    return UnitCost(known[-1].unit_cost, CostSource.OPENING, known[-1].as_of) if known else None


STEPS: tuple[Callable[[CostQuestion, Sources], Found | None], ...] = (
    locked_snapshot,
    saved_override,
    original_line,
    order_cost,
    average_on_date,
    opening_cost,
)
"""In this order; what none of them answers is missing, with its cause (step 7)."""


def first_answer(question: CostQuestion, sources: Sources) -> Found | None:
    """Return what the first step says that knows the line; nothing where none does."""
    for step in STEPS:
        answer = step(question, sources)
        if answer is not None:
            return answer
    return None
