"""Units that are typed or accepted are booked as they are typed, or refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.books.costed_lines.line_costs import proposed_units
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import plan_answers, save_answers
from core.books.settlements.removing import remove_settlements
from core.books.settlements.status import missing_lines
from core.frame_columns import records
from core.model import CostStatus, Event
from tests.core.books.lives_of_orders import WHO, let_finale_say, open_books
from tests.core.books.overrides.saving_desk import SALE_AND_REFUNDS, Desk
from tests.core.books.shops import Shop, lost, refund, sale

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return books with a sale of three mugs and two refunds of it, of which Finale knows the average alone."""
    with open_books(tmp_path) as database:
        made = Desk(database)
        made.bring_in((SALE_AND_REFUNDS,))
        made.average_is("9.93")
        yield made


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("named", "saved"),
    [
        (("UK", "S0"), {"UK"}),
        (("US", "S0"), {"US"}),
        (("DE", "S0"), set()),
    ],
)
def test_a_save_of_one_settlement_leaves_the_same_id_of_another_store_alone(
    desk: Desk, named: tuple[str, str], saved: set[str]
) -> None:
    """Two stores have settlement S0, each a line without cost, and both rows are typed."""
    line = desk.line(Event.SALE)
    of_stores = [{**line, "key": f"{store} line", "store": store, "settlement_id": "S0"} for store in ("US", "UK")]
    names = list(desk.books.costing_input.transactions.columns)
    costing_input = replace(desk.books.costing_input, transactions=pd.DataFrame(of_stores)[names])
    books = replace(desk.books, lines=pd.DataFrame(of_stores), costing_input=costing_input)
    answers = [
        Answer(key=str(row["key"]), version=0, cost=Decimal(5), proposal=None, zero_ok=False) for row in of_stores
    ]

    planned = plan_answers(books, answers, settlement_ids=[named], accept_proposals=False, **WHO)

    assert saved == {str(planned.lines[one.answer.key]["store"]) for one in planned.with_ruling(Ruling.SAVE)}


def accept_all(shop: Shop) -> None:
    """Take every proposal of Resolve as it stands there, its units included."""
    asked = missing_lines(shop.books.lines)
    units = [None if pd.isna(one) else int(one) for one in proposed_units(asked)]
    answers = [
        Answer(row["key"], row["version"], row["proposed_cost"], row["proposed_cost"], units_back=back)
        for row, back in zip(records(asked), units, strict=True)
    ]
    save_answers(shop.database, shop.books, answers, settlement_ids=None, accept_proposals=True, **WHO)


def moves_of(shop: Shop, number: str) -> list[tuple[int, Decimal]]:
    """Return units and COGS of the lines of a settlement, in time."""
    rows = records(shop.books.lines_of(shop.settlement(number)).sort_values("posted_at"))
    return [(row["cost_quantity"], row["cogs"]) for row in rows]


def back_again(units: int, day: str, words: str) -> dict[str, str]:
    """Return the row of lost mugs that are taken back."""
    return {**lost("MUG", -units, words=words, day=day), "amount": f"{-3 * units}.00"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("loss", "back", "units"),
    [
        ("WAREHOUSE_LOST", "COMPENSATED_CLAWBACK", (3, 2, 2)),
        ("WAREHOUSE_DAMAGE", "WAREHOUSE_DAMAGE", (5, 4, 3)),
        ("MISSING_FROM_INBOUND", "MISSING_FROM_INBOUND_CLAWBACK", (4, 1, 5)),
        ("WAREHOUSE_LOST", "Reimbursement_Reversal", (6, 3, 9)),
    ],
)
def test_an_accepted_clawback_keeps_its_units_without_its_loss(
    tmp_path: Path, loss: str, back: str, units: tuple[int, int, int]
) -> None:
    """Of "found 2 more" 1 is accepted; the settlement of the loss is removed: it stays 1, and was 2."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", lost("MUG", units[0], words=loss))
    shop.bring_in("2", back_again(units[1], "2026-08-20", back), back_again(units[2], "2026-08-25", back))
    shop.finale_says(MUG="7.00")
    accept_all(shop)
    accept_all(shop)
    before, left = moves_of(shop, "2"), units[0] - units[1]
    remove_settlements(shop.database, shop.books, [shop.settlement("1")], **WHO)
    accept_all(shop)

    assert [(-units[1], Decimal(-7 * units[1])), (-left, Decimal(-7 * left))] == before
    assert before == moves_of(shop, "2")


@pytest.mark.few(1)
@pytest.mark.parametrize("words", ["RE_EVALUATION", "GENERAL_ADJUSTMENT", "NEW_WORD"])
def test_money_alone_says_nothing_of_what_goods_cost(tmp_path: Path, words: str) -> None:
    """0 was accepted because no goods moved; that Finale knows a cost of 7.00 contradicts nothing."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", lost("MUG", 1, words=words) | {"order-id": "111-1"})
    shop.finale_says({("111-1", "MUG"): "7.00"})
    accept_all(shop)
    (line,) = records(shop.books.lines)

    assert (Decimal(0), Decimal(7)) == (line["cogs"], line["finale_cost"])
    assert "Finale now says" not in line["cost_note"]


LOSS_OF_TWO = lost("MUG", 2)
WORDS = (
    "COMPENSATED_CLAWBACK",
    "WAREHOUSE_LOST",
    "MISSING_FROM_INBOUND_CLAWBACK",
    "REVERSAL_REIMBURSEMENT",
    "GENERAL_ADJUSTMENT",
    "FREE_REPLACEMENT_REFUND_ITEMS",
    "RE_EVALUATION",
    "NEW_WORD",
)


@pytest.mark.long
@pytest.mark.parametrize("before", [(LOSS_OF_TWO,), ()])
@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("units", [-1, 1])
def test_what_is_typed_is_what_is_booked_or_it_is_refused(
    tmp_path: Path, before: tuple[dict[str, str], ...], words: str, units: int
) -> None:
    """Two units of a clawback of one were booked, and 7.00 where 6 was typed: whatever a line is, typed is booked."""
    shop = Shop.open(tmp_path)
    amount = f"{7 * units}.00"
    shop.bring_in("1", *before, {**lost("MUG", 1, words=words, day="2026-08-15"), "amount": amount} | _signed(units))
    shop.finale_says(MUG="7.00")
    books = shop.books
    line = next(row for row in records(books.lines) if str(row["posted_at"]).startswith("2026-08-15"))
    (shown,) = proposed_units(books.lines[books.lines["key"] == line["key"]])
    prefilled = Answer(str(line["key"]), 0, line["proposed_cost"], line["proposed_cost"])
    for back, cost in product((0, 1, 2, 3, None), (None, Decimal(6), prefilled.cost)):
        edited = back != (None if pd.isna(shown) else shown)
        answer = replace(prefilled, cost=cost, units_back=back, stock_edited=edited)
        saving = plan_answers(books, [answer], settlement_ids=None, accept_proposals=True, **WHO)
        if saving.with_ruling(Ruling.SAVE):
            assert_booked(answer, next(row for row in records(saving.after.lines) if row["key"] == line["key"]))


def _signed(units: int) -> dict[str, str]:
    return {"quantity-purchased": str(units)}


def assert_booked(answer: Answer, line: Mapping[str, object]) -> None:
    """See that a line takes what was typed, or that nothing typed waits for more than its cost."""
    is_settled = line["cost_status"] != CostStatus.MISSING
    if answer.typed_cost is not None:
        assert (True, answer.cost) == (is_settled, line["unit_cost"]), (answer, line["cost_note"])
    if answer.stock_edited and answer.units_back is not None:
        assert answer.units_back == abs(int(str(line["cost_quantity"]))), (answer, line["cost_note"])


@pytest.mark.long
@pytest.mark.parametrize(
    ("loss", "units", "cost", "named"),
    [
        (True, 1, "6", "Cost is 6, and the books take 7 a unit. Exact negative of the reimbursement"),
        (True, 2, "7", "Units back is 2, and the line is of 1"),
        (False, 2, "5", "Units back is 2, and the line is of 1"),
        (False, 1, "0", "Units back is 1 and Cost is 0: 0 says that no goods moved"),
        (False, 1, None, "Units back is 1, and no cost stands beside it: type what one unit costs in Cost"),
    ],
)
def test_a_clawback_is_not_saved_with_what_its_line_contradicts(
    tmp_path: Path, *, loss: bool, units: int, cost: str | None, named: str
) -> None:
    """Units and costs beyond its line, or that no goods are to bear, are refused with both named."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", *([LOSS_OF_TWO] if loss else []), back_again(1, "2026-08-15", "COMPENSATED_CLAWBACK"))
    shop.finale_says(MUG="7.00")
    line = next(row for row in records(missing_lines(shop.books.lines)))
    typed = None if cost is None else Decimal(cost)
    answer = Answer(str(line["key"]), 0, typed, line["proposed_cost"], units_back=units, stock_edited=True)
    (decision,) = plan_answers(shop.books, [answer], settlement_ids=None, accept_proposals=True, **WHO).decisions

    assert decision.ruling is Ruling.REFUSED
    assert named in decision.reason


@pytest.mark.long
@pytest.mark.parametrize(("sold", "back"), [(4, 2), (3, 1), (5, 4)])
def test_an_accepted_refund_keeps_its_units_without_its_sale(tmp_path: Path, sold: int, back: int) -> None:
    """4 sold and shipped, the price of 2 refunded without units, 2 accepted; the sale is removed: 2 stay, not 4."""
    shop = Shop.open(tmp_path)
    shop.set(refund_units="ask")
    shop.bring_in("1", sale("111-1", "MUG", sold))
    shop.bring_in("2", {**refund("111-1", "MUG", back, day="2026-08-20"), "quantity-purchased": ""})
    shop.finale_says(MUG="5.00")
    let_finale_say(shop.database, "111-1", Decimal(5), sold)
    accept_all(shop)
    before = moves_of(shop, "2")
    remove_settlements(shop.database, shop.books, [shop.settlement("1")], **WHO)

    assert [(-back, Decimal(-5 * back))] == before == moves_of(shop, "2")


@pytest.mark.long
def test_an_accepted_refund_of_more_than_is_left_is_asked_anew(tmp_path: Path) -> None:
    """2 of 4 accepted as back; then a refund of 3 posted before it comes in: 1 is left, which nobody accepted."""
    shop = Shop.open(tmp_path)
    shop.set(refund_units="ask")
    shop.bring_in("2", sale("111-1", "MUG", 4, day="2026-08-18"))
    shop.bring_in("3", {**refund("111-1", "MUG", 2, day="2026-09-05"), "quantity-purchased": ""})
    shop.finale_says(MUG="5.00")
    let_finale_say(shop.database, "111-1", Decimal(5), 4)
    accept_all(shop)
    before = moves_of(shop, "3")
    shop.bring_in("1", refund("111-1", "MUG", 3, day="2026-08-16"))
    (now,) = records(shop.books.lines_of(shop.settlement("3")))

    assert [(-2, Decimal(-10))] == before
    assert ("Units do not add up", -1, None) == (now["cause"], now["cost_quantity"], now["cogs"])
