"""An upgraded workbook runs its VBA: the template's, and the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin.commands.setup.upgrading import upgrade
from addin.machine.upgrading.parts import code_names, project_of
from tests.addin.template.filled_office import COSTS, ON, PYTHON, pressed
from tests.addin.upgrading.old_book import write_old_book
from tests.addin.users_own import change_project
from workbook_engine.vba import ModuleKind
from workbook_engine.vba.modules import module_of_text
from workbook_engine.workbook_file import WorkbookFile
from workbooks.template import build

if TYPE_CHECKING:
    from pathlib import Path

    from tests.addin.template.conftest import Opener

OWN = """Attribute VB_Name = "Months"
Public Function Following(ByVal name As String) As String
    Following = "after " & name
End Function
"""


@pytest.mark.long
def test_buttons_cells_and_own_code_run(libreoffice: Opener, stand_ins: dict[str, str], tmp_path: Path) -> None:
    """Every sheet's module is bound to its sheet, a button reaches Python, a cell is answered, and own code runs."""
    path = write_old_book(tmp_path / "Upgraded.xlsm", replaced=stand_ins)
    change_project(path, [module_of_text("Months", ModuleKind.PROCEDURAL, OWN)])
    upgrade(path, template=build(stand_ins))
    file = WorkbookFile(path)
    office = libreoffice.open("Upgraded.xlsm", content=path.read_bytes())
    office.vba("xlwings.Install", ON)
    office.ask("put_block", "Costs", "A5:I8", COSTS)
    office.ask("formula", "Setup", "H3", '=FINALE_COST("A-1")')

    assert {module.name for module in project_of(file).modules} == set(office.ask("modules"))  # type: ignore[call-overload] # a list of names
    assert {"Sheet14", "SheetChanges"} < set(code_names(file))
    assert "4.25" == office.ask("shown", "Setup", "H3")
    assert [PYTHON.format("sync")] == pressed(office, "cogsheetSync")
    assert "after May" == office.vba("Months.Following", "May")
