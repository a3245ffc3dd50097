"""A sheet copied within its workbook as Excel does, or taken from another one, with all that belongs to it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from workbook_engine import formulas, sheet_list
from workbook_engine.cell_values import escape_text
from workbook_engine.errors import RefusedByExcelError, UnsupportedError
from workbook_engine.formula_text import rename_sheet, rename_table
from workbook_engine.parts.package import Package, Relation, relations_name
from workbook_engine.sheet_list import LONGEST_NAME

if TYPE_CHECKING:
    from workbook_engine.parts.sheet_part import SheetPart, Workbook
    from workbook_engine.parts.xml_text import Element

_TAKEN_IN = {"comments", "vmlDrawing", "drawing", "chart", "table"}
_COPIED = _TAKEN_IN | {"printerSettings", "customProperty", "chartStyle", "chartColorStyle", "chartUserShapes"}
_SHARED = {"image", "hyperlink", "person"}
_BLOCK = re.compile(r"<o:idmap\b[^>]*?\bdata=\"([0-9,]+)\"")
_SHAPE_ID = re.compile(r"_x0000_s([0-9]+)")
_SHAPES_IN_BLOCK = 1024
_CELL_STYLE = re.compile(r'(<(?:c|row)\b[^>]*?\ss=")(\d+)(?=")')
_COLUMN_STYLE = re.compile(r'(<col\b[^>]*?\sstyle=")(\d+)(?=")')
_MARK = re.compile(r'(<cfRule\b[^>]*?\sdxfId=")(\d+)(?=")')
_TABLE_MARK = re.compile(r'(\b\w*[dD]xfId=")(\d+)(?=")')
_SHARED_TEXT = re.compile(r'(<c [^>]*?) t="s"><v>(\d+)</v></c>')
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
    sheet_list.refuse_locked_structure(file)
    file.forget_stale_values()
    source, old_name = sheet.to_text(), sheet.name
    for table in sheet.tables:
        table.store()
    part = file.package.new_name("xl/worksheets/sheet{}.xml")
    file.package.write(part, source.encode())
    charts = [copied for copied in _copy_relations(file, sheet.part, part) if formulas.is_chart(copied)]
    copy = sheet_list.register(file, part, place, _new_name(file, old_name), state=sheet.element.get("state"))
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


def _new_name(file: Workbook, name: str) -> str:
    taken = {element.get("name").lower() for element in file.workbook.sheets}
    base = re.sub(r" \(\d+\)$", "", name)
    number = 2
    while True:
        ending = f" ({number})"
        wanted = f"{base[: LONGEST_NAME - len(ending)]}{ending}"
        if wanted.lower() not in taken:
            return wanted
        number += 1


def _copy_relations(file: Workbook, source: str, target: str) -> list[str]:
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


def _copy_part(file: Workbook, relation: Relation) -> list[str]:
    """Copy a part with all it is related to; return the new parts, the asked one last."""
    if relation.kind not in _COPIED:
        raise UnsupportedError(f"A sheet with a part of kind {relation.kind} cannot be copied here; copy it in Excel.")
    match = _NUMBERED.fullmatch(relation.target)
    pattern = f"{match[1]}{{}}{match[3]}" if match else f"{relation.target}{{}}"
    new = file.package.new_name(pattern)
    data = file.package.read(relation.target)
    file.package.write(new, renumbered_shapes(file.package, data) if relation.kind == "vmlDrawing" else data)
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


def _renew_tables(file: Workbook, copy: SheetPart) -> dict[str, str]:
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


def _copy_names(file: Workbook, sheet: SheetPart, copy: SheetPart) -> list[Element]:
    place, new_place = sheet_list.place_of(file, sheet), sheet_list.place_of(file, copy)
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


def renumbered_shapes(package: Package, data: bytes) -> bytes:
    """Return a copied drawing of notes whose shapes have numbers that no other drawing of the workbook uses."""
    text = data.decode("utf-8")
    drawings = (package.read(part).decode("utf-8") for part in package.names if part.lower().endswith(".vml"))
    taken = {int(number) for drawing in drawings for block in _BLOCK.findall(drawing) for number in block.split(",")}
    own = _BLOCK.search(text)
    if own is None:
        return data
    old, new = int(own[1].split(",")[0]), max(taken) + 1
    text = text.replace(own[0], own[0].replace(own[1], str(new)), 1)
    shift = (new - old) * _SHAPES_IN_BLOCK
    return _SHAPE_ID.sub(lambda match: f"_x0000_s{int(match[1]) + shift}", text).encode()


def take_in(file: Workbook, sheet: SheetPart, place: int) -> SheetPart:
    """Take a sheet of another workbook in, under its own name, at a 0-based place among all sheets.

    Raises:
        RefusedByExcelError: If the name is taken, or the workbook's structure is protected.
        UnsupportedError: If it has something that is not taken along (pictures, pivot tables, controls).
    """
    sheet_list.refuse_locked_structure(file)
    sheet_list.refuse_sheet_name(file, sheet.name)
    part = file.package.new_name("xl/worksheets/sheet{}.xml")
    text = _restyled(file, sheet.book, sheet.book.package.text(sheet.part))
    file.package.write(part, text.encode())
    _take_relations(file, sheet.book, sheet.part, part)
    taken = sheet_list.register(file, part, place, sheet.name, state=sheet.element.get("state"))
    for view in taken.elements("sheetView"):
        if view.get("tabSelected"):
            view.set("tabSelected", None)
            taken.touch()
    _number_tables(file, taken)
    _take_names(file, sheet, taken)
    file.formulas_changed = file.formulas_changed or taken.has_formulas
    return taken


def _restyled(file: Workbook, other: Workbook, text: str) -> str:
    """Let the rows, columns and rules of a sheet look in this workbook as they do in theirs."""

    def style(match: re.Match[str]) -> str:
        return f"{match[1]}{file.styles.adopt(other.styles, int(match[2]))}"

    def own_text(match: re.Match[str]) -> str:
        shown = escape_text(other.strings[int(match[2])])
        return f'{match[1]} t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'

    for pattern in (_CELL_STYLE, _COLUMN_STYLE):
        text = pattern.sub(style, text)
    return _SHARED_TEXT.sub(own_text, _remarked(_MARK, file, other, text))


def _remarked(pattern: re.Pattern[str], file: Workbook, other: Workbook, text: str) -> str:
    return pattern.sub(lambda found: f"{found[1]}{file.styles.adopt_mark(other.styles, int(found[2]))}", text)


def _take_relations(file: Workbook, other: Workbook, source: str, target: str) -> None:
    name = relations_name(source)
    if name not in other.package:
        return
    document = other.package.document(name)
    related = {relation.id: relation for relation in other.package.relations(source)}
    for element in document.root.elements:
        relation = related[element.get("Id")]
        if not relation.external:
            element.set("Target", posixpath.relpath(_take_part(file, other, relation), posixpath.dirname(target)))
    file.package.write(relations_name(target), document.to_bytes())


def _take_part(file: Workbook, other: Workbook, relation: Relation) -> str:
    if relation.kind not in _TAKEN_IN:
        raise UnsupportedError(
            f"A sheet with a part of kind {relation.kind} cannot be taken into another workbook here."
        )
    match = _NUMBERED.fullmatch(relation.target)
    new = file.package.new_name(f"{match[1]}{{}}{match[3]}" if match else f"{relation.target}{{}}")
    data = other.package.read(relation.target)
    if relation.kind == "vmlDrawing":
        data = renumbered_shapes(file.package, data)
    elif relation.kind == "table":
        data = _remarked(_TABLE_MARK, file, other, other.package.text(relation.target)).encode()
    file.package.write(new, data)
    declared = other.package.content_type(relation.target)
    if file.package.content_type(new) != declared:
        file.package.add_content_type(new, declared)
    _take_relations(file, other, relation.target, new)
    return new


def _number_tables(file: Workbook, taken: SheetPart) -> None:
    number = max((table.id for owner, table in file.tables if owner is not taken), default=0)
    for table in taken.tables:
        number += 1
        table.set("id", str(number))


def _take_names(file: Workbook, sheet: SheetPart, taken: SheetPart) -> None:
    place, new_place = sheet_list.place_of(sheet.book, sheet), sheet_list.place_of(file, taken)
    for name in sheet.book.workbook.names:
        if name.get("localSheetId") == str(place):
            file.workbook.add_name(name.get("name"), name.text, new_place)
