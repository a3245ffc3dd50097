"""Accepted true-ups stand in the profit and loss of the month of their entry, kind by kind as in the journal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from core.books.entries.exporting import ExportOptions
from core.books.true_ups.corrections import corrections, posted_corrections, rated_lines
from core.books.verification.verification import tie_outs
from core.frame_columns import TEXT, records
from core.journal.cogs_entry import COST_TYPES
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss, totals
from tests.core.books.shops import Shop, lost, refund, sale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AUGUST, SEPTEMBER = "2026-08", "2026-09"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop.open(tmp_path, "US", "CA")
    yield made
    made.database.close()


def cogs_by_month(shop: Shop) -> dict[str, str]:
    books = shop.books
    found = profit_and_loss(
        books.counted(books.lines),
        PnlQuestion("USD", by_month=True, by_item=False),
        zones=books.zones,
        corrections=posted_corrections(books),
    )
    return {row["month"]: f"{row['cogs']:.2f}" for row in records(found) if row["cogs"]}


def wrong(shop: Shop, name: str) -> list[str]:
    found = tie_outs(shop.database, shop.books, shop.settlement(name), ExportOptions())
    return [one.sentence for one in found if not one.ok]


def test_a_later_cost_stands_in_the_month_of_its_entry(shop: Shop) -> None:
    """A sale of August goes from 5.00 to 6.50: August keeps 5.00, September has 1.50 and no unit more."""
    shop.bring_in("1", sale("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "5.00"})
    shop.export("1")
    shop.finale_says({("111-1", "CUP"): "6.50"})
    shop.proposed()
    before = cogs_by_month(shop)

    shop.accept()

    assert {AUGUST: "5.00"} == before
    assert {AUGUST: "5.00", SEPTEMBER: "1.50"} == cogs_by_month(shop)
    books = shop.books
    only = PnlQuestion("USD", first_day=date(2026, 9, 1), last_day=date(2026, 9, 30))
    (row,) = records(profit_and_loss(books.lines, only, zones=books.zones, corrections=posted_corrections(books)))
    assert ("CUP", 0, Decimal("1.50"), Decimal("-1.50")) == (row["item"], row["units_sold"], row["cogs"], row["profit"])
    assert [] == wrong(shop, "1")


@pytest.mark.long
def test_each_true_up_of_a_line_counts(shop: Shop) -> None:
    """5.00, then 6.50, then 6.00: 1.50 and -0.50 more; the newest alone would be a wrong figure."""
    shop.bring_in("1", sale("111-1", "CUP"), lost("CUP", 3))
    shop.finale_says({("111-1", "CUP"): "5.00"}, CUP="7.00")
    shop.export("1")
    for cost in ("6.50", "6.00"):
        shop.finale_says({("111-1", "CUP"): cost}, CUP="7.00")
        shop.accept()

    assert {AUGUST: "26.00", SEPTEMBER: "1.00"} == cogs_by_month(shop)
    assert [] == wrong(shop, "1")


@pytest.mark.long
def test_refunds_losses_and_what_finale_posts_agree_with_the_journal(shop: Shop) -> None:
    """The profit and loss has who posts it nowhere: what Finale corrects counts as well."""
    shop.set(losses_posted_by="Finale")
    shop.bring_in("1", sale("111-1", "CUP", 2), refund("111-1", "CUP"), lost("CUP", 3))
    shop.finale_says({("111-1", "CUP"): "10.00"}, CUP="7.00")
    shop.export("1")
    shop.finale_says({("111-1", "CUP"): "11.00"}, CUP="8.00")

    shop.accept()

    posted = shop.journal("true-up", "true-up posted by Finale")
    assert "4.00" == cogs_by_month(shop)[SEPTEMBER]
    assert Decimal(4) == sum(row["amount"] for row in posted if row["memo"] in COST_TYPES)
    assert [] == wrong(shop, "1")


@pytest.mark.long
def test_dismissed_and_reopened_ones_count_nowhere(shop: Shop) -> None:
    """What was not posted is in no month; reopening takes posted ones back with their entries."""
    shop.bring_in("1", sale("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "5.00"})
    shop.export("1")
    shop.finale_says({("111-1", "CUP"): "6.50"})
    shop.dismiss()
    assert {AUGUST: "5.00"} == cogs_by_month(shop)
    shop.finale_says({("111-1", "CUP"): "7.00"})
    shop.accept()
    assert {AUGUST: "5.00", SEPTEMBER: "2.00"} == cogs_by_month(shop)

    shop.reopen("1")

    assert {AUGUST: "7.00"} == cogs_by_month(shop)


@pytest.mark.long
def test_verify_names_a_month_in_which_journal_and_profit_and_loss_differ(shop: Shop) -> None:
    """The decision leads to another entry than the one that posts it."""
    shop.bring_in("1", sale("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "5.00"})
    shop.export("1")
    shop.finale_says({("111-1", "CUP"): "6.50"})
    shop.accept()
    with shop.database.writing() as connection:
        connection.execute(text("DROP TRIGGER IF EXISTS true_up_decision_no_update"))
        connection.execute(text("UPDATE true_up_decision SET entry = (SELECT min(id) FROM entry)"))

    assert any("P&L and journal" in words and AUGUST in words for words in wrong(shop, "1"))


@pytest.mark.long
def test_deciding_nothing_makes_no_batch(shop: Shop) -> None:
    """Accept, dismiss and take up without any number leave the history as it is."""
    shop.bring_in("1", sale("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "5.00"})
    shop.export("1")
    last = shop.books.last_batch

    shop.accept()
    shop.dismiss()

    assert last == shop.books.last_batch
    shop.finale_says({("111-1", "CUP"): "6.50"})
    shop.proposed()
    last = shop.books.last_batch
    shop.proposed()
    assert last == shop.books.last_batch
    assert Decimal(5) == totals(profit_and_loss(shop.books.lines, PnlQuestion("USD"), zones={}))["cogs"]


def test_books_in_which_nothing_was_corrected_have_their_lines_alone(shop: Shop) -> None:
    """A report puts the corrections below the lines: without any these stay as they are."""
    shop.bring_in("1", sale("111-1", "CUP"))
    books = shop.books
    none, rated = corrections(books), rated_lines(books)

    assert 0 == len(none)
    assert {**books.lines.dtypes, "day": TEXT} == {**none.dtypes}
    assert ({**books.lines.dtypes}, records(books.lines)) == ({**rated.dtypes}, records(rated))
