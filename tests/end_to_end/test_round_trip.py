"""The bookkeeper's round: look at Resolve, type costs, save, and find every sheet right."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.reports.costed_lines import MISSING_MARK
from tests.end_to_end.demo_book import DemoBook, table

if TYPE_CHECKING:
    from tests.end_to_end.demo_book import SheetTable


def rows_of_order_lines(resolve: SheetTable, *, prefilled: int) -> list[int]:
    """Return the first rows of sales with a prefilled cost."""
    found = [i for i, row in enumerate(resolve.rows) if row["Cost"] is not None and row["Type"] == "sale"]
    assert len(found) >= prefilled, "the demo must have that many missing costs with a proposal"
    return found[:prefilled]


def edit(demo: DemoBook) -> tuple[list[dict[str, object]], str]:
    """Type a cost into one row, leave another, clear a third; return the three rows as they were and the typed cost."""
    book = demo.open()
    resolve = table(book, "Resolve")
    edited, _, cleared = rows = rows_of_order_lines(resolve, prefilled=3)
    resolve.cell(edited, "Cost").value = 12.34
    resolve.cell(cleared, "Cost").value = None
    book.save(demo.path)
    return [resolve.rows[row] for row in rows], "12.34"


def names(entries: list[dict[str, object]]) -> set[tuple[object, object]]:
    return {(entry["order"], entry["sku"]) for entry in entries}


def name(row: dict[str, object]) -> tuple[object, object]:
    return row["Order ID"], row["SKU"]


@pytest.mark.long
def test_save_saves_exactly_what_was_edited(demo: DemoBook) -> None:
    """The edited cost is saved, the unedited proposal only when accepted, the cleared one never."""
    (edited, left, cleared), cost = edit(demo)

    first = demo.run("save", "--json")
    second = demo.run("save", "--accept-proposals", "--json")
    third = demo.run("save", "--json")

    assert [
        {
            "store": edited["Store"],
            "settlement": edited["Settlement ID"],
            "order": name(edited)[0],
            "sku": name(edited)[1],
            "cost": cost,
            "still_asks": None,
        }
    ] == first.data["saved"]
    assert {name(left), name(cleared)} <= names(first.data["missing"])
    assert name(left) in names(second.data["saved"])
    assert name(edited) not in names(second.data["saved"])
    assert name(cleared) in names(second.data["missing"]) & names(third.data["missing"])
    assert [] == third.data["saved"] == first.data["refused"] == second.data["refused"]
    assert [1, 1, 1] == [first.status, second.status, third.status]


@pytest.mark.long
def test_after_saving_every_sheet_shows_the_cost_and_its_source(demo: DemoBook) -> None:
    """Transactions, COGS tab and Settlements agree with what was saved."""
    (edited, left, cleared), cost = edit(demo)
    settlement = str(edited["Settlement ID"])
    assert {settlement} == {str(row["Settlement ID"]) for row in (left, cleared)}, "three rows of one settlement"
    demo.run("save", "--accept-proposals")
    demo.run("fill", settlement)
    demo.run("cogs", settlement)

    book = demo.open()
    transactions = {row["Key"]: row for row in table(book, "Transactions").rows}
    cogs = {row["Key"]: row for row in table(book, f"COGS {settlement}").rows}

    for shown in (transactions, cogs):
        assert Decimal(cost) == Decimal(str(shown[edited["Key"]]["Unit cost"]))
        assert ("Entered", None) == (shown[edited["Key"]]["Cost source"], shown[edited["Key"]]["!"])
        assert left["Proposed cost"] == shown[left["Key"]]["Unit cost"]
        assert shown[left["Key"]]["Cost source"] == "Accepted average"
        assert (None, None, MISSING_MARK) == tuple(
            shown[cleared["Key"]][header] for header in ("Unit cost", "COGS", "!")
        )


@pytest.mark.long
def test_a_settlement_becomes_ready_when_its_last_cost_is_saved(demo: DemoBook) -> None:
    """From missing costs to Ready to export, by typing into Resolve alone."""
    book = demo.open()
    resolve = table(book, "Resolve")
    for index, row in enumerate(resolve.rows):
        if row["Type"] == "sale":
            resolve.cell(index, "Cost").value = 7.5
    book.save(demo.path)

    saved = demo.run("save", "--accept-proposals", "--json")

    assert [] == saved.data["missing"] == saved.data["refused"]
    statuses = {row["Settlement Export Status"] for row in demo.table("Settlements").rows}
    assert all("missing" not in status and "mapped" not in status for status in statuses)
    assert "Ready to export" in statuses


@pytest.mark.long
def test_a_second_fill_leaves_what_is_the_users(demo: DemoBook) -> None:
    """The user's columns, formulas and row order stay when the same settlement is filled again."""
    book = demo.open()
    sheet = book["Transactions"]
    before = table(book, "Transactions")
    settlement = before.rows[0]["Settlement ID"]
    excel_table = sheet.tables["tblTransactions"]
    first, last = excel_table.ref.split(":")
    right = sheet[last].column + 3
    sheet.cell(before.first_row - 1, right).value = "My check"
    for index in range(len(before.rows)):
        row = before.first_row + index
        sheet.cell(row, right).value = f"=ROW()-{row}"
    keys = [row["Key"] for row in before.rows]
    book.save(demo.path)

    assert demo.run("fill", str(settlement)).status == 0

    after = demo.open()
    again = table(after, "Transactions")
    assert keys == [row["Key"] for row in again.rows]
    formulas = [after["Transactions"].cell(again.first_row + i, right).value for i in range(len(again.rows))]
    assert [f"=ROW()-{again.first_row + i}" for i in range(len(again.rows))] == formulas
    assert first == after["Transactions"].tables["tblTransactions"].ref.split(":")[0]


@pytest.mark.long
def test_change_history_stands_in_the_order_of_its_batches(demo: DemoBook) -> None:
    """What a later button adds comes after what was there."""
    first = [row["Batch"] for row in demo.table("Change history").rows]
    demo.run("save", "--accept-proposals")
    then = [row["Batch"] for row in demo.table("Change history").rows]

    assert first == sorted(first)
    assert then == sorted(then)
    assert len(then) > len(first)
