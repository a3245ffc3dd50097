"""The books of a large seller: import, costing, and filling the sheets of a workbook."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from addin.commands.settlements import importing, opening
from addin.commands.setup.new import write_workbook
from addin.sheets.desk import Desk
from benchmarks.large_books import large_file
from benchmarks.timing import seconds
from core.books.costed_lines.recosting import after_save
from core.books.database import Database
from core.books.database.company import new_company
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.company_databases import MachineFolder
from core.model import Event
from workbook_engine import workbook

if TYPE_CHECKING:
    from addin.commands.outcome import Outcome

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def measure() -> list[tuple[str, str]]:
    """Measure with one settlement of 55,000 lines."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "90000000001.txt"
        file.write_bytes(large_file(55_000, file.stem))
        with Database.create(folder / "books.sqlite", new_company("Bench", "USD", NOW)) as database:
            book = folder / "Books.xlsm"
            write_workbook(book, database)
            _press(book, database, partial(importing.import_files, files=[file]))
            lines = len(load_books(database).lines)
            fill = partial(opening.fill, ids=[file.stem])
            return [
                (f"load and cost {lines:,} transactions", seconds(lambda: load_books(database))),
                (f"cost {lines:,} transactions after saving one of them", _after_a_save(database)),
                (
                    f"fill sheet Transactions with {lines:,} rows and save",
                    seconds(lambda: _press(book, database, fill)),
                ),
                ("size of the workbook", f"{book.stat().st_size / 1e6:7.2f} MB"),
            ]


def _after_a_save(database: Database) -> str:
    """Measure costing what one saved cost touches, its database read included."""
    before = load_books(database)
    sales = before.lines[before.lines["event"] == Event.SALE]
    answer = Answer(str(sales["key"].iloc[0]), 0, Decimal("4.25"), None)
    save_answers(database, before, [answer], settlement_ids=None, accept_proposals=False, who="bench", now=NOW)
    return seconds(lambda: after_save(database, before))


def _press(book: Path, database: Database, action: partial[Outcome]) -> None:
    with workbook(book) as opened:
        action(Desk(opened, book, database, "bench", MachineFolder(book.parent / "user")))
        opened.save()
