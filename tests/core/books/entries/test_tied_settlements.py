"""What the entries of a settlement post, for the table of ties: as they went out, or as they would go out now."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.entries import stored_entries
from core.books.entries.exporting import ExportOptions
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.entries.tied_settlements import posted_figures, ties_of
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.reports.ties import COGS_TIES, TIES, PostedFigures
from tests.core.books.shops import WHO, Shop, refund, sale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with two cups sold for 20.00 at 6.00 each."""
    made = Shop.open(tmp_path)
    made.bring_in("1", sale("111-1", "CUP", 2))
    made.finale_says({("111-1", "CUP"): "6.00"})
    yield made
    made.database.close()


def posted(shop: Shop, number: str = "1") -> PostedFigures:
    with shop.database.reading() as connection:
        journal = stored_entries.journal(connection)
    return posted_figures(shop.books, journal, shop.settlement(number), ExportOptions())


def test_what_is_not_out_counts_as_it_would_go_out(shop: Shop) -> None:
    """Both entries, each with its own figure."""
    expected = PostedFigures(Decimal("20.00"), Decimal("12.00"), "settlement not exported, COGS not exported")

    assert posted(shop) == expected


def test_what_is_out_counts_as_it_went_out(shop: Shop) -> None:
    """Whatever Finale says since; the money of it is not out yet."""
    shop.export("1", kinds=(EntryKind.COGS,))
    shop.finale_says({("111-1", "CUP"): "7.00"})

    assert posted(shop) == PostedFigures(Decimal("20.00"), Decimal("12.00"), "settlement not exported, COGS exported")


@pytest.mark.long
def test_after_a_reopening_the_newest_revision_counts(shop: Shop) -> None:
    """What was taken back is no part of it."""
    shop.export("1")
    shop.reopen("1")
    shop.finale_says({("111-1", "CUP"): "7.00"})
    shop.export("1")

    assert posted(shop) == PostedFigures(Decimal("20.00"), Decimal("14.00"), "settlement exported, COGS exported")


def test_a_missing_cost_leaves_the_figure_of_cogs_out(shop: Shop) -> None:
    """A COGS entry that waits is no entry of 0.00."""
    shop.bring_in("2", sale("111-2", "MUG", day="2026-08-20"))

    assert posted(shop, "2") == PostedFigures(Decimal("10.00"), None, "settlement not exported, COGS waits for costs")


def test_what_was_posted_elsewhere_has_no_figures(shop: Shop) -> None:
    """No entry of these books is about it."""
    post_elsewhere(shop.database, shop.books, [shop.settlement("1")], "before Cogsheet", **WHO)

    assert posted(shop) == PostedFigures(None, None, "settlement posted elsewhere, COGS posted elsewhere")


@pytest.mark.long
def test_every_tie_of_a_settlement_holds(shop: Shop) -> None:
    """Exported or not, with goods that came back."""
    shop.bring_in("2", refund("111-1", "CUP", day="2026-08-20"))
    shop.export("1")
    with shop.database.reading() as connection:
        journal = stored_entries.journal(connection)

    rows = records(ties_of(shop.books, journal, shop.books.settlements, ExportOptions()))

    assert [Decimal("12.00"), Decimal("-6.00")] == [row["cogs_entry"] for row in rows]
    assert all(row[left] == row[right] for row in rows for left, right in (*TIES, *COGS_TIES))
