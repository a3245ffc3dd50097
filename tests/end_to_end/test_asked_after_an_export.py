"""What became of goods is asked only after their COGS entry went out: Resolve shows it, and the answer is a true-up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.core.marketplaces.documents.test_returned_goods import COLUMNS
from tests.end_to_end.stories import balances, item, paid, v2
from tests.end_to_end.test_payouts_that_went_wrong import statement

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

SOLD = "Sale,Purchase,200,1,108,1,30.00,Product Price,3,MUG"
BACK = "Refund,Return Refund,200,1,108,1,-10.00,Product Price,1,MUG"
FEE = "Adjustment,Returned Item Disposal Fee,200,1,108,1,{},WFS Fee/Reimbursement,,"


@pytest.mark.long
def test_a_fee_that_is_given_back_is_asked_and_answered_into_the_open_period(story: Story, tmp_path: Path) -> None:
    """The refund went out at 0.00, for its unit was destroyed; it is stock again: -5.00, after an undo too."""
    story.bring(statement(tmp_path, 6, SOLD, BACK, FEE.format("-2.00")))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    story.export("20260601-20260614")
    nothing = (story.asked(), story.pending())

    story.bring(statement(tmp_path, 7, FEE.format("2.00")))
    (asked,) = story.asked()
    waiting = (story.pending(), story.deed("pnl", status=1).output)
    (remark, _) = (row["Remarks"] for row in story.book.table("Settlements").rows)
    story.answer(({"Type": "refund"}, {"Units back": 1}), accept=False)
    differences = [row["Difference"] for row in story.pending()]
    story.deed("undo")
    undone = (len(story.asked()), story.pending())
    story.answer(({"Type": "refund"}, {"Units back": 1}), accept=False)
    files = story.decide("accept").data["files"]

    assert ([], []) == nothing
    assert ("refund", "Units unknown", 5) == (asked["Type"], asked["Cause"], asked["Cost"])
    assert ([], True) == (waiting[0], "1 line without cost" in waiting[1])
    assert "1 line without cost by today's reading" == remark
    assert ([-5], (1, [])) == (differences, undone)
    assert {"Inventory Asset": Decimal(5), "Cost of Goods Sold": Decimal(-5)} == balances(files)
    assert [] == [*story.asked(), *story.pending()]
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(("state", "units", "change"), [("REPAIRED", 0, [5]), ("REPAIRED", 1, []), ("Gut", 0, [5])])
def test_a_state_that_nobody_declared_is_asked_of_an_exported_refund(
    story: Story, tmp_path: Path, state: str, units: int, change: list[int]
) -> None:
    """The policy took the unit back, -5.00; a returns report calls it by a word that decides nothing."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1"), item("Refund", "1", "-20.00", units="1")]))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    story.export("24000000099")
    report = tmp_path / "returns.txt"
    row = f"2026-09-10T08:00:00+00:00\t1\tA\tB0\tX0\tMug\t1\tPHX7\t{state}\tUNWANTED\t\tLPN1\t"
    report.write_text(f"{COLUMNS}\n{row}\n", encoding="utf-8")

    said = story.bring(report).output
    (asked,) = story.asked()
    story.answer(({"Type": "refund"}, {"Units back": units}), accept=False)

    assert "the refunds of these orders are asked on sheet Resolve, exported ones too" in said
    assert "Units unknown" == asked["Cause"]
    assert change == [row["Difference"] for row in story.pending()]
    assert [] == story.asked()
    story.decide("accept")
    story.ties()


@pytest.mark.long
def test_a_clawback_is_asked_while_its_loss_is_out_of_the_books(story: Story, tmp_path: Path) -> None:
    """-5.00 went out for the loss of another settlement, which is removed: asked, and not any more once it is back."""
    loss = v2(tmp_path, [item("Order", "1", "20.00", units="1"), paid("WAREHOUSE_LOST", "12.00")], "24000000091")
    found = paid("WAREHOUSE_LOST", "-12.00", units="-1", day="25")
    story.bring(loss)
    story.bring(v2(tmp_path, [item("Order", "2", "20.00", units="1"), found], "24000000092"))
    for kind in ("sale", "reimbursement"):
        story.answer(({"Type": kind}, {"Cost": 5}))
    story.export("24000000092")
    removed = story.deed("remove", "24000000091", status=1).output
    story.book.run("resolve")
    asked = [(row["Type"], row["Cause"], row["Cost"]) for row in story.asked()]
    story.answer(({"Cause": "Original missing"}, {"Zero OK": "yes", "Cost": None}), accept=False)
    proposed = [row["Difference"] for row in story.pending()]
    story.deed("undo")
    story.bring(loss)

    assert "1 line lost the original that the cost came from" in removed
    assert [("reimbursement", "Original missing", 5)] == asked
    assert [5] == proposed
    assert [] == [*story.asked(), *story.pending()]
    story.ties()
