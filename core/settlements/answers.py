"""What the bookkeeper typed on Resolve, and what becomes of each row: saved, still missing, or refused and why. Pure.

The rules (design §4, §6): a cost that equals its proposal at six decimals is an unedited proposal, saved only where
proposals are accepted; 0 is no cost unless Zero OK says so; a row filled from an older version is refused when
somebody saved meanwhile, with both values shown; nothing refused is lost, it stays on the sheet with its reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.model import OverrideKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of Resolve as it stands on the sheet."""

    key: str
    version: int
    """The version it was filled from; 0 where there was no override."""
    cost: Decimal | None
    proposed: Decimal | None
    zero_ok: bool = False
    units_back: int | None = None
    disposition: str | None = None
    stock_edited: bool = False
    """Whether units back or disposition differ from what the row was filled with."""
    note: str | None = None
    where: str = ""
    """Sheet and cell of its cost."""
    unreadable: str | None = None
    """Why a cell of the row cannot be taken, in the user's words."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What is saved for a line now."""

    version: int
    unit_cost: Decimal | None = None
    zero_confirmed: bool = False
    disposition: str | None = None
    units_back: int | None = None
    note: str | None = None
    saved_by: str = ""
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineState:
    """The line an answer is for, as the books have it."""

    settlement_id: str
    order_id: str | None
    sku: str | None
    in_force: InForce = InForce(version=0)
    locked: bool = False
    takes_no_cost: str | None = None
    """Why the line takes no cost of its own (a refund whose original is in the books)."""


class Fate(StrEnum):
    """What becomes of an answer."""

    SAVE = "save"
    MISSING = "missing"
    REFUSED = "refused"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer and what becomes of it."""

    answer: Answer
    fate: Fate
    reason: str = ""
    kind: OverrideKind | None = None
    """How the cost came about, where it is saved."""
    is_proposal: bool = False
    """Whether the row holds an unedited proposal."""


def decide(
    answers: Sequence[Answer], lines: Mapping[str, LineState], *, accept_proposals: bool = False
) -> list[Decision]:
    """Say what becomes of each answer, in the order given.

    Args:
        answers: The rows of Resolve.
        lines: The lines of the books by their key.
        accept_proposals: Whether unedited proposals are saved too.
    """
    copies = {key for key, count in Counter(answer.key for answer in answers).items() if count > 1}
    return [
        _refused(answer, "this line stands twice on the sheet: delete one of the two rows")
        if answer.key in copies
        else _decide_one(answer, lines.get(answer.key), accept_proposals=accept_proposals)
        for answer in answers
    ]


def _decide_one(answer: Answer, line: LineState | None, *, accept_proposals: bool) -> Decision:
    if line is None:
        return _refused(answer, "this line is not in the books: fill Resolve anew")
    refusal = answer.unreadable or _refusal(answer, line)
    if refusal:
        return _refused(answer, refusal)
    if _says_what_is_saved(answer, line):
        return Decision(answer, Fate.UNCHANGED)
    if _is_only_cleared(answer, line):
        return Decision(answer, Fate.UNCHANGED, "the saved cost stays: Undo last save takes it back")
    if answer.version != line.in_force.version:
        return _refused(answer, changed_meanwhile(line.in_force))
    return _new_answer(answer, accept_proposals=accept_proposals)


def _refusal(answer: Answer, line: LineState) -> str | None:
    """Return why the books do not take this answer, whatever was saved before."""
    if line.locked:
        return "the settlement is exported and locked: its costs change by true-up only"
    if line.takes_no_cost and answer.cost is not None and answer.cost != answer.proposed:
        return line.takes_no_cost
    if answer.cost is not None and answer.cost < 0:
        return f"a cost cannot be negative: {answer.cost.normalize():f}"
    if answer.zero_ok and answer.cost and answer.cost != answer.proposed:
        return f"Zero OK is set and the cost is {answer.cost.normalize():f}: keep one of the two"
    if answer.cost == 0 and answer.proposed != 0 and not answer.zero_ok:
        return "0 is not taken as a cost: set Zero OK to yes if these goods really cost nothing"
    return None


def _new_answer(answer: Answer, *, accept_proposals: bool) -> Decision:
    """Decide an answer that differs from what is saved."""
    is_proposal = answer.cost is not None and answer.cost == answer.proposed
    if answer.zero_ok or (answer.cost is not None and not is_proposal):
        return Decision(answer, Fate.SAVE, kind=OverrideKind.ENTERED)
    if is_proposal and accept_proposals:
        return Decision(answer, Fate.SAVE, kind=OverrideKind.ACCEPTED_AVERAGE, is_proposal=True)
    if answer.stock_edited:
        return Decision(answer, Fate.SAVE, is_proposal=is_proposal)
    if is_proposal:
        return Decision(answer, Fate.MISSING, "the proposed cost was neither edited nor accepted", is_proposal=True)
    return Decision(answer, Fate.MISSING, "no cost")


def _says_what_is_saved(answer: Answer, line: LineState) -> bool:
    saved = line.in_force
    if saved.version == 0 or answer.stock_edited:
        return False
    if answer.zero_ok or saved.zero_confirmed:
        return saved.zero_confirmed and not answer.cost
    return answer.cost is not None and answer.cost == saved.unit_cost


def _is_only_cleared(answer: Answer, line: LineState) -> bool:
    saved = line.in_force.zero_confirmed or line.in_force.unit_cost is not None
    return saved and answer.cost is None and not answer.zero_ok and not answer.stock_edited


def changed_meanwhile(saved: InForce) -> str:
    """Say what another user has saved for the line since the row was filled; the time is in UTC."""
    at = f" at {saved.saved_at:%H:%M} on {saved.saved_at:%Y-%m-%d}" if saved.saved_at else ""
    return f"changed by another user: now {_cost_in_words(saved)}, saved by {saved.saved_by or 'somebody'}{at}"


def _cost_in_words(saved: InForce) -> str:
    """Return a cost with at least its cents and no needless zeros behind them."""
    if saved.zero_confirmed or saved.unit_cost is None:
        return "zero confirmed" if saved.zero_confirmed else "no cost"
    whole, _, places = f"{saved.unit_cost:f}".partition(".")
    return f"{whole}.{places.rstrip('0'):0<2}"


def _refused(answer: Answer, reason: str) -> Decision:
    return Decision(answer, Fate.REFUSED, reason)
