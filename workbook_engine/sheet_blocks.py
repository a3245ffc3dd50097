"""Changes of whole blocks of cells: formats, one formula for all, and the used part of large areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area
from workbook_engine.cell_values import style_of
from workbook_engine.errors import UnsupportedError
from workbook_engine.formulas import to_file
from workbook_engine.number_formats import Meaning
from workbook_engine.references import copy_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbook_engine.sheet_part import SheetPart


def clip(sheet: SheetPart, area: Area) -> Area | None:
    """Return the part of an area that lies in the used range."""
    used = sheet.used()
    if not area.meets(used):
        return None
    return Area(
        max(area.top, used.top), max(area.left, used.left), min(area.bottom, used.bottom), min(area.right, used.right)
    )


def restyle(sheet: SheetPart, area: Area, change: Callable[[int], int]) -> None:
    """Give the cells of an area other styles; whole columns keep theirs for cells to come.

    Args:
        sheet: Where.
        area: Which cells.
        change: Returns the new style of an old one.
    """
    known: dict[int, int] = {}

    def changed(style: int) -> int:
        if style not in known:
            known[style] = change(style)
        return known[style]

    sheet.touch()
    if area.rows == MAX_ROW:
        for column in range(area.left, area.right + 1):
            sheet.columns.set_style(column, column, changed(sheet.columns.style(column)))
        for number in list(sheet.rows.rows):
            _restyle_row(sheet, number, area, changed)
        return
    if area.columns == MAX_COLUMN:
        raise UnsupportedError("Whole rows cannot be formatted; name the cells.")
    for number, styles in zip(range(area.top, area.bottom + 1), sheet.styles_of_rows(area), strict=True):
        _restyle_cells(sheet, number, area, styles, changed)


def _restyle_row(sheet: SheetPart, number: int, area: Area, changed: Callable[[int], int]) -> None:
    cells = sheet.rows.rows[number].cells()
    new = {
        column: sheet.book.writer.restyled(cell, style)
        for column, cell in cells.items()
        if area.left <= column <= area.right and (style := changed(old := style_of(cell))) != old
    }
    if new:
        sheet.rows.edit(number).update(new)


def _restyle_cells(
    sheet: SheetPart, number: int, area: Area, styles: Sequence[int], changed: Callable[[int], int]
) -> None:
    wanted = list(map(changed, styles))
    if wanted == styles:
        return
    row = sheet.rows.rows.get(number)
    cells = row.cells() if row is not None else {}
    new: dict[int, str] = {}
    for column, (old, style) in enumerate(zip(styles, wanted, strict=True), area.left):
        if style != old:
            cell = cells.get(column)
            new[column] = sheet.book.writer.restyled(cell, style) if cell is not None else f' s="{style}"/>'
    if new:
        sheet.rows.edit(number).update(new)


def write_filled(sheet: SheetPart, area: Area, formula: str) -> None:
    """Write one formula into all cells; its relative references follow from the first cell on."""
    sheet.book.settle()
    made = []
    for row, styles in enumerate(sheet.begin_write(area)):
        line = []
        for column, style in enumerate(styles):
            table = sheet.table_at(area.top + row, area.left + column)
            text = copy_formula(to_file(formula, table.name if table is not None else None), row, column)
            if sheet.book.styles.style(style).meaning is Meaning.TEXT:
                line.append(sheet.book.writer.text(f"={formula}", style))
            else:
                line.append(sheet.book.writer.formula(text, style))
        made.append(line)
    sheet.book.formulas_changed = True
    sheet.put(area, made)
