"""The costs that worksheet functions answer from."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import Cause, CostStatus, Event
from core.reports.cost_snapshot import NOT_ASKED, ORDER_UNKNOWN, CostAnswer, cost_snapshot
from core.reports.sku_costs import OK, SKU_COST_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

NOON = datetime(2026, 5, 6, 12, tzinfo=UTC)


def lines(*rows: dict[str, object]) -> pd.DataFrame:
    usual = {
        "order_id": "111-1",
        "sku": "A-1",
        "event": Event.SALE,
        "quantity": 1,
        "cost_status": CostStatus.COSTED,
        "unit_cost": Decimal(2),
        "cost_source": "Finale order",
        "cost_as_of": NOON,
    }
    return frame(TRANSACTION_COLUMNS | COSTED_COLUMNS, [usual | row for row in rows])


def skus(*rows: dict[str, object]) -> pd.DataFrame:
    return frame(SKU_COST_COLUMNS, rows)


def of_order(*rows: dict[str, object]) -> CostAnswer:
    return cost_snapshot(lines(*rows), skus()).answer("A-1", "111-1")


def test_an_order_line_answers_with_its_cost() -> None:
    """Cost, where it comes from and since when."""
    assert CostAnswer("costed", Decimal(2), "Finale order", NOON) == of_order({})


def test_the_sale_speaks_for_the_order() -> None:
    """A refund of the order with another cost does not change the answer; without a sale the refund answers."""
    refund = {"event": Event.REFUND, "unit_cost": Decimal(7)}

    assert Decimal(2) == of_order(refund, {}).unit_cost == of_order({}, refund).unit_cost
    assert Decimal(7) == of_order(refund).unit_cost


def test_several_lines_are_weighted_with_their_units() -> None:
    """Three at 2 and one at 6 cost 3 each."""
    answer = of_order({"quantity": 3}, {"quantity": 1, "unit_cost": Decimal(6)})

    assert Decimal(3) == answer.unit_cost


def test_one_missing_line_makes_the_cost_missing() -> None:
    """Half an answer would be a wrong one; the status is the cause."""
    missing: dict[str, object] = {
        "unit_cost": None,
        "cost_status": CostStatus.MISSING,
        "cause": Cause.COST_BLANK,
        "cost_source": None,
    }

    assert CostAnswer(Cause.COST_BLANK) == of_order({}, missing)


def test_a_confirmed_zero_is_zero() -> None:
    """It is a cost, unlike a missing one."""
    assert Decimal(0) == of_order({"unit_cost": Decimal(0), "cost_status": CostStatus.ZERO_CONFIRMED}).unit_cost


@pytest.mark.parametrize(
    ("sku", "order", "status"),
    [
        ("A-1", "999", ORDER_UNKNOWN),
        ("B-2", "111-1", Cause.NOT_ON_ORDER),
        ("B-2", "", NOT_ASKED),
        ("a-1", "", NOT_ASKED),
    ],
)
def test_the_unknown_has_a_reason_and_no_cost(sku: str, order: str, status: str) -> None:
    """Unknown order, SKU that the order does not have, SKU never asked for: capitals matter."""
    snapshot = cost_snapshot(lines({}), skus({"sku": "A-1", "average": Decimal(3), "status": OK}))

    assert CostAnswer(status) == snapshot.answer(sku, order)


def test_without_order_the_average_answers() -> None:
    """The SKU's current average, or sheet Costs' word for why there is none."""
    known = {"sku": "A-1", "average": Decimal("2.5"), "average_as_of": NOON, "status": OK}
    snapshot = cost_snapshot(lines(), skus(known, {"sku": "B-2", "status": Cause.SKU_NOT_MAPPED}))

    assert CostAnswer(OK, Decimal("2.5"), OK, NOON) == snapshot.answer("A-1")
    assert CostAnswer(Cause.SKU_NOT_MAPPED) == snapshot.answer("B-2")
