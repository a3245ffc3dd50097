"""What Resolve keeps, and says, of rows of settlements that nobody asked to list."""

from __future__ import annotations

from decimal import Decimal

import pytest

from addin.sheets.costs import resolve
from addin.sheets.costs.resolve import keep_typing
from core.books.overrides.resolve_list import Elsewhere
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import Event

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}


def missing(*keys: str, proposed: str = "4.10") -> list[dict[str, object]]:
    """Return lines that lack their cost, each of a settlement of its own."""
    return [
        {"key": key, "store": "US", "settlement_id": f"S{key}", "event": Event.SALE, "proposed_cost": Decimal(proposed)}
        for key in keys
    ]


def listed(*keys: str) -> list[dict[str, object]]:
    return resolve.resolve_records(frame(COLUMNS, missing(*keys)))


def typed(key: str, cost: float = 5.25, status: str | None = None) -> dict[str, object]:
    (row,) = listed(key)
    return {**row, "cost": cost, "status": status}


def elsewhere(*keys: str, known: tuple[str, ...] = ("a", "b", "c"), uncounted: tuple[str, ...] = ()) -> Elsewhere:
    return Elsewhere(frame(COLUMNS, missing(*keys, proposed="4.70")), frozenset(known), frozenset(uncounted))


def test_a_row_of_another_settlement_stays_with_what_was_typed_and_is_not_called_costed() -> None:
    """It still lacks its cost, so it stays as the books want it now: fresh proposal, typed cost, its own words."""
    rows = {
        row["key"]: row for row in keep_typing(listed("a"), [typed("b", status="missing: no cost")], elsewhere("b"))
    }

    assert ["a", "b"] == list(rows)
    assert (5.25, Decimal("4.70"), "missing: no cost") == (
        rows["b"]["cost"],
        rows["b"]["proposed_cost"],
        rows["b"]["status"],
    )
    assert resolve.is_typed(rows["b"])


@pytest.mark.parametrize(
    ("others", "status"),
    [
        (elsewhere(), "no longer missing; your entry is not saved"),
        (elsewhere(known=("a",)), "no longer in the books; your entry is not saved"),
        (elsewhere(uncounted=("b",)), "not counted any more, before books start; your entry is not saved"),
    ],
    ids=["its cost came", "removed", "before books start"],
)
def test_a_row_that_is_not_asked_for_any_more_says_why(others: Elsewhere, status: str) -> None:
    """Its cost came, its settlement was removed, or books start was moved over it."""
    rows = keep_typing(listed("a"), [typed("b")], others)

    assert [None, status] == [row["status"] for row in rows]


def test_rows_of_others_without_typing_go() -> None:
    """Only what somebody would lose stays."""
    assert ["a"] == [row["key"] for row in keep_typing(listed("a"), listed("b", "c"), elsewhere("b", "c"))]


@pytest.mark.parametrize("event", [Event.SALE, Event.REFUND])
def test_a_row_that_nobody_touched_is_not_typed_and_follows_its_proposal(event: Event) -> None:
    """What is empty stands empty in what is remembered of it, so that only an edit is an edit."""
    lines = [{**row, "event": event} for row in missing("a", "b")]
    before = resolve.resolve_records(frame(COLUMNS, lines))
    after = resolve.resolve_records(frame(COLUMNS, [{**row, "proposed_cost": Decimal(7)} for row in lines]))

    assert not any(resolve.is_typed(row) for row in before)
    assert not any("nan" in str(row["filled"]) for row in before)
    assert [Decimal(7), Decimal(7)] == [row["cost"] for row in keep_typing(after, before, elsewhere())]
