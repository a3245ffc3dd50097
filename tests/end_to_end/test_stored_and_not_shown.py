"""Where something is stored and the workbook cannot show it, the message says what, and never that nothing is."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.commands.close.exporting import ExportCommandOptions, export
from addin.commands.desk_opening import on_file
from addin.commands.stored_not_shown import StoredNotShownError
from core.errors import WorkbookError
from core.journal.files import Ledger
from tests.end_to_end.stories import item, v2

if TYPE_CHECKING:
    from pathlib import Path

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk
    from tests.end_to_end.stories import Story

DEPOSIT = ExportCommandOptions(entries="settlement", ledger=Ledger.QUICKBOOKS)


@pytest.fixture
def sold(story: Story, tmp_path: Path) -> Story:
    """Return books with one settlement, whose deposit can go out."""
    story.bring(v2(tmp_path, [item("Order", "U-1", "40.00", units="2", day="2026-09-02")], "1"))
    return story


def journal(story: Story) -> set[str]:
    return {str(row["Entry"]) for row in story.book.table("Journal").rows if row["Entry"]}


@pytest.mark.long
def test_a_workbook_that_is_opened_meanwhile_hides_nothing(sold: Story) -> None:
    """Somebody opens it in Excel while the export runs: what it did stands before what it could not do."""
    mark = sold.book.path.with_name(f"~${sold.book.path.name}")

    def opened_meanwhile(desk: Desk) -> Outcome:
        outcome = export(desk, ids=["1"], options=DEPOSIT)
        mark.touch()
        return outcome

    told = on_file(sold.book.path, opened_meanwhile)
    (file,) = (sold.book.path.parent / "exports").iterdir()
    mark.unlink()

    assert (2, True) == (told.exit_status, told.message.startswith("Settlement Amazon/1: 1 entry."))
    assert "\nThis is stored in the books: batch 2, export by " in told.message
    assert (
        f"To import: {file}. The workbook does not show it yet: Books.xlsm is open in another program" in told.message
    )
    assert "nothing was written" not in told.message.lower()
    assert set() == journal(sold)
    sold.deed("trueups")
    assert 1 == len(journal(sold))


@pytest.mark.long
def test_a_sheet_that_refuses_its_cells_hides_nothing(sold: Story) -> None:
    """The export is stored when a sheet turns out to be protected: the error says so, and the next command shows it."""

    def refused(desk: Desk) -> Outcome:
        export(desk, ids=["1"], options=DEPOSIT)
        raise WorkbookError(
            "Sheet Costs is protected and A5 is locked. Nothing was written. Unprotect it and try again."
        )

    with pytest.raises(StoredNotShownError) as told:
        on_file(sold.book.path, refused)
    words = str(told.value)
    assert words.startswith("This is stored in the books: batch 2, export by ")
    assert "does not show it yet: Sheet Costs is protected and A5 is locked. Do not do it again" in words
    assert "Nothing was written" not in words
    sold.deed("trueups")
    assert 1 == len(journal(sold))


@pytest.mark.long
def test_a_disk_that_is_full_when_the_workbook_is_saved_hides_nothing(
    sold: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The save of costs is in the books; the workbook is whole, as it was, and the next command shows it."""
    sold.answer(({"SKU": "A"}, {"Cost": 5}))
    before = sold.book.path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        told = sold.deed("undo", status=2).output
    assert "Batch 2 is undone: 1 line as before." in told
    assert "This is stored in the books: batch 3, undo by " in told
    assert "No space left on device." in told
    assert before == sold.book.path.read_bytes()
    sold.deed("trueups")
    assert 3 in [row["Batch"] for row in sold.book.table("Change history").rows]


def test_an_error_before_anything_is_stored_stays_as_it_is(sold: Story) -> None:
    """It says of itself that nothing was done."""

    def refuse(_: Desk) -> Outcome:
        raise WorkbookError("Sheet Costs is missing. Nothing was written.")

    with pytest.raises(WorkbookError, match=r"^Sheet Costs is missing\. Nothing was written\.$"):
        on_file(sold.book.path, partial(refuse))
