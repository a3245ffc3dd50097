"""An accrual is booked once, and anew where its figures changed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from core.journal.accounts import AccountRow
from core.line_types import LineType
from tests.core.books.shops import Shop, sale
from tests.end_to_end.demo_book import DemoBook
from tests.end_to_end.shop_of_entries import CODES, balances, rows_of, shop_of_two_stores

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with two stores that have a settlement 1 each, and its workbook beside the database."""
    with shop_of_two_stores(tmp_path) as made:
        yield made


@pytest.fixture
def book(shop: Shop, tmp_path: Path) -> DemoBook:
    assert shop.database
    return DemoBook(tmp_path / "Books.xlsm")


def on_day(day: str, *files: str) -> dict[str, Decimal]:
    """Sum one day's lines of files up by account."""
    sums: dict[str, Decimal] = {}
    for row in rows_of(*files):
        if row["Journal Date"] == day:
            amount = Decimal(row["Debits"] or 0) - Decimal(row["Credits"] or 0)
            sums[row["Account Name"]] = sums.get(row["Account Name"], Decimal(0)) + amount
    return {account: amount for account, amount in sums.items() if amount}


@pytest.mark.long
def test_an_accrual_is_booked_once_and_anew_where_its_figures_changed(shop: Shop, book: DemoBook) -> None:
    """Closed twice nothing more is booked; a cost that changed takes the first accrual back, on its own days."""
    shop.choose(*CODES, AccountRow(line_type=LineType.COGS_SALES, item_group="MUG-", name="COGS Mugs", number="9"))
    shop.bring_in("3", sale("444-1", "CUP", day="2026-09-02"), sale("444-2", "MUG-1", day="2026-09-02"), store="US")
    shop.finale_says({("444-1", "CUP"): "5.00", ("444-2", "MUG-1"): "7.00"})
    close = ("close", "2026-08", "--format", "quickbooks", "--json")
    first = book.run(*close).data
    once = len(shop.journal())
    same = book.run(*close).data
    shop.finale_says({("444-2", "MUG-1"): "8.00"})
    changed = book.run(*close).data
    files = [*first["files"], *changed["files"]]
    content = {file: Path(file).read_bytes() for file in files}
    for file in files:
        Path(file).unlink()
    lost = book.run(*close).data
    folder = book.path.parent
    again = book.run("export", "--again", "--entries", "accruals", "--format", "quickbooks", "--folder", str(folder))

    assert (first["files"], once) == (same["files"], 4 + 6), "of money and of cost, with their reversals"
    accrued = on_day("08/31/2026", *files)
    assert (Decimal("5.00"), Decimal("8.00")) == (accrued["Cost of Goods Sold"], accrued["COGS Mugs"])
    assert {} == {k: v for k, v in balances(*files).items() if v}, "what was accrued is taken back on the next day"
    assert changed["files"] == lost["files"]
    assert 0 == again.status
    assert content == {file: Path(file).read_bytes() for file in files}
    assert "accrual" in {row["kind"] for row in shop.journal()}
    assert 0 == book.run("verify").status


@pytest.mark.long
def test_close_says_to_book_an_accrual_only_where_there_is_one_that_is_not_booked(shop: Shop, book: DemoBook) -> None:
    """A month without one, one that is not booked yet, one that this press booked, and one that was booked before."""
    shop.bring_in("3", sale("444-1", "CUP", day="2026-09-02"), store="US")
    shop.finale_says({("444-1", "CUP"): "5.00"})
    nothing = book.run("close", "2026-07")
    waiting = book.run("close", "2026-08")
    booked = book.run("close", "2026-08", "--format", "quickbooks")
    before = book.run("close", "2026-08")
    packs = [load_workbook(path)["Accrual"]["A2"].value for path in sorted(book.path.parent.glob("Close*2026-0*.xlsx"))]

    assert "Accrual: nothing is to be booked." in nothing.output
    assert ["ook the accrual" in ran.output for ran in (nothing, waiting, booked, before)] == [
        False,
        True,
        False,
        False,
    ]
    assert "1 line shipped but not settled, 2 entries." in waiting.output
    assert "1 line shipped but not settled, 2 entries, to import:" in booked.output
    assert "1 line shipped but not settled, 2 entries that are booked." in before.output
    assert {"There is nothing to book.", "Book it on 2026-08-31", "It is booked on 2026-08-31"} <= {
        words.split(",")[0] if "," in words.split(" It covers")[0] else words.split(" It covers")[0] for words in packs
    }


@pytest.mark.long
def test_an_accrual_in_xero_has_the_codes_of_its_groups(shop: Shop, book: DemoBook) -> None:
    """What was booked for QuickBooks is written for Xero too."""
    shop.choose(*CODES, AccountRow(line_type=LineType.COGS_SALES, item_group="MUG-", name="COGS Mugs", number="9"))
    shop.bring_in("3", sale("444-2", "MUG-1", day="2026-09-02"), store="US")
    shop.finale_says({("444-2", "MUG-1"): "7.00"})
    book.run("close", "2026-08", "--format", "quickbooks")

    again = book.run("export", "--again", "--entries", "accruals", "--format", "xero", "--json")

    mugs = [row for row in rows_of(*again.data["files"]) if row["Description"].startswith("COGS Mugs")]
    assert [("9", "7.00"), ("9", "-7.00")] == [(row["*AccountCode"], row["*Amount"]) for row in mugs]
