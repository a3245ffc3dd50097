"""How often Excel is called over COM, per column: xlwings' own Windows code over the stand-ins of the tests."""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from addin import ribbon
from addin.sheets.exchange import MESSAGE_CELL, OUTCOME_CELL, SHEET
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC, fill_transactions
from benchmarks.filled_books import SETTLEMENT, filled_books
from benchmarks.rows import Result, counted
from core.books.loading import load_books
from tests.fake_excel.application import FakeApplication
from tests.fake_excel.com import Calls
from tests.fake_excel.windows_code import book_in, on_windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROWS = 13_000


def rows() -> Iterator[Result]:
    """Count the calls of a fill, and those of the whole press of the button that opens the settlement."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COGSHEET_HOME"] = folder
        with filled_books(Path(folder), ROWS) as (path, database):
            books = load_books(database)
        excel = FakeApplication()
        with on_windows(excel, path.name):
            excel.Workbooks.Open(str(path))
            book = book_in(excel, path.name)
            columns = len(TRANSACTIONS_SPEC.columns)
            yield counted("com-calls", _calls(partial(fill_transactions, book, books.lines, books)) / columns)
            excel.Workbooks.Item(path.name).select("Settlements", "A5")
            press = partial(ribbon.run, "fill", [f"--wb={path.name}"], vba_waits=True)
            yield counted("com-calls-button", _calls(press) / columns)
            outcome, told = (book.sheets[SHEET].range(cell).value for cell in (OUTCOME_CELL, MESSAGE_CELL))
            assert outcome == "done", told  # noqa: S101
            assert SETTLEMENT in str(told), told  # noqa: S101
        excel.end()


def _calls(deed: Callable[[], object]) -> int:
    before = Calls.count
    deed()
    return Calls.count - before
