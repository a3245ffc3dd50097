"""Files of entries are stored with them: whatever keeps one from being written, the next command writes it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import balances, bought, dated, item, left, v2

if TYPE_CHECKING:
    from tests.end_to_end.demo_book import Ran
    from tests.end_to_end.stories import FinaleOnLine, Story

FOR_QUICKBOOKS = ("--format", "quickbooks")
PROJECT = Path(__file__).parents[2]
KILLED = """
import os, sys
from addin.cli import main
left, really = int(sys.argv[1]), os.fsync
def fsync(number):
    global left
    left -= 1
    really(number) if left else os._exit(9)
os.fsync = fsync
main(sys.argv[2:])
"""
"""A command that dies where it asks the disk for the n-th time to keep what was written."""


def exports(story: Story) -> Path:
    return story.book.path.parent / "exports"


def export_into_nowhere(story: Story) -> Ran:
    """Export while a file lies where the folder of exports would be."""
    exports(story).write_text("in the way", encoding="utf-8")
    return story.deed("export", "1", *FOR_QUICKBOOKS, status=2)


def cogs(paths: list[str]) -> Decimal:
    return balances(paths).get("Cost of Goods Sold", Decimal(0))


@pytest.mark.long
def test_a_file_that_could_not_be_written_is_written_by_the_next_command(sold: Story) -> None:
    """Any command writes it once the folder is free again; nobody has to reopen anything."""
    stuck = export_into_nowhere(sold)
    assert "Settlement Amazon/1: 2 entries, its costs are locked." in stuck.output
    assert "the next button writes it there" in stuck.output
    assert 1 == len(sold.deed("resolve", "--json", status=1).data["unwritten"])

    exports(sold).unlink()
    late = sold.deed("resolve", "--json").data["written_late"]

    assert Decimal("10.00") == cogs(late)
    assert [Path(path) for path in late] == list(exports(sold).iterdir())
    assert "Written now" not in sold.deed("resolve").output


@pytest.mark.long
def test_check_names_a_file_that_waits_and_writes_it_once_it_can(sold: Story) -> None:
    """It looks at the other parts too, and waits for a Finale that does not answer."""
    export_into_nowhere(sold)
    assert "check  Files to import: " in sold.deed("doctor", status=1).output

    exports(sold).unlink()

    assert "Files to import" not in sold.deed("doctor", status=1).output
    assert 1 == len(list(exports(sold).iterdir()))


@pytest.mark.long
def test_a_file_that_waits_is_done_once_all_its_entries_are_written_elsewhere(sold: Story, tmp_path: Path) -> None:
    """Half of them elsewhere would be imported twice once the file is written, and count as never written till then."""
    assert "A file lies where its folder should be" in export_into_nowhere(sold).output
    again = ("export", "--again", "1", "--folder", str(tmp_path / "usb"), "--json")
    refused = sold.deed(*again, "--entries", "cogs", status=2).data["error"]
    assert "in one file with others" in refused
    assert "write Amazon 1 2026-09 settlement r1 elsewhere together with the rest" in refused
    assert not (tmp_path / "usb").exists()
    assert Decimal("10.00") == cogs(sold.deed(*again).data["files"])

    exports(sold).unlink()
    assert "Written now" not in sold.deed("resolve").output
    assert not exports(sold).exists()


@pytest.fixture
def two(story: Story, finale: FinaleOnLine, tmp_path: Path) -> Story:
    """Return books with two settlements that went out at 5.00 and 5.00 and cost 6.00 each now."""
    for number in ("1", "2"):
        story.bring(v2(tmp_path, [item("Order", f"U-{number}", "40.00", units="1", day="2026-09-02")], number))
    gone = [left("U-1", "2026-09-01"), left("U-2", "2026-09-01")]
    finale.sync(story, bought("A", "2026-08-01", 50, "5"), *gone)
    story.deed("export", "1", "2", *FOR_QUICKBOOKS)
    finale.sync(story, bought("A", "2026-08-01", 50, "6"), *gone)
    return story


@pytest.mark.long
def test_a_file_of_two_settlements_is_not_deleted_for_one_of_them(two: Story, tmp_path: Path) -> None:
    """The entry of the other settlement stands, and is in that file alone: it is written by itself."""
    (file,) = two.decide("accept").data["files"]
    told = two.deed("reopen", "1", "--reason", "wrong bill", "--not-imported").output
    assert f"{file} also holds Amazon 2 " in told
    assert "Export to Excel writes what stands by itself" in told
    again = two.deed("export", "--again", "2", "--entries", "true-ups", "--folder", str(tmp_path / "usb"), "--json")
    assert Decimal("1.00") == cogs(again.data["files"])


@pytest.mark.long
def test_no_settlement_is_reopened_whose_entries_wait_with_those_of_another(two: Story) -> None:
    """Its entry would be written and imported though it was taken back; once the file is written it is asked."""
    for file in exports(two).iterdir():
        file.unlink()
    exports(two).rmdir()
    exports(two).write_text("in the way", encoding="utf-8")
    assert 2 == two.decide("accept").status
    refused = two.deed("reopen", "1", "--reason", "wrong bill", "--imported", status=2).error
    assert "in one file with others" in refused
    assert "`export --again --folder FOLDER`" in refused

    exports(two).unlink()
    two.deed("reopen", "1", "--reason", "wrong bill", "--imported")
    two.ties()


@pytest.mark.long
@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_killed_export_is_finished_by_the_next_command(sold: Story, step: int) -> None:
    """Dead before the file has its name, before it is noted as written, and before the workbook is saved."""
    command = [sys.executable, "-c", KILLED, str(step), "export", str(sold.book.path), "1", *FOR_QUICKBOOKS]
    assert 9 == subprocess.run(command, cwd=PROJECT, check=False, capture_output=True).returncode  # noqa: S603 - our own

    sold.deed("trueups")

    (file,) = (str(path) for path in exports(sold).glob("*.csv"))
    assert Decimal("10.00") == cogs([file])
    assert "Exported" == sold.status()
    sold.ties()


@pytest.mark.long
def test_what_was_never_written_is_withdrawn_and_not_reversed(sold: Story) -> None:
    """The way out that left all accounts at 0.00: reopened and exported again, the files hold the sale once."""
    export_into_nowhere(sold)
    reopened = sold.deed("reopen", "1", "--reason", "no file", "--json").data
    exports(sold).unlink()
    files = sold.deed("export", "1", "--json").data["files"]

    assert ([], [], 2) == (reopened["files"], reopened["reversed"], len(reopened["withdrawn"]))
    assert files == [str(path) for path in exports(sold).iterdir()]
    assert Decimal("10.00") == cogs(files)
    assert files == sold.deed("export", "--again", "--json").data["files"]
    sold.ties()


@pytest.mark.long
def test_reopening_asks_whether_what_was_written_was_imported(sold: Story) -> None:
    """Nobody has said: nothing is done. Not imported: no reversal, and the file is named. Imported: a reversal."""
    first = sold.deed("export", "1", *FOR_QUICKBOOKS, "--json").data["files"]
    asked = sold.deed("reopen", "1", "--reason", "wrong bill", status=2)
    assert "Exported" == sold.status()
    told = sold.deed("reopen", "1", "--reason", "wrong bill", "--not-imported").output
    second = sold.deed("export", "1", "--json").data["files"]
    reversals = sold.deed("reopen", "1", "--reason", "wrong bill", "--imported", "--json").data["files"]
    third = sold.deed("export", "1", "--json").data["files"]

    assert "--not-imported" in asked.error
    assert first[0] in asked.error
    assert f"2 entries withdrawn, which nobody imported; costs can change again. Do not import {first[0]}" in told
    assert [10, 10, -10, 10] == [cogs(files) for files in (first, second, reversals, third)]
    again = sold.deed("export", "--again", "--json").data["files"]
    assert {*second, *reversals, *third} == set(again)
    sold.ties()


@pytest.mark.long
def test_a_reopening_names_its_revision(sold: Story) -> None:
    """What was reopened and exported since stands at another one than was meant."""
    sold.deed("export", "1", *FOR_QUICKBOOKS)
    sold.deed("reopen", "1", "--reason", "wrong bill", "--imported", "--revision", "1")
    sold.deed("export", "1")
    refused = sold.deed("reopen", "1", "--reason", "wrong bill", "--imported", "--revision", "1", status=2)
    assert "stands at revision 2 of its entries, not 1" in refused.error
    assert "Exported" == sold.status()


FEE = {"transaction-type": "other-transaction", "amount-type": "other-transaction", "amount": "-39.99"}


@pytest.mark.long
def test_of_files_written_again_those_before_a_full_disk_count_as_written(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may be imported: they are named, reopening asks about them, and the next command writes the others alone."""
    stick = tmp_path / "usb"
    for number in ("1", "2", "3"):
        story.bring(v2(tmp_path, [FEE | {"amount-description": "Subscription Fee", **dated("02")}], number))
    exports(story).write_text("in the way", encoding="utf-8")
    story.deed("export", "1", "2", "3", *FOR_QUICKBOOKS, status=2)
    keep = os.fsync

    def full(number: int) -> None:
        of_stick = {file.stat().st_ino for file in stick.iterdir()}
        if len(list(stick.glob("*.csv"))) == len(("1", "2")) and os.fstat(number).st_ino in of_stick:
            raise OSError(errno.ENOSPC, "No space left on device")
        keep(number)

    monkeypatch.setattr(os, "fsync", full)
    told = story.deed("export", "--again", "--folder", str(stick), status=2).output
    monkeypatch.setattr(os, "fsync", keep)
    asked = story.deed("reopen", "2", "--reason", "wrong bill", status=2).error
    exports(story).unlink()
    (late,) = story.deed("resolve", "--json").data["written_late"]

    assert [True, True] == [f"{file}" in told for file in stick.glob("*.csv")]
    assert "No space left on device. Make room on the disk" in told
    assert "`reopen --imported` says that all of them were" in asked
    assert "Amazon 3" in late
