"""Which row of the sign table a transaction falls under (design §4, settlements.md §1.1).

A line is judged by its event, by the marketplace's words and by its stock effect, once per combination of these; then
by its own units, amount and order.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from core.model import Event, StockEffect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from core.costing.lines import Line

    GoodsOf = Callable[[str], frozenset[str] | None]
    """Names the products that a SKU stands for, of a kit all; nothing where they are not known."""


# The marketplaces' words that say more than the stock effect. One place, so that they can move to their vocabularies.
# Sources: docs/costing.md, "What each reason does to goods".
UNCLEAR_WORDS = ("REVERSAL_REIMBURSEMENT",)
CLAWBACK_WORDS = ("CLAWBACK",)
TWO_KINDS_WORDS = ("COMPENSATED_CLAWBACK", "REIMBURSEMENT_REVERSAL", "REVERSAL_REIMBURSEMENT")
MONEY_WORDS = ("INCORRECT_FEES", "SAFE-T", "GOODWILL")
REPLACEMENT_WORDS = ("FREE_REPLACEMENT",)
AGAIN_WORDS = ("RE_EVALUATION",)
NOT_ITEMIZED_WORDS = ("CS_ERROR_NON_ITEMIZED",)
CUSTOMER_WORDS = (
    *("CS_ERROR", "CUSTOMER_RETURN", "CUSTOMER RETURN", "CUSTOMER_SERVICE", "CUSTOMER SERVICE ISSUE"),
    *("RETURN_REIMBURSEMENT", "CRETURN_WRONG_ITEM"),
)
REMOVAL_WORDS = ("REMOVAL",)
CORRECTION_WORDS = ("ADJUSTMENT",)
"""Of liquidation proceeds: a buyer's claim, after the goods have left."""


class Rule(StrEnum):
    """A row of the sign table."""

    SALE = "sale"
    """Order, $0 replacement order: + units x own cost."""
    REFUND = "refund"
    """Goods that came back: − units x cost of the original; 0 where none did."""
    RETURN_LOST = "return lost"
    """A returned unit leaves stock again: + units x cost of the original, 0 where it had not been restocked."""
    LOSS = "loss"
    """Lost or damaged and paid in cash: + units x own cost."""
    LIQUIDATION = "liquidation"
    """Sold off: + units x own cost, 0 for units already expensed as unsellable."""
    REPLACEMENT = "free replacement"
    """A free replacement reimbursed: 0 where the replacement's line carried the unit, else + units x cost."""
    REVERSAL = "reversal"
    """Exact negative of the line it reverses."""
    UNCLEAR = "unclear"
    """Sources disagree whether goods moved: the bookkeeper is asked, 0 prefilled."""
    NOTHING = "nothing"
    """Money moved, no goods did."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule and, where no goods moved, why not."""

    rule: Rule
    reason: str = ""


def _nothing(reason: str) -> Judgement:
    return Judgement(Rule.NOTHING, reason)


NO_GOODS = {
    Event.FEE: "A fee moves no goods.",
    Event.ADVERTISING: "Advertising moves no goods.",
    Event.TAX_ONLY: "A tax correction moves no goods.",
    Event.BALANCE: "A balance move between periods moves no goods.",
    Event.PAYOUT: "A transfer to the bank moves no goods.",
    Event.OTHER: "A type that nobody has classified yet: no goods are assumed to move.",
}


def read(event: str | None, words: str, effect: str | None) -> Judgement:
    """Return the rule for an event, as far as it shows without units and order.

    Args:
        event: One of `Event`.
        words: The marketplace's type and description, upper case.
        effect: One of `StockEffect`.
    """
    if "TBYB TRIAL SHIPMENT" in words:
        return _nothing("A trial shipment: the trial's payment carries the cost.")
    if event in NO_GOODS and (event != Event.OTHER or effect not in {StockEffect.OUT, StockEffect.IN}):
        return _nothing(NO_GOODS[Event(event)])
    if event in SETTLED:
        return SETTLED[Event(event)]
    if event == Event.LIQUIDATION and any(word in words for word in CORRECTION_WORDS):
        return _nothing(_BY_EFFECT[Event.LIQUIDATION].otherwise)
    if event == Event.REIMBURSEMENT:
        return _reimbursement(words, effect)
    return _by_effect(_BY_EFFECT[Event(event)] if event in _BY_EFFECT else ADJUSTMENT, effect)


SETTLED = {
    Event.REFUND: Judgement(Rule.REFUND),
    Event.DISPUTE: Judgement(Rule.REFUND),
    Event.REIMBURSEMENT_REVERSAL: Judgement(Rule.REVERSAL),
}
"""Events whose rule depends on nothing else."""


@dataclass(frozen=True, slots=True)
class ByEffect:
    """The rules of an event by what it does to stock."""

    out: Rule
    back: Rule
    unknown: Rule
    otherwise: str
    """Why no goods moved, where the stock effect is none."""


_BY_EFFECT = {
    Event.SALE: ByEffect(Rule.SALE, Rule.SALE, Rule.SALE, "No goods in this part of the order."),
    Event.LIQUIDATION: ByEffect(
        Rule.LIQUIDATION, Rule.REVERSAL, Rule.LIQUIDATION, "A correction of liquidation proceeds moves no goods."
    ),
}
ADJUSTMENT = ByEffect(Rule.LOSS, Rule.REVERSAL, Rule.UNCLEAR, "An adjustment of money only.")


def _by_effect(rules: ByEffect, effect: str | None) -> Judgement:
    if effect == StockEffect.NONE:
        return _nothing(rules.otherwise)
    known = {StockEffect.OUT: rules.out, StockEffect.IN: rules.back}
    return Judgement(known[StockEffect(effect)] if effect in known else rules.unknown)


def _reimbursement(words: str, effect: str | None) -> Judgement:
    for known, judgement in REIMBURSEMENT_WORDS:
        if any(word in words for word in known):
            return judgement
    return IN_UNITS if effect == StockEffect.IN else _by_effect(REIMBURSEMENT, effect)


MONEY_ONLY = _nothing("A reimbursement of money only.")
IN_UNITS = _nothing("Reimbursed in units: one lost, one received.")
REIMBURSEMENT = ByEffect(Rule.LOSS, Rule.NOTHING, Rule.UNCLEAR, MONEY_ONLY.reason)
REIMBURSEMENT_WORDS = (
    (UNCLEAR_WORDS, Judgement(Rule.UNCLEAR)),
    (CLAWBACK_WORDS, Judgement(Rule.REVERSAL)),
    (MONEY_WORDS, MONEY_ONLY),
    (REPLACEMENT_WORDS, Judgement(Rule.REPLACEMENT)),
    ((*AGAIN_WORDS, *NOT_ITEMIZED_WORDS), Judgement(Rule.UNCLEAR)),
    (CUSTOMER_WORDS, Judgement(Rule.RETURN_LOST)),
)
"""Words of Amazon that say more than the stock effect; the first that is found wins."""


@dataclass(frozen=True, slots=True)
class Sold:
    """What the books hold of sales: what a line must be compared with to know its rule."""

    orders: frozenset[tuple[str | None, str]]
    """Store and order of every sale and refund."""
    reimbursed: Mapping[tuple[str | None, str], int]
    """When each store's SKU was first reimbursed; filled only where a reimbursement is valued again."""
    goods: Mapping[str, OrderGoods]
    """By order, as different marketplaces would write it: what was sold on it, multi-channel lines aside."""


@dataclass(frozen=True, slots=True)
class OrderGoods:
    """What the selling stores' lines of an order are about."""

    skus: frozenset[str]
    products: frozenset[str]
    """Those that the SKUs stand for."""
    all_known: bool
    """Whether every line names a SKU whose products are known."""


def judge(lines: Sequence[Line], goods_of: GoodsOf = lambda _sku: None) -> list[Judgement]:
    """Return the rule of each line, and why no goods moved where none did.

    Args:
        lines: All lines of the company, or those of a closure.
        goods_of: Names the products of a SKU: two stores may name one product differently.
    """
    by_words: dict[tuple[str | None, ...], Judgement] = {}
    first = [_by_words(line, by_words) for line in lines]
    sold = _sold(lines, first, goods_of)
    refined = [_refined(line, judgement, sold) for line, judgement in zip(lines, first, strict=True)]
    return [_costed_once(line, one, sold, goods_of) for line, one in zip(lines, refined, strict=True)]


def _by_words(line: Line, known: dict[tuple[str | None, ...], Judgement]) -> Judgement:
    words = (line.event, line.raw_type, line.raw_description, line.stock_effect)
    if words not in known:
        text = f"{line.raw_type or ''} {line.raw_description or ''}".upper()
        known[words] = read(line.event, text, line.stock_effect)
    return known[words]


def _sold(lines: Sequence[Line], judgements: Sequence[Judgement], goods_of: GoodsOf) -> Sold:
    sales = [
        line for line, judgement in zip(lines, judgements, strict=True) if judgement.rule is Rule.SALE and line.order_id
    ]
    selling = [line for line in sales if not is_multi_channel(line)]
    wanted = any(is_multi_channel(line) for line in sales)
    refunds = (line for line, judged in zip(lines, judgements, strict=True) if judged.rule is Rule.REFUND)
    return Sold(
        orders=frozenset((line.store, line.order_id) for line in chain(sales, refunds) if line.order_id),
        reimbursed=_reimbursed(lines),
        goods=_goods_of_orders(selling, goods_of) if wanted else {},
    )


def _goods_of_orders(selling: Iterable[Line], goods_of: GoodsOf) -> dict[str, OrderGoods]:
    by_order: dict[str, list[Line]] = defaultdict(list)
    for line in selling:
        by_order[plain_order(line.order_id or "")].append(line)
    return {order: _order_goods({line.sku for line in of_it}, goods_of) for order, of_it in by_order.items()}


def _order_goods(skus: set[str | None], goods_of: GoodsOf) -> OrderGoods:
    named = frozenset(sku for sku in skus if sku is not None)
    products = [goods_of(sku) for sku in named]
    known = frozenset(product for some in products for product in some or ())
    return OrderGoods(named, known, all_known=None not in skus and all(products))


def _reimbursed(lines: Sequence[Line]) -> dict[tuple[str | None, str], int]:
    paid = [line for line in lines if line.event == Event.REIMBURSEMENT and line.sku]
    if not any(is_valued_again(line) for line in paid):
        return {}
    first: dict[tuple[str | None, str], int] = {}
    for line in paid:
        if line.sku is not None and not is_valued_again(line):
            of = line.store, line.sku
            first[of] = min(line.moment, first.get(of, line.moment))
    return first


def is_valued_again(line: Line) -> bool:
    """Tell whether a reimbursement is more or less money for units that were reimbursed before."""
    return line.event == Event.REIMBURSEMENT and _says(line, AGAIN_WORDS)


def _refined(line: Line, judgement: Judgement, sold: Sold) -> Judgement:
    """Judge again by the line's own units, amount and order."""
    rule = judgement.rule
    if rule is Rule.NOTHING or rule is Rule.REFUND:
        return judgement
    if line.quantity == 0:
        return NO_UNITS
    if rule is Rule.SALE:
        return _sale(line, judgement)
    if line.sku is None:
        return NO_SKU
    return {Rule.REVERSAL: _goods_back, Rule.UNCLEAR: _unclear}.get(rule, _goods_out)(line, judgement, sold)


def _sale(line: Line, judgement: Judgement) -> Judgement:
    """Know a sale that takes money back, which nobody can read."""
    return Judgement(Rule.UNCLEAR) if line.principal is not None and line.principal < 0 else judgement


def _costed_once(line: Line, judgement: Judgement, sold: Sold, goods_of: GoodsOf) -> Judgement:
    """Know a multi-channel sale that another store's line carries; where that may be so, it is asked."""
    if judgement.rule is not Rule.SALE or line.sku is None or not is_multi_channel(line):
        return judgement
    elsewhere = is_sold_elsewhere(line, line.sku, sold, goods_of)
    return judgement if elsewhere is False else ELSEWHERE if elsewhere else Judgement(Rule.UNCLEAR)


NO_UNITS = _nothing("No units in this line.")
NO_SKU = _nothing("The line names no goods.")
ELSEWHERE = _nothing("Multi-channel order: the selling store's line carries the cost.")


def is_multi_channel(line: Line) -> bool:
    """Tell whether Amazon only shipped the order and another store sold it."""
    return line.marketplace is not None and line.marketplace.lower().startswith("non-amazon")


def is_sold_elsewhere(line: Line, sku: str, sold: Sold, goods_of: GoodsOf) -> bool | None:
    """Tell whether the selling store's lines are in the books: the same goods on an order that either store names.

    Goods are the same where their products are: the shop's `MUG-BLUE` and Amazon's `MUG-FBA` are one order of one mug
    if both stand for product 4711, and so is a kit that the shop sold as its parts. A SKU whose products are not known
    is only its own text.

    Returns:
        Whether they are; `None` where they may be: only a part of a kit was sold there, or products are not known.
    """
    names = {plain_order(name) for name in (line.order_id, line.merchant_order_id) if name}
    orders = [sold.goods[name] for name in names if name in sold.goods]
    products = goods_of(sku)
    if any(sku in order.skus or (products and products <= order.products) for order in orders):
        return True
    if not orders or (products and all(order.all_known and not products & order.products for order in orders)):
        return False
    return None


def _goods_back(line: Line, judgement: Judgement, sold: Sold) -> Judgement:
    """Read goods that an adjustment brings back to an order in the books as a refund."""
    loose = judgement.rule is Rule.REVERSAL and line.event in {Event.ADJUSTMENT, Event.OTHER}
    return Judgement(Rule.REFUND) if loose and (line.store, line.order_id) in sold.orders else judgement


def _unclear(line: Line, judgement: Judgement, sold: Sold) -> Judgement:
    """Know an unclear reimbursement that the books explain: taken back, of a customer's order, or paid before."""
    if line.event != Event.REIMBURSEMENT:
        return judgement
    if line.net is not None and line.net < 0:
        return Judgement(Rule.REVERSAL)
    if is_valued_again(line):
        first = sold.reimbursed.get((line.store, line.sku or ""))
        return VALUED_AGAIN if first is not None and first <= line.moment else judgement
    names_order = (line.store, line.order_id) in sold.orders and not _says(line, NOT_ITEMIZED_WORDS)
    return Judgement(Rule.RETURN_LOST) if names_order else judgement


VALUED_AGAIN = _nothing("More or less money for units that were reimbursed before.")


def _goods_out(line: Line, judgement: Judgement, sold: Sold) -> Judgement:
    """Know a reimbursement in units, one that is taken back, and one of a return by amount, units and order.

    A loss or an unexplained adjustment that names an order of the books is about a return. An order id that no sale of
    the store has may be a shipment's or a removal order's: then it stays a loss, unless the marketplace's word can only
    mean a customer's order. A return that names no order is asked.
    """
    paid = line.event == Event.REIMBURSEMENT
    if paid and line.net == 0:
        return IN_UNITS
    if (line.quantity or 0) < 0 or (paid and line.net is not None and line.net < 0):
        return Judgement(Rule.REVERSAL)
    if judgement.rule is Rule.RETURN_LOST and line.order_id is None:
        return Judgement(Rule.UNCLEAR)
    if judgement.rule is not Rule.LOSS or line.order_id is None:
        return judgement
    customers = _says(line, CUSTOMER_WORDS)
    return Judgement(Rule.RETURN_LOST) if customers or (line.store, line.order_id) in sold.orders else judgement


def may_be_money_only(line: Line) -> bool:
    """Tell whether a reversal may take back money alone: its word is used both for units found and for cash."""
    return line.order_id is None and _says(line, TWO_KINDS_WORDS)


def means_its_order_alone(line: Line) -> bool:
    """Tell whether a reversal that names an order can only mean a reimbursement of that order."""
    return line.order_id is not None and _says(line, TWO_KINDS_WORDS)


def _says(line: Line, words: tuple[str, ...]) -> bool:
    text = f"{line.raw_type} {line.raw_description}".upper()
    return any(word in text for word in words)


def is_removal(line: Line) -> bool:
    """Tell whether a line is about goods on their way out of the marketplace's warehouse, back to the seller."""
    return _says(line, REMOVAL_WORDS)


def plain_order(order: str) -> str:
    """Return an order id as different marketplaces would write the same one: no `#`, no blanks around, lower case."""
    return order.strip().lstrip("#").lower()
