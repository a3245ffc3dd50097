"""Copying a sheet with everything that belongs to it, as Excel does within one workbook."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from workbook_engine import formulas, notes, workbook_part
from workbook_engine.errors import RefusedByExcelError, UnsupportedError
from workbook_engine.package import Relation, relations_name
from workbook_engine.references import rename_sheet, rename_table

if TYPE_CHECKING:
    from workbook_engine.sheet_part import SheetPart
    from workbook_engine.workbook_file import WorkbookFile
    from workbook_engine.xml_text import Element

_COPIED = {"comments", "vmlDrawing", "drawing", "printerSettings", "chart", "customProperty"}
_COPIED |= {"chartStyle", "chartColorStyle", "chartUserShapes", "table"}
_SHARED = {"image", "hyperlink", "person"}
_LONGEST_NAME = 31
_NUMBERED = re.compile(r"(.*?)(\d*)(\.[^.]*)")


def copy_sheet(sheet: SheetPart, place: int) -> SheetPart:
    """Copy a sheet to a 0-based place among all sheets.

    Its tables get new names (`tblCOGS` becomes `tblCOGS3`, 3 being the new table's number), which the formulas on the
    copy follow, as they follow the copy where they name their own sheet. Names that belong to the sheet, or to the
    workbook and stand for cells of it, are copied as names of the copy. The copy has no code name.

    Raises:
        RefusedByExcelError: If the sheet is very hidden.
        UnsupportedError: If it has something that is not copied here (pivot tables, controls).
    """
    if sheet.element.get("state") == "veryHidden":
        raise RefusedByExcelError(f"Sheet {sheet.name} is very hidden; Excel copies only sheets that can be shown.")
    file = sheet.book
    workbook_part.refuse_locked_structure(file)
    file.forget_stale_values()
    source, old_name = sheet.to_text(), sheet.name
    for table in sheet.tables:
        table.store()
    part = file.package.new_name("xl/worksheets/sheet{}.xml")
    file.package.write(part, source.encode())
    charts = [copied for copied in _copy_relations(file, sheet.part, part) if formulas.is_chart(copied)]
    copy = workbook_part.register(file, part, place, _new_name(file, old_name), state=sheet.element.get("state"))
    _make_independent(copy)
    renamed = _renew_tables(file, copy)
    copied_names = _copy_names(file, sheet, copy)

    def change(formula: str, _: str) -> str:
        formula = rename_sheet(formula, old_name, copy.name)
        for old, new in renamed.items():
            formula = rename_table(formula, old, new)
        return formula

    formulas.change_sheet(copy, change)
    for chart in charts:
        formulas.change_chart(file, chart, change)
    for name in copied_names:
        name.text = change(name.text, "")
    if copy.has_formulas:
        file.formulas_changed = True
    copy.touch()
    return copy


def _new_name(file: WorkbookFile, name: str) -> str:
    taken = {element.get("name").lower() for element in file.workbook.sheets}
    base = re.sub(r" \(\d+\)$", "", name)
    number = 2
    while True:
        ending = f" ({number})"
        wanted = f"{base[: _LONGEST_NAME - len(ending)]}{ending}"
        if wanted.lower() not in taken:
            return wanted
        number += 1


def _copy_relations(file: WorkbookFile, source: str, target: str) -> list[str]:
    """Copy what a part is related to, and what that is related to; return the new parts."""
    name = relations_name(source)
    if name not in file.package:
        return []
    made: list[str] = []
    document = file.package.document(name)
    related = {relation.id: relation for relation in file.package.relations(source)}
    for element in document.root.elements:
        relation = related[element.get("Id")]
        if relation.external:
            continue
        if relation.kind not in _SHARED:
            made += _copy_part(file, relation)
            relation = relation._replace(target=made[-1])
        element.set("Target", posixpath.relpath(relation.target, posixpath.dirname(target)))
    file.package.write(relations_name(target), document.to_bytes())
    return made


def _copy_part(file: WorkbookFile, relation: Relation) -> list[str]:
    """Copy a part with all it is related to; return the new parts, the asked one last."""
    if relation.kind not in _COPIED:
        raise UnsupportedError(f"A sheet with a part of kind {relation.kind} cannot be copied here; copy it in Excel.")
    match = _NUMBERED.fullmatch(relation.target)
    pattern = f"{match[1]}{{}}{match[3]}" if match else f"{relation.target}{{}}"
    new = file.package.new_name(pattern)
    data = file.package.read(relation.target)
    file.package.write(new, notes.renumbered_shapes(file.package, data) if relation.kind == "vmlDrawing" else data)
    if posixpath.splitext(new)[1] != ".vml":
        file.package.add_content_type(new, file.package.content_type(relation.target))
    return [*_copy_relations(file, relation.target, new), new]


def _make_independent(copy: SheetPart) -> None:
    properties = copy.root.find("sheetPr")
    if properties is not None:
        properties.set("codeName", None)
    for name in [name for name in copy.root.attributes if name.endswith(":uid")]:
        copy.root.set(name, None)
    for view in copy.elements("sheetView"):
        view.set("tabSelected", None)


def _renew_tables(file: WorkbookFile, copy: SheetPart) -> dict[str, str]:
    """Give the copied tables numbers and names of their own; return old and new names."""
    renamed: dict[str, str] = {}
    others = [table for owner, table in file.tables if owner is not copy]
    taken = {table.name.lower() for table in others} | {name.get("name").lower() for name in file.workbook.names}
    number = max((table.id for table in others), default=0)
    for table in copy.tables:
        number += 1
        ending = number
        while f"{table.name}{ending}".lower() in taken:
            ending += 1
        renamed[table.name] = f"{table.name}{ending}"
        taken.add(renamed[table.name].lower())
        table.set("id", str(number))
        table.name = renamed[table.name]
        for element in table.root.walk():
            for name in [name for name in element.attributes if name.endswith(":uid")]:
                element.set(name, None)
    return renamed


def _copy_names(file: WorkbookFile, sheet: SheetPart, copy: SheetPart) -> list[Element]:
    place, new_place = workbook_part.place_of(file, sheet), workbook_part.place_of(file, copy)
    names = list(file.workbook.names)
    local = {name.get("name").lower() for name in names if name.get("localSheetId") == str(place)}
    copied: list[Element] = []
    for name in names:
        own = name.get("localSheetId") == str(place)
        pointing = not name.get("localSheetId") and rename_sheet(name.text, sheet.name, "x!x") != name.text
        if own or (pointing and name.get("name").lower() not in local):
            new = file.workbook.add_name(name.get("name"), name.text, new_place)
            if name.get("hidden"):
                new.set("hidden", name.get("hidden"))
            copied.append(new)
    return copied
