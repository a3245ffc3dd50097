"""Which sheets a Cogsheet workbook has, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets import (
    accounts,
    changes,
    cogs,
    costs,
    history,
    journal,
    opening_costs,
    pnl,
    pnl_summary,
    rates,
    resolve,
    settlements,
    setup,
    sku_mapping,
    stores,
    tables,
    transactions,
    true_ups,
    types,
)

if TYPE_CHECKING:
    import xlwings as xw

SPECS = (
    setup.SPEC,
    settlements.SPEC,
    transactions.SPEC,
    resolve.SPEC,
    costs.SPEC,
    sku_mapping.SPEC,
    opening_costs.SPEC,
    changes.SPEC,
    pnl.SPEC,
    pnl_summary.SPEC,
    journal.SPEC,
    true_ups.SPEC,
    history.SPEC,
    accounts.SPEC,
    types.SPEC,
    stores.SPEC,
    rates.SPEC,
    cogs.SPEC,
)
"""Every sheet with a table, in the order of the tabs; the last is the hidden one that COGS tabs are copied from."""


def check(book: xw.Book) -> None:
    """See that every table is there with its columns, before anything is done to the books.

    Raises:
        WorkbookError: If one is not.
    """
    for spec in SPECS:
        tables.find(book, spec)
