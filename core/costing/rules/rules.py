"""Which row of the sign table a transaction falls under, by what its words say of goods (docs/design/words.md).

A line is judged by its goods, then by its own units, amount and order, and by what else the books hold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from core.costing.rules.line_kinds import NAMES_GOODS
from core.costing.units.sold_goods import goods_of_orders, not_among_them, plain_order, skus_of_orders
from core.model import Event, Goods, is_multi_channel
from core.money import cents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.costing.lines import Line
    from core.costing.units.sold_goods import GoodsOf, Order, OrderGoods


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
    """Nobody can say whether goods moved: the bookkeeper is asked, 0 prefilled."""
    NOTHING = "nothing"
    """Money moved, no goods did."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule and, where no goods moved or it is asked whether they did, why."""

    rule: Rule
    reason: str = ""


def _nothing(reason: str) -> Judgement:
    return Judgement(Rule.NOTHING, reason)


RULES: dict[Goods, Rule] = {
    Goods.SOLD: Rule.SALE,
    Goods.REFUNDED: Rule.REFUND,
    Goods.KEPT: Rule.REFUND,
    Goods.REFUND_UNCLEAR: Rule.REFUND,
    Goods.REFUND_UNDONE: Rule.REFUND,
    Goods.LOST: Rule.LOSS,
    Goods.LOST_INBOUND: Rule.LOSS,
    Goods.LOST_ON_REMOVAL: Rule.LOSS,
    Goods.LOST_AFTER_SALE: Rule.LOSS,
    Goods.RETURN_PAID: Rule.RETURN_LOST,
    Goods.RETURN_PAID_UNCLEAR: Rule.RETURN_LOST,
    Goods.PAYMENT_LOST: Rule.UNCLEAR,
    Goods.REPLACED: Rule.REPLACEMENT,
    Goods.PAID_AGAIN: Rule.UNCLEAR,
    Goods.FOUND: Rule.REVERSAL,
    Goods.LOSS_REVERSED: Rule.REVERSAL,
    Goods.LIQUIDATED: Rule.LIQUIDATION,
    Goods.BOUGHT: Rule.NOTHING,
    Goods.NOT_ITEMIZED: Rule.UNCLEAR,
    Goods.UNCLEAR: Rule.UNCLEAR,
    Goods.NONE: Rule.NOTHING,
}
"""What each says where nothing more is known. Further questions of a kind are asked where its units are found out:
refunds in `units_back`, losses and liquidations in `moves`, reversals in `reversals`."""

NO_GOODS = {
    Event.SALE: "No goods in this part of the order.",
    Event.REFUND: "This part of a refund is about money only.",
    Event.DISPUTE: "This part of a dispute is about money only.",
    Event.REIMBURSEMENT: "A reimbursement of money only.",
    Event.REIMBURSEMENT_REVERSAL: "A reimbursement of money only is taken back.",
    Event.LIQUIDATION: "A correction of liquidation proceeds moves no goods.",
    Event.FEE: "A fee moves no goods.",
    Event.ADVERTISING: "Advertising moves no goods.",
    Event.TAX_ONLY: "A tax correction moves no goods.",
    Event.BALANCE: "A balance move between periods moves no goods.",
    Event.ADJUSTMENT: "An adjustment of money only.",
    Event.PAYOUT: "A transfer to the bank moves no goods.",
    Event.OTHER: "A type that nobody has classified yet: no goods are assumed to move.",
}
NO_UNITS = _nothing("No units in this line.")
NO_SKU = _nothing("The line names no goods.")
ELSEWHERE = _nothing("Multi-channel order: the selling store's line carries the cost.")
IN_UNITS = _nothing("Reimbursed in units: one lost, one received.")
VALUED_AGAIN = Judgement(
    Rule.UNCLEAR, "It may be more money for units that were reimbursed before, or for further ones: 0 is proposed."
)
PROCEEDS_CORRECTED = Judgement(Rule.UNCLEAR, "It corrects what liquidated goods brought: 0 is proposed.")
LOST_ON_ITS_WAY = _nothing("Lost on its way to the buyer: the order's own line carries the cost.")
PAYMENT_TAKEN_BACK = _nothing("The buyer took the payment back and keeps the goods: the sale carries their cost.")
MONEY_ASKED = _nothing("A type that nobody has classified yet, which names no goods: sheet Transaction types asks.")
NOT_NAMED = Judgement(
    Rule.UNCLEAR,
    "It is about goods, but names no SKU: enter SKU, units (column Units back) and what one of them cost, or keep 0.",
)
PAID_TO_SUPPLIER = _nothing("A supplier's shop is paid for goods that it ships: the cost of its order.")
BACK_TO_SUPPLIER = _nothing(
    "Drop-shipped: the goods go back to the supplier, and what it gives back is a line of its own."
)


@dataclass(frozen=True, slots=True)
class KnownSales:
    """What the books hold of sales: what a line must be compared with to know its rule."""

    orders: Mapping[Order, frozenset[str | None]]
    """The SKUs of every sale and refund, by store and order."""
    first_reimbursements: Mapping[tuple[str | None, str], int]
    """When each store's SKU was first reimbursed; filled only where a reimbursement is valued again."""
    goods: Mapping[str, OrderGoods]
    """By order, as different marketplaces would write it: what was sold on it, multi-channel lines aside."""
    goods_of: GoodsOf
    """Names the products of a SKU."""
    purchases: Mapping[tuple[str | None, str], Decimal]
    """What suppliers were paid for the goods of an order, +, by store and order."""
    counts: Mapping[tuple[str | None, str], int]
    """How many sales of goods such an order holds."""


def judge(lines: Sequence[Line], goods_of: GoodsOf = lambda _sku: None) -> list[Judgement]:
    """Return the rule of each line, and why no goods moved where none did.

    Args:
        lines: All lines of the company, or those of a closure.
        goods_of: Names the products of a SKU: two stores may name one product differently.
    """
    first = [_first(line) for line in lines]
    sold = _sold(lines, first, goods_of)
    refined = [_refined(line, judgement, sold) for line, judgement in zip(lines, first, strict=True)]
    return [_costed_once(line, one, sold) for line, one in zip(lines, refined, strict=True)]


_NOTHING = {event: _nothing(reason) for event, reason in NO_GOODS.items()}
_BY_GOODS = {goods: Judgement(rule) for goods, rule in RULES.items()}


def _first(line: Line) -> Judgement:
    if line.goods is Goods.BOUGHT:
        return PAID_TO_SUPPLIER
    if line.goods is Goods.NONE:
        return _NOTHING[Event(line.event or Event.OTHER)]
    return _BY_GOODS[line.goods]


def _sold(lines: Sequence[Line], judgements: Sequence[Judgement], goods_of: GoodsOf) -> KnownSales:
    sales = [
        line for line, judgement in zip(lines, judgements, strict=True) if judgement.rule is Rule.SALE and line.order_id
    ]
    selling = [line for line in sales if not is_multi_channel(line.marketplace)]
    wanted = any(is_multi_channel(line.marketplace) for line in sales) or any(
        line.goods is Goods.LOST_AFTER_SALE for line in lines
    )
    refunds = (line for line, judged in zip(lines, judgements, strict=True) if judged.rule is Rule.REFUND)
    return KnownSales(
        orders=skus_of_orders(chain(sales, refunds)),
        first_reimbursements=_reimbursed(lines),
        goods=goods_of_orders(selling, goods_of) if wanted else {},
        goods_of=goods_of,
        purchases=(bought := _bought(lines)),
        counts=Counter(
            (line.store, line.order_id) for line in sales if bought and line.order_id and line.quantity != 0
        ),
    )


def _bought(lines: Sequence[Line]) -> dict[tuple[str | None, str], Decimal]:
    """Return what suppliers were paid for the goods of orders, less what they gave back; an order of 0 is left out."""
    totals: dict[tuple[str | None, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.goods is Goods.BOUGHT and line.order_id:
            totals[line.store, line.order_id] -= line.net or 0
    return {of: paid for of, paid in totals.items() if paid > 0}


def _reimbursed(lines: Sequence[Line]) -> dict[tuple[str | None, str], int]:
    paid = [line for line in lines if line.event == Event.REIMBURSEMENT and line.sku and _is_about_units(line)]
    if not any(is_valued_again(line) for line in paid):
        return {}
    first: dict[tuple[str | None, str], int] = {}
    for line in paid:
        if line.sku is not None and not is_valued_again(line):
            of = line.store, line.sku
            first[of] = min(line.moment, first.get(of, line.moment))
    return first


def _is_about_units(line: Line) -> bool:
    """Tell whether a reimbursement paid for units: one of money alone (a SAFE-T claim) has none to be valued again."""
    return line.goods is not Goods.NONE and line.quantity != 0


def is_valued_again(line: Line) -> bool:
    """Tell whether a reimbursement is more or less money for units that were reimbursed before."""
    return line.event == Event.REIMBURSEMENT and line.goods is Goods.PAID_AGAIN


def _refined(line: Line, judgement: Judgement, sales: KnownSales) -> Judgement:
    """Judge again by the line's own units, amount and order."""
    rule = judgement.rule
    if rule is Rule.REFUND and _is_drop_shipped(line, sales):
        return BACK_TO_SUPPLIER
    if rule is Rule.NOTHING or rule is Rule.REFUND:
        return judgement
    if line.quantity == 0 or _leaves_below_zero(line, rule):
        return NO_UNITS if line.quantity == 0 else Judgement(Rule.UNCLEAR)
    if rule is Rule.SALE:
        return _sale(line, judgement, sales)
    unnamed = _unnamed(line, sales)
    if unnamed is not None:
        return unnamed
    return {Rule.REVERSAL: _goods_back, Rule.UNCLEAR: _unclear}.get(rule, _goods_out)(line, judgement, sales)


def _leaves_below_zero(line: Line, rule: Rule) -> bool:
    """Tell whether goods are paid for that leave with fewer than no units, as nobody can read: 10.00 for -2 units."""
    if line.quantity is None or line.quantity >= 0:
        return False
    return rule is Rule.SALE or (rule in _PAID_FOR and (line.net or 0) > 0)


_PAID_FOR = frozenset({Rule.LOSS, Rule.LIQUIDATION})
"""Rules of goods that leave against money; where that is below zero, it is taken back, and so are they."""


def _unnamed(line: Line, sales: KnownSales) -> Judgement | None:
    """Judge a line that does not say its goods; nothing where it does, or where its order does.

    A reimbursement of unknown reason is asked; where nobody knows that it is one, its money alone is.
    """
    if not line.is_declared:
        return NO_SKU if line.sku is None else None
    if line.goods not in NAMES_GOODS:
        return NOT_NAMED if line.sku is None and not _is_of_an_order(line, sales) else None
    if line.sku is not None and line.quantity is not None:
        return None
    if line.goods is Goods.NOT_ITEMIZED:
        return _NOTHING[Event(line.event or Event.REIMBURSEMENT)]
    if line.event == Event.OTHER:
        return MONEY_ASKED
    return NOT_NAMED if line.sku is None else Judgement(Rule.UNCLEAR)


def _is_of_an_order(line: Line, sales: KnownSales) -> bool:
    """Tell whether a line without SKU is settled by its order, which carries the cost or may hold one SKU only."""
    by_order = RULES[line.goods] is Rule.RETURN_LOST or line.goods in {Goods.PAYMENT_LOST, Goods.LOST_AFTER_SALE}
    return by_order and (line.store, line.order_id) in sales.orders


def _costed_once(line: Line, judgement: Judgement, sales: KnownSales) -> Judgement:
    """Know a multi-channel sale that another store's line carries; where that may be so, it is asked."""
    if judgement.rule is not Rule.SALE or line.sku is None or not is_multi_channel(line.marketplace):
        return judgement
    elsewhere = is_sold_elsewhere(line, line.sku, sales)
    return judgement if elsewhere is False else ELSEWHERE if elsewhere else Judgement(Rule.UNCLEAR)


def _sale(line: Line, judgement: Judgement, sales: KnownSales) -> Judgement:
    """Know a sale that takes money back, which nobody can read, and one whose goods a supplier was paid for."""
    if line.principal is not None and line.principal < 0:
        return Judgement(Rule.UNCLEAR)
    paid = sales.purchases.get((line.store, line.order_id or ""))
    return judgement if paid is None else _drop_shipped(line, paid, sales)


def _drop_shipped(line: Line, paid: Decimal, sales: KnownSales) -> Judgement:
    """Take what a supplier was paid as the cost of an order's only goods; of several it is asked which he shipped."""
    if _is_drop_shipped(line, sales):
        return _nothing(f"Drop-shipped: its cost is the debit of {cents(paid)}.")
    words = (
        f"A supplier was paid {cents(paid)} for goods of this order, which holds several: keep 0 for what it shipped."
    )
    return Judgement(Rule.UNCLEAR, words)


def _is_drop_shipped(line: Line, sales: KnownSales) -> bool:
    """Tell whether all goods of a line's order are a supplier's, because it holds only one sale."""
    of = line.store, line.order_id or ""
    return of in sales.purchases and sales.counts.get(of, 0) <= 1


def is_sold_elsewhere(line: Line, sku: str, sales: KnownSales) -> bool | None:
    """Tell whether the selling store's lines are in the books: the same goods on an order that either store names.

    Goods are the same where their products are: the shop's `MUG-BLUE` and Amazon's `MUG-FBA` are one order of one mug
    if both stand for product 4711, and so is a kit that the shop sold as its parts. A SKU whose products are not known
    is only its own text.

    Returns:
        Whether they are; `None` where they may be: only a part of a kit was sold there, or products are not known.
    """
    names = {plain_order(name) for name in (line.order_id, line.merchant_order_id) if name}
    orders = [sales.goods[name] for name in names if name in sales.goods]
    products = sales.goods_of(sku)
    if any(sku in order.skus or (products and products <= order.products) for order in orders):
        return True
    if not orders or (products and all(order.all_known and not products & order.products for order in orders)):
        return False
    return None


def _goods_back(line: Line, judgement: Judgement, sales: KnownSales) -> Judgement:
    """Read goods that an adjustment brings back to an order in the books as a refund."""
    loose = judgement.rule is Rule.REVERSAL and line.event in {Event.ADJUSTMENT, Event.OTHER}
    return Judgement(Rule.REFUND) if loose and (line.store, line.order_id) in sales.orders else judgement


def _unclear(line: Line, judgement: Judgement, sales: KnownSales) -> Judgement:
    """Know an unclear line that the books explain: taken back, paid before, or of a sale that carries the cost."""
    of_order = (line.store, line.order_id) in sales.orders
    if line.goods is Goods.PAYMENT_LOST and of_order:
        return _unless_not_among(line, PAYMENT_TAKEN_BACK, sales)
    if line.event != Event.REIMBURSEMENT:
        return PROCEEDS_CORRECTED if line.event == Event.LIQUIDATION else judgement
    if line.net is not None and line.net < 0:
        return Judgement(Rule.REVERSAL)
    if is_valued_again(line):
        first = sales.first_reimbursements.get((line.store, line.sku or ""))
        return VALUED_AGAIN if first is not None and first <= line.moment else judgement
    is_customers = not line.is_declared and line.goods is Goods.UNCLEAR and of_order
    return _return_lost(line, sales) if is_customers else judgement


def _return_lost(line: Line, sales: KnownSales) -> Judgement:
    """Know a return that was lost, with what is asked of it where the books hold its order and not its goods."""
    return Judgement(Rule.RETURN_LOST, not_among_them(line, sales.orders, sales.goods_of))


def _unless_not_among(line: Line, judgement: Judgement, sales: KnownSales) -> Judgement:
    """Ask about goods that are not among those of their order, whose line would carry their cost."""
    question = not_among_them(line, sales.orders, sales.goods_of)
    return Judgement(Rule.UNCLEAR, f"{question}: 0 is proposed.") if question else judgement


def _goods_out(line: Line, judgement: Judgement, sales: KnownSales) -> Judgement:
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
    if judgement.rule is Rule.RETURN_LOST:
        return Judgement(Rule.UNCLEAR) if line.order_id is None else _return_lost(line, sales)
    if judgement.rule is not Rule.LOSS or line.order_id is None:
        return judgement
    of_order = (line.store, line.order_id) in sales.orders
    if line.goods is Goods.LOST_AFTER_SALE:
        return _unless_not_among(line, LOST_ON_ITS_WAY, sales) if of_order else _lost_elsewhere(line, judgement, sales)
    return _return_lost(line, sales) if of_order else judgement


def _lost_elsewhere(line: Line, judgement: Judgement, sales: KnownSales) -> Judgement:
    """Know a loss on the way to the buyer of another store's order; where that may be so, it is asked."""
    elsewhere = line.sku is not None and is_sold_elsewhere(line, line.sku, sales)
    return judgement if elsewhere is False else LOST_ON_ITS_WAY if elsewhere else Judgement(Rule.UNCLEAR)
