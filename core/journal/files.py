"""The files that accounting systems import: QuickBooks Online and Xero. Pure: entries in, texts out.

QuickBooks Online: columns Journal No, Journal Date (MM/DD/YYYY), Account Name (parent:sub), Debits, Credits,
Description; one side blank; all rows of one number balance; account numbers off (Intuit, "Import journal entries"); at
most 1,000 rows a file. Xero: *Narration, *Date (dd/mm/yyyy), Description, *AccountCode, *TaxRate, *Amount (debit +,
credit −); rows of one narration and date are one journal; at most 300 lines a file; no bank accounts (Xero,
"Enter multiple manual journals using an import template"). An entry never spans two files.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import CogsheetError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.journal.entry import Entry

Row = tuple[str, ...]


class Ledger(StrEnum):
    """Accounting systems whose files we write."""

    QUICKBOOKS = "quickbooks"
    XERO = "xero"


class EntryTooLongError(CogsheetError):
    """An entry has more lines than one file may hold."""

    def __init__(self, entry: Entry, most: int) -> None:
        super().__init__(
            f"Entry {entry.key} has {len(entry.lines)} lines and a file may hold {most}. Nothing was exported. "
            f"Map more types of line to the same account on Setup."
        )


@dataclass(frozen=True, slots=True)
class TaxRates:
    """Xero's full tax rate names per account; every line needs one."""

    usual: str = "Tax Exempt (0%)"
    by_account: Mapping[str, str] = field(default_factory=dict)

    def of(self, account: str) -> str:
        """Return the rate of an account."""
        return self.by_account.get(account, self.usual)


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """One file to import."""

    name: str
    content: str


def ledger_files(
    entries: Sequence[Entry], ledger: Ledger, name: str, *, tax_rates: TaxRates | None = None
) -> list[LedgerFile]:
    """Write entries for an accounting system, in as few files as its limit allows.

    Args:
        entries: What to write.
        ledger: For which system.
        name: The files' name without ending; several get a number.
        tax_rates: Xero's tax rates.

    Raises:
        EntryTooLongError: If one entry alone passes the limit.
    """
    layout = _LAYOUTS[ledger]
    rates = tax_rates or TaxRates()
    groups = _within(entries, layout.most_lines)
    many = len(groups) > 1
    return [
        LedgerFile(f"{name}-{number}.csv" if many else f"{name}.csv", _text(layout, group, rates))
        for number, group in enumerate(groups, start=1)
    ]


@dataclass(frozen=True, slots=True)
class _Layout:
    header: Row
    most_lines: int
    rows: Callable[[Entry, TaxRates], list[Row]]


def _quickbooks(entry: Entry, _: TaxRates) -> list[Row]:
    day = f"{entry.day:%m/%d/%Y}"
    return [
        (
            str(entry.key),
            day,
            line.account,
            "" if line.debit is None else f"{line.debit:.2f}",
            "" if line.credit is None else f"{line.credit:.2f}",
            f"{entry.memo}: {line.type}",
            entry.currency,
        )
        for line in entry.lines
        if line.amount
    ]


def _xero(entry: Entry, rates: TaxRates) -> list[Row]:
    day = f"{entry.day:%d/%m/%Y}"
    return [
        (entry.memo, day, str(line.type), line.account, rates.of(line.account), f"{line.amount:.2f}")
        for line in entry.lines
        if line.amount
    ]


_LAYOUTS = {
    Ledger.QUICKBOOKS: _Layout(
        ("Journal No", "Journal Date", "Account Name", "Debits", "Credits", "Description", "Currency"),
        1000,
        _quickbooks,
    ),
    Ledger.XERO: _Layout(("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"), 300, _xero),
}


def _within(entries: Sequence[Entry], most: int) -> list[list[Entry]]:
    """Put entries into groups whose lines do not pass the limit."""
    groups: list[list[Entry]] = []
    used = 0
    for entry in entries:
        length = len(entry.lines)
        if length > most:
            raise EntryTooLongError(entry, most)
        if not groups or used + length > most:
            groups.append([])
            used = 0
        groups[-1].append(entry)
        used += length
    return groups


def _text(layout: _Layout, entries: Sequence[Entry], rates: TaxRates) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(layout.header)
    for entry in entries:
        writer.writerows(layout.rows(entry, rates))
    return out.getvalue()
