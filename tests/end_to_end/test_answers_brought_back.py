"""What import and undo say of answers that were saved before, and what any button says of cells that it takes over."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import item, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

NUMBER = "24000000099"


def sold(folder: Path, *units: str) -> Path:
    return v2(folder, [item("Order", str(n), "20.00", units=count) for n, count in enumerate(units, start=1)])


@pytest.mark.long
def test_import_and_undo_name_the_answers_that_hold_again(story: Story, tmp_path: Path) -> None:
    """Two orders answered, removed, and imported again with other units in one: one holds, the other is proposed."""
    story.bring(sold(tmp_path, "1", "1"))
    story.answer(({"Order ID": "1"}, {"Cost": 7}), ({"Order ID": "2"}, {"Cost": 5}))
    story.deed("remove", NUMBER)
    imported = story.deed("import", str(sold(tmp_path, "3", "1")), status=1)
    story.deed("undo", status=1)
    told = story.deed("resolve", status=1)

    assert "1 saved answer holds again: order 2, SKU A." in imported.output
    assert "1 saved answer is only proposed on sheet Resolve" in imported.output
    assert "something else now: order 1, SKU A." in imported.output
    assert "1 line without cost" in told.output
    assert [("1", 3, 7)] == [(row["Order ID"], row["Units"], row["Cost"]) for row in story.asked()]


@pytest.mark.long
def test_undo_names_lines_without_order_that_are_no_longer_in_the_books(story: Story, tmp_path: Path) -> None:
    """An order and a reimbursement without one were answered; their settlement is gone, and the save is undone."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1"), paid("ODD_REASON", "9.00", units="2")]))
    story.answer(({"Order ID": "1"}, {"Cost": 7}))
    batch = next(row["Batch"] for row in story.book.table("Change history").rows if row["What"] == "save")
    story.deed("remove", NUMBER)
    ran = story.deed("undo", str(batch), status=1)

    assert "Left alone: order 1, SKU A: its line is no longer in the books." in ran.output
    assert f"reimbursement without order, SKU A in settlement {NUMBER}: its line is no longer" in ran.output


@pytest.mark.long
def test_any_button_says_what_books_start_shifts(story: Story, tmp_path: Path) -> None:
    """Lines go out of the count and come back; that no cost changed was all that was said."""
    rows = [
        item("Order", "1", "20.00", units="1", day="05"),
        item("Order", "2", "30.00", units="1", day="20"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    said = {}
    for start in ("2026-09-10", "2026-10-01", "2026-08-01"):
        story.set(Books_start=start)
        said[start] = story.deed("pnl").output
    story.set(Books_start="")
    nothing = story.deed("resolve").output
    one = f"Effect of this alone: {NUMBER} (Amazon, open):"

    assert f"{one} 1 line of USD -20.00 not counted, COGS USD 10.00, then 5.00." in said["2026-09-10"]
    assert f"{one} 1 line of USD -30.00 not counted, COGS USD 5.00, then 0.00." in said["2026-10-01"]
    assert f"{one} 2 lines of USD 50.00 newly counted, COGS USD 0.00, then 10.00." in said["2026-08-01"]
    assert "This alone changed no cost." in nothing


@pytest.mark.long
@pytest.mark.parametrize("command", ["resolve", "pnl"])
def test_any_button_says_what_it_takes_over_and_what_that_does(story: Story, tmp_path: Path, command: str) -> None:
    """A word is said to be Sales, and another button than Save is pressed: the answer that fell away is named."""
    odd = {**item("Order", "9", "20.00", units="2"), "transaction-type": "Strange Sale"}
    story.bring(v2(tmp_path, [odd]))
    story.answer(({"Order ID": "9"}, {"Cost": 5}))
    story.type("Transaction types", {"Type": "Strange Sale"}, {"Line type": "Sales"})
    ran = story.book.run(command)

    assert "Applied your changes: 1 row of sheet Transaction types." in ran.output
    assert "Effect of this alone: Amazon/24000000099: COGS 10.00 → 0.00 USD (-10.00)." in ran.output
    assert "1 saved answer is only proposed on sheet Resolve" in ran.output


@pytest.mark.long
@pytest.mark.parametrize("lost", [(1,), (1, 2), (3,)], ids=["one", "one and two", "three of one order"])
def test_a_removal_names_the_settlements_whose_refunds_lose_their_original(
    story: Story, tmp_path: Path, lost: tuple[int, ...]
) -> None:
    """With their count; the refunds are asked, and undo brings original, cost and refunds back."""
    sold_rows = [item("Order", f"{n}", "60.00", units="3", day=f"1{n}") for n in range(3)]
    story.bring(v2(tmp_path, sold_rows, "1"))
    for place, count in enumerate(lost, start=2):
        backs = [item("Refund", f"{place - 2}", "-20.00", units="1", day=f"2{n}") for n in range(count)]
        story.bring(v2(tmp_path, backs, f"{place}"))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    before = story.cogs(SKU="A")
    ran = story.deed("remove", "1", status=1)
    asked = [(row["Settlement ID"], row["Cause"]) for row in story.asked()]
    story.deed("undo")

    for place, count in enumerate(lost, start=2):
        lines = f"{count} line{'s' * (count > 1)}"
        assert f"  {place} (Amazon): {lines} lost the original that the cost came from." in ran.output
    assert sorted((f"{n}", "Original missing") for n, count in enumerate(lost, 2) for _ in range(count)) == sorted(
        asked
    )
    assert [] == story.asked()
    assert before == story.cogs(SKU="A") == Decimal(45 - 5 * sum(lost))
