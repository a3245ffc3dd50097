"""Sheet P&L summary: profit and loss by month and store with totals, below three charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets import tables
from addin.sheets.cells import to_cell
from addin.sheets.columns import Column, Kind, TableSpec
from addin.sheets.frames import records_of
from core.reports.costed_lines import SUM_MARKS
from core.reports.pnl_summary import ITEMS_SHOWN, MONTHS_SHOWN
from core.reports.profit_and_loss import with_unknown_costs_blank

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    import pandas as pd
    import xlwings as xw

    from core.reports.pnl_summary import Charted

SPEC = TableSpec(
    sheet="P&L summary",
    table="tblPnlSummary",
    title="Profit and loss by month and store, in home currency",
    key=("month", "store"),
    header_row=23,
    frozen=False,
    printed_to="profit_per_item",
    columns=(
        Column("Month", "month", width=12, note="All: the totals, which tie to the settlements to the cent."),
        Column("Store", "store", width=22),
        Column("Units sold", "units_sold", Kind.WHOLE, width=11),
        Column("Units refunded", "units_refunded", Kind.WHOLE, width=15),
        Column("Sales", "sales", Kind.MONEY, width=14, note="Without tax."),
        Column("Refunds", "refunds", Kind.MONEY, width=14),
        Column("Net sales", "net_sales", Kind.MONEY, width=14),
        Column("Fees", "fees", Kind.MONEY, width=14),
        Column("Advertising", "advertising", Kind.MONEY, width=14),
        Column("Reimbursements", "reimbursements", Kind.MONEY, width=18),
        Column("Other income", "other_income", Kind.MONEY, width=14),
        Column("COGS", "cogs", Kind.MONEY, width=14),
        Column("!", "indicator", width=4, note=SUM_MARKS),
        Column("Profit", "profit", Kind.MONEY, width=14),
        Column("Margin", "margin", Kind.PERCENT),
        Column("ROI", "roi", Kind.PERCENT),
        Column("Profit per item", "profit_per_item", Kind.MONEY, width=15),
        Column("Tax", "tax", Kind.MONEY),
        Column("Reserves and transfers", "balance", Kind.MONEY, width=21),
        Column("Without rate", "without_rate", Kind.WHOLE, width=13),
        Column("Without date", "without_date", Kind.WHOLE, width=13),
        Column("Missing", "missing_note", width=44),
    ),
)

CHART_SHEET = "_cogsheet_charts"
"""Very hidden: the figures of the charts, in blocks of a fixed size, so that the charts need not be changed."""
FIRST_ROW = 2
BLOCKS = (("months", 1, MONTHS_SHOWN), ("top", 4, ITEMS_SHOWN), ("bottom", 7, ITEMS_SHOWN))
"""Name, column of the names (the figures stand in the next) and number of rows."""


def fill(book: xw.Book, summary: pd.DataFrame, charts: Charted, message: str) -> None:
    """Show a summary (`core.reports.pnl_summary`) and the figures of its charts, in place."""
    tables.update_report(book, SPEC, records_of(with_unknown_costs_blank(summary), SPEC), keep=1)
    tables.find(book, SPEC).sheet.range((2, 1)).value = message
    sheet = book.sheets[CHART_SHEET]
    for name, column, rows in BLOCKS:
        _write_block(sheet, column, rows, getattr(charts, name))


def _write_block(sheet: xw.Sheet, column: int, rows: int, bars: Sequence[tuple[str, Decimal | None]]) -> None:
    """Write names and figures; rows that are left over are emptied."""
    padded = [*bars, *[(None, None)] * (rows - len(bars))]
    last = FIRST_ROW + rows - 1
    names = sheet.range((FIRST_ROW, column), (last, column))
    names.number_format = "@"  # an item called 00123 keeps its name
    names.value = [[name] for name, _ in padded]
    figures = [[to_cell(figure, Kind.MONEY)] for _, figure in padded]
    sheet.range((FIRST_ROW, column + 1), (last, column + 1)).value = figures
