"""Group Reports, the end of a month: the accountant's pack, and the accrual for the accounting system."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING

from addin.commands.close.files_to_import import FilesToImport, keep_for_import, write_again, write_kept
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refuse_unfillable
from addin.commands.reports.pnl import came_sentences, other_month, other_month_sentence
from addin.commands.sentences import amount, balance, counted
from addin.takeaway.close_pack.close_figures import closing_figures
from addin.takeaway.close_pack.close_pack import write_pack
from addin.takeaway.close_pack.close_summary import lock_advice
from addin.takeaway.exported_files import accrual_name
from addin.takeaway.written_files import write_file, write_next
from core.books.database.repeating import repeated
from core.books.entries import stored_entries
from core.books.entries.accruals import book_accrual, plan_accrual
from core.books.entries.exporting import ExportOptions
from core.books.loading import load_books
from core.books.true_ups.corrections import rated_lines
from core.books.true_ups.true_ups import propose_true_ups
from core.errors import CogsheetError, briefly
from core.exchange_rates import find_rates, needed_rates
from core.journal.files import refuse_unimportable
from core.reports.left_stock import by_month
from core.safe_file_names import file_name
from core.time import Month

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from addin.sheets.desk import Desk
    from addin.takeaway.close_pack.close_figures import ClosingFigures
    from core.books.books import Books
    from core.books.entries.accruals import AccrualPlan
    from core.journal.files import Ledger
    from core.reports.left_stock import LeftInMonth, LeftStock
    from core.reports.pnl_parts import Rates


_AS_WORKBOOK = "`close --format excel` writes it as a plain workbook."


class MonthClosedError(CogsheetError):
    """An accrual would be dated in a period that is closed."""

    def __init__(self, month: Month, lock_date: date | None) -> None:
        super().__init__(
            f"{month} is closed: the lock date on sheet Setup is {lock_date}, so its accrual is not booked any more. "
            f"Nothing was written. To read the pack of the month, leave `close --format` out; to book the accrual, set "
            f"the lock date back first."
        )


def close(desk: Desk, *, month: str, to: Path | None = None, ledger: Ledger | None = None) -> Outcome:
    """Write the accountant's pack of a month: accrual, expected balances, open items, profit and loss, journal.

    Args:
        desk: The desk.
        month: As `2026-08`.
        to: The pack; beside the workbook if left out.
        ledger: For which system the accrual and its reversal are written too, beside the pack.

    Raises:
        CogsheetError: If the month cannot be read, is closed and its accrual is asked for, or a file not be written.
    """
    books = load_books(desk.database)
    propose_true_ups(desk.database, books, who=desk.user, now=desk.clock())  # what was answered since is an open item
    view = load(desk.database, books, progress=desk.progress)
    options = ExportOptions(zones=view.books.zones)
    figures = closing_figures(view, Month.parse(month), options=options, rates=_rates(view.books))
    with desk.database.reading() as connection:
        posted = stored_entries.posted_entries(connection)
    plan = plan_accrual(posted, str(figures.month), figures.entries, view.books.accounts)
    figures = replace(figures, entries=plan.pairs, taken_back=plan.taken_back, is_booked=plan.is_booked)
    if ledger is not None:
        if figures.is_closed:
            raise MonthClosedError(figures.month, figures.lock_date)
        refuse_unfillable(desk)
        refuse_unimportable(plan.entries, ledger, figures.home_currency, as_workbook=_AS_WORKBOOK)
    path = _write_pack(desk, write_pack(view, figures, desk.clock()), figures, to)
    written = FilesToImport() if ledger is None else _book(desk, path.parent, figures, plan, ledger)
    figures, files = figures if ledger is None else replace(figures, is_booked=True), list(written.paths)
    told = Outcome(
        "\n".join(_sentences(figures, path, files)),
        needs_attention=figures.open_items > 0,
        data=_data(figures, path, files),
    )
    return written.told(told)


def _rates(books: Books) -> Rates:
    home = books.company.home_currency
    return find_rates(books.rates, needed_rates(rated_lines(books), home, books.zones), home).factors


def _write_pack(desk: Desk, content: bytes, figures: ClosingFigures, to: Path | None) -> Path:
    """Write the pack where it is wanted, or beside the workbook under a name of its own."""
    if to is not None:
        write_file(to, content)
        return to
    name = file_name("Close", str(figures.month), desk.database.company.name, ending=".xlsx")
    return write_next(desk.folder() / name, content)


@repeated
def _keep_accrual(desk: Desk, folder: Path, figures: ClosingFigures, plan: AccrualPlan, ledger: Ledger) -> list[int]:
    """Store the accrual's entries, and their files in the outbox; return these by their numbers."""
    check = partial(refuse_unimportable, ledger=ledger, home_currency=figures.home_currency, as_workbook=_AS_WORKBOOK)
    what = accrual_name(str(figures.month))
    with desk.database.writing():
        book_accrual(
            desk.database,
            plan,
            month=str(figures.month),
            lines=figures.accrual_lines,
            who=desk.user,
            now=desk.clock(),
            check=check,
        )
        return [] if plan.is_booked else keep_for_import(desk, plan.entries, ledger, folder, what)


def _book(desk: Desk, folder: Path, figures: ClosingFigures, plan: AccrualPlan, ledger: Ledger) -> FilesToImport:
    """Keep the accrual's entries and write them for import; what is kept already is only written again."""
    kept = _keep_accrual(desk, folder, figures, plan, ledger)
    if plan.is_booked:
        return write_again(desk, [(accrual_name(str(figures.month)), plan.entries)], ledger, folder)
    files = write_kept(desk, kept)
    refresh(desk, load(desk.database, progress=desk.progress))
    return files


def _sentences(figures: ClosingFigures, path: Path, files: list[str]) -> list[str]:
    balances = [balance(briefly(one.account), one.closing, one.currency) for one in figures.balances]
    open_items = (
        (len(figures.not_exported), "settlement not exported", "settlements not exported"),
        (figures.missing_costs, "line without cost", "lines without cost"),
        (figures.waiting_refunds, "line that waits for its original", "lines that wait for their original"),
        (
            len(figures.not_accrued),
            "shipped line not accrued because its cost is missing",
            "shipped lines not accrued because their cost is missing",
        ),
        (len(figures.estimates), "estimate not confirmed", "estimates not confirmed"),
        (len(figures.true_ups), "true-up pending", "true-ups pending"),
    )
    unfinished = [counted(number, *words) for number, *words in open_items if number]
    return [
        f"The accountant's pack of {figures.month} is {path}.",
        _accrual_sentence(figures, files),
        *([f"Expected on {figures.month.last_day}: {'; '.join(balances)}."] if balances else []),
        *([f"Open: {', '.join(unfinished)}."] if unfinished else []),
        *left_sentences(by_month(figures.left_stock), figures.home_currency),
        *(other_month_sentence(one, figures.home_currency) for one in figures.other_months),
        *came_sentences(figures.came),
        lock_advice(figures),
    ]


def _accrual_sentence(figures: ClosingFigures, files: list[str]) -> str:
    to_import = f", to import: {', '.join(files)}" if files else ""
    back = (
        f", {counted(len(figures.taken_back), 'entry', 'entries')} to reverse what was booked before"
        if figures.taken_back and (files or not figures.is_booked)
        else ""
    )
    if not figures.entries:
        return f"Accrual: nothing is to be booked{back}{to_import}."
    booked = " that are booked" if figures.is_booked and not files else ""
    lines, entries = counted(len(figures.accrual_lines), "line"), counted(len(figures.entries), "entry", "entries")
    return f"Accrual: {lines} shipped but not settled, {entries}{booked}{back}{to_import}."


def _data(figures: ClosingFigures, path: Path, files: list[str]) -> dict[str, object]:
    return {
        "file": str(path),
        "month": str(figures.month),
        "currency": figures.home_currency,
        "files": files,
        "accrual": [
            {
                "entry": str(entry.key),
                "date": str(entry.day),
                "reversed_on": str(reversal.day),
                "currency": entry.currency,
                "debits": str(sum(line.debit or 0 for line in entry.lines)),
            }
            for entry, reversal in figures.entries
        ],
        "accrual_booked": figures.is_booked and bool(figures.entries),
        "accrual_taken_back": [str(entry.key) for entry in figures.taken_back],
        "balances": [
            {
                "account": one.account,
                "currency": one.currency,
                "reserve": one.is_reserve,
                "expected": str(one.closing),
            }
            for one in figures.balances
        ],
        "open": {
            "settlements_not_exported": len(figures.not_exported),
            "lines_without_cost": figures.missing_costs,
            "lines_waiting": figures.waiting_refunds,
            "lines_asked_by_todays_reading": sum(figures.came.values()),
            "lines_not_accrued": len(figures.not_accrued),
            "estimates": len(figures.estimates),
            "true_ups": len(figures.true_ups),
        },
        "booked_in_another_month": [other_month(one) for one in figures.other_months],
        "left_without_line": {
            "lines": [_left_line(one) for one in figures.left_stock],
            "months": [_left_month(one) for one in figures.left_by_month],
        },
        "lock_date": None if figures.lock_date is None else str(figures.lock_date),
        "closed": figures.is_closed,
        "proposed_lock_date": None if figures.is_closed else str(figures.month.last_day),
    }


def left_sentences(months: Sequence[LeftInMonth], home: str) -> list[str]:
    """Say what left stock without a line for goods, a sentence per month and standing."""
    return [
        f"Left stock in {one.month}, {one.standing}: {counted(one.units, 'unit')} of {counted(one.orders, 'order')}, "
        f"{amount(one.cost, home)}{f', {one.without_cost} of them without cost' if one.without_cost else ''}."
        for one in months
    ]


def _left_line(one: LeftStock) -> dict[str, object]:
    return {
        "order": one.order_id,
        "product": one.product_id,
        "day": str(one.day),
        "units": one.units,
        "unit_cost": None if one.unit_cost is None else f"{one.unit_cost.normalize():f}",
        "cost": None if one.cost is None else f"{one.cost:.2f}",
        "standing": str(one.standing),
        "settled_beside": one.settled_beside,
    }


def _left_month(one: LeftInMonth) -> dict[str, object]:
    return {**asdict(one), "standing": str(one.standing), "cost": f"{one.cost:.2f}"}
