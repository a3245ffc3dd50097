"""Every line's unit cost and outcome: first lines that stand alone, then those that refer to them, then reversals."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.costing.causes import cause
from core.costing.lines import Lock
from core.costing.originals import Used, used_on
from core.costing.outcome import as_locked, not_applicable, outcome
from core.costing.precedence import Answer, Asked, first_answer
from core.costing.reversals import negative
from core.costing.rules import Rule
from core.costing.suspects import suspicion
from core.model import CostStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.costing.ledger import Ledger
    from core.costing.lines import Line
    from core.costing.originals import Original, UsedOnOriginal
    from core.costing.outcome import Outcome


class Answered(NamedTuple):
    """A line and what came out."""

    line: Line
    rule: Rule
    outcome: Outcome
    original: UsedOnOriginal | None = None
    """What its original cost; also where nobody will ever cost that one."""


def answer_lines(ledger: Ledger) -> list[Answered]:
    """Return every line with its outcome, in the order of the lines."""
    held = ledger.held
    alone = {line.place: _answered(ledger, line) for line in held.lines if line.place not in ledger.originals}
    used = {
        sale.line.place: _used(ledger, sale.line, alone[sale.line.place].outcome)
        for original in ledger.originals.values()
        for sale in original.sales
    }
    referring = {
        place: _referring(ledger, held.lines[place], original, used) for place, original in ledger.originals.items()
    }
    return _with_reversals(ledger, [alone.get(line.place) or referring[line.place] for line in held.lines])


def _answered(ledger: Ledger, line: Line, original: UsedOnOriginal | None = None) -> Answered:
    """Ask the precedence for a line's cost.

    An original that has no cost and never will is treated as missing from the books.
    """
    held = ledger.held
    judged, lock = held.judgements[line.place], held.locks.get(line.key)
    if judged.rule is Rule.NOTHING and lock is None:
        return Answered(line, judged.rule, not_applicable(judged.reason))
    takes = original if original is not None and not original.is_closed else None
    asked = Asked(line, judged.rule, held.saved.get(line.key), lock, takes)
    return Answered(line, judged.rule, _outcome(ledger, asked), original)


def _outcome(ledger: Ledger, asked: Asked) -> Outcome:
    found = first_answer(asked, ledger.sources)
    if isinstance(found, Lock):
        return as_locked(found)
    move = ledger.move(asked.line)
    key = asked.original.line.key if asked.original is not None else None
    if isinstance(found, Answer):
        suspect = suspicion(asked, found, ledger.sources.finale)
        return outcome(move, found, None, key, suspect)
    return outcome(move, None, cause(asked, ledger.sources) if found is None else None, key)


def _used(ledger: Ledger, line: Line, sale: Outcome) -> Used:
    """Return what a sale cost for those that refer to it: none where it takes none itself."""
    lock = ledger.held.locks.get(line.key)
    if lock is not None:
        return Used(lock.cost_now, lock.as_of, is_listed=False)
    return Used(sale.unit_cost, sale.as_of, is_listed=not ledger.held.is_history(line))


def _referring(ledger: Ledger, line: Line, original: Original, used: Mapping[int, Used]) -> Answered:
    return _answered(ledger, line, used_on(original, used))


def _with_reversals(ledger: Ledger, answered: list[Answered]) -> list[Answered]:
    """Give every reversal the exact negative of what it reverses.

    A locked one stays as it is. One that reverses a line which has no cost and never will is asked itself.
    """
    told = list(answered)
    for place, line in ledger.reversed_lines.items():
        reversal, of, lock = answered[place], answered[line.place].outcome, ledger.held.locks.get(line.key)
        is_closed = of.status == CostStatus.MISSING and (lock is not None or ledger.held.is_history(line))
        if reversal.line.key not in ledger.held.locks and not is_closed:
            told[place] = reversal._replace(outcome=negative(reversal.line, line, of, lock))
    return told
