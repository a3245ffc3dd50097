"""A month of books from its file to its reopening, by commands and cells: every kind of deed once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from tests.end_to_end.stories import bought, item, left, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

GOODS, STOCK = "Cost of Goods Sold", "Inventory Asset"
CLOSED = ("2026-09", "--format", "quickbooks")


def today_of(story: Story) -> tuple[str, float] | None:
    """Return the one thing that sheet Today lists, with its money; nothing where all is done."""
    listed = [row for row in story.book.table("Today").rows if row["Key"]]
    return (listed[0]["What needs you"], listed[0]["Money"]) if listed else None


def test_a_month_is_imported_synced_answered_exported_trued_up_closed_and_reopened(
    story: Story, finale: FinaleOnLine, tmp_path: Path
) -> None:
    """2 A at 5.00 and 1 B, typed as 7.00, are 17.00; a bill of 6.00 is 2.00 more; reopened, 19.00 wait to go out."""
    sold = [item("Order", "U-1", "40.00", units="2"), item("Order", "U-2", "15.00", units="1", sku="B")]
    story.bring(v2(tmp_path, sold, "1"))
    finale.sync(story, bought("A", "2026-08-01", 50, "5"), left("U-1", "2026-09-01", 2))
    missing = story.status()
    today = [today_of(story)]
    story.answer(({"SKU": "B"}, {"Cost": 7}), odd=True)
    exported = story.export("1")
    finale.sync(story, bought("A", "2026-08-01", 50, "6"), left("U-1", "2026-09-01", 2))
    proposed = [(row["SKU"], row["Difference"]) for row in story.pending()]
    today.append(today_of(story))
    story.decide("accept")
    story.ties()
    today.append(today_of(story))
    pack = story.deed("close", *CLOSED, "--json").data["file"]
    story.deed("reopen", "1", "--imported", "--reason", "a wrong count")

    today.append(today_of(story))

    assert "1 line without cost" == missing
    assert [("Missing costs", 15), ("True-ups to decide", 2), None, ("Ready to export", 55)] == today
    assert (Decimal(17), Decimal(-17)) == (exported[GOODS], exported[STOCK])
    assert [("A", 2)] == proposed
    assert {GOODS: Decimal(2), STOCK: Decimal(-2)} == story.posted("true-up")
    assert {"Summary", "Balances"} <= set(load_workbook(pack).sheetnames)
    assert "Ready" == story.status()
    (row,) = story.book.table("Settlements").rows
    assert 19 == row["COGS"]
