"""The user's screen: a running Excel with our workbook open, whose buttons are pressed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from addin import ribbon
from addin.sheets import exchange
from addin.sheets.tables import tables
from core.books.database import Database
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.journal.accounts import ACCOUNTS_NAME, AccountRow, AccountRows
from core.line_types import LineType
from tests.fake_excel.windows_code import book_in

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

    from addin.sheets.tables.sheet_specs import TableSpec
    from core.books.books import Books
    from tests.fake_excel.application import FakeApplication


@dataclass(frozen=True)
class Desktop:
    """The user's screen: an Excel with our workbook open."""

    excel: FakeApplication
    path: Path

    @property
    def book(self) -> xw.Book:
        """The workbook, as the add-in has it."""
        return book_in(self.excel, self.path.name)

    def select(self, sheet: str, *addresses: str) -> None:
        """Select cells of our workbook."""
        self.excel.Workbooks.Item(self.path.name).select(sheet, *addresses)

    def press(self, command: str, *answers: str) -> tuple[str, str]:
        """Press a button and return outcome and message as VBA finds them; `answers` are pressed in its questions."""
        self.excel.user.answers[:] = answers
        ribbon.run(command, [f"--wb={self.path.name}"], vba_waits=True)
        sheet = self.book.sheets[exchange.SHEET]
        outcome, message = (sheet.range(address).value for address in (exchange.OUTCOME_CELL, exchange.MESSAGE_CELL))
        return str(outcome), str(message)

    def put_paths(self, *paths: Path) -> None:
        """Do as VBA does after the file dialog."""
        sheet = self.book.sheets[exchange.SHEET]
        for row, path in enumerate(paths, start=exchange.FIRST_PATH_ROW):
            sheet.range((row, exchange.PATHS_COLUMN)).value = str(path)

    def put_text(self, text: str) -> None:
        """Do as VBA does after a question that is answered in words."""
        cell = self.book.sheets[exchange.SHEET].range(exchange.TEXT_CELL)
        cell.number_format = "@"
        cell.value = text

    def rows(self, spec: TableSpec) -> list[dict[str, object]]:
        """Return the rows of a table as the add-in reads them."""
        return tables.read(tables.find(self.book, spec), spec)

    def choose_codes(self, code: str) -> None:
        """Let every line type post to an account with that code."""
        rows = AccountRows(rows=tuple(AccountRow(line_type=one, number=code) for one in LineType))
        with Database.open(self.path.parent / "demo.sqlite") as database, database.writing() as connection:
            stored_settings.put(connection, ACCOUNTS_NAME, rows, who="M. Lee", now=datetime(2026, 9, 1, tzinfo=UTC))

    def books(self) -> Books:
        """Return what is in the books now."""
        with Database.open(self.path.parent / "demo.sqlite") as database:
            return load_books(database)
