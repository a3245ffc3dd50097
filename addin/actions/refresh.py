"""Bring the sheets that show figures of the books up to date, each in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.cost_file import publish
from addin.sheets import cogs, costs, settlements, setup, transactions

if TYPE_CHECKING:
    import xlwings as xw

    from addin.desk import Desk
    from core.settlements.books import Books


def refresh(desk: Desk, books: Books, *, transactions_too: bool = True) -> None:
    """Let the worksheet functions answer from these books, and refresh the sheets that show them."""
    publish(books, desk.machine)
    fill(desk.book, books, transactions_too=transactions_too)


def fill(book: xw.Book, books: Books, *, transactions_too: bool = True) -> None:
    """Refresh Setup, Settlements, Costs, the COGS tabs that are there, and the settlements open on Transactions."""
    setup.fill(book, books)
    settlements.fill(book, books)
    costs.fill(book, books)
    cogs.refresh(book, books)
    if transactions_too:
        shown = transactions.settlements_shown(book)
        open_ones = [s for s in books.settlements if (s.store, s.settlement_id) in shown]
        if open_ones:
            transactions.fill(book, books.lines_of_all(open_ones))
