"""The accountant's pack of a month that is closed: one workbook, written from data (docs/design/journal.md)."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

from addin.takeaway.close_pack.close_blocks import Sum, block, entries_block, sides
from addin.takeaway.close_pack.close_columns import (
    ACCRUED,
    BALANCES,
    ESTIMATES,
    JOURNAL,
    LEFT,
    LEFT_BY_MONTH,
    NOT_EXPORTED,
    OTHER_MONTHS,
    OUTSTANDING,
    PNL,
    PNL_SUMS,
    TRUE_UPS,
    WITHOUT_COST,
)
from addin.takeaway.close_pack.close_summary import write_summary
from addin.takeaway.look import QUIET, Look
from addin.takeaway.page import MARKS, Page
from addin.takeaway.ties_sheet import write_ties
from core.frame_columns import records
from core.journal.entry import POSTED_BY_FINALE
from core.reports.costed_lines import SUM_MARKS, with_marks, with_units
from core.reports.profit_and_loss import with_unknown_costs_blank

if TYPE_CHECKING:
    from datetime import datetime

    from addin.sheets.desk import View
    from addin.takeaway.close_pack.close_blocks import Sides
    from addin.takeaway.close_pack.close_figures import ClosingFigures
    from core.journal.clearing import Outstanding

SHEETS = ("Summary", "Accrual", "Balances", "Open items", "P&L", "Journal", "Tie-outs")

_FIRST_ROW = 3
_POSTED_BY_FINALE = {column.field: {"font_color": QUIET, "italic": True} for column in JOURNAL}


def write_pack(view: View, figures: ClosingFigures, now: datetime) -> bytes:
    """Write figures that were collected before."""
    target = BytesIO()
    workbook = Workbook(target, {"in_memory": True})
    look = Look(workbook)
    company, month = view.books.company.name, figures.month
    title = f"{month.first_day:%B %Y}"
    workbook.set_properties(
        {"title": f"Month-end {month}", "author": "Cogsheet", "created": now.replace(tzinfo=None, microsecond=0)}
    )
    pages = {name: Page(workbook, look, name) for name in SHEETS}
    entries = {
        "Accrual": _accrual(pages["Accrual"], figures),
        "Journal of the month": _journal(pages["Journal"], figures),
    }
    sums = {
        "balances": _balances(pages["Balances"], figures),
        "open": _open_items(pages["Open items"], figures),
        "pnl": _profit_and_loss(pages["P&L"], figures),
    }
    _tie_outs(pages["Tie-outs"], figures)
    made = f"{company} · made {now:%Y-%m-%d %H:%M} UTC"
    write_summary(pages["Summary"], (f"Month-end · {title}", made), figures, sums, entries)
    for name, page in pages.items():
        tall = name in ("P&L", "Journal", "Tie-outs")
        page.print_setup(_FIRST_ROW if tall else None, footer=f"{company} · {title}")
        if tall:
            page.sheet.freeze_panes(_FIRST_ROW + 1, 0)
    workbook.close()
    return target.getvalue()


def _accrual(page: Page, figures: ClosingFigures) -> Sides:
    """Write the accrual entries with their reversals, and the lines they are made of."""
    month = figures.month
    page.title(
        "Accrual: shipped, and settled only after the month's end",
        f"{_when_to_book(figures)} It covers orders that left stock in Finale "
        f"by {month.last_day} and were posted later; an order that no imported settlement holds yet is not in it.",
    )
    accruals = [accrual for accrual, _ in figures.entries]
    reversals = [reversal for _, reversal in figures.entries]
    row, sums = entries_block(page, _FIRST_ROW, f"Accrual on {month.last_day}", accruals, "tblAccrual")
    row, _ = entries_block(page, row, f"Reversal on {month.day_after}", reversals, "tblReversal")
    lines = records(with_marks(with_units(figures.accrual_lines)))
    row, _ = block(page, row, "Lines of the accrual", ACCRUED, lines, "tblAccrued", sums=("units", "cogs"))
    if len(figures.not_accrued):
        without = records(with_marks(with_units(figures.not_accrued)))
        block(page, row, "Not accrued: no cost yet", ACCRUED, without, "tblNotAccrued", sums=("units",))
    return sums


def _when_to_book(figures: ClosingFigures) -> str:
    if figures.is_closed:
        return f"The month is closed (lock date {figures.lock_date}): shown, not to be booked any more."
    month = figures.month
    if not figures.entries:
        return (
            "There is nothing to book." if not figures.accrual_advice else "What was booked of it is to be taken back."
        )
    verbs = ("It is booked", "taken back") if figures.is_booked else ("Book it", "take it back")
    return f"{verbs[0]} on {month.last_day}, {verbs[1]} on {month.day_after}."


def _balances(page: Page, figures: ClosingFigures) -> dict[str, Sum]:
    """Write what clearing and reserve accounts should hold, and of what a clearing account's balance is made."""
    page.title(
        "Expected balances of clearing and reserve accounts",
        f"At the end of {figures.month.last_day}, debit +. Compare with the accounting system: entries put money on "
        "the clearing account, the bank's deposit takes it off.",
    )
    rows = [
        {
            "account": one.account,
            "holds": "reserves" if one.is_reserve else "money on its way",
            "currency": one.currency,
            "opening": one.opening,
            "entries": one.entries,
            "deposits": one.deposits,
            "closing": one.closing,
        }
        for one in figures.balances
    ]
    row, place = block(page, _FIRST_ROW, "Accounts", BALANCES, rows, "tblBalances")
    if place:
        for number, record in enumerate(rows, start=place.header + 1):
            formula = f"=D{number + 1}+E{number + 1}-F{number + 1}"
            form = page.look.row(BALANCES[6].kind, bold=True)
            page.live(number, 6, formula, record["closing"], BALANCES[6].kind, form)
    made_of = [
        {**{field: getattr(one, field) for field in _OUTSTANDING_FIELDS}, "why": _why(one, figures)}
        for one in figures.outstanding
    ]
    block(page, row, "Made of these settlements", OUTSTANDING, made_of, "tblOutstanding", sums=())
    return {} if place is None else {"closing": Sum(place, "closing", Decimal(0))}


_OUTSTANDING_FIELDS = ("account", "settlement_id", "currency", "deposit_day", "entered", "deposited", "amount")


def _why(one: Outstanding, figures: ClosingFigures) -> str:
    """Say why a settlement leaves something on its clearing account."""
    if not one.entered:
        return "deposited, and its entry is not exported"
    if one.deposit_day is None:
        return "the marketplace has not said when it pays"
    if one.deposit_day > figures.month.last_day:
        return "on its way: the deposit comes after the month's end"
    return "its entries and its deposit differ: check it"


def _open_items(page: Page, figures: ClosingFigures) -> dict[str, Sum]:
    """Write what is not finished."""
    page.title("Open items", f"What is not finished for the time to {figures.month.last_day}.")
    row, _ = block(page, _FIRST_ROW, "Settlements not exported", NOT_EXPORTED, figures.not_exported, "tblNotExported")
    row, _ = block(page, row, "Lines without cost", WITHOUT_COST, figures.without_cost, "tblWithoutCost")
    row, _ = block(page, row, "Estimates not confirmed", ESTIMATES, figures.estimates, "tblEstimates")
    row, place = block(page, row, "Cost true-ups pending", TRUE_UPS, figures.true_ups, "tblTrueUps")
    _left(page, row, figures)
    whole = sum((one["difference"] for one in figures.true_ups), Decimal(0))
    return {} if place is None else {"true_ups": Sum(place, "difference", whole)}


def _left(page: Page, row: int, figures: ClosingFigures) -> None:
    """Write what left stock in the month without a settlement line, and the totals of the months so far."""
    lines = [{**asdict(one), "month": one.month, "cost": one.cost} for one in figures.left_stock]
    heading = "Left stock without a settlement line"
    row, _ = block(page, row, heading, LEFT, lines, "tblLeft", sums=("units", "cost"))
    if figures.left_by_month:
        months = [{**asdict(one), "currency": figures.home_currency} for one in figures.left_by_month]
        block(page, row, f"{heading}, by month", LEFT_BY_MONTH, months, "tblLeftByMonth")


def _profit_and_loss(page: Page, figures: ClosingFigures) -> dict[str, Sum]:
    """Write the month's profit and loss."""
    page.title(
        f"Profit and loss · {figures.month.first_day:%B %Y}",
        f"By posted date, in {figures.home_currency}; lines of a closed month count where their entries are dated. "
        f"{SUM_MARKS}",
    )
    rows = records(with_unknown_costs_blank(figures.profit_and_loss))
    if not rows:
        page.text(_FIRST_ROW, 0, "Nothing was posted in this month.", page.look.quiet())
        _other_months(page, _FIRST_ROW + 2, figures)
        return {}
    place = page.table(_FIRST_ROW, PNL, rows, "tblPnl", sums=PNL_SUMS)
    _other_months(page, place.last + 4, figures)
    return {
        field: Sum(place, field, sum((row[field] for row in rows if row[field] is not None), Decimal(0)))
        for field in ("net_sales", "fees", "advertising", "reimbursements", "other_income", "cogs", "profit")
    }


def _other_months(page: Page, row: int, figures: ClosingFigures) -> None:
    """Write what counts in another month than that of its lines; nothing where nothing does."""
    if figures.other_months:
        rows = [{**asdict(one), "currency": figures.home_currency} for one in figures.other_months]
        heading = "Lines that are booked in another month than their own, because it was closed"
        block(page, row, heading, OTHER_MONTHS, rows, "tblOtherMonths")


def _journal(page: Page, figures: ClosingFigures) -> Sides:
    """Write the month's entries as they were exported."""
    page.title(
        "Journal of the month",
        "Entries as they were exported; debits and credits of each are equal. In grey: what Finale posts itself.",
    )
    if not figures.journal:
        page.text(_FIRST_ROW, 0, "No entry of this month was exported.", page.look.quiet())
        return {}
    rows = [row | {MARKS: _POSTED_BY_FINALE} if row["kind"] in POSTED_BY_FINALE else row for row in figures.journal]
    return sides(page.table(_FIRST_ROW, JOURNAL, rows, "tblJournal"), rows)


def _tie_outs(page: Page, figures: ClosingFigures) -> None:
    """Write the table of ties of every settlement with a line in the month, each row checked."""
    page.title(
        "Tie-outs: one settlement, one figure per report",
        "Every settlement with a line in the month, whole; figures that must be equal are checked at the right.",
    )
    if figures.ties.empty:
        page.text(_FIRST_ROW, 0, "No settlement has a line in this month.", page.look.quiet())
    else:
        write_ties(page, _FIRST_ROW, figures.ties, checks_too=True)
