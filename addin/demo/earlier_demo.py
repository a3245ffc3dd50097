"""What an earlier `cogsheet demo` left in a folder: that is replaced, and nothing else is.

Each of its files carries a mark: the workbook its hidden name, the database its id, and the settlement files a list of
their contents beside the workbook. Whatever lacks the mark is somebody's own.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from addin.sheets.workbook import open_workbook, read_books_name
from core.books.database.whose_books import database_id_of
from core.company_databases import DEMO
from core.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BOOK = "Books.xlsm"
DATABASE = "demo.sqlite"
FILES = "settlements"
MARKS = ".cogsheet-demo.json"
"""Beside the workbook: the hash of each settlement file as the demo wrote it."""
_OF_SQLITE = ("", "-wal", "-shm", "-journal")


class NotOfTheDemoError(WorkbookError):
    """Something in the folder is somebody's own."""

    def __init__(self, found: list[Path]) -> None:
        names = ", ".join(str(path) for path in found)
        super().__init__(
            f"The demo cannot be made there, because it would replace what is not the demo's own: {names}. Nothing was "
            f"touched. Choose another folder with `cogsheet demo --folder`, or move that away first."
        )


def remove_earlier_demo(folder: Path, files: list[tuple[str, bytes]]) -> None:
    """Remove what an earlier demo made, so that it can be made anew.

    Args:
        folder: Of the demo.
        files: Name and content of each settlement file that is made now.

    Raises:
        NotOfTheDemoError: If something has the name of a file of the demo and is none; then nothing is removed.
        WorkbookError: If the workbook is open elsewhere, or cannot be read.
    """
    found = list(_foreign(folder, files))
    if found:
        raise NotOfTheDemoError(found)
    settlements = folder / FILES
    ours = [settlements / name for name in {*_marks(folder), *(name for name, _ in files)}]
    for path in [folder / BOOK, *(folder / f"{DATABASE}{end}" for end in _OF_SQLITE), *ours]:
        path.unlink(missing_ok=True)


def write_marks(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Note what the settlement files of the demo are, so that the next demo knows them again."""
    hashes = {name: sha256(content).hexdigest() for name, content in files}
    (folder / MARKS).write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")


def _foreign(folder: Path, files: list[tuple[str, bytes]]) -> Iterator[Path]:
    """Yield what stands where the demo would write, and is not of an earlier one."""
    book, database, settlements = folder / BOOK, folder / DATABASE, folder / FILES
    if os.path.lexists(book) and not _is_book_of_demo(book):
        yield book
    if os.path.lexists(database) and database_id_of(database) != DEMO:
        yield database
    if settlements.is_dir():
        marks = _marks(folder)
        known = {name: {sha256(content).hexdigest(), marks.get(name)} for name, content in files}
        known |= {name: {mark} for name, mark in marks.items() if name not in known}
        yield from (settlements / name for name, hashes in known.items() if _differs(settlements / name, hashes))
    elif os.path.lexists(settlements):
        yield settlements


def _is_book_of_demo(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with open_workbook(path) as book:
            return read_books_name(book).database_id == DEMO
    except WorkbookError:
        return False


def _differs(path: Path, hashes: set[str | None]) -> bool:
    """Tell whether a file is there that is none of those."""
    if not os.path.lexists(path):
        return False
    return not path.is_file() or sha256(path.read_bytes()).hexdigest() not in hashes


def _marks(folder: Path) -> dict[str, str]:
    """Return the hash of each file that an earlier demo wrote; only plain names, for they are removed."""
    try:
        noted = json.loads((folder / MARKS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    pairs = noted.items() if isinstance(noted, dict) else ()
    return {name: str(mark) for name, mark in pairs if name == Path(name).name}
