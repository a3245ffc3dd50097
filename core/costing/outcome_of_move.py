"""From a move and an answer to the costed line: status, unit cost, COGS."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.model import Cause, CostSource, CostStatus
from core.money import FIRST_TOO_LARGE, LARGEST_UNIT_COST, is_too_large

if TYPE_CHECKING:
    from datetime import datetime

    from core.costing.costs.precedence import UnitCost
    from core.costing.lines import LineLock
    from core.costing.rules.goods import Move

_NONE = Decimal(0)


class CostingOutcome(NamedTuple):
    """What costing says of a line (COSTED_COLUMNS)."""

    status: str
    quantity: int | None
    cause: str | None = None
    unit_cost: Decimal | None = None
    cogs: Decimal | None = None
    source: str | None = None
    as_of: datetime | None = None
    original: str | None = None
    """Key of the line whose cost it takes, or waits for."""
    disposition: str | None = None
    reason: str = ""
    """What its move says of it."""
    suspect: str | None = None
    """Why its cost looks wrong."""


def not_applicable(reason: str, disposition: str | None = None, original: str | None = None) -> CostingOutcome:
    """Return the outcome of a line on which money moved and no goods did: COGS 0."""
    return CostingOutcome(
        CostStatus.NOT_APPLICABLE, 0, cogs=_NONE, reason=reason, disposition=disposition, original=original
    )


def outcome(
    move: Move, answer: UnitCost | None, missing: Cause | None, original: str | None, suspect: str | None = None
) -> CostingOutcome:
    """Put a move and an answer together.

    Args:
        move: The line's units.
        answer: Its unit cost, if a step of the precedence knew one.
        missing: Why it has none, where it is asked for; `None` where it waits for its original.
        original: Key of the line that it refers to.
        suspect: Why the unit cost looks wrong.
    """
    if move.waits_for is not None:
        return _without_cost(CostStatus.WAITING, move, None, move.waits_for.key)
    if move.quantity == 0 and move.cause is None:
        return not_applicable(move.reason, move.disposition, original)
    if answer is not None and (answer.unit_cost == 0 or (move.cause is None and move.quantity is not None)):
        return within_limits(_costed(move, answer, original, suspect))
    if move.cause is not None or missing is not None:
        return _without_cost(CostStatus.MISSING, move, move.cause or missing, original)
    return _without_cost(CostStatus.WAITING, move, None, original)


def with_question_again(before: CostingOutcome) -> CostingOutcome:
    """Return the outcome of a line whose saved answer was to another question: its units stay, its cost is asked."""
    return _asked_for_its_cost(before, Cause.ASKED_ANEW, "")


def within_limits(costed: CostingOutcome) -> CostingOutcome:
    """Return the outcome of a line that has a cost; one whose cost is more than books hold is asked for another."""
    cost, source = costed.unit_cost, costed.source
    if cost is None or source is None or not is_too_large(cost, costed.quantity):
        return costed
    return _asked_for_its_cost(costed, Cause.COST_TOO_LARGE, _too_large_in_words(cost, costed.quantity or 0, source))


def _too_large_in_words(unit_cost: Decimal, units: int, source: str) -> str:
    """Say what is too large, where it is from (`CostSource`) and what to do."""
    cost = f"{unit_cost.normalize():,f} a unit ({source})"
    advice = "look for a digit too many in the cost or the units and correct it where it is from, or save a cost here."
    if abs(unit_cost) > LARGEST_UNIT_COST:
        return f"{cost} is more than {LARGEST_UNIT_COST:,}, the most that a unit can cost in the books: {advice}"
    comes_to = f"comes to {abs(unit_cost * units).normalize():,f} for {abs(units):,} units"
    return f"{cost} {comes_to}; a line of the books costs less than {FIRST_TOO_LARGE:,}: {advice}"


def _asked_for_its_cost(before: CostingOutcome, cause: Cause, reason: str) -> CostingOutcome:
    nothing: dict[str, None] = dict.fromkeys(("unit_cost", "cogs", "source", "as_of", "suspect"))
    return before._replace(status=CostStatus.MISSING, cause=cause, reason=reason, **nothing)


def _costed(move: Move, answer: UnitCost, original: str | None, suspect: str | None) -> CostingOutcome:
    """Return the outcome of a line that has its units and its unit cost; a cost of 0 is a confirmed one."""
    return CostingOutcome(
        CostStatus.COSTED if answer.unit_cost else CostStatus.ZERO_CONFIRMED,
        move.quantity,
        None,
        answer.unit_cost,
        answer.unit_cost * (move.quantity or 0),
        answer.source,
        answer.as_of,
        original,
        move.disposition,
        move.reason,
        suspect,
    )


def _without_cost(status: CostStatus, move: Move, cause: Cause | None, original: str | None) -> CostingOutcome:
    return CostingOutcome(
        status, move.quantity, cause, original=original, disposition=move.disposition, reason=move.reason
    )


def as_locked(lock: LineLock) -> CostingOutcome:
    """Return the outcome that a locked line was exported with."""
    return CostingOutcome(
        status=lock.status,
        quantity=lock.quantity,
        cause=lock.cause,
        unit_cost=lock.unit_cost,
        cogs=lock.cogs,
        source=CostSource.LOCKED if lock.source is not None else None,
        as_of=lock.as_of,
        original=lock.original_key,
        disposition=lock.disposition,
        suspect=lock.suspect,
    )
