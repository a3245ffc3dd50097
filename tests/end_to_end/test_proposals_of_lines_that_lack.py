"""What is proposed of an exported line that has no cost, currency or units of its own any more: by commands."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import bought, item, paid, v2

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

FIRST, LATER = "24000000001", "24000000002"
HEADER = (
    "return-date\torder-id\tsku\tasin\tfnsku\tproduct-name\tquantity\tfulfillment-center-id\tdetailed-disposition\t"
    "reason\tstatus\tlicense-plate-number\tcustomer-comments\n"
)


def shipped_for_a_shop(story: Story, folder: Path) -> Path:
    """Amazon ships two of a shop's order at 5.00, exported; the shop's own payout comes later."""
    shipped = item("Order", "S01-1", "-4.00", units="2") | {
        "amount-type": "ItemFees",
        "amount-description": "FBAPerUnitFulfillmentFee",
        "merchant-order-id": "#1044",
    }
    story.deed("import", str(v2(folder, [shipped], FIRST, site="Non-Amazon")), "--store", "Amazon US")
    story.book.run("resolve")
    story.answer(({"SKU": "A"}, {"Cost": 5}))
    return v2(folder, [item("Order", "1044", "60.00", units="2", day="20")], LATER)


def said_to_be_destroyed(story: Story, folder: Path) -> Path:
    """A refund was restocked by policy, exported; Amazon's report of returns says that it came back broken."""
    story.bring(v2(folder, [item("Order", "1", "20.00", units="1"), item("Refund", "1", "-20.00", units="1")], FIRST))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    file = folder / "returns.txt"
    row = "2026-09-11T08:00:00+00:00\t1\tA\tB0\tX0\tMug\t1\tPHX7\tDEFECTIVE\tUNWANTED\t\tL1\t\n"
    file.write_text(HEADER + row, encoding="utf-8")
    return file


def replaced_under_its_own_line(story: Story, folder: Path) -> Path:
    """A replacement that Amazon pays for cost 5.00, exported; its own line comes later and carries the cost."""
    rows = [item("Order", "1", "20.00", units="1"), paid("FREE_REPLACEMENT_REFUND_ITEMS", "9.00", order="1", day="05")]
    story.bring(v2(folder, rows, FIRST))
    story.answer(({"Type": "sale"}, {"Cost": 5}), ({"Type": "reimbursement"}, {"Cost": 5, "Units back": 1}))
    again = item("Order", "1", "0.00", units="1", day="04") | {"order-item-code": "2", "shipment-id": "R"}
    return v2(folder, [again], LATER)


@pytest.mark.long
@pytest.mark.parametrize(
    ("begin", "store", "difference"),
    [
        (shipped_for_a_shop, "Shop", "-10"),
        (said_to_be_destroyed, "", "5"),
        (replaced_under_its_own_line, "", "-5"),
    ],
)
def test_sync_and_trueups_propose_what_a_line_without_a_cost_of_its_own_takes_back(
    story: Story,
    finale: FinaleOnLine,
    tmp_path: Path,
    begin: Callable[[Story, Path], Path],
    store: str,
    difference: str,
) -> None:
    """Both ended in an error, on every run, for want of a currency; it is home currency, as of every cost."""
    comes = begin(story, tmp_path)
    story.export(FIRST)
    story.deed("import", str(comes), *(("--store", store) if store else ()))
    for _ in range(2):  # sync ends by 0 or 1, and says both times the same
        finale.sync(story, bought("A", "2026-08-01", 9, "5.00"))
        story.deed("trueups", status=1)
    (proposed,) = story.pending()
    story.decide("accept")
    expense = {name: amount for name, amount in story.posted("true-up").items() if "Inventory Asset" not in name}

    assert (None, Decimal(difference), "USD") == (
        proposed["Unit cost now"],
        Decimal(str(proposed["Difference"])),
        proposed["Currency"],
    )
    assert [Decimal(difference)] == list(expense.values())
    assert [] == story.pending()
    story.ties()
