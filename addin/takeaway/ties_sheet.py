"""The sheet that carries the figures of every report about a settlement with the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables.sheet_specs import Column, Kind
from addin.takeaway.look import ACCENT
from addin.takeaway.page import Page, Row, TableArea, column_letter
from core.frame_columns import records
from core.reports.ties import COGS_TIES, TIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


TIES_SHEET = "Ties"
COLUMNS = (
    Column("Store", "store", width=16),
    Column("Settlement ID", "settlement_id", width=16),
    Column("Currency", "currency", width=11),
    Column("Deposit", "deposit", Kind.MONEY, width=13, note="The marketplace's own total."),
    Column("Lines", "lines", Kind.MONEY, width=13, note="Sum of the settlement's lines."),
    Column("P&L", "profit_and_loss", Kind.MONEY, width=13, note="Profit before COGS, with tax and balance moves."),
    Column("Clearing", "clearing", Kind.MONEY, width=13, note="What the settlement entry posts to clearing."),
    Column("COGS currency", "home_currency", width=16),
    Column("COGS lines", "cogs_lines", Kind.WHOLE, width=13, note="Lines that have or need a cost."),
    Column("COGS tab", "cogs_tab", Kind.MONEY, width=13, note="Sum of the lines' COGS, rounded once."),
    Column("P&L cost", "pnl_cost", Kind.MONEY, width=13, note="COGS of the profit and loss."),
    Column("COGS entry", "cogs_entry", Kind.MONEY, width=14, note="Empty while costs are missing."),
    Column("Entries", "entries", width=44),
)


def write_ties(page: Page, header_row: int, table: pd.DataFrame, *, checks_too: bool) -> TableArea:
    """Write the table of ties.

    Args:
        page: Where.
        header_row: From 0.
        table: TIES_COLUMNS, at least one row.
        checks_too: Whether a live check of every row stands to the right of the table.
    """
    rows: list[Row] = records(table)
    place = page.table(header_row, COLUMNS, rows, "tblTies")
    if checks_too:
        _write_checks(page, place, rows)
    return place


def _write_checks(page: Page, place: TableArea, rows: Sequence[Row]) -> None:
    first = len(COLUMNS) + 1
    headers = {column.field: column.header for column in COLUMNS}
    page.sheet.set_column(first - 1, first - 1, 2)
    for offset, (left, right) in enumerate((*TIES, *COGS_TIES)):
        column = first + offset
        page.sheet.set_column(column, column, 15)
        form = page.look.format(bold=True, text_wrap=True, align="center", bottom=1, bottom_color=ACCENT)
        page.text(place.header, column, f"{headers[left]} = {headers[right]}", form)
        for number, row in enumerate(rows, start=place.header + 1):
            pair = [(tie_address(place, number, field), row[field]) for field in (left, right)]
            page.check(number, column, pair[0], pair[1])


def tie_address(place: TableArea, row: int, field: str) -> str:
    """Return the address of a cell of a table on its own sheet."""
    return f"${column_letter(place.columns[field])}${row + 1}"
