"""Lines that came after a provisional export, whose cost changes once their true-up was accepted, by commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.core.marketplaces.shopify_documents import Good, Paid, ShopOrder, month
from tests.end_to_end.stories import bought, left

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

FIRST = ShopOrder("#1", (Good("1", "A", 1, "20.00"),), (Paid("1", "20.00", "2026-09-03", "paypal"),))
LATER = ShopOrder("#2", (Good("2", "B", 1, "15.00"),), (Paid("2", "15.00", "2026-09-10", "paypal"),))
MONTH = "Not in payouts 2026-09"


def so_far(story: Story, folder: Path, name: str, *orders: ShopOrder) -> None:
    """Import the month as it is so far."""
    document = json.loads(month("2026-09", *orders)) | {"format": "shopify_not_in_payouts_so_far"}
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    story.book.run("import", str(folder / name))


@pytest.mark.long
@pytest.mark.parametrize(
    ("price", "due"),
    [("8", 1), ("6", -1)],
    ids=["a dearer bill", "a cheaper bill"],
)
def test_what_changes_of_a_line_that_came_late_is_said_and_ties_out(
    story: Story, finale: FinaleOnLine, tmp_path: Path, price: str, due: int
) -> None:
    """A B came after the export and 7.00 of it were accepted; its bill says 8.00 since: +1.00 for its unit cost."""
    gone = (left("#1", "2026-09-03"), left("#2", "2026-09-10", sku="B"))
    so_far(story, tmp_path, "first.json", FIRST)
    finale.sync(story, bought("A", "2026-07-01", 50, "5"), bought("B", "2026-07-01", 50, "7"), gone[0])
    story.deed("export", MONTH, "--format", "quickbooks", "--accept-provisional")
    so_far(story, tmp_path, "second.json", FIRST, LATER)
    finale.sync(story, bought("A", "2026-07-01", 50, "5"), bought("B", "2026-07-01", 50, "7"), *gone)
    story.decide("accept")
    finale.sync(story, bought("A", "2026-07-01", 50, "5"), bought("B", "2026-07-01", 50, price), *gone)
    proposed = [(row["What changed"], row["Difference"]) for row in story.pending()]
    story.ties()
    story.decide("accept")

    assert [("unit cost", due)] == proposed
    story.ties()
