"""What follows moved cells: formulas everywhere, rules, merged cells, filters, links and notes.

It is done for all moves since the last time together, for an update may delete thousands of rows one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine import formula_places, notes
from workbook_engine.addresses import MAX_ROW, Area, area_name, area_names, parse_area, parse_areas
from workbook_engine.references import Move, copy_formula, move_formula, moved_all, moved_area
from workbook_engine.xml_text import remove_pruned

if TYPE_CHECKING:
    from workbook_engine.sheet_part import SheetPart
    from workbook_engine.workbook_file import WorkbookFile
    from workbook_engine.xml_text import Element

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
    formula_places.change_all(book, change, rules=False)


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
    texts = {id(element): element for element in rule.walk() if element.local in formula_places.RULE_FORMULAS}
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
