"""Workbook files that would fill the memory are refused before they do."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from workbook_engine.errors import NotAWorkbookError
from workbook_engine.parts.package import Package

if TYPE_CHECKING:
    from pathlib import Path

PART = "xl/worksheets/sheet1.xml"
CENTRAL, SIZE = b"PK\x01\x02", 24
"""How an entry of an archive's list begins, and where in it the size stands that it says."""


def file_of(folder: Path, content: bytes, says: int) -> Path:
    """Write a workbook file of one part that says to have so many bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PART, content)
    listed = bytearray(packed.getvalue())
    struct.pack_into("<I", listed, listed.index(CENTRAL) + SIZE, says)
    path = folder / "Books.xlsm"
    path.write_bytes(listed)
    return path


@pytest.mark.parametrize(
    ("packed", "says", "words"),
    [
        (1_000, 1_000_000_001, "its part xl/worksheets/sheet1.xml has more than 1,000 million bytes"),
        (1_000, 3_000_000_000, "has more than 1,000 million bytes"),
        (1_000, 50_000_001, "its part xl/worksheets/sheet1.xml is far larger than what it is packed in"),
        (200_000, 900_000_000, "is far larger than what it is packed in"),
    ],
)
def test_a_part_that_unpacks_without_end_is_refused(tmp_path: Path, packed: int, says: int, words: str) -> None:
    """By what the archive itself says of it: more than that is never unpacked."""
    package = Package(file_of(tmp_path, os.urandom(packed), says))

    with pytest.raises(NotAWorkbookError, match=words):
        package.read(PART)


def test_a_part_that_says_too_little_is_refused(tmp_path: Path) -> None:
    """No more is unpacked than it says, and that is not what its checksum stands for."""
    package = Package(file_of(tmp_path, bytes(1_000_000), says=10))

    with pytest.raises(NotAWorkbookError, match="is damaged"):
        package.read(PART)


def test_a_sheet_of_many_equal_rows_is_read(tmp_path: Path) -> None:
    """It is packed a thousand times smaller, and far too small to harm anybody."""
    rows = b'<row><c t="s"><v>5</v></c></row>' * 500_000
    package = Package(file_of(tmp_path, rows, len(rows)))

    assert len(rows) == len(package.read(PART))


def test_a_file_larger_than_any_workbook_is_not_read(tmp_path: Path) -> None:
    """Its size alone tells."""
    path = tmp_path / "Books.xlsm"
    path.touch()
    os.truncate(path, 1_000_000_001)

    with pytest.raises(NotAWorkbookError, match="it has more than 1,000 million bytes"):
        Package(path)
