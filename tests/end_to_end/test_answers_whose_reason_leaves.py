"""A proposed 0 that was accepted because of other lines in the books is a proposal again once these say otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.end_to_end.stories import item, paid, v2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.end_to_end.stories import Story

REPLACED = "FREE_REPLACEMENT_REFUND_ITEMS"
Rows = tuple["Mapping[str, str]", ...]


class Asked(NamedTuple):
    """A line that is asked, and what in another settlement speaks for 0."""

    rows: Rows
    reason: Rows
    answers: tuple[tuple[Mapping[str, object], Mapping[str, object]], ...]
    proposed: int | None
    """What is proposed once the reason is gone."""
    cogs: str
    """Of the line, once a cost of 5.00 stands."""


SOLD = item("Order", "1", "40.00", units="2")
CASES = {
    "a replacement whose own line leaves": Asked(
        (SOLD, paid(REPLACED, "12.00", order="1", day="18")),
        (item("Order", "9", "0.00", units="1", day="07"),),
        (({"Type": "sale"}, {"Cost": 5}),),
        5,
        "5",
    ),
    "two replacements": Asked(
        (SOLD, paid(REPLACED, "24.00", order="1", day="18", units="2")),
        (item("Order", "9", "0.00", units="2", day="07"),),
        (({"Type": "sale"}, {"Cost": 5}),),
        5,
        "10",
    ),
    "a lost removal whose unsellable return leaves": Asked(
        (item("Order", "1", "20.00", units="1"), paid("REMOVAL_ORDER_LOST", "12.00", day="28")),
        (item("Order", "8", "20.00", units="1"), item("Refund", "8", "-15.00", units="1", day="12")),
        (
            ({"Type": "sale"}, {"Cost": 5}),
            ({"Type": "refund"}, {"Units back": 1, "Disposition": "Unsellable"}),
        ),
        0,
        "5",
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_an_accepted_zero_is_asked_again_when_what_spoke_for_it_leaves(story: Story, tmp_path: Path, name: str) -> None:
    """What spoke for 0 is removed: removing says so, the line waits and is asked; its cost counts once it is saved."""
    case = CASES[name]
    story.bring(v2(tmp_path, case.rows))
    story.bring(v2(tmp_path, case.reason, "24000000098"))
    story.answer(*case.answers, accept=False)
    asked = [row["Proposed cost"] for row in story.asked() if row["Type"] == "reimbursement"]
    story.answer()
    before = story.cogs(Type="reimbursement")
    removed = story.deed("remove", "24000000098", status=1)
    story.book.run("resolve")
    (again,) = story.asked()
    waits = story.status()
    story.answer(({"Type": "reimbursement"}, {"Cost": 5}))

    assert ([0], Decimal(0)) == (asked, before)
    assert "1 saved answer is asked again on sheet Resolve" in removed.output
    assert ("reimbursement", case.proposed) == (again["Type"], again["Proposed cost"])
    assert ("1 line without cost", "Ready") == (waits, story.status())
    assert Decimal(case.cogs) == story.cogs(Type="reimbursement")
    story.ties()


@pytest.mark.long
def test_an_accepted_zero_holds_again_with_what_spoke_for_it(story: Story, tmp_path: Path) -> None:
    """The replacement's line leaves, and its 0 is asked again; the line comes again: 0 holds, and nothing is asked."""
    case = CASES["a replacement whose own line leaves"]
    story.bring(v2(tmp_path, case.rows))
    story.bring(reason := v2(tmp_path, case.reason, "24000000098"))
    story.answer(*case.answers, accept=False)
    story.answer()
    removed = story.deed("remove", "24000000098", status=1)
    story.bring(reason)

    assert "1 saved answer is asked again on sheet Resolve" in removed.output
    assert [] == [row["Type"] for row in story.asked() if row["Type"] == "reimbursement"]
    assert Decimal(0) == story.cogs(Type="reimbursement")


@pytest.mark.long
def test_a_zero_that_a_person_confirmed_stays(story: Story, tmp_path: Path) -> None:
    """Zero OK is what a person says, whatever the books hold: the line of the replacement leaves, and 0 stays."""
    case = CASES["a replacement whose own line leaves"]
    story.bring(v2(tmp_path, case.rows))
    story.bring(v2(tmp_path, case.reason, "24000000098"))
    story.answer(*case.answers, ({"Type": "reimbursement"}, {"Cost": None, "Zero OK": "yes"}), accept=False)
    story.deed("remove", "24000000098")
    story.book.run("resolve")

    assert [] == story.asked()
    assert Decimal(0) == story.cogs(Type="reimbursement")
