"""A year of a seller in one workbook: 24 settlements, 60,000 transactions, P&L and one COGS tab."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from addin.commands.reports import cogs_reports, pnl
from addin.commands.settlements.importing import import_files
from addin.commands.settlements.opening import fill
from addin.commands.setup.new import write_workbook
from addin.sheets.desk import Desk
from addin.sheets.drill_down import connect_rows
from benchmarks.large_books import large_file
from benchmarks.timing import seconds
from core.books.database import Database
from core.books.database.company import new_company
from core.books.loading import load_books
from core.company_databases import MachineFolder
from workbook_engine import workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from addin.commands.outcome import Outcome

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SETTLEMENTS = 24
TRANSACTIONS = 60_000


def measure() -> list[tuple[str, str]]:
    """Measure what the user waits for; each figure is one button with opening and saving the file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_files(folder)
        with Database.create(folder / "books.sqlite", new_company("Bench", "USD", NOW)) as database:
            book = folder / "Books.xlsm"
            write_workbook(book, database)
            press(book, database, partial(import_files, files=files))
            lines = len(load_books(database).lines)
            chosen = files[-1].stem
            return [
                (
                    f"load and cost {SETTLEMENTS} settlements, {lines:,} transactions",
                    seconds(lambda: load_books(database)),
                ),
                ("P&L of all of them", seconds(lambda: press(book, database, pnl.make_pnl))),
                ("one COGS tab", seconds(lambda: press(book, database, partial(cogs_reports.cogs, ids=[chosen])))),
                (
                    "open one settlement",
                    seconds(lambda: press(book, database, partial(fill, ids=[chosen]))),
                ),
                ("size of the workbook", f"{book.stat().st_size / 1e6:7.2f} MB"),
            ]


def write_files(folder: Path) -> list[Path]:
    """Write settlement files that hold so many transactions together."""
    # A transaction of the demo business is five lines of its file.
    size = int(TRANSACTIONS / SETTLEMENTS * 5)
    files = [folder / f"900000000{number:02d}.txt" for number in range(SETTLEMENTS)]
    for file in files:
        file.write_bytes(large_file(size, file.stem))
    return files


def press(book: Path, database: Database, action: Callable[[Desk], Outcome]) -> None:
    """Do what a command does: open, act, connect the rows, save."""
    with workbook(book) as opened:
        action(Desk(opened, book, database, "bench", MachineFolder(book.parent / "user")))
        connect_rows(opened)
        opened.save()
