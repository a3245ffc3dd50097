"""The mark of an open workbook says whose it is and how old: a crash leaves it, and nobody else takes it away."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook_engine.errors import OpenElsewhereError
from workbook_engine.parts.open_marks import refuse_if_open, user_of_mark

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_796_000_000.0


def excel(name: str, narrow: str = "") -> bytes:
    """Return the mark that Excel makes for a user: 165 bytes."""
    plain = (narrow or name).encode("cp1252", errors="replace")
    wide = name.encode("utf-16-le")
    return bytes([len(plain)]) + plain.ljust(54) + len(name).to_bytes(2, "little") + wide.ljust(108, b"\0")


def marked(folder: Path, mark: str, content: bytes, age: float) -> str:
    """Return what is said of a workbook beside which a mark of such an age lies."""
    (folder / mark).write_bytes(content)
    os.utime(folder / mark, (NOW - age, NOW - age))
    with pytest.raises(OpenElsewhereError) as caught:
        refuse_if_open(folder / "Books.xlsm", now=lambda: NOW)
    return str(caught.value)


@pytest.mark.parametrize(
    ("mark", "content", "age", "words"),
    [
        ("~$Books.xlsm", excel("Ann Müller"), 3 * 86_400 + 5, "of Ann Müller, 3 days old)"),
        ("~$Books.xlsm", excel("李娜"), 3_600, "of 李娜, 1 hour old)"),
        ("~$Books.xlsm", excel("Ann")[:55], 59 * 60, "of Ann, 59 minutes old)"),
        ("~$Books.xlsm", b"", -5, "in the same folder, less than a minute old)"),
        (".~lock.Books.xlsm#", b",Ann M,ann,mac,01.12.2026 10:00,file:///;", 7_200, "of Ann M, 2 hours old)"),
        (".~lock.Books.xlsm#", b",,ann,mac,01.12.2026 10:00,file:///;", 7_200, "of ann, 2 hours old)"),
    ],
)
def test_a_mark_says_whose_it_is_and_how_old(tmp_path: Path, mark: str, content: bytes, age: float, words: str) -> None:
    """And that it may be deleted."""
    told = marked(tmp_path, mark, content, age)

    assert words in told
    assert f"If nobody has it open any more, as after a crash, delete {mark}." in told


def test_a_mark_that_its_program_holds_is_no_left_one(tmp_path: Path) -> None:
    """What cannot be read is in use: nobody is told to delete it."""
    (tmp_path / "~$Books.xlsm").mkdir()

    with pytest.raises(OpenElsewhereError, match=r"try again; nothing was written\.$"):
        refuse_if_open(tmp_path / "Books.xlsm")


@given(st.binary(max_size=200))
def test_a_mark_of_any_bytes_is_read(content: bytes) -> None:
    """Another program may have written it."""
    assert user_of_mark(content).isprintable()
