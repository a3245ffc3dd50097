"""Every line's unit cost and outcome, or why not: lines that stand alone, those that refer to them, reversals."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from core.costing.costs.precedence import CostQuestion, UnitCost, first_answer, takes_average
from core.costing.costs.suspects import suspicion
from core.costing.lines import LineLock
from core.costing.outcome_of_move import as_locked, not_applicable, outcome, with_question_again
from core.costing.rules.line_kinds import may_be_money_only, means_its_order_alone
from core.costing.rules.rules import Rule
from core.costing.units.clawbacks import ReversedLine, negative
from core.costing.units.originals import ReturnedUnits, SaleCost, as_it_came_back, used_on
from core.model import COST_KNOWN, Cause, CostStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from core.costing.costs.precedence import Found, Sources
    from core.costing.ledger import CostLedger
    from core.costing.lines import Line
    from core.costing.outcome_of_move import CostingOutcome
    from core.costing.rules.goods import Move
    from core.costing.units.clawbacks import ReversedUnits
    from core.costing.units.originals import Name, OriginalCost

_REFERRING = frozenset({Rule.REFUND, Rule.RETURN_LOST, Rule.REPLACEMENT, Rule.REVERSAL})


def cause(question: CostQuestion, sources: Sources) -> Cause:
    """Return the cause of a line that no step answers."""
    if question.rule is Rule.UNCLEAR or (question.rule is Rule.REVERSAL and _may_move_none(question.line)):
        return Cause.GOODS_UNCLEAR
    if takes_average(question.line, question.rule):
        return _of_average(question.line, sources)
    if question.rule in _REFERRING:
        return Cause.ORIGINAL_MISSING
    return Cause(sources.order_costs.of_line(question.line).cause or Cause.COST_BLANK)


def _may_move_none(line: Line) -> bool:
    """Tell whether a reversal that finds nothing may have taken back money alone."""
    return means_its_order_alone(line) or (line.is_declared and may_be_money_only(line))


def _of_average(line: Line, sources: Sources) -> Cause:
    """Return why an adjustment without an order has no average of its date."""
    sku, finale = line.sku, sources.finale
    if sku is None or (sku in finale.mapping and not finale.parts(sku)):
        return Cause.SKU_NOT_MAPPED
    if sources.policies.on(line.day).adjustment_average == "ask":
        return Cause.ASK
    products = {part.product for part in finale.parts(sku)}
    if products & finale.zero:
        return Cause.COST_ZERO
    return Cause.COST_BLANK if finale.was_asked_for(line) else Cause.NOT_SYNCED


class LineOutcome(NamedTuple):
    """A line and what came out."""

    line: Line
    rule: Rule
    outcome: CostingOutcome
    original: OriginalCost | None = None
    """What its original cost; also where nobody will ever cost that one."""
    believed_cost: Decimal | None = None
    """The unit cost that is believed where goods and units are asked."""


def answer_lines(ledger: CostLedger) -> list[LineOutcome]:
    """Return every line with its outcome, in the order of the lines."""
    books = ledger.known_lines
    alone = {line.place: _answered(ledger, line) for line in books.lines if line.place not in ledger.originals}
    used = {
        sale.line.place: _used(ledger, sale.line, alone[sale.line.place].outcome)
        for original in ledger.originals.values()
        for sale in original.sales
    }
    referring = _referring(ledger, used)
    return _with_reversals(ledger, [alone.get(line.place) or referring[line.place] for line in books.lines])


def _answered(ledger: CostLedger, line: Line, original: OriginalCost | None = None) -> LineOutcome:
    """Ask the precedence for a line's cost.

    An original that has no cost and never will is treated as missing from the books.
    """
    books = ledger.known_lines
    judged, lock = books.judgements[line.place], books.locks.get(line.key)
    if judged.rule is Rule.NOTHING and lock is None:
        return LineOutcome(line, judged.rule, not_applicable(judged.reason))
    takes = original if original is not None and not original.is_closed else None
    question = CostQuestion(line, judged.rule, books.overrides.get(line.key), lock, takes)
    answer, move = first_answer(question, ledger.sources), ledger.move(line)
    believed = answer.unit_cost if isinstance(answer, UnitCost) and move.goods_believed else None
    told = _outcome(ledger, question, answer, move)
    told = with_question_again(told) if _has_another_answer(ledger, question) and told.status in COST_KNOWN else told
    return LineOutcome(line, judged.rule, told, original, believed)


def _has_another_answer(ledger: CostLedger, question: CostQuestion) -> bool:
    """Tell whether what was saved for a line answered another question, so that nobody but its user may settle it.

    A line before books start is asked nothing, and of a reimbursement the marketplace's own report says what it was.
    """
    line, saved, books = question.line, question.override, ledger.known_lines
    is_another = saved is not None and saved.is_typed_elsewhere and question.lock is None
    return is_another and line.key not in books.decided_reimbursements and not books.is_history(line)


def _outcome(ledger: CostLedger, question: CostQuestion, result: Found | None, move: Move) -> CostingOutcome:
    if isinstance(result, LineLock):
        return as_locked(result)
    key = question.original.line.key if question.original is not None else None
    if isinstance(result, UnitCost):
        suspect = suspicion(question, result, ledger.sources.finale)
        return outcome(move, result, None, key, suspect)
    return outcome(move, None, cause(question, ledger.sources) if result is None else None, key)


def _used(ledger: CostLedger, line: Line, sale: CostingOutcome) -> SaleCost:
    """Return what a sale cost for those that refer to it: none where it takes none itself."""
    lock = ledger.known_lines.locks.get(line.key)
    if lock is not None:
        return SaleCost(lock.cost_now, lock.as_of, is_listed=False)
    return SaleCost(sale.unit_cost, sale.as_of, is_listed=not ledger.known_lines.is_history(line))


def _referring(ledger: CostLedger, used: Mapping[int, SaleCost]) -> dict[int, LineOutcome]:
    """Return the lines that have an original, by place: exported ones first, then in time: each unit once.

    A return that was lost again costs what it cost when it came back; a free replacement takes no unit that came back.
    """
    held = ledger.known_lines
    lines = [held.lines[place] for place in ledger.originals]
    back: dict[Name, list[ReturnedUnits]] = defaultdict(list)
    found: dict[int, LineOutcome] = {}
    for line in sorted(lines, key=lambda line: (line.key not in held.exported_locks, line.when)):
        original = ledger.originals[line.place]
        units = max(0, -(ledger.move(line).quantity or 0))
        rule, known = held.judgements[line.place].rule, back[original.name]
        takes = used_on(original, used, line, units, () if rule is Rule.REPLACEMENT else known)
        if rule is Rule.RETURN_LOST:
            takes = as_it_came_back(takes, line, known)
        found[line.place] = _answered(ledger, line, takes)
        if units and takes.unit_cost is not None:
            for name in original.names:
                back[name].append(ReturnedUnits(line.when, units, takes.unit_cost))
    return found


def _with_reversals(ledger: CostLedger, outcomes: list[LineOutcome]) -> list[LineOutcome]:
    """Give every reversal the exact negative of what it reverses, each unit once: locked ones first, then in time.

    A locked one stays as it is. One that reverses a line which has no cost and never will is asked itself.
    """
    told, books = list(outcomes), ledger.known_lines
    places = sorted(
        ledger.reversed_lines, key=lambda place: (books.lines[place].key not in books.locks, books.lines[place].when)
    )
    left: dict[int, int] = {}
    for place in places:
        line, lock = books.lines[place], books.locks.get(books.lines[place].key)
        parts = [_part(ledger, outcomes, taken, left) for taken in ledger.reversed_lines[place]]
        if lock is None and not any(_is_closed(ledger, part) for part in parts):
            is_told = line.key in books.decided_reimbursements and books.decided_reimbursements[line.key].is_back
            saved = books.overrides.get(line.key)
            may_ask = may_be_money_only(line) or (saved is not None and saved.is_typed_elsewhere)
            outcome, believed = negative(
                line, parts, saved, asks=may_ask and not books.is_history(line) and not is_told
            )
            told[place] = outcomes[place]._replace(outcome=outcome, believed_cost=believed)
        _take_back(parts, -lock.quantity_now if lock is not None else -(told[place].outcome.quantity or 0), left)
    return told


def _part(
    ledger: CostLedger, outcomes: list[LineOutcome], reversal: ReversedUnits, left: dict[int, int]
) -> ReversedLine:
    """Return a reversed line with what it came out with and what is left of it."""
    place = reversal.line.place
    of, lock = outcomes[place].outcome, ledger.known_lines.locks.get(reversal.line.key)
    moved = lock.quantity_now if lock is not None else of.quantity or 0
    return ReversedLine(reversal.line, reversal.units, of, lock, left.get(place, max(0, moved)))


def _is_closed(ledger: CostLedger, part: ReversedLine) -> bool:
    is_missing = part.of.status == CostStatus.MISSING
    return is_missing and (part.lock is not None or ledger.known_lines.is_history(part.line))


def _take_back(parts: list[ReversedLine], units: int, left: dict[int, int]) -> None:
    """Note how many units of each part have come back."""
    for part in parts:
        number = min(max(0, units), part.back)
        left[part.line.place] = part.units_left - number
        units -= number
