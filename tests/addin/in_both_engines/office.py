"""Two ways to have a workbook open: as a file, and in Excel by xlwings' own Windows code."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from addin.commands.desk_opening import desk
from tests.fake_excel.windows_code import open_book
from workbook_engine import open_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import xlwings as xw

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk
    from tests.fake_excel.application import FakeApplication

FILES = "engine for files"
EXCEL = "Windows code"


@dataclass(frozen=True)
class Office:
    """What opens workbooks in a test."""

    excel: FakeApplication | None
    """The Excel that runs; none where files are worked on without it."""

    @contextmanager
    def opened(self, path: Path) -> Iterator[xw.Book]:
        """Open a workbook and close it at the end."""
        book = open_workbook(path) if self.excel is None else open_book(self.excel, path)
        try:
            yield book
        finally:
            book.close()

    def do(self, path: Path, action: Callable[[Desk], Outcome]) -> Outcome:
        """Do what a button does, and save."""
        with self.opened(path) as book, desk(book, path) as opened:
            outcome = action(opened)
            book.save()
            return outcome
