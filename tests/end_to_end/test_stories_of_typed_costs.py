"""Stories of costs that are typed, and of what is held against them, with Finale's side in the sandbox."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from sandbox.server import DEMO_ACCOUNT
from tests.end_to_end.demo_book import table
from tests.end_to_end.stories import bought, finale_of, item, left, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story


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
    assert (f"I{place}" in ran.output, f"J{place}" in ran.output) == (True, True), ran.output
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


@pytest.mark.long
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
