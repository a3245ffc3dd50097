"""The parts of a workbook file that an upgrade replaces whole: VBA project and ribbon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.machine.upgrading.vba_project import UpgradedProject, upgraded
from core.errors import WorkbookError
from workbook_engine.vba import ModuleError, ModuleKind, UnreadableProjectError, read_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbook_engine.parts.package import Package
    from workbook_engine.vba import Project
    from workbook_engine.workbook_file import WorkbookFile

_RIBBON = "ui/extensibility"
_SIGNATURE = "vbaProjectSignature"
_SHEET_KINDS = {"worksheet": ModuleKind.WORKSHEET, "chartsheet": ModuleKind.CHART_SHEET}
_WORKBOOK = "ThisWorkbook"


class NoMacrosError(WorkbookError):
    """The workbook was saved as one that holds no VBA."""

    def __init__(self, book: str) -> None:
        super().__init__(
            f"{book} holds no VBA: it was saved as a workbook without macros, and its buttons are gone. Nothing was "
            f"changed. Make a new workbook with `cogsheet new` that joins the same company: what was saved "
            f"is in the database."
        )


class ProjectUnreadableError(WorkbookError):
    """The workbook's VBA cannot be carried over."""

    def __init__(self, book: str, reason: str) -> None:
        super().__init__(
            f"The VBA of {book} cannot be carried over: {reason}. Nothing was changed. Open and save the workbook once "
            f"in Excel and try again; else make a new workbook with `cogsheet new` that joins these books: "
            f"what was saved is in the database."
        )


def project_part(file: WorkbookFile) -> str:
    """Return the name of the part that holds a workbook's VBA.

    Raises:
        NoMacrosError: If there is none.
    """
    part = file.workbook.related("vbaProject")
    if part is None or part not in file.package:
        raise NoMacrosError(file.package.path.name)
    return part


def project_of(file: WorkbookFile) -> Project:
    """Return a workbook's VBA.

    Raises:
        WorkbookError: If it has none, or none that can be read.
    """
    try:
        return read_project(file.package.read(project_part(file)))
    except UnreadableProjectError as error:
        raise ProjectUnreadableError(file.package.path.name, str(error)) from error


def code_names(file: WorkbookFile) -> dict[str, ModuleKind]:
    """Return the code names of a workbook's sheets, and what kind of sheet each is; some sheets have none."""
    targets = {relation.id: relation for relation in file.package.relations(file.workbook.part)}
    worksheets = {sheet.part: sheet for sheet in file.sheets}
    names: dict[str, ModuleKind] = {}
    for element in file.workbook.sheets:
        relation = targets.get(file.workbook.relation_id(element))
        if relation is None or relation.kind not in _SHEET_KINDS:
            continue
        known = worksheets.get(relation.target)
        root = known.root if known else file.package.document(relation.target).root
        properties = root.find("sheetPr")
        name = properties.get("codeName") if properties is not None else ""
        if name:
            names[name] = _SHEET_KINDS[relation.kind]
    return names


def replace_project(file: WorkbookFile, template: WorkbookFile) -> UpgradedProject:
    """Give a workbook the template's VBA; a signature of the old one goes.

    Raises:
        WorkbookError: If its own VBA cannot be carried over.
    """
    name, part = file.package.path.name, project_part(file)
    properties = file.workbook.root.find("workbookPr")
    own = (properties.get("codeName") if properties is not None else "") or _WORKBOOK
    try:
        made = upgraded(name, project_of(file), project_of(template), code_names(file), own)
    except (ModuleError, UnicodeEncodeError) as error:
        raise ProjectUnreadableError(name, str(error)) from error
    if not made.same:
        file.package.write(part, made.content)
        _remove_signatures(file.package, part)
    return made


def replace_ribbon(file: WorkbookFile, template: WorkbookFile) -> bool:
    """Give a workbook the template's ribbon, also where another program lost it; tell whether anything changed."""
    changed = False
    present = dict(_ribbons(file.package))
    for kind, target in _ribbons(template.package):
        content = template.package.read(target)
        if kind not in present:
            new = target if target not in file.package else file.package.new_name("customUI/cogsheet{}.xml")
            file.package.relate("", kind, new)
        else:
            new = present[kind]
        if new not in file.package or file.package.read(new) != content:
            file.package.write(new, content)
            changed = True
    return changed or len(present) != len(dict(_ribbons(file.package)))


def _ribbons(package: Package) -> Iterator[tuple[str, str]]:
    """Yield the type and the part of each of a workbook's ribbons."""
    targets = {relation.id: relation.target for relation in package.relations("")}
    for element in package.document("_rels/.rels").root.elements:
        if element.get("Type").endswith(_RIBBON):
            yield element.get("Type"), targets[element.get("Id")]


def _remove_signatures(package: Package, part: str) -> None:
    for relation in package.relations(part):
        if relation.kind.startswith(_SIGNATURE):
            package.remove(relation.target)
            package.unrelate(part, relation.id)
