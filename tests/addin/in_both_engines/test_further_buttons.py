"""The buttons that were commands alone: what they ask, what they do, and that Cancel does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from addin.sheets import exchange
from addin.sheets.costs.history import HISTORY_SPEC
from addin.sheets.tables import tables
from core.books.database import Database
from core.books.entries import stored_entries
from core.books.settlements.booked_settlement import EntryStatus
from core.journal.files import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from core.books.entries.stored_entries import PostedEntry
    from core.books.settlements.booked_settlement import BookedSettlement
    from tests.addin.in_both_engines.desktop import Desktop


def the_settlement(desktop: Desktop) -> BookedSettlement:
    return desktop.books().settlements[0]


def export_the_deposit(desktop: Desktop) -> None:
    """Export the settlement entry alone, for QuickBooks."""
    desktop.choose_codes("200")
    desktop.press("export", "yes", "ok")
    assert EntryStatus.EXPORTED == the_settlement(desktop).settlement_entry


@pytest.mark.long
def test_remove_names_the_settlement_and_takes_it_out(desktop: Desktop) -> None:
    """Cancelled, it stays; agreed to, it is gone and can be brought back by Undo."""
    name = the_settlement(desktop).name

    cancelled = desktop.press("remove", "cancel")
    assert ("Nothing was changed.", 1) == (cancelled[1], len(desktop.books().settlements))
    assert name in desktop.excel.user.shown[-1]

    _, message = desktop.press("remove", "ok")
    assert [] == list(desktop.books().settlements)
    assert "removed" in message
    desktop.press("undo", "ok")
    assert [name] == [one.name for one in desktop.books().settlements]


@pytest.mark.long
def test_posted_elsewhere_takes_its_reason_from_vba_and_reopen_takes_it_back(desktop: Desktop) -> None:
    """Both reasons are kept as they were typed, and the cell over which they came is empty afterwards."""
    desktop.put_text("=A2X since June")
    _, locked = desktop.press("posted-elsewhere", "ok")
    assert EntryStatus.POSTED_ELSEWHERE == the_settlement(desktop).cogs_entry, locked

    desktop.put_text("Posted by nobody")
    outcome, message = desktop.press("reopen", "ok")

    assert (exchange.DONE, EntryStatus.OPEN) == (outcome, the_settlement(desktop).cogs_entry), message
    notes = " ".join(str(row["batch_note"]) for row in desktop.rows(HISTORY_SPEC))
    assert [True, True] == [reason in notes for reason in ("=A2X since June", "Posted by nobody")]
    assert desktop.book.sheets[exchange.SHEET].range(exchange.TEXT_CELL).value is None


@pytest.mark.few(1)
@pytest.mark.parametrize("command", ["reopen", "posted-elsewhere"])
def test_what_an_auditor_asks_for_is_not_done_when_cancelled(desktop: Desktop, command: str) -> None:
    """The question names the settlement; Cancel leaves everything as it is."""
    before = the_settlement(desktop)
    desktop.put_text("Wrong button")

    _, message = desktop.press(command, "cancel")

    assert "Nothing was changed." == message
    assert before.name in desktop.excel.user.shown[-1]
    assert before == the_settlement(desktop)


@pytest.mark.long
def test_reopen_reverses_what_went_out(desktop: Desktop) -> None:
    """The entry and its reversal are in the books, and the reversal is written for the accounting system."""
    export_the_deposit(desktop)
    desktop.put_text("Wrong period")

    _, message = desktop.press("reopen", "ok", "yes")

    with Database.open(desktop.path.parent / "demo.sqlite") as database, database.reading() as connection:
        posted = stored_entries.posted_entries(connection)
    keys = [one.entry.key for one in posted if one.entry.reverses is None]
    assert keys == [one.entry.reverses for one in posted if one.entry.reverses is not None], message
    assert keys
    assert EntryStatus.OPEN == the_settlement(desktop).settlement_entry
    assert "To import: " in message


@pytest.mark.long
@pytest.mark.parametrize(("answer", "status"), [("no", EntryStatus.OPEN), ("cancel", EntryStatus.EXPORTED)])
def test_reopen_asks_whether_the_entry_was_imported(desktop: Desktop, answer: str, status: EntryStatus) -> None:
    """It was not: it is withdrawn, and no reversal goes out. Cancel: it stays out, and the question names its file."""
    export_the_deposit(desktop)
    desktop.put_text("Wrong period")

    _, message = desktop.press("reopen", "ok", answer)

    assert status == the_settlement(desktop).settlement_entry
    assert ("withdrawn" if answer == "no" else "Nothing was changed.") in message
    assert "To import: " not in message
    assert str(desktop.path.parent / "exports") in desktop.excel.user.shown[-1]


@pytest.mark.long
def test_accept_says_of_which_settlements(desktop: Desktop) -> None:
    """Nothing has arrived, so nothing is replaced; the outcome says that it looked at the selected one."""
    _, message = desktop.press("accept", "ok")

    assert message.startswith(f"Of {the_settlement(desktop).name}:\n0 accepted averages replaced")


@pytest.mark.long
def test_restore_brings_marked_values_back(desktop: Desktop) -> None:
    """What is marked on Change history; without a mark it says where marks belong."""
    _, unmarked = desktop.press("restore")
    assert "Nothing is marked in column Restore" in unmarked
    desktop.press("resolve")
    desktop.press("save", "ok")
    saved = desktop.books().overrides
    desktop.press("undo", "ok")
    found = tables.find(desktop.book, HISTORY_SPEC)
    row = next(number for number, row in enumerate(desktop.rows(HISTORY_SPEC)) if row["unit_cost"] is not None)
    found.column_cells("restore", row, 1).value = "yes"

    _, kept = desktop.press("restore", "cancel")
    _, message = desktop.press("restore", "ok")

    assert "still there" in kept
    assert message.startswith("1 value restored"), message
    assert len(saved) > 1
    assert 1 == int(desktop.books().overrides["unit_cost"].notna().sum())


@pytest.mark.few(1)
@pytest.mark.parametrize(("answer", "formulas"), [("yes", True), ("no", False)])
def test_cogs_workbook_asks_whether_formulas_stay(desktop: Desktop, answer: str, *, formulas: bool) -> None:
    """It lies beside the workbook under a name of its own; Cancel writes none."""
    _, cancelled = desktop.press("cogs-workbook", "cancel")
    assert "No workbook was written." == cancelled
    desktop.press("cogs-workbook", answer)

    (file,) = desktop.path.parent.glob("COGS *.xlsx")
    kinds = {cell.data_type for sheet in openpyxl.load_workbook(file) for row in sheet.iter_rows() for cell in row}
    assert formulas == ("f" in kinds)


@pytest.mark.long
def test_export_to_excel_writes_what_went_out_once_more(desktop: Desktop) -> None:
    """Entries exported for QuickBooks become a workbook too; nothing is posted twice, and QuickBooks is remembered."""
    export_the_deposit(desktop)
    before = posted_entries(desktop)

    _, message = desktop.press("export-excel", "ok", "ok")

    assert Ledger.QUICKBOOKS == desktop.books().policies.accounting_system
    assert before == posted_entries(desktop)
    assert "written again from the books" in message
    assert 1 == len(workbooks_of_entries(desktop.path.parent))


def posted_entries(desktop: Desktop) -> list[PostedEntry]:
    with Database.open(desktop.path.parent / "demo.sqlite") as database, database.reading() as connection:
        return list(stored_entries.posted_entries(connection))


def workbooks_of_entries(folder: Path) -> list[Path]:
    return sorted((folder / "exports").glob("*.xlsx"))


@pytest.mark.long
def test_export_to_excel_exports_what_has_not_gone_out(desktop: Desktop) -> None:
    """Cancelled it writes nothing; agreed to, a workbook holds the entry that is now in the books."""
    desktop.choose_codes("200")
    cancelled = desktop.press("export-excel", "cancel")
    _, message = desktop.press("export-excel", "ok", "ok")

    assert "Nothing was exported." == cancelled[1]
    assert EntryStatus.EXPORTED == the_settlement(desktop).settlement_entry, message
    assert posted_entries(desktop)
    assert 1 == len(workbooks_of_entries(desktop.path.parent))


def test_upgrade_of_a_workbook_of_this_version_changes_nothing(desktop: Desktop) -> None:
    """No copy is written."""
    before = sorted(desktop.path.parent.iterdir())

    outcome, message = desktop.press("upgrade")

    assert (exchange.DONE, "Books.xlsm is up to date. Nothing was changed.") == (outcome, message)
    assert before == sorted(desktop.path.parent.iterdir())
