"""The count of units back in sellable stock per order line: 0 ≤ units back ≤ units sold (docs/design/costing.md).

A marketplace refunds more often than goods come back: an order of 2 can be refunded in three parts. Two restocked
refunds of one unit each bring back 2; a third one is asked, because only 2 were sold.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from core.costing.rules.goods import Move, Remainder
from core.costing.units.originals import item_name
from core.costing.units.refunds import NO_GOODS_MOVED, move_without_return, refund, units_of_share, units_spoken_of
from core.model import Cause, Disposition, Event, Goods

if TYPE_CHECKING:
    from core.costing.inputs import CostingPolicies
    from core.costing.lines import Line
    from core.costing.rules.goods import GoodsLine
    from core.costing.units.originals import Name


_NONE = Decimal(0)
TAKES_COST = "save their cost, or choose Disposition Money only where none moved"
"""What to do about goods that are believed to have moved, on a line that asks whether they did."""
_REFUNDS = frozenset({Event.REFUND, Event.DISPUTE})


@dataclass(slots=True)
class UnitsBack:
    """What has come back so far; lines are brought to it in the order of `GoodsLine.when`."""

    policies: CostingPolicies
    returned_units: dict[Name, int] = field(default_factory=lambda: defaultdict(int))
    """Units ever brought back, by order and SKU and by order-item code."""
    in_stock: dict[Name, int] = field(default_factory=lambda: defaultdict(int))
    """Units back and not lost again, by order and SKU; an order and SKU without a refund is not in it."""
    given_back: dict[Name, tuple[Decimal, Decimal]] = field(default_factory=lambda: defaultdict(lambda: (_NONE, _NONE)))
    """Principal, and principal with tax, that refunds have given back, by the original."""
    refund_units: dict[Name, int] = field(default_factory=lambda: defaultdict(int))
    """Units that refunds were about, back or not, and those proposed for refunds that are asked; by the same names."""
    proposed_units: dict[Name, int] = field(default_factory=lambda: defaultdict(int))
    """Units proposed for refunds that are asked."""
    open_refunds: dict[Name, Line] = field(default_factory=dict)
    """The refund whose units are not known, by order and SKU."""

    _restored: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """Units that reversals have put back: by the place of the reimbursement that took them, and by their own."""

    def refund(self, goods: GoodsLine) -> Move:
        """Bring goods back, never more than were sold: one refund too many moves nothing and is listed."""
        left = self._left(goods)
        goods = replace(goods, remainder=self._unrefunded(goods, left), shipped_units=None if goods.original else left)
        if goods.lock is None and is_undone(goods):
            move = settled(self._refund_undone(goods), goods)
            self._count(goods, move)
            return move
        move = self._refunded(goods, left)
        is_accepted = goods.override is not None and goods.override.is_accepted
        if move.cause is Cause.UNITS_DISAGREE and is_accepted and goods.report is not None:
            goods = replace(goods, override=None)  # what was accepted is not there any more: the report says what came
            move = self._refunded(goods, left)
        move = settled(_asked_anew(move, goods), goods)
        self._count(goods, move)
        return move

    def _refunded(self, goods: GoodsLine, left: int | None) -> Move:
        """Return the move of a refund; one of more units than can come back is asked."""
        move = refund(goods, self.policies.on(goods.line.day))
        units = -(move.quantity or 0)
        is_too_much = move.cause is None and goods.lock is None and left is not None and units > left
        return _too_many(units, left or 0) if is_too_much else move

    def _refund_undone(self, goods: GoodsLine) -> Move:
        """Take the goods of a refund that is taken back out of stock again, as far as they had been restocked."""
        item = _item(goods)
        if item is None and goods.line.order_id is not None and self._holds_goods_of(goods.line):
            reason = (
                "A refund of this order is taken back, but of which of its goods is not said: keep 0 or enter units."
            )
            return whether_goods_moved(goods, goods.saved_units or 0, reason)
        if goods.saved_disposition in {Disposition.MONEY_ONLY, Disposition.NOT_RETURNED}:
            return Move(0, NO_GOODS_MOVED, goods.saved_disposition)
        if item in self.open_refunds:
            return Move(None, "Waits for the units back of the refund.", waits_for=self.open_refunds[item])
        back = self.in_stock.get(item, 0) if item is not None else 0
        if back <= 0:
            return self._undone_without_goods(goods, is_in_books=item in self.in_stock or not _is_of_old_order(goods))
        units = goods.saved_units if goods.saved_units is not None else goods.units
        if not units and goods.saved_units is None:
            reason = f"A refund is taken back without its units; {back} had come into stock: keep or change the units."
            return Move(min(back, units_of_share(goods) or back), reason, cause=Cause.UNITS_UNKNOWN)
        return Move(min(units or 0, back), "A refund is undone: the goods leave stock again.")

    def _undone_without_goods(self, goods: GoodsLine, *, is_in_books: bool) -> Move:
        """Take nothing out of stock; ask where the books hold neither order nor refund, as of a lost return."""
        if is_in_books:
            return Move(0, "A refund is taken back whose goods had not come into stock: nothing leaves it.")
        if self.policies.on(goods.line.day).refund_returned != Disposition.RESTOCKED and not goods.saved_units:
            return Move(0, "Returned goods are not taken back into stock (policy): nothing leaves it.")
        reason = "A refund is taken back, and neither the order nor its refund is in the books: keep 0 or enter units."
        return whether_goods_moved(goods, goods.saved_units or 0, reason)

    def _holds_goods_of(self, line: Line) -> bool:
        """Tell whether goods of a line's order have come back into stock."""
        return any(units > 0 and name[1:3] == (line.store, line.order_id) for name, units in self.in_stock.items())

    def _left(self, goods: GoodsLine) -> int | None:
        """Return how many units may still come back; unknown where the original, or its units, are.

        Of an order whose sale is not in the books, those that Finale shipped.
        """
        original = goods.original
        if original is not None and original.several:
            return max(0, original.units - sum(self.returned_units[item] for item, _ in original.several))
        if original is None and goods.shipped_units is not None:
            item = _item(goods)
            return max(0, goods.shipped_units - (self.returned_units[item] if item is not None else 0))
        if original is None or not original.units_known:
            return None
        of_item = original.item_units - self.returned_units[original.item]
        return max(0, min(of_item, original.units - self.returned_units[original.name]))

    def _unrefunded(self, goods: GoodsLine, units: int | None) -> Remainder | None:
        """Return what earlier refunds have left of the original."""
        original = goods.original
        if original is None or units is None or original.several:
            return None
        price, with_tax = self.given_back[original.name]
        unfound = min(
            original.item_units - self.refund_units[original.item], original.units - self.refund_units[original.name]
        )
        left = max(0, min(units, unfound))
        proposed = max(self.proposed_units[original.item], self.proposed_units[original.name])
        return Remainder(units, original.principal - price, original.with_tax - with_tax, left, proposed)

    def _count(self, goods: GoodsLine, move: Move) -> None:
        if is_undone(goods) and goods.original is None and _item(goods) not in self.in_stock:
            return  # of a refund that the books do not hold, it says nothing to other lines
        if goods.original is not None:
            for name in goods.original.names:
                price, with_tax = self.given_back[name]
                self.given_back[name] = (price + goods.refund, with_tax + goods.refund_with_tax)
        spoken, units = units_spoken_of(goods, move), -(move.quantity or 0)
        for name, count in _by_name(goods, spoken):
            self.refund_units[name] += count
        if move.cause is not None:
            for item, _ in _items(goods, 0):
                self.open_refunds.setdefault(item, goods.line)
            for name, count in _by_name(goods, units):
                self.proposed_units[name] += count
            return
        for item, count in _items(goods, units):
            self.in_stock[item] += count
        for name, count in _by_name(goods, units):
            self.returned_units[name] += count

    def lose(self, goods: GoodsLine) -> Move:
        """Take a returned unit out of stock again: + where it had been restocked, 0 where it had not."""
        move = self._lost(goods)
        if goods.line.goods is Goods.RETURN_PAID_UNCLEAR and goods.lock is None:
            move = _asked_if_lost(goods, move)
        move = settled(move, goods)
        item = _item(goods)
        if item in self.in_stock and move.cause is None and move.waits_for is None:
            self.in_stock[item] -= move.quantity or 0
        return move

    def restore(self, reversal: GoodsLine, lost: GoodsLine, move: Move | None, of_it: int | None) -> None:
        """Put units back that a reimbursement had taken out of stock, where that is taken back.

        Args:
            reversal: The line that takes it back.
            lost: The reimbursement.
            move: What that took out; missing where it is still to come.
            of_it: How many units of it are taken back; missing: all.

        A reimbursement of 2 units took 1 out of stock, for no more had come back. Taken back in two halves, the first
        brings this 1 back, and the second none.
        """
        taken = move.quantity or 0 if move is not None else 0
        left = taken - self._restored[lost.line.place]
        units = min(of_it, left) if of_it is not None else left
        if reversal.lock is not None:
            units = -reversal.lock.quantity_now - self._restored[reversal.line.place]
        for place in (lost.line.place, reversal.line.place):
            self._restored[place] += units
        item = _item(lost)
        if item in self.in_stock:
            self.in_stock[item] += units

    def _lost(self, goods: GoodsLine) -> Move:
        if goods.lock is not None:
            return Move(goods.lock.quantity_now)
        if goods.saved_disposition is not None and goods.saved_disposition != Disposition.RESTOCKED:
            return Move(0, "The goods were not in stock: nothing left it.", goods.saved_disposition)
        units = goods.saved_units if goods.saved_units is not None else goods.units
        item = _item(goods)
        refunded = item in self.in_stock or item in self.open_refunds
        if goods.original is None and not refunded:
            return self._lost_of_old_order(goods, units)
        if goods.saved_disposition is None and item in self.open_refunds:
            return Move(None, "Waits for the units back of the refund.", waits_for=self.open_refunds[item])
        insists = goods.saved_disposition is not None or goods.saved_units is not None
        return _out_of(goods.line, units, self.in_stock.get(item, 0) if item else 0, insists=insists)

    def _lost_of_old_order(self, goods: GoodsLine, units: int | None) -> Move:
        """Ask where the books hold neither the sale of the goods nor their refund: only they say what was in stock."""
        if not goods.question and self.policies.on(goods.line.day).refund_returned != Disposition.RESTOCKED:
            return Move(0, "Returned goods are not taken back into stock (policy): nothing left it.")
        if units is None:
            return unknown_units(goods.line)
        said = goods.question or "Neither the order nor its refund is in the books"
        return whether_goods_moved(goods, units, f"{said}: 0 is proposed.")


def is_undone(goods: GoodsLine) -> bool:
    """Tell whether a line takes a refund back: by its word, or because it gives the price to the seller again."""
    of_price = goods.line.event in _REFUNDS and goods.refund < 0
    return goods.line.goods is Goods.REFUND_UNDONE or (of_price and goods.line.goods is not Goods.KEPT)


def _is_of_old_order(goods: GoodsLine) -> bool:
    """Tell whether a refund that is taken back is of goods of an order that the books do not hold.

    A dispute that is won is none: with a dispute no goods come back, unless its words leave that open.
    """
    may_be_goods = goods.line.event == Event.REFUND or goods.line.goods is Goods.REFUND_UNCLEAR
    return goods.original is None and may_be_goods and bool(goods.refund or goods.units)


def _asked_anew(move: Move, goods: GoodsLine) -> Move:
    """Ask for the units back of a refund whose saved answer was to another question, with those it would take now."""
    is_another = goods.override is not None and goods.override.is_typed_elsewhere and goods.lock is None
    if not is_another or move.cause is not None or move.waits_for is not None:
        return move
    reason = "What was saved answered another question than this refund asks now: keep or change the units back."
    return move._replace(reason=reason, cause=Cause.UNITS_UNKNOWN)


def _asked_if_lost(goods: GoodsLine, move: Move) -> Move:
    """Ask about a reimbursement of an order whose reason is not established, with what its refund suggests proposed."""
    if move.cause is not None or move.waits_for is not None or goods.saved_disposition is not None:
        return move
    reason = "Why this was paid is not established; by the order's refund"
    if move.quantity:
        reason = f"{reason} its goods leave stock again: {TAKES_COST}."
        return whether_goods_moved(goods, move.quantity, reason, believed=True)
    reason = f"{reason} its cost is an expense already: 0 is proposed."
    if goods.override is not None and goods.override.unit_cost:
        return Move(0, reason, cause=Cause.UNITS_DISAGREE)
    return Move(goods.units or 0, reason, cause=Cause.GOODS_UNCLEAR)


def whether_goods_moved(goods: GoodsLine, units: int, reason: str, *, believed: bool = False) -> Move:
    """Ask whether goods moved; a cost or units that were saved say that they did.

    A proposal that was accepted answers no longer where the books say the opposite since: 5.00 was taken for a
    replacement of which nothing was known, and its own line has come.
    """
    saved = goods.override
    is_said = saved is not None and (saved.units is not None or (saved.unit_cost and not saved.is_accepted))
    if is_said or (believed and saved is not None and saved.unit_cost):
        return Move(units)
    return Move(units, reason, cause=Cause.GOODS_UNCLEAR, goods_believed=believed)


def settled(move: Move, goods: GoodsLine) -> Move:
    """Take what Resolve showed where the bookkeeper accepted it, or where nobody is asked before books start.

    A confirmed zero says that no goods moved. Units that were saved are not made fewer: where less is left now, the
    line is asked anew.
    """
    if move.cause is None:
        return move
    if goods.is_history:
        return move._replace(cause=None, quantity=move.quantity or 0)
    saved = goods.override
    if saved is not None and saved.is_zero:
        return move_without_return(goods, Disposition.MONEY_ONLY)
    is_less = move.cause is Cause.UNITS_DISAGREE and goods.saved_units is not None
    is_another = move.cause is Cause.GOODS_UNCLEAR and not move.goods_believed and goods.saved_units is None
    accepted = saved is not None and saved.is_accepted and not is_less and not is_another
    return move._replace(cause=None) if accepted and move.quantity else move


def _items(goods: GoodsLine, units: int) -> list[tuple[Name, int]]:
    """Return the order and SKU that units of a line are of; of an order that comes back as a whole, all of its own."""
    if goods.original is not None and goods.original.several:
        is_all = units == goods.original.units
        return [(item, count if is_all else 0) for item, count in goods.original.several]
    item = _item(goods)
    return [] if item is None else [(item, units)]


def _by_name(goods: GoodsLine, units: int) -> list[tuple[Name, int]]:
    """Return under which names units of a line are counted: its order and SKU, and what it refers to."""
    items = _items(goods, units)
    named = goods.original.name if goods.original is not None else None
    is_another = items and named is not None and all(named != item for item, _ in items)
    return [*items, (named, units)] if is_another and named is not None else items


def _item(goods: GoodsLine) -> Name | None:
    return goods.original.item if goods.original is not None else item_name(goods.line)


def _too_many(units: int, left: int) -> Move:
    reason = f"{units} would come back, but only {left} of the units sold can: correct the units back."
    return Move(-left, reason, Disposition.RESTOCKED if left else Disposition.MONEY_ONLY, Cause.UNITS_DISAGREE)


def unknown_units(line: Line) -> Move:
    """Return the move of a line that does not say its units, or says 0 though it is paid for."""
    reason = (
        "is paid for, but states no units above 0" if line.says_no_units else "does not say how many units it is about"
    )
    return Move(None, f"The line {reason}: enter them in column Units back.", cause=Cause.UNITS_UNKNOWN)


def _out_of(line: Line, units: int | None, back: int, *, insists: bool) -> Move:
    """Take units out of those that are back."""
    if back <= 0 and not insists:
        return Move(0, "The goods had not come back into stock: their cost is an expense already.")
    if units is None:
        return unknown_units(line)
    if units > back and insists:
        return Move(back, f"{units} would leave again, but only {back} came back.", cause=Cause.UNITS_DISAGREE)
    return Move(min(units, back), f"{back} of the {units} units had come back into stock." if units > back else "")
