"""Stories of what goods cost, with Finale's side in the sandbox over HTTP: shipments, losses, who posts them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import Left, balances, bought, item, left, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story


AUGUST = ("2026-08-01", "2026-08-31")


USUAL = ("Cost of Goods Sold", "Inventory Asset")
LOSSES = "Damaged and Lost Inventory"


def two_parts(story: Story, finale: FinaleOnLine, folder: Path, parts: tuple[tuple[int, str], ...]) -> None:
    """Settle and export the first part of an order in August, and settle the second in September."""
    (units, cost), (more, later_cost) = parts
    first = (bought("A", "2026-08-01", units, cost), Left("1", "A", (("2026-08-05", units),)))
    story.bring(v2(folder, [item("Order", "1", f"{20 * units}", units=f"{units}", day="2026-08-05")], "1", days=AUGUST))
    finale.sync(story, *first)
    assert {"Cost of Goods Sold": units * Decimal(cost)}.items() <= story.export("1").items()
    story.bring(v2(folder, [item("Order", "1", f"{20 * more}", units=f"{more}", day="05")], "2"))
    shipped = (("2026-08-05", units), ("2026-09-05", more))
    finale.sync(story, first[0], bought("A", "2026-08-28", more, later_cost), Left("1", "A", shipped))


@pytest.mark.long
@pytest.mark.parametrize(
    "parts",
    [
        ((3, "5"), (1, "9")),
        pytest.param(((1, "9"), (3, "5")), marks=pytest.mark.long),
        pytest.param(((2, "4.25"), (2, "6.75")), marks=pytest.mark.long),
        pytest.param(((1, "3.10"), (1, "3.20")), marks=pytest.mark.long),
    ],
)
def test_each_line_costs_what_its_own_shipment_did(
    story: Story, finale: FinaleOnLine, tmp_path: Path, parts: tuple[tuple[int, str], ...]
) -> None:
    """An order of 4: 3 left at 5.00 in an exported August, 1 at 9.00 in September: 15 + 9, and no true-up."""
    two_parts(story, finale, tmp_path, parts)

    assert [(units, units * Decimal(cost)) for units, cost in parts] == [
        (units, Decimal(str(cogs))) for _, units, cogs in story.costs()
    ]
    assert [] == story.pending()
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("out", ["posted elsewhere", "before books start"])
@pytest.mark.parametrize("parts", [((3, "5"), (1, "9")), ((2, "4.25"), (2, "6.75"))])
def test_what_left_after_a_part_that_is_not_ours_costs_what_its_own_shipment_did(
    story: Story, finale: FinaleOnLine, tmp_path: Path, parts: tuple[tuple[int, str], ...], out: str
) -> None:
    """August was posted by another program, or is history: the 1 that left in September costs 9.00, not 6.00."""
    (units, cost), (more, later_cost) = parts
    rows = [item("Order", "1", f"{20 * units}", units=f"{units}", day="2026-08-05")]
    story.bring(v2(tmp_path, rows, "1", days=AUGUST))
    if out == "posted elsewhere":
        story.deed("posted-elsewhere", "1", "--reason", "by hand")
    else:
        story.set(Books_start="2026-09-01")
    story.bring(v2(tmp_path, [item("Order", "1", f"{20 * more}", units=f"{more}", day="05")], "2"))
    came = (bought("A", "2026-08-01", units, cost), bought("A", "2026-08-28", more, later_cost))
    finale.sync(story, *came, Left("1", "A", (("2026-08-05", units), ("2026-09-05", more))))

    assert more * Decimal(later_cost) == story.cogs(Settlement_ID="2")
    assert {"Cost of Goods Sold": more * Decimal(later_cost)}.items() <= story.export("2").items()
    assert [] == story.pending()
    story.ties()


GONE = (
    item("Liquidations", "LIQ-1", "6.00", units="3", day="10"),
    paid("REMOVAL_ORDER_LOST", "20.00", order="REM-7", units="2", day="10"),
)
ON_ITS_DAY = [
    pytest.param((3, 2), "7", "13", id="35.00"),
    pytest.param((1, 4), "6.50", "9", marks=pytest.mark.long, id="32.50"),
    pytest.param((5, 1), "3.10", "0.10", marks=pytest.mark.long, id="18.60"),
    pytest.param((2, 2), "0.99", "1.01", marks=pytest.mark.long, id="3.96"),
]
"""Units liquidated and lost, the average on their day, and what came in two days later, which must not count."""


def gone(liquidated: int, lost: int) -> list[dict[str, str]]:
    """Return a liquidation and a lost removal of one day."""
    return [
        item("Liquidations", "LIQ-1", "6.00", units=f"{liquidated}", day="10"),
        paid("REMOVAL_ORDER_LOST", "20.00", order="REM-7", units=f"{lost}", day="10"),
    ]


@pytest.mark.long
@pytest.mark.parametrize(("units", "then", "later"), ON_ITS_DAY)
def test_what_leaves_without_an_order_costs_the_average_of_its_day(
    story: Story, finale: FinaleOnLine, tmp_path: Path, units: tuple[int, int], then: str, later: str
) -> None:
    """A liquidation of 3 and a lost removal of 2 at 7.00: 35.00, though ten more came in at 13.00 two days later."""
    story.bring(v2(tmp_path, gone(*units)))
    finale.sync(story, bought("A", "2026-08-01", 10, then), bought("A", "2026-09-12", 10, later))

    liquidated, lost = (Decimal(then) * one for one in units)
    assert [("liquidation", liquidated), ("reimbursement", lost)] == sorted(
        (row[0], Decimal(str(row[2]))) for row in story.costs()
    )
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(("units", "then", "later"), ON_ITS_DAY)
def test_where_it_is_asked_the_average_of_its_day_is_proposed(
    story: Story, finale: FinaleOnLine, tmp_path: Path, units: tuple[int, int], then: str, later: str
) -> None:
    """Not today's 10.00: accepted, 35.00."""
    story.set(Adjustments_without_order="ask")
    story.bring(v2(tmp_path, gone(*units)))
    finale.sync(story, bought("A", "2026-08-01", 10, then), bought("A", "2026-09-12", 10, later))
    proposed = sum(Decimal(str(row["Proposed cost"])) * abs(row["Units"]) for row in story.asked())
    story.answer()

    assert Decimal(then) * sum(units) == proposed
    assert Decimal(then) * sum(units) == story.cogs(SKU="A")


@pytest.mark.long
@pytest.mark.parametrize(
    ("happened", "cogs"),
    [
        ((left("LIQ-1", "2026-07-01", 3), left("REM-7", "2026-07-01", 2)), "30"),
        pytest.param((left("LIQ-1", "2026-07-01", 3),), "32", marks=pytest.mark.long),
        pytest.param((left("REM-7", "2026-07-01", 2),), "33", marks=pytest.mark.long),
    ],
)
def test_a_removal_shipment_in_finale_dates_what_left_with_it(
    story: Story, finale: FinaleOnLine, tmp_path: Path, happened: tuple[Left, ...], cogs: str
) -> None:
    """6.00 when the removal orders left in July, 7.00 when the money for them came."""
    story.bring(v2(tmp_path, GONE))
    units = sum(one.units for one in happened)
    receipts = (bought("A", "2026-06-01", units + 5, "6"), bought("A", "2026-08-01", 5, "8"))
    finale.sync(story, *receipts, *happened)

    assert Decimal(cogs) == story.cogs(SKU="A")


@pytest.mark.long
@pytest.mark.parametrize(
    ("unsellable", "cogs"),
    [(5, 0), pytest.param(3, 14, marks=pytest.mark.long)],
)
def test_units_that_were_expensed_as_unsellable_cost_nothing_again(
    story: Story, finale: FinaleOnLine, tmp_path: Path, unsellable: int, cogs: int
) -> None:
    """What came back unsellable and is then liquidated or lost on removal is an expense already."""
    story.set(Refunded_goods="Unsellable")
    sale = item("Order", "1", f"{20 * unsellable}", units=f"{unsellable}", day="02")
    back = item("Refund", "1", f"-{20 * unsellable}", units=f"{unsellable}", day="05")
    story.bring(v2(tmp_path, [sale, back, *GONE]))
    finale.sync(story, bought("A", "2026-08-01", 20, "7"), left("1", "2026-09-02", unsellable))

    assert 7 * unsellable == story.cogs(Type="sale")
    assert cogs == story.cogs(Type="liquidation") + story.cogs(Type="reimbursement")


def loss_that_goes_up(story: Story, finale: FinaleOnLine, folder: Path, reason: str, before: str, after: str) -> None:
    """Export a loss of 3 and accept what its cost became afterwards."""
    story.bring(v2(folder, [paid(reason, "60.00", units="3")], "1"))
    finale.sync(story, bought("A", "2026-08-01", 10, before))
    story.export("1")
    finale.sync(story, bought("A", "2026-08-01", 10, after))


@pytest.mark.long
@pytest.mark.parametrize(
    ("reason", "before", "after"),
    [
        ("WAREHOUSE_LOST", "7", "8"),
        pytest.param("WAREHOUSE_DAMAGE", "7", "6.25", marks=pytest.mark.long),
        pytest.param("WAREHOUSE_LOST", "3.10", "3.35", marks=pytest.mark.long),
        pytest.param("WAREHOUSE_LOST", "5", "5.40", marks=pytest.mark.long),
    ],
)
def test_a_loss_that_finale_posts_is_corrected_by_finale(
    story: Story, finale: FinaleOnLine, tmp_path: Path, reason: str, before: str, after: str
) -> None:
    """Cogsheet posts COGS and Finale the losses: the difference is shown as posted by Finale and is in no file."""
    story.set(Stock_losses_posted_by="Finale")
    loss_that_goes_up(story, finale, tmp_path, reason, before, after)
    files = story.decide("accept").data["files"]
    more = 3 * (Decimal(after) - Decimal(before))

    assert [] == files
    assert {LOSSES: more, "Inventory Asset": -more} == story.posted("true-up posted by Finale")
    assert {} == story.posted("true-up")
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(
    ("reason", "before", "after"),
    [
        ("WAREHOUSE_LOST", "7", "8"),
        pytest.param("WAREHOUSE_DAMAGE", "7", "6.25", marks=pytest.mark.long),
        pytest.param("MISSING_FROM_INBOUND", "3.10", "3.35", marks=pytest.mark.long),
        pytest.param("WAREHOUSE_LOST", "5", "5.40", marks=pytest.mark.long),
    ],
)
def test_a_loss_that_we_post_is_corrected_by_us(
    story: Story, finale: FinaleOnLine, tmp_path: Path, reason: str, before: str, after: str
) -> None:
    """Finale posts COGS and Cogsheet the losses: the difference is exported, to the account of losses."""
    story.set(COGS_posted_by="Finale")
    loss_that_goes_up(story, finale, tmp_path, reason, before, after)
    files = story.decide("accept").data["files"]
    more = 3 * (Decimal(after) - Decimal(before))

    assert {LOSSES: more, "Inventory Asset": -more} == balances(files)
    assert {} == story.posted("true-up posted by Finale")
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(
    ("sku", "after", "accounts"),
    [
        ("MUG-RED", "12", ("COGS Mugs", "Mugs in stock")),
        pytest.param("MUG-BLUE", "9.50", ("COGS Mugs", "Mugs in stock"), marks=pytest.mark.long),
        pytest.param("CUP", "12", USUAL, marks=pytest.mark.long),
        pytest.param("MUGS", "12", USUAL, marks=pytest.mark.long),
    ],
)
def test_a_true_up_goes_to_the_accounts_of_its_item_group(
    story: Story, finale: FinaleOnLine, tmp_path: Path, sku: str, after: str, accounts: tuple[str, str]
) -> None:
    """Mugs have accounts of their own: a sale exported at 10.00 that becomes 12.00 posts 2.00 on these."""
    for line_type, name in (("Cost of goods sold", "COGS Mugs"), ("Inventory sold", "Mugs in stock")):
        story.add_row("Accounts", {"Line type": line_type, "Item group": "MUG-", "Account": name})
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1", sku=sku)], "1"))
    finale.sync(story, bought(sku, "2026-08-01", 10, "10"), left("1", "2026-09-02", sku=sku))
    story.export("1")
    finale.sync(story, bought(sku, "2026-08-01", 10, after), left("1", "2026-09-02", sku=sku))
    more = Decimal(after) - 10

    assert {accounts[0]: more, accounts[1]: -more} == balances(story.decide("accept").data["files"])
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(
    ("store", "zone", "at", "month"),
    [
        ("Amazon AU", "Australia/Sydney", "2026-08-31 15:00:00", "2026-09"),
        pytest.param("Amazon NZ", "Pacific/Auckland", "2026-08-31 12:30:00", "2026-09", marks=pytest.mark.long),
        pytest.param("Amazon US", "America/Los_Angeles", "2026-09-01 03:00:00", "2026-08", marks=pytest.mark.long),
        pytest.param("Amazon IN", "Asia/Kolkata", "2026-08-31 18:31:00", "2026-09", marks=pytest.mark.long),
    ],
)
def test_journal_and_profit_are_of_the_stores_own_month(
    story: Story, finale: FinaleOnLine, tmp_path: Path, store: str, zone: str, at: str, month: str
) -> None:
    """A sale at 15:00 UTC of 31 August is of September in Sydney, in both."""
    file = v2(tmp_path, [item("Order", "1", "20.00", units="1", day=at)], "1", days=("2026-08-17", "2026-09-01"))
    story.deed("import", str(file), "--store", store)
    story.type("Stores", {"Store": store}, {"Time zone": zone})
    finale.sync(story, bought("A", "2026-08-01", 10, "5"), left("1", "2026-08-31"))
    story.export("1")
    story.deed("pnl", "--by-month")
    months = {str(row["Date"])[:7] for row in story.book.table("Journal").rows}

    assert {month} == months
    assert {month} == {row["Month"] for row in story.book.table("P&L").rows if row["Item"] == "A"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("units", "back", "before", "after"),
    [
        (2, 1, "6", "6.5"),
        pytest.param(3, 2, "6", "6.5", marks=pytest.mark.long),
        pytest.param(2, 2, "6", "5.25", marks=pytest.mark.long),
        pytest.param(4, 1, "2", "2.5", marks=pytest.mark.long),
    ],
)
def test_reopening_takes_up_what_was_dismissed_beside(
    story: Story, finale: FinaleOnLine, tmp_path: Path, units: int, back: int, before: str, after: str
) -> None:
    """2 sold at 6.00, 1 refunded; 6.50 dismissed on both; the sale goes out again: 13 - 6.50."""
    sale = item("Order", "1", f"{20 * units}", units=f"{units}", day="2026-08-05")
    story.bring(v2(tmp_path, [sale], "1", days=AUGUST))
    story.bring(v2(tmp_path, [item("Refund", "1", f"-{20 * back}", units=f"{back}")], "2"))
    gone = left("1", "2026-08-05", units)
    finale.sync(story, bought("A", "2026-08-01", 10, before), gone)
    story.export("1", "2")
    finale.sync(story, bought("A", "2026-08-01", 10, after), gone)
    story.decide("dismiss", "small")
    story.deed("reopen", "1", "--imported", "--reason", "wrong bill")
    story.export("1")
    proposed = [(row["Type"], row["Difference"]) for row in story.pending()]
    story.decide("accept")
    sold, refunded = units * Decimal(after), -back * Decimal(after)

    assert [("refund", float(refunded + back * Decimal(before)))] == proposed
    rows = story.book.table("Journal").rows
    booked = sum(
        Decimal(str(r["Debit"] or 0)) - Decimal(str(r["Credit"] or 0)) for r in rows if r["Account"] == USUAL[0]
    )
    assert sold + refunded == booked
    assert [] == story.pending()
    story.ties()
