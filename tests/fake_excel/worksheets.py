"""Worksheet, and names, as COM has them."""

# ruff: noqa: N802, N803 - members and arguments are called what COM calls them

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_excel.com import DISP_E_EXCEPTION, Collection, ComError, ComObject, refused
from tests.fake_excel.list_objects import list_objects
from tests.fake_excel.ranges import FakeRange
from workbook_engine.addresses import Area
from workbook_engine.range import area_of

if TYPE_CHECKING:
    from tests.fake_excel.application import FakeApplication, FakeWorkbook
    from workbook_engine.sheet import Name, Sheet

VISIBLE, HIDDEN, VERY_HIDDEN = -1, 0, 2


class FakeWorksheet(ComObject):
    """One worksheet."""

    IID = "{000208D8-0000-0000-C000-000000000046}"

    def __init__(self, workbook: FakeWorkbook, sheet: Sheet) -> None:
        self._workbook = workbook
        self.sheet = sheet

    @property
    def Name(self) -> str:
        return self.sheet.name

    @Name.setter
    def Name(self, value: str) -> None:
        self.sheet.name = value

    @property
    def Index(self) -> int:
        return self.sheet.index

    @property
    def Parent(self) -> FakeWorkbook:
        return self._workbook

    @property
    def Application(self) -> FakeApplication:
        return self._workbook.Application

    @property
    def Visible(self) -> int:
        """Neither yes nor no: -1 visible, 0 hidden, 2 very hidden."""
        return {"hidden": HIDDEN, "veryHidden": VERY_HIDDEN}.get(self.sheet.xl.element.get("state"), VISIBLE)

    @Visible.setter
    def Visible(self, value: float) -> None:
        self.sheet.visible = bool(value)

    @property
    def ProtectContents(self) -> bool:
        return self.sheet.xl.is_protected

    @property
    def ProtectionMode(self) -> bool:
        """Whether only the user is kept out, not programs: that lasts only until the workbook is closed."""
        return False

    @property
    def Cells(self) -> FakeRange:
        return FakeRange(self, [area_of(self.sheet.cells)])

    def Range(self, Cell1: Any, Cell2: Any = None) -> FakeRange:
        first, second = self._area(Cell1), self._area(Cell1 if Cell2 is None else Cell2)
        top, left = min(first.top, second.top), min(first.left, second.left)
        return FakeRange(self, [Area(top, left, max(first.bottom, second.bottom), max(first.right, second.right))])

    def _area(self, cell: Any) -> Area:
        return cell._areas[0] if isinstance(cell, FakeRange) else area_of(self.sheet.range(cell))

    @property
    def UsedRange(self) -> FakeRange:
        return FakeRange(self, [area_of(self.sheet.used_range)])

    @property
    def ListObjects(self) -> Collection:
        return list_objects(self)

    @property
    def Names(self) -> Collection:
        return names_of(self._workbook, self.sheet)

    def Activate(self) -> None:
        if self.Visible != VISIBLE:
            raise refused("Activate method of Worksheet class failed")
        self.sheet.activate()

    def Copy(self, Before: FakeWorksheet | None = None, After: FakeWorksheet | None = None) -> None:
        """A very hidden sheet cannot be copied."""
        if self.Visible == VERY_HIDDEN:
            raise refused("Copy method of Worksheet class failed")
        self.sheet.copy(Before.sheet if Before else None, After.sheet if After else None)

    def Delete(self) -> None:
        self.sheet.delete()


class FakeName(ComObject):
    """A defined name."""

    def __init__(self, workbook: FakeWorkbook, name: Name) -> None:
        self._workbook = workbook
        self._name = name

    @property
    def Name(self) -> str:
        return self._name.name

    @property
    def RefersTo(self) -> str:
        return self._name.refers_to

    @RefersTo.setter
    def RefersTo(self, value: str) -> None:
        self._name.refers_to = value

    @property
    def RefersToRange(self) -> FakeRange:
        cells = self._name.refers_to_range
        sheet = self._workbook.book.sheets(cells.sheet.name)
        return FakeRange(FakeWorksheet(self._workbook, sheet), [area_of(cells)])

    def Delete(self) -> None:
        self._name.delete()


class FakeNames(Collection):
    """Names: one that does not exist is refused in another way than elsewhere."""

    def __call__(self, key: str | float) -> Any:
        try:
            return self.Item(key)
        except ComError as error:
            raise ComError(DISP_E_EXCEPTION, "Exception occurred.", None, None) from error

    def Add(self, Name: str, RefersTo: str) -> FakeName:
        workbook = self._parent
        return FakeName(workbook, workbook.book.names.add(Name, RefersTo))


def names_of(workbook: FakeWorkbook, sheet: Sheet | None = None) -> FakeNames:
    """Return the names of a workbook, or of one sheet."""
    owner = sheet or workbook.book
    return FakeNames(lambda: [FakeName(workbook, name) for name in owner.names], workbook)
