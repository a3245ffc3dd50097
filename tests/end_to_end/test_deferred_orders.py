"""Amazon posts a deferred order when its money is released: the books post it then, the accrual when it left stock."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import bought, item, left, v2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.end_to_end.stories import FinaleOnLine, Story

ORDERS = [
    # order, price, left stock, released
    ("1", "10.00", "2026-08-28", "2026-09-06"),
    ("2", "20.00", "2026-08-31", "2026-09-01"),
    ("3", "40.00", "2026-08-20", "2026-08-29"),
    ("4", "80.00", "2026-09-02", "2026-09-12"),
    ("5", "160.00", "2026-08-20", "2026-10-02"),
    ("6", "320.00", "2026-09-24", "2026-10-03"),
]


def sales_and_costs(files: Sequence[str]) -> dict[str, tuple[Decimal, Decimal]]:
    """Return what files credit to sales and debit to cost of goods sold, by day."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for file in files:
        for row in csv.DictReader(io.StringIO(Path(file).read_text(encoding="utf-8"))):
            amount = Decimal(row["Debits"] or 0) - Decimal(row["Credits"] or 0)
            sums[row["Journal Date"], row["Account Name"]] += amount
    days = sorted({day for day, _ in sums})
    return {day: (-sums[day, "Marketplace Sales"], sums[day, "Cost of Goods Sold"]) for day in days}


@pytest.mark.long
def test_a_deferred_order_is_accrued_until_its_release(story: Story, finale: FinaleOnLine, tmp_path: Path) -> None:
    """Sold and left in August, released in September or October: in the entry then, in the accruals before."""
    autumn = {
        "24000000001": (("2026-08-25", "2026-09-20"), ("1", "2", "3", "4")),
        "24000000002": (("2026-09-20", "2026-10-10"), ("5", "6")),
    }
    for number, (days, ids) in autumn.items():
        rows = [item("Order", one, price, units="1", day=day) for one, price, _, day in ORDERS if one in ids]
        story.bring(v2(tmp_path, rows, number, days=days))
    finale.sync(story, bought("A", "2026-08-01", 9, "5.00"), *(left(one, day) for one, _, day, _ in ORDERS))
    posted = sales_and_costs(story.deed("export", *autumn, "--format", "quickbooks", "--json").data["files"])
    closed = {
        month: sales_and_costs(story.book.run("close", month, "--format", "quickbooks", "--json").data["files"])
        for month in ("2026-07", "2026-08", "2026-09", "2026-10")
    }
    story.deed("pnl", "--by", "shipped", "--by-month")
    shipped: dict[str, Decimal] = defaultdict(Decimal)
    for row in story.book.table("P&L").rows:
        shipped[str(row["Month"])] += Decimal(str(row["Sales"] or 0))

    assert {
        "08/31/2026": (Decimal(40), Decimal(5)),
        "09/20/2026": (Decimal(10 + 20 + 80), Decimal(15)),
        "10/10/2026": (Decimal(160 + 320), Decimal(10)),
    } == posted
    assert {
        "2026-07": {},
        "2026-08": taken_back("08/31/2026", "09/01/2026", 10 + 20 + 160, 15),
        "2026-09": taken_back("09/30/2026", "10/01/2026", 160 + 320, 10),
        "2026-10": {},
    } == closed
    assert {"2026-08": Decimal(10 + 20 + 40 + 160), "2026-09": Decimal(80 + 320)} == shipped
    story.ties()


def taken_back(day: str, next_day: str, sales: int, costs: int) -> dict[str, tuple[Decimal, Decimal]]:
    """Return what an accrual books on a day and takes back on the next one."""
    return {day: (Decimal(sales), Decimal(costs)), next_day: (Decimal(-sales), Decimal(-costs))}
