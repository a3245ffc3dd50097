"""What becomes of each row that was typed on Resolve: saved, still missing, or refused and why. Pure."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from core.books.overrides import answers
from core.books.overrides.answers import Answer, Cell, Decision, InForce, LineState, Ruling
from core.books.settlements.settlement_lines import money_in_words
from core.model import ASKS_GOODS, COST_KNOWN, Cause, OverrideKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


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
        return _refused(answer, "this line is not in the books: fill Resolve again")
    refusal = answer.unreadable or _refusal(answer, line) or answers.contradiction(answer, line)
    if refusal:
        return _refused(answer, refusal)
    if not line.has_new_sku(answer):
        if _says_what_is_saved(answer, line.in_force):
            return Decision(answer, Ruling.UNCHANGED)
        if _is_only_cleared(answer, line.in_force):
            return Decision(answer, Ruling.UNCHANGED, "the saved cost stays: Undo last save takes it back")
    if answer.version != line.in_force.version:
        return _refused(answer, changed_meanwhile(line.in_force))
    return _new_answer(answer, line, accept_proposals=accept_proposals)


def _refusal(answer: Answer, line: LineState) -> str | None:
    """Return why the books do not take this answer, whatever was saved before."""
    cost = answer.named(Cell.COST)
    if line.is_locked:
        return "the settlement is exported and locked: its costs change by true-up only"
    if answer.cost is not None and answer.cost < 0:
        return f"{cost}: a cost cannot be negative: {answers.number_typed(answer.cost)}"
    if answer.cost == 0 and answer.proposal != 0 and not answer.zero_ok:
        zero = answer.named(Cell.ZERO_OK)
        return f"{cost}: 0 is not taken as a cost: set {zero} to yes if these goods really cost nothing"
    return None


def _new_answer(answer: Answer, line: LineState, *, accept_proposals: bool) -> Decision:
    """Decide an answer that differs from what is saved."""
    saved, is_proposal = line.in_force, answer.is_proposal
    stock = _stock_differs(answer, saved)
    note = saved.version > 0 and _note_differs(answer, saved)
    sku = line.has_new_sku(answer)  # its proposal, made when nobody knew the goods, is not accepted with it
    is_taken = is_proposal and accept_proposals and line.is_missing and line.has_more_units(answer)
    if _zero_is_new(answer, saved) or answer.typed_cost is not None or is_taken:
        return Decision(answer, Ruling.SAVE, kind=OverrideKind.ENTERED)
    if not line.is_missing and not stock and not note and not sku:
        return Decision(
            answer, Ruling.UNCHANGED, "" if saved.version else "no longer missing: there is nothing to save"
        )
    takes_cost = line.is_missing and not sku and not (stock and line.moves_none(answer.disposition))
    if is_proposal and accept_proposals and takes_cost:
        return Decision(answer, Ruling.SAVE, kind=OverrideKind.ACCEPTED_AVERAGE, is_proposal=True)
    if stock or note or sku:
        return Decision(answer, Ruling.SAVE, is_proposal=is_proposal)
    if saved.sku is not None and line.stated_sku is None and answer.sku is None:
        return Decision(answer, Ruling.UNCHANGED, "the saved SKU stays: Undo last save takes it back")
    return Decision(answer, Ruling.MISSING, _nothing_said(answer), is_proposal=is_proposal)


def _zero_is_new(answer: Answer, override: InForce) -> bool:
    return answer.zero_ok and not override.zero_confirmed


def _nothing_said(answer: Answer) -> str:
    if answer.note:
        return "a note is saved with an answer, not alone"
    return "the proposed cost was neither edited nor accepted" if answer.is_proposal else "no cost"


def _stock_differs(answer: Answer, override: InForce) -> bool:
    typed = (answer.units_back, answer.disposition)
    return answer.stock_edited and typed != (override.units_back, override.disposition)


def _note_differs(answer: Answer, override: InForce) -> bool:
    return bool(answer.note) and answer.note != override.note


def _says_what_is_saved(answer: Answer, override: InForce) -> bool:
    if override.version == 0 or _stock_differs(answer, override) or _note_differs(answer, override):
        return False
    if answer.zero_ok or override.zero_confirmed:
        return override.zero_confirmed and not answer.cost
    return answer.cost is not None and answer.cost == override.unit_cost


def _is_only_cleared(answer: Answer, override: InForce) -> bool:
    has_cost = override.zero_confirmed or override.unit_cost is not None
    nothing_else = not answer.zero_ok and not _stock_differs(answer, override) and not _note_differs(answer, override)
    return has_cost and answer.cost is None and nothing_else


def as_booked(
    decisions: Iterable[Decision], lines: Mapping[str, LineState], booked: Mapping[str, Mapping[str, object]]
) -> tuple[Decision, ...]:
    """Refuse what would be saved and not be booked: what is typed is what the books take.

    Two cells are held against each other before (`answers.contradiction`); what a line takes by other lines only
    costing knows. Example: 2 lost at 7.00, a clawback of 1: a cost of 6.00 typed there is refused, the books take 7.00.

    Args:
        decisions: What would become of each answer.
        lines: The lines that are judged, by their key.
        booked: What each of them comes out with if these are saved: COSTED_COLUMNS.
    """
    return tuple(_as_booked(one, lines, booked) for one in decisions)


def _as_booked(
    decision: Decision, lines: Mapping[str, LineState], booked: Mapping[str, Mapping[str, object]]
) -> Decision:
    key = decision.answer.key
    if decision.ruling is not Ruling.SAVE or key not in booked:
        return decision
    otherwise = _cost_otherwise(decision, booked[key]) or _units_otherwise(decision.answer, lines[key], booked[key])
    return _refused(decision.answer, otherwise) if otherwise else decision


def _cost_otherwise(decision: Decision, row: Mapping[str, object]) -> str | None:
    """Say of a typed cost that the books take another one, or none."""
    answer = decision.answer
    if decision.kind is not OverrideKind.ENTERED or not answer.cost or row["unit_cost"] == answer.cost:
        return None
    typed = f"{answer.named(Cell.COST)} is {answers.number_typed(answer.cost)}"
    if row["cost_status"] in COST_KNOWN:
        cost = row["unit_cost"]
        takes = f"{answers.number_typed(cost)} a unit" if isinstance(cost, Decimal) and cost else "no cost"
        return f"{typed}, and the books take {takes}. {_note(row)}: keep what is proposed"
    if row["cause"] == Cause.COST_TOO_LARGE:
        return f"{typed}. {_note(row)}"
    asks_more = row["cause"] in ASKS_GOODS and row["cause"] != Cause.UNITS_UNKNOWN  # its units may be typed later
    return f"{typed}, and the line asks for more. {_note(row)}" if asks_more else None


def _units_otherwise(answer: Answer, line: LineState, row: Mapping[str, object]) -> str | None:
    """Say of typed units that the books take others."""
    units, takes = answer.units_back, row["cost_quantity"]
    if not answer.stock_edited or units is None or answer.zero_ok or line.moves_none(answer.disposition):
        return None
    typed = f"{answer.named(Cell.UNITS_BACK)} is {units}"
    if row["cost_status"] in COST_KNOWN and isinstance(takes, int) and abs(takes) != units:
        return f"{typed}, and the books take {abs(takes)}. {_note(row)}"
    if row["cause"] == Cause.COST_TOO_LARGE:
        return f"{typed}. {_note(row)}"
    if row["cause"] == Cause.GOODS_UNCLEAR:
        return f"{typed}, and no cost stands beside it: type what one unit costs in {answer.named(Cell.COST)}"
    return f"{typed}, and they do not add up. {_note(row)}" if row["cause"] in ASKS_GOODS else None


def _note(row: Mapping[str, object]) -> str:
    return str(row["cost_note"] or "").rstrip(".")


def _refused(answer: Answer, reason: str) -> Decision:
    return Decision(answer, Ruling.REFUSED, reason)


def changed_meanwhile(override: InForce) -> str:
    """Say what another user has saved for the line since the row was filled; the time is in UTC."""
    at = f" at {override.saved_at:%H:%M} on {override.saved_at:%Y-%m-%d}" if override.saved_at else ""
    sku = f", SKU {override.sku}" if override.sku else ""
    return (
        f"changed by another user: now {_cost_in_words(override)}{sku}, saved by {override.saved_by or 'somebody'}{at}"
    )


def _cost_in_words(override: InForce) -> str:
    if override.zero_confirmed or override.unit_cost is None:
        return "zero confirmed" if override.zero_confirmed else "no cost"
    return money_in_words(override.unit_cost)
