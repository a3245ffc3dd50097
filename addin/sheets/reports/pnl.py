"""Sheet P&L: profit and loss per item, the mark beside COGS wherever a cost is missing, and what it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.cells import CellRefusal, plain_text, read_cell, to_cell, typed_values
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec, records_of
from core.errors import WorkbookError, briefly
from core.reports.basis import Basis
from core.reports.costed_lines import SUM_MARKS
from core.reports.pnl_summary import ITEMS_SHOWN, MONTHS_SHOWN, ChartBars
from core.reports.profit_and_loss import with_unknown_costs_blank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    import pandas as pd
    import xlwings as xw

PNL_SPEC = TableSpec(
    sheet="P&L",
    table="tblPnl",
    title="Profit and loss per item, in home currency",
    key=("month", "store", "item"),
    header_row=10,
    printed_to="profit_per_item",
    columns=(
        Column("Month", "month", width=14, note="Of the store's own time zone; empty where no months were asked for."),
        Column("Store", "store", width=18),
        Column("Item", "item", width=38, note="SKU; (no item) holds what belongs to none, such as storage."),
        Column("Go to", "link", Kind.LINK, width=8, note="The item's rows on its COGS tab, or on sheet Transactions."),
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
        Column("!", "indicator", width=4, note=SUM_MARKS),
        Column("Profit", "profit", Kind.MONEY, note="Net sales + fees + advertising + reimbursements + other − COGS."),
        Column("Margin", "margin", Kind.PERCENT, note="Profit / net sales; blank where those are not above 0."),
        Column("ROI", "roi", Kind.PERCENT, note="Profit / COGS; blank where that is not above 0."),
        Column("Profit per item", "profit_per_item", Kind.MONEY, width=15),
        Column("Missing", "missing_note", width=44, note="What lacks a cost, on which orders; what has no rate."),
        Column("Tax", "tax", Kind.MONEY, note="Collected and withheld: not profit."),
        Column(
            "Reserves and transfers",
            "balance",
            Kind.MONEY,
            width=21,
            note="Your own money moved between accounts: not profit.",
        ),
        Column("Without rate", "without_rate", Kind.WHOLE, width=13, note="Lines in a currency that has no rate."),
        Column(
            "Without date",
            "without_date",
            Kind.WHOLE,
            width=13,
            note="Sales counted on their posted day, because the order or ship date is not known.",
        ),
        Column("Key", "line", hidden=True),
    ),
)
ALL, YES, NO = "all", "yes", "no"
_KEPT_SHARE = 0.5
"""Where fewer rows than that are the same as before, something else was asked, and the order begins anew."""
ASK_ROW = 3
"""Row of the first label in column A; the answer stands beside it in column B."""
ASK_LABELS = ("Counted by", "From", "To", "Store", "By month", "Stores together")
_YES_OR_NO = ("By month", "Stores together")


class PnlCellError(WorkbookError):
    """A cell above the table cannot be understood."""

    def __init__(self, sheet: str, cell: str, text: str, wanted: str) -> None:
        super().__init__(
            f"Sheet {sheet}, cell {cell}: “{briefly(text)}” cannot be understood. {wanted} Nothing was written; "
            f"correct it and try again."
        )


@dataclass(frozen=True, slots=True)
class PnlOptions:
    """What a profit and loss is to show."""

    basis: Basis = Basis.POSTED
    first_day: date | None = None
    last_day: date | None = None
    stores: tuple[str, ...] = ()
    """Only these; all if empty."""
    by_month: bool = False
    together: bool = False
    """One row per item for all stores, not one per store."""


def fill_pnl(book: xw.Book, pnl: pd.DataFrame) -> None:
    """Show a profit and loss (`core.reports.profit_and_loss`), in place."""
    tables.update_report(book, PNL_SPEC, records_of(with_unknown_costs_blank(pnl), PNL_SPEC), keep=_KEPT_SHARE)


def write_head(book: xw.Book, options: PnlOptions, message: str) -> None:
    """Write what was asked for above the table, and what must be known of the answer below the title."""
    sheet = tables.find(book, PNL_SPEC).sheet
    sheet.range((2, 1)).value = message
    answers = (
        str(options.basis),
        "" if options.first_day is None else options.first_day.isoformat(),
        "" if options.last_day is None else options.last_day.isoformat(),
        ", ".join(options.stores) or ALL,
        YES if options.by_month else NO,
        YES if options.together else NO,
    )
    cells = sheet.range((ASK_ROW, 2), (ASK_ROW + len(answers) - 1, 2))
    cells.number_format = "@"
    cells.value = [[answer] for answer in answers]


def read_options(book: xw.Book) -> PnlOptions:
    """Read what the cells above the table ask for.

    Raises:
        PnlCellError: If one cannot be understood.
    """
    sheet = tables.find(book, PNL_SPEC).sheet
    cells = typed_values(sheet.range((ASK_ROW, 2), (ASK_ROW + len(ASK_LABELS) - 1, 2)))
    texts = {label: _text(str(sheet.name), label, value) for label, value in zip(ASK_LABELS, cells, strict=True)}
    stores = texts["Store"]
    return PnlOptions(
        basis=_basis(str(sheet.name), texts),
        first_day=_day(str(sheet.name), texts, "From"),
        last_day=_day(str(sheet.name), texts, "To"),
        stores=() if stores.lower() in ("", ALL) else tuple(name.strip() for name in stores.split(",")),
        by_month=texts["By month"].lower() == YES,
        together=texts["Stores together"].lower() == YES,
    )


def _text(sheet: str, label: str, value: object) -> str:
    """Return what a cell asks for as text; a real date as 2026-08-31, TRUE as yes."""
    choices = (YES, NO) if label in _YES_OR_NO else ()
    read = read_cell(value, Column(label, label, takes_dates=True, choices=choices))
    if isinstance(read, CellRefusal):
        raise PnlCellError(sheet, _cell(label), plain_text(value), f"It {read}.")
    return plain_text(read)


def _cell(label: str) -> str:
    return f"B{ASK_ROW + ASK_LABELS.index(label)}"


def _basis(sheet: str, texts: Mapping[str, str]) -> Basis:
    text = texts["Counted by"].lower() or Basis.POSTED
    if text not in list(Basis):
        raise PnlCellError(sheet, _cell("Counted by"), text, f"Choose one of: {', '.join(Basis)}.")
    return Basis(text)


def _day(sheet: str, texts: Mapping[str, str], label: str) -> date | None:
    try:
        return date.fromisoformat(texts[label]) if texts[label] else None
    except ValueError as error:
        raise PnlCellError(sheet, _cell(label), texts[label], "A date is written 2026-08-31.") from error


PNL_SUMMARY_SPEC = TableSpec(
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


def fill_pnl_summary(book: xw.Book, summary: pd.DataFrame, charts: ChartBars, messages: tuple[str, str]) -> None:
    """Show a summary (`core.reports.pnl_summary`), the figures of its charts and two lines above, in place."""
    tables.update_report(
        book, PNL_SUMMARY_SPEC, records_of(with_unknown_costs_blank(summary), PNL_SUMMARY_SPEC), keep=1
    )
    tables.find(book, PNL_SUMMARY_SPEC).sheet.range((2, 1), (3, 1)).value = [[message or None] for message in messages]
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
