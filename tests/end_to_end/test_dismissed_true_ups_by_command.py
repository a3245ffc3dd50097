"""What was dismissed is taken up again, by number and on the sheet."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import DemoBook, table
from tests.end_to_end.shop_of_entries import balances, shop_of_two_stores

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.books.shops import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with two stores that have a settlement 1 each, and its workbook beside the database."""
    with shop_of_two_stores(tmp_path) as made:
        yield made


@pytest.fixture
def book(shop: Shop, tmp_path: Path) -> DemoBook:
    assert shop.database
    return DemoBook(tmp_path / "Books.xlsm")


@pytest.mark.long
def test_what_is_dismissed_is_taken_up_again_by_number(shop: Shop, book: DemoBook) -> None:
    """The command says which are dismissed; taken up, they are proposed and can be posted."""
    book.run("export", "US/1", "--format", "quickbooks")
    shop.finale_says(CUP="8.00")
    pending = book.run("trueups", "--json").data["pending"]
    dismissed = book.run("trueups", *(f"--dismiss={number}" for number in pending), "--reason", "small", "--json").data

    taken = book.run("trueups", f"--take-up={dismissed['dismissed'][0]}", "--reason", "not small", "--json").data
    posted = book.run("trueups", *(f"--accept={number}" for number in taken["pending"]), "--json").data

    assert (pending, []) == (dismissed["dismissed"], dismissed["pending"])
    assert (pending, 1) == (taken["taken_up"], len(taken["pending"]))
    assert {"Damaged and Lost Inventory": Decimal("3.00"), "Inventory Asset": Decimal("-3.00")} == balances(
        *posted["files"]
    )
    assert 2 == book.run("trueups", "--take-up=4711").status


def decide(book: DemoBook, *cells: tuple[str, str]) -> None:
    """Type decision and reason into the rows of sheet Cost true-ups, from the first on."""
    opened = book.open()
    proposals = table(opened, "Cost true-ups")
    for place, (decision, reason) in enumerate(cells):
        proposals.cell(place, "Decision").value = decision
        proposals.cell(place, "Reason").value = reason
    opened.save(book.path)


def on_sheet(book: DemoBook) -> list[tuple[object, ...]]:
    rows = book.table("Cost true-ups").rows
    names = ("Size", "Decision", "Reason", "Difference")
    return [tuple(row[name] for name in names) for row in rows if row["Key"]]


def dismissed_loss(shop: Shop, book: DemoBook) -> None:
    """Export a loss of 3 at 7.00, let it cost 8.00, and dismiss the difference on the sheet."""
    book.run("export", "US/1", "--format", "quickbooks")
    shop.finale_says(CUP="8.00")
    book.run("trueups")
    decide(book, ("dismiss", "small"))
    assert 0 == book.run("trueups").status


@pytest.mark.long
def test_what_is_dismissed_stands_on_the_sheet_and_is_taken_up_by_its_cell(shop: Shop, book: DemoBook) -> None:
    """Dismissed with its reason; `take up` beside it proposes it again, and then it is accepted like any other."""
    dismissed_loss(shop, book)
    assert [("dismissed", None, "small", 3)] == on_sheet(book)
    book.run("sync", "--json")
    assert [("dismissed", None, "small", 3)] == on_sheet(book), "whatever refreshes the sheet"

    decide(book, ("take up", "the auditor wants it"))
    taken = book.run("trueups", "--json").data
    assert ([], 1) == (taken["dismissed"], len(taken["pending"]))
    assert [(None, None, None, 3)] == on_sheet(book)
    decide(book, ("accept", ""))
    posted = book.run("trueups", "--json").data

    assert {"Damaged and Lost Inventory": Decimal("3.00"), "Inventory Asset": Decimal("-3.00")} == balances(
        *posted["files"]
    )
    assert [] == on_sheet(book)


@pytest.mark.long
@pytest.mark.parametrize("decision", ["accept", "dismiss"])
def test_a_dismissed_true_up_is_decided_only_once_it_is_taken_up(shop: Shop, book: DemoBook, decision: str) -> None:
    """The message says so; nothing is decided, and what was typed stays."""
    dismissed_loss(shop, book)
    decide(book, (decision, "after all"))

    refused = book.run("trueups")

    assert (2, True) == (refused.status, "Choose take up in column Decision" in refused.error)
    assert [("dismissed", decision, "after all", 3)] == on_sheet(book)


@pytest.mark.long
def test_a_proposal_that_is_not_dismissed_cannot_be_taken_up(shop: Shop, book: DemoBook) -> None:
    """And a sale with its refund is taken up as one, whichever of the rows says it."""
    dismissed_loss(shop, book)
    shop.finale_says({("111-1", "CUP"): "6.00", ("222-1", "CUP"): "5.00"}, CUP="8.00")
    book.run("trueups")
    decide(book, *[("take up", "")] * 3)
    assert 2 == book.run("trueups").status
    decide(book, ("", ""), *[("dismiss", "small")] * 2)
    book.run("trueups")
    assert ["dismissed"] * 3 == [row[0] for row in on_sheet(book)]
    decide(book, *[("take up", "")] * 3)
    taken = book.run("trueups", "--json").data
    assert (3, 3, []) == (len(taken["taken_up"]), len(taken["pending"]), taken["dismissed"])
