"""What follows moved cells: formulas everywhere, rules, merged cells, filters, links and notes.

It is done for all moves since the last time together, for an update may delete thousands of rows one by one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook_engine import formulas, notes, table_rows
from workbook_engine.addresses import MAX_ROW, Area, area_name, area_names, parse_area, parse_areas
from workbook_engine.errors import RefusedByExcelError, SheetProtectedError
from workbook_engine.formulas import RULE_FORMULAS
from workbook_engine.references import Move, copy_formula, move_formula, moved_all, moved_area
from workbook_engine.xml_text import Element, remove_pruned

if TYPE_CHECKING:
    from workbook_engine.sheet_part import SheetPart
    from workbook_engine.workbook_file import WorkbookFile

_RULES = ("conditionalFormatting", "dataValidation", "ignoredError", "protectedRange")
_PLACED = ("mergeCell", "hyperlink", "autoFilter", "sortState", "sortCondition")


def follow(book: WorkbookFile, moved: list[tuple[SheetPart, Move]]) -> None:
    """Let everything follow some moves, given in their order."""
    moves = [move for _, move in moved]

    def change(formula: str, own: str) -> str:
        for move in moves:
            formula = move_formula(formula, own, move)
        return formula

    for sheet in book.sheets:
        own_moves = [move for other, move in moved if other is sheet]
        if own_moves:
            _move_placed(sheet, own_moves)
            notes.move_notes(sheet, own_moves)
        _move_rules(sheet, moves)
    if any(sheet.has_formulas for sheet in book.sheets):
        book.formulas_changed = True
    formulas.change_all(book, change, rules=False)


def _move_rules(sheet: SheetPart, moves: list[Move]) -> None:
    own = sheet.name.lower()
    for parent in list(sheet.root.walk()):
        for rule in parent.elements:
            areas = areas_of_rule(rule)
            if not areas:
                continue
            left = _follow_all(rule, areas, moves, own)
            if not left:
                remove_pruned(sheet.root, rule)
                _recount(parent)
            elif left != areas:
                set_rule_areas(rule, left)


def _follow_all(rule: Element, areas: list[Area], moves: list[Move], own: str) -> list[Area]:
    """Let the formulas of a rule follow, and return its areas after all moves.

    A rule's formula is seen from the first cell of its first area, and follows that cell.
    """
    texts = {id(element): element for element in rule.walk() if element.local in RULE_FORMULAS}
    formulas = {key: element.text for key, element in texts.items() if element.text}
    changed = dict(formulas)
    for move in moves:
        offset = 0
        if move.sheet == own:
            areas, offset = moved_rule(areas, move)
        if not areas:
            return []
        changed = {key: move_formula(copy_formula(text, offset), own, move) for key, text in changed.items()}
    for key, text in changed.items():
        if text != formulas[key]:
            texts[key].text = text
    return areas


def areas_of_rule(rule: Element) -> list[Area]:
    """Return the areas of a validation or formatting rule, wherever it keeps them; none for other elements."""
    if rule.local in _RULES and rule.get("sqref"):
        return parse_areas(rule.get("sqref"))
    extended = rule.find("sqref")
    return parse_areas(extended.text) if extended is not None else []


def set_rule_areas(rule: Element, areas: list[Area]) -> None:
    """Give a rule other areas."""
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


def _move_placed(sheet: SheetPart, moves: list[Move]) -> None:
    for parent in list(sheet.root.walk()):
        for element in parent.elements:
            old = parse_area(element.get("ref")) if element.local in _PLACED else None
            if old is None:
                continue
            new = moved_all(old, moves)
            if new is None or (element.local == "mergeCell" and new.rows == new.columns == 1):
                remove_pruned(sheet.root, element)
                _recount(parent)
            elif new != old:
                element.set("ref", area_name(new))


def _recount(parent: Element) -> None:
    if parent.get("count"):
        parent.set("count", str(len(parent.elements)))


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
        table_rows.begin_records(sheet, grown)
        sheet.book.settle()
        table_rows.stretch_rules(sheet, grown, rules)
        table_rows.fill_calculated(sheet, grown, area.top, area.bottom)


def _refuse_protected(sheet: SheetPart, area: Area) -> None:
    if sheet.is_protected:
        raise SheetProtectedError(sheet.name, area_name(area))


def _move(sheet: SheetPart, move: Move) -> None:
    _refuse_cutting(sheet, move)
    filtered = [table for table in sheet.tables if table.is_filtered and table.area.meets(move.area)]
    if sheet.rows.rows and sheet.has_shared:
        formulas.unshare(sheet)
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
    sheet.merged[:] = [new for area in sheet.merged if (new := moved_area(area, move)) is not None]
    sheet.book.moves.append((sheet, move))
    sheet.book.changes.note_move(sheet.name, move)
    sheet.touch()


def _refuse_cutting(sheet: SheetPart, move: Move) -> None:
    moving = move.area._replace(bottom=MAX_ROW)
    for area in sheet.merged:
        if area.meets(moving) and not (moving.left <= area.left and area.right <= moving.right):
            raise RefusedByExcelError(
                f"Sheet {sheet.name}: the merged cells {area_name(area)} stand in the way. Unmerge them first."
            )
    if sheet.has_arrays:
        formulas.refuse_part_of_array(sheet, move.area if move.rows < 0 else moving)


def _move_arrays(sheet: SheetPart, move: Move) -> None:
    if not sheet.has_arrays:
        return
    for number, column, cell, found in formulas.formulas(sheet):
        old = parse_area(found.area) if found.kind == "array" else None
        new = moved_area(old, move) if old is not None else None
        if new is not None and new != old:
            sheet.rows.edit(number)[column] = _ARRAY_AREA.sub(rf"\g<1>{area_name(new)}", cell, count=1)


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
