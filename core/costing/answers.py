"""Every line's unit cost and outcome: first lines that stand alone, then those that refer to them, then reversals."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.costing.causes import cause
from core.costing.originals import Used, used_on
from core.costing.outcome import as_locked, not_applicable, outcome
from core.costing.precedence import Asked, first_answer
from core.costing.reversals import Candidate, find_reversed, may_be_reversed, negative
from core.costing.rules import Rule
from core.model import CostStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.costing.ledger import Ledger
    from core.costing.lines import Line
    from core.costing.originals import Original, UsedOnOriginal
    from core.costing.outcome import Outcome
    from core.costing.precedence import Answer


class Answered(NamedTuple):
    """A line, what was asked of it, and what came out."""

    asked: Asked
    answer: Answer | None
    outcome: Outcome
    original: UsedOnOriginal | None = None
    """What its original cost; also where nobody will ever cost that one."""


def answer_lines(ledger: Ledger) -> list[Answered]:
    """Return every line with its outcome, in the order of the lines."""
    held = ledger.held
    alone = {
        line.place: _answered(ledger, _asked(ledger, line)) for line in held.lines if line.place not in ledger.originals
    }
    used = {
        sale.line.place: _used(ledger, sale.line, alone[sale.line.place])
        for original in ledger.originals.values()
        for sale in original.sales
    }
    referring = {
        place: _referring(ledger, held.lines[place], original, used) for place, original in ledger.originals.items()
    }
    return _with_reversals(ledger, [(alone.get(line.place) or referring[line.place]) for line in held.lines])


def _asked(ledger: Ledger, line: Line, original: UsedOnOriginal | None = None) -> Asked:
    held = ledger.held
    rule = held.judgements[line.place].rule
    return Asked(line, rule, held.saved.get(line.key), held.locks.get(line.key), original)


def _answered(ledger: Ledger, asked: Asked, original: UsedOnOriginal | None = None) -> Answered:
    """Ask the precedence for a line's cost; what was locked comes out as it was locked."""
    line = asked.line
    answer = first_answer(asked, ledger.sources) if asked.rule is not Rule.NOTHING else None
    if asked.lock is not None:
        return Answered(asked, answer, as_locked(asked.lock), original)
    if asked.rule is Rule.NOTHING:
        return Answered(asked, None, not_applicable(ledger.held.judgements[line.place].reason))
    waits = answer is None and asked.original is not None
    why = None if answer is not None or waits else cause(asked, ledger.sources)
    key = asked.original.line.key if asked.original is not None else None
    return Answered(asked, answer, outcome(ledger.moves[line.place], answer, why, key), original)


def _used(ledger: Ledger, line: Line, sale: Answered) -> Used:
    """Return what a sale cost for those that refer to it: none where it takes none itself."""
    lock = sale.asked.lock
    if lock is not None:
        return Used(lock.cost_now, lock.as_of, is_listed=False)
    return Used(sale.outcome.unit_cost, sale.outcome.as_of, is_listed=not ledger.held.is_history(line))


def _referring(ledger: Ledger, line: Line, original: Original, used: Mapping[int, Used]) -> Answered:
    """Cost a line by its original; one that has no cost and never will is treated as missing from the books."""
    found = used_on(original, used)
    is_closed = found.unit_cost is None and not found.is_listed
    return _answered(ledger, _asked(ledger, line, None if is_closed else found), found)


def _with_reversals(ledger: Ledger, answered: list[Answered]) -> list[Answered]:
    """Give every reversal the exact negative of what it reverses.

    A locked one stays as it is. One that reverses a line which has no cost and never will is asked itself.
    """
    if not any(judged.rule is Rule.REVERSAL for judged in ledger.held.judgements):
        return answered
    told = list(answered)
    for place, line in find_reversed(_candidates(ledger)).items():
        reversal, of = answered[place], answered[line.place]
        closed = of.asked.lock is not None or ledger.held.is_history(line)
        if reversal.asked.lock is None and not (closed and of.outcome.status == CostStatus.MISSING):
            told[place] = reversal._replace(
                outcome=negative(reversal.asked.line, line, of.outcome, of.asked.lock), answer=of.answer
            )
    return told


def _candidates(ledger: Ledger) -> Iterator[Candidate]:
    for line, judged in zip(ledger.held.lines, ledger.held.judgements, strict=True):
        if judged.rule is Rule.REVERSAL or may_be_reversed(line, judged.rule):
            yield Candidate(line, judged.rule)
