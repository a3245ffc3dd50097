"""What a save announces, what it refuses and what it leaves alone: on books of orders that live through settlements."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.line_costs import proposed_units
from core.books.entries.exporting import ExportOptions, SuspectCostsError, export_settlement
from core.books.loading import load_books
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import Saving, plan_answers, save_answers
from core.books.overrides.undo import restore_values, undo_batch
from core.books.settlements.removing import remove_settlements
from core.books.settlements.status import missing_lines
from core.books.syncing import observations
from core.frame_columns import OBSERVATION_COLUMNS, frame, records
from core.model import CostStatus, Disposition, Event, ObservationKind, OverrideKind
from tests.core.books.lives_of_orders import (
    NOW,
    WHO,
    Life,
    bring_in,
    files_of,
    let_finale_say,
    open_books,
    plans,
)
from tests.core.books.shops import Shop, lost, refund, sale
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.books.books import Books
    from core.books.database import Database


ORDER = "111-0"
SALE_AND_REFUNDS = Life(ORDER, "US", sold=((0, 3),), refunds=((0, 1), (0, 1)), lost=None)
"""The first refund says no units, the second one."""


@dataclass(frozen=True)
class Desk:
    """Books, and what a bookkeeper does with them."""

    database: Database

    @property
    def books(self) -> Books:
        return load_books(self.database)

    def bring_in(self, plan: tuple[Life, ...]) -> None:
        for (store, _), file in files_of(plan).items():
            bring_in(self.database, store, file)

    def average_is(self, cost: str) -> None:
        """Let Finale know the current average of a mug."""
        fact = {
            "kind": ObservationKind.AVERAGE,
            "product_id": "MUG",
            "unit_cost": Decimal(cost),
            "currency": "USD",
            "fetched_at": NOW,
        }
        with self.database.writing() as connection:
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
            observations.add(connection, frame(OBSERVATION_COLUMNS, [fact]), batch, NOW)

    def line(self, event: Event) -> dict[str, object]:
        lines = self.books.lines
        return records(lines[lines["event"] == event])[0]

    def answer(self, event: Event, **said: object) -> Answer:
        """Return the row of Resolve of the first line of that kind, with what is said in its cells."""
        line = self.line(event)
        return Answer(**{"key": line["key"], "version": 0, "cost": None, "proposal": line["proposed_cost"], **said})  # type: ignore[arg-type]  # fields of Answer

    def save(self, *answers: Answer, accept_proposals: bool = False, accept_suspect: bool = False) -> Saving:
        return save_answers(
            self.database,
            self.books,
            answers,
            settlement_ids=None,
            accept_proposals=accept_proposals,
            accept_suspect=accept_suspect,
            **WHO,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return books with a sale of three mugs and two refunds of it, of which Finale knows the average alone."""
    with open_books(tmp_path) as database:
        made = Desk(database)
        made.bring_in((SALE_AND_REFUNDS,))
        made.average_is("9.93")
        yield made


def booked(books: Books) -> dict[str, Decimal]:
    """Return the COGS of each settlement, as sheet Settlements shows it."""
    return {one.settlement_id: books.state(one).cogs for one in books.settlements}


COSTS = st.sampled_from([None, "proposal", "0", "4.80", "9.9305", "12.00"])


@st.composite
def typed(draw: st.DrawFn) -> dict[str, object]:
    """Draw what stands in the cells of a row."""
    return {
        "cost": draw(COSTS),
        "zero_ok": draw(st.booleans()),
        "units_back": draw(st.sampled_from([None, 0, 1, 2])),
        "disposition": draw(st.sampled_from([None, *Disposition])),
        "stock_edited": draw(st.booleans()),
        "disposition_edited": draw(st.booleans()),
        "note": draw(st.sampled_from([None, "as agreed"])),
    }


def as_answer(row: dict[str, object], said: dict[str, object], version: int = 0) -> Answer:
    """Return the answer of a row whose cells hold what was drawn."""
    cost = row["proposed_cost"] if said["cost"] == "proposal" else said["cost"]
    number = None if cost is None else Decimal(str(cost))
    return Answer(**{**said, "key": row["key"], "version": version, "cost": number, "proposal": row["proposed_cost"]})  # type: ignore[arg-type]  # fields of Answer


@settings(max_examples=examples(10), deadline=None)
@given(plans, st.data())
def test_what_is_announced_is_what_is_booked_and_a_second_save_saves_nothing(
    plan: tuple[Life, ...], data: st.DataObject
) -> None:
    """Preview, announcement and books loaded anew come to one figure, whatever was typed beside whatever."""
    with tempfile.TemporaryDirectory() as folder, open_books(Path(folder)) as database:
        desk = Desk(database)
        desk.bring_in(plan)
        desk.average_is("9.93")
        for life in plan:
            if data.draw(st.booleans()):
                let_finale_say(database, life.order_id, Decimal("5.00"))
        before = desk.books
        rows = [row for row in records(before.lines) if row["event"] != Event.PAYOUT]
        said = {str(row["key"]): data.draw(typed()) for row in rows}
        answers = [as_answer(row, said[str(row["key"])]) for row in rows]
        accept = data.draw(st.booleans())
        how: dict[str, Any] = {"settlement_ids": None, "accept_proposals": accept, **WHO}

        planned = plan_answers(before, answers, **how)
        saving = save_answers(database, before, answers, **how, accept_suspect=True)

        after = desk.books
        difference = sum(booked(after).values(), Decimal(0)) - sum(booked(before).values(), Decimal(0))
        assert difference == saving.cogs == planned.cogs
        assert booked(after) == booked(saving.after)

        again = [
            replace(one.answer, version=saving.versions.get(one.answer.key, 0), stock_edited=False)
            for one in saving.decisions
            if one.ruling is not Ruling.REFUSED
        ]
        second = save_answers(database, after, again, **how, accept_suspect=True)
        assert [] == second.with_ruling(Ruling.SAVE)
        assert {one.answer.key for one in second.with_ruling(Ruling.MISSING)} <= set(missing_lines(after.lines)["key"])


@pytest.mark.long
def test_a_restocked_refund_is_saved_once_and_never_called_missing(desk: Desk) -> None:
    """Its cost is its original's: once units and disposition are saved, none of it is left to say."""
    desk.save(desk.answer(Event.SALE, cost=Decimal(10)))
    restocked: dict[str, object] = {"units_back": 1, "disposition": Disposition.RESTOCKED}
    first = desk.save(desk.answer(Event.REFUND, cost=None, stock_edited=True, **restocked))

    second = desk.save(desk.answer(Event.REFUND, version=1, cost=Decimal(10), proposal=Decimal(10), **restocked))
    accepted = desk.save(
        desk.answer(Event.REFUND, version=1, cost=Decimal(10), proposal=Decimal(10), **restocked), accept_proposals=True
    )

    assert CostStatus.COSTED == desk.line(Event.REFUND)["cost_status"]
    assert [[Ruling.SAVE], [Ruling.UNCHANGED], [Ruling.UNCHANGED]] == [
        [decision.ruling for decision in saving.decisions] for saving in (first, second, accepted)
    ]


@pytest.mark.parametrize("way", ["undo", pytest.param("Change history", marks=pytest.mark.long)])
def test_a_saved_cost_that_stops_an_export_is_taken_back_as_the_refusal_says(desk: Desk, way: str) -> None:
    """Resolve lists only lines without a cost, so that it is no place to correct a saved one; both ways named work."""
    desk.save(desk.answer(Event.SALE, cost=Decimal("9.94")))
    key, right = str(desk.line(Event.SALE)["key"]), int(records(desk.books.overrides)[0]["batch"])
    desk.save(desk.answer(Event.SALE, version=1, cost=Decimal("1234.5")), accept_suspect=True)
    desk.save(desk.answer(Event.REFUND, cost=None, units_back=1, stock_edited=True))
    with pytest.raises(SuspectCostsError, match=way) as refused:
        export_settlement(desk.database, desk.books, desk.books.settlements[0], ExportOptions(), **WHO)
    wrong = next(int(row["batch"]) for row in records(desk.books.overrides) if row["key"] == key)

    if way == "undo":
        undo_batch(desk.database, wrong, **WHO)
    else:
        restore_values(desk.database, [(right, key)], **WHO)

    assert "on sheet Resolve" not in str(refused.value)
    assert (Decimal("9.94"), None) == (desk.line(Event.SALE)["unit_cost"], desk.line(Event.SALE)["suspect"])


@pytest.mark.long
def test_zero_beside_a_prefilled_cost_changes_nothing(desk: Desk) -> None:
    """It used to announce the cost, book zero, show the cost and be saved again by every save."""
    saving = desk.save(desk.answer(Event.SALE, cost=Decimal("9.93"), zero_ok=True), accept_proposals=True)

    assert ["Zero OK is yes and Cost is 9.93: empty one of the two"] == [
        one.reason for one in saving.with_ruling(Ruling.REFUSED)
    ]
    assert Decimal(0) == saving.cogs
    assert desk.books.overrides.empty


@pytest.mark.long
@pytest.mark.parametrize("cost", ["1e3", "1234.5", "0.45", "1.98", "49.66"])
def test_a_cost_far_from_the_average_is_not_saved_unasked(desk: Desk, cost: str) -> None:
    """The row is named with order, SKU, cost and average; whoever accepts it saves it, and export names it again."""
    answer = desk.answer(Event.SALE, cost=Decimal(cost))
    stopped = desk.save(answer)
    saved_then = len(desk.books.overrides)
    desk.save(answer, accept_suspect=True)
    named = f"order {ORDER}, SKU MUG: cost {Decimal(cost).normalize():f}, average 9.93"

    assert [f"Cost, {named}"] == [str(one) for one in stopped.suspects]
    assert (0, 1) == (saved_then, len(desk.books.overrides))
    desk.save(desk.answer(Event.REFUND, cost=None, units_back=1, stock_edited=True))
    with pytest.raises(SuspectCostsError, match=named):
        export_settlement(desk.database, desk.books, desk.books.settlements[0], ExportOptions(), **WHO)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("said", "suspects"),
    [
        ({"cost": Decimal("9.94")}, 0),
        ({"cost": Decimal("49.65")}, 0),
        ({"cost": Decimal(1000), "note": "a collector's piece"}, 0),
        ({"cost": None, "zero_ok": True}, 0),
        ({"cost": Decimal(1000)}, 1),
    ],
)
def test_only_costs_that_are_far_off_and_unexplained_are_asked(
    desk: Desk, said: dict[str, object], suspects: int
) -> None:
    """A note says that a cost is meant, and a confirmed zero is no cost."""
    assert suspects == len(desk.save(desk.answer(Event.SALE, **said)).suspects)


@pytest.mark.long
def test_without_an_average_a_cost_is_held_against_what_was_proposed(tmp_path: Path) -> None:
    """And without either beside what its sale brought; a number that Excel makes of a date is asked about too."""
    with open_books(tmp_path) as database:
        desk = Desk(database)
        desk.bring_in((SALE_AND_REFUNDS,))
        beside = desk.save(desk.answer(Event.SALE, cost=Decimal(100), proposal=Decimal(9)))
        date = desk.save(desk.answer(Event.SALE, cost=Decimal(46143), odd="Excel keeps 2026-05-01 as this number"))
        plain = desk.save(desk.answer(Event.SALE, cost=Decimal(46143)))
        usual = desk.save(desk.answer(Event.SALE, cost=Decimal(12)))

    assert [Decimal(9), None] == [one.suspects[0].average for one in (beside, date)]
    assert "(more than five times what one unit brought" in str(plain.suspects[0])
    assert ([], [], [], [Ruling.SAVE]) == (
        *(list(one.with_ruling(Ruling.REFUSED)) for one in (beside, date, plain)),
        [one.ruling for one in usual.decisions],
    )
    assert ((), 1) == (usual.suspects, len(usual.overrides))


@pytest.mark.long
def test_a_note_added_to_a_saved_cost_is_saved_and_keeps_how_it_came_about(desk: Desk) -> None:
    """Alone it is not: it would be an answer that answers nothing."""
    alone = desk.save(desk.answer(Event.SALE, cost=None, note="see bill 12"))
    desk.save(desk.answer(Event.SALE, cost=Decimal("9.93")), accept_proposals=True)
    desk.save(desk.answer(Event.SALE, version=1, cost=Decimal("9.93"), proposal=Decimal("9.93"), note="see bill 12"))

    (row,) = records(desk.books.overrides)
    assert ["a note is saved with an answer, not alone"] == [one.reason for one in alone.decisions]
    assert (2, Decimal("9.93"), OverrideKind.ACCEPTED_AVERAGE, "see bill 12") == (
        row["version"],
        row["unit_cost"],
        row["kind"],
        row["note"],
    )


@pytest.mark.long
def test_lines_without_cost_are_counted_alike_and_those_that_wait_apart(desk: Desk) -> None:
    """The sale is listed; its two refunds wait for it, and one of them is answered."""
    before = desk.books.state(desk.books.settlements[0])
    desk.save(desk.answer(Event.REFUND, disposition=Disposition.NOT_RETURNED, stock_edited=True))
    after = desk.books.state(desk.books.settlements[0])

    assert [1, 1] == [len(missing_lines(desk.books.lines)), after.counts.missing]
    assert "1 line without cost, 2 wait for their original" == before.cogs_status
    assert "1 line without cost, 1 waits for its original" == after.cogs_status


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
