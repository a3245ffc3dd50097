"""The figures of every report about a settlement, and the sheet that carries them with the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables.sheet_specs import Column, Kind
from addin.takeaway.look import ACCENT
from addin.takeaway.page import Page, Row, TableArea, column_letter
from core.books.entries.exporting import ExportOptions, make_entries
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.frame_columns import records
from core.journal.cogs_entry import COST_TYPES
from core.journal.entry import COGS_KINDS, EntryKind
from core.line_types import LineType
from core.money import total
from core.reports.ties import PostedFigures, TiedSettlement, table_of_ties

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    import pandas as pd

    from addin.sheets.desk import View

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
CHECKS = (("lines", "deposit"), ("profit_and_loss", "lines"), ("clearing", "lines"))
"""Figures in the settlement's currency that must be equal."""
COGS_CHECKS = (("pnl_cost", "cogs_tab"), ("cogs_entry", "cogs_tab"))
"""Figures in home currency that must be equal."""


def ties_of(view: View, settlements: Iterable[BookedSettlement], options: ExportOptions) -> pd.DataFrame:
    """Return the table of ties (TIES_COLUMNS) of these settlements, one row each."""
    books = view.books
    tied = [_tied(view, one, options) for one in settlements]
    return table_of_ties(tied, books.company.home_currency)


def _tied(view: View, one: BookedSettlement, options: ExportOptions) -> TiedSettlement:
    """Return what is tied; the deposit of a settlement that books start splits is not that of its lines here."""
    lines = view.books.lines_of(one)
    counted = view.books.counted(lines)
    deposit = one.total if len(counted) == len(lines) else None
    return TiedSettlement(one.store, one.settlement_id, one.currency, deposit, counted, _posted(view, one, options))


def _posted(view: View, settlement: BookedSettlement, options: ExportOptions) -> PostedFigures:
    """Return what the entries post: as they were exported, or as they would go out now."""
    clearing, of_settlement = _amount(view, settlement, EntryKind.SETTLEMENT, (LineType.CLEARING,), options)
    cogs, of_cogs = _amount(view, settlement, EntryKind.COGS, COST_TYPES, options)
    return PostedFigures(clearing, cogs, f"settlement {of_settlement}, COGS {of_cogs}")


def _amount(
    view: View, settlement: BookedSettlement, kind: EntryKind, types: Sequence[LineType], options: ExportOptions
) -> tuple[Decimal | None, str]:
    status = settlement.settlement_entry if kind is EntryKind.SETTLEMENT else settlement.cogs_entry
    if status is EntryStatus.EXPORTED:
        return _exported(view.journal, settlement, kind, types), "exported"
    if status is EntryStatus.POSTED_ELSEWHERE:
        return None, "posted elsewhere"
    counts = view.books.state(settlement).counts
    if kind is EntryKind.COGS and counts.covered < counts.needed:
        return None, "waits for costs"
    made = make_entries(view.books, settlement, kind, options)
    return total(line.amount for entry in made for line in entry.lines if line.type in types), "not exported"


def _exported(
    journal: pd.DataFrame, settlement: BookedSettlement, kind: EntryKind, types: Sequence[LineType]
) -> Decimal:
    """Return what the newest revision of an exported entry posted."""
    of_kind = journal[
        (journal["store"] == settlement.store)
        & (journal["settlement_id"] == settlement.settlement_id)
        & journal["kind"].isin([str(one) for one in (COGS_KINDS if kind in COGS_KINDS else (kind,))])
    ]
    newest = of_kind[of_kind["revision"] == of_kind["revision"].max()]
    return total(newest.loc[newest["memo"].isin([str(one) for one in types]), "amount"])


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
    for offset, (left, right) in enumerate((*CHECKS, *COGS_CHECKS)):
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
