"""Two workbooks of the same books: what one says of a row stays, whatever another cell of it the other one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.two_workbooks import (
    GOODS,
    LOCK,
    NAME,
    OPENING,
    ZONE,
    copy_of,
    in_books,
    put,
    shown,
    with_opening_cost,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story
    from tests.end_to_end.two_workbooks import Cell

NUMBER: Cell = (*NAME[:2], "Number")
AS_OF: Cell = (*OPENING[:2], "As of")
PRODUCT: Cell = ("SKU mapping", {"SKU": "A"}, "Your product")
UNITS: Cell = ("SKU mapping", {"SKU": "A"}, "Your units")
RATE: Cell = ("Exchange rates", {"Currency": "EUR"}, "Rate")


@pytest.fixture
def story(story: Story, tmp_path: Path) -> Story:
    """Return books with one sale of SKU A, whose opening cost is 30."""
    return with_opening_cost(story, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(
    ("theirs", "said", "ours", "typed"),
    [(NAME, "Returns", NUMBER, "4100"), (NUMBER, "4100", NAME, "Returns"), (OPENING, 32, AS_OF, "2026-08-31")],
)
def test_one_cell_of_a_row_takes_no_other_cell_back(
    story: Story, theirs: Cell, said: object, ours: Cell, typed: object
) -> None:
    """The number of an account, typed where its name was shown as before, took the colleague's name back."""
    colleague = copy_of(story, "Colleague.xlsm")
    put(colleague, theirs, said)
    colleague.book.run("verify")
    put(story, ours, typed)
    story.book.run("verify")

    assert (said, typed) == (in_books(story, theirs), in_books(story, ours))
    assert (said, typed) == (in_books(colleague, theirs), in_books(colleague, ours))


@pytest.mark.long
@pytest.mark.parametrize(
    ("cell", "said", "typed"),
    [
        (OPENING, 32, 33),
        (ZONE, "Europe/Paris", "Europe/Berlin"),
        (LOCK, "2026-07-31", "2026-06-30"),
        (GOODS, "Unsellable", "Not returned"),
        (NAME, "Returns", "Sales returns"),
        (RATE, 1.2, 1.3),
    ],
)
def test_a_cell_that_both_type_is_refused_to_the_second_with_both_values(
    story: Story, cell: Cell, said: object, typed: object
) -> None:
    """Nothing is overwritten unseen; with the colleague's value in the cell the next one typed is taken."""
    if cell == RATE:
        put(
            story,
            ("Exchange rates", {"Currency": None, "Date": None}, "Rate"),
            1.1,
            {"Currency": "EUR", "Date": "2026-09-01"},
        )
        story.book.run("verify")
    colleague = copy_of(story, "Colleague.xlsm")
    put(colleague, cell, said)
    colleague.book.run("verify")
    was = shown(story, cell) or "nothing"
    put(story, cell, typed)
    refused = story.book.run("verify")

    words = f"holds {typed} and was filled with {was}, but the books hold {said} since: write {said} there"
    assert (2, True, said) == (refused.status, words in " ".join(refused.error.split()), in_books(colleague, cell))
    put(story, cell, said)
    story.book.run("verify")
    put(story, cell, typed)
    story.book.run("verify")
    assert (typed, typed) == (in_books(story, cell), in_books(colleague, cell))


@pytest.mark.long
def test_units_are_of_the_product_that_was_seen(story: Story) -> None:
    """Six units typed beside CUP are none of the BOWL that a colleague wrote there meanwhile."""
    put(story, PRODUCT, "CUP", {"SKU": "A"})
    story.book.run("verify")
    colleague = copy_of(story, "Colleague.xlsm")
    put(colleague, PRODUCT, "BOWL")
    colleague.book.run("verify")
    put(story, UNITS, "6")
    refused = story.book.run("verify")

    assert 2 == refused.status
    assert "but the books hold BOWL since" in " ".join(refused.error.split())
    assert ("BOWL", "1") == (in_books(colleague, PRODUCT), in_books(colleague, UNITS))
