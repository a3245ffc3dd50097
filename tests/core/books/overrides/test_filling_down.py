"""Which rows of Resolve can take a cost that was typed for their SKU."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.books.overrides.answers import Answer
from core.books.overrides.filling_down import AnsweredRow, FillDown, costs_by_row, fill_downs, without_rows
from core.model import Cause

COST = Decimal("4.10")


def row(number: int, cost: Decimal | None = None, sku: str | None = "MUG", **fields: Any) -> AnsweredRow:
    """Return a row in which a cost was typed, or which nobody has answered."""
    cause = fields.pop("cause", Cause.COST_BLANK)
    answer = Answer(**{"key": f"L{number}", "version": 0, "cost": cost, "proposal": None, **fields})
    return AnsweredRow(number, sku, str(cause), is_cost_edited=cost is not None, answer=answer)


def test_a_typed_cost_is_offered_to_the_other_rows_of_its_sku() -> None:
    """Not to those of another one, nor to rows without any."""
    rows = [row(0, COST), row(1), row(2, sku="CUP"), row(3), row(4, sku=None)]

    assert [FillDown("MUG", COST, (1, 3))] == fill_downs(rows)


def test_two_different_costs_of_a_sku_are_offered_to_none() -> None:
    """Nobody said which of them holds."""
    assert [] == fill_downs([row(0, COST), row(1, Decimal(5)), row(2)])


@pytest.mark.parametrize(
    "other",
    [
        row(1, version=2),
        row(1, zero_ok=True),
        row(1, cause=Cause.UNITS_UNKNOWN),
        row(1, cause=Cause.UNITS_DISAGREE),
        row(1, cause=Cause.GOODS_UNCLEAR),
        row(1, cause=Cause.ORIGINAL_MISSING),
        row(1, unreadable="a cell holds an error"),
    ],
    ids=["saved", "zero", "units unknown", "units disagree", "goods unclear", "original missing", "unreadable"],
)
def test_a_row_that_is_answered_or_asks_for_something_else_takes_none(other: AnsweredRow) -> None:
    """Its cost is not what is missing."""
    assert [] == fill_downs([row(0, COST), other])


def test_a_cost_that_the_books_refuse_is_offered_to_none() -> None:
    """What does not hold for its own row holds for no other."""
    assert [] == fill_downs([row(0, COST), row(1)], refused={"L0"})


def test_rows_that_the_books_would_refuse_are_left_out() -> None:
    """A cost that no row is left for is not offered at all."""
    chosen = [FillDown("MUG", COST, (1, 3)), FillDown("CUP", COST, (2,))]

    assert [FillDown("MUG", COST, (3,))] == without_rows(chosen, {1, 2})
    assert {1: COST, 3: COST, 2: COST} == costs_by_row(chosen)
