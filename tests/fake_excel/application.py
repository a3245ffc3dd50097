"""Application and Workbook, as COM has them; and what the user in front of them sees and presses."""

# ruff: noqa: N802, N803, FBT001, FBT002 - members and arguments are called what COM calls them

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fake_excel.com import Collection, ComObject, refused
from tests.fake_excel.ranges import FakeRange
from tests.fake_excel.worksheets import FakeWorksheet, names_of
from workbook_engine.addresses import parse_area
from workbook_engine.engine import App

if TYPE_CHECKING:
    from workbook_engine.engine import Book

AUTOMATIC, MANUAL = -4105, -4135
RUNNING: dict[int, FakeApplication] = {}
"""Every running Excel by its window handle."""


@dataclass
class User:
    """Who sits in front of Excel: what is shown to them, and what they press."""

    answers: list[str] = field(default_factory=list)
    """What they press in the next questions."""
    shown: list[str] = field(default_factory=list)
    """Every message box."""
    status_bar: list[object] = field(default_factory=list)
    """Everything the status bar showed."""
    macros: list[str] = field(default_factory=list)
    """Every VBA procedure that was run."""
    wizard: dict[str, dict[str, object]] = field(default_factory=dict)
    """What the function wizard says of each worksheet function."""


class FakeChart(ComObject):
    """A chart that is selected: it has no cells and no address."""


class FakeApplication(ComObject):
    """One running Excel."""

    IID = "{000208D5-0000-0000-C000-000000000046}"
    _handles = itertools.count(4001)

    def __init__(self) -> None:
        self._app = App()
        self._handle = next(self._handles)
        self._workbooks: list[FakeWorkbook] = []
        self._selection: ComObject | None = None
        self._calculation = AUTOMATIC
        self._events = self._updating = self._alerts = True
        self._status_bar: object = False
        self.user = User()
        RUNNING[self._handle] = self

    def end(self) -> None:
        """End this Excel."""
        RUNNING.pop(self._handle, None)

    @property
    def Application(self) -> FakeApplication:
        return self

    @property
    def Hwnd(self) -> int:
        return self._handle

    @property
    def Version(self) -> str:
        return "16.0"

    @property
    def Workbooks(self) -> FakeWorkbooks:
        return FakeWorkbooks(lambda: self._workbooks, self)

    @property
    def ActiveWorkbook(self) -> FakeWorkbook | None:
        return self._workbooks[-1] if self._workbooks else None

    @property
    def ActiveSheet(self) -> FakeWorksheet | None:
        return self._workbooks[-1].ActiveSheet if self._workbooks else None

    @property
    def Selection(self) -> ComObject | None:
        """What is selected: the first cell of the sheet that is shown, until the user selects something else."""
        shown = self.ActiveSheet
        return self._selection or (shown and shown.Range("A1"))

    def select(self, selected: ComObject) -> None:
        """Let the user select something."""
        self._selection = selected

    @property
    def Calculation(self) -> int:
        return self._calculation

    @Calculation.setter
    def Calculation(self, value: int) -> None:
        if value not in (AUTOMATIC, MANUAL, 2):
            raise refused("Unable to set the Calculation property of the Application class")
        self._calculation = value

    @property
    def EnableEvents(self) -> bool:
        return self._events

    @EnableEvents.setter
    def EnableEvents(self, value: bool) -> None:
        self._events = bool(value)

    @property
    def ScreenUpdating(self) -> bool:
        return self._updating

    @ScreenUpdating.setter
    def ScreenUpdating(self, value: bool) -> None:
        self._updating = bool(value)

    @property
    def DisplayAlerts(self) -> bool:
        return self._alerts

    @DisplayAlerts.setter
    def DisplayAlerts(self, value: bool) -> None:
        self._alerts = bool(value)

    @property
    def StatusBar(self) -> object:
        return self._status_bar

    @StatusBar.setter
    def StatusBar(self, value: object) -> None:
        self._status_bar = value
        self.user.status_bar.append(value)

    def Calculate(self) -> None:
        """Nothing is calculated here."""

    def Run(self, Macro: str, *arguments: object) -> None:
        del arguments
        self.user.macros.append(Macro)

    def MacroOptions(self, Macro: str, **options: object) -> None:
        self.user.wizard[Macro] = options


class FakeVBProject(ComObject):
    """The VBA project of a workbook: a module is imported into it as the text of a file."""

    def __init__(self) -> None:
        self.modules: dict[str, str] = {}

    @property
    def VBComponents(self) -> FakeVBProject:
        return self

    def __call__(self, name: str) -> str:
        if name not in self.modules:
            raise refused("Subscript out of range")
        return name

    def Remove(self, name: str) -> None:
        del self.modules[name]

    def Import(self, path: str) -> None:
        text = Path(path).read_text(encoding="utf-8")
        name = text.partition('Attribute VB_Name = "')[2].partition('"')[0]
        self.modules[name] = text


class FakeWorkbooks(Collection):
    """The open workbooks."""

    def Open(self, Filename: str, *options: object) -> FakeWorkbook:
        del options
        application = self._parent
        workbook = FakeWorkbook(application, application._app.books.open(Filename))
        application._workbooks.append(workbook)
        return workbook


class FakeWorkbook(ComObject):
    """One open workbook."""

    IID = "{000208DA-0000-0000-C000-000000000046}"

    def __init__(self, application: FakeApplication, book: Book) -> None:
        self._application = application
        self.book = book
        self.address = ""
        """Where Excel says it is, if that is on a server."""
        self._project = FakeVBProject()

    @property
    def Name(self) -> str:
        return self.book.name

    @property
    def FullName(self) -> str:
        return self.address or self.book.fullname

    @property
    def Path(self) -> str:
        return str(Path(self.book.fullname).parent)

    @property
    def FileFormat(self) -> int:
        return 52

    @property
    def VBProject(self) -> FakeVBProject:
        return self._project

    @property
    def Application(self) -> FakeApplication:
        return self._application

    @property
    def Worksheets(self) -> Collection:
        return Collection(lambda: [FakeWorksheet(self, sheet) for sheet in self.book.sheets], self)

    @property
    def ActiveSheet(self) -> FakeWorksheet:
        return FakeWorksheet(self, self.book.sheets.active)

    @property
    def Names(self) -> Collection:
        return names_of(self)

    def Activate(self) -> None:
        workbooks = self._application._workbooks
        workbooks.remove(self)
        workbooks.append(self)

    def Save(self) -> None:
        self.book.save()

    def Close(self, SaveChanges: bool = False) -> None:
        del SaveChanges
        self.book.close()
        self._application._workbooks.remove(self)

    def select(self, sheet: str, *addresses: str) -> None:
        """Let the user select cells, with the control key held down between several pieces."""
        worksheet = FakeWorksheet(self, self.book.sheets(sheet))
        areas = [area for address in addresses if (area := parse_area(address)) is not None]
        self._application.select(FakeRange(worksheet, areas))


def message_box(handle: int, text: str, title: str, style: int) -> int:
    """Show a message box of a running Excel and return the number of the button that its user presses."""
    user = RUNNING[handle].user
    user.shown.append(text)
    del title
    pressed = "ok" if style & 0xF == 0 else user.answers.pop(0)
    return {"ok": 1, "cancel": 2, "yes": 6, "no": 7}[pressed]
