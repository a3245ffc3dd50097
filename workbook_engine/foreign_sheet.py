"""A sheet of another workbook file taken into this one, with its tables, notes, charts and look.

For sheets that were built, as a template's are: its formulas are taken as they stand, so whatever they name must be in
this workbook too.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from workbook_engine import notes, workbook_part
from workbook_engine.cell_values import escape_text
from workbook_engine.errors import UnsupportedError
from workbook_engine.package import relations_name

if TYPE_CHECKING:
    from workbook_engine.package import Relation
    from workbook_engine.sheet_part import SheetPart
    from workbook_engine.workbook_file import WorkbookFile

_COPIED = {"comments", "vmlDrawing", "drawing", "chart", "table"}
_CELL_STYLE = re.compile(r'(<(?:c|row)\b[^>]*?\ss=")(\d+)(?=")')
_COLUMN_STYLE = re.compile(r'(<col\b[^>]*?\sstyle=")(\d+)(?=")')
_MARK = re.compile(r'(<cfRule\b[^>]*?\sdxfId=")(\d+)(?=")')
_TABLE_MARK = re.compile(r'(\b\w*[dD]xfId=")(\d+)(?=")')
_SHARED_TEXT = re.compile(r'(<c [^>]*?) t="s"><v>(\d+)</v></c>')
_NUMBERED = re.compile(r"(.*?)(\d*)(\.[^.]*)")


def take_in(file: WorkbookFile, sheet: SheetPart, place: int) -> SheetPart:
    """Take a sheet of another workbook in, under its own name, at a 0-based place among all sheets.

    Raises:
        RefusedByExcelError: If the name is taken, or the workbook's structure is protected.
        UnsupportedError: If it has something that is not taken along (pictures, pivot tables, controls).
    """
    workbook_part.refuse_locked_structure(file)
    workbook_part.refuse_sheet_name(file, sheet.name)
    part = file.package.new_name("xl/worksheets/sheet{}.xml")
    text = _restyled(file, sheet.book, sheet.book.package.text(sheet.part))
    file.package.write(part, text.encode())
    _take_relations(file, sheet.book, sheet.part, part)
    taken = workbook_part.register(file, part, place, sheet.name, state=sheet.element.get("state"))
    for view in taken.elements("sheetView"):
        if view.get("tabSelected"):
            view.set("tabSelected", None)
            taken.touch()
    _number_tables(file, taken)
    _take_names(file, sheet, taken)
    file.formulas_changed = file.formulas_changed or taken.has_formulas
    return taken


def _restyled(file: WorkbookFile, other: WorkbookFile, text: str) -> str:
    """Let the rows, columns and rules of a sheet look in this workbook as they do in theirs."""

    def style(match: re.Match[str]) -> str:
        return f"{match[1]}{file.styles.adopt(other.styles, int(match[2]))}"

    def own_text(match: re.Match[str]) -> str:
        shown = escape_text(other.strings[int(match[2])])
        return f'{match[1]} t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'

    for pattern in (_CELL_STYLE, _COLUMN_STYLE):
        text = pattern.sub(style, text)
    return _SHARED_TEXT.sub(own_text, _remarked(_MARK, file, other, text))


def _remarked(pattern: re.Pattern[str], file: WorkbookFile, other: WorkbookFile, text: str) -> str:
    return pattern.sub(lambda found: f"{found[1]}{file.styles.adopt_mark(other.styles, int(found[2]))}", text)


def _take_relations(file: WorkbookFile, other: WorkbookFile, source: str, target: str) -> None:
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


def _take_part(file: WorkbookFile, other: WorkbookFile, relation: Relation) -> str:
    if relation.kind not in _COPIED:
        raise UnsupportedError(
            f"A sheet with a part of kind {relation.kind} cannot be taken into another workbook here."
        )
    match = _NUMBERED.fullmatch(relation.target)
    new = file.package.new_name(f"{match[1]}{{}}{match[3]}" if match else f"{relation.target}{{}}")
    data = other.package.read(relation.target)
    if relation.kind == "vmlDrawing":
        data = notes.renumbered_shapes(file.package, data)
    elif relation.kind == "table":
        data = _remarked(_TABLE_MARK, file, other, other.package.text(relation.target)).encode()
    file.package.write(new, data)
    declared = other.package.content_type(relation.target)
    if file.package.content_type(new) != declared:
        file.package.add_content_type(new, declared)
    _take_relations(file, other, relation.target, new)
    return new


def _number_tables(file: WorkbookFile, taken: SheetPart) -> None:
    number = max((table.id for owner, table in file.tables if owner is not taken), default=0)
    for table in taken.tables:
        number += 1
        table.set("id", str(number))


def _take_names(file: WorkbookFile, sheet: SheetPart, taken: SheetPart) -> None:
    place, new_place = workbook_part.place_of(sheet.book, sheet), workbook_part.place_of(file, taken)
    for name in sheet.book.workbook.names:
        if name.get("localSheetId") == str(place):
            file.workbook.add_name(name.get("name"), name.text, new_place)
