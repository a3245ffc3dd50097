"""What Resolve shows prefilled; never applied by itself (docs/design/costing.md, Which cost a line gets).

The current average comes first: it is what the bookkeeper sees on Finale's own screen. Where Finale has none, the
average on the line's date stands in, then the last cost used for the SKU. A line without an order (a loss, a
liquidation) is proposed the average of its day first: what was received since did not leave with it. A kit is proposed
as its parts together. Where units are the question and money only is believed, zero is proposed; where units are
believed to have come back, the original's cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.costing.frames import declared_rows, table
from core.costing.inputs import LAST_USED_COLUMNS
from core.frame_columns import values
from core.model import Cause, CostSource, Proposal
from core.money import is_too_large
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    import pandas as pd

    from core.costing.costs.finale_costs import Average, Finale
    from core.costing.lines import Line


class ProposedCost(NamedTuple):
    """A proposed unit cost, what it is, and the moment or day it is of."""

    unit_cost: Decimal
    proposal: Proposal
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class MissingCost:
    """A line without cost."""

    line: Line
    cause: Cause
    quantity: int | None
    """What Resolve shows prefilled as units; see `Move.quantity`."""
    original_cost: Decimal | None
    finale: Finale
    last_used: Mapping[str, Average]
    believed_cost: Decimal | None = None
    """The unit cost that is believed where goods or units are asked."""
    goods_believed: bool = False
    """Whether goods are believed to have moved, whatever they cost; else no goods are, without a cost above 0."""
    without_order: bool = False
    """Whether its goods left without a customer's order: then the average of its day comes before today's."""
    typed_elsewhere: Decimal | None = None
    """What somebody typed for the line that another document has in this one's place."""


UNITS = frozenset({Cause.UNITS_UNKNOWN, Cause.UNITS_DISAGREE})
"""Causes that ask for units, not for a cost."""


def typed_elsewhere(missing: MissingCost) -> ProposedCost | None:
    """Propose what a person typed for this line when another document showed it with other units or meaning."""
    typed = missing.typed_elsewhere
    return None if typed is None else ProposedCost(typed, Proposal.TYPED_ELSEWHERE)


def money_only(missing: MissingCost) -> ProposedCost | None:
    """Propose that no goods moved."""
    believed = missing.cause in UNITS and missing.quantity == 0
    unclear = missing.cause == Cause.GOODS_UNCLEAR and not missing.believed_cost and not missing.goods_believed
    return ProposedCost(Decimal(0), Proposal.MONEY_ONLY) if believed or unclear else None


def cost_of_original(missing: MissingCost) -> ProposedCost | None:
    """Propose the original's cost, where units are asked."""
    if missing.believed_cost:
        return ProposedCost(missing.believed_cost, Proposal.ORIGINAL)
    is_about_units = missing.cause in UNITS and missing.original_cost is not None
    return ProposedCost(missing.original_cost or Decimal(0), Proposal.ORIGINAL) if is_about_units else None


def current_average(missing: MissingCost) -> ProposedCost | None:
    """Propose Finale's average of today."""
    average = missing.finale.average(missing.line.sku)
    return average and ProposedCost(average.unit_cost, Proposal.CURRENT_AVERAGE, average.as_of)


def average_of_its_day(missing: MissingCost) -> ProposedCost | None:
    """Propose, for a line without an order, what the goods were worth when they left: not what they are worth today."""
    return average_on_day(missing) if missing.without_order else None


def average_on_day(missing: MissingCost) -> ProposedCost | None:
    """Propose Finale's average of the line's day."""
    average = missing.finale.average_for(missing.line)
    return average and ProposedCost(average.unit_cost, Proposal.AVERAGE_ON_SHIP_DATE, average.as_of)


def last_cost_used(missing: MissingCost) -> ProposedCost | None:
    """Propose the last cost that was used for the SKU."""
    last = missing.last_used.get(missing.line.sku) if missing.line.sku is not None else None
    return last and ProposedCost(last.unit_cost, Proposal.LAST_COST_USED, last.as_of)


CANDIDATES: tuple[Callable[[MissingCost], ProposedCost | None], ...] = (
    typed_elsewhere,
    money_only,
    cost_of_original,
    average_of_its_day,
    current_average,
    average_on_day,
    last_cost_used,
)
"""In this order; the first that proposes something wins."""


def prefilled_cost(missing: MissingCost) -> ProposedCost | None:
    """Return what Resolve shows prefilled; nothing where nobody knows anything, or only what no books hold."""
    for candidate in CANDIDATES:
        proposed = candidate(missing)
        if proposed is not None and not is_too_large(proposed.unit_cost, missing.quantity):
            return proposed
    return None


USED_SOURCES = frozenset({CostSource.ENTERED, CostSource.ACCEPTED_AVERAGE, CostSource.ORDER, CostSource.LOCKED})
"""Sources of a cost that may be proposed as the last one used."""


class UsedCost(NamedTuple):
    """A cost that a line used."""

    when: tuple[int, str]
    sku: str | None
    day: str | None
    unit_cost: Decimal | None
    source: str | None


def last_used(used: Iterable[UsedCost]) -> dict[str, tuple[Decimal, str | None]]:
    """Return each SKU's last unit cost above zero, home currency, of Finale's orders or typed, and its day."""
    newest: dict[str, UsedCost] = {}
    for cost in used:
        if cost.sku is None or cost.unit_cost is None or cost.unit_cost <= 0 or cost.source not in USED_SOURCES:
            continue
        if cost.sku not in newest or newest[cost.sku].when < cost.when:
            newest[cost.sku] = cost
    return {sku: (cost.unit_cost or Decimal(0), cost.day) for sku, cost in newest.items()}


def last_costs_used(
    transactions: pd.DataFrame, costed: pd.DataFrame, zones: Mapping[str, ZoneInfo] | None = None
) -> pd.DataFrame:
    """Return the last cost used for each SKU, for `CostingInput.last_used` when only part of the books is costed.

    Args:
        transactions: TRANSACTION_COLUMNS.
        costed: COSTED_COLUMNS of the same lines, in the same order.
        zones: The time zone of each store, which cuts its days; UTC where none is given.

    Returns:
        LAST_USED_COLUMNS. Of lines posted at the same moment the one with the greater key is the last.
    """
    moments = transactions["posted_at"].astype("int64[pyarrow]").fillna(0)
    days = local_days(transactions, zones or {})
    columns = (transactions["key"], transactions["sku"], days, costed["unit_cost"], costed["cost_source"])
    used = (
        UsedCost((moment, key), *rest)
        for moment, key, *rest in zip(values(moments), *(values(column) for column in columns), strict=True)
    )
    return table(LAST_USED_COLUMNS, ((sku, cost, day) for sku, (cost, day) in last_used(used).items()))


def read_last_used(frame: pd.DataFrame) -> dict[str, tuple[Decimal, str | None]]:
    """Return LAST_USED_COLUMNS by SKU."""
    return {sku: (cost, day) for sku, cost, day in declared_rows(LAST_USED_COLUMNS, frame)}
