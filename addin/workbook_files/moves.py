"""Inserting and deleting cells: everything that points at moved cells follows, as in Excel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from addin.workbook_files import notes, sheet_formulas, table_rows
from addin.workbook_files.addresses import MAX_ROW, Area, area_name, area_names, parse_area, parse_areas
from addin.workbook_files.errors import RefusedByExcelError, SheetProtectedError
from addin.workbook_files.references import Move, copy_formula, move_formula, moved_area
from addin.workbook_files.xml_text import remove_pruned

if TYPE_CHECKING:
    from addin.workbook_files.sheet_part import SheetPart
    from addin.workbook_files.xml_text import Element

_RULES = ("conditionalFormatting", "dataValidation", "ignoredError", "protectedRange")
_PLACED = ("mergeCell", "hyperlink", "autoFilter", "sortState", "sortCondition")
_RULE_FORMULAS = ("formula", "formula1", "formula2", "f")
_ARRAY_AREA = re.compile(r"(<f\b[^>]*\bref=[\"'])([^\"']*)")


def delete_cells(sheet: SheetPart, area: Area) -> None:
    """Delete cells; those below move up. Deleting whole rows of a table shrinks it.

    Raises:
        RefusedByExcelError: If it would cut through a table, a merged cell or an array formula.
    """
    _refuse_protected(sheet, area)
    table_rows.refuse_delete(sheet, area)
    rest = table_rows.keep_blank_row(sheet, area)
    if rest is not None:
        _move(sheet, Move(sheet.name.lower(), rest, -rest.rows))


def insert_cells(sheet: SheetPart, area: Area, *, from_below: bool = False) -> None:
    """Insert cells; those from there on move down. Inserting inside a table makes it grow.

    Args:
        sheet: Where.
        area: The new cells.
        from_below: Whether they take their format from the cells below, not from those above.

    Raises:
        RefusedByExcelError: If it would cut through a table, a merged cell or an array formula, or push cells off.
    """
    _refuse_protected(sheet, area)
    table_rows.refuse_insert(sheet, area)
    grown = table_rows.table_around(sheet, area)
    rules = table_rows.column_rules(sheet, grown) if grown is not None else []
    _move(sheet, Move(sheet.name.lower(), area, area.rows))
    if grown is not None and area.top == grown.body.top:
        from_below = True  # never the look of the header
    _format_new(sheet, area, area.bottom + 1 if from_below else area.top - 1)
    if grown is not None:
        grown.is_empty = False
        table_rows.stretch_rules(sheet, grown, rules)
        table_rows.fill_calculated(sheet, grown, area.top, area.bottom)


def _refuse_protected(sheet: SheetPart, area: Area) -> None:
    if sheet.is_protected:
        raise SheetProtectedError(sheet.name, area_name(area))


def _move(sheet: SheetPart, move: Move) -> None:
    _refuse_cutting(sheet, move)
    filtered = [table for table in sheet.tables if table.is_filtered and table.area.meets(move.area)]
    if sheet.rows.rows and sheet.has_shared:
        sheet_formulas.unshare(sheet)
    if move.rows > 0:
        sheet.rows.insert(move.area)
    else:
        sheet.rows.delete(move.area)
    if filtered:
        table_rows.move_hidden(sheet, move)
    _move_arrays(sheet, move)
    for table in sheet.tables:
        area = moved_area(table.area, move)
        if area is not None:
            table.place(area)
    _move_rules(sheet, move)
    _move_placed(sheet, move)
    notes.move_notes(sheet, move)
    sheet.touch()
    if any(other.has_formulas for other in sheet.book.sheets):
        sheet.book.formulas_changed = True
    sheet.book.change_formulas(lambda formula, own: move_formula(formula, own, move), without_rules=sheet)


def _refuse_cutting(sheet: SheetPart, move: Move) -> None:
    moving = move.area._replace(bottom=MAX_ROW)
    for merged in sheet.elements("mergeCell"):
        area = parse_area(merged.get("ref"))
        if area is not None and area.meets(moving) and not (moving.left <= area.left and area.right <= moving.right):
            raise RefusedByExcelError(
                f"Sheet {sheet.name}: the merged cells {area_name(area)} stand in the way. Unmerge them first."
            )
    if sheet.has_arrays:
        sheet_formulas.refuse_part_of_array(sheet, move.area if move.rows < 0 else moving)


def _move_arrays(sheet: SheetPart, move: Move) -> None:
    if not sheet.has_arrays:
        return
    for number, column, cell, found in sheet_formulas.formulas(sheet):
        old = parse_area(found.area) if found.kind == "array" else None
        new = moved_area(old, move) if old is not None else None
        if new is not None and new != old:
            sheet.rows.edit(number)[column] = _ARRAY_AREA.sub(rf"\g<1>{area_name(new)}", cell, count=1)


def _move_rules(sheet: SheetPart, move: Move) -> None:
    """Move the areas of rules; their formulas are seen from the first cell of the first area, and follow it."""
    own = sheet.name.lower()
    for parent in list(sheet.root.walk()):
        for rule in parent.elements:
            place = _place_of_rule(rule)
            if place is None:
                continue
            areas = parse_areas(place)
            moved, offset = moved_rule(areas, move)
            if not moved:
                remove_pruned(sheet.root, rule)
                _recount(parent)
                continue
            if moved != areas:
                set_rule_areas(rule, moved)
            for element in rule.walk():
                if element.local in _RULE_FORMULAS and element.text:
                    element.text = move_formula(copy_formula(element.text, offset), own, move)


def _place_of_rule(rule: Element) -> str | None:
    if rule.local in _RULES and rule.get("sqref"):
        return rule.get("sqref")
    extended = rule.find("sqref")
    return extended.text if extended is not None else None


def set_rule_areas(rule: Element, areas: list[Area]) -> None:
    """Give a rule other areas, wherever it keeps them."""
    extended = rule.find("sqref")
    if extended is not None:
        extended.text = area_names(areas)
    else:
        rule.set("sqref", area_names(areas))


def moved_rule(areas: list[Area], move: Move) -> tuple[list[Area], int]:
    """Return the areas of a rule after a move, and how far down the cell lay that is now its first.

    Areas are cut where only some of their columns move, for rules belong to their cells.
    """
    result: list[Area] = []
    offset = 0
    for area in areas:
        inside = area._replace(left=max(area.left, move.area.left), right=min(area.right, move.area.right))
        whole = area.top == 1 and area.bottom == MAX_ROW
        if inside.left > inside.right or area.bottom < move.area.top or whole:
            result.append(area)
            continue
        if area.left < inside.left:
            result.append(area._replace(right=inside.left - 1))
        moved = moved_area(inside, move)
        if moved is not None:
            if not result and move.rows < 0 and move.area.top <= area.top <= move.area.bottom:
                offset = move.area.bottom + 1 - area.top
            result.append(moved)
        if inside.right < area.right:
            result.append(area._replace(left=inside.right + 1))
    return result, offset


def _move_placed(sheet: SheetPart, move: Move) -> None:
    for parent in list(sheet.root.walk()):
        for element in parent.elements:
            old = parse_area(element.get("ref")) if element.local in _PLACED else None
            if old is None:
                continue
            new = moved_area(old, move)
            if new is None or (element.local == "mergeCell" and new.rows == new.columns == 1):
                remove_pruned(sheet.root, element)
                _recount(parent)
            elif new != old:
                element.set("ref", area_name(new))


def _recount(parent: Element) -> None:
    if parent.get("count"):
        parent.set("count", str(len(parent.elements)))


def _format_new(sheet: SheetPart, area: Area, pattern: int) -> None:
    """Give new cells the styles of another row."""
    if pattern < 1:
        return
    row = sheet.rows.rows.get(pattern)
    if row is None:
        return
    styles = {column: sheet.style_at(pattern, column) for column in row.cells() if area.left <= column <= area.right}
    for number in range(area.top, area.bottom + 1):
        here = sheet.rows.edit(number)
        for column, style in styles.items():
            empty = sheet.book.writer.empty(style)
            if empty is not None:
                here[column] = empty
