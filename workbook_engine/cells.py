"""Blocks of cells written and restyled: values, one formula for all, links."""

from __future__ import annotations

import datetime as dt
from itertools import islice, repeat
from typing import TYPE_CHECKING, NamedTuple

from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area, area_name, parse_area
from workbook_engine.cell_values import datetime_to_serial, general_text, read_formula, split_cell, style_of
from workbook_engine.errors import SheetProtectedError, UnsupportedError
from workbook_engine.formula_text import copy_formula, to_file
from workbook_engine.formulas import release, unshare
from workbook_engine.number_formats import Meaning
from workbook_engine.parts.cell_codec import FORMULA
from workbook_engine.parts.package import OFFICE_RELATIONS
from workbook_engine.parts.sheet_part import ORDER, SheetPart
from workbook_engine.parts.styles import set_font_part
from workbook_engine.parts.xml_text import Element

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def clip(sheet: SheetPart, area: Area) -> Area | None:
    """Return the part of an area that lies in the used range."""
    used = sheet.used()
    if not area.meets(used):
        return None
    return Area(
        max(area.top, used.top), max(area.left, used.left), min(area.bottom, used.bottom), min(area.right, used.right)
    )


def write(sheet: SheetPart, area: Area, values: Sequence[Sequence[object]]) -> None:
    """Write values into an area, row by row.

    Raises:
        SheetProtectedError: If the sheet is protected and a cell is locked.
        RefusedByExcelError: If it would change part of an array formula.
        TypeError, ValueError: If a cell cannot hold a value.
    """
    make = sheet.book.writer.cell
    made = [
        [make(value, style) for value, style in zip(line, styles, strict=True)]
        for line, styles in zip(values, begin_write(sheet, area), strict=True)
    ]
    sheet.put(area, _with_formulas(sheet, area, values, made))


def _with_formulas(
    sheet: SheetPart, area: Area, values: Sequence[Sequence[object]], cells: list[list[str | None]]
) -> list[list[str | None]]:
    """Make formulas of texts that begin with `=`, which the cell writer leaves out."""
    for row, line in enumerate(values):
        if FORMULA not in cells[row]:
            continue
        for index, value in enumerate(line):
            if type(value) is str and value[:1] == "=" and cells[row][index] == FORMULA:
                table = sheet.table_at(area.top + row, area.left + index)
                text = to_file(value[1:], table.name if table is not None else None)
                style = sheet.style_at(area.top + row, area.left + index)
                cells[row][index] = sheet.book.writer.formula(text, style)
                sheet.book.formulas_changed = True
    return cells


def begin_write(sheet: SheetPart, area: Area) -> list[list[int]]:
    """Check that an area may be written, prepare it, and return the styles of its cells."""
    if sheet.has_formulas:
        release(sheet, area)
    styles = list(_styles_of_rows(sheet, area))
    if sheet.is_protected and any(sheet.book.styles.style(style).locked for line in styles for style in line):
        raise SheetProtectedError(sheet.name, area_name(area))
    return styles


def _styles_of_rows(sheet: SheetPart, area: Area) -> Iterator[list[int]]:
    """Yield the styles of the cells of each row; of rows that are alike the same list, looked at once."""
    rows, columns = sheet.rows.rows, range(area.left, area.right + 1)
    before: list[str | None] | None = None
    styles: list[int] = []
    for first, last in rows.runs(area.top, area.bottom):
        row = rows.get(first)
        here = None if row is None or first in sheet.rows.attributes else list(map(row.cells().get, columns))
        if here is None or here != before:
            styles = sheet.row_styles(first, area)
        before = here
        yield from repeat(styles, last - first + 1)


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
    styles = _styles_of_rows(sheet, area)
    for first, last in list(sheet.rows.rows.runs(area.top, area.bottom)):
        _restyle_cells(sheet, (first, last), area, next(islice(styles, last - first, None)), changed)


def _restyle_row(sheet: SheetPart, number: int, area: Area, changed: Callable[[int], int]) -> None:
    row = sheet.rows.rows.get(number)
    cells = row.cells() if row is not None else {}
    new = {
        column: sheet.book.writer.restyled(cell, style)
        for column, cell in cells.items()
        if area.left <= column <= area.right and (style := changed(old := style_of(cell))) != old
    }
    if new:
        sheet.rows.edit(number).update(new)


def _restyle_cells(
    sheet: SheetPart, alike: tuple[int, int], area: Area, styles: Sequence[int], changed: Callable[[int], int]
) -> None:
    wanted = list(map(changed, styles))
    if wanted == styles:
        return
    row = sheet.rows.rows.get(alike[0])
    cells = row.cells() if row is not None else {}
    new: dict[int, str] = {}
    for column, (old, style) in enumerate(zip(styles, wanted, strict=True), area.left):
        if style != old:
            cell = cells.get(column)
            new[column] = sheet.book.writer.restyled(cell, style) if cell is not None else f' s="{style}"/>'
    if new:
        sheet.rows.rows.edit_alike(*alike).update(new)


def write_filled(sheet: SheetPart, area: Area, formula: str) -> None:
    """Write one formula into all cells; its relative references follow from the first cell on."""
    sheet.book.settle()
    made = []
    for row, styles in enumerate(begin_write(sheet, area)):
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


_LINK_COLOR = "FF0563C1"


class Link(NamedTuple):
    """Where a link leads and what it shows."""

    address: str
    text: str
    tip: str


def add_link(sheet: SheetPart, area: Area, link: Link) -> None:
    """Put a link into a cell, with its text, in the look of a link."""
    sheet.book.settle()
    styles = begin_write(sheet, area)
    holder = sheet.root.find("hyperlinks")
    if holder is None:
        holder = sheet.root.insert_ordered(Element("hyperlinks"), ORDER)
    for old in holder.elements:
        place = parse_area(old.get("ref"))
        if place is not None and area.holds(place):
            holder.remove(old)
    element = holder.append(Element("hyperlink", {"ref": area_name(area)}))
    if link.address.startswith("#"):
        element.set("location", link.address[1:])
    else:
        kind = f"{OFFICE_RELATIONS}/hyperlink"
        element.set("r:id", sheet.book.package.relate(sheet.part, kind, link.address, external=True))
        if not sheet.root.get("xmlns:r"):
            sheet.root.set("xmlns:r", OFFICE_RELATIONS)
    element.set("tooltip", link.tip)
    element.set("display", link.text)
    text = sheet.book.writer.text
    sheet.put(area, [[text(link.text, style) for style in line] for line in styles])
    restyle(sheet, area, lambda style: sheet.book.styles.with_font(style, _look_of_link))


def _look_of_link(font: Element) -> None:
    set_font_part(font, "u", {})
    set_font_part(font, "color", {"rgb": _LINK_COLOR})


def spread(data: object, rows: int, columns: int) -> Sequence[Sequence[object]]:
    """Return rows of exactly this shape, filled as Excel fills: one value or row for all, #N/A where data ends."""
    if not isinstance(data, list | tuple):
        return [[data] * columns] * rows
    lines: Sequence[object] = data if data and isinstance(data[0], list | tuple) else [data]
    if len(lines) == rows and all(isinstance(line, list | tuple) and len(line) == columns for line in lines):
        return lines  # type: ignore[return-value] # its lines were just looked at
    if len(lines) == 1:
        lines = [*lines] * rows
    return [[_item(lines, row, column) for column in range(columns)] for row in range(rows)]


def _item(lines: Sequence[object], row: int, column: int) -> object:
    line = lines[row] if row < len(lines) else ()
    values = line if isinstance(line, list | tuple) else (line,)
    if len(values) == 1:
        return values[0]
    return values[column] if column < len(values) else "#N/A"


def typed_text(sheet: SheetPart, row: int, column: int) -> str:
    """Return the constant of a cell as one would type it."""
    cell = sheet.rows.cell(row, column)
    if cell is None:
        return ""
    value = sheet.book.reader.value(cell)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        value = datetime_to_serial(value, date1904=sheet.book.workbook.date1904)
    head, body = split_cell(cell)
    if head.type == "e":
        return body.partition("<v>")[2].partition("<")[0]
    return "" if value is None else value if isinstance(value, str) else general_text(float(value))


def store_values(sheet: SheetPart, area: Area, values: Sequence[Sequence[object]]) -> None:
    """Put values beside the formulas of an area, as if they had just been calculated."""
    sheet.book.forget_stale_values()
    if sheet.rows.rows and sheet.has_shared:
        unshare(sheet)
    for number, line in enumerate(values, area.top):
        for column, value in enumerate(line, area.left):
            cell = sheet.rows.cell(number, column)
            formula = read_formula(cell) if cell is not None else None
            if cell is not None and formula is not None and formula.kind == "normal":
                sheet.rows.edit(number)[column] = sheet.book.writer.formula(formula.text, style_of(cell), value)
                sheet.touch()
