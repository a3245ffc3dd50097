"""What a killed run left unfinished goes a day later, and nothing else ever does."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest

from addin.machine.leftovers import tidy
from core.books.database.migrate import unfinished_file

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_796_000_000.0
DAY = 86_400
OTHERS = (".cogsheet-demo.json", ".cogsheet-mine.xlsm", ".cogsheet", "Books.xlsm", ".books.sqlite.new", "x.new")


def left_by_a_killed_run(books: Path, machine: Path) -> list[Path]:
    """Make what each deed leaves in the middle, by the very means of that deed."""
    (machine / "costs").mkdir(parents=True)
    saved = tempfile.mkstemp(prefix=".cogsheet-", suffix=".tmp", dir=books)[1]
    new = tempfile.mkdtemp(prefix=".cogsheet-", dir=books)
    published = tempfile.mkstemp(prefix="0a1b", suffix=".new", dir=machine / "costs")[1]
    moved, copied = unfinished_file(books / "acme.sqlite"), unfinished_file(machine / "Acme before 7.sqlite")
    listing, drawn = machine / "companies.new", machine / "machine.0a1b2c3d"
    journal = moved.with_name(f"{moved.name}-wal")
    for path in (listing, drawn, journal):
        path.touch()
    return [*map(type(books), (saved, new, published)), moved, copied, listing, drawn, journal]


@pytest.mark.parametrize(("age", "goes"), [(DAY + 1, True), (DAY - 1, False)])
def test_unfinished_files_go_a_day_later(tmp_path: Path, age: float, *, goes: bool) -> None:
    """Of every kind; a folder with what is in it."""
    books, machine = tmp_path / "books", tmp_path / "machine"
    books.mkdir()
    left = left_by_a_killed_run(books, machine)
    (left[1] / "Books.xlsm").touch()
    others = [folder / name for folder in (books, machine) for name in OTHERS]
    for path in others:
        path.touch()
    (books / ".cogsheet-payments").mkdir()
    others += [books / ".cogsheet-payments" / "June.pdf", books / ".cogsheet-payments"]
    others[-2].touch()
    for path in (*left, *others):
        os.utime(path, (NOW - age, NOW - age))

    tidy(books, books / "acme.sqlite", machine, NOW)

    assert [not goes] * len(left) == [path.exists() for path in left]
    assert all(path.exists() for path in others)


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    """And folders that are not there are no matter."""
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "June.pdf").touch()
    link = tmp_path / ".cogsheet-abcd1234"
    link.symlink_to(tmp_path / "papers")
    os.utime(link, (NOW - 2 * DAY, NOW - 2 * DAY), follow_symlinks=False)

    tidy(tmp_path, "postgresql://server/books", tmp_path / "none", NOW)

    assert (False, True) == (link.is_symlink(), (tmp_path / "papers" / "June.pdf").exists())
