"""Clawbacks and reversals: the exact negative of what they reverse, never more than is left of it.

What a reversal means is a loss of its own kind, of the same store and SKU, posted no later, of which units are left
that no earlier reversal took: lost 3 at 7.00, found 1 and then 2: -7.00 and -14.00. Units and amounts choose only among
these: 1 liquidated at 5.00, 2 lost in the warehouse at 7.84, then `WAREHOUSE_LOST` of -1: -7.84, although the
liquidation has as many units. First those of its own order, else any that names none: of several the one with as many
units left (and with the opposite amount, if there is one), else the latest that has enough, else the latest ones
together. What a later one needs that means one kind alone is spared as long as there is more.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from core.costing.outcome_of_move import CostingOutcome, not_applicable, within_limits
from core.costing.rules.line_kinds import (
    has_reason_of,
    is_inbound,
    may_be_money_only,
    means_its_order_alone,
    says_no_kind_of_loss,
)
from core.costing.rules.rules import Rule
from core.costing.units.originals import weighted
from core.model import Cause, CostSource, CostStatus, Disposition, Event, Goods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from core.costing.lines import Line, LineLock, Override
    from core.costing.rules.goods import GoodsLine

REVERSIBLE = frozenset({Rule.RETURN_LOST, Rule.LOSS, Rule.REPLACEMENT, Rule.LIQUIDATION})
"""Rules of lines that a reversal may mean whatever their event is; else reimbursements only."""
_BY_SKU = REVERSIBLE - {Rule.RETURN_LOST}
"""Those that it may mean by SKU alone; what was paid for a customer's return is meant by its order."""


class Candidate(NamedTuple):
    """A reversal, or a line that one may mean."""

    line: Line
    rule: Rule
    units: int | None
    """Without sign; missing = unknown."""
    number: str | None = None
    """Of the reimbursement, where Amazon's report says it."""
    original: str | None = None
    """The number of the reimbursement that it takes back, where the report says it."""


class ReversedUnits(NamedTuple):
    """Units of a line that a reversal takes back."""

    line: Line
    units: int | None
    """Missing: all that is left of it."""


def may_be_reversed(line: Line, rule: Rule) -> bool:
    """Tell whether a reversal may mean the line."""
    return rule in REVERSIBLE or (line.event == Event.REIMBURSEMENT and rule is not Rule.REVERSAL)


def find_reversed(candidates: Iterable[Candidate]) -> dict[int, tuple[ReversedUnits, ...]]:
    """Return what each reversal takes back, by its place; a reversal that finds nothing is left out."""
    goods: dict[tuple[str | None, str | None], list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda candidate: candidate.line.when):
        goods[candidate.line.store, candidate.line.sku].append(candidate)
    return {place: taken for ordered in goods.values() for place, taken in _pairs(ordered)}


def _pairs(ordered: Sequence[Candidate]) -> Iterator[tuple[int, tuple[ReversedUnits, ...]]]:
    """Pair the reversals of one store's SKU with what they mean, in order of time."""
    inbound = min((one.line.moment for one in ordered if is_inbound(one.line)), default=None)
    left = {one.line.place: one for one in ordered if one.rule is not Rule.REVERSAL and one.units != 0}
    reversals = [one for one in ordered if one.rule is Rule.REVERSAL]
    for number, reversal in enumerate(reversals):
        narrower = [one for one in reversals[number + 1 :] if not says_no_kind_of_loss(one.line)]
        taken = _sparing(reversal, left, narrower, inbound)
        _take(left, taken)
        if taken:
            yield reversal.line.place, tuple(taken)


def _take(left: dict[int, Candidate], taken: Iterable[ReversedUnits]) -> None:
    for part in taken:
        one = left.pop(part.line.place)
        if part.units is not None and one.units is not None and part.units < one.units:
            left[part.line.place] = one._replace(units=one.units - part.units)


def _chosen(reversal: Candidate, left: Mapping[int, Candidate], inbound: int | None) -> list[ReversedUnits]:
    """Return what a reversal takes of what is left, looking at itself alone."""
    before = [one for one in left.values() if one.line.moment <= reversal.line.moment]
    of_inbound = inbound is not None and inbound <= reversal.line.moment
    return _taken(reversal, _meant(reversal, before, of_inbound=of_inbound))


def _sparing(
    reversal: Candidate, left: Mapping[int, Candidate], narrower: Sequence[Candidate], inbound: int | None
) -> list[ReversedUnits]:
    """Return what a reversal takes, sparing what later ones need that mean one kind of loss, as far as there is more.

    Lost are 5 in the warehouse and 1 on the way in. A clawback of 1 that may take any leaves the one on the way in to
    the clawback that can take no other, though that one has as many units: all 2 come back, and none is asked. Of two
    that may take the same the earlier one goes first, unless more comes back in all.
    """
    taken = _chosen(reversal, left, inbound)
    if not taken or reversal.units is None or not narrower:
        return taken
    needs = _needed(left, narrower, inbound)
    if not any(part.line.place in needs for part in taken):
        return taken
    then = _without(left, taken)
    found = sum(_needed(then, narrower, inbound).values())
    if found == sum(needs.values()):
        return taken
    spared = {place: one._replace(units=_less(one.units, needs.get(place))) for place, one in left.items()}
    others = _chosen(reversal, {place: one for place, one in spared.items() if one.units != 0}, inbound)
    is_better = sum(needs.values()) + _units(others) > found + _units(taken)
    return others if others and (is_better or says_no_kind_of_loss(reversal.line)) else taken


def _without(left: Mapping[int, Candidate], taken: Iterable[ReversedUnits]) -> dict[int, Candidate]:
    rest = dict(left)
    _take(rest, taken)
    return rest


def _units(taken: Iterable[ReversedUnits]) -> int:
    return sum(part.units or 0 for part in taken)


def _less(units: int | None, needed: int | None) -> int | None:
    """Return the units that are not needed; of a line that states none, all are."""
    return units if needed is None else max(0, (units or 0) - needed)


def _needed(left: Mapping[int, Candidate], later: Iterable[Candidate], inbound: int | None) -> dict[int, int]:
    """Return how many units of each line later reversals would take of what is left, by its place."""
    there, needs = dict(left), defaultdict[int, int](int)
    for reversal in later:
        taken = _chosen(reversal, there, inbound)
        _take(there, taken)
        for part in taken:
            needs[part.line.place] += part.units if part.units is not None else reversal.units or 1
    return needs


def _meant(candidate: Candidate, before: Sequence[Candidate], *, of_inbound: bool) -> list[Candidate]:
    """Return what a reversal may mean of its kind: lines of its order, else of its SKU unless both name other orders.

    Where Amazon's report names the reimbursement that is taken back, it is that one, and none that has another number.
    """
    reversal = candidate.line
    if candidate.original is not None:
        named = [one for one in before if one.number == candidate.original]
        if named:
            return named
        before = [one for one in before if one.number is None]
    kin = [one for one in before if _is_kin(reversal, one, of_inbound=of_inbound)]
    of_order = [one for one in kin if reversal.order_id is not None and one.line.order_id == reversal.order_id]
    if of_order or means_its_order_alone(reversal):
        return [one for one in of_order if has_reason_of(reversal, one.line)] or of_order
    rules = {Rule.LOSS} if says_no_kind_of_loss(reversal) else _BY_SKU
    return [one for one in kin if one.rule in rules and None in (reversal.order_id, one.line.order_id)]


def _is_kin(reversal: Line, one: Candidate, *, of_inbound: bool) -> bool:
    """Tell whether a line is of the kind that a reversal takes back, whatever its units and amount are.

    A liquidation is undone only by what is called one. Units missing on the way in are found of such losses, and of
    losses in the warehouse only while the books hold none on the way in. A word for clawbacks in general, which says no
    kind, may take back any loss, and a loss with its sign turned those of the same reason.

    Args:
        reversal: What takes back.
        one: What may be meant.
        of_inbound: Whether a loss of the SKU on the way in was posted by then, found or not.
    """
    names_liquidation = reversal.goods is Goods.LIQUIDATED or reversal.event == Event.LIQUIDATION
    if names_liquidation or one.rule is Rule.LIQUIDATION:
        return names_liquidation and one.rule is Rule.LIQUIDATION
    if says_no_kind_of_loss(reversal):
        return True
    if reversal.goods is not Goods.LOSS_REVERSED:
        return has_reason_of(reversal, one.line)
    if not reversal.is_declared and reversal.order_id is not None and one.line.order_id == reversal.order_id:
        return True
    return is_inbound(one.line) if of_inbound else one.rule is Rule.LOSS and one.line.goods is Goods.LOST


def _taken(reversal: Candidate, candidates: Sequence[Candidate]) -> list[ReversedUnits]:
    """Choose among what a reversal may mean, by the units that are left."""
    latest = sorted(candidates, key=lambda one: one.line.when, reverse=True)
    units = reversal.units
    if units is None:
        return [ReversedUnits(one.line, one.units) for one in latest[:1]]
    same = [one for one in latest if one.units == units]
    opposite = [one for one in same if one.line.net is not None and one.line.net == -(reversal.line.net or 0)]
    enough = [one for one in latest if one.units is None or one.units >= units]
    for choice in (opposite, same, enough):
        if choice:
            return [ReversedUnits(choice[0].line, units)]
    return list(_several(units, latest))


def _several(units: int, latest: Sequence[Candidate]) -> Iterator[ReversedUnits]:
    for one in latest:
        number = min(units, one.units or 0)
        units -= number
        if number:
            yield ReversedUnits(one.line, number)


class ReversedLine(NamedTuple):
    """A reversed line with what it came out with."""

    line: Line
    units: int | None
    """Of it, those that are reversed; missing: all."""
    of: CostingOutcome
    lock: LineLock | None
    """Its lock, whose accepted true-ups count."""
    units_left: int
    """Units that it took out of stock and no earlier reversal has brought back."""

    @property
    def unit_cost(self) -> Decimal | None:
        """What one unit of it cost, home currency; the units carry the sign. `None` where the cost is missing."""
        return self.lock.cost_now if self.lock is not None else self.of.unit_cost

    @property
    def back(self) -> int:
        """Units that come back: none of a line that took no cost."""
        return self.units_left if self.units is None else min(self.units, self.units_left)

    @property
    def name(self) -> str:
        """What it is, for a person."""
        return f"{self.line.event} in settlement {self.line.settlement_id}, posted on {self.line.day}"


class ReversalOutcome(NamedTuple):
    """What a reversal comes out with, and the cost that is believed where it is asked."""

    outcome: CostingOutcome
    believed_cost: Decimal | None = None


def negative(
    reversal: Line, parts: Sequence[ReversedLine], override: Override | None, *, asks: bool
) -> ReversalOutcome:
    """Return the exact negative of what lines came out with; of fewer units, the negative of these.

    Where a reversed line has no cost yet, the reversal waits for it. Where more units come back than are left, or the
    marketplace's word may mean money alone, it is asked with the units left prefilled.

    Args:
        reversal: The line that reverses.
        parts: What it reverses.
        override: The bookkeeper's answer.
        asks: Whether it is to be asked where nobody has answered.
    """
    first = parts[0]
    units = (
        override.units if override is not None and override.units is not None else abs(reversal.quantity or 0) or None
    )
    if override is not None and (override.is_zero or override.disposition in NO_GOODS or override.units == 0):
        return ReversalOutcome(not_applicable("No goods moved, as saved on Resolve.", original=first.line.key))
    if override is not None and override.disposition == Disposition.UNSELLABLE:
        kept = not_applicable(FOUND_UNSELLABLE, original=first.line.key)
        return ReversalOutcome(kept._replace(disposition=override.disposition))
    moved = [part for part in parts if part.of.status != CostStatus.NOT_APPLICABLE]
    if not moved:
        reason = f"It reverses the {first.name}, which took no cost."
        return ReversalOutcome(not_applicable(reason, original=first.line.key))
    waits = next((part for part in moved if part.unit_cost is None or part.of.quantity is None), None)
    if waits is not None:
        return ReversalOutcome(_waiting(waits))
    return _costed(moved, override, units, asks=asks)


def waits_for_an_answer(goods: GoodsLine, matched: int | None) -> bool:
    """Tell whether a reversal is asked and nobody has answered: until then nothing comes back.

    Args:
        goods: The reversal.
        matched: Units of the lines that it means; `None` where one does not say.
    """
    saved = goods.override
    is_accepted = saved is not None and saved.is_accepted
    if goods.lock is not None or (is_accepted and goods.saved_units is None):
        return False
    units = goods.saved_units if goods.saved_units is not None else goods.units
    if units is not None and matched is not None and units > matched:
        return saved is None or not saved.unit_cost or is_accepted
    if is_accepted:
        return False
    is_answered = saved is not None and (saved.is_zero or saved.disposition in NO_GOODS or saved.units is not None)
    asks = may_be_money_only(goods.line) or (saved is not None and saved.is_typed_elsewhere)
    return asks and not goods.is_history and not is_answered


NO_GOODS = frozenset({Disposition.MONEY_ONLY, Disposition.NOT_RETURNED})
"""Dispositions that say of a reversal that money alone was taken back."""
FOUND_UNSELLABLE = "The goods were found unsellable: their cost stays an expense."
"""Why units that were found take no cost back; unlike `NO_GOODS` they are not lost any more."""


def _waiting(part: ReversedLine) -> CostingOutcome:
    waiting = part.of._replace(status=CostStatus.WAITING, cause=None, cogs=None, quantity=None, unit_cost=None)
    reason = f"Waits for the cost of the {part.name}."
    return waiting._replace(source=None, original=part.line.key, reason=reason, disposition=None)


def _costed(
    moved: Sequence[ReversedLine], override: Override | None, units: int | None, *, asks: bool
) -> ReversalOutcome:
    """Put the parts together, or ask."""
    back = sum(part.back for part in moved)
    lots = [(part.back, part.unit_cost) for part in moved if part.unit_cost is not None and part.back]
    if not lots:
        reason = f"It reverses the {moved[0].name}, of which nothing is left to come back."
        return ReversalOutcome(not_applicable(reason, original=moved[0].line.key))
    cost, key = weighted(lots), moved[0].line.key
    matched = sum(part.units or part.units_left for part in moved)
    is_answered = override is not None and (override.is_accepted or override.units is not None)
    takes_what_is_left = override is not None and override.is_accepted and override.units is None
    if units is not None and units > matched and not takes_what_is_left:
        if override is not None and override.unit_cost and not override.is_accepted:
            return ReversalOutcome(_outcome(units, override.unit_cost, key, "As saved on Resolve.", CostSource.ENTERED))
        reason = (
            f"{units} would come back, but only {_left(matched, moved)} to come back: keep or change the units back."
        )
        return ReversalOutcome(_asked(back, key, Cause.UNITS_DISAGREE, reason), cost)
    if asks and not is_answered:
        reason = (
            f"Units may have come back, or money alone was taken back; {_left(back, moved)}: keep or change the units "
            f"back, 0 if none did."
        )
        return ReversalOutcome(_asked(back, key, Cause.GOODS_UNCLEAR, reason), cost)
    back = min(back, units) if units is not None else back
    names = " and of the ".join(part.name for part in moved)
    return ReversalOutcome(_outcome(back, cost, key, f"Exact negative of the {names}.", CostSource.ORIGINAL))


def _left(units: int, moved: Sequence[ReversedLine]) -> str:
    return f"{units} of the {moved[0].name} {'is' if units == 1 else 'are'} left"


def _outcome(units: int, cost: Decimal, key: str, reason: str, source: CostSource) -> CostingOutcome:
    status = CostStatus.COSTED if cost else CostStatus.ZERO_CONFIRMED
    return within_limits(CostingOutcome(status, -units, None, cost, -units * cost, source, original=key, reason=reason))


def _asked(units: int, key: str, cause: Cause, reason: str) -> CostingOutcome:
    return CostingOutcome(CostStatus.MISSING, -units, cause, original=key, reason=reason)
