"""Sheet Today is filled at the end of every press, of what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin.commands.setup.new import write_workbook
from addin.commands.today import refresh_today
from addin.sheets.settlements.settlements import fill_settlements
from addin.sheets.settlements.today import (
    ALL_DONE,
    FIRST_SENTENCE,
    TODAY_SPEC,
    failed_connections,
    note_connections,
)
from addin.sheets.tables import tables
from core.books.settings import stored_settings
from core.books.settlements.to_do import FailedConnection, Need
from core.model import Marketplace
from core.settings import STORES_NAME, StoreConnection
from tests.core.books.examples import NOW
from tests.core.books.shops import Shop, sale
from workbook_engine import workbook

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

    from addin.sheets.tables.tables import Record


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Return a shop whose workbook is Books.xlsm, filled before anything is in the books."""
    made = Shop.open(tmp_path)
    write_workbook(tmp_path / "Books.xlsm", made.database)
    return made


def rows(book: xw.Book) -> list[Record]:
    return tables.read(tables.find(book, TODAY_SPEC), TODAY_SPEC)


def sentence(book: xw.Book) -> object:
    return book.sheets["Today"].range("A2").value


def connect(shop: Shop, *stores: str) -> None:
    """Let these stores be the connected ones."""
    connections = {name: StoreConnection(marketplace=Marketplace.AMAZON) for name in stores}
    with shop.database.writing() as connection:
        stored_settings.put(connection, STORES_NAME, connections, who="M. Lee", now=NOW)


@pytest.mark.long
def test_it_follows_the_books_from_a_welcome_to_all_done(shop: Shop, tmp_path: Path) -> None:
    """A new thing stands in its order, with the link to its sheet or to the row of its settlement."""
    with workbook(tmp_path / "Books.xlsm") as book:
        assert (FIRST_SENTENCE, []) == (sentence(book), rows(book))
        shop.bring_in("3", sale("111-3", "MUG"))
        shop.finale_says({("111-3", "MUG"): "4.00"})
        refresh_today(book, shop.database)
        (ready,) = rows(book)
        assert (Need.READY, "3", 10, "USD") == tuple(
            ready[name] for name in ("need", "settlement_id", "money", "currency")
        )
        shop.bring_in("2", sale("111-2", "MUG"))
        fill_settlements(book, shop.books)
        refresh_today(book, shop.database)
        assert [Need.MISSING_COSTS, Need.READY] == [row["need"] for row in rows(book)]
        links = tables.find(book, TODAY_SPEC).column_cells("link", 0, 2).formula
        assert ["#'Resolve'!A1" in links[0][0], "tblSettlements[Settlement ID]" in links[1][0]] == [True, True]
        shop.finale_says({("111-2", "MUG"): "4.00"})
        shop.export("2", "3")
        refresh_today(book, shop.database)
        assert (ALL_DONE, []) == (sentence(book), rows(book))


def test_stores_that_failed_are_known_until_they_answer(shop: Shop, tmp_path: Path) -> None:
    """One that is not connected any more is told no more, and forgotten once all are asked."""
    connect(shop, "US", "CA")
    with workbook(tmp_path / "Books.xlsm") as book:
        note_connections(book, {"US": "The key was refused. Connect again.", "CA": ""}, all_of_them=False)
        refresh_today(book, shop.database)
        assert [("US", "The key was refused.")] == [(row["store"], row["next_step"]) for row in rows(book)]
        connect(shop, "CA")
        refresh_today(book, shop.database)
        assert [] == rows(book)
        note_connections(book, {"CA": "No answer."}, all_of_them=False)
        assert ["CA", "US"] == [one.name for one in failed_connections(book)]
        note_connections(book, {"CA": "No answer."}, all_of_them=True)
        assert [FailedConnection("CA", "No answer.")] == failed_connections(book)
