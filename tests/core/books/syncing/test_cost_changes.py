"""What a sync changed."""

from __future__ import annotations

from decimal import Decimal

from core.books.syncing.cost_changes import cost_changes, settlement_changes
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, frame

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}


def line(key: str, cost: str | None, source: str | None = "Finale order", units: int = 2) -> dict[str, object]:
    unit_cost = None if cost is None else Decimal(cost)
    return {
        "key": key,
        "store": "Amazon US",
        "settlement_id": "1",
        "unit_cost": unit_cost,
        "cogs": None if unit_cost is None else unit_cost * units,
        "cost_source": source,
    }


def test_only_lines_whose_cost_is_another_are_changes() -> None:
    """A new cost, a changed one and one that vanished are listed with the difference in money; equal ones are not."""
    before = frame(COLUMNS, [line("a", "4.00"), line("b", None, None), line("c", "5.00"), line("d", "1.00")])
    after = frame(COLUMNS, [line("a", "4.10"), line("b", "3.00"), line("c", "5.00"), line("d", None, None)])

    changes = cost_changes(before, after)

    assert ["a", "b", "d"] == changes["key"].to_list()
    assert [Decimal("0.20"), Decimal("6.00"), Decimal("-2.00")] == changes["difference"].to_list()
    assert [Decimal("4.20")] == [one.difference for one in settlement_changes(before, after)]


def test_another_source_with_the_same_cost_is_a_change_without_money() -> None:
    """The bookkeeper sees that an estimate became a fact."""
    before = frame(COLUMNS, [line("a", "4.00", "Accepted average")])
    after = frame(COLUMNS, [line("a", "4.00")])

    changes = cost_changes(before, after)

    assert [Decimal(0)] == changes["difference"].to_list()
    assert ["Accepted average"] == changes["was_source"].to_list()


def test_lines_that_are_new_are_no_changes() -> None:
    """An import between two syncs is not the sync's doing."""
    assert cost_changes(frame(COLUMNS), frame(COLUMNS, [line("a", "4.00")])).empty


def test_an_order_that_vanished_from_finale_is_listed_with_the_cost_it_keeps() -> None:
    """Nothing changes in money; the bookkeeper sees the order, and one without cost has nothing to keep."""
    lines = [line("a", "4.00") | {"order_id": "O1"}, line("b", None) | {"order_id": "O1"}, line("c", "4.00")]
    books = frame(COLUMNS, lines)

    changes = cost_changes(books, books, {"O1"})

    assert ["a"] == changes["key"].to_list()
    assert [Decimal(0)] == changes["difference"].to_list()
