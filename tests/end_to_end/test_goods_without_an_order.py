"""What losses and liquidations cost, by commands: the average of the day, the parcel, and what was expensed before."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import Left, bought, item, left, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story


def costs(story: Story) -> dict[tuple[str, str], Decimal]:
    """Return COGS by order and SKU."""
    return {(row["Order ID"] or "", row["SKU"]): Decimal(str(row["COGS"])) for row in story.lines() if row["SKU"]}


@pytest.mark.long
def test_the_average_before_a_receipt_of_the_same_day_counts_and_is_marked(
    story: Story, finale: FinaleOnLine, tmp_path: Path
) -> None:
    """Four lost inbound on a day of receipt: 4.00 each, not 5.00; later ones take the average of their day.

    Of B, 10 at 4.00, 10 at 6.00 and 20 at 8.00: 6.50. Of C, 3 at 2.50 and 9 at 4.10: 3.70.
    """
    rows = [
        paid("MISSING_FROM_INBOUND", "30.00", order="FBA15ABC", units="4", sku="B", day="11"),
        paid("WAREHOUSE_DAMAGE", "8.00", order="250-11", sku="C", day="18"),
        item("Liquidations", "LQ-77", "3.00", units="2", sku="C", day="25"),
        item("Liquidations", "LQ-78", "3.00", units="1", sku="B", day="25"),
    ]
    story.bring(v2(tmp_path, rows))
    of_b = (bought("B", "2026-08-01", 10, "4"), bought("B", "2026-09-11", 10, "6"), bought("B", "2026-09-20", 20, "8"))
    finale.sync(story, *of_b, bought("C", "2026-08-02", 3, "2.5"), bought("C", "2026-09-20", 9, "4.1"))
    (marked,) = [row for row in story.lines() if row["!"]]

    assert {("FBA15ABC", "B"): 16, ("250-11", "C"): Decimal("2.5"), ("LQ-77", "C"): Decimal("7.4")} | {
        ("LQ-78", "B"): Decimal("6.5")
    } == costs(story)
    assert "the average before is 4, after it 5" in marked["Cost note"]
    story.ties()


@pytest.mark.long
def test_a_liquidation_costs_what_its_parcels_did(story: Story, finale: FinaleOnLine, tmp_path: Path) -> None:
    """Two left in July at 6.00 and three in August at 9.00; today's average of 1.38 says nothing: 39.00."""
    story.bring(v2(tmp_path, [item("Liquidations", "LQ-5", "3.00", units="5", day="25")]))
    parcels = Left("LQ-5", "A", (("2026-07-01", 2), ("2026-08-10", 3)))
    receipts = (
        bought("A", "2026-06-01", 4, "6"),
        bought("A", "2026-08-01", 6, "10"),
        bought("A", "2026-09-01", 100, "1"),
    )
    finale.sync(story, *receipts, parcels)

    assert {("LQ-5", "A"): Decimal(39)} == costs(story)
    story.ties()


@pytest.mark.long
def test_units_expensed_before_are_taken_each_once(story: Story, finale: FinaleOnLine, tmp_path: Path) -> None:
    """Three came back unsellable: two of them are lost on removal, one is liquidated; what is left costs 10.00.

    Sold at 7.00, 3 more at 27.00 came in: (17 x 7 + 3 x 27) / 20 = 10.00.
    """
    story.set(Refunded_goods="Unsellable")
    rows = [
        *(item("Order", "1", "40.00", units="2"), item("Order", "2", "20.00", units="1")),
        *(item("Refund", "1", "-40.00", units="2", day="05"), item("Refund", "2", "-20.00", units="1", day="06")),
        paid("REMOVAL_ORDER_LOST", "10", order="RM-1", units="2", day="10"),
        item("Liquidations", "LQ-1", "2.00", units="2", day="14"),
        paid("REMOVAL_ORDER_DAMAGED", "5", order="RM-2", day="20"),
    ]
    story.bring(v2(tmp_path, rows))
    gone = (left("1", "2026-09-02", 2), left("2", "2026-09-02", 1))
    finale.sync(story, bought("A", "2026-08-01", 20, "7"), *gone, bought("A", "2026-09-12", 3, "27"))
    (asked,) = story.asked()
    story.answer()

    assert ("RM-1", 0) == (asked["Order ID"], asked["Proposed cost"])
    assert [Decimal(21), Decimal(0), Decimal(10), Decimal(10)] == [
        story.cogs(Type="sale"),
        story.cogs(Type="refund") + story.cogs(Order_ID="RM-1"),
        story.cogs(Order_ID="LQ-1"),
        story.cogs(Order_ID="RM-2"),
    ]
    story.ties()


@pytest.mark.long
def test_the_day_of_a_loss_is_the_stores_own(story: Story, finale: FinaleOnLine, tmp_path: Path) -> None:
    """15:00 UTC of the 10th is the 11th in Sydney, after the receipt of the 10th: 7.00; 13:00 UTC is still the 10th."""
    rows = [
        paid("WAREHOUSE_LOST", "30", order="701-9", units="2", day="2026-09-10 15:00:00"),
        paid("WAREHOUSE_LOST", "30", day="2026-09-10 13:00:00"),
    ]
    story.deed("import", str(v2(tmp_path, rows, days=("2026-09-01", "2026-09-14"))), "--store", "Amazon AU")
    story.type("Stores", {"Store": "Amazon AU"}, {"Time zone": "Australia/Sydney"})
    finale.sync(
        story,
        bought("A", "2026-08-01", 10, "5"),
        bought("A", "2026-09-10", 10, "9"),
        bought("A", "2026-09-12", 10, "30"),
    )

    assert {("701-9", "A"): Decimal(14), ("", "A"): Decimal(5)} == costs(story)
    story.ties()


@pytest.mark.long
def test_what_came_back_after_liquidated_goods_left_is_not_among_them(
    story: Story, finale: FinaleOnLine, tmp_path: Path
) -> None:
    """2 left for liquidation in July at 6.00; 2 others came back unsellable in September, before it was paid: 12.00."""
    story.set(Refunded_goods="Unsellable")
    rows = [
        item("Order", "O1", "40", units="2", day="2026-09-01"),
        item("Refund", "O1", "-40", units="2", day="05"),
        item("Liquidations", "LQ", "3", units="2", day="25"),
    ]
    story.bring(v2(tmp_path, rows))
    finale.sync(story, bought("A", "2026-06-01", 10, "6"), left("LQ", "2026-07-10", 2), left("O1", "2026-08-30", 2))
    assert story.cogs(Type="liquidation") == 12


@pytest.mark.long
def test_what_was_accepted_for_a_replacement_is_asked_anew_when_its_line_comes(
    story: Story, finale: FinaleOnLine, tmp_path: Path
) -> None:
    """5.00 were accepted while its own line was not in the books; that comes, and 0 is proposed: 5.00 in all."""
    happened = (bought("A", "2026-08-01", 20, "5"), left("O1", "2026-08-03"), left("RP", "2026-08-20"))
    rows = [
        item("Order", "O1", "20", units="1", day="2026-08-04"),
        item("Refund", "O1", "-20", units="1", day="2026-08-10"),
        paid("FREE_REPLACEMENT_REFUND_ITEMS", "9", order="O1", units="1", day="2026-08-25"),
    ]
    story.bring(v2(tmp_path, rows, "1", days=("2026-08-01", "2026-08-31")))
    finale.sync(story, *happened)
    story.answer()
    assert story.asked() == []
    story.bring(v2(tmp_path, [item("Order", "RP", "0.00", units="1")], "2"))
    finale.sync(story, *happened)
    (asked,) = story.asked()
    assert (asked["Order ID"], asked["Proposed cost"]) == ("O1", 0)
    story.answer()
    assert story.cogs(SKU="A") == 5
