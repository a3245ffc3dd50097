"""Cells and table rows that come and go, as in Excel: those below move, tables grow and shrink, no cut is made.

What would cut through a table, a merged cell or an array formula is refused.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from workbook_engine import cells, following, formulas
from workbook_engine.addresses import MAX_ROW, Area, Move, area_name, moved_area, parse_area
from workbook_engine.cell_values import general_text, read_formula
from workbook_engine.errors import RefusedByExcelError, SheetProtectedError, UnsupportedError
from workbook_engine.formula_text import copy_formula, rename_column, split_formula

if TYPE_CHECKING:
    from workbook_engine.parts.sheet_part import SheetPart
    from workbook_engine.parts.table_part import TablePart


_ARRAY_AREA = re.compile(r"(<f\b[^>]*\bref=[\"'])([^\"']*)")


def delete_cells(sheet: SheetPart, area: Area) -> None:
    """Delete cells; those below move up. Deleting whole rows of a table shrinks it.

    Raises:
        RefusedByExcelError: If it would cut through a table, a merged cell or an array formula.
    """
    _refuse_protected(sheet, area)
    refuse_delete(sheet, area)
    rest = keep_blank_row(sheet, area)
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
    refuse_insert(sheet, area)
    grown = table_around(sheet, area)
    rules = following.column_rules(sheet, grown) if grown is not None else []
    _move(sheet, Move(sheet.name.lower(), area, area.rows))
    if grown is not None and area.top == grown.body.top:
        from_below = True  # never the look of the header
    _format_new(sheet, area, area.bottom + 1 if from_below else area.top - 1)
    if grown is not None:
        begin_records(sheet, grown)
        sheet.book.settle()
        following.stretch_rules(sheet, grown, rules)
        fill_calculated(sheet, grown, area.top, area.bottom)


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
        move_hidden(sheet, move)
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


def table_around(sheet: SheetPart, area: Area) -> TablePart | None:
    """Return the table that grows when cells are inserted at an area."""
    for table in sheet.tables:
        covered = area.left <= table.area.left and table.area.right <= area.right
        if covered and table.area.top + table.headers <= area.top <= table.area.bottom:
            return table
    return None


def refuse_insert(sheet: SheetPart, area: Area) -> None:
    """Raise where inserted cells would cut through a table."""
    for table in sheet.tables:
        if table.area.bottom >= area.top and _cuts_columns(table, area):
            raise _cut(sheet, table, area)


def refuse_delete(sheet: SheetPart, area: Area) -> None:
    """Raise where deleted cells would cut through a table, its header or its totals."""
    for table in sheet.tables:
        if table.area.bottom < area.top:
            continue
        if _cuts_columns(table, area):
            raise _cut(sheet, table, area)
        body = table.body
        inside = area.top >= body.top and (table.totals == 0 or area.bottom <= body.bottom)
        covers = area.left <= table.area.left and table.area.right <= area.right
        if area.meets(table.area) and covers and not inside:
            raise UnsupportedError(
                f"Sheet {sheet.name}: {area_name(area)} holds the header or totals of table {table.name}; "
                "delete data rows only."
            )


def _cuts_columns(table: TablePart, area: Area) -> bool:
    beside = table.area.right < area.left or table.area.left > area.right
    return not beside and not (area.left <= table.area.left and table.area.right <= area.right)


def _cut(sheet: SheetPart, table: TablePart, area: Area) -> RefusedByExcelError:
    return RefusedByExcelError(
        f"Sheet {sheet.name}: {area_name(area)} would shift part of table {table.name} ({area_name(table.area)}). "
        "Insert or delete over all of its columns."
    )


def keep_blank_row(sheet: SheetPart, area: Area) -> Area | None:
    """Return what may really be deleted: the last data row of a table is emptied instead, and waits for records."""
    for table in sheet.tables:
        body = table.body
        if not (area.meets(body) and area.top <= body.top and body.bottom <= area.bottom):
            continue
        first = Area(body.top, body.left, body.top, body.right)
        styles = cells.begin_write(sheet, first)
        sheet.put(first, [[sheet.book.writer.empty(style) for style in line] for line in styles])
        if sheet.row_hidden(body.top):
            sheet.rows.set_row_attribute(body.top, "hidden", None)
        table.is_empty = True
        rest = area._replace(top=body.top + 1)
        return rest if rest.top <= rest.bottom else None
    return area


def begin_records(sheet: SheetPart, table: TablePart) -> None:
    """Make the blank row of an empty table its first record, with the formulas of calculated columns."""
    if table.is_empty:
        table.is_empty = False
        fill_calculated(sheet, table, table.body.top, table.body.top)


def move_hidden(sheet: SheetPart, move: Move) -> None:
    """Let rows that a filter hides stay hidden where they move to."""
    hidden = {number for number in sheet.rows.attributes if sheet.row_hidden(number)}
    first, last = move.area.top, move.area.bottom
    moved = set()
    for number in hidden:
        if number < first:
            moved.add(number)
        elif move.rows > 0 or number > last:
            moved.add(number + move.rows)
    for number in hidden ^ moved:
        sheet.rows.set_row_attribute(number, "hidden", "1" if number in moved else None)


def fill_calculated(sheet: SheetPart, table: TablePart, first: int, last: int) -> None:
    """Fill the blank cells of calculated columns in new rows with their formula."""
    sheet.book.settle()
    for index, column in enumerate(range(table.area.left, table.area.right + 1)):
        formula = table.calculated(index)
        if formula is None:
            continue
        pattern, row = _pattern_formula(sheet, table, column, first) or (formula, table.body.top)
        for number in range(first, last + 1):
            cell = sheet.rows.cell(number, column)
            if cell is None or cell.endswith("/>"):
                text = copy_formula(pattern, number - row) if len(split_formula(pattern)) > 1 else pattern
                written = sheet.book.writer.formula(text, sheet.style_at(number, column))
                sheet.rows.edit(number)[column] = written
                sheet.rows.note_formula(number)
        sheet.book.changes.note(sheet.name, Area(first, column, last, column))
        sheet.book.formulas_changed = True


def _pattern_formula(sheet: SheetPart, table: TablePart, column: int, first: int) -> tuple[str, int] | None:
    for number in (first - 1, table.body.bottom):
        if table.body.top <= number <= table.body.bottom and number != first:
            cell = sheet.rows.cell(number, column)
            formula = read_formula(cell) if cell is not None else None
            if formula is not None and formula.text and formula.kind == "normal":
                return formula.text, number
    return None


def resize(sheet: SheetPart, table: TablePart, area: Area) -> None:
    """Lay a table over another area with the same header; new rows take the look of the last data row.

    Raises:
        RefusedByExcelError: If the header would move, no data row would be left, or another table is in the way.
        UnsupportedError: If columns would change, or the table shows totals.
    """
    old = table.area
    if (area.top, area.left) != (old.top, old.left) or area.rows <= table.headers:
        raise RefusedByExcelError(
            f"Table {table.name} cannot become {area_name(area)}: its header stays at {area_name(old)}'s top, "
            "and at least one row must follow it."
        )
    if area.right != old.right or table.totals:
        raise UnsupportedError(f"Table {table.name} can only be resized in rows, and without a totals row.")
    if any(other is not table and other.area.meets(area) for other in sheet.tables):
        raise RefusedByExcelError(f"Table {table.name} cannot become {area_name(area)}: another table is there.")
    if area.bottom > MAX_ROW:
        raise RefusedByExcelError(f"Table {table.name} cannot have more than {MAX_ROW} rows.")
    rules = following.column_rules(sheet, table)
    table.place(area)
    if area.bottom > old.bottom:
        begin_records(sheet, table)
        _extend_look(sheet, old, area.bottom)
        following.stretch_rules(sheet, table, rules)
        fill_calculated(sheet, table, old.bottom + 1, area.bottom)
    sheet.book.changes.note_table(table.name)
    sheet.touch()


def _extend_look(sheet: SheetPart, old: Area, bottom: int) -> None:
    new = Area(old.bottom + 1, old.left, bottom, old.right)
    styles = [sheet.style_at(old.bottom, column) for column in range(old.left, old.right + 1)]
    empty = [sheet.book.writer.empty(style) for style in styles]
    blanks = {old.left + place: blank for place, blank in enumerate(empty) if blank is not None}
    for number in sheet.rows.fill_free(new.top, new.bottom, blanks):
        here = sheet.rows.edit(number)
        for column, style, blank in zip(range(old.left, old.right + 1), styles, empty, strict=True):
            cell = here.get(column)
            if cell is None:
                if blank is not None:
                    here[column] = blank
            else:
                here[column] = sheet.book.writer.restyled(cell, style)


def take_headers(sheet: SheetPart, table: TablePart) -> None:
    """Let the table's columns be called what its header cells now say.

    An empty header becomes `Column1`, a repeated one gets a number, as in Excel.
    """
    row = table.area.top
    values = sheet.read(table.area._replace(bottom=row))[0]
    taken: set[str] = set()
    made: list[str | None] = []
    for index, value in enumerate(values):
        wanted = _header_text(value) or f"Column{index + 1}"
        name, number = wanted, 2
        while name.lower() in taken:
            name, number = f"{wanted}{number}", number + 1
        taken.add(name.lower())
        style = sheet.style_at(row, table.area.left + index)
        made.append(None if name == value else sheet.book.writer.text(name, style))
        old = table.header(table.columns[index])
        if old != name:
            table.rename_column(index, name)
            rename = functools.partial(_renamed, table=table.name, old=old, new=name)
            sheet.book.change_formulas(rename)
    for index, cell in enumerate(made):
        if cell is not None:
            sheet.rows.edit(row)[table.area.left + index] = cell
            sheet.touch()


def _renamed(formula: str, _: str, *, table: str, old: str, new: str) -> str:
    return rename_column(formula, table, old, new)


def _header_text(value: object) -> str:
    if value is None:
        return ""
    return general_text(value) if isinstance(value, float) else str(value)


def unhide(sheet: SheetPart, table: TablePart) -> None:
    """Show the rows that the table's filter hid."""
    for number in range(table.area.top, table.area.bottom + 1):
        if sheet.row_hidden(number):
            sheet.rows.set_row_attribute(number, "hidden", None)
            sheet.touch()
