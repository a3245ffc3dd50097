"""Every place in a workbook where a formula may stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook_engine import sheet_formulas
from workbook_engine.addresses import area_name
from workbook_engine.references import Reference, quote_sheet, sheet_of, split_formula
from workbook_engine.xml_text import escape, unescape

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook_engine.sheet_part import SheetPart
    from workbook_engine.workbook_file import WorkbookFile
    from workbook_engine.xml_text import Element

_CHART = re.compile(r"xl/charts/chart[^/]*\.xml", re.IGNORECASE)
_CHART_FORMULA = re.compile(r"(<(?:\w+:)?f>)([^<]*)(</(?:\w+:)?f>)")
_PIVOT = re.compile(r"xl/pivotCache/pivotCacheDefinition[0-9]*\.xml", re.IGNORECASE)
RULE_FORMULAS = ("formula", "formula1", "formula2", "f")
"""Elements of validation and formatting rules that hold formulas."""


def change_all(book: WorkbookFile, change: Callable[[str, str], str], *, rules: bool = True) -> None:
    """Apply a function to every formula of a workbook (see `WorkbookFile.change_formulas`), of rules only if asked."""
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
    sheet_formulas.change_formulas(sheet, lambda formula: change(formula, own))
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


def _change_pivot(book: WorkbookFile, part: str, change: Callable[[str, str], str]) -> None:
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


def change_chart(book: WorkbookFile, part: str, change: Callable[[str, str], str]) -> None:
    """Apply a function to the formulas of one chart."""
    text = book.package.read(part).decode("utf-8")

    def changed(match: re.Match[str]) -> str:
        return f"{match[1]}{escape(change(unescape(match[2]), ''))}{match[3]}"

    new = _CHART_FORMULA.sub(changed, text)
    if new != text:
        book.package.write(part, new.encode())
