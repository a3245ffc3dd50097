"""What holds for all books, whatever lines they hold."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.costing import CostingPolicies, closure, cost, last_costs_used
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import CostSource, CostStatus, Disposition
from tests.core.costing.random_books import MAPPINGS, Rows, by_key, observations, random_books
from tests.examples import examples

POLICIES = CostingPolicies("USD")
policies = st.builds(
    CostingPolicies,
    home_currency=st.just("USD"),
    refund_returned=st.sampled_from([Disposition.RESTOCKED, Disposition.RESTOCKED, *Disposition]),
    adjustment_average=st.sampled_from(["use", "ask"]),
    refund_units=st.sampled_from(["derive", "ask"]),
)
few = settings(max_examples=examples(15), deadline=None)


@pytest.mark.long
@few
@given(random_books(), policies)
def test_every_line_is_answered_in_its_place(rows: Rows, chosen: CostingPolicies) -> None:
    """Costing returns the declared columns, one row per line, in the order and with the index given."""
    books = rows.books()
    transactions = books.transactions.set_axis(pd.RangeIndex(100, 100 + len(rows.lines)))

    costed = cost(replace(books, transactions=transactions), chosen)

    assert list(COSTED_COLUMNS) == list(costed.columns)
    assert list(COSTED_COLUMNS.values()) == list(costed.dtypes)
    assert [row["key"] for row in rows.lines] == costed["key"].tolist()
    assert list(transactions.index) == list(costed.index)


@pytest.mark.long
@few
@given(random_books(), policies)
def test_a_missing_cost_is_never_zero(rows: Rows, chosen: CostingPolicies) -> None:
    """Missing, zero confirmed and not applicable are three different blanks, and no status contradicts its figures."""
    locked = {row["key"] for row in rows.locked}
    for key, line in by_key(cost(rows.books(), chosen)).items():
        match line["cost_status"]:
            case CostStatus.MISSING | CostStatus.WAITING:
                assert (None, None) == (line["unit_cost"], line["cogs"])
            case CostStatus.NOT_APPLICABLE:
                assert (None, Decimal(0), None) == (line["unit_cost"], line["cogs"], line["cost_source"])
            case CostStatus.ZERO_CONFIRMED:
                assert (Decimal(0), Decimal(0)) == (line["unit_cost"], line["cogs"])
            case _:
                assert line["unit_cost"] or key in locked
                assert line["unit_cost"] * line["cost_quantity"] == line["cogs"]
        assert (line["cost_status"] == CostStatus.MISSING) == (line["cause"] is not None)
        assert line["cost_note"]


@pytest.mark.long
@few
@given(random_books(), policies, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: Rows, chosen: CostingPolicies, random: object) -> None:
    """Lines, observations and overrides may be imported in any order."""
    shuffled = replace(
        rows,
        lines=_shuffled(rows.lines, random),
        observations=_shuffled(rows.observations, random),
        overrides=_shuffled(rows.overrides, random),
    )

    assert by_key(cost(rows.books(), chosen)) == by_key(cost(shuffled.books(), chosen))


def _shuffled(rows: tuple[dict[str, object], ...], random: object) -> tuple[dict[str, object], ...]:
    listed = list(rows)
    random.shuffle(listed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    return tuple(listed)


@pytest.mark.long
@few
@given(random_books(), policies, st.data())
def test_costing_a_closure_equals_costing_everything(rows: Rows, chosen: CostingPolicies, data: st.DataObject) -> None:
    """The lines tied to a changed one, costed alone, come out as in the whole books."""
    books = rows.books()
    everything = cost(books, chosen)
    keys = data.draw(st.lists(st.sampled_from([row["key"] for row in rows.lines]), max_size=3))

    tied = closure(books.transactions, keys, books.mappings)
    some = books.transactions[books.transactions["key"].isin(tied)]
    last_used = last_costs_used(books.transactions, everything)
    costed = cost(replace(books, transactions=some, last_used=last_used), chosen)

    assert set(keys) <= tied
    assert {key: line for key, line in by_key(everything).items() if key in tied} == by_key(costed)


@pytest.mark.long
@few
@given(random_books(), random_books(), policies)
def test_unrelated_lines_change_nothing(rows: Rows, others: Rows, chosen: CostingPolicies) -> None:
    """Lines of other stores and orders leave the costs of a book as they are."""
    apart = others.renamed("other ")
    of_orders = tuple(row for row in apart.observations if row["kind"] == "order")
    together = Rows(
        lines=rows.lines + apart.lines,
        observations=rows.observations + of_orders,
        overrides=rows.overrides + apart.overrides,
        locked=rows.locked + apart.locked,
        history=rows.history,
    )
    books = rows.books()
    alone = cost(books, chosen)
    last_used = last_costs_used(books.transactions, alone)

    costed = by_key(cost(replace(together.books(), last_used=last_used), chosen))

    assert by_key(alone) == {key: costed[key] for key in by_key(alone)}


@pytest.mark.long
@few
@given(random_books(with_locks=False), observations(), policies)
def test_a_locked_line_never_changes(rows: Rows, later: tuple[dict[str, object], ...], chosen: CostingPolicies) -> None:
    """What was exported stands, whatever Finale says later and whatever is saved."""
    locked = cost(rows.books(), chosen)
    books = replace(rows, observations=later, overrides=()).books()

    again = by_key(cost(replace(books, locked_lines=locked), chosen))

    for key, line in by_key(locked).items():
        for name in ("cost_status", "cause", "unit_cost", "cost_quantity", "cogs", "original_key", "disposition"):
            assert line[name] == again[key][name]


@pytest.mark.long
@few
@given(random_books(with_locks=False), observations(), policies)
def test_what_finale_says_later_never_overwrites_a_saved_cost(
    rows: Rows, later: tuple[dict[str, object], ...], chosen: CostingPolicies
) -> None:
    """An override holds its line's cost through every sync."""
    before = by_key(cost(rows.books(), chosen))
    after = by_key(cost(replace(rows, observations=later).books(), chosen))

    entered = {key for key, line in before.items() if line["cost_source"] == CostSource.ENTERED and line["cogs"]}
    assert {key: before[key]["unit_cost"] for key in entered} == {key: after[key]["unit_cost"] for key in entered}


@pytest.mark.long
@few
@given(random_books(with_locks=False), policies)
def test_costing_again_with_its_own_answers_locked_gives_the_same_sum(rows: Rows, chosen: CostingPolicies) -> None:
    """Locking everything changes no figure."""
    books = rows.books()
    costed = cost(books, chosen)
    again = cost(replace(books, locked_lines=costed), chosen)

    assert {key: line["cogs"] for key, line in by_key(costed).items()} == {
        key: line["cogs"] for key, line in by_key(again).items()
    }


def test_books_without_lines() -> None:
    """An empty company is costed to an empty table."""
    empty = Rows(lines=(), observations=()).books()

    assert 0 == len(cost(empty, POLICIES))
    assert set() == closure(empty.transactions, ["gone"])
    assert list(COSTED_COLUMNS.values()) == list(cost(empty, POLICIES).dtypes)


def test_books_without_optional_tables() -> None:
    """Only transactions, observations and mappings are needed."""
    books = Rows(lines=(), observations=()).books()
    bare = replace(books, overrides=None, locked_lines=None, trued_up=None, opening=None, settlements=None)

    assert 0 == len(cost(bare, POLICIES))
    assert MAPPINGS


@pytest.mark.parametrize("unknown", [{"line-99"}, set()])
def test_closure_of_lines_that_are_not_there(unknown: set[str]) -> None:
    """Keys that stand in no transaction are tied to nothing."""
    assert set() == closure(frame(TRANSACTION_COLUMNS), unknown)


_GIVEN = frozenset({"reimbursement", "liquidation", "adjustment"})
_TAKEN_BACK = frozenset({"reimbursement reversal", "reimbursement", "liquidation"})


@few
@given(random_books(with_locks=False), policies)
def test_never_more_comes_back_than_went_out(rows: Rows, chosen: CostingPolicies) -> None:
    """Of no order more than was sold of it, and of no SKU more than was lost, sold off or taken out."""
    lines = {row["key"]: row for row in rows.lines}
    of_orders: dict[tuple[object, object], int] = {}
    of_skus: dict[tuple[object, object], int] = {}
    for key, found in by_key(cost(replace(rows, overrides=()).books(), chosen)).items():
        line, units = lines[key], found["cost_quantity"] or 0
        if found["cost_status"] != CostStatus.COSTED or (units < 0 and found["cost_source"] != CostSource.ORIGINAL):
            continue
        if line["event"] in {"sale", "refund", "dispute"}:
            place = (line["store"], line["order_id"])
            of_orders[place] = of_orders.get(place, 0) + units
        elif line["event"] in (_TAKEN_BACK if units < 0 else _GIVEN):
            place = (line["store"], line["sku"])
            of_skus[place] = of_skus.get(place, 0) + units

    assert all(units >= 0 for units in of_orders.values())
    assert all(units >= 0 for units in of_skus.values())
