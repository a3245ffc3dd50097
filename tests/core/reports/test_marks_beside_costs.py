"""The mark beside each cost, and its reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.model import COSTED_COLUMNS, CostSource, CostStatus, frame, records
from core.reports.costed_lines import marked

FAR = "More than five times the current average, 9.93"
COSTED = {"cost_status": CostStatus.COSTED, "unit_cost": Decimal(1000), "cogs": Decimal(1000), "suspect": FAR}


@pytest.mark.parametrize(
    ("line", "mark", "note"),
    [
        ({**COSTED, "cost_note": "Entered by M. Lee."}, "?", f"Entered by M. Lee. Looks wrong: {FAR}."),
        (
            {**COSTED, "cost_source": CostSource.LOCKED, "cost_note": "As it was exported and locked."},
            "?",
            f"As it was exported and locked. Looks wrong: {FAR}.",
        ),
        ({**COSTED, "suspect": None, "cost_note": "Entered by M. Lee."}, None, "Entered by M. Lee."),
        (
            {"cost_status": CostStatus.MISSING, "cost_note": "Finale has no cost for it."},
            "●",
            "Finale has no cost for it.",
        ),
        ({"cost_status": CostStatus.WAITING, "suspect": FAR, "cost_note": "Waits."}, "○", "Waits."),
        ({**COSTED, "cost_note": None}, "?", f"Looks wrong: {FAR}."),
    ],
)
def test_every_question_mark_has_its_reason_beside_it(line: dict[str, object], mark: str | None, note: str) -> None:
    """Locked or not; the other marks say their reason already."""
    (row,) = records(marked(frame(COSTED_COLUMNS, [line])))

    assert (mark, note) == (row["indicator"], row["cost_note"])
