"""Clawbacks and reversals: the exact negative of the line they reverse (design §4).

That line is a reimbursement, adjustment or liquidation of the same store and SKU, posted no later: first one of the
same order (with the same units, if there is one), else one of the same units. A line is reversed once; of several, the
latest is.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from core.costing.outcome import not_applicable
from core.costing.rules import Rule
from core.model import CostSource, CostStatus, Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.costing.lines import Line, Lock
    from core.costing.outcome import Outcome

REVERSIBLE = frozenset({Rule.RETURN_LOST, Rule.LOSS, Rule.REPLACEMENT, Rule.LIQUIDATION})
"""Rules of lines that a reversal may mean by SKU and units alone; other reimbursements only by their order."""


class Candidate(NamedTuple):
    """A reversal, or a line that one may mean."""

    line: Line
    rule: Rule


def may_be_reversed(line: Line, rule: Rule) -> bool:
    """Tell whether a reversal may mean the line."""
    return rule in REVERSIBLE or (line.event == Event.REIMBURSEMENT and rule is not Rule.REVERSAL)


def find_reversed(candidates: Iterable[Candidate]) -> dict[int, Line]:
    """Return the reversed line by the place of its reversal; a reversal that finds none is left out."""
    goods: dict[tuple[str | None, str | None], list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda candidate: candidate.line.when):
        goods[candidate.line.store, candidate.line.sku].append(candidate)
    return {place: line for ordered in goods.values() for place, line in _pairs(ordered)}


def _pairs(ordered: Sequence[Candidate]) -> Iterable[tuple[int, Line]]:
    """Pair the reversals of one store's SKU with what they mean, in order of time."""
    free = {candidate.line.place: candidate for candidate in ordered if candidate.rule is not Rule.REVERSAL}
    for reversal in (candidate.line for candidate in ordered if candidate.rule is Rule.REVERSAL):
        before = [candidate for candidate in free.values() if candidate.line.moment <= reversal.moment]
        for means in MEANINGS:
            meant = [candidate.line for candidate in before if means(reversal, candidate)]
            if meant:
                yield reversal.place, meant[-1]
                del free[meant[-1].place]
                break


def _order_and_units(reversal: Line, candidate: Candidate) -> bool:
    return _order(reversal, candidate) and _same_units(reversal, candidate.line)


def _order(reversal: Line, candidate: Candidate) -> bool:
    return reversal.order_id is not None and reversal.order_id == candidate.line.order_id


def _goods(reversal: Line, candidate: Candidate) -> bool:
    return candidate.rule in REVERSIBLE and _same_units(reversal, candidate.line)


def _same_units(one: Line, other: Line) -> bool:
    return abs(one.quantity or 0) == abs(other.quantity or 0)


MEANINGS = (_order_and_units, _order, _goods)
"""In this order; the first that finds a line wins."""


def negative(reversal: Line, line: Line, of: Outcome, lock: Lock | None) -> Outcome:
    """Return the exact negative of what a line came out with; of fewer units, the negative of these.

    Where the reversed line has no cost yet, the reversal waits for it.

    Args:
        reversal: The line that reverses.
        line: The reversed line.
        of: What it came out with.
        lock: Its lock, whose accepted true-ups count.
    """
    said = f"{line.event} in settlement {line.settlement_id}, posted on {line.day}"
    if of.status == CostStatus.NOT_APPLICABLE:
        return not_applicable(f"It reverses the {said}, which took no cost.", original=line.key)
    cost, quantity = (lock.cost_now, lock.quantity_now) if lock is not None else (of.unit_cost, of.quantity)
    if cost is None or quantity is None:
        waiting = of._replace(status=CostStatus.WAITING, cause=None, cogs=None, quantity=None)
        return waiting._replace(original=line.key, reason=f"Waits for the cost of the {said}.", disposition=None)
    units = quantity if reversal.quantity is None else min(abs(reversal.quantity), quantity)
    return of._replace(
        quantity=-units,
        cogs=-units * cost,
        unit_cost=cost,
        source=CostSource.ORIGINAL,
        original=line.key,
        disposition=None,
        suspect=None,
        reason=f"Exact negative of the {said}.",
    )
