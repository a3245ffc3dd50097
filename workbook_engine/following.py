"""What follows moved cells: formulas everywhere, rules, merged cells, filters, links and notes.

It is done for all moves since the last time together, for an update may delete thousands of rows one by one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from workbook_engine import formulas
from workbook_engine.addresses import (
    MAX_ROW,
    Area,
    Move,
    area_name,
    area_names,
    moved_all,
    moved_area,
    parse_area,
    parse_areas,
)
from workbook_engine.formula_text import copy_formula, move_formula
from workbook_engine.formulas import RULE_FORMULAS
from workbook_engine.parts.xml_text import Element, remove_pruned

if TYPE_CHECKING:
    from workbook_engine.parts.sheet_part import SheetPart, Workbook
    from workbook_engine.parts.table_part import TablePart

_SHAPE = re.compile(r"<v:shape\b(?:(?!</v:shape>).)*?<x:Row>(\d+)</x:Row>.*?</v:shape>", re.DOTALL)
_ROW = re.compile(r"<x:Row>(\d+)</x:Row>")
_COLUMN = re.compile(r"<x:Column>(\d+)</x:Column>")
_ANCHOR = re.compile(r"<x:Anchor>([^<]*)</x:Anchor>")
_RULES = ("conditionalFormatting", "dataValidation", "ignoredError", "protectedRange")
_PLACED = ("mergeCell", "hyperlink", "autoFilter", "sortState", "sortCondition")


def follow(book: Workbook, moved: list[tuple[SheetPart, Move]]) -> None:
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
            move_notes(sheet, own_moves)
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


def move_notes(sheet: SheetPart, moves: list[Move]) -> None:
    """Let notes follow their cells; those of deleted cells go."""
    for relation in sheet.book.package.relations(sheet.part):
        if relation.kind in {"comments", "threadedComment"}:
            _move_texts(sheet, relation.target, moves)
        elif relation.kind == "vmlDrawing":
            _move_shapes(sheet, relation.target, moves)


def _move_texts(sheet: SheetPart, part: str, moves: list[Move]) -> None:
    document = sheet.book.package.document(part)
    changed = False
    for parent in list(document.root.walk()):
        for note in parent.elements:
            old = parse_area(note.get("ref")) if note.local in {"comment", "threadedComment"} else None
            if old is None or (new := moved_all(old, moves)) == old:
                continue
            changed = True
            if new is None:
                parent.remove(note)
            else:
                note.set("ref", area_name(new))
    if changed:
        sheet.book.package.write(part, document.to_bytes())


def _move_shapes(sheet: SheetPart, part: str, moves: list[Move]) -> None:
    text = sheet.book.package.read(part).decode("utf-8")

    def moved(match: re.Match[str]) -> str:
        shape = match[0]
        column = _COLUMN.search(shape)
        if column is None:
            return shape
        row = int(match[1]) + 1
        here = Area(row, int(column[1]) + 1, row, int(column[1]) + 1)
        new = moved_all(here, moves)
        if new is None:
            return ""
        shape = _ROW.sub(f"<x:Row>{new.top - 1}</x:Row>", shape)
        return _ANCHOR.sub(lambda found: _moved_anchor(found[1], new.top - row), shape)

    new = _SHAPE.sub(moved, text)
    if new != text:
        sheet.book.package.write(part, new.encode())


def _moved_anchor(text: str, rows: int) -> str:
    numbers = [part.strip() for part in text.split(",")]
    for place in (2, 6):
        if place < len(numbers):
            numbers[place] = str(max(0, int(numbers[place]) + rows))
    return f"<x:Anchor>{', '.join(numbers)}</x:Anchor>"


class ColumnRule(NamedTuple):
    """An area of a rule that covers a table's data from first to last row."""

    rule: Element
    place: int
    """Which of the rule's areas it is."""


def column_rules(sheet: SheetPart, table: TablePart) -> list[ColumnRule]:
    """Return the rule areas that reach over all data rows of a table."""
    sheet.book.settle()
    body = table.body
    rules = []
    for rule in sheet.root.walk():
        for index, area in enumerate(areas_of_rule(rule)):
            if area.meets(body) and area.top <= body.top and area.bottom == body.bottom:
                rules.append(ColumnRule(rule, index))
    return rules


def stretch_rules(sheet: SheetPart, table: TablePart, rules: list[ColumnRule]) -> None:
    """Let rules that covered all data rows cover the new ones too."""
    body = table.body
    for rule, place in rules:
        areas = areas_of_rule(rule)
        if place >= len(areas):
            continue
        old = areas[place]
        areas[place] = old._replace(top=min(old.top, body.top), bottom=max(old.bottom, body.bottom))
        if place == 0 and areas[0].top < old.top:
            for element in rule.walk():
                if element.local in RULE_FORMULAS and element.text:
                    element.text = copy_formula(element.text, areas[0].top - old.top)
        set_rule_areas(rule, areas)
        sheet.touch()
