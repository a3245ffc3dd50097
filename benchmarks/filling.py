"""Filling sheet Transactions of the template, beside XlsxWriter, which writes the same cells into a new file."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter

import workbook_engine
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC, fill_transactions
from addin.sheets.tables import tables
from addin.sheets.tables.native_cells import plain_values
from addin.sheets.tables.sheet_specs import NUMBER_FORMATS
from benchmarks.filled_books import filled_books
from benchmarks.rows import Peak, Result, by_turns, result
from core.books.loading import load_books

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.books.books import Books

SMALL, LARGE = 13_000, 200_000


@dataclass(frozen=True, slots=True)
class _Work:
    """Costed lines to be filled in, and where."""

    books: Books
    template: Path
    filled: Path

    def fill(self, source: Path) -> None:
        """Open a workbook file, fill the sheet, save it as another."""
        self.filled.write_bytes(source.read_bytes())
        with workbook_engine.workbook(self.filled) as book:
            fill_transactions(book, self.books.lines, self.books)
            book.save()

    def cells(self) -> Sequence[Sequence[object]]:
        """Return the cells of the filled sheet."""
        with workbook_engine.workbook(self.filled) as book:
            body = tables.find(book, TRANSACTIONS_SPEC).body
            return [] if body is None else plain_values(body)


def _write_anew(path: Path, cells: Sequence[Sequence[object]]) -> None:
    """Write the same cells by XlsxWriter, each with the number format of its column."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Transactions")
    formats = [book.add_format({"num_format": NUMBER_FORMATS[column.kind]}) for column in TRANSACTIONS_SPEC.columns]
    for number, row in enumerate(cells):
        for place, value in enumerate(row):
            sheet.write(number, place, value, formats[place])
    book.close()


def small() -> Iterator[Result]:
    """Measure `fill-13k` and `refill-13k`."""
    with tempfile.TemporaryDirectory() as folder, filled_books(_home(folder), SMALL) as (book, database):
        work = _Work(load_books(database), book, Path(folder) / "Filled.xlsm")
        work.fill(book)
        cells = work.cells()
        own = Path(folder) / "Own.xlsm"
        own.write_bytes(work.filled.read_bytes())
        _add_own_column(own)
        other = partial(_write_anew, Path(folder) / "New.xlsx", cells)
        first, again, beside = by_turns(partial(work.fill, book), partial(work.fill, own), other)
        yield result("fill-13k", first, beside)
        yield result("refill-13k", again, beside)


def large() -> Iterator[Result]:
    """Measure `fill-200k`, and by how much memory grows while that is done."""
    with tempfile.TemporaryDirectory() as folder, filled_books(_home(folder), LARGE) as (book, database):
        work = _Work(load_books(database), book, Path(folder) / "Filled.xlsm")
        _Work(replace(work.books, lines=work.books.lines.head(100)), book, work.filled).fill(book)
        peak = Peak()
        (first,) = by_turns(partial(work.fill, book), runs=1)
        grown = peak.grown() / 1e6
        other = partial(_write_anew, Path(folder) / "New.xlsx", work.cells())
        again, beside = by_turns(partial(work.fill, book), other, runs=1)
        yield result("fill-200k", min(first, again), beside)
        yield Result("fill-200k-memory", grown, grown)


def _home(folder: str) -> Path:
    os.environ["COGSHEET_HOME"] = folder
    return Path(folder)


def _add_own_column(path: Path) -> None:
    """Write a remark of the user's own beside every row."""
    with workbook_engine.workbook(path) as book:
        found = tables.find(book, TRANSACTIONS_SPEC)
        assert found.body is not None, "not filled"  # noqa: S101
        rows = found.body.shape[0]
        right = int(found.table.range.column) + int(found.table.range.shape[1]) + 1
        top = found.first_row()
        found.sheet.range((top, right), (top + rows - 1, right)).value = [[f"seen {row}"] for row in range(rows)]
        book.save()
