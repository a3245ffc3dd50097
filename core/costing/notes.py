"""The one plain sentence that explains each cost, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.costing.rules.rules import Rule
from core.costing.units.refunds import BY_POLICY
from core.model import Cause, CostSource, CostStatus, Event, Goods, Proposal, is_multi_channel

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from core.costing.costs.finale_costs import Finale
    from core.costing.ledger import CostLedger
    from core.costing.line_outcomes import LineOutcome
    from core.costing.lines import Line, Override
    from core.costing.outcome_of_move import CostingOutcome

MISSING = {
    Cause.NOT_SYNCED: "Finale has not been asked yet: sync.",
    Cause.ORDER_NOT_FOUND: "Finale does not know {order}.",
    Cause.NOT_SHIPPED: "Finale has not shipped {order}: no cost yet.",
    Cause.SKU_NOT_MAPPED: "Finale does not know {sku}: add a product lookup there, or enter the cost.",
    Cause.NOT_ON_ORDER: "{sku} is not among the products that Finale shipped on {order}.",
    Cause.COST_ZERO: "Finale's cost is 0: the bill was probably not entered when the goods shipped.",
    Cause.COST_BLANK: "Finale has no cost for it.",
    Cause.COST_NEGATIVE: "Finale's cost is negative: stock was probably received into negative stock.",
    Cause.UNITS_UNKNOWN: "The units are not known.",
    Cause.UNITS_DISAGREE: "The units do not add up.",
    Cause.ORIGINAL_MISSING: "The original line of {order} is not in the books.",
    Cause.ASK: "An adjustment without an order; by policy its cost is asked for.",
    Cause.GOODS_UNCLEAR: "It is not clear whether goods moved: 0 is proposed.",
    Cause.COST_TOO_LARGE: "Its cost is more than books hold.",
    Cause.ASKED_ANEW: "What was saved answered another question than this line asks now: keep it or correct it.",
}


SOLD_ELSEWHERE = (
    "Multi-channel order: the selling store's order is in the books, and it is not known whether its goods are these. "
    "0 is proposed, because the selling store's line carries their cost; it is sure once both SKUs have their products."
)
COST_OF_ORDER = ("Finale's cost of order ", ", shipped on ", ".")
"""The sentence of Finale's cost, around the order and the day on which its goods left."""
ORDER_GONE = "Finale no longer has the order: its last cost is kept."


def note(answered: LineOutcome, ledger: CostLedger, finale_cost: Decimal | None) -> str:
    """Return the sentence of one line.

    Args:
        answered: The line and what came out.
        ledger: For the orders and originals that the sentence names.
        finale_cost: What Finale says now.
    """
    outcome = answered.outcome
    if answered.line.key in ledger.known_lines.locks:
        return "As it was exported and locked."
    why = "" if outcome.reason == BY_POLICY else outcome.reason  # what has no cost is not about the goods
    match outcome.status:
        case CostStatus.NOT_APPLICABLE:
            return outcome.reason or "No goods moved."
        case CostStatus.WAITING:
            return why or f"Waits for the cost of the original line: {_original(answered)}."
        case CostStatus.MISSING:
            saved = ledger.known_lines.overrides.get(answered.line.key)
            typed = f" {saved.note}." if saved and saved.is_typed_elsewhere and saved.note else ""
            return f"{why or _missing(answered, ledger)}{typed}"
        case _:
            sentence = _costed(answered, ledger, finale_cost)
            if outcome.source == CostSource.ORDER and ledger.sources.finale.has_lost(answered.line.order_id):
                sentence = f"{sentence} {ORDER_GONE}"
            return f"{sentence} {outcome.reason}".strip() if outcome.reason else sentence


def _original(outcome: LineOutcome) -> str:
    return _named(outcome.original.line) if outcome.original else "it is not in the books"


def _named(line: Line) -> str:
    order = f"order {line.order_id} in " if line.order_id else ""
    posted = f", posted on {line.day}" if line.day else ""
    return f"{order}settlement {line.settlement_id}{posted}"


def _missing(outcome: LineOutcome, ledger: CostLedger) -> str:
    line, cause = outcome.line, Cause(outcome.outcome.cause or Cause.COST_BLANK)
    if (
        cause is Cause.GOODS_UNCLEAR
        and outcome.rule is Rule.UNCLEAR
        and line.goods is not Goods.UNCLEAR
        and is_multi_channel(line.marketplace)
        and _sells(line)
    ):
        return SOLD_ELSEWHERE
    if cause is not Cause.ORIGINAL_MISSING:
        return _in_words(cause, line)
    if outcome.original is not None:
        return f"The original line has no cost and its settlement is closed: {_original(outcome)}."
    if outcome.rule is Rule.REVERSAL:
        parts = (part for taken in ledger.reversed_lines.values() for part in taken)
        if any((part.line.store, part.line.sku) == (line.store, line.sku) for part in parts):
            return "No line that this one reverses is in the books, or all of its units have come back already."
        return "No line that this one reverses is in the books."
    finale = ledger.sources.order_costs.of_line(line).cause
    return f"{_in_words(cause, line)} {_in_words(Cause(finale), line) if finale else ''}".strip()


def _sells(line: Line) -> bool:
    return line.event == Event.SALE and (line.principal or 0) >= 0


def _in_words(cause: Cause, line: Line) -> str:
    order = f"order {line.order_id}" if line.order_id else "this line, which names no order"
    sku = f"SKU {line.sku}" if line.sku else "the SKU, which the line does not name"
    return MISSING[cause].replace("{order}", order).replace("{sku}", sku)


def _costed(answered: LineOutcome, ledger: CostLedger, finale_cost: Decimal | None) -> str:
    outcome, line = answered.outcome, answered.line
    match outcome.source:
        case CostSource.ORDER:
            own = ledger.sources.order_costs.by_line.get(line.place)
            rest = f": {own.how}" if own is not None and own.how else ""
            before, between, after = COST_OF_ORDER
            return f"{before}{line.order_id}{between}{day_in_words(outcome.as_of)}{rest}{after}"
        case CostSource.ORIGINAL if answered.rule is Rule.REVERSAL:
            return ""
        case CostSource.ORIGINAL:
            return f"The unit cost of the original line: {_original(answered)}."
        case CostSource.AVERAGE_ON_DATE:
            return _average(line, outcome, ledger.sources.finale)
        case CostSource.OPENING:
            return f"Opening cost as of {day_in_words(outcome.as_of)}: shipped before Finale start."
        case _:
            return _saved(ledger.known_lines.overrides.get(line.key), outcome, finale_cost)


def _average(line: Line, outcome: CostingOutcome, finale: Finale) -> str:
    average = finale.average_for(line)
    is_removal = average is not None and average.day != line.day
    left = f"{average.day}, when order {line.order_id} left" if average and is_removal else "the day of this line"
    if average is None or average.odd is None:
        return f"Finale's average on {day_in_words(outcome.as_of)}, the last on or before {left}."
    return f"Finale's average on {day_in_words(outcome.as_of)}, the last before {left}. {average.odd}."


def day_in_words(moment: datetime | None) -> str:
    """Return the day of a moment as notes write it."""
    return moment.date().isoformat() if moment else "an unknown day"


def _saved(override: Override | None, outcome: CostingOutcome, finale_cost: Decimal | None) -> str:
    by = f"by {(override and override.by) or 'somebody'}" + (
        f" on {day_in_words(override.at)}" if override and override.at else ""
    )
    accepted = outcome.source == CostSource.ACCEPTED_AVERAGE
    sentence = f"{'Proposed cost accepted' if accepted else 'Entered'} {by}."
    if outcome.unit_cost == 0:
        sentence = _zero(override, by, accepted=accepted)
    if override and override.note:
        sentence += f" Reason: {override.note}."
    took_no_goods = accepted and outcome.unit_cost == 0 and _was_money_only(override)  # what they cost is no news then
    if finale_cost is not None and finale_cost != outcome.unit_cost and not took_no_goods:
        sentence += f" Finale now says {finale_cost.normalize():f}."
    return sentence


def _was_money_only(override: Override | None) -> bool:
    """Tell whether what was saved had been proposed as money alone, without goods."""
    return override is not None and override.shown_kind == Proposal.MONEY_ONLY


def _zero(override: Override | None, by: str, *, accepted: bool) -> str:
    """Say what a saved 0 is: a proposal that was left as it stood, or somebody's own word that goods cost nothing."""
    if not accepted:
        return f"Zero confirmed {by}."
    if _was_money_only(override):
        return f"Money only, no goods moved: the proposed 0 was accepted {by}."
    return f"The proposed cost of 0 was accepted {by}."
