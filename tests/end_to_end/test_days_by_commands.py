"""Days by commands: a zone that changes after an export, a settlement across books start, dates that do not tell."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import item, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

PERIOD = ("2026-08-17", "2026-09-01")


def months(story: Story) -> tuple[set[str], set[str]]:
    """Return the months of the journal and those of the P&L."""
    story.deed("pnl", "--by-month")
    journal = {str(row["Date"])[:7] for row in story.book.table("Journal").rows}
    return journal, {str(row["Month"]) for row in story.book.table("P&L").rows if row["Item"] == "A"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("at", "zone", "before", "after"),
    [
        ("2026-08-31 15:00:00", "Australia/Sydney", "2026-08", "2026-09"),
        ("2026-09-01 03:00:00", "America/Los_Angeles", "2026-09", "2026-08"),
        ("2026-08-31 18:31:00", "Asia/Kolkata", "2026-08", "2026-09"),
    ],
)
def test_what_is_exported_stays_in_its_month_when_the_zone_changes(
    story: Story, tmp_path: Path, at: str, zone: str, before: str, after: str
) -> None:
    """Exported by UTC: entry and P&L stay, it is said what reopening would do, and reopened both move together."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1", day=at)], "1", days=PERIOD))
    story.answer(({"SKU": "A"}, {"Cost": 5}), accept=False)
    story.export("1")
    story.type("Stores", {"Store": "Amazon"}, {"Time zone": zone})
    asked = story.deed("settings", status=1)
    story.deed("settings", "--yes")
    stays = months(story)
    story.ties()
    story.deed("reopen", "1", "--imported", "--reason", "zone")
    story.export("1")
    rows = [row for row in story.book.table("Journal").rows if row["Kind"] == "COGS" and row["Debit"]]

    assert "stays as it was exported; reopened, it would have 1 line" in asked.output
    assert ({before}, {before}) == stays
    assert [before, after] == sorted((str(row["Date"])[:7] for row in rows), key=lambda month: month != before)
    assert {after} == months(story)[1]
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(
    ("start", "cogs", "opening"),
    [("2026-08-25", "10", "20.00"), ("2026-08-21", "10", "20.00"), ("2026-08-30", "5", "60.00")],
)
def test_the_opening_balance_of_a_settlement_across_books_start_is_named(
    story: Story, tmp_path: Path, start: str, cogs: str, opening: str
) -> None:
    """Its lines before that day are in no entry; the deposit pays for them too."""
    rows = [
        item("Order", "1", "20.00", units="1", day="2026-08-20"),
        item("Order", "2", "40.00", units="1", day="2026-08-28"),
        item("Order", "3", "20.00", units="1", day="2026-08-31"),
    ]
    story.set(Books_start=start)
    said = story.bring(v2(tmp_path, rows, "1", days=PERIOD)).output
    story.answer(({"SKU": "A"}, {"Cost": 5}), accept=False)
    posted = story.export("1")
    (row,) = story.book.table("Settlements").rows

    assert Decimal(cogs) == posted["Cost of Goods Sold"]
    assert f"enter USD {opening} as opening balance of Amazon Clearing USD" in said
    assert f"Split at books start: USD {opening} before it" == row["Remarks"]
    assert Decimal("80.00") - Decimal(opening) == posted["Amazon Clearing USD"]
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "second", "is_refused"),
    [("03/12/2025", "04/12/2025", True), ("03/12/2025", "2025-12-13", True), ("03/12/2025", "13/12/2025", False)],
)
def test_a_returns_report_whose_dates_do_not_tell_is_asked_for_again(
    story: Story, tmp_path: Path, first: str, second: str, *, is_refused: bool
) -> None:
    """03/12/2025 may be of March or of December: nothing is stored, and the line is named."""
    file = tmp_path / "returns.csv"
    head = "return-date,order-id,sku,quantity,detailed-disposition"
    file.write_text(f"{head}\n{first},1,A,1,SELLABLE\n{second},2,A,1,SELLABLE\n", encoding="utf-8")
    ran = story.book.run("import", str(file))

    assert (2 if is_refused else 0) == ran.status
    assert is_refused is ("line 2, column return-date: '03/12/2025' may be day" in ran.error)
    assert is_refused is ("imported" not in ran.output)
