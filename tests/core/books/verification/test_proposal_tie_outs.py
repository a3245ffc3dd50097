"""What true-ups say has changed, held against what the books held of their line, by value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.books.true_ups.true_up_history import DECIDED_COLUMNS, TrueUpDecision
from core.books.verification.proposal_tie_outs import Proposals, proposal_tie_outs
from core.frame_columns import TEXT, frame

PLACE = frame(dict.fromkeys(("key", "order_id", "sku", "raw_type", "raw_description"), TEXT), [])
HELD = {"unit_cost": Decimal(7), "cost_quantity": 1, "disposition": None, "cogs": Decimal(7)}
BARE: dict[str, Any] = {**dict.fromkeys(DECIDED_COLUMNS), "key": "b", "currency": "USD"}
FIRST = {**BARE, **HELD, "id": 1, "difference": Decimal(7), "cause": "reading", "batch": 3, "decided_in": 4}
SECOND = {**BARE, "unit_cost": Decimal(8), "cost_quantity": 1, "cogs": Decimal(8), "difference": Decimal(1)}


def named(cause: str, *, came: bool, **others: Any) -> list[str]:
    """Return what is named of a second true-up: of a line that came late, or of one that was locked at 7.00."""
    second = {**SECOND, "id": 2, "cause": cause, "batch": 5, **others}
    rows = [FIRST | {"decision": TrueUpDecision.ACCEPTED}, second] if came else [second]
    locked = () if came else ({"key": "b", **HELD},)
    of = Proposals(locked, rows, {"b"}, {}, "USD")
    return [tie.name for tie in proposal_tie_outs("S1", PLACE, of)]


TWO = {"cost_quantity": 2, "cogs": Decimal(16), "difference": Decimal(9)}


@pytest.mark.parametrize(
    ("cause", "came", "others", "expected"),
    [
        ("cost", True, {}, []),
        ("reading", True, {}, []),
        ("units", True, {}, ["S1, b: true-up 2, cause"]),
        ("units", True, TWO, []),
        ("reading", True, TWO, []),
        ("cost", True, TWO, ["S1, b: true-up 2, cause"]),
        ("cost", False, {}, []),
        ("reading", False, {}, ["S1, b: true-up 2, cause"]),
    ],
)
def test_a_true_up_says_what_has_changed(
    cause: str,
    came: bool,  # noqa: FBT001 - a case
    others: dict[str, Any],
    expected: list[str],
) -> None:
    """Of a line that came after the export older versions said “reading” for ever; of a locked one nobody did."""
    assert expected == named(cause, came=came, **others)
