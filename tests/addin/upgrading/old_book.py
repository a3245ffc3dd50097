"""A workbook of an older Cogsheet as its user has it: fewer sheets and columns, rows, and things of the user's own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.sheets import workbook
from addin.sheets.costs.changes import CHANGES_SPEC
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.workbook import SPECS
from core.company_databases import BooksId
from tests.addin.users_own import add_own
from workbook_engine import open_workbook
from workbooks.template import build
from workbooks.template.vba_modules import module_texts

if TYPE_CHECKING:
    from pathlib import Path

    from addin.sheets.tables.sheet_specs import TableSpec

NEW_COLUMNS = ("Cost", "Zero OK", "Status", "Filled")
"""Of sheet Resolve: with number format, choices, marks, hidden."""
NEW_SHEET = CHANGES_SPEC.sheet


def write_old_book(path: Path, *, replaced: dict[str, str] | None = None) -> Path:
    """Write the workbook of version 0.0.9."""
    path.write_bytes(build({**_version("0.0.9"), **(replaced or {})}, _specs()))
    _fill(path)
    add_own(path)
    return path


def _version(number: str) -> dict[str, str]:
    table = module_texts()["RibbonTable"]
    current = table.split('TEMPLATE_VERSION As String = "')[1].split('"')[0]
    return {"RibbonTable": table.replace(f'String = "{current}"', f'String = "{number}"')}


def _specs() -> list[TableSpec]:
    kept = (column for column in RESOLVE_SPEC.columns if column.header not in NEW_COLUMNS)
    fewer = tuple(replace(column, editable=False, only_where="") if column.only_where else column for column in kept)
    older = {RESOLVE_SPEC: replace(RESOLVE_SPEC, columns=fewer)}
    return [older.get(spec, spec) for spec in SPECS if spec is not CHANGES_SPEC]


def _fill(path: Path) -> None:
    """Write a row and a column of the user's, and name the books."""
    book = open_workbook(path)
    workbook.write_books_name(book, BooksId("North Shore", "1234"))
    sheet = book.sheets["Resolve"]
    sheet.range("A5").value = ["North US", "S-1", "00123"]
    book.sheets.add("Notes", after=book.sheets["Setup"]).range("A1").value = "=SUM(tblResolve[Net])"
    book.save()
