"""A file that people take away is never replaced by another."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest

from addin.takeaway.written_files import FileNotWrittenError, FileThereError, write_file, write_next

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_with_other_contents_is_refused_by_name(tmp_path: Path) -> None:
    """It stays as it is; the same contents are no other file."""
    path = tmp_path / "new folder" / "COGS.xlsx"
    write_file(path, b"first")
    write_file(path, b"first")

    with pytest.raises(FileThereError, match=r"COGS\.xlsx exists already"):
        write_file(path, b"second")

    assert (b"first", ["COGS.xlsx"]) == (path.read_bytes(), [one.name for one in path.parent.iterdir()])


def test_a_file_whose_name_we_chose_takes_the_next_one(tmp_path: Path) -> None:
    """Each that says something else has a name of its own, and the same again is found."""
    path = tmp_path / "entries.csv"

    written = [write_next(path, content).name for content in (b"1", b"2", b"3", b"2", b"1")]

    assert ["entries.csv", "entries (2).csv", "entries (3).csv", "entries (2).csv", "entries.csv"] == written
    assert [b"1", b"2", b"3"] == [(tmp_path / name).read_bytes() for name in written[:3]]
    assert 3 == len(list(tmp_path.iterdir()))


def test_neither_a_folder_nor_a_link_into_nowhere_is_replaced(tmp_path: Path) -> None:
    """Both are something else of that name."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "away")

    for name in ("folder", "link"):
        with pytest.raises(FileThereError):
            write_file(tmp_path / name, b"x")
        assert write_next(tmp_path / name, b"x").name == f"{name} (2)"
    assert not (tmp_path / "away").exists()


def test_a_place_that_takes_no_file_is_named(tmp_path: Path) -> None:
    """A file stands where a folder should be."""
    (tmp_path / "exports").write_bytes(b"")

    for write in (write_file, write_next):
        with pytest.raises(FileNotWrittenError, match="exports"):
            write(tmp_path / "exports" / "a.csv", b"x")


def test_what_a_killed_command_left_unfinished_is_tidied(tmp_path: Path) -> None:
    """After an hour: another command may be writing a younger one. Files of other names stay."""
    old, young, other = (tmp_path / name for name in (".cogsheet1", ".cogsheet2", "mine.csv"))
    for path in (old, young, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (0, 0))
    write_file(tmp_path / "a.csv", b"x")
    assert {young, other, tmp_path / "a.csv"} == set(tmp_path.iterdir())


def test_a_network_folder_whose_names_cannot_be_kept_takes_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It refuses to be asked for its names, and has the file all the same."""
    ask = os.fsync

    def refuse(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        ask(number)

    monkeypatch.setattr(os, "fsync", refuse)
    write_file(tmp_path / "a.csv", b"x")
    assert b"x" == (tmp_path / "a.csv").read_bytes()
