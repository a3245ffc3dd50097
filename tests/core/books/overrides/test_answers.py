"""What becomes of each row of Resolve."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.books.overrides.answers import Answer, Cell, Decision, InForce, LineState, Ruling
from core.books.overrides.resolve_outcomes import decide
from core.model import Disposition, Event, OverrideKind

LINE = LineState("23874397121", "111-1", "MUG-BLUE")
PREFILLED = Answer("k", version=0, cost=Decimal("4.17"), proposal=Decimal("4.17"), where="Resolve!N5")
SAVED_BY_M = InForce(1, Decimal("4.20"), saved_by="M. Lee", saved_at=datetime(2026, 10, 3, 10, 14, tzinfo=UTC))


def decide_one(answer: Answer, line: LineState = LINE, *, accept_proposals: bool = False) -> Decision:
    return decide([answer], {"k": line}, accept_proposals=accept_proposals)[0]


def test_a_typed_cost_is_saved() -> None:
    """A cost that differs from its proposal was entered by the user."""
    decision = decide_one(replace(PREFILLED, cost=Decimal("4.18")))

    assert (Ruling.SAVE, OverrideKind.ENTERED, False) == (decision.ruling, decision.kind, decision.is_proposal)


def test_an_unedited_proposal_is_saved_only_where_proposals_are_accepted() -> None:
    """Keeping the prefilled cost is not yet an answer."""
    assert decide_one(PREFILLED).ruling is Ruling.MISSING

    accepted = decide_one(PREFILLED, accept_proposals=True)

    assert (Ruling.SAVE, OverrideKind.ACCEPTED_AVERAGE, True) == (accepted.ruling, accepted.kind, accepted.is_proposal)


CLAWBACK = replace(
    LINE, event=Event.REIMBURSEMENT_REVERSAL, takes_units=True, asks_units=True, units=2, proposed_units=1
)


@pytest.mark.parametrize(("units", "kind"), [(0, "accepted"), (1, "accepted"), (2, "entered")])
def test_more_units_than_are_proposed_are_no_proposal(units: int, kind: str) -> None:
    """1 of 2 is left to come back: who types 2 beside its cost has entered that both came back."""
    answer = replace(PREFILLED, units_back=units, stock_edited=True)
    decision = decide_one(answer, CLAWBACK, accept_proposals=True)
    is_accepted = decision.kind is OverrideKind.ACCEPTED_AVERAGE

    assert (Ruling.SAVE, kind == "accepted") == (decision.ruling, is_accepted)
    assert is_accepted == decision.is_proposal


def test_a_cost_beside_prefilled_zero_units_is_refused() -> None:
    """A lost removal of which all had been expensed before: 0 units are shown, so a cost contradicts them."""
    removal = replace(LINE, event=Event.REIMBURSEMENT, asks_units=True, units=2, proposed_units=0)
    answer = Answer("k", version=0, cost=Decimal(4), proposal=Decimal(0), units_back=0)

    assert "Cost is 4 and Units back is 0: no cost is taken where no units moved" in decide_one(answer, removal).reason


@pytest.mark.parametrize("accept_proposals", [True, False])
def test_a_cleared_cost_stays_missing(accept_proposals: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Clearing the prefilled cost is never taken for accepting it."""
    assert decide_one(replace(PREFILLED, cost=None), accept_proposals=accept_proposals).ruling is Ruling.MISSING


@pytest.mark.parametrize(
    ("answer", "line", "words"),
    [
        (replace(PREFILLED, cost=Decimal(-1)), LINE, "negative"),
        (replace(PREFILLED, cost=Decimal(0)), LINE, "Zero OK"),
        (replace(PREFILLED, cost=Decimal(3), zero_ok=True), LINE, "Zero OK is yes and Cost is 3: empty one of the two"),
        (replace(PREFILLED, unreadable="not a number: four"), LINE, "not a number: four"),
        (replace(PREFILLED, cost=Decimal(3)), replace(LINE, is_locked=True), "locked"),
        (
            replace(PREFILLED, cost=Decimal(3)),
            replace(LINE, takes_no_cost="change the original"),
            "change the original",
        ),
        (
            replace(PREFILLED, cost=Decimal(3)),
            replace(LINE, in_force=SAVED_BY_M),
            "now 4.20, saved by M. Lee at 10:14",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(answer: Answer, line: LineState, words: str) -> None:
    """Each refusal says why, in words for the row's status."""
    decision = decide_one(answer, line, accept_proposals=True)

    assert decision.ruling is Ruling.REFUSED
    assert words in decision.reason


def test_a_line_that_is_unknown_or_stands_twice_is_refused() -> None:
    """A copied row must not decide by chance which of the two costs is saved."""
    unknown = decide([replace(PREFILLED, key="x")], {"k": LINE})[0]
    copies = decide([PREFILLED, replace(PREFILLED, cost=Decimal(9))], {"k": LINE})

    assert unknown.ruling is Ruling.REFUSED
    assert [Ruling.REFUSED, Ruling.REFUSED] == [decision.ruling for decision in copies]


def test_zero_is_saved_when_it_is_confirmed() -> None:
    """Zero OK makes a true zero of an empty or zero cost."""
    assert decide_one(replace(PREFILLED, cost=None, zero_ok=True)).ruling is Ruling.SAVE
    assert decide_one(replace(PREFILLED, cost=Decimal(0), zero_ok=True)).ruling is Ruling.SAVE


def test_what_is_saved_already_is_not_saved_again() -> None:
    """A second save of the same sheet changes nothing, from whatever version it was filled."""
    line = replace(LINE, in_force=replace(SAVED_BY_M, unit_cost=Decimal("4.17")))

    assert decide_one(PREFILLED, line, accept_proposals=True).ruling is Ruling.UNCHANGED
    assert decide_one(replace(PREFILLED, version=1), line, accept_proposals=True).ruling is Ruling.UNCHANGED


def test_clearing_a_saved_cost_does_not_take_it_back() -> None:
    """Only undo takes a saved cost back; the row says so."""
    decision = decide_one(replace(PREFILLED, cost=None, version=1), replace(LINE, in_force=SAVED_BY_M))

    assert decision.ruling is Ruling.UNCHANGED
    assert "Undo" in decision.reason


CELLS = {
    Cell.COST: "Resolve!O5 (Cost)",
    Cell.ZERO_OK: "Resolve!P5 (Zero OK)",
    Cell.UNITS_BACK: "Resolve!Q5 (Units back)",
    Cell.DISPOSITION: "Resolve!R5 (Disposition)",
}
ROW = Answer("k", version=0, cost=None, proposal=Decimal("9.16"), cells=CELLS)
PREFILLED_ROW = replace(ROW, cost=Decimal("9.16"))
REFUND = replace(LINE, event=Event.REFUND, units=2)
UNITS_ASKED = replace(REFUND, units=None, asks_units=True)
OF_ORIGINAL = replace(REFUND, takes_no_cost="it takes its original's cost")
ASKED_OF_ORIGINAL = replace(OF_ORIGINAL, units=None, asks_units=True)
SOLD = replace(LINE, event=Event.SALE, units=3)
LOSS = replace(LINE, event=Event.ADJUSTMENT, units=1)
LOST_THREE = replace(LOSS, event=Event.REIMBURSEMENT, units=3)
LIQUIDATED = replace(LINE, event=Event.LIQUIDATION, units=4)
TAKEN_BACK = replace(LINE, event=Event.REIMBURSEMENT_REVERSAL, units=2, takes_units=True)
NO_GOODS = replace(ROW, cost=Decimal(0), proposal=Decimal(0), stock_edited=True)
COST, ZERO_OK, UNITS, KIND = (CELLS[cell] for cell in (Cell.COST, Cell.ZERO_OK, Cell.UNITS_BACK, Cell.DISPOSITION))


def chosen(disposition: Disposition, units: int | None = None, **said: object) -> Answer:
    """Return a row whose disposition was chosen, its cost left as it is prefilled unless it is said."""
    edited = replace(PREFILLED_ROW, units_back=units, disposition=disposition, stock_edited=True)
    return replace(edited, disposition_edited=True, **said)  # type: ignore[arg-type]  # fields of Answer


@pytest.mark.parametrize(
    ("answer", "line", "named"),
    [
        (replace(PREFILLED_ROW, zero_ok=True), SOLD, (ZERO_OK, COST)),
        (replace(ROW, cost=Decimal(5), zero_ok=True), LOSS, (ZERO_OK, COST)),
        (chosen(Disposition.NOT_RETURNED, zero_ok=True, cost=None), REFUND, (ZERO_OK, KIND)),
        (chosen(Disposition.MONEY_ONLY, zero_ok=True, cost=Decimal(0)), LOSS, (ZERO_OK, KIND)),
        (chosen(Disposition.UNSELLABLE, zero_ok=True, cost=None), LIQUIDATED, (ZERO_OK, KIND)),
        (replace(ROW, zero_ok=True, units_back=1, stock_edited=True), ASKED_OF_ORIGINAL, (ZERO_OK, UNITS)),
        (chosen(Disposition.RESTOCKED, zero_ok=True, cost=None), ASKED_OF_ORIGINAL, (ZERO_OK, KIND)),
        (chosen(Disposition.RESTOCKED, 1, zero_ok=True, cost=None), ASKED_OF_ORIGINAL, (ZERO_OK, UNITS)),
        (chosen(Disposition.MONEY_ONLY, cost=Decimal(5)), LOSS, (COST, KIND)),
        (chosen(Disposition.NOT_RETURNED, cost=Decimal(5)), REFUND, (COST, KIND)),
        (chosen(Disposition.UNSELLABLE, 1, cost=Decimal(5)), REFUND, (COST, KIND)),
        (chosen(Disposition.UNSELLABLE, cost=Decimal(5)), TAKEN_BACK, (COST, KIND)),
        (chosen(Disposition.NOT_RETURNED, 1), REFUND, (UNITS, KIND)),
        (chosen(Disposition.MONEY_ONLY, 2), UNITS_ASKED, (UNITS, KIND)),
        (chosen(Disposition.MONEY_ONLY, 3), LOSS, (UNITS, KIND)),
        (chosen(Disposition.RESTOCKED, 0), REFUND, (UNITS, KIND)),
        (chosen(Disposition.UNSELLABLE, 0), UNITS_ASKED, (UNITS, KIND)),
        (replace(ROW, cost=Decimal(5), units_back=0), UNITS_ASKED, (COST, UNITS)),
        (chosen(Disposition.RESTOCKED, 3), REFUND, (UNITS, "the refund is of 2")),
        (replace(ROW, units_back=2, stock_edited=True), SOLD, (UNITS, "the sale itself states 3")),
        (replace(ROW, units_back=2, stock_edited=True, cost=Decimal(4)), LOST_THREE, (UNITS, "line itself states 3")),
        (replace(ROW, units_back=0, stock_edited=True, cost=Decimal(4)), LOST_THREE, (UNITS, "line itself states 3")),
        (replace(ROW, units_back=1, stock_edited=True, sku="MUG"), replace(LOST_THREE, sku=None), (UNITS, "states 3")),
        (replace(PREFILLED_ROW, units_back=9, stock_edited=True), LIQUIDATED, (UNITS, "the line itself states 4")),
        (replace(ROW, units_back=2, stock_edited=True), replace(LOSS, event=Event.OTHER), (UNITS, "states 1")),
        (replace(ROW, units_back=4, stock_edited=True), replace(LOST_THREE, asks_units=True), (UNITS, "states 3")),
        (replace(ROW, units_back=4, stock_edited=True), replace(LOST_THREE, takes_units=True), (UNITS, "line is of 3")),
        (replace(NO_GOODS, units_back=1), replace(LOST_THREE, takes_units=True), (UNITS, COST)),
        (chosen(Disposition.RESTOCKED), SOLD, (KIND, "the line is a sale")),
        (replace(ROW, cost=Decimal(5)), OF_ORIGINAL, (COST, "it takes its original's cost")),
        (replace(ROW, zero_ok=True), OF_ORIGINAL, (ZERO_OK, "it takes its original's cost")),
    ],
)
def test_two_cells_that_contradict_each_other_are_refused_and_both_named(
    answer: Answer, line: LineState, named: tuple[str, str]
) -> None:
    """Neither wins silently, prefilled or typed; of a line that contradicts a cell, its own words are said."""
    decision = decide_one(answer, line, accept_proposals=True)

    assert decision.ruling is Ruling.REFUSED
    assert all(words in decision.reason for words in named), decision.reason


@pytest.mark.parametrize(
    ("answer", "line", "kind"),
    [
        (
            replace(ROW, zero_ok=True, disposition=Disposition.MONEY_ONLY, units_back=0),
            UNITS_ASKED,
            OverrideKind.ENTERED,
        ),
        (chosen(Disposition.RESTOCKED, 2), REFUND, OverrideKind.ACCEPTED_AVERAGE),
        (chosen(Disposition.UNSELLABLE, 2), REFUND, None),
        (chosen(Disposition.NOT_RETURNED, 0), REFUND, None),
        (chosen(Disposition.MONEY_ONLY), LOSS, None),
        (chosen(Disposition.UNSELLABLE, cost=Decimal(5)), LOSS, OverrideKind.ENTERED),
        (chosen(Disposition.UNSELLABLE), TAKEN_BACK, None),
        (chosen(Disposition.UNSELLABLE, 1), TAKEN_BACK, None),
        (replace(ROW, zero_ok=True), replace(OF_ORIGINAL, asks_units=True), OverrideKind.ENTERED),
        (replace(ROW, units_back=3, stock_edited=True, cost=Decimal(5)), SOLD, OverrideKind.ENTERED),
        (replace(ROW, units_back=7, stock_edited=True), UNITS_ASKED, None),
        (replace(ROW, units_back=3, stock_edited=True, cost=Decimal(4)), LOST_THREE, OverrideKind.ENTERED),
        (replace(ROW, units_back=2, stock_edited=True), replace(LOST_THREE, units=None), None),
        (replace(ROW, units_back=2, stock_edited=True), replace(LOST_THREE, takes_units=True), None),
        (replace(ROW, units_back=2, stock_edited=True), replace(LOST_THREE, asks_units=True), None),
        (chosen(Disposition.MONEY_ONLY, 0), LOST_THREE, None),
    ],
)
def test_cells_that_go_together_are_saved(answer: Answer, line: LineState, kind: OverrideKind | None) -> None:
    """Where no goods moved, the prefilled cost is not accepted with the disposition."""
    decision = decide_one(answer, line, accept_proposals=True)

    assert (Ruling.SAVE, kind) == (decision.ruling, decision.kind), decision.reason


def test_a_line_that_has_its_cost_by_now_takes_no_proposal() -> None:
    """A sync has brought Finale's cost: accepting what stands on the sheet would put an average over it."""
    decision = decide_one(PREFILLED, replace(LINE, is_missing=False), accept_proposals=True)

    assert (Ruling.UNCHANGED, "no longer missing: there is nothing to save") == (decision.ruling, decision.reason)


@given(
    st.lists(
        st.builds(
            Answer,
            key=st.sampled_from(["k", "l", "m", "?"]),
            version=st.integers(0, 2),
            cost=st.none() | st.decimals(-2, 9, places=2),
            proposal=st.none() | st.decimals(0, 9, places=2),
            zero_ok=st.booleans(),
            unreadable=st.none() | st.just("not a number: x"),
        )
    ),
    st.booleans(),
)
def test_every_row_gets_exactly_one_fate_and_a_reason_unless_it_is_saved(answers: list[Answer], accept: bool) -> None:  # noqa: FBT001 - drawn
    """No row is lost, and whatever is not saved says why."""
    lines = {"k": LINE, "l": replace(LINE, in_force=SAVED_BY_M), "m": replace(LINE, is_locked=True)}
    decisions = decide(answers, lines, accept_proposals=accept)

    assert answers == [decision.answer for decision in decisions]
    assert all(decision.reason for decision in decisions if decision.ruling in (Ruling.MISSING, Ruling.REFUSED))
    saved = [decision.answer for decision in decisions if decision.ruling is Ruling.SAVE]
    assert all(answer.key in ("k", "l") and (answer.cost is None or answer.cost >= 0) for answer in saved)


def test_a_note_alone_on_a_line_that_has_its_cost_is_not_called_missing() -> None:
    """Nothing is saved of it, and nothing is missing."""
    decision = decide_one(replace(PREFILLED, note="as agreed"), replace(LINE, is_missing=False))

    assert (Ruling.UNCHANGED, "no longer missing: there is nothing to save") == (decision.ruling, decision.reason)


NAMELESS = LineState("23874397121", None, None, event=Event.REIMBURSEMENT)
UNNAMED = Answer("k", version=0, cost=Decimal(0), proposal=Decimal(0), sku="MUG", units_back=3, stock_edited=True)


def test_a_typed_sku_is_saved_without_its_old_proposal() -> None:
    """0 was proposed when nobody knew the goods; accepting proposals does not take it for the mugs."""
    alone = decide_one(UNNAMED, NAMELESS, accept_proposals=True)
    with_cost = decide_one(replace(UNNAMED, cost=Decimal(4)), NAMELESS)

    assert (Ruling.SAVE, None) == (alone.ruling, alone.kind)
    assert (Ruling.SAVE, OverrideKind.ENTERED) == (with_cost.ruling, with_cost.kind)


def test_a_typed_sku_is_saved_once_and_changed_with_a_new_answer() -> None:
    """What is saved is not saved again; another SKU is; an emptied cell takes nothing back."""
    saved = replace(NAMELESS, sku="MUG", in_force=InForce(1, Decimal(4), units_back=3, sku="MUG"))
    same = replace(UNNAMED, version=1, cost=Decimal(4))
    only = replace(NAMELESS, sku="MUG", in_force=InForce(1, units_back=3, sku="MUG"))
    emptied = decide_one(replace(same, sku=None, cost=None, stock_edited=False), only)

    assert Ruling.UNCHANGED is decide_one(same, saved).ruling
    assert Ruling.SAVE is decide_one(replace(same, sku="CUP"), saved).ruling
    assert (Ruling.UNCHANGED, "the saved SKU stays: Undo last save takes it back") == (emptied.ruling, emptied.reason)


@pytest.mark.parametrize(
    ("answer", "line", "reason"),
    [
        (replace(UNNAMED, units_back=0), NAMELESS, "SKU is MUG and Units back is 0"),
        (
            replace(UNNAMED, disposition="Money only", disposition_edited=True),
            NAMELESS,
            "SKU is MUG and Disposition is Money only",
        ),
        (UNNAMED, replace(NAMELESS, sku="CUP", stated_sku="CUP"), "SKU is MUG, and the line itself names SKU CUP"),
    ],
)
def test_a_typed_sku_that_contradicts_is_refused(answer: Answer, line: LineState, reason: str) -> None:
    """Both cells are named, or the cell and what the line itself names."""
    decision = decide_one(answer, line)

    assert (Ruling.REFUSED, True) == (decision.ruling, decision.reason.startswith(reason)), decision.reason


def test_a_refund_that_stayed_with_its_buyer_may_name_its_item() -> None:
    """0 units back and Not returned agree with a typed SKU: it says which item was refunded."""
    refund = replace(NAMELESS, event=Event.REFUND, order_id="111-1")
    kept = replace(UNNAMED, cost=None, proposal=None, units_back=0, disposition="Not returned", disposition_edited=True)

    assert Ruling.SAVE is decide_one(kept, refund).ruling
