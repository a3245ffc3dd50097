"""The files that accounting systems import: QuickBooks Online and Xero. Pure: entries in, texts out.

QuickBooks Online: columns Journal No (at most 21 characters), Journal Date (MM/DD/YYYY), Account Name (parent:sub, no
blank at the colon), Debits, Credits, Description; one side blank; all rows of one number balance; account numbers off
(Intuit, "Import journal entries"); at most 1,000 rows a file.

Xero: *Narration, *Date (dd/mm/yyyy), Description, *AccountCode (the code, not the name), *TaxRate (its full name),
*Amount (debit +, credit −); rows of one narration and date are one journal, in the organisation's base currency; at
most 300 lines a file; no bank accounts (Xero, "Enter multiple manual journals using an import template").

An entry never spans two files.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import CogsheetError, briefly
from core.journal.entry import POSTED_BY_FINALE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from core.journal.entry import Entry

Row = tuple[str, ...]

_LONGEST_CODE = 10
"""Of an account in Xero."""
_LONGEST_NAME = 100
"""Of an account in QuickBooks, its parents included."""
_AROUND_COLON = re.compile(r"\s*:\s*")
_MOST_LISTED = 6


class Ledger(StrEnum):
    """Accounting systems whose files we write."""

    QUICKBOOKS = "quickbooks"
    XERO = "xero"
    EXCEL = "excel"
    """No accounting system: a workbook for a person, written elsewhere."""


class EntryTooLongError(CogsheetError):
    """An entry has more lines than one file may hold."""

    def __init__(self, entry: Entry, most: int) -> None:
        super().__init__(
            f"Entry {entry.key} has {len(entry.lines)} lines and a file may hold {most}. None of these entries was "
            f"exported. Give fewer item groups an account of their own on sheet Accounts."
        )


class BankAccountError(CogsheetError):
    """Xero takes no bank account in a manual journal."""

    def __init__(self, entry: Entry, accounts: Iterable[str]) -> None:
        super().__init__(
            f"{_listed(accounts)} is a bank account on sheet Accounts, and Xero takes no bank account in a manual "
            f"journal (entry {entry.key}). None of these entries was exported. Choose a current asset account as "
            f"clearing account: the deposit on the bank statement is then matched to it."
        )


class CodeMissingError(CogsheetError):
    """Xero knows accounts by their code."""

    def __init__(self, accounts: Iterable[str]) -> None:
        super().__init__(
            f"Xero knows accounts by their code (at most {_LONGEST_CODE} characters), and sheet Accounts has none in "
            f"column Number for: {_listed(accounts)}. None of these entries was exported. Type the codes there and "
            f"export again."
        )


class ForeignEntryError(CogsheetError):
    """Xero's manual journals have no currency of their own."""

    def __init__(self, entry: Entry, home_currency: str, way_out: str = "") -> None:
        """Say it.

        Args:
            entry: The first one.
            home_currency: The organisation's.
            way_out: How a plain workbook is got instead, where that is asked for otherwise than on sheet Setup.
        """
        self.way_out = way_out
        super().__init__(
            f"Entry {entry.key} is in {entry.currency}, and Xero's manual journals are always in the organisation's "
            f"own currency, {home_currency}. None of these entries was exported. Enter it in Xero by hand, in "
            f"{entry.currency}: "
            f"{way_out or 'choose excel as Accounting system on sheet Setup, then it is written as a plain workbook.'}"
        )


BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""In a file that is opened in a spreadsheet before it is imported, such a name would be run."""


class AccountNameError(CogsheetError):
    """An account's name is none that QuickBooks can have."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"QuickBooks cannot have an account “{briefly(name)}”: a name has at most {_LONGEST_NAME} characters and "
            f"no quotation mark, and does not begin like a formula (=, +, -, @). None of these entries was exported. "
            f"Correct it on sheet Accounts."
        )


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """One file to import."""

    name: str
    content: str
    entries: tuple[Entry, ...] = ()
    """What it holds."""


def to_import(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that are for the accounting system: not what Finale posts itself, nor one without lines."""
    return [entry for entry in entries if entry.lines and entry.key.kind not in POSTED_BY_FINALE]


def refuse_unimportable(entries: Sequence[Entry], ledger: Ledger, home_currency: str, *, as_workbook: str = "") -> None:
    """Stop before anything is stored where the accounting system would not take these entries.

    Args:
        entries: What is to go out.
        ledger: To which system.
        home_currency: The organisation's.
        as_workbook: How what Xero does not take is written as a plain workbook; on sheet Setup if left out.

    Raises:
        CogsheetError: If it would not; the message says what to change.
    """
    for entry in to_import(entries):
        most = _LAYOUTS[ledger].most_lines if ledger in _LAYOUTS else len(entry.lines)
        if len(entry.lines) > most:
            raise EntryTooLongError(entry, most)
    if ledger is Ledger.XERO:
        _refuse_in_xero(to_import(entries), home_currency, as_workbook)
    if ledger is Ledger.QUICKBOOKS:
        for name in {line.account for entry in to_import(entries) for line in entry.lines}:
            if len(name) > _LONGEST_NAME or '"' in name or name.startswith(BEGINS_A_FORMULA):
                raise AccountNameError(name)


def _refuse_in_xero(entries: Sequence[Entry], home_currency: str, as_workbook: str) -> None:
    for entry in entries:
        banks = {line.account for line in entry.lines if line.is_bank}
        if banks:
            raise BankAccountError(entry, banks)
        if entry.currency != home_currency:
            raise ForeignEntryError(entry, home_currency, as_workbook)
    lines = [line for entry in entries for line in entry.lines]
    without = {line.account for line in lines if not 0 < len(line.number) <= _LONGEST_CODE}
    if without:
        raise CodeMissingError(without)


def ledger_files(entries: Sequence[Entry], ledger: Ledger, name: str) -> list[LedgerFile]:
    """Write entries for an accounting system, in as few files as its limit allows.

    Args:
        entries: What to write; those that Finale posts are left out.
        ledger: For which system that imports text files.
        name: The files' name without ending; several get a number.

    Raises:
        EntryTooLongError: If one entry alone passes the limit.
    """
    layout = _LAYOUTS[ledger]
    groups = _within(to_import(entries), layout.most_lines)
    many = len(groups) > 1
    return [
        LedgerFile(f"{name}-{number}.csv" if many else f"{name}.csv", _text(layout, group), tuple(group))
        for number, group in enumerate(groups, start=1)
    ]


@dataclass(frozen=True, slots=True)
class _Layout:
    header: Row
    most_lines: int
    rows: Callable[[Entry], list[Row]]


def _quickbooks(entry: Entry) -> list[Row]:
    day = f"{entry.day:%m/%d/%Y}"
    return [
        (
            entry.key.number,
            day,
            _AROUND_COLON.sub(":", line.account),
            "" if line.debit is None else f"{line.debit:.2f}",
            "" if line.credit is None else f"{line.credit:.2f}",
            f"{entry.memo}: {line.type}",
            entry.currency,
        )
        for line in entry.lines
    ]


def _xero(entry: Entry) -> list[Row]:
    day = f"{entry.day:%d/%m/%Y}"
    return [
        (entry.memo, day, f"{line.account}: {line.type}", line.number, line.tax_code, f"{line.amount:.2f}")
        for line in entry.lines
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


def _text(layout: _Layout, entries: Sequence[Entry]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(layout.header)
    for entry in entries:
        writer.writerows(layout.rows(entry))
    return out.getvalue()


def _listed(names: Iterable[str]) -> str:
    known = sorted(names)
    more = f" and {len(known) - _MOST_LISTED} more" if len(known) > _MOST_LISTED else ""
    return "; ".join(f"“{briefly(name)}”" for name in known[:_MOST_LISTED]) + more
