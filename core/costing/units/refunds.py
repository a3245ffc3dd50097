"""How many units one refund brings back, judged by itself and its original (docs/design/costing.md).

What the bookkeeper saved wins, then what the marketplace reported of the goods (Amazon's returns report, Shopify's
restock type). Else the company's default disposition says whether goods came back. Units are then the reported ones; a
refund without units takes those of which it is the exact share of its original, to the cent, in price or in price and
tax together, or all where it is all that the buyer paid, postage too (policy `refund_units`). A refund without units
that is no such share, or one smaller than its units' share, goes to Resolve: prefilled with the units whose price it is
when what earlier refunds gave back is taken off, else as money only. A refund of an order that no sale of the books
names is prefilled with the units that Finale shipped of it. Where none of the price was given back, no goods came back.

Worked example: 3 units sold for 59.97. 19.99 without units is one unit back; 10.00 is the share of no unit: 0 is
proposed and asked, because a goodwill payment leaves the goods with the buyer.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.costing.rules.goods import Move
from core.model import Cause, Disposition, Event, Goods, StockEffect
from core.plurals import counted

if TYPE_CHECKING:
    from core.costing.inputs import CostingPolicies
    from core.costing.lines import LineLock, ReturnReport
    from core.costing.rules.goods import GoodsLine, Remainder
    from core.costing.units.originals import Original

_CENT = Decimal("0.01")
KEPT = {
    Disposition.NOT_RETURNED: "The goods were not returned.",
    Disposition.MONEY_ONLY: "A refund of money only: no goods came back.",
    Disposition.UNSELLABLE: "The goods came back unsellable: their cost stays an expense.",
}
NO_GOODS_MOVED = "No goods moved, as saved on Resolve."
"""Of a line that gives nothing back: a reimbursement, a clawback, a liquidation, words that nobody declared."""
BY_POLICY = "So says the policy on Setup."
NOT_RETURNED = Disposition.NOT_RETURNED
_NEVER_CAME = (Disposition.NOT_RETURNED, Disposition.MONEY_ONLY)


def refund(goods: GoodsLine, policies: CostingPolicies) -> Move:
    """Return what a refund brings back into sellable stock, before the limit of units sold."""
    if goods.lock is not None:
        return _locked(goods, goods.lock)
    if goods.saved_units is not None:
        return _of_one(goods, goods.saved_units) or _answered(goods, goods.saved_units, policies.refund_returned)
    if goods.saved_disposition is not None:
        return _said(goods, Disposition(goods.saved_disposition))
    if goods.report is not None:
        return _reported(goods.report, policies)
    return _of_its_word(goods) or _stated(goods) or _usual(goods, policies)


def _of_one(goods: GoodsLine, units: int) -> Move | None:
    """Ask which SKU came back, where somebody said that some units of an order of several SKUs did."""
    original = goods.original
    if original is None or not original.several or units in (0, original.units):
        return None
    said = f"{counted(units, 'unit')} of an order of {len(original.several)} SKUs: enter the SKU that came back."
    return Move(-units, said, Disposition.RESTOCKED, Cause.UNITS_DISAGREE)


def _of_its_word(goods: GoodsLine) -> Move | None:
    """Take what the marketplace's word for the refund says; nothing where it leaves that to reports and policy."""
    if goods.line.goods is Goods.KEPT:
        return Move(0, "A refund, chargeback or claim without return: the buyer keeps the goods.", NOT_RETURNED)
    return _unclear(goods) if goods.line.goods is Goods.REFUND_UNCLEAR else None


def _stated(goods: GoodsLine) -> Move | None:
    """Take what the line itself says of the goods (Shopify's restock type); nothing where it does not say it."""
    if goods.line.event != Event.REFUND or goods.units is None:
        return None
    if goods.line.stock_effect == StockEffect.IN and goods.units:
        return Move(-goods.units, "The marketplace reports the goods as restocked.", Disposition.RESTOCKED)
    if goods.line.stock_effect == StockEffect.NONE and goods.units:
        return Move(0, "The marketplace reports that the goods were not restocked.", Disposition.NOT_RETURNED)
    if goods.line.stock_effect == StockEffect.NONE and goods.refund:
        return Move(0, "The marketplace reports a refund of money only.", Disposition.MONEY_ONLY)
    return None


def _unclear(goods: GoodsLine) -> Move:
    """Ask about a refund that the seller gave by himself: proposed are the units whose exact price it is, else none."""
    units = likely_share(goods)
    if units:
        return _ask(units, "Whether goods came back with this refund is not said; it is the price of")
    reason = "Whether goods came back with this refund is not said: money only is proposed."
    return Move(0, reason, Disposition.MONEY_ONLY, Cause.UNITS_UNKNOWN)


def _locked(goods: GoodsLine, lock: LineLock) -> Move:
    units = likely_units(goods) if lock.disposition_now == Disposition.UNSELLABLE else 0
    return Move(lock.quantity_now, disposition=lock.disposition_now, unsellable=units)


def _reported(report: ReturnReport, policies: CostingPolicies) -> Move:
    """Take what the marketplace reported about the goods: units back in stock, and those that are none any more.

    Where a report is of some of the units alone, the policy decides about the others: of a refund of 3 with a fee for
    the disposal of 1, 2 are restocked.
    """
    words = f"The marketplace reported: {report.words}."
    if not report.disposition:
        reason = f"{words} That is not a known state of goods: enter the units that came back as stock, else 0."
        return Move(None, reason, cause=Cause.UNITS_UNKNOWN)
    disposition = Disposition(report.disposition)
    if report.units_open and policies.refund_returned == Disposition.RESTOCKED:
        back = report.units_back + report.units_open
        reason = f"{words} Of the other {counted(report.units_open, 'unit')} nothing: restocked. {BY_POLICY}"
        return Move(-back, reason, Disposition.RESTOCKED, unsellable=report.units_unsellable)
    if disposition == Disposition.RESTOCKED:
        return Move(-report.units_back, words, disposition, unsellable=report.units_unsellable)
    return Move(0, f"{KEPT[disposition]} {words}", disposition, unsellable=report.units_unsellable)


def _usual(goods: GoodsLine, policies: CostingPolicies) -> Move:
    """Judge a refund about which nobody has said anything."""
    if goods.line.event == Event.DISPUTE:
        return Move(0, "A chargeback or A-to-z claim: the buyer keeps the goods.", Disposition.NOT_RETURNED)
    if goods.line.event == Event.REFUND and goods.refund == 0 and not _is_free(goods):
        return Move(0, "Nothing of the price was refunded: no goods came back.", Disposition.MONEY_ONLY)
    if policies.refund_returned != Disposition.RESTOCKED:
        move = _kept_with_units(goods, policies.refund_returned)
        return move._replace(reason=f"{move.reason} {BY_POLICY}")
    return _restocked(goods, policies)


def move_without_return(goods: GoodsLine, disposition: Disposition, unsellable: int = 0) -> Move:
    """Return the move of a line whose goods did not come back into sellable stock, in the words of its kind."""
    words = KEPT[disposition]
    if disposition == Disposition.MONEY_ONLY and goods.line.event == Event.DISPUTE:
        words = "A chargeback or claim about money only: no goods came back."
    elif disposition == Disposition.MONEY_ONLY and not _gives_back(goods):
        words = NO_GOODS_MOVED
    return Move(0, words, disposition, unsellable=unsellable)


def _gives_back(goods: GoodsLine) -> bool:
    """Tell whether a line gives the buyer money back; a reimbursement, a liquidation, a refund undone do not."""
    return goods.line.event == Event.REFUND and goods.line.goods is not Goods.REFUND_UNDONE


def _kept_with_units(goods: GoodsLine, disposition: Disposition) -> Move:
    return move_without_return(
        goods, disposition, _units_refunded(goods) if disposition == Disposition.UNSELLABLE else 0
    )


def _is_free(goods: GoodsLine) -> bool:
    """Tell whether goods without a price came back: then the amount says nothing."""
    return bool(goods.units) and (goods.original is None or goods.original.principal == 0)


def _answered(goods: GoodsLine, units: int, usual: Disposition) -> Move:
    """Take the units back that the bookkeeper saved; they came back into stock unless a disposition says otherwise.

    So does the policy, where nobody accepted what was proposed: a proposal is always of goods in stock again.
    """
    answered_disposition = None if goods.saved_disposition is None else Disposition(goods.saved_disposition)
    if units == 0:
        return move_without_return(
            goods,
            Disposition.NOT_RETURNED
            if answered_disposition in {None, Disposition.RESTOCKED}
            else answered_disposition or usual,
        )
    is_accepted = goods.override is not None and goods.override.is_accepted
    disposition = answered_disposition or (Disposition.RESTOCKED if is_accepted or usual in _NEVER_CAME else usual)
    if disposition == Disposition.RESTOCKED:
        return Move(-units, disposition=disposition)
    return move_without_return(goods, disposition, units if disposition == Disposition.UNSELLABLE else 0)


def _said(goods: GoodsLine, disposition: Disposition) -> Move:
    """Take the disposition that the bookkeeper saved, with the units that the line itself gives."""
    if disposition != Disposition.RESTOCKED:
        return _kept_with_units(goods, disposition)
    units = likely_units(goods)
    if units:
        return Move(-units, disposition=disposition)
    reason = "The goods were restocked, as saved, but how many is not known: enter the units back."
    return Move(None, reason, disposition, Cause.UNITS_UNKNOWN)


def likely_units(goods: GoodsLine) -> int:
    """Return the best known units of goods that are said to have come back; 0 = unknown."""
    only = goods.original.units if goods.original is not None and goods.original.units == 1 else 0
    return goods.saved_units or goods.units or likely_share(goods) or only or goods.shipped_units or 0


def _units_refunded(goods: GoodsLine) -> int:
    """Return how many units were refunded: those of a quantity that the price contradicts are not."""
    original = goods.original
    is_priced = original is not None and original.units > 0 and original.principal > 0
    if goods.saved_units or not goods.units or original is None or not is_priced:
        return likely_units(goods)
    return goods.units if _covers(goods, goods.units, original) else min(goods.units, likely_share(goods))


def units_spoken_of(goods: GoodsLine, move: Move) -> int:
    """Return of how many units a refund says what became of them: back, gone or kept; 0 where it is about money."""
    if move.quantity or move.cause is not None or move.disposition == Disposition.MONEY_ONLY:
        return -(move.quantity or 0)
    if move.disposition == Disposition.UNSELLABLE and move.unsellable:
        return move.unsellable
    return _units_refunded(goods) if move.disposition in KEPT and goods.refund else 0


def _restocked(goods: GoodsLine, policies: CostingPolicies) -> Move:
    if goods.units:
        return _disagreeing(goods, goods.units) or Move(-goods.units, BY_POLICY, Disposition.RESTOCKED)
    share, likely = units_of_share(goods), likely_share(goods)
    if not share or likely not in {0, share}:
        return _without_share(goods, likely)
    if not likely and _speak_of_all(goods):
        reason = "The refund states no units, and earlier refunds are about all that were sold: money only is proposed."
        return Move(0, reason, Disposition.MONEY_ONLY, Cause.UNITS_UNKNOWN)
    sold = goods.original.units if goods.original else share
    part = "all" if share == sold else f"the price of {share} of {sold} units, part"
    reason = f"The refund states no units; it is {part} of the original's price"
    if policies.refund_units == "derive" and not goods.line.says_no_units:
        return Move(-share, f"{reason}. {BY_POLICY}", Disposition.RESTOCKED)
    return Move(
        -(likely or share), f"{reason}: keep or change the units back.", Disposition.RESTOCKED, Cause.UNITS_UNKNOWN
    )


def _speak_of_all(goods: GoodsLine) -> bool:
    """Tell whether earlier refunds are about all units, though not all of these are back in stock."""
    return goods.remainder is not None and goods.remainder.unfound == 0 and goods.remainder.units > 0


def _without_share(goods: GoodsLine, likely: int) -> Move:
    """Ask for the units of a refund that states none and is by itself no exact share of its original."""
    if likely:
        return _ask(likely, "The refund states no units; with the refunds before it, it is the price of")
    if goods.original is None and goods.shipped_units:
        explanation = "The refund states no units and its original is not in the books; left of Finale's order:"
        return _ask(goods.shipped_units, explanation)
    why = "it is not an exact share of the original's price" if goods.original else "its original is not in the books"
    if goods.original is None and goods.line.sku is None and goods.line.order_id is not None:
        why = "it names none of its order's SKUs, of which the books have several or none (enter the SKU)"
    reason = f"The refund states no units, and {why}: money only is proposed."
    return Move(0, reason, Disposition.MONEY_ONLY, Cause.UNITS_UNKNOWN)


def _ask(units: int, said: str) -> Move:
    reason = f"{said} {counted(units, 'unit')}: keep or change the units back."
    return Move(-units, reason, Disposition.RESTOCKED, Cause.UNITS_UNKNOWN)


def _disagreeing(goods: GoodsLine, units: int) -> Move | None:
    """Return the listed move of a refund that does not give back the price of its units; nothing where it does.

    Prefilled are the units whose price it is, by itself or with the refunds before it; else money only. Of an amount
    that is more than the price of its units, and of no other number, the units are believed.
    """
    original = goods.original
    if goods.line.event != Event.REFUND or original is None or original.units <= 0 or original.principal <= 0:
        return None
    likely, is_smaller = likely_share(goods), not _covers(goods, units, original)
    fits = units_of_share(goods) == units or (not is_smaller and likely <= units)
    if fits and not _is_spoken_for(units, goods.remainder):
        return None
    of = "its unit" if units == 1 else f"its {units} units"
    beside = "less" if is_smaller else "more"
    than = f"The refund gives back {goods.refund.normalize():f}, {beside} than the price of {of}"
    if fits:
        than = "Units of the sale are proposed for refunds before it that nobody has answered"
    if likely and not fits:
        before = "" if likely == units_of_share(goods) else "with the refunds before it, "
        return _ask(likely, f"{than}; {before}it is the price of")
    if likely:
        return _ask(likely, f"{than}; it may be about")
    return Move(0, f"{than}: money only is proposed.", Disposition.MONEY_ONLY, Cause.UNITS_UNKNOWN)


def _is_spoken_for(units: int, remainder: Remainder | None) -> bool:
    """Tell whether so many units are left only because refunds before are not answered, for which some are proposed."""
    return remainder is not None and remainder.units - remainder.proposed < units <= remainder.units


def _covers(goods: GoodsLine, units: int, original: Original) -> bool:
    """Tell whether a refund gives back the price of so many units, or more."""
    share = Decimal(min(units, original.units)) / original.units
    bases = ((goods.refund, original.principal), (goods.refund_with_tax, original.with_tax))
    return any(refunded >= sold * share - _CENT for refunded, sold in bases)


def units_of_share(goods: GoodsLine) -> int:
    """Return the whole units whose price the refund is, given or taken back, to the cent; 0 where it is no share."""
    original = goods.original
    if original is None or original.units <= 0:
        return 0
    if original.several or abs(goods.refund_with_postage) == original.with_postage > original.with_tax:
        return original.units
    by_price = _units_of(abs(goods.refund), original.principal, original.units)
    return by_price or _units_of(abs(goods.refund_with_tax), original.with_tax, original.units)


def likely_share(goods: GoodsLine) -> int:
    """Return the units that a refund most likely gives the price of back, never more than are left; 0 = of none.

    In this order: all that are left where it completes the price; those whose price it is; those whose price it
    completes with what was given back before; those whose price it is of what that left. Worked example, 4 units sold
    for 80.00: of 7.00 it is 0, of the next 33.00 it is 2 (40.00 together), of the last 40.00 the 2 that are left.
    """
    left, share = goods.remainder, units_of_share(goods)
    if left is None or goods.refund <= 0:
        return share
    if _completes(goods, left):
        return left.unfound
    if share and share <= left.unfound:
        return share
    return _units_of_sum(goods, left) or _units_of_rest(goods, left)


def _completes(goods: GoodsLine, remainder: Remainder) -> bool:
    """Tell whether all of the price is given back with this refund."""
    original = goods.original
    if original is None or original.principal <= 0:
        return False
    return goods.refund >= remainder.price - _CENT or goods.refund_with_tax >= remainder.with_tax - _CENT


def _units_of_sum(goods: GoodsLine, remainder: Remainder) -> int:
    """Return the units of which the price is complete with this refund, of those that no refund was about before."""
    original = goods.original
    if original is None:
        return 0
    price, with_tax = original.principal - remainder.price, original.with_tax - remainder.with_tax
    whole = _units_of(price + goods.refund, original.principal, original.units) or _units_of(
        with_tax + goods.refund_with_tax, original.with_tax, original.units
    )
    return max(0, min(remainder.unfound, whole - (original.units - remainder.unfound)))


def _units_of_rest(goods: GoodsLine, remainder: Remainder) -> int:
    """Return the whole units that a refund is the price of, when what was refunded before is taken off; 0 = none.

    4 units sold for 80.00, 16.00 of it refunded as money: 32.00 of the remaining 64.00 are the price of 2.
    """
    if remainder.unfound <= 0:
        return 0
    by_price = _units_of(goods.refund, remainder.price, remainder.unfound)
    return by_price or _units_of(goods.refund_with_tax, remainder.with_tax, remainder.unfound)


def _units_of(refunded: Decimal, sold: Decimal, of: int) -> int:
    """Return of how many units an amount is the price, where so many were sold for the other."""
    if sold <= 0 or refunded <= 0:
        return 0
    units = int((refunded * of / sold).to_integral_value())
    exact = abs(refunded - sold * units / of) < _CENT
    return units if exact and 0 < units <= of else 0
