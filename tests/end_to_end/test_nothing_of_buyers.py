"""Names and addresses of buyers are in no file that comes of their settlements, where originals are kept without."""

from __future__ import annotations

import sqlite3
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.company_databases import machine_folder
from tests.end_to_end.conftest import BOOKS
from tests.end_to_end.test_typed_mappings import type_setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.stories import Story

GOLDEN = Path(__file__).parents[1] / "golden" / "marketplaces"
BUYERS = (b"Jane Buyer", b"Springfield", b"97477", b"Anytown", b"90001")


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file of a folder, the parts of those that are packed, and what each cell of the books holds."""
    for path in (one for one in folder.rglob("*") if one.is_file()):
        yield str(path), path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{path}, {part}", archive.read(part)) for part in archive.namelist())
    with closing(sqlite3.connect(folder / BOOKS)) as books:
        for (table,) in books.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            cells = (cell for row in books.execute(f'SELECT * FROM "{table}"') for cell in row)  # noqa: S608 - its own names
            yield from ((table, _unpacked(cell)) for cell in cells if isinstance(cell, bytes))


def _unpacked(cell: bytes) -> bytes:
    try:
        return zlib.decompress(cell)
    except zlib.error:
        return cell


@pytest.mark.long
def test_outbox_entries_logs_reports_and_copies_name_no_buyer(story: Story, tmp_path: Path) -> None:
    """Two marketplaces' files with buyers in them: imported, damaged, exported into a folder that is none, reported."""
    type_setting(story.book, "Stored originals", "scrubbed")
    said = []
    for number, name in enumerate(("ebay-transaction-report.csv", "walmart-v1.csv")):
        whole = (GOLDEN / name).read_bytes()
        damaged = tmp_path.parent / f"{number} damaged {name}"
        damaged.write_bytes(whole.replace(b",97477,", b",,97477,").replace(b",31.96,", b",31.x6,"))
        assert any(one in whole for one in BUYERS)
        said += [story.book.run("import", str(file)) for file in (damaged, GOLDEN / name)]
    assert [2, 0, 2, 0] == [one.status for one in said], said
    ids = [str(row["Settlement ID"]) for row in story.book.table("Settlements").rows]
    (tmp_path / "exports").write_text("no folder", encoding="utf-8")
    how = ("--entries", "settlement", "--format", "quickbooks", "--accept-provisional")
    said += [story.book.run("export", one, *how) for one in ids]
    said += [story.book.run("doctor", "--report"), story.book.run("pnl")]

    found = [place for place, content in contents(tmp_path) for one in BUYERS if one in content]
    log = (machine_folder().path / "cogsheet.log").read_bytes()
    assert [] == found
    assert not any(one in log for one in BUYERS)
    assert not any(one.decode() in ran.output + ran.error for ran in said for one in BUYERS)
