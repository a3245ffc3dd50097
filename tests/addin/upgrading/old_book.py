"""A workbook of an older Cogsheet as its user has it: fewer sheets and columns, rows, and things of the user's own."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import xlsxwriter

from addin import books_name
from addin.sheets import changes, resolve
from addin.sheets.workbook import SPECS
from addin.upgrading.parts import code_names, project_of, project_part
from addin.vba_project import Module, ModuleKind, rewrite_project
from addin.vba_project.modules import stored
from addin.workbook_files import open_workbook
from addin.workbook_files.foreign_sheet import take_in
from addin.workbook_files.workbook_file import WorkbookFile
from core.companies import BooksId
from workbooks.template import build
from workbooks.template.modules import module_texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from addin.sheets.columns import TableSpec

NEW_COLUMNS = ("Cost", "Zero OK", "Status", "Filled")
"""Of sheet Resolve: with number format, choices, marks, hidden."""
NEW_SHEET = changes.SPEC.sheet
OWN_MODULE = 'Attribute VB_Name = "Months"\nPublic Sub NextMonth()\n    MsgBox "Grüezi"\nEnd Sub\n'
BEHIND_OWN_SHEET = "Private Sub Worksheet_Activate()\n    Months.NextMonth\nEnd Sub\n"


def write_old_book(path: Path, *, replaced: dict[str, str] | None = None) -> Path:
    """Write the workbook of version 0.0.9."""
    path.write_bytes(build({**_version("0.0.9"), **(replaced or {})}, _specs()))
    _fill(path)
    _add_own(path, path.with_name("own.xlsx"))
    return path


def change_project(path: Path, modules: Sequence[Module]) -> None:
    """Put modules into a workbook's VBA in place of those of the same names, as its user would in the editor."""
    file = WorkbookFile(path)
    old = project_of(file)
    changed = {module.name: module for module in modules}
    content = rewrite_project([*({m.name: m for m in old.modules} | changed).values()], old.origin)
    file.package.write(project_part(file), content)
    file.package.save()


def _version(number: str) -> dict[str, str]:
    table = module_texts()["RibbonTable"]
    current = table.split('TEMPLATE_VERSION As String = "')[1].split('"')[0]
    return {"RibbonTable": table.replace(f'String = "{current}"', f'String = "{number}"')}


def _specs() -> list[TableSpec]:
    fewer = tuple(column for column in resolve.SPEC.columns if column.header not in NEW_COLUMNS)
    older = {resolve.SPEC: replace(resolve.SPEC, columns=fewer)}
    return [older.get(spec, spec) for spec in SPECS if spec is not changes.SPEC]


def _fill(path: Path) -> None:
    """Write a row and a column of the user's, and name the books."""
    book = open_workbook(path)
    books_name.write(book, BooksId("North Shore", "1234"))
    sheet = book.sheets["Resolve"]
    sheet.range("A5").value = ["North US", "S-1", "00123"]
    book.sheets.add("Notes", after=book.sheets["Setup"]).range("A1").value = "=SUM(tblResolve[Net])"
    book.save()


def _add_own(path: Path, other: Path) -> None:
    """Add a sheet with formulas, a chart, validation and marks that Excel gave a code name, and code of the user's."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as own:
        sheet = own.add_worksheet("Budget")
        sheet.write_column("A1", [1, 2, 3])
        sheet.write_formula("B1", "=SUM(A1:A3)", None, 6)
        sheet.data_validation("A1:A3", {"validate": "whole", "criteria": ">", "value": 0})
        sheet.conditional_format(
            "A1:A3", {"type": "cell", "criteria": ">", "value": 2, "format": own.add_format({"bold": True})}
        )
        chart = own.add_chart({"type": "column"})
        chart.add_series({"values": "=Budget!$A$1:$A$3"})
        sheet.insert_chart("D2", chart)
        sheet.set_vba_name("Sheet14")
    other.write_bytes(target.getvalue())
    file = WorkbookFile(path)
    taken = take_in(file, WorkbookFile(other).sheets[0], 1)
    other.unlink()
    properties = taken.root.find("sheetPr")
    assert properties is not None
    properties.set("codeName", "Sheet14")
    taken.touch()
    file.save()
    assert code_names(file)["Sheet14"] is ModuleKind.WORKSHEET
    own_code = stored("Months", ModuleKind.PROCEDURAL, OWN_MODULE)
    change_project(path, [own_code, stored("Sheet14", ModuleKind.WORKSHEET, BEHIND_OWN_SHEET)])
