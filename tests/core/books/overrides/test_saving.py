"""What a save announces, what it refuses and what it leaves alone: on books of orders that live through settlements."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.books.entries.exporting import ExportOptions, SuspectCostsError, export_settlement
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import plan_answers, save_answers
from core.books.overrides.undo import restore_values, undo_batch
from core.books.settlements.status import missing_lines
from core.frame_columns import records
from core.model import CostStatus, Disposition, Event, OverrideKind
from tests.core.books.lives_of_orders import WHO, Life, let_finale_say, open_books, plans
from tests.core.books.overrides.saving_desk import ORDER, SALE_AND_REFUNDS, Desk, typed
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.books.books import Books


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


@pytest.mark.long
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
