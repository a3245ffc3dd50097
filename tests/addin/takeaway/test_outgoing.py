"""Files leave the outbox whole or not at all, whatever fails on the way, and none is lost or written twice."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from addin.takeaway.outgoing import deliver
from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.entries import outbox, stored_entries
from core.books.entries.outbox import FileOfEntries
from core.books.entries.stored_entries import EntryLineRow, EntryRow
from core.company_databases import MachineFolder
from core.journal.entry import EntryKind
from tests.core.books.examples import COMPANY, NOW
from tests.new_books import copy_of_new_books

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT = b"Journal No,Debits\r\nCS2608-1,4.10\r\n"


@pytest.fixture
def here(tmp_path: Path) -> MachineFolder:
    """Return this computer's folder."""
    return MachineFolder(tmp_path / "machine")


@pytest.fixture
def books(tmp_path: Path, here: MachineFolder) -> Iterator[Database]:
    """Return books of which one file waits in the outbox."""
    with copy_of_new_books(tmp_path / "Books.sqlite", COMPANY) as database:
        decide(database, "S1.csv", tmp_path / "exports", here)
        yield database


def decide(database: Database, name: str, folder: Path, machine: MachineFolder) -> None:
    """Store an entry and its file."""
    lines = (EntryLineRow("5000", Decimal("4.1"), "USD"), EntryLineRow("1400", Decimal("-4.1"), "USD"))
    entry = EntryRow(name, EntryKind.ACCRUAL, date(2026, 8, 31), lines, store="US", name=name)
    with database.writing() as connection:
        stored_entries.post(connection, entry, batches.new(connection, BatchKind.EXPORT, "M. Lee", NOW))
        outbox.keep_files(connection, [FileOfEntries(name, CONTENT, (name,))], str(folder), machine.id)


def waiting(database: Database) -> list[str]:
    """Return the names of the files that wait."""
    with database.reading() as connection:
        return [one.name for one in outbox.unwritten(connection)]


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "steps",
    [((tempfile, "mkstemp"),), ((os, "fsync"),), ((Path, "hardlink_to"), (Path, "replace")), ((Path, "mkdir"),)],
)
def test_a_full_disk_at_any_step_leaves_nothing_half_and_loses_nothing(
    books: Database, here: MachineFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: Any
) -> None:
    """The reason is told; once there is room the file is there with every byte, and is not written again."""
    with monkeypatch.context() as disk:
        for owner, name in steps:
            disk.setattr(owner, name, full)
        failed = deliver(books, here, NOW)
    assert (["S1.csv"], ()) == (waiting(books), failed.paths)
    assert "No space left on device" in failed.left[0].why
    assert [] == list(tmp_path.glob("exports/*"))

    done = deliver(books, here, NOW)

    assert ((str(tmp_path / "exports" / "S1.csv"),), ()) == (done.paths, done.left)
    assert CONTENT == (tmp_path / "exports" / "S1.csv").read_bytes()
    assert deliver(books, here, NOW).is_empty


def test_a_folder_that_cannot_be_written_keeps_no_other_file_back(
    books: Database, here: MachineFolder, tmp_path: Path
) -> None:
    """A file lies in the place of the first one's folder; the second goes into a folder of its own."""
    decide(books, "S2.csv", tmp_path / "free", here)
    (tmp_path / "exports").write_bytes(b"")
    done = deliver(books, here, NOW)
    assert (["S1.csv"], [str(tmp_path / "free" / "S2.csv")]) == (waiting(books), list(done.paths))


def test_a_file_that_somebody_has_opened_and_changed_is_left(
    books: Database, here: MachineFolder, tmp_path: Path
) -> None:
    """Of that name lies something else: it stays, and the entries take the next name."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "S1.csv").write_bytes(b"mine")
    (path,) = deliver(books, here, NOW).paths
    assert ("S1 (2).csv", CONTENT) == (Path(path).name, Path(path).read_bytes())
    assert b"mine" == (tmp_path / "exports" / "S1.csv").read_bytes()


def test_a_file_of_another_computer_waits_for_it(books: Database, here: MachineFolder, tmp_path: Path) -> None:
    """Its folder is a place there; here it is only named."""
    other = MachineFolder(tmp_path / "other machine")
    seen = deliver(books, other, NOW)
    assert () == seen.paths
    assert "on the computer on which it was exported" in seen.left[0].why
    assert not (tmp_path / "exports").exists()
    assert 1 == len(deliver(books, here, NOW).paths)


def test_two_commands_that_deliver_at_once_write_one_file(books: Database, here: MachineFolder, tmp_path: Path) -> None:
    """Each finds it waiting: it lies there once, whole, and both may say so."""
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: deliver(books, here, NOW), range(4)))
    assert {str(tmp_path / "exports" / "S1.csv")} == {path for one in done for path in one.paths}
    assert [CONTENT] == [path.read_bytes() for path in (tmp_path / "exports").iterdir()]
    assert [] == waiting(books)


def test_the_note_that_cannot_be_stored_is_stored_by_the_next_command(
    books: Database, here: MachineFolder, tmp_path: Path
) -> None:
    """Another program writes for too long: the file is there and told, and the next command finds and notes it."""
    with (
        Database.open(tmp_path / "Books.sqlite", busy_seconds=0.01) as hurried,
        books.writing(),
    ):
        first = deliver(hurried, here, NOW)
    second = deliver(books, here, NOW)
    assert first.paths == second.paths == (str(tmp_path / "exports" / "S1.csv"),)
    assert (1, []) == (len(list((tmp_path / "exports").iterdir())), waiting(books))
