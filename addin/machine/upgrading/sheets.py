"""The template's sheets in an older workbook: taken in where they are missing, else their tables completed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from addin.machine.upgrading import columns
from addin.machine.upgrading.columns import Place
from addin.machine.upgrading.parts import code_names
from core.errors import WorkbookError
from workbook_engine import cells, sheet_list
from workbook_engine.addresses import Area
from workbook_engine.sheet_copy import take_in

if TYPE_CHECKING:
    from addin.sheets.columns import Renamed
    from workbook_engine.sheet_part import SheetPart
    from workbook_engine.workbook_file import WorkbookFile

CONFIGURATION_SHEET = "xlwings.conf"


class SheetNameTakenError(WorkbookError):
    """A sheet of the user's has the name of a new one of ours."""

    def __init__(self, book: str, sheet: str) -> None:
        super().__init__(
            f"{book} needs the new sheet {sheet}, and a sheet of yours has that name. Nothing was changed. "
            f"Rename yours in Excel, save, close and upgrade again."
        )


@dataclass(slots=True)
class Additions:
    """What was added to a workbook."""

    sheets: list[str] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    """Headers by sheet."""
    renamed: dict[str, list[Renamed]] = field(default_factory=dict)
    """Headers that are others now, by sheet."""
    choices: dict[str, list[str]] = field(default_factory=dict)
    """Headers of columns that offer more than before, by sheet."""
    configuration: bool = False
    """Whether xlwings' settings were put back to the template's."""

    def __bool__(self) -> bool:
        return bool(self.sheets or self.columns or self.renamed or self.choices or self.configuration)


def complete(file: WorkbookFile, template: WorkbookFile) -> Additions:
    """Rename headers, add the sheets and columns that a workbook lacks, and let xlwings' settings be the template's.

    Raises:
        WorkbookError: If something of the user's is in the way.
    """
    added = Additions(renamed={sheet.name: renamed for sheet in file.sheets if (renamed := columns.rename(sheet))})
    previous: SheetPart | None = None
    for sheet in template.sheets:
        present = _same(file, sheet)
        if present is None:
            _refuse_taken(file, sheet)
            place = 0 if previous is None else sheet_list.place_of(file, previous) + 1
            present = take_in(file, sheet, place)
            _rename_code(file, present)
            added.sheets.append(sheet.name)
        else:
            _complete_table(present, sheet, added)
        previous = present
    added.configuration = CONFIGURATION_SHEET not in added.sheets and _configure(file, template)
    return added


def _same(file: WorkbookFile, sheet: SheetPart) -> SheetPart | None:
    """Return the sheet of a workbook that is the template's: by its table, wherever that is, else by its name."""
    names = {table.name.lower() for table in sheet.tables}
    for other in file.sheets:
        if any(table.name.lower() in names for table in other.tables):
            return other
        if not names and other.name.lower() == sheet.name.lower():
            return other
    return None


def _refuse_taken(file: WorkbookFile, sheet: SheetPart) -> None:
    if any(element.get("name").lower() == sheet.name.lower() for element in file.workbook.sheets):
        raise SheetNameTakenError(file.package.path.name, sheet.name)


def _rename_code(file: WorkbookFile, sheet: SheetPart) -> None:
    """Give a new sheet a code name that no other sheet has; a sheet copied and deleted in Excel may have left it."""
    properties = sheet.root.find("sheetPr")
    if properties is None or not properties.get("codeName"):
        return
    own = properties.get("codeName")
    properties.set("codeName", None)
    taken = {name.lower() for name in code_names(file)}
    name, number = own, 1
    while name.lower() in taken:
        name, number = f"{own}{number}", number + 1
    properties.set("codeName", name)
    sheet.touch()


def _complete_table(present: SheetPart, sheet: SheetPart, added: Additions) -> None:
    for table in sheet.tables:
        old = next((other for other in present.tables if other.name.lower() == table.name.lower()), None)
        if old is not None:
            places = Place(present, old), Place(sheet, table)
            if wider := columns.widen_choices(*places):
                added.choices[present.name] = wider
            headers = columns.add(*places)
            if headers:
                added.columns[present.name] = headers


def _configure(file: WorkbookFile, template: WorkbookFile) -> bool:
    """Write the template's settings where the workbook's are others."""
    ours, theirs = (
        next(sheet for sheet in one.sheets if sheet.name.lower() == CONFIGURATION_SHEET) for one in (template, file)
    )
    bottom = max(ours.used().bottom, theirs.used().bottom)
    right = max(2, theirs.used().right)
    area = Area(1, 1, bottom, right)
    wanted = ours.read(area)
    if theirs.read(area) == wanted:
        return False
    cells.write(theirs, area, wanted)
    return True
