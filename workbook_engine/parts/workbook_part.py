"""The workbook part: the sheets in their order, the defined names, the settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook_engine.errors import NotAWorkbookError, RefusedByExcelError
from workbook_engine.formula_text import Reference, quote_sheet, split_formula
from workbook_engine.parts.xml_text import Element

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook_engine.parts.package import Package

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
_SIDES = {"windowWidth": 115_200, "windowHeight": 64_800}
"""The sides of a window, and those of the largest screens (7,680 x 4,320 pixels), in twentieths of a point."""
_BUILT_IN = "_xlnm."
_LEGAL = re.compile(r"[^\W\d][\w.?\\]*|\\[\w.?\\]*")
_LIKE_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr]([0-9]*([Cc][0-9]*)?)|[Cc][0-9]*")
_LONGEST = 255


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

    def fit_window(self, like: WorkbookPart) -> bool:
        """Give windows that are larger than any screen the size of another workbook's; return whether one was."""
        sizes = {name: view.get(name) for view in like._views()[:1] for name in _SIDES}
        too_large = [view for view in self._views() if any(int(view.get(name, "0")) > _SIDES[name] for name in _SIDES)]
        for view in too_large:
            for name, size in sizes.items():
                view.set(name, size)
        self.changed = self.changed or bool(too_large)
        return bool(too_large)

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

    def scope_of(self, name: Element) -> Element | None:
        """Return the sheet a name belongs to; `None` for the whole workbook."""
        place = name.get("localSheetId")
        return self.sheets[int(place)] if place and int(place) < len(self.sheets) else None

    def full_name(self, name: Element) -> str:
        """Return the text of a name, with the sheet before it where it belongs to one."""
        scope = self.scope_of(name)
        return f"{quote_sheet(scope.get('name'))}!{plain_name(name)}" if scope is not None else plain_name(name)

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


def plain_name(name: Element) -> str:
    """Return the text of a defined name without the sheet it belongs to."""
    return name.get("name").removeprefix(_BUILT_IN)


def reference_of(name: Element) -> Reference | None:
    """Return the one reference a name consists of; `None` when it is anything else."""
    pieces = [piece for piece in split_formula(name.text) if piece]
    only = pieces[0] if len(pieces) == 1 else None
    return only if isinstance(only, Reference) else None


def refuse_name(name: str) -> None:
    """Raise for a text that cannot be a name in Excel."""
    if not _LEGAL.fullmatch(name) or _LIKE_CELL.fullmatch(name) or len(name) > _LONGEST:
        raise RefusedByExcelError(
            f"{name!r} cannot be a name: it must begin with a letter, hold no blanks and not look like a cell."
        )
