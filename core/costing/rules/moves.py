"""How many units a line takes a cost for, and with which sign: the sign table of docs/design/books.md, rule by rule."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from core.costing.rules.goods import Move
from core.costing.rules.line_kinds import is_removal
from core.costing.rules.rules import Rule
from core.costing.units.clawbacks import FOUND_UNSELLABLE, waits_for_an_answer
from core.costing.units.refunds import NO_GOODS_MOVED
from core.costing.units.units_back import TAKES_COST, UnitsBack, settled, unknown_units, whether_goods_moved
from core.model import Cause, Disposition, Goods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.costing.inputs import CostingPolicies
    from core.costing.lines import Line
    from core.costing.rules.goods import GoodsLine
    from core.costing.units.clawbacks import ReversedUnits

OfStore = tuple[str | None, str | None]
"""Store and SKU."""
Lots = dict[OfStore, list["Unsellable"]]
"""The units that came back unsellable, in order of time."""
Free = dict[OfStore, list["FreeSale"]]
"""The sales without a price."""


class FreeSale(NamedTuple):
    """A sale without a price, which may be a replacement."""

    line: Line
    units: int
    left_on: str | None
    """The day on which Finale shipped it; missing where it did not, or was not asked yet."""


class Unsellable(NamedTuple):
    """Units that came back in no state to be sold."""

    line: Line
    """With which they came."""
    units: int


def moves(
    lines: Iterable[GoodsLine],
    reversed_lines: Mapping[int, Sequence[ReversedUnits]],
    policies: CostingPolicies,
    free: Free,
) -> dict[int, Move]:
    """Return the move of each line by its place.

    Refunds come first, then what returned stock lost again, then the rest; within each, locked lines and then time.

    Args:
        lines: Every line that moves goods and is no plain sale.
        reversed_lines: What `find_reversed` returned.
        policies: The company's.
        free: Sales without a price.
    """
    by_rule: dict[Rule, list[GoodsLine]] = defaultdict(list)
    for goods in sorted(lines, key=lambda goods: goods.when):
        by_rule[goods.rule].append(goods)
    back = UnitsBack(policies)
    by_place = {goods.line.place: back.refund(goods) for goods in by_rule[Rule.REFUND]}
    unsellable = _unsellable(by_rule[Rule.REFUND], by_place)
    _add_found_unsellable(unsellable, by_rule[Rule.REVERSAL])
    by_place |= _returns_lost(by_rule[Rule.RETURN_LOST], by_rule[Rule.REVERSAL], reversed_lines, back)
    by_place |= _sent_away([*by_rule[Rule.LIQUIDATION], *filter(_is_removal, by_rule[Rule.LOSS])], unsellable)
    by_place |= _replacements(by_rule[Rule.REPLACEMENT], free)
    by_place |= {goods.line.place: _lost(goods, policies) for goods in by_rule[Rule.LOSS] if not _is_removal(goods)}
    by_place |= {goods.line.place: _back(goods) for goods in by_rule[Rule.REVERSAL]}
    by_place |= {goods.line.place: _unclear(goods) for goods in by_rule[Rule.UNCLEAR]}
    return by_place


def _returns_lost(
    lost: Sequence[GoodsLine],
    reversals: Sequence[GoodsLine],
    reversed_lines: Mapping[int, Sequence[ReversedUnits]],
    back: UnitsBack,
) -> dict[int, Move]:
    """Take returned units out of stock, and put them back where their reimbursement is taken back."""
    goods_at = {goods.line.place: goods for goods in lost}
    by_place: dict[int, Move] = {}
    for goods in sorted([*lost, *reversals], key=lambda goods: goods.when):
        if goods.rule is Rule.RETURN_LOST:
            by_place[goods.line.place] = back.lose(goods)
            continue
        parts = reversed_lines.get(goods.line.place, ())
        if goods.lock is None and goods.saved_disposition == Disposition.UNSELLABLE:
            continue
        if waits_for_an_answer(goods, _matched(parts, goods_at, by_place)):
            continue
        for taken in parts:
            of = taken.line.place
            if of in goods_at:
                back.restore(goods, goods_at[of], by_place.get(of), taken.units)
    return by_place


def _matched(
    parts: Sequence[ReversedUnits], goods_at: Mapping[int, GoodsLine], found: Mapping[int, Move]
) -> int | None:
    """Return how many units a reversal means of what took goods out of stock; unknown where one does not say."""
    moved = [part for part in parts if part.line.place not in goods_at or _moved(found.get(part.line.place))]
    units = [part.units for part in moved]
    return None if None in units else sum(number or 0 for number in units)


def _moved(move: Move | None) -> bool:
    return move is not None and move.quantity != 0


def _units(goods: GoodsLine) -> int | None:
    return goods.units if goods.units is not None else goods.saved_units


def _lost(goods: GoodsLine, policies: CostingPolicies) -> Move:
    """Send lost goods out of stock; a loss on the way in is asked where the inventory system may have posted it."""
    move = _out(goods)
    is_asked = goods.line.goods is Goods.LOST_INBOUND and policies.on(goods.line.day).losses_elsewhere
    if not is_asked or goods.lock is not None or not move.quantity or move.cause is not None:
        return move
    reason = f"Finale posts losses itself, and may have taken this one with the transfer: {TAKES_COST}."
    return settled(whether_goods_moved(goods, move.quantity, reason, believed=True), goods)


def _out(goods: GoodsLine) -> Move:
    """Send the line's units out of stock."""
    if goods.lock is not None:
        return Move(goods.lock.quantity_now)
    if goods.saved_disposition in {Disposition.MONEY_ONLY, Disposition.NOT_RETURNED}:
        return Move(0, NO_GOODS_MOVED, goods.saved_disposition)
    units = _units(goods)
    return unknown_units(goods.line) if units is None else Move(units, disposition=goods.saved_disposition)


def _back(goods: GoodsLine) -> Move:
    """Bring the line's units back, should nothing be found that it reverses; saved units before those that it states.

    What it reverses may have left the books since: 1 of 2 units found, as accepted, stays 1 without its loss.
    """
    move = _out(goods)
    if goods.lock is None and goods.saved_disposition == Disposition.UNSELLABLE:
        return Move(0, FOUND_UNSELLABLE, goods.saved_disposition)
    if goods.lock is not None or move.quantity is None:
        return move
    if goods.saved_units == 0:
        return Move(0, NO_GOODS_MOVED)
    units = goods.saved_units if goods.saved_units is not None and move.quantity else move.quantity
    return move._replace(quantity=-units)


def _unclear(goods: GoodsLine) -> Move:
    """Ask whether goods moved at all; a cost that was typed says that they did, and needs units."""
    move = _out(goods)
    if move.quantity is None and goods.override is not None and goods.override.unit_cost:
        return move
    reason = move.reason if move.cause is None else ""
    return move._replace(cause=None, reason=reason or goods.question)


def _replacements(lines: Sequence[GoodsLine], free: Free) -> dict[int, Move]:
    """Return the moves of free replacements that were reimbursed, each $0 line explaining as many as its units.

    A replacement ships under an order id of its own, carries no fee and no payment, and so is often in no settlement.
    """
    used: dict[OfStore, int] = defaultdict(int)
    by_place: dict[int, Move] = {}
    for goods in lines:
        what = goods.line.store, goods.line.sku
        there = sum(sale.units for sale in free.get(what, ()) if _may_replace(sale, goods.line))
        by_place[goods.line.place] = settled(_replacement(goods, there - used[what]), goods)
        used[what] += min(_units(goods) or 0, max(0, there - used[what]))
    return by_place


def _may_replace(sale: FreeSale, line: Line) -> bool:
    """Tell whether a sale without a price may be the replacement that a line was paid for.

    Marketplaces defer, so that its own line may be posted after the payment: it is out of the question only where
    Finale shipped it later. Example: it left on 20 August, was paid for on the 25th and is posted on 2 September.
    """
    if sale.line.order_id == line.order_id:
        return False
    return sale.left_on is None or line.day is None or sale.left_on <= line.day


def _replacement(goods: GoodsLine, elsewhere: int) -> Move:
    """Take no cost for units that a $0 replacement line of the same order already carries; ask about others."""
    carried = goods.original.replacement_units if goods.original is not None else 0
    move = _out(goods)
    if goods.lock is not None or not move.quantity or move.cause is not None:
        return move
    left = max(0, move.quantity - carried)
    if not left:
        return Move(0, "The replacement's own line carries the unit.")
    if goods.saved_units is not None:
        return Move(left)
    if left <= elsewhere or goods.has_replacement:
        reason = "A line without a price, or Finale's shipment, of the same SKU may be the replacement: 0 is proposed."
        return whether_goods_moved(goods, left, reason)
    reason = f"No line of the books and no shipment is the replacement's, so that its goods count here: {TAKES_COST}."
    return whether_goods_moved(goods, left, reason, believed=True)


def _unsellable(refunds: Iterable[GoodsLine], found: Mapping[int, Move]) -> Lots:
    lots: Lots = defaultdict(list)
    for goods in refunds:
        units = found[goods.line.place].unsellable
        if units and goods.original is not None and units == sum(count for _, count in goods.original.several):
            for (*_, sku), count in goods.original.several:
                lots[goods.line.store, sku].append(Unsellable(goods.line, count))
        elif units:
            sku = goods.line.sku or (goods.original.sales[0].line.sku if goods.original else None)
            lots[goods.line.store, sku].append(Unsellable(goods.line, units))
    return lots


def _add_found_unsellable(lots: Lots, reversals: Iterable[GoodsLine]) -> None:
    """Count units that were found in no state to be sold: they stay an expense, and a liquidation costs none of them.

    Example: 2 lost at 5.00, found unsellable and liquidated: 10.00, 0.00 and 0.00.
    """
    for goods in reversals:
        disposition, units = (
            goods.saved_disposition if goods.lock is None else goods.lock.disposition_now,
            _given_back(goods),
        )
        if disposition == Disposition.UNSELLABLE and units:
            lots[goods.line.store, goods.line.sku].append(Unsellable(goods.line, units))


def _given_back(goods: GoodsLine) -> int:
    return (goods.saved_units if goods.saved_units is not None else goods.units) or 0


def _is_removal(goods: GoodsLine) -> bool:
    """Tell whether a loss is one of goods on their way back to us, mostly returns that cannot be sold."""
    return is_removal(goods.line)


def _sent_away(lines: Sequence[GoodsLine], unsellable: Lots) -> dict[int, Move]:
    """Take no cost for units liquidated, or lost as a removal, that were expensed before as unsellable.

    As far as the books know of such: of 5 sent away after 2 had come back unsellable, 3 take a cost. What came back
    after the goods had left cannot be among them: 5 left on 20 August, 2 had come back on the 10th and 2 came on
    1 September. 3 take a cost, though all five are paid for on 25 September.
    """
    by_place: dict[int, Move] = {}
    left = {of: sorted(lots, key=lambda lot: lot.line.when) for of, lots in unsellable.items()}
    for goods in sorted(lines, key=_in_order_of_leaving):
        lots, units = left.get((goods.line.store, goods.line.sku), []), _units(goods) or 0
        move = _one_sent_away(goods, _count(_expensed(goods, lots, units, most=units)))
        taken = _expensed(goods, lots, units, most=units - (move.quantity or 0))
        by_place[goods.line.place] = move._replace(expensed=tuple((day, number) for _, day, number in taken))
        for at, _, number in taken:
            lots[at] = lots[at]._replace(units=lots[at].units - number)
    return by_place


def _in_order_of_leaving(goods: GoodsLine) -> tuple[bool, str, int, str]:
    """Return the place of goods that were sent away: locked lines stand, then the day on which they left."""
    day = goods.departures[0][0] if goods.departures else goods.line.day
    return (goods.lock is None, day or "", *goods.line.when)


class _Expensed(NamedTuple):
    """Units that were sent away, and that had been expensed when they came back."""

    lot: int
    """The place of the lot with which they came."""
    day: str | None
    """On which they left; missing where Finale knows no shipment."""
    units: int


def _count(expensed: Iterable[_Expensed]) -> int:
    return sum(one.units for one in expensed)


def _expensed(goods: GoodsLine, lots: Sequence[Unsellable], units: int, *, most: int) -> list[_Expensed]:
    """Return which of some units that were sent away had been expensed, no more than `most`; the latest lots go first.

    Thus earlier lots stay for goods that left earlier, whichever line is looked at first. Of goods that left on several
    days those that left last go first: 2 left on 10 August and 1 on 20 September, and 1 had come on 4 September. It is
    the one of September.
    """
    left, found = [lot.units for lot in lots], list[_Expensed]()
    for day, number in reversed(list(_departures(goods, units))):
        wanted = number
        for at in reversed(range(len(lots))):
            taken = min(wanted, most, left[at]) if _had_come(lots[at].line, goods.line, day) else 0
            left[at], wanted, most = left[at] - taken, wanted - taken, most - taken
            if taken:
                found.append(_Expensed(at, day, taken))
    return found


def _departures(goods: GoodsLine, units: int) -> Iterator[tuple[str | None, int]]:
    """Return on which days how many of some units of a line left; on one that is not known where Finale has none."""
    for day, number in goods.departures or ((None, units),):
        yield day, min(number, units)
        units -= min(number, units)


def _had_come(back: Line, sent: Line, day: str | None) -> bool:
    """Tell whether goods had come back when others left: on the day of their shipment, else when these were paid."""
    return back.moment <= sent.moment if day is None else (back.day or "") <= day


def _removed_unsellable(units: int, left: int) -> Move:
    """Ask about a lost removal of a SKU that came back unsellable: removals are mostly of such goods."""
    reason = f"{units - left} of the {units} units may have been expensed as unsellable when they came back"
    if not left:
        return Move(0, f"{reason}: 0 is proposed.", cause=Cause.UNITS_UNKNOWN)
    return Move(left, f"{reason}: {left} are proposed; keep or change the units.", cause=Cause.UNITS_UNKNOWN)


def _one_sent_away(goods: GoodsLine, expensed: int) -> Move:
    if goods.lock is None and goods.saved_disposition == Disposition.UNSELLABLE:
        return Move(0, "The goods were expensed as unsellable before.", goods.saved_disposition)
    move = _out(goods)
    if goods.lock is not None or not move.quantity or goods.saved_disposition or expensed <= 0:
        return move
    left = max(0, move.quantity - expensed)
    if is_removal(goods.line) and goods.line.is_declared:
        if goods.saved_units is not None:
            return Move(min(goods.saved_units, move.quantity))
        return settled(_removed_unsellable(move.quantity, left), goods)
    part = f"{move.quantity - left} of the {move.quantity} units were" if left else "The goods were"
    return Move(left, f"{part} expensed as unsellable when they came back.")
