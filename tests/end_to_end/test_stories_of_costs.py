"""Stories of what goods cost, with Finale's side in the sandbox over HTTP: shipments, losses, who posts them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from sandbox.server import DEMO_ACCOUNT
from tests.end_to_end.demo_book import table
from tests.end_to_end.stories import Left, balances, bought, finale_of, item, left, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

AUGUST = ("2026-08-01", "2026-08-31")
SEPTEMBER = ("2026-09-01", "2026-09-30")
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
    story.deed("reopen", "1", "--reason", "wrong bill")
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


@pytest.mark.long
@pytest.mark.parametrize(
    ("currency", "units"),
    [
        ("EUR", 1),
        pytest.param("GBP", 2, marks=pytest.mark.long),
        pytest.param("SEK", 3, marks=pytest.mark.long),
        pytest.param("CAD", 1, marks=pytest.mark.long),
    ],
)
def test_a_line_without_a_rate_is_in_no_figure_of_profit(
    story: Story, finale: FinaleOnLine, tmp_path: Path, currency: str, units: int
) -> None:
    """Its cost of 10.00 is no loss of 10.00: the line stands on a row of its own."""
    file = v2(tmp_path, [item("Order", "1", "20.00", units=f"{units}")], "1", currency=currency, site="Amazon.de")
    story.bring(file)
    finale.sync(story, bought("A", "2026-08-01", 10, "10"), left("1", "2026-09-02", units))
    profit = story.deed("pnl", "--json", status=1).data
    (row,) = (row for row in story.book.table("P&L").rows if row["Item"])

    assert ("0", "0") == tuple(f"{Decimal(profit[name]).normalize():f}" for name in ("profit", "cogs"))
    assert [(currency, f"{10 * units}")] == [
        (one["currency"], f"{Decimal(one['cogs']).to_integral_value():f}") for one in profit["excluded"]
    ]
    assert f"(no rate) {currency}" == row["Item"]
    assert not row["Profit"]


@pytest.mark.long
@pytest.mark.parametrize(
    "cost", ["9.16", *(pytest.param(cost, marks=pytest.mark.long) for cost in ("0.01", "1234.5", "7"))]
)
def test_zero_ok_beside_a_prefilled_cost_is_refused(
    story: Story, finale: FinaleOnLine, tmp_path: Path, cost: str
) -> None:
    """The two cells contradict each other: both are named, and nothing is saved, however often."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1")], "1"))
    finale.sync(story, bought("A", "2026-08-01", 10, cost))
    (row,) = story.asked()
    place = story.book.table("Resolve").first_row
    ran = story.answer(({"SKU": "A"}, {"Zero OK": "yes"}))
    again = story.book.run("save", "--json").data

    assert Decimal(cost) == Decimal(str(row["Cost"]))
    assert 1 == ran.status
    assert (f"O{place}" in ran.output, f"P{place}" in ran.output) == (True, True), ran.output
    assert ([], 1) == (again["saved"], len(again["refused"]))
    assert "1 line without cost" == story.status()


TWO_SALES = (item("Order", "1", "20.00", units="1"), item("Order", "2", "20.00", units="1", day="04"))


def refused_cost(story: Story, cost: object) -> str:
    """Type a cost for the second order, save, and return what is asked; nothing is saved then, and a yes saves it."""
    ran = story.answer(({"Order ID": "2"}, {"Cost": cost}), accept=False)
    assert 1 == ran.status, ran.output
    assert ["2"] == [row["Order ID"] for row in story.asked()]
    book = story.book.open()
    resolve = table(book, "Resolve")
    resolve.cell(0, "Cost").value = cost
    book.save(story.book.path)
    story.deed("save", "--accept-suspect")
    assert Decimal(str(cost)) == story.cogs(Order_ID="2")
    return ran.output


@pytest.mark.long
@pytest.mark.parametrize(
    ("cost", "reason"),
    [
        ("1e3", "It was typed in scientific notation, 1e3"),
        pytest.param("6E0", "It was typed in scientific notation, 6E0", marks=pytest.mark.long),
        pytest.param(26, "More than five times the highest cost known of it, 5", marks=pytest.mark.long),
        (0.99, "Less than a fifth of the lowest cost known of it, 5"),
    ],
)
def test_a_cost_is_held_against_the_other_costs_of_its_sku(
    story: Story, tmp_path: Path, cost: object, reason: str
) -> None:
    """The first unit cost 5.00; Finale knows nothing."""
    story.bring(v2(tmp_path, TWO_SALES))
    story.answer(({"Order ID": "1"}, {"Cost": 5}), accept=False)

    assert f"order 2, SKU A: cost {Decimal(str(cost)).normalize():f}" in (said := refused_cost(story, cost))
    assert reason.lower() in said.lower() or "average 5" in said


@pytest.mark.long
@pytest.mark.parametrize(
    ("cost", "reason"),
    [
        (101, "more than five times what one unit brought, 20.00"),
        pytest.param("1e3", "typed in scientific notation, 1e3", marks=pytest.mark.long),
        pytest.param(0.19, "less than a hundredth of what one unit brought, 20.00", marks=pytest.mark.long),
    ],
)
def test_where_nothing_is_known_a_cost_is_held_against_what_its_sale_brought(
    story: Story, tmp_path: Path, cost: object, reason: str
) -> None:
    """No average, no other cost: 20.00 was paid for the unit, and 12.00 is saved without a question."""
    story.bring(v2(tmp_path, (TWO_SALES[1], item("Order", "1", "20.00", units="1", sku="B"))))
    story.answer(({"SKU": "B"}, {"Cost": 12}), accept=False)

    assert Decimal(12) == story.cogs(SKU="B")
    assert reason in refused_cost(story, cost)


def test_the_note_says_whether_a_zero_was_proposed_or_confirmed(story: Story, tmp_path: Path) -> None:
    """A 0 that was proposed and left says that no goods moved; only `yes` under Zero OK confirms one."""
    words = ("CS_ERROR_ITEMS", "GENERAL_ADJUSTMENT", "REVERSAL_REIMBURSEMENT")
    rows = [paid(word, "9.00", day=f"2{place}") for place, word in enumerate(words)]
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1"), *rows]))

    story.answer(({"Type": "sale"}, {"Zero OK": "yes"}))

    notes = [str(line["Cost note"]).partition(" by ")[0] for line in story.lines()]
    assert ["Zero confirmed", *["Money only, no goods moved: the proposed 0 was accepted"] * 3] == notes


@pytest.mark.long
@pytest.mark.parametrize(("typed", "number_format"), [(0.45, "0 %"), ("45 %", "General"), (1.05, "0.00%")])
def test_a_percentage_is_no_cost(story: Story, tmp_path: Path, typed: object, number_format: str) -> None:
    """45 % was saved as 0.45: the cell is named with what it shows, whatever is accepted, and nothing is saved."""
    story.bring(v2(tmp_path, [item("Order", "1", "40.00", units="2")]))
    book = story.book.open()
    cell = table(book, "Resolve").cell(0, "Cost")
    cell.value, cell.number_format = typed, number_format
    book.save(story.book.path)
    for choice in ((), ("--accept-suspect", "--accept-proposals")):
        ran = story.deed("save", *choice, status=1)
        assert f"Resolve!{cell.coordinate} (Cost) holds a percentage, " in ran.output
        assert "Saved 0 entered" in ran.output
    assert "1 line without cost" == story.status()


@pytest.mark.long
@pytest.mark.parametrize("unknown", [1, 2, 3])
def test_a_sync_counts_the_lines_that_resolve_lists(
    story: Story, finale: FinaleOnLine, tmp_path: Path, unknown: int
) -> None:
    """Orders that Finale does not know, and the refunds that wait for them, are told apart, by every command alike."""
    orders = [item("Order", f"{n}", "20.00", units="1") for n in range(unknown)]
    refund = item("Refund", "0", "-20.00", units="1", day="05")
    story.bring(v2(tmp_path, [*orders, refund, item("Order", "known", "20.00", units="1")], "7"))
    with finale.serving(finale_of(bought("A", "2026-08-01", 9, "5"), left("known", "2026-09-02"))):
        story.deed("connect", "--account", DEMO_ACCOUNT)
        (synced,) = story.deed("sync", "--json", status=1).data["settlements"]
    listed = story.deed("resolve", "--json", status=1).data
    saved = story.deed("save", "--json", status=1).data

    assert (unknown, 1) == (synced["missing"], synced["waiting"])
    assert (unknown, 1) == (listed["missing"], listed["waiting"])
    assert (unknown, 1) == (saved["lines_without_cost"], saved["waiting"])
    assert unknown == len(story.asked())
