"""The list of sheets: adding, naming, hiding, showing and deleting them as Excel allows."""

from __future__ import annotations

import re

from workbook_engine.errors import RefusedByExcelError, UnsupportedError
from workbook_engine.formula_text import rename_sheet, rename_table
from workbook_engine.parts.package import OFFICE_RELATIONS, SPREADSHEET_TYPE
from workbook_engine.parts.sheet_part import SheetPart, Workbook
from workbook_engine.parts.xml_text import DECLARATION

LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[:\\/?*\[\]]")
_EMPTY_SHEET = (
    f'{DECLARATION}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{OFFICE_RELATIONS}"><dimension ref="A1"/><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15"/><sheetData/>'
    '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>'
)


def place_of(file: Workbook, sheet: SheetPart) -> int:
    """Return the 0-based place of a sheet among all sheets."""
    return next(place for place, element in enumerate(file.workbook.sheets) if element is sheet.element)


def refuse_sheet_name(file: Workbook, name: str, own: SheetPart | None = None) -> None:
    """Raise for a name that Excel allows no sheet, or that another sheet has."""
    if not name or len(name) > LONGEST_NAME or _FORBIDDEN.search(name) or name.startswith("'") or name.endswith("'"):
        raise RefusedByExcelError(
            f"A sheet cannot be called {name!r}: 1 to {LONGEST_NAME} characters, none of : \\ / ? * [ ], "
            "no apostrophe at either end."
        )
    if name.lower() == "history":
        raise RefusedByExcelError("Excel keeps the sheet name History for itself.")
    taken = (e for e in file.workbook.sheets if own is None or e is not own.element)
    if any(element.get("name").lower() == name.lower() for element in taken):
        raise RefusedByExcelError(f"There is a sheet called {name} already.")


def add_sheet(file: Workbook, place: int, name: str | None = None) -> SheetPart:
    """Add an empty sheet at a 0-based place; it has no code name."""
    if name is None:
        taken = {element.get("name").lower() for element in file.workbook.sheets}
        number = next(n for n in range(len(taken) + 1, 2 * len(taken) + 2) if f"sheet{n}" not in taken)
        name = f"Sheet{number}"
    refuse_sheet_name(file, name)
    part = file.package.new_name("xl/worksheets/sheet{}.xml")
    file.package.write(part, _EMPTY_SHEET.encode())
    return register(file, part, place, name)


def register(file: Workbook, part: str, place: int, name: str, *, state: str = "") -> SheetPart:
    """Take a new worksheet part into the workbook at a 0-based place."""
    refuse_locked_structure(file)
    file.package.add_content_type(part, f"{SPREADSHEET_TYPE}.worksheet+xml")
    relation = file.package.relate(file.workbook.part, f"{OFFICE_RELATIONS}/worksheet", part)
    element = file.workbook.add_sheet(name, relation, place, state=state)
    sheet = SheetPart(file, part, element)
    order = {id(known): number for number, known in enumerate(file.workbook.sheets)}
    file.sheets.append(sheet)
    file.sheets.sort(key=lambda known: order[id(known.element)])
    return sheet


def rename(sheet: SheetPart, name: str) -> None:
    """Give a sheet another name; formulas everywhere follow."""
    refuse_locked_structure(sheet.book)
    refuse_sheet_name(sheet.book, name, sheet)
    old = sheet.name
    if name != old:
        sheet.book.change_formulas(lambda formula, _: rename_sheet(formula, old, name))
        sheet.element.set("name", name)
        sheet.book.workbook.changed = True


def is_visible(sheet: SheetPart) -> bool:
    """Return whether a sheet is shown; hidden and very hidden ones are not."""
    return sheet.element.get("state", "visible") == "visible"


def refuse_locked_structure(file: Workbook) -> None:
    """Raise where the workbook is protected against new, other and fewer sheets."""
    protection = file.workbook.root.find("workbookProtection")
    if protection is not None and protection.get("lockStructure") in {"1", "true"}:
        raise RefusedByExcelError(
            f"The sheets of {file.package.path.name} are protected (Review > Protect Workbook). Unprotect it in Excel."
        )


def set_visible(sheet: SheetPart, *, visible: bool) -> None:
    """Show a sheet or hide it; the last one that is shown cannot be hidden."""
    if visible == is_visible(sheet):
        return
    refuse_locked_structure(sheet.book)
    if not visible:
        _leave_another_shown(sheet)
    sheet.element.set("state", None if visible else "hidden")
    sheet.book.workbook.changed = True


def activate(sheet: SheetPart) -> None:
    """Make a sheet the one that is shown when the workbook is opened."""
    if not is_visible(sheet):
        raise RefusedByExcelError(f"Sheet {sheet.name} is hidden and cannot be activated. Make it visible first.")
    workbook = sheet.book.workbook
    workbook.active = place_of(sheet.book, sheet)
    for other in sheet.book.sheets:
        for view in other.elements("sheetView"):
            selected = "1" if other is sheet else None
            if (view.get("tabSelected") or None) != selected:
                view.set("tabSelected", selected)
                other.touch()


def _leave_another_shown(sheet: SheetPart) -> None:
    shown = [e for e in sheet.book.workbook.sheets if e.get("state", "visible") == "visible" and e is not sheet.element]
    if not shown:
        raise RefusedByExcelError(f"Sheet {sheet.name} is the only one that is shown; a workbook must show one.")
    if sheet.book.workbook.active == place_of(sheet.book, sheet):
        other = next((known for known in sheet.book.sheets if known.element is shown[0]), None)
        if other is not None:
            activate(other)


def delete(sheet: SheetPart) -> None:
    """Delete a sheet with its tables; references to it break, as in Excel.

    Raises:
        RefusedByExcelError: If it is the last one that is shown.
        UnsupportedError: If the VBA project has a module for it.
    """
    properties = sheet.root.find("sheetPr")
    if properties is not None and properties.get("codeName"):
        raise UnsupportedError(
            f"Sheet {sheet.name} belongs to the workbook's VBA project and cannot be deleted here; hide it instead."
        )
    refuse_locked_structure(sheet.book)
    sheet.book.forget_stale_values()
    _leave_another_shown(sheet)
    file, name = sheet.book, sheet.name
    tables = [table.name for table in sheet.tables]
    relation = file.workbook.relation_id(sheet.element)
    file.sheets.remove(sheet)
    for owned in file.package.relations(sheet.part):
        if owned.kind in {"table", "comments", "vmlDrawing", "drawing", "printerSettings", "threadedComment"}:
            file.package.remove(owned.target)
    file.workbook.remove_sheet(sheet.element)
    file.package.unrelate(file.workbook.part, relation)
    file.package.remove(sheet.part)

    def broken(formula: str, _: str) -> str:
        for table in tables:
            formula = rename_table(formula, table, "")
        return rename_sheet(formula, name, "")

    file.change_formulas(broken)
    file.formulas_changed = True
