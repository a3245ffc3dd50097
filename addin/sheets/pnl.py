"""Sheet P&L: profit and loss per item, with the mark beside COGS wherever a cost is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets import tables
from addin.sheets.columns import Column, Kind, TableSpec
from addin.sheets.frames import records_of

if TYPE_CHECKING:
    import pandas as pd
    import xlwings as xw

SPEC = TableSpec(
    sheet="P&L",
    table="tblPnl",
    title="Profit and loss per item, in home currency",
    key=("month", "store", "item"),
    columns=(
        Column("Month", "month", width=10, note="Of the store's own time zone; empty where no months were asked for."),
        Column("Store", "store", width=18),
        Column("Item", "item", width=24, note="SKU; (no item) holds what belongs to none."),
        Column("Description", "description", width=30),
        Column("Units sold", "units_sold", Kind.WHOLE, width=11),
        Column("Units refunded", "units_refunded", Kind.WHOLE, width=15),
        Column("Sales", "sales", Kind.MONEY, note="Without tax."),
        Column("Refunds", "refunds", Kind.MONEY),
        Column("Net sales", "net_sales", Kind.MONEY, note="Sales + refunds."),
        Column("Fees", "fees", Kind.MONEY),
        Column("Advertising", "advertising", Kind.MONEY, width=14),
        Column("Reimbursements", "reimbursements", Kind.MONEY, width=18),
        Column("Other income", "other_income", Kind.MONEY, width=14),
        Column("COGS", "cogs", Kind.MONEY, note="Cost of goods sold less returned; lines without cost are not in it."),
        Column("!", "indicator", width=4, note="● a cost is missing: the profit of this row is too high."),
        Column("Missing", "missing_note", width=44, note="How many units lack a cost, and on which orders."),
        Column("Profit", "profit", Kind.MONEY, note="Net sales + fees + advertising + reimbursements + other − COGS."),
        Column("Margin", "margin", Kind.PERCENT, note="Profit / net sales."),
        Column("ROI", "roi", Kind.PERCENT, note="Profit / COGS."),
        Column("Profit per item", "profit_per_item", Kind.MONEY, width=15),
        Column("Tax", "tax", Kind.MONEY, note="Collected and withheld: no profit."),
        Column("Reserves and transfers", "balance", Kind.MONEY, width=21, note="Own money moved about: no profit."),
        Column("Without rate", "without_rate", Kind.WHOLE, width=13, note="Lines in a currency that has no rate."),
    ),
)


def fill(book: xw.Book, pnl: pd.DataFrame) -> None:
    """Show a profit and loss (`core.reports.profit_and_loss`), in place."""
    tables.update(book, SPEC, records_of(pnl, SPEC))
