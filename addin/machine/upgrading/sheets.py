"""The template's sheets in an older workbook: taken in where they are missing, else their tables' columns completed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from addin.machine.upgrading.parts import code_names
from addin.sheets.tables.sheet_specs import RENAMED
from core.errors import WorkbookError
from workbook_engine import cells, following, sheet_list
from workbook_engine.addresses import MAX_ROW, Area, area_name, column_name, column_number
from workbook_engine.formulas import RULE_FORMULAS
from workbook_engine.parts.sheet_part import ORDER
from workbook_engine.parts.xml_text import Element
from workbook_engine.sheet_copy import take_in
from workbook_engine.table_rows import take_headers

if TYPE_CHECKING:
    from addin.sheets.tables.sheet_specs import RenamedHeader
    from workbook_engine.parts.sheet_part import SheetPart
    from workbook_engine.parts.table_part import TablePart
    from workbook_engine.workbook_file import WorkbookFile

_REFERENCE = re.compile(r"(\$?)([A-Z]{1,3})(\$?)([0-9]+)(?![\w(])")
_WIDTH = 12.0
"""Characters, for a column that is hidden in the template."""
_RULES = ("conditionalFormatting", "dataValidation")


class NoRoomForColumnsError(WorkbookError):
    """Something stands where new columns of a table would be."""

    def __init__(self, sheet: str, table: str, headers: list[str], address: str) -> None:
        super().__init__(
            f"Table {table} on sheet {sheet} needs new columns ({', '.join(headers)}), and something stands beside it "
            f"in {address}. Nothing was changed. Move that away in Excel, save, close and upgrade again."
        )


@dataclass(frozen=True, slots=True)
class TableParts:
    """A table and the sheet it is on."""

    sheet: SheetPart
    table: TablePart

    @property
    def headers(self) -> list[str]:
        """The headers of its columns."""
        return [self.table.header(column) for column in self.table.columns]

    def column_of(self, header: str) -> int:
        """Return the sheet column (from 1) under a header."""
        return self.table.area.left + self.headers.index(header)


def missing_headers(old: TableParts, new: TableParts) -> list[str]:
    """Return the headers that a table lacks."""
    present = set(old.headers)
    return [header for header in new.headers if header not in present]


def rename(present: SheetPart) -> list[RenamedHeader]:
    """Give the columns of a sheet's tables the headers of this version, and return which were renamed.

    Formulas, validation, charts and names that mention them follow, as in Excel; what stands in the cells stays. A
    header that the workbook has already, or that its user gave to a column of his own, is left.
    """
    return [one for table in present.tables for one in RENAMED if _renamed(present, table, one)]


def _renamed(sheet: SheetPart, table: TablePart, one: RenamedHeader) -> bool:
    headers = [table.header(column) for column in table.columns]
    if table.name.lower() != one.table.lower() or one.old not in headers or one.new in headers:
        return False
    row, column = table.area.top, table.area.left + headers.index(one.old)
    sheet.rows.edit(row)[column] = sheet.book.writer.text(one.new, sheet.style_at(row, column))
    take_headers(sheet, table)
    sheet.touch()
    return True


def widen_choices(old: TableParts, new: TableParts) -> list[str]:
    """Let cells offer the choices that are new in this version; return the headers of their columns.

    Only a list of our own that lacks some is replaced: one that its user has changed stays as it is.
    """
    wider = []
    for header in (one for one in new.headers if one in old.headers):
        ours, theirs = (_choices(place, header) for place in (new, old))
        if ours is not None and theirs is not None and set(_words(theirs)) < set(_words(ours)):
            theirs.text = ours.text
            old.sheet.touch()
            wider.append(header)
    return wider


def _choices(place: TableParts, header: str) -> Element | None:
    """Return the formula of the list that a column's cells are chosen from; none where it has no such list."""
    column = place.column_of(header)
    for rule in place.sheet.elements("dataValidation"):
        areas = following.areas_of_rule(rule)
        if rule.get("type") == "list" and any(one.left == one.right == column for one in areas):
            return rule.find("formula1")
    return None


def _words(formula: Element) -> list[str]:
    return formula.text.strip('"').split(",")


def add(old: TableParts, new: TableParts) -> list[str]:
    """Add to a table the columns that the template's has and it lacks; return their headers.

    Raises:
        NoRoomForColumnsError: If cells, merged cells or another table are in the way.
    """
    headers = missing_headers(old, new)
    if not headers:
        return []
    area = old.table.area
    added = Area(area.top, area.right + 1, area.bottom, area.right + len(headers))
    _refuse_occupied(old, headers, added)
    first = added.left
    _declare(old.table, headers)
    for number, header in enumerate(headers):
        _look(old, new, header, first + number)
    for number, header in enumerate(headers):
        _rules(old, new, header, first + number)
    old.sheet.touch()
    return headers


def _refuse_occupied(old: TableParts, headers: list[str], added: Area) -> None:
    other = [table.area for table in old.sheet.tables if table is not old.table]
    in_the_way = next((area for area in [*other, *old.sheet.merged] if area.meets(added)), None)
    for row, line in enumerate(old.sheet.read(added), start=added.top):
        for column, value in enumerate(line, start=added.left):
            if value is not None and in_the_way is None:
                in_the_way = Area(row, column, row, column)
    if in_the_way is not None:
        raise NoRoomForColumnsError(old.sheet.name, old.table.name, headers, area_name(in_the_way))


def _declare(table: TablePart, headers: list[str]) -> None:
    holder = table.root.find("tableColumns")
    if holder is None:
        return
    number = max(int(column.get("id", "0")) for column in table.columns)
    for header in headers:
        number += 1
        holder.append(Element("tableColumn", {"id": str(number), "name": header.replace("\n", "_x000a_")}))
    holder.set("count", str(len(table.columns)))
    table.place(table.area._replace(right=table.area.right + len(headers)))
    table.changed = True


def _look(old: TableParts, new: TableParts, header: str, column: int) -> None:
    """Write the header and give header, cells and column the template's look."""
    sheet, source = old.sheet, new.column_of(header)
    styles, others = sheet.book.styles, new.sheet.book.styles
    top, body = old.table.area.top, old.table.body
    head = styles.adopt(others, new.sheet.style_at(new.table.area.top, source))
    cell = styles.adopt(others, new.sheet.style_at(new.table.body.top, source))
    empty = sheet.book.writer.empty(cell)
    sheet.rows.edit(top)[column] = sheet.book.writer.text(header, head)
    for row in range(body.top, body.bottom + 1):
        if empty is not None:
            sheet.rows.edit(row)[column] = empty
    if not any(_is_used(sheet, row, column) for row in sheet.rows.rows if not top <= row <= body.bottom):
        sheet.columns.set_width(column, column, new.sheet.columns.width(source) or _WIDTH)
        sheet.columns.set_style(column, column, styles.adopt(others, new.sheet.columns.style(source)))
        if new.sheet.columns.hidden(source):
            sheet.columns.set_hidden(column, column, hidden=True)


def _is_used(sheet: SheetPart, row: int, column: int) -> bool:
    return sheet.read(Area(row, column, row, column))[0][0] is not None


def _rules(old: TableParts, new: TableParts, header: str, column: int) -> None:
    """Bring the template's validation and conditional formatting of a column along."""
    source, first = new.column_of(header), new.table.body.top
    for kind in _RULES:
        for rule in new.sheet.elements(kind):
            areas = following.areas_of_rule(rule)
            if len(areas) == 1 and (areas[0].left, areas[0].right, areas[0].top) == (source, source, first):
                _add_rule(old, new, rule.copy(), column)


def _add_rule(old: TableParts, new: TableParts, rule: Element, column: int) -> None:
    following.set_rule_areas(rule, [Area(old.table.body.top, column, MAX_ROW, column)])
    priority = max((int(known.get("priority", "0")) for known in old.sheet.elements("cfRule")), default=0)
    for element in rule.walk():
        if element.local in RULE_FORMULAS and element.text:
            element.text = _translated(element.text, old, new)
        if element.local == "cfRule" and element.get("dxfId"):
            mark = old.sheet.book.styles.adopt_mark(new.sheet.book.styles, int(element.get("dxfId")))
            element.set("dxfId", str(mark))
            priority += 1
            element.set("priority", str(priority))
    if rule.local == "conditionalFormatting":
        old.sheet.root.insert_ordered(rule, ORDER)
        return
    holder = old.sheet.root.find("dataValidations")
    if holder is None:
        holder = old.sheet.root.insert_ordered(Element("dataValidations"), ORDER)
    holder.append(rule)
    holder.set("count", str(len(holder.elements)))


def _translated(formula: str, old: TableParts, new: TableParts) -> str:
    """Let a rule's formula name the columns where this workbook has them; what stands between quotes is text."""
    rows = old.table.body.top - new.table.body.top
    headers = {new.column_of(header): header for header in new.headers}

    def moved(match: re.Match[str]) -> str:
        header = headers.get(column_number(match[2]))
        letters = column_name(old.column_of(header)) if header in old.headers else match[2]
        return f"{match[1]}{letters}{match[3]}{int(match[4]) + (0 if match[3] else rows)}"

    pieces = formula.split('"')
    return '"'.join(_REFERENCE.sub(moved, piece) if index % 2 == 0 else piece for index, piece in enumerate(pieces))


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
    renamed: dict[str, list[RenamedHeader]] = field(default_factory=dict)
    """Headers that are others now, by sheet."""
    choices: dict[str, list[str]] = field(default_factory=dict)
    """Headers of columns that offer more than before, by sheet."""
    configuration: bool = False
    """Whether xlwings' settings were put back to the template's."""
    window: bool = False
    """Whether a window that was larger than any screen was given the template's size."""

    def __bool__(self) -> bool:
        tables = self.sheets or self.columns or self.renamed or self.choices
        return bool(tables or self.configuration or self.window)


def complete(file: WorkbookFile, template: WorkbookFile) -> Additions:
    """Rename headers, add the sheets and columns that a workbook lacks, and let settings be the template's.

    Raises:
        WorkbookError: If something of the user's is in the way.
    """
    added = Additions(renamed={sheet.name: renamed for sheet in file.sheets if (renamed := rename(sheet))})
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
    added.window = file.workbook.fit_window(template.workbook)
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
            places = TableParts(present, old), TableParts(sheet, table)
            if wider := widen_choices(*places):
                added.choices[present.name] = wider
            headers = add(*places)
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
