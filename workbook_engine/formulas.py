"""Every place in a workbook where a formula may stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook_engine import formula_text
from workbook_engine.addresses import Area, area_name, parse_area
from workbook_engine.cell_values import CellFormula, has_kind, read_formula, replace_formula, without_value
from workbook_engine.errors import RefusedByExcelError
from workbook_engine.formula_text import BROKEN, Reference, copy_formula, quote_sheet, sheet_of, split_formula
from workbook_engine.parts.xml_text import Element, escape, unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from workbook_engine.parts.row import Row
    from workbook_engine.parts.sheet_part import SheetPart, Workbook

_CHART = re.compile(r"xl/charts/chart[^/]*\.xml", re.IGNORECASE)
_CHART_FORMULA = re.compile(r"(<(?:\w+:)?f>)([^<]*)(</(?:\w+:)?f>)")
_PIVOT = re.compile(r"xl/pivotCache/pivotCacheDefinition[0-9]*\.xml", re.IGNORECASE)
RULE_FORMULAS = ("formula", "formula1", "formula2", "f")
"""Elements of validation and formatting rules that hold formulas."""


def change_all(book: Workbook, change: Callable[[str, str], str], *, rules: bool = True) -> None:
    """Apply a function to every formula of a workbook (see `Workbook.change_formulas`), of rules only if asked."""
    for sheet in book.sheets:
        change_sheet(sheet, change, rules=rules)
    for name in book.workbook.names:
        if (text := change(name.text, "")) != name.text:
            name.text = text
            book.workbook.changed = True
    for part in book.package.names:
        if is_chart(part):
            change_chart(book, part, change)
        elif _PIVOT.fullmatch(part):
            _change_pivot(book, part, change)


def change_sheet(sheet: SheetPart, change: Callable[[str, str], str], *, rules: bool = True) -> None:
    """Apply a function to every formula of one sheet, its tables, rules and links."""
    own = sheet.name.lower()
    change_formulas(sheet, lambda formula: change(formula, own))
    for table in sheet.tables:
        table.change_formulas(lambda formula: change(formula, own))
    change_rules(sheet, lambda formula: change(formula, own), rules=rules)


def change_rules(sheet: SheetPart, change: Callable[[str], str], *, rules: bool = True) -> None:
    """Apply a function to the formulas of validation and formatting rules and to the places that links lead to."""
    for element in sheet.root.walk():
        if rules and element.local in RULE_FORMULAS:
            _change_text(sheet, element, change)
        elif element.local == "hyperlink" and element.get("location"):
            location = change(element.get("location"))
            if location != element.get("location"):
                element.set("location", location)
                sheet.touch()


def _change_text(sheet: SheetPart, element: Element, change: Callable[[str], str]) -> None:
    text = element.text
    if text and (changed := change(text)) != text:
        element.text = changed
        sheet.touch()


def is_chart(part: str) -> bool:
    """Return whether a part is a chart."""
    return _CHART.fullmatch(part) is not None


def _change_pivot(book: Workbook, part: str, change: Callable[[str, str], str]) -> None:
    """Let the source of a pivot table follow, where it is cells of a sheet and not a table."""
    document = book.package.document(part)
    for source in document.root.walk():
        if source.local != "worksheetSource" or not (source.get("sheet") and source.get("ref")):
            continue
        pieces = split_formula(change(f"{quote_sheet(source.get('sheet'))}!{source.get('ref')}", ""))
        place = pieces[1] if len(pieces) > 1 else None
        if isinstance(place, Reference) and area_name(place.area) != source.get("ref"):
            source.set("ref", area_name(place.area))
            book.package.write(part, document.to_bytes())
        if isinstance(place, Reference) and place.prefix and place.sheet != source.get("sheet").lower():
            source.set("sheet", sheet_of(place.prefix))
            book.package.write(part, document.to_bytes())


def change_chart(book: Workbook, part: str, change: Callable[[str, str], str]) -> None:
    """Apply a function to the formulas of one chart."""
    text = book.package.read(part).decode("utf-8")

    def changed(match: re.Match[str]) -> str:
        return f"{match[1]}{escape(change(unescape(match[2]), ''))}{match[3]}"

    new = _CHART_FORMULA.sub(changed, text)
    if new != text:
        book.package.write(part, new.encode())


def formulas_in(sheet: SheetPart, area: Area) -> dict[tuple[int, int], str]:
    """Return the formulas of an area without their `=`, as Excel shows them, by row and column.

    The whole sheet is looked through once, however many cells are asked for, and only where its formulas may stand in
    other cells than those that show them: shared formulas and arrays.
    """
    sheet.book.settle()
    rows = sheet.rows
    shown: dict[tuple[int, int], str] = {}
    for array, text, spills in arrays(sheet) if sheet.has_arrays else ():
        if not spills and array.meets(area):
            shown |= dict.fromkeys(_cells(array, area), formula_text.from_file(text))
    if sheet.has_shared:
        wanted = whole_formulas(sheet)
    else:
        every = ((number, rows.rows.get(number)) for number in range(area.top, area.bottom + 1))
        wanted = _formulas_of((number, row) for number, row in every if row is not None)
    for row, column, _, formula in wanted:
        if area.top <= row <= area.bottom and area.left <= column <= area.right:
            table = sheet.table_at(row, column)
            shown[row, column] = formula_text.from_file(formula.text, table.name if table is not None else None)
    return shown


def _cells(array: Area, area: Area) -> Iterator[tuple[int, int]]:
    """Yield row and column of every cell that two areas share."""
    for row in range(max(array.top, area.top), min(array.bottom, area.bottom) + 1):
        for column in range(max(array.left, area.left), min(array.right, area.right) + 1):
            yield row, column


def arrays(sheet: SheetPart) -> list[tuple[Area, str, bool]]:
    """Return the array formulas of a sheet: cells, text, and whether it spills by itself."""
    result = []
    for _, _, cell, formula in formulas(sheet):
        if formula.kind == "array" and (area := parse_area(formula.area)):
            result.append((area, formula.text, " cm=" in cell.partition(">")[0]))
    return result


def formulas(sheet: SheetPart) -> Iterator[tuple[int, int, str, CellFormula]]:
    """Yield row, column, cell and formula of every cell that has one."""
    return _formulas_of(list(sheet.rows.formula_rows()))


def _formulas_of(rows: Iterable[tuple[int, Row]]) -> Iterator[tuple[int, int, str, CellFormula]]:
    """Yield what `formulas` does for some rows, each with its number."""
    for number, row in rows:
        if not row.formulas:
            continue
        for column, cell in list(row.cells().items()):
            formula = read_formula(cell) if "<f" in cell else None
            if formula is not None:
                yield number, column, cell, formula


def whole_formulas(sheet: SheetPart) -> Iterator[tuple[int, int, str, CellFormula]]:
    """Yield what `formulas` does, with the whole text also where the file has it in another cell only."""
    sheet.book.settle()
    masters: dict[str, tuple[str, int, int]] = {}
    for row, column, cell, formula in formulas(sheet):
        if formula.kind == "shared" and formula.text:
            masters[formula.shared] = (formula.text, row, column)
        if formula.kind == "shared" and formula.shared in masters:
            text, first, left = masters[formula.shared]
            yield row, column, cell, formula._replace(text=copy_formula(text, row - first, column - left))
        else:
            yield row, column, cell, formula


def release(sheet: SheetPart, area: Area) -> None:
    """Make an area ready to be overwritten.

    Formulas that other cells share with it are cut loose.

    Raises:
        RefusedByExcelError: If the area is part of an array formula.
    """
    shared = False
    for number in range(area.top, area.bottom + 1):
        row = sheet.rows.rows.get(number)
        if row is None or not row.formulas:
            continue
        for column, cell in row.cells().items():
            if area.left <= column <= area.right and "<f" in cell:
                sheet.book.formulas_changed = True
                formula = read_formula(cell) if has_kind(cell, "shared") else None
                shared = shared or (formula is not None and bool(formula.text))
    if shared:
        unshare(sheet)
    refuse_part_of_array(sheet, area)


def refuse_part_of_array(sheet: SheetPart, area: Area) -> None:
    """Raise where an area cuts through an array formula."""
    if not sheet.has_arrays:
        return
    for array, _, spills in arrays(sheet):
        if not spills and array.meets(area) and not area.holds(array):
            raise RefusedByExcelError(
                f"{area_name(area)} on sheet {sheet.name} is part of the array formula in {area_name(array)}, "
                "which can only be changed as a whole."
            )


def unshare(sheet: SheetPart) -> None:
    """Give every cell its own text of a formula that several cells share in the file."""
    for number, column, cell, formula in list(whole_formulas(sheet)):
        if formula.kind == "shared":
            sheet.rows.edit(number)[column] = _plain(cell, formula.text)
            sheet.touch()
    sheet.has_shared = False


def _plain(cell: str, text: str) -> str:
    replaced = replace_formula(cell, text)
    start = replaced.index("<f")
    return f"{replaced[:start]}<f>{replaced[replaced.index('>', start) + 1 :]}"


def change_formulas(sheet: SheetPart, change: Callable[[str], str]) -> None:
    """Apply a function to the formula of every cell; unchanged cells stay as they are."""
    if not sheet.has_formulas:
        return
    if sheet.rows.rows and sheet.has_shared:
        unshare(sheet)
    for number, column, cell, formula in formulas(sheet):
        if formula.text and (text := change(formula.text)) != formula.text:
            changed = replace_formula(cell, text)
            broken = BROKEN in text and BROKEN not in formula.text
            sheet.rows.edit(number)[column] = without_value(changed) if broken else changed
            sheet.book.formulas_changed = True
            sheet.touch()
