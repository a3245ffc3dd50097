"""What the sheets of profit and loss are made of is named by what it says, not by how it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin.sheets.reports.pnl_age import note_of
from core.books.loading import load_books
from tests.core.books.shops import Shop, sale

if TYPE_CHECKING:
    from pathlib import Path

ORDER = ("111-1", "CUP")


@pytest.mark.long
def test_a_true_up_that_is_posted_again_as_it_was_is_the_same(tmp_path: Path) -> None:
    """A settlement was reopened, and the same entries and true-up went out: the sheets stayed marked for good."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP", 3))
    notes = []
    for cost in ("2.50", "2.50", "2.75"):
        shop.finale_says({ORDER: "2.00"})
        shop.export("1")
        shop.finale_says({ORDER: cost})
        shop.accept()
        notes.append(note_of(load_books(shop.database)))
        shop.reopen("1")
        notes.append(note_of(load_books(shop.database)))

    again, reopened, other = notes[2], notes[1], notes[4]
    assert notes[0] == again
    assert len({again, reopened, other}) == len(("again", "reopened", "other"))
