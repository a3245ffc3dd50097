"""The first sheet of the pack: the month at a glance, each figure taken live from the sheet it stands on."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from addin.sheets.tables.sheet_specs import Kind
from addin.takeaway.look import ACCENT, BAD, GOOD, WARN
from addin.takeaway.page import quoted
from core.frame_columns import records
from core.plurals import counted
from core.reports.left_stock import by_month

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addin.takeaway.close_pack.close_blocks import Sides, Sum
    from addin.takeaway.close_pack.close_figures import ClosingFigures
    from addin.takeaway.page import Page

_PROFIT = (
    ("net_sales", "Net sales"),
    ("fees", "Fees"),
    ("advertising", "Advertising"),
    ("reimbursements", "Reimbursements"),
    ("other_income", "Other income"),
    ("cogs", "COGS"),
    ("profit", "Profit"),
)
_LABEL, _VALUE, _UNIT, _NOTE = range(4)


def write_summary(
    page: Page,
    title: tuple[str, str],
    figures: ClosingFigures,
    sums: Mapping[str, Mapping[str, Sum]],
    entries: Mapping[str, Sides],
) -> None:
    """Write the summary.

    Args:
        page: Where.
        title: Its title, and the line below it.
        figures: The month.
        sums: Sheet's name in small letters -> field -> the sum of that column.
        entries: What kind of entries -> the sums of their sides.
    """
    page.widths((44, 16, 12, 80))
    page.title(*title)
    row = _profit(page, 3, figures, sums["pnl"])
    row = _accrual(page, row, figures)
    row = _balances(page, row, figures, sums["balances"])
    row = _checks(page, row, entries)
    row = _open_items(page, row, figures, sums["open"])
    _lock(page, row, figures)


def _heading(page: Page, row: int, heading: str) -> int:
    form = page.look.format(bold=True, font_size=12, font_color=ACCENT, bottom=1, bottom_color=ACCENT)
    for column in range(_NOTE + 1):
        page.text(row, column, heading if column == _LABEL else "", form)
    return row + 1


def _profit(page: Page, row: int, figures: ClosingFigures, sums: Mapping[str, Sum]) -> int:
    row = _heading(page, row, "Profit and loss")
    missing = int(figures.profit_and_loss["indicator"].notna().sum())
    foreign = [row["missing_note"] for row in records(figures.profit_and_loss) if row["without_rate"]]
    for field, label in _PROFIT:
        if field in sums:
            _figure(
                page, row, label, (sums[field].formula, sums[field].value), figures.home_currency, field == "profit"
            )
            row += 1
    lacking = [f"{missing} items lack a cost: COGS is too low and profit too high by it. See sheet P&L, column !."]
    notes = [*(lacking if missing else []), *foreign]
    for place, words in enumerate(notes, start=max(3, row - len(notes))):
        page.text(place, _NOTE, words, page.look.format(font_color=WARN))
    return row + 1


def _figure(page: Page, row: int, label: str, live: tuple[str, Decimal], unit: str, bold: bool) -> None:  # noqa: FBT001 - one word of look
    page.text(row, _LABEL, label, page.look.cell(Kind.TEXT, bold=bold))
    page.live(row, _VALUE, live[0], live[1], Kind.MONEY, page.look.cell(Kind.MONEY, bold=bold))
    page.text(row, _UNIT, unit, page.look.quiet())


def _accrual(page: Page, row: int, figures: ClosingFigures) -> int:
    row = _heading(page, row, "Accrual, taken back on the next day")
    if not figures.entries and not len(figures.not_accrued):
        back = " What was booked of it is to be taken back." if figures.accrual_advice else ""
        page.text(row, _LABEL, f"Nothing was shipped that is settled later.{back}", page.look.quiet())
        return row + 2
    for accrual, _ in figures.entries:
        whole = sum((line.debit or Decimal(0) for line in accrual.lines), Decimal(0))
        formula = f"=SUMPRODUCT((tblAccrual[Entry]=A{row + 1})*1,tblAccrual[Debit])"
        _figure(page, row, str(accrual.key), (formula, whole), accrual.currency, bold=False)
        verb = "booked" if figures.is_booked else "book"
        page.text(row, _NOTE, f"debits; {verb} on {accrual.day}, see sheet Accrual", page.look.quiet())
        row += 1
    without = len(figures.not_accrued)
    if without:
        words = (
            f"{without} shipped lines have no cost yet and are not accrued, neither money nor cost: see sheet Accrual."
        )
        page.text(row, _LABEL, words, page.look.format(font_color=WARN))
        row += 1
    return row + 1


def _balances(page: Page, row: int, figures: ClosingFigures, sums: Mapping[str, Sum]) -> int:
    row = _heading(page, row, f"Expected balances on {figures.month.last_day}")
    if not figures.balances:
        page.text(row, _LABEL, "No entry has touched a clearing or reserve account.", page.look.quiet())
        return row + 2
    place = sums["closing"].place
    for number, one in enumerate(figures.balances, start=place.header + 2):
        formula = f"={quoted(place.sheet)}!$G${number}"
        _figure(page, row, one.account, (formula, one.closing), one.currency, bold=False)
        row += 1
    return row + 1


def _checks(page: Page, row: int, entries: Mapping[str, Sides]) -> int:
    """Write that debits equal credits, live, each currency by itself."""
    row = _heading(page, row, "Debits and credits")
    for name, by_currency in entries.items():
        if not by_currency:
            page.text(row, _LABEL, f"{name}: debits less credits")
            page.text(row, _NOTE, "no entry", page.look.quiet())
            row += 1
        for currency, pair in by_currency.items():
            page.text(row, _LABEL, f"{name}: debits less credits, {currency}")
            formula = f"=ROUND({pair['debit'].formula[1:]}-{pair['credit'].formula[1:]},2)"
            value = pair["debit"].value - pair["credit"].value
            page.live(row, _VALUE, formula, value, Kind.MONEY)
            page.text(row, _UNIT, "ok" if value == 0 else "differs", _word(page, good=value == 0))
            row += 1
    return row + 1


def _word(page: Page, *, good: bool) -> object:
    return page.look.format(bold=True, font_color=GOOD if good else BAD)


def _open_items(page: Page, row: int, figures: ClosingFigures, sums: Mapping[str, Sum]) -> int:
    row = _heading(page, row, "Open items")
    left = by_month(figures.left_without_line)
    of_orders = counted(sum(one.orders for one in left), "order")
    items: Sequence[tuple[str, int, str]] = (
        ("Settlements not exported", len(figures.not_exported), "resolve what blocks them, then Export"),
        ("Lines without cost", figures.missing_costs, "answer them on sheet Resolve, or sync again"),
        ("Lines that wait for their original", figures.waiting_refunds, "answering the original's cost answers them"),
        (
            "Estimates not confirmed",
            len(figures.estimates),
            "averages that were accepted; the bill has not arrived, or says another cost",
        ),
        ("Cost true-ups pending", len(figures.true_ups), "accept or dismiss them on sheet Cost true-ups"),
        (
            "Units that left stock in no settlement",
            sum(one.units for one in left),
            f"of {of_orders}: replacements, disposals, other channels; no entry holds their cost, see Open items",
        ),
    )
    for label, count, advice in items:
        page.text(row, _LABEL, label)
        form = page.look.cell(Kind.WHOLE, bold=bool(count), font_color=WARN if count else GOOD)
        page.value(row, _VALUE, count, Kind.WHOLE, form)
        if count:
            page.text(row, _NOTE, advice, page.look.quiet())
        row += 1
    if "true_ups" in sums:
        _figure(
            page,
            row,
            "True-ups pending, together",
            (sums["true_ups"].formula, sums["true_ups"].value),
            figures.home_currency,
            bold=False,
        )
        row += 1
    return row + 1


def _lock(page: Page, row: int, figures: ClosingFigures) -> None:
    """Write whether the month is closed, and how to close it."""
    row = _heading(page, row, "Closing the period")
    page.text(row, _LABEL, "Lock date on sheet Setup")
    right = page.look.cell(Kind.DATE, align="right")
    page.value(row, _VALUE, figures.lock_date or "not set", Kind.DATE if figures.lock_date else Kind.TEXT, right)
    page.text(row, _NOTE, lock_advice(figures), page.look.quiet())
    page.text(row + 1, _LABEL, "COGS and losses are posted by")
    page.text(row + 1, _VALUE, figures.cogs_posters, page.look.cell(Kind.TEXT))


def lock_advice(figures: ClosingFigures) -> str:
    """Say whether a month is closed, and if not, how to close it."""
    if figures.is_closed:
        return "The month is closed: no entry is dated in it any more, nor its accrual booked."
    lock = f"set Lock date on sheet Setup to {figures.month.last_day}."
    first = ", ".join(filter(None, ("finish the open items" if figures.open_items else "", figures.accrual_advice)))
    words = f"{first}; then {lock}" if figures.open_items else f"{first}; then close the month: {lock}"
    words = words if first else f"close the month: {lock}"
    return words[0].upper() + words[1:]
