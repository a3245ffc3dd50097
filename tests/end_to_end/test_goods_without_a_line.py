"""Replacements and disposals of the sandbox's difficult business, from HTTP to the month-end pack."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from addin.commands.refresh import load
from core.books.database import Database
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing.syncing import sync_costs
from core.marketplaces import read_file
from core.progress import silent
from core.reports.left_stock import LeftStockStatus
from sandbox.business.hard import case, hard_business
from sandbox.business.records import Fee, FeeKind, SettlementPeriod
from sandbox.settlement_files.amazon_v2 import settlement_files
from tests.addin.takeaway.books_to_report import close_pack
from tests.core.finale.finale_account import NOON, DemoAccount
from tests.end_to_end.stories import bought, item, left, v2
from tests.new_books import new_books

if TYPE_CHECKING:
    from pathlib import Path

    from core.books.books import Books
    from sandbox.business import Business
    from tests.end_to_end.stories import FinaleOnLine, Story


def business(later: timedelta) -> Business:
    """Return the difficult business with a second settlement whose only line is posted so long after the first."""
    plain = hard_business()
    end = plain.periods[0].end
    period = SettlementPeriod("25000000002", plain.store, end, end + later + timedelta(days=9), end + later)
    charge = Fee(FeeKind.OTHER, "Storage Fee", Decimal("-1.00"), end + later)
    return replace(plain, periods=(*plain.periods, period), fees=(*plain.fees, charge))


def synced(path: Path, there: Business) -> tuple[Books, DemoAccount]:
    account = DemoAccount(there)
    with new_books(path, "Hard", "USD", NOON) as database:
        for file in settlement_files(there):
            original = OriginalFile(file.name, file.content)
            import_file(database, read_file(file.content), original, store="Amazon US", who="M. Lee", now=NOON)
        for _ in range(2):  # the second time nothing is new
            books = load_books(database)
            sync_costs(
                database,
                account.finale,
                books,
                books.settlements,
                who="M. Lee",
                clock=account.time.now,
                progress=silent,
            )
        return load_books(database), account


@pytest.mark.long
def test_what_left_without_a_line_is_listed_with_cost_standing_and_fee(tmp_path: Path) -> None:
    """A replacement of a cup, one of two boxes, three bowls disposed of; the order known by its PO is none of them."""
    there = business(timedelta(days=21))

    books, _ = synced(tmp_path / "books.sqlite", there)

    names = {order.order_id: order.notes for order in there.orders}
    listed = {names[one.order_id]: one for one in books.left_without_line}
    assert {"replacement for nothing", "replacement on a day without sales", "disposal"} == set(listed)
    disposal = listed["disposal"]
    assert (3, Decimal("10.746"), "other-transaction DisposalComplete") == (
        disposal.units,
        disposal.cost,
        disposal.settled_beside,
    )
    assert {LeftStockStatus.NONE} == {one.standing for one in listed.values() if one.day.day < 15}


@pytest.mark.long
def test_the_pack_lists_them_and_sums_their_cost(tmp_path: Path) -> None:
    """On sheet Open items: each with its cost, and the month in one row per standing."""
    there = business(timedelta(days=60))
    synced(tmp_path / "books.sqlite", there)

    with Database.open(str(tmp_path / "books.sqlite")) as database:
        content = close_pack(load(database), "2026-08", zones={}, now=NOON)
    (tmp_path / "pack.xlsx").write_bytes(content)
    sheet = load_workbook(tmp_path / "pack.xlsx")["Open items"]
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]

    (disposal,) = [row for row in values if case(there, "disposal").order_id in row]
    assert [3, 3.582, 10.746, "in no settlement"] == disposal[4:8]
    (month,) = [row for row in values if row[:2] == ["2026-08", "in no settlement"]]
    assert [3, 6] == month[2:4]
    assert Decimal("18.023714") == round(Decimal(repr(month[6])), 6)


@pytest.mark.long
@pytest.mark.parametrize(
    ("left_first", "newest", "standing"),
    [
        ((("R-1", 2), ("R-2", 1)), "10", "in no settlement"),
        ((("R-1", 3),), "10", "in no settlement"),
        ((("R-1", 1), ("R-2", 2)), "2026-08-20", "not settled yet"),
    ],
    ids=["two orders", "one of three units", "their settlement may still come"],
)
def test_close_and_verify_say_what_left_without_a_line(
    story: Story,
    finale: FinaleOnLine,
    tmp_path: Path,
    left_first: tuple[tuple[str, int], ...],
    newest: str,
    standing: str,
) -> None:
    """3 units at 7.00 left in August: 21.00 by month; no entry and no figure of COGS holds them."""
    rows = [
        item("Order", "1", "20.00", units="1", day="2026-08-02"),
        item("Order", "2", "20.00", units="1", day=newest),
    ]
    story.bring(v2(tmp_path, rows, days=("2026-08-01", "2026-09-30")))
    sold = [left("1", "2026-08-02"), left("2", newest if "-" in newest else f"2026-09-{newest}")]
    others = [left(order, "2026-08-05", units) for order, units in left_first]
    finale.sync(story, bought("A", "2026-07-01", 20, "7"), *sold, *others)
    closed = story.deed("close", "2026-08", "--json", status=1).data["left_without_line"]
    checked = story.deed("verify")
    sentence = f"Left stock in 2026-08, {standing}: 3 units of {len(others)} order{'s' * (len(others) > 1)}, USD 21.00."

    assert [(order, "A", units, f"{7 * units}.00", standing) for order, units in left_first] == [
        tuple(one[name] for name in ("order", "product", "units", "cost", "standing")) for one in closed["lines"]
    ]
    assert [("2026-08", standing, len(others), 3, "21.00", 0)] == [tuple(one.values()) for one in closed["months"]]
    assert sentence in story.deed("close", "2026-08", status=1).output
    assert (standing == "in no settlement") == (sentence in checked.output)
    assert Decimal(14) == story.cogs(SKU="A")


@pytest.mark.long
@pytest.mark.parametrize(
    ("settled", "listed"), [((2,), [(1, "7.00")]), ((1, 1), [(1, "7.00")]), ((3,), []), ((2, 1), []), ((1,), [])]
)
def test_the_rest_of_an_order_that_is_settled_in_part_is_listed(
    story: Story, finale: FinaleOnLine, tmp_path: Path, settled: tuple[int, ...], listed: list[tuple[int, str]]
) -> None:
    """3 at 7.00 left on order 1, and 2 are settled: 7.00 of August. A line that took the cost of all 3 has no rest."""
    rows = [
        item("Order", "1", f"{20 * units}.00", units=f"{units}", day=f"2026-08-0{day}")
        for day, units in enumerate(settled, start=2)
    ]
    rows.append(item("Order", "2", "20.00", units="1", day="2026-09-20"))
    story.bring(v2(tmp_path, rows, days=("2026-08-01", "2026-09-30")))
    finale.sync(story, bought("A", "2026-07-01", 20, "7"), left("1", "2026-08-02", 3), left("2", "2026-09-20"))

    closed = story.book.run("close", "2026-08", "--json").data["left_without_line"]
    checked = story.deed("verify").output

    names = ("order", "product", "units", "cost", "standing", "settled_beside")
    beside = ("in no settlement", "2 of 3 units settled")
    assert [("1", "A", *figures, *beside) for figures in listed] == [
        tuple(one[name] for name in names) for one in closed["lines"]
    ]
    assert [("2026-08", "7.00")] * len(listed) == [(one["month"], one["cost"]) for one in closed["months"]]
    sentence = "Left stock in 2026-08, in no settlement: 1 unit of 1 order, USD 7.00."
    assert bool(listed) == (sentence in checked)
    assert Decimal(28 - 7 * len(listed)) == story.cogs(SKU="A")
