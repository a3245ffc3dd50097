"""Exported lines whose costs do not tell which shipment was whose: what comes later changes what it would if open."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.costing import cost
from core.frame_columns import COSTED_COLUMNS, frame
from tests.core.costing.test_shipments import NEARLY, OTHER, POLICIES, Plan, books
from tests.examples import examples

KINDS = ("sold", "sent away", "two SKUs")


@st.composite
def orders_shipped_in_part(draw: st.DrawFn) -> Plan:
    """Draw an order of which all lines are in the books before its second shipment has left, at another cost."""
    first = (draw(st.integers(1, 4)), Decimal(7), draw(st.integers(0, 40)))
    later = st.tuples(st.integers(1, 3), st.sampled_from([Decimal(9), Decimal("9.222222")]), st.integers(0, 40))
    shipments = (first, *draw(st.lists(later, min_size=1, max_size=2)))
    left, lines = sum(units for units, _, _ in shipments), list[int]()
    while left:
        lines.append(draw(st.integers(1, min(4, left))))
        left -= lines[-1]
    count = len(lines)
    return Plan(
        shipments,
        tuple(lines),
        tuple(range(count)),
        (True,) * count,
        told_apart=True,
        seen=(1,) * count,
        kind=draw(st.sampled_from(KINDS)),
    )


def shipped_in_part(shipments: tuple[tuple[int, str, int], ...], lines: tuple[int, ...], kind: str) -> Plan:
    """Return an order of which all lines were exported when it had left with its first shipment only."""
    costed = tuple((units, Decimal(cost), day) for units, cost, day in shipments)
    ones = (1,) * len(lines)
    return Plan(costed, lines, tuple(range(len(lines))), (True,) * len(lines), told_apart=True, seen=ones, kind=kind)


@settings(max_examples=examples(40), deadline=None)
@given(orders_shipped_in_part())
@example(shipped_in_part(((2, "7", 0), (1, "9.222222", 10)), (2, 1), "sold"))
@example(shipped_in_part(((2, "7", 0), (1, "9.222222", 10)), (2, 1), "sent away"))
@example(shipped_in_part(((2, "7", 0), (2, "9", 1)), (2, 1, 1), "two SKUs"))
@example(shipped_in_part(((3, "7", 0), (2, "9", 12)), (2, 3), "sold"))
@example(shipped_in_part(((3, "7", 0), (2, "9", 0)), (1, 1, 3), "sold"))
@example(shipped_in_part(((2, "7", 0), (4, "9", 0)), (3, 3), "sold"))
def test_lines_exported_at_one_cost_become_what_they_would_if_reopened(plan: Plan) -> None:
    """Line by line, when the rest of the order leaves: nothing tells them apart but time and units."""
    count, none = len(plan.lines), frame(COSTED_COLUMNS)
    before = cost(books(plan, count, 1, none), POLICIES)
    locked = before[before["key"] != f"line {OTHER}"].reset_index(drop=True)
    reopened = books(plan, count, len(plan.shipments), none)

    trued_up = cost(replace(reopened, locked_lines=None, exported_lines=locked), POLICIES)

    assert (locked["unit_cost"] == Decimal(7)).all()
    for now, right in zip(trued_up.to_dict("records"), cost(reopened, POLICIES).to_dict("records"), strict=True):
        assert now["key"] == f"line {OTHER}" or abs(now["cogs"] - right["cogs"]) < NEARLY, now["key"]
