"""The list of sheets: adding, naming, hiding, showing and deleting them as Excel allows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook_engine.errors import NotAWorkbookError, RefusedByExcelError, UnsupportedError
from workbook_engine.package import OFFICE_RELATIONS, SPREADSHEET_TYPE, Package
from workbook_engine.references import rename_sheet, rename_table
from workbook_engine.sheet_part import SheetPart
from workbook_engine.xml_text import DECLARATION, Element

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook_engine.workbook_file import WorkbookFile

_LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[:\\/?*\[\]]")
_EMPTY_SHEET = (
    f'{DECLARATION}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{OFFICE_RELATIONS}"><dimension ref="A1"/><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15"/><sheetData/>'
    '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>'
)


def place_of(file: WorkbookFile, sheet: SheetPart) -> int:
    """Return the 0-based place of a sheet among all sheets."""
    return next(place for place, element in enumerate(file.workbook.sheets) if element is sheet.element)


def refuse_sheet_name(file: WorkbookFile, name: str, own: SheetPart | None = None) -> None:
    """Raise for a name that Excel allows no sheet, or that another sheet has."""
    if not name or len(name) > _LONGEST_NAME or _FORBIDDEN.search(name) or name.startswith("'") or name.endswith("'"):
        raise RefusedByExcelError(
            f"A sheet cannot be called {name!r}: 1 to {_LONGEST_NAME} characters, none of : \\ / ? * [ ], "
            "no apostrophe at either end."
        )
    if name.lower() == "history":
        raise RefusedByExcelError("Excel keeps the sheet name History for itself.")
    taken = (e for e in file.workbook.sheets if own is None or e is not own.element)
    if any(element.get("name").lower() == name.lower() for element in taken):
        raise RefusedByExcelError(f"There is a sheet called {name} already.")


def add_sheet(file: WorkbookFile, place: int, name: str | None = None) -> SheetPart:
    """Add an empty sheet at a 0-based place; it has no code name."""
    if name is None:
        taken = {element.get("name").lower() for element in file.workbook.sheets}
        number = next(n for n in range(len(taken) + 1, 2 * len(taken) + 2) if f"sheet{n}" not in taken)
        name = f"Sheet{number}"
    refuse_sheet_name(file, name)
    part = file.package.new_name("xl/worksheets/sheet{}.xml")
    file.package.write(part, _EMPTY_SHEET.encode())
    return register(file, part, place, name)


def register(file: WorkbookFile, part: str, place: int, name: str, *, state: str = "") -> SheetPart:
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


def refuse_locked_structure(file: WorkbookFile) -> None:
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


_ORDER = (
    "fileVersion",
    "fileSharing",
    "workbookPr",
    "AlternateContent",
    "workbookProtection",
    "bookViews",
    "sheets",
    "functionGroups",
    "externalReferences",
    "definedNames",
    "calcPr",
    "oleSize",
    "customWorkbookViews",
    "pivotCaches",
    "smartTagPr",
    "smartTagTypes",
    "webPublishing",
    "fileRecoveryPr",
    "webPublishObjects",
    "extLst",
)


class WorkbookPart:
    """The sheets in their order, the names, the settings."""

    def __init__(self, package: Package) -> None:
        self._package = package
        main = [relation for relation in package.relations("") if relation.kind == "officeDocument"]
        if not main:
            raise NotAWorkbookError(package.path, "it holds no workbook")
        self.part = main[0].target
        self._document = package.document(self.part)
        self.root = self._document.root
        if self.root.local != "workbook":
            raise NotAWorkbookError(package.path, "it is an Office file, but not a workbook")
        self.changed = False

    def store(self) -> None:
        """Hand the changed part to the package."""
        if self.changed:
            self._package.write(self.part, self._document.to_bytes())
            self.changed = False

    def related(self, kind: str) -> str | None:
        """Return the part of a kind that belongs to the workbook."""
        return next((r.target for r in self._package.relations(self.part) if r.kind == kind), None)

    @property
    def date1904(self) -> bool:
        """Whether its dates count from 1904."""
        properties = self.root.find("workbookPr")
        return properties is not None and properties.get("date1904") in {"1", "true"}

    # sheets

    @property
    def sheets(self) -> list[Element]:
        """The sheet elements in their order, chart sheets included."""
        holder = self.root.find("sheets")
        return holder.elements if holder is not None else []

    def relation_id(self, sheet: Element) -> str:
        """Return the relation by which a sheet is found."""
        return next((v for name, v in sheet.attributes.items() if name.endswith(":id") or name == "id"), "")

    def add_sheet(self, name: str, relation_id: str, place: int, *, state: str = "") -> Element:
        """Add a sheet at a 0-based place; local names and the shown sheet keep theirs."""
        holder = self.root.find("sheets")
        if holder is None:
            raise NotAWorkbookError(self._package.path, "it has no list of sheets")
        prefix = next((n for n in self.sheets[0].attributes if n.endswith(":id")), "r:id") if self.sheets else "r:id"
        number = max((int(sheet.get("sheetId", "0")) for sheet in self.sheets), default=0) + 1
        element = Element("sheet", {"name": name, "sheetId": str(number)})
        if state:
            element.set("state", state)
        element.set(prefix, relation_id)
        order = self.sheets
        order.insert(place, element)
        holder.children = list(order)
        self._renumber(lambda index: index + 1 if index >= place else index)
        self.changed = True
        return element

    def remove_sheet(self, sheet: Element) -> None:
        """Remove a sheet and its local names."""
        place = next(index for index, other in enumerate(self.sheets) if other is sheet)
        for name in self.names:
            if name.get("localSheetId") == str(place):
                self.remove_name(name)
        holder = self.root.find("sheets")
        if holder is not None:
            holder.remove(sheet)
        self._renumber(lambda index: index - 1 if index > place else index)
        self.active = min(self.active, len(self.sheets) - 1)
        self.changed = True

    def _renumber(self, change: Callable[[int], int]) -> None:
        for name in self.names:
            if name.get("localSheetId"):
                name.set("localSheetId", str(change(int(name.get("localSheetId")))))
        for view in self._views():
            for attribute in ("activeTab", "firstSheet"):
                if view.get(attribute):
                    view.set(attribute, str(max(0, change(int(view.get(attribute))))))

    def _views(self) -> list[Element]:
        views = self.root.find("bookViews")
        return views.elements if views is not None else []

    @property
    def active(self) -> int:
        """The 0-based place of the sheet that is shown."""
        views = self._views()
        return int(views[0].get("activeTab", "0")) if views else 0

    @active.setter
    def active(self, place: int) -> None:
        if place == self.active:
            return
        if not self._views():
            holder = self.root.insert_ordered(Element("bookViews"), _ORDER)
            holder.append(Element("workbookView"))
        self._views()[0].set("activeTab", str(place))
        self.changed = True

    # names

    @property
    def names(self) -> list[Element]:
        """The elements of the defined names."""
        holder = self.root.find("definedNames")
        return holder.all("definedName") if holder is not None else []

    def add_name(self, name: str, formula: str, local_sheet: int | None = None) -> Element:
        """Define a name, sorted among the others as Excel keeps them."""
        holder = self.root.find("definedNames")
        if holder is None:
            holder = self.root.insert_ordered(Element("definedNames"), _ORDER)
        element = Element("definedName", {"name": name})
        if local_sheet is not None:
            element.set("localSheetId", str(local_sheet))
        element.text = formula
        later = (place for place, other in enumerate(holder.children) if _sorts_after(other, name))
        holder.children.insert(next(later, len(holder.children)), element)
        self.changed = True
        return element

    def remove_name(self, name: Element) -> None:
        """Remove a defined name."""
        holder = self.root.find("definedNames")
        if holder is not None:
            holder.remove(name)
            if not holder.elements:
                self.root.remove(holder)
        self.changed = True

    # calculation

    def calculate_on_load(self) -> None:
        """Ask Excel for a full calculation when it opens the workbook."""
        settings = self._calculation()
        if settings.get("fullCalcOnLoad") != "1":
            settings.set("fullCalcOnLoad", "1")
            self.changed = True

    def _calculation(self) -> Element:
        return self.root.find("calcPr") or self.root.insert_ordered(Element("calcPr"), _ORDER)

    @property
    def calculation(self) -> str:
        """How it is calculated: automatic, manual or semiautomatic."""
        settings = self.root.find("calcPr")
        mode = settings.get("calcMode", "auto") if settings is not None else "auto"
        return {"manual": "manual", "autoNoTable": "semiautomatic"}.get(mode, "automatic")


def _sorts_after(other: Element | str, name: str) -> bool:
    return isinstance(other, Element) and other.get("name").lower() > name.lower()
