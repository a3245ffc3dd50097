"""The shop of the tests loads its books once, and again when anybody has written to their file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.core.books.shops import Shop, sale

if TYPE_CHECKING:
    from pathlib import Path


def test_a_shop_sees_what_cogsheet_and_what_another_program_wrote(tmp_path: Path) -> None:
    """Books that nobody has written to are the same ones; a writing of either is seen at the next question."""
    shop = Shop.open(tmp_path)
    with shop.database:
        before = shop.books
        assert shop.books is before
        shop.bring_in("1", sale("A", "MUG"))
        brought_in = shop.books
        assert ["MUG"] == list(brought_in.lines["sku"])
        with closing(sqlite3.connect(shop.database.location)) as other:
            other.execute("UPDATE \"transaction\" SET sku = 'CUP'")
            other.commit()
        assert ["CUP"] == list(shop.books.lines["sku"])
