"""Why no step of the precedence knows a line's cost (docs/design/costing.md, Why a cost is missing)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.costing.line_kinds import may_be_money_only, means_its_order_alone
from core.costing.precedence import takes_average
from core.costing.rules import Rule
from core.model import Cause

if TYPE_CHECKING:
    from core.costing.lines import Line
    from core.costing.precedence import CostQuestion, Sources

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
