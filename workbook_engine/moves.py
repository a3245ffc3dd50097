"""Cells inserted and deleted: those below move, tables grow and shrink, what would be cut is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook_engine import following, formulas, table_rows
from workbook_engine.addresses import MAX_ROW, Area, Move, area_name, moved_area, parse_area
from workbook_engine.errors import RefusedByExcelError, SheetProtectedError

if TYPE_CHECKING:
    from workbook_engine.sheet_part import SheetPart

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
    rules = following.column_rules(sheet, grown) if grown is not None else []
    _move(sheet, Move(sheet.name.lower(), area, area.rows))
    if grown is not None and area.top == grown.body.top:
        from_below = True  # never the look of the header
    _format_new(sheet, area, area.bottom + 1 if from_below else area.top - 1)
    if grown is not None:
        table_rows.begin_records(sheet, grown)
        sheet.book.settle()
        following.stretch_rules(sheet, grown, rules)
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
    for number, column, cell, formula in formulas.formulas(sheet):
        old = parse_area(formula.area) if formula.kind == "array" else None
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
