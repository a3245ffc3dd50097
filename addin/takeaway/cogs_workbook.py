"""Download COGS Excel: one settlement's cost of goods sold as a workbook of its own, written from data.

See docs/design/workbook-engine.md, Workbooks that people take away.
"""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

from addin.sheets.reports.cogs import sheet_text
from addin.sheets.settlements.settlements import period_text
from addin.sheets.tables.sheet_specs import Kind
from addin.takeaway import audit_log
from addin.takeaway.cogs_lines import COLUMNS, LAST_PRINTED, cogs_rows
from addin.takeaway.look import Look
from addin.takeaway.page import Page, quoted
from addin.takeaway.ties_sheet import TIES_SHEET, tie_address, write_ties
from core.books.entries.exporting import ExportOptions
from core.books.entries.tied_settlements import ties_of
from core.books.settings.calendars import deposit_day
from core.frame_columns import records
from core.model import Event
from core.money import cents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from addin.sheets.desk import View
    from addin.takeaway.page import Figure, Row, TableArea
    from core.books.settlements.booked_settlement import BookedSettlement

TABLE = "tblCOGS"
HEADER_ROW = 15
"""Of the lines, from 0; above it stand the settlement's facts, the sums by type and the tie-outs."""

_BLOCKS_ROW = 3
_FACTS, _TYPES, _TIES = 0, 3, 7
"""First columns of the three blocks."""
_TIE_LEFT, _TIE_RIGHT, _TIE_RESULT = 13, 14, 15


def cogs_workbook(
    view: View, settlement: BookedSettlement, *, values_only: bool, now: datetime, options: ExportOptions | None = None
) -> bytes:
    """Write the COGS workbook of a settlement.

    Args:
        view: The books.
        settlement: Which.
        values_only: The accountant's copy: no formula anywhere, and every saved value on a sheet of its own.
        now: The moment that the file says it was made; the same books and moment make the same bytes.
        options: How its entries are or would be made.

    Returns:
        The workbook: sheets `COGS <id>`, `Ties`, and for the accountant `Audit log`.
    """
    target = BytesIO()
    workbook = Workbook(target, {"in_memory": True})
    look = Look(workbook)
    name = sheet_name(settlement.settlement_id)
    _describe(workbook, settlement, now)
    cogs = Page(workbook, look, name, values_only=values_only)
    ties = Page(workbook, look, TIES_SHEET, values_only=values_only)
    company = view.books.company.name
    made = f"{company} · made {now:%Y-%m-%d %H:%M} UTC"
    table = ties_of(view.books, view.journal, [settlement], options or ExportOptions(zones=view.books.zones))
    ties.title("One settlement, one figure per report", f"{made} · figures that must be equal are checked at the right")
    tied = write_ties(ties, 3, table, checks_too=True)
    ties.print_setup(3, footer=company)
    _write_cogs(cogs, view, settlement, made, (tied, records(table)[0]))
    cogs.print_setup(HEADER_ROW, footer=company, last_column=LAST_PRINTED)
    if values_only:
        _write_audit_log(Page(workbook, look, audit_log.SHEET, values_only=True), view, settlement, made)
    workbook.close()
    return target.getvalue()


def sheet_name(settlement_id: str) -> str:
    """Return the name of a settlement's COGS sheet, without characters that Excel does not allow there."""
    return sheet_text(f"COGS {settlement_id}")


def _describe(workbook: Workbook, settlement: BookedSettlement, now: datetime) -> None:
    workbook.set_properties(
        {
            "title": f"Cost of goods sold of settlement {settlement.settlement_id}",
            "subject": settlement.store,
            "author": "Cogsheet",
            "created": now.replace(tzinfo=None, microsecond=0),
        }
    )


def _write_cogs(page: Page, view: View, settlement: BookedSettlement, made: str, tied: tuple[TableArea, Row]) -> None:
    rows = cogs_rows(view.books, settlement)
    page.title(f"Cost of goods sold · settlement {settlement.settlement_id}", made)
    _write_facts(page, view, settlement)
    if not rows:
        page.text(HEADER_ROW, 0, "No line of this settlement moves goods.", page.look.quiet())
        return
    place = page.table(HEADER_ROW, COLUMNS, rows, TABLE)
    total = _write_types(page, place, rows)
    _write_tie_outs(page, rows, total, tied)


def _write_facts(page: Page, view: View, settlement: BookedSettlement) -> None:
    """Write what is known of the settlement; what is not known has no row."""
    state, synced = view.books.state(settlement), view.books.last_sync
    facts: list[tuple[str, object, Kind]] = [
        ("Settlement", settlement.settlement_id, Kind.TEXT),
        ("Store", settlement.store, Kind.TEXT),
        ("Marketplace", settlement.marketplace, Kind.TEXT),
        ("Period", period_text(settlement, view.books.zones) or None, Kind.TEXT),
        ("Deposited", deposit_day(settlement, view.books.zones), Kind.DATE),
        (f"Total {settlement.currency}", settlement.deposit, Kind.MONEY),
        ("Orders sold", state.orders, Kind.WHOLE),
        ("Status", state.status, Kind.TEXT),
        ("COGS status", state.cogs_status, Kind.TEXT),
        ("COGS posted by", view.books.policies.cogs_posters, Kind.TEXT),
        ("Costs as of", None if synced is None else f"{synced:%Y-%m-%d %H:%M}", Kind.TEXT),
    ]
    page.section(_BLOCKS_ROW - 1, _FACTS, [("Settlement", Kind.TEXT), ("", Kind.TEXT)])
    known = [fact for fact in facts if fact[1] is not None]
    for row, (label, value, kind) in enumerate(known, start=_BLOCKS_ROW):
        page.text(row, _FACTS, label, page.look.quiet())
        page.value(row, _FACTS + 1, value, kind, page.look.cell(kind, align="left"))


def _write_types(page: Page, place: TableArea, rows: Sequence[Row]) -> tuple[str, Decimal]:
    """Write units and COGS by type, and return address and value of the total."""
    names = [("By type", Kind.TEXT), ("Cost units", Kind.WHOLE), ("COGS", Kind.MONEY)]
    page.section(_BLOCKS_ROW - 1, _TYPES, names)
    types = [str(event) for event in Event if any(row["event"] == event for row in rows)]
    last = _BLOCKS_ROW + len(types) - 1
    for row, name in enumerate(types, start=_BLOCKS_ROW):
        page.text(row, _TYPES, name)
        own = [one for one in rows if one["event"] == name]
        for offset, field, header, kind in (
            (1, "cost_quantity", "Cost units", Kind.WHOLE),
            (2, "cogs", "COGS", Kind.MONEY),
        ):
            formula = f"=SUMIFS({place.name}[{header}],{place.name}[Type],$D{row + 1})"
            page.live(row, _TYPES + offset, formula, _sum(own, field), kind)
    page.text(last + 1, _TYPES, "Total", page.look.total(Kind.TEXT))
    form = page.look.total(Kind.WHOLE)
    page.live(last + 1, 4, f"=SUM(E{_BLOCKS_ROW + 1}:E{last + 1})", _sum(rows, "cost_quantity"), Kind.WHOLE, form)
    whole = cents(_sum(rows, "cogs"))
    formula = f"=ROUND(SUM(F{_BLOCKS_ROW + 1}:F{last + 1}),2)"
    return page.live(last + 1, 5, formula, whole, Kind.MONEY, page.look.total(Kind.MONEY)), whole


def _write_tie_outs(page: Page, rows: Sequence[Row], total: tuple[str, Decimal], tied: tuple[TableArea, Row]) -> None:
    """Write the tie-outs: figures of this sheet and of the table of ties that must be equal."""
    headings = [("Tie-outs", Kind.TEXT), *[("", Kind.TEXT)] * 5, ("", Kind.MONEY), ("", Kind.MONEY), ("", Kind.TEXT)]
    page.section(_BLOCKS_ROW - 1, _TIES, headings)
    product = _sum([row | {"exact": _product(row)} for row in rows], "exact")
    ours = f"=ROUND(SUMPRODUCT({TABLE}[Cost units],{TABLE}[Unit cost]),2)"
    counted = f"=ROWS({TABLE}[Type])"
    on_sheet: tuple[str, Figure] = (f"={total[0]}", total[1])
    checks: list[tuple[str, tuple[str, Figure], tuple[str, Figure], Kind]] = [
        ("Lines here = lines of the settlement", (counted, len(rows)), _of_ties(tied, "cogs_lines"), Kind.WHOLE),
        ("Cost units × unit cost = COGS here", (ours, cents(product)), on_sheet, Kind.MONEY),
        ("COGS here = COGS tab", on_sheet, _of_ties(tied, "cogs_tab"), Kind.MONEY),
        ("COGS here = P&L cost", on_sheet, _of_ties(tied, "pnl_cost"), Kind.MONEY),
        ("COGS here = COGS entry", on_sheet, _of_ties(tied, "cogs_entry"), Kind.MONEY),
        ("Lines = deposit", _of_ties(tied, "lines"), _of_ties(tied, "deposit"), Kind.MONEY),
        ("Settlement entry = deposit", _of_ties(tied, "clearing"), _of_ties(tied, "deposit"), Kind.MONEY),
    ]
    for row, (label, left, right, kind) in enumerate(checks, start=_BLOCKS_ROW):
        page.text(row, _TIES, label, page.look.quiet())
        left_cell = page.live(row, _TIE_LEFT, left[0], left[1], kind)
        right_cell = page.live(row, _TIE_RIGHT, right[0], right[1], kind)
        page.check(row, _TIE_RESULT, (left_cell, left[1]), (right_cell, right[1]))


def _of_ties(tied: tuple[TableArea, Row], field: str) -> tuple[str, Figure]:
    """Return the formula that fetches a figure from the table of ties, and the figure; an empty one stays empty."""
    place, row = tied
    cell = f"{quoted(place.sheet)}!{tie_address(place, place.header + 1, field)}"
    return f'=IF(ISBLANK({cell}),"",{cell})', row[field]


def _product(row: Row) -> Decimal | None:
    units, cost = row["cost_quantity"], row["unit_cost"]
    return None if units is None or cost is None else units * cost


def _sum(rows: Sequence[Row], field: str) -> Decimal:
    return sum((Decimal(row[field]) for row in rows if row[field] is not None), Decimal(0))


def _write_audit_log(page: Page, view: View, settlement: BookedSettlement, made: str) -> None:
    rows = audit_log.audit_rows(view, settlement)
    page.title(f"Audit log · settlement {settlement.settlement_id}", f"{made} · every saved value, the oldest first")
    page.table(3, audit_log.COLUMNS, rows, "tblAuditLog")
    page.sheet.freeze_panes(4, 0)
    page.print_setup(3, footer=view.books.company.name)
