"""How many units a line is about, as every report counts them; the journeys that type them are of the long run."""

from __future__ import annotations

import pytest

from core.frame_columns import COSTED_COLUMNS, FLAG, TRANSACTION_COLUMNS, WHOLE, frame
from core.model import PROPOSAL_TAKEN, UNITS_TYPED, Cause, CostStatus, Disposition, Event, Goods, units_of

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS, UNITS_TYPED: WHOLE, PROPOSAL_TAKEN: FLAG}
COSTED = {"cost_status": CostStatus.COSTED}
ASKED = {"cost_status": CostStatus.MISSING, "cause": Cause.UNITS_UNKNOWN}
SALE = {"event": Event.SALE, "goods": Goods.SOLD}
REFUND = {"event": Event.REFUND, "goods": Goods.REFUNDED}
LOST = {"event": Event.REIMBURSEMENT, "goods": Goods.LOST_ON_REMOVAL}
FOUND = {"event": Event.REIMBURSEMENT_REVERSAL, "goods": Goods.FOUND}
UNDECLARED = {"event": Event.OTHER, "goods": Goods.UNCLEAR, "quantity": 2}


@pytest.mark.parametrize(
    ("line", "units"),
    [
        pytest.param(SALE | COSTED | {"quantity": 3, "cost_quantity": 3}, 3, id="as stated"),
        pytest.param(SALE | COSTED | {"cost_quantity": 3, UNITS_TYPED: 3}, 3, id="none stated, 3 typed"),
        pytest.param(SALE | ASKED | {"cost_quantity": 1}, None, id="none stated, asked"),
        pytest.param(UNDECLARED | ASKED, None, id="2 beside an undeclared word"),
        pytest.param(
            UNDECLARED | COSTED | {"cost_quantity": 2, UNITS_TYPED: 2}, 2, id="2 beside one that was answered"
        ),
        pytest.param(
            REFUND | COSTED | {"quantity": -4, "cost_quantity": -2, UNITS_TYPED: 2}, -2, id="2 of 4 came back"
        ),
        pytest.param(REFUND | COSTED | {"quantity": -4, "cost_quantity": 2, UNITS_TYPED: 2}, 2, id="a refund undone"),
        pytest.param(
            REFUND
            | COSTED
            | {"quantity": -4, "cost_quantity": -1, PROPOSAL_TAKEN: True, "disposition": Disposition.RESTOCKED},
            -1,
            id="1 was proposed and taken",
        ),
        pytest.param(REFUND | COSTED | {"quantity": -4, "cost_quantity": 0}, -4, id="nothing came back"),
        pytest.param(FOUND | COSTED | {"quantity": -6, "cost_quantity": -4, UNITS_TYPED: 4}, -4, id="4 of 6 were lost"),
        pytest.param(LOST | COSTED | {"quantity": 3, "cost_quantity": 2, UNITS_TYPED: 2}, 2, id="2 of 3 take a cost"),
        pytest.param(
            LOST | COSTED | {"goods": Goods.RETURN_PAID, "quantity": 3, "cost_quantity": 1, UNITS_TYPED: 1},
            1,
            id="1 of 3 returned ones was lost again",
        ),
        pytest.param(FOUND | COSTED | {"quantity": -6, "cost_quantity": 0, UNITS_TYPED: 4}, -6, id="found unsellable"),
        pytest.param(FOUND | ASKED | {"quantity": -6, "cost_quantity": -4, UNITS_TYPED: 4}, -6, id="asked anew"),
    ],
)
def test_units_are_those_that_are_stated_typed_or_taken(line: dict[str, object], units: int | None) -> None:
    """What is asked is about no number of units; a marketplace repeats the quantity on every part of a refund."""
    (found,) = units_of(frame(COLUMNS, [line])).astype(object).where(lambda one: one.notna(), None)

    assert units == found
