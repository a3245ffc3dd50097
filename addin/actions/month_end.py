"""Group Reports, the end of a month: the accountant's pack, and the accrual for the accounting system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.actions.refresh import load
from addin.entry_files import write_entries
from addin.outcome import Outcome
from addin.report_files.close_pack import write_pack
from addin.report_files.close_summary import lock_advice
from addin.report_files.closing_figures import closing_figures
from addin.words import amount, counted
from addin.written_files import write_file
from core.errors import CogsheetError
from core.exchange_rates import find_rates, needed_rates
from core.journal.files import refuse_unimportable
from core.reports.accrual import Month
from core.settlements.exporting import ExportWish

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from addin.desk import Desk
    from addin.report_files.closing_figures import ClosingFigures
    from core.journal.entry import Entry
    from core.journal.files import Ledger
    from core.reports.profit_and_loss import Rates
    from core.settlements.books import Books


class MonthClosedError(CogsheetError):
    """An accrual would be dated in a period that is closed."""

    def __init__(self, month: Month, lock_date: date | None) -> None:
        super().__init__(
            f"{month} is closed: the lock date on sheet Setup is {lock_date}, so its accrual is not booked any more. "
            f"Nothing was written. Without --format the pack of the month is written for reading; to book the accrual, "
            f"set the lock date back first."
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
    view = load(desk.database)
    wish = ExportWish(zones=view.books.zones)
    figures = closing_figures(view, Month.parse(month), wish=wish, rates=_rates(view.books))
    path = to or desk.path.parent / f"Close {figures.month}.xlsx"
    entries = [entry for pair in figures.entries for entry in pair]
    if ledger is not None:
        if figures.is_closed:
            raise MonthClosedError(figures.month, figures.lock_date)
        refuse_unimportable(entries, ledger, figures.home_currency)
    write_file(path, write_pack(view, figures, desk.clock()))
    files = [] if ledger is None else _write_accrual(desk, path.parent, figures, entries, ledger)
    return Outcome(
        "\n".join(_sentences(figures, path, files)),
        needs_attention=figures.open_items > 0,
        data=_data(figures, path, files),
    )


def _rates(books: Books) -> Rates:
    home = books.company.home_currency
    return find_rates(books.rates, needed_rates(books.lines, home, books.zones), home).factors


def _write_accrual(
    desk: Desk, folder: Path, figures: ClosingFigures, entries: list[Entry], ledger: Ledger
) -> list[str]:
    name, company = f"{ledger} accrual {figures.month}", desk.database.company.name
    return write_entries(folder, name, entries, ledger, company=company, now=desk.clock())


def _sentences(figures: ClosingFigures, path: Path, files: list[str]) -> list[str]:
    accrued = counted(len(figures.accrued), "line")
    balances = [f"{one.account} {amount(one.closing, one.currency)}" for one in figures.balances]
    open_items = (
        (len(figures.not_exported), "settlement not exported", "settlements not exported"),
        (figures.missing, "line without cost", "lines without cost"),
        (figures.waiting, "line that waits for its original", "lines that wait for their original"),
        (len(figures.estimates), "estimate not confirmed", "estimates not confirmed"),
        (len(figures.true_ups), "true-up pending", "true-ups pending"),
    )
    unfinished = [counted(number, *words) for number, *words in open_items if number]
    to_import = f", to import: {', '.join(files)}" if files else ""
    entries = counted(len(figures.entries), "entry", "entries")
    return [
        f"The accountant's pack of {figures.month} is {path}.",
        f"Accrual: {accrued} shipped and not settled, {entries}{to_import}.",
        *([f"Expected on {figures.month.last_day}: {'; '.join(balances)}."] if balances else []),
        *([f"Open: {', '.join(unfinished)}."] if unfinished else []),
        lock_advice(figures),
    ]


def _data(figures: ClosingFigures, path: Path, files: list[str]) -> dict[str, object]:
    return {
        "file": str(path),
        "month": str(figures.month),
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
            "lines_without_cost": figures.missing,
            "lines_waiting": figures.waiting,
            "estimates": len(figures.estimates),
            "true_ups": len(figures.true_ups),
        },
        "lock_date": None if figures.lock_date is None else str(figures.lock_date),
        "closed": figures.is_closed,
        "proposed_lock_date": None if figures.is_closed else str(figures.month.last_day),
    }
