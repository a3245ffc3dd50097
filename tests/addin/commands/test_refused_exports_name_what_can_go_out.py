"""At a terminal a refusal names the option that does what it tells; nobody in Excel is told to type one."""

from datetime import date
from pathlib import Path

import pytest

from addin.commands.registry import COMMANDS
from addin.commands.registry.command import Option
from addin.commands.terminal_remedies import EXPORT_TO_EXCEL, with_way_out
from addin.sheets.reports.pnl import PNL_SPEC
from addin.sheets.tables.tables import ColumnMissingError, TableMissingError
from addin.sheets.workbook import NoCogsheetWorkbookError
from addin.takeaway.ledger_used import LedgerNotChosenError
from addin.takeaway.written_files import EntriesNotWrittenError
from core.books.database.errors import DatabaseNotFoundError
from core.books.entries.exporting import (
    AlreadyExportedError,
    NotMadeByExportError,
    NotReadyError,
    ProvisionalError,
    SuspectCostsError,
)
from core.books.settings.stores import OtherSiteError, StoreNotNamedError
from core.company_databases import CompanyUnknownError
from core.errors import CogsheetError
from core.journal.entry import Entry, EntryKey, EntryKind
from core.journal.files import ForeignEntryError


def foreign_entry(way_out: str) -> ForeignEntryError:
    entry = Entry(EntryKey("US", "1", "2026-08", EntryKind.SETTLEMENT), date(2026, 8, 31), "EUR", ())
    return ForeignEntryError(entry, "USD", way_out)


@pytest.mark.parametrize(("only_costs", "named"), [(True, True), (False, False)])
def test_the_option_is_named_where_only_costs_are_missing(*, only_costs: bool, named: bool) -> None:
    """Where the settlement does not tie out, or its entry is out already, the option would be refused as well."""
    error = NotReadyError("US/1", ["Item missing cost (1)"], only_costs=only_costs)

    assert named == ("--entries settlement" in with_way_out(error))


def test_other_refusals_stay_as_they_are() -> None:
    """A settlement that went out is reopened, not exported in part."""
    error = AlreadyExportedError("US/1")

    assert str(error) == with_way_out(error)


def test_what_only_an_export_can_do_is_named_for_an_export_only() -> None:
    """A reopening, and a month's accrual, cannot be exported to Excel by that command: theirs is on sheet Setup."""
    assert "export" not in with_way_out(foreign_entry("")).replace("exported", "")


@pytest.mark.parametrize(
    "error",
    [TableMissingError("Books.xlsm", PNL_SPEC), ColumnMissingError("P&L", "tblPnl", ["COGS"])],
)
def test_an_older_workbook_is_upgraded_by_its_button_and_at_a_terminal_by_the_command(error: CogsheetError) -> None:
    """In Excel the sentence names the button alone."""
    assert "press Upgrade" in str(error)
    assert "`cogsheet upgrade" not in str(error)
    assert "`cogsheet upgrade BOOK`" in with_way_out(error)


@pytest.mark.parametrize(
    ("error", "flag"),
    [
        (SuspectCostsError("US/1", ()), "--accept-suspect"),
        (ProvisionalError("1", "It is the payout only"), "--accept-provisional"),
        (StoreNotNamedError("Amazon", ["US", "CA"]), "--store"),
        (OtherSiteError("a.txt", "US", ["amazon.ca"], ["amazon.com"]), "--store"),
        (CompanyUnknownError("X", Path("companies.json")), "--set"),
        (DatabaseNotFoundError("x.sqlite"), "--set"),
        (NoCogsheetWorkbookError("Other.xlsx"), "--database"),
        (LedgerNotChosenError(), "--format"),
        (EntriesNotWrittenError("The disk is full."), "--again"),
        (NotMadeByExportError("true-ups"), "--again"),
        (foreign_entry(EXPORT_TO_EXCEL), "--format"),
    ],
)
def test_a_refusal_names_its_option_at_a_terminal_only(error: CogsheetError, flag: str) -> None:
    """The option exists; the sentence that Excel shows has none."""
    known = {one.flag for command in COMMANDS for one in command.options if isinstance(one, Option)}

    assert flag in known
    assert flag in with_way_out(error)
    assert "--" not in str(error)
