"""Who proposes true-ups from books that another user has changed since proposes what the books hold now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books.true_ups import true_up_history, true_ups
from core.frame_columns import records
from tests.core.books.shops import WHO, Shop, sale

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_accepted_meanwhile_is_not_proposed_again(tmp_path: Path) -> None:
    """A close that was held up between its reading and its writing proposed the same difference a second time."""
    shop = Shop.open(tmp_path, "US")
    shop.bring_in("1", sale("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "5.00"})
    shop.export("1")
    shop.finale_says({("111-1", "CUP"): "6.00"})
    older = shop.books
    shop.accept()

    true_ups.propose_true_ups(shop.database, older, **WHO)

    with shop.database.reading() as connection:
        assert [] == records(true_up_history.pending(connection))
    shop.database.close()
