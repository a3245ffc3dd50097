"""Closing months over an order that left on several days, with Finale's side in the sandbox over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import Left, bought, item, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

FIRST, LATER = ("2026-08-25", "2026-09-10"), ("2026-09-10", "2026-09-25")


def august(story: Story) -> dict[str, Decimal]:
    """Close August and return what all its entries come to on its last day, by account."""
    story.book.run("close", "2026-08", "--format", "quickbooks")
    sums: dict[str, Decimal] = {}
    for row in story.book.table("Journal").rows:
        if row["Account"] and str(row["Date"])[:10] == "2026-08-31":
            amount = Decimal(str(row["Debit"] or 0)) - Decimal(str(row["Credit"] or 0))
            sums[row["Account"]] = sums.get(row["Account"], Decimal(0)) + amount
    return sums


@pytest.mark.long
def test_what_left_in_august_stays_accrued_when_the_rest_leaves_in_september(
    story: Story, finale: FinaleOnLine, tmp_path: Path
) -> None:
    """3 of 4 units for 60.00 left on 28 August: 15.00 of cost, also after the fourth left at another cost."""
    story.bring(v2(tmp_path, [item("Order", "1", "60.00", units="3", day="2026-09-06")], "1", days=FIRST))
    stock = bought("A", "2026-07-01", 50, "5")
    finale.sync(story, stock, Left("1", "A", (("2026-08-28", 3),)))
    before = august(story)

    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1", day="2026-09-14")], "2", days=LATER))
    shipped = Left("1", "A", (("2026-08-28", 3), ("2026-09-05", 1)))
    finale.sync(story, stock, bought("A", "2026-08-31", 50, "9"), shipped)

    assert {"Marketplace Sales": Decimal(-60), "Cost of Goods Sold": Decimal(15)}.items() <= before.items()
    assert before == august(story)
    story.ties()


@pytest.mark.long
def test_the_part_of_a_line_that_left_in_august_is_accrued(story: Story, finale: FinaleOnLine, tmp_path: Path) -> None:
    """1 of 3 units left on 31 August: 20.00 of 60.00 and 7.00; `verify` makes the part again."""
    story.bring(v2(tmp_path, [item("Order", "1", "60.00", units="3", day="2026-10-06")], "1", days=LATER))
    shipped = Left("1", "A", (("2026-08-31", 1), ("2026-09-15", 2)))
    finale.sync(story, bought("A", "2026-07-01", 50, "7"), shipped)

    assert {"Marketplace Sales": Decimal(-20), "Cost of Goods Sold": Decimal(7)}.items() <= august(story).items()
    story.ties()
