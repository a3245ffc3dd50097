"""Which line of the final document an exported one is: by what was answered, and by what it went out at."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.books.importing.later_lines import moves, same_lines, with_what_holds
from core.books.overrides.moved_answers import destinations
from core.books.overrides.questions import is_same_question, question_of
from core.frame_columns import OVERRIDE_COLUMNS, TRANSACTION_COLUMNS

NOTHING: dict[str, Any] = dict.fromkeys(TRANSACTION_COLUMNS)


def line(key: str, net: str, *, sku: str | None = "MUG", units: int = 1) -> dict[str, Any]:
    named = {"key": key, "order_id": "111-1", "sku": sku, "event": "sale", "goods": "sold", "raw_type": key[0]}
    return {**NOTHING, **named, "net": Decimal(net), "quantity": units}


def saved(cost: str, sku: str | None = None) -> dict[str, Any]:
    said = {"unit_cost": Decimal(cost), "zero_confirmed": False, "sku": sku}
    return {**dict.fromkeys(OVERRIDE_COLUMNS), **said}


@pytest.mark.parametrize(
    ("answers", "costs", "same"),
    [
        ({"a1": "4", "a2": "4"}, {"a1": "4", "a2": "4"}, {"b1": "a1", "b2": "a2"}),
        ({}, {"a1": "4", "a2": "4"}, {"b1": "a1", "b2": "a2"}),
        ({}, {"a1": "4", "a2": "5"}, {}),
        ({"a1": "4"}, {"a1": "4", "a2": "4"}, {}),
        ({}, {}, {}),
    ],
)
def test_equal_lines_go_on_where_the_same_holds_of_them(
    answers: dict[str, str], costs: dict[str, str], same: dict[str, str]
) -> None:
    """Finale's 4.00 of both is as good as 4.00 typed for both; of 4.00 and 5.00 nobody knows which is whose."""
    olds, news = [line("a1", "34.00"), line("a2", "34.00")], [line("b1", "34.00"), line("b2", "34.00")]
    typed = {key: saved(cost) for key, cost in answers.items()}
    holding = with_what_holds(olds, typed, {key: Decimal(cost) for key, cost in costs.items()})

    assert same == same_lines(destinations(holding, olds, news), olds, news)


@pytest.mark.parametrize(("sku", "units"), [("MUG", 2), ("CUP", 1)])
def test_a_line_of_other_goods_is_no_exported_one(sku: str, units: int) -> None:
    """A row without an SKU, for which a CUP was typed, posted its cost without one; 2 units are not 1."""
    old = line("a1", "34.00", sku=None if sku == "CUP" else sku)
    new = line("b1", "34.00", sku=sku, units=units)
    holding = with_what_holds([old], {"a1": saved("4", "CUP" if sku == "CUP" else None)}, {})
    goes = destinations(holding, [old], [new])

    assert {} == same_lines(goes, [old], [new])
    proposed = moves(goes, {"a1": saved("4")}, [old], [new]).spread
    assert ({} if sku == "CUP" else {"b1": "a1"}) == proposed


@pytest.mark.parametrize(
    ("cost", "units", "moved"), [(None, None, {"a1": "b1"}), ("5", None, {}), (None, 2, {})], ids=["", "cost", "units"]
)
def test_units_typed_for_a_row_without_sku_hold_for_the_line_that_names_it(
    cost: str | None, units: int | None, moved: dict[str, str]
) -> None:
    """1 came back restocked of a refund without SKU and units; the payout names the MUG, and its units no more."""
    refund = {"event": "refund", "goods": "refund_unclear", "quantity": None}
    old, new = line("a1", "-15.00", sku=None) | refund, line("b1", "-15.00") | refund | {"quantity": units}
    answer = {**dict.fromkeys(OVERRIDE_COLUMNS), "zero_confirmed": False, "units_back": 1, "disposition": "Restocked"}
    saved = {"a1": answer | {"unit_cost": None if cost is None else Decimal(cost)}}
    goes = destinations(with_what_holds([old], saved, {}), [old], [new])
    asked = saved["a1"] | question_of(old)

    assert moved == moves(goes, saved, [old], [new]).same_question == goes.same_question
    assert bool(moved) == is_same_question(asked, question_of(new))
