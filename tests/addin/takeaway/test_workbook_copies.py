"""A workbook is copied before the first write of a day; the last ten copies are kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from addin.cli import main
from addin.takeaway.workbook_copies import keep_copy_of_day

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 11, 30)


def copies(book: Path) -> dict[str, bytes]:
    """Return name and content of what lies in the folder of copies."""
    return {path.name: path.read_bytes() for path in book.with_name(f"{book.stem} copies").iterdir()}


@pytest.mark.parametrize("name", ["Books.xlsm", "Acme [2026] & Söhne.xlsx", "A.B.xlsm"])
def test_the_first_state_of_a_day_is_kept(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """What is written later that day changes no copy."""
    book = tmp_path / name
    for content, day in ((b"first", DAY), (b"second", DAY), (b"third", DAY + timedelta(days=1))):
        book.write_bytes(content)
        keep_copy_of_day(book, day)

    days = {f"{book.stem} 2026-11-30{book.suffix}": b"first", f"{book.stem} 2026-12-01{book.suffix}": b"third"}
    assert (days, "") == (copies(book), caplog.text)


def test_ten_copies_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    """Other workbooks of the folder, and what somebody put there, stay."""
    book = tmp_path / "Books.xlsm"
    book.write_bytes(b"x")
    others = ["Books 2026-01-01 mine.xlsm", "Books 2026-1-1.xlsm", "Other 2026-01-01.xlsm", "Books 2026-01-01.txt"]
    (tmp_path / "Books copies").mkdir()
    for other in others:
        (tmp_path / "Books copies" / other).touch()

    for number in range(14):
        keep_copy_of_day(book, DAY + timedelta(days=number))

    left = {f"Books {DAY + timedelta(days=number):%Y-%m-%d}.xlsm" for number in range(4, 14)}
    assert {*left, *others} == set(copies(book))


def test_where_no_copy_can_be_made_the_command_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file has the folder's name, or the workbook was never saved; the log says the former."""
    book = tmp_path / "Books.xlsm"
    keep_copy_of_day(book, DAY)
    assert [] == list(tmp_path.iterdir())

    book.write_bytes(b"x")
    (tmp_path / "Books copies").touch()
    keep_copy_of_day(book, DAY)
    assert "no copy of" in caplog.text


def test_a_command_keeps_one_before_it_writes(new_books: Path) -> None:
    """The copy is the workbook as it was."""
    before = new_books.read_bytes()
    CliRunner().invoke(main, ["resolve", str(new_books)])

    assert [before] == list(copies(new_books).values())
    assert before != new_books.read_bytes()
