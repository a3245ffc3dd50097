"""A demo workbook as its user has it: commands, and another program that edits its cells."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from click.testing import CliRunner

from addin.cli import main
from tests.books_with_vba import load_sheet, load_with_vba

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    output: str
    error: str

    @property
    def data(self) -> dict[str, Any]:
        """The JSON it printed."""
        content: dict[str, Any] = json.loads(self.output)
        return content


@dataclass(frozen=True)
class DemoBook:
    """A copy of the demo's folder, used as its user would: commands, and a spreadsheet program that edits cells."""

    path: Path

    @classmethod
    def copy_of(cls, folder: Path, target: Path) -> Self:
        """Copy the demo's folder, so that a test may change it."""
        shutil.copytree(folder, target)
        return cls(target / "Books.xlsm")

    def run(self, command: str, *arguments: str) -> Ran:
        """Run a command on the workbook."""
        return run(command, str(self.path), *arguments)

    def open(self) -> Workbook:
        """Open it to look at, or to edit and save as another program would."""
        return load_with_vba(self.path)

    def table(self, sheet_name: str) -> SheetTable:
        """Read the table of a sheet; nothing that is written into its cells is saved."""
        return table_of(load_sheet(self.path, sheet_name))


def run(*arguments: str) -> Ran:
    """Run a command of cogsheet; an error that nobody foresaw is none that a test may pass over."""
    result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert "Something unexpected stopped" not in result.stdout + result.stderr
    return Ran(result.exit_code, result.stdout, result.stderr)


@dataclass(frozen=True)
class SheetTable:
    """A table of a sheet as rows of header -> value."""

    sheet: Worksheet
    headers: list[str]
    first_row: int
    rows: list[dict[str, Any]]

    def cell(self, row: int, header: str) -> Any:
        """Return the cell of a data row (from 0)."""
        return self.sheet.cell(self.first_row + row, self.headers.index(header) + self._left)

    @property
    def _left(self) -> int:
        return int(self.sheet[next(iter(self.sheet.tables.values())).ref.split(":")[0]].column)


def table(book: Workbook, sheet_name: str) -> SheetTable:
    """Read the table of a sheet of an open workbook."""
    return table_of(book[sheet_name])


def table_of(sheet: Worksheet) -> SheetTable:
    """Read the table of a sheet."""
    cells = sheet[next(iter(sheet.tables.values())).ref]
    headers = [cell.value for cell in cells[0]]
    rows = [dict(zip(headers, (cell.value for cell in row), strict=True)) for row in cells[1:]]
    return SheetTable(sheet, headers, cells[0][0].row + 1, rows)
