"""Things of the user's own in a workbook of ours: a sheet with formulas, chart, validation and marks, and VBA."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlsxwriter

from addin.machine.upgrading.parts import code_names, project_of, project_part
from workbook_engine.sheet_copy import take_in
from workbook_engine.vba import Module, ModuleKind, rewrite_project
from workbook_engine.vba.modules import module_of_text
from workbook_engine.workbook_file import WorkbookFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OWN_SHEET = "Budget"
OWN_MODULE = 'Attribute VB_Name = "Months"\nPublic Sub NextMonth()\n    MsgBox "Grüezi"\nEnd Sub\n'
BEHIND_OWN_SHEET = "Private Sub Worksheet_Activate()\n    Months.NextMonth\nEnd Sub\n"


def change_project(path: Path, modules: Sequence[Module]) -> None:
    """Put modules into a workbook's VBA in place of those of the same names, as its user would in the editor."""
    file = WorkbookFile(path)
    old = project_of(file)
    changed = {module.name: module for module in modules}
    content = rewrite_project([*({m.name: m for m in old.modules} | changed).values()], old.origin)
    file.package.write(project_part(file), content)
    file.package.save()


def add_own(path: Path) -> None:
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
    other = path.with_name("own.xlsx")
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
    own_code = module_of_text("Months", ModuleKind.PROCEDURAL, OWN_MODULE)
    change_project(path, [own_code, module_of_text("Sheet14", ModuleKind.WORKSHEET, BEHIND_OWN_SHEET)])
