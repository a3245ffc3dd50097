"""Units and signs of lines that are no plain sales, by value: what is asked, what is believed, what was expensed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.costing.inputs import CostingPolicies
from core.costing.lines import Line, Override
from core.costing.rules.goods import GoodsLine, Move
from core.costing.rules.moves import FreeSale, moves
from core.costing.rules.rules import Rule
from core.costing.units.units_back import settled, unknown_units, whether_goods_moved
from core.model import Cause, Disposition, Goods, OverrideKind

POLICIES = CostingPolicies("USD")
NO_WORDS: dict[str, Any] = dict.fromkeys(Line._fields[3:18])


def line(place: int, quantity: int | None, **of: Any) -> Line:
    """Return a line of SKU CUP of order `place`."""
    known = {"order_id": str(place), "sku": "CUP", "quantity": quantity, "principal": Decimal("-20.00")}
    plain = {"place": place, "key": f"k{place}", "store": "US", "day": "2026-08-20", "moment": place}
    return Line(**{**NO_WORDS, **plain, **known, **of})


def goods(rule: Rule, place: int, quantity: int | None, of: dict[str, Any] | None = None, **saved: Any) -> GoodsLine:
    """Return a line under a rule, with what somebody saved of it."""
    nothing: dict[str, Any] = dict.fromkeys(Override._fields[:9]) | {"version": 1}
    override = Override(**{**nothing, **saved}) if saved else None
    return GoodsLine(line(place, quantity, **(of or {})), rule, override)


def moved(*lines: GoodsLine, free: tuple[FreeSale, ...] = (), policies: CostingPolicies = POLICIES) -> list[Move]:
    found = moves(lines, {}, policies, {("US", "CUP"): list(free)})
    return [found[one.line.place] for one in lines]


@pytest.mark.parametrize(
    ("rule", "quantity", "saved", "expected"),
    [
        (Rule.LOSS, 2, {}, (2, None)),
        (Rule.LOSS, None, {}, (None, Cause.UNITS_UNKNOWN)),
        (Rule.LOSS, None, {"units": 3}, (3, None)),
        (Rule.LOSS, 2, {"disposition": Disposition.MONEY_ONLY}, (0, None)),
        (Rule.REVERSAL, 2, {}, (-2, None)),
        (Rule.REVERSAL, 2, {"units": 1}, (-1, None)),
        (Rule.REVERSAL, 2, {"units": 0}, (0, None)),
        (Rule.UNCLEAR, 2, {}, (2, None)),
        (Rule.LIQUIDATION, 4, {}, (4, None)),
        (Rule.LIQUIDATION, 4, {"disposition": Disposition.UNSELLABLE}, (0, None)),
    ],
)
def test_out_is_plus_and_back_is_minus(rule: Rule, quantity: int | None, saved: dict[str, Any], expected: Any) -> None:
    """What was saved stands before what the line states; what nobody states is asked."""
    (move,) = moved(goods(rule, 1, quantity, **saved))

    assert expected == (move.quantity, move.cause)


def test_a_loss_on_the_way_in_is_asked_where_finale_posts_losses() -> None:
    """It may be an expense already; its cost is proposed."""
    inbound = goods(Rule.LOSS, 1, 2, {"goods": Goods.LOST_INBOUND})
    (posted_here,) = moved(inbound)
    (asked,) = moved(inbound, policies=replace(POLICIES, losses_elsewhere=True))

    assert (2, None) == (posted_here.quantity, posted_here.cause)
    assert (2, Cause.GOODS_UNCLEAR, True) == (asked.quantity, asked.cause, asked.goods_believed)


def test_each_line_without_a_price_explains_one_replacement() -> None:
    """Of two that were paid for the first is proposed as 0; the second has no line left, and its cost is believed."""
    free = FreeSale(line(9, 1, order_id="9"), 1, None)
    first, second = moved(goods(Rule.REPLACEMENT, 1, 1), goods(Rule.REPLACEMENT, 2, 1), free=(free,))

    assert (Cause.GOODS_UNCLEAR, False) == (first.cause, first.goods_believed)
    assert (Cause.GOODS_UNCLEAR, True) == (second.cause, second.goods_believed)


def test_what_left_after_the_payment_replaces_nothing() -> None:
    """Paid for on 20 August, shipped on the 21st; on the 20th it may be the replacement."""
    late, early = (FreeSale(line(9, 1, order_id="9"), 1, day) for day in ("2026-08-21", "2026-08-20"))
    believed = [moved(goods(Rule.REPLACEMENT, 1, 1), free=(one,))[0].goods_believed for one in (late, early)]

    assert [True, False] == believed


SAVED_COST = goods(Rule.LOSS, 1, 2, unit_cost=Decimal(5))
ACCEPTED_COST = goods(Rule.LOSS, 1, 2, unit_cost=Decimal(5), kind=OverrideKind.ACCEPTED_AVERAGE)


@pytest.mark.parametrize(
    ("of", "believed", "is_asked"),
    [
        (goods(Rule.LOSS, 1, 2), False, True),
        (SAVED_COST, False, False),
        (ACCEPTED_COST, False, True),
        (ACCEPTED_COST, True, False),
        (goods(Rule.LOSS, 1, 2, units=1), False, False),
    ],
)
def test_a_typed_cost_says_that_goods_moved(of: GoodsLine, *, believed: bool, is_asked: bool) -> None:
    """An accepted proposal says so only as long as the books believe it too."""
    assert is_asked == (whether_goods_moved(of, 2, "why", believed=believed).cause is Cause.GOODS_UNCLEAR)


def test_before_books_start_nobody_is_asked() -> None:
    """A confirmed zero answers as well; what is not answered stays."""
    asked = Move(2, "why", cause=Cause.GOODS_UNCLEAR)
    before = replace(goods(Rule.LOSS, 1, 2), is_history=True)
    zero = settled(asked, goods(Rule.LOSS, 1, 2, zero_confirmed=True))

    assert asked == settled(asked, goods(Rule.LOSS, 1, 2))
    assert (2, None) == (settled(asked, before).quantity, settled(asked, before).cause)
    assert (0, None) == (zero.quantity, zero.cause)


def test_a_line_says_why_its_units_are_not_known() -> None:
    """It states none, or 0 though it is paid for."""
    silent, zero = unknown_units(line(1, None)), unknown_units(line(1, 0, says_no_units=True))

    assert {Cause.UNITS_UNKNOWN} == {silent.cause, zero.cause}
    assert "does not say how many units" in silent.reason
    assert "states no units above 0" in zero.reason
