"""Which lines must be costed again when some change."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from core.costing.costs.finale_costs import products_of, read_mapping
from core.costing.lines import read_lines
from core.costing.rules.line_kinds import is_removal
from core.costing.rules.rules import Rule, is_valued_again, judge
from core.costing.units.clawbacks import may_be_reversed
from core.costing.units.sold_goods import plain_order
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from core.costing.lines import Line
    from core.costing.units.sold_goods import GoodsOf

Tie = tuple[str | None, ...]
"""What tied lines share: an order, or the store and SKU of a reversal or liquidation."""


def closure(transactions: pd.DataFrame, keys: Iterable[str], mappings: pd.DataFrame | None = None) -> set[str]:
    """Return the lines that must be costed again when the given ones change: they and all they are tied to.

    Tied are the lines of one order, in whatever settlement or store (a refund to its original, a multi-channel order to
    the selling store's); reversals to the reimbursements and liquidations of their store and SKU; liquidations and lost
    removals to the refunds of their store and SKU, free replacements to sales without a price, reimbursements to one of
    their SKU that is valued again. Costing just these lines gives them what costing all would.

    Args:
        transactions: TRANSACTION_COLUMNS of all lines that may be tied to them.
        keys: Line keys that changed.
        mappings: MAPPING_COLUMNS: which products SKUs stand for.

    Returns:
        Line keys; those given that stand in the transactions, and more.
    """
    lines = read_lines(transactions)
    mapping = {} if mappings is None else read_mapping(mappings)
    ties = _ties(lines, partial(products_of, mapping))
    by_tie: dict[Tie, list[Line]] = defaultdict(list)
    for line in lines:
        for tie in ties[line.place]:
            by_tie[tie].append(line)
    wanted = set(keys)
    reached: dict[int, Line] = {}
    left = [line for line in lines if line.key in wanted]
    while left:
        line = left.pop()
        if line.place not in reached:
            reached[line.place] = line
            left += (tied for tie in ties[line.place] for tied in by_tie.pop(tie, ()))
    return {line.key for line in reached.values()}


def _ties(lines: list[Line], goods_of: GoodsOf) -> list[list[Tie]]:
    """Return what each line shares with others."""
    rules = [judgement.rule for judgement in judge(lines, goods_of)]
    ruled = list(zip(lines, rules, strict=True))
    goods = _Goods(
        frozenset((line.store, line.sku) for line, rule in ruled if rule is Rule.REVERSAL),
        frozenset((line.store, line.sku) for line, rule in ruled if _is_sent_away(line, rule)),
        frozenset((line.store, line.sku) for line, rule in ruled if rule is Rule.REPLACEMENT),
        frozenset((line.store, line.sku) for line in lines if is_valued_again(line)),
    )
    return [list(_ties_of(line, rule, goods)) for line, rule in ruled]


class _Goods(NamedTuple):
    """Store and SKU of the goods by which lines may be tied that share no order."""

    reversed_ones: frozenset[tuple[str | None, str | None]]
    sent_away: frozenset[tuple[str | None, str | None]]
    replacements: frozenset[tuple[str | None, str | None]]
    valued_again: frozenset[tuple[str | None, str | None]]


def _is_sent_away(line: Line, rule: Rule) -> bool:
    return rule is Rule.LIQUIDATION or (rule is Rule.LOSS and is_removal(line))


def _ties_of(line: Line, rule: Rule, goods: _Goods) -> Iterator[Tie]:
    for order in (line.order_id, line.merchant_order_id):
        if order:
            yield "order", plain_order(order)
    of = line.store, line.sku
    if of in goods.reversed_ones and (rule is Rule.REVERSAL or may_be_reversed(line, rule)):
        yield "reversal", *of
    if of in goods.sent_away and (rule is Rule.REFUND or _is_sent_away(line, rule)):
        yield "sent away", *of
    if of in goods.replacements and (rule is Rule.REPLACEMENT or (rule is Rule.SALE and not line.principal)):
        yield "replaced", *of
    if of in goods.valued_again and line.event == Event.REIMBURSEMENT:
        yield "valued again", *of
