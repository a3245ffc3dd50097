"""Which sheets a Cogsheet workbook has, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets import cogs, costs, resolve, settlements, setup, tables, transactions

if TYPE_CHECKING:
    import xlwings as xw

SPECS = (setup.SPEC, settlements.SPEC, transactions.SPEC, resolve.SPEC, costs.SPEC, cogs.SPEC)


def check(book: xw.Book) -> None:
    """See that every table is there with its columns, before anything is done to the books.

    Raises:
        WorkbookError: If one is not.
    """
    for spec in SPECS:
        tables.find(book, spec)
