"""The note of what lacks a cost in a row of the profit and loss."""

from __future__ import annotations

import pytest

from core.model import CostStatus
from core.reports.pnl_gaps import missing_note

LACKS, WAITS = CostStatus.MISSING, CostStatus.WAITING


def row(units: int | None, status: CostStatus = LACKS, order: str = "1") -> dict[str, object]:
    return {"units": units, "cost_status": status, "order_id": order}


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        ([row(1)], "1 unit without cost: 1"),
        ([row(-2)], "2 units without cost: 1"),
        ([row(None)], "1 line of unknown units without cost: 1"),
        ([row(None), row(None, order="2")], "2 lines of unknown units without cost: 1, 2"),
        ([row(3), row(None, order="2")], "3 units and 1 line of unknown units without cost: 1, 2"),
        ([row(0)], "1 line without cost: 1"),
        ([row(-1, WAITS)], "1 unit waiting for its original's cost: 1"),
        ([row(-2, WAITS)], "2 units waiting for their original's cost: 1"),
        (
            [row(None), row(None, WAITS, "2")],
            "1 line of unknown units without cost: 1; 1 line of unknown units waiting for their original's cost: 2",
        ),
    ],
)
def test_units_that_nobody_knows_are_not_none(rows: list[dict[str, object]], note: str) -> None:
    """A unit is singular, and a line of unknown units is counted as a line."""
    assert note == missing_note(rows)["missing_note"]
