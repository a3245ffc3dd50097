"""The running Excel around a button: the calling workbook, its state, its status bar, and how a button ends.

Only members of xlwings that Excel has on Windows and on the Mac alike are used (a test keeps that).
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import xlwings as xw

from addin.machine.computer import this_computer
from addin.machine.synced_folders import local_place
from addin.sheets import exchange
from addin.sheets.tables.native_cells import full_name
from core.errors import StoppedByUserError, WorkbookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TITLE = "Cogsheet"

_LONGEST_MESSAGE = 8_000
"""A cell holds more, a message box shows less."""
_RECALCULATE = "FinaleCells.Recalculate"
"""The VBA that recalculates the cells with FINALE_ functions."""
_SECONDS_BETWEEN = 0.2
_SECONDS_BETWEEN_LOOKS = 1.0
_FETCHED_BY_PAGES = ("Orders asked", "Costs", "Products", "Catalogue", "Averages", "Pulling ")
"""How work is called that may stop anywhere, because each page is stored when it came and the next press goes on."""
_MOST_PATHS = 10_000
_SHOWN = (True, -1)
"""What `visible` is for a sheet that is shown: on Windows a number, and 2 for a very hidden one."""


class BookNameError(WorkbookError):
    """xlwings cannot find a workbook of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The workbook's name contains the character = ({name}), and Excel's connection to Python cannot carry "
            f"that. Save it under another name and press the button again. Nothing was changed."
        )


@dataclass(frozen=True, slots=True)
class Ending:
    """How a button ended."""

    outcome: str
    """`exchange.DONE`, `exchange.ATTENTION` or `exchange.ERROR`."""
    message: str
    changed_costs: bool = False
    """Whether cells with FINALE_ functions may now show something else."""


def calling_book(arguments: Sequence[str]) -> xw.Book:
    """Return the workbook whose button was pressed.

    Args:
        arguments: The command line; xlwings puts `--wb=NAME` there.

    Raises:
        BookNameError: If the name has a `=` in it, which xlwings would take for its end.
    """
    named = next((text.removeprefix("--wb=") for text in arguments if text.startswith("--wb=")), "")
    if "=" in named:
        raise BookNameError(named)
    return xw.Book.caller()


def place_of(book: xw.Book) -> Path | None:
    """Return where the workbook lies on this computer, also where Excel gives an address of OneDrive or SharePoint.

    `None` where no program keeps a copy of it here: the books need no folder of the workbook's.
    """
    from core.books.database.safe_places import is_url  # noqa: PLC0415 - where packages are damaged the book is told so

    name = full_name(book)
    return local_place(name, this_computer()) if is_url(name) else Path(name) if name else None


@contextmanager
def undisturbed(app: xw.App) -> Iterator[None]:
    """Let Excel neither calculate nor redraw nor run the user's event code meanwhile; then put all back as it was."""
    with ExitStack() as put_back:  # which does each of these even if another one fails
        put_back.callback(setattr, app, "calculation", app.calculation)
        put_back.callback(setattr, app, "enable_events", app.enable_events)
        put_back.callback(setattr, app, "screen_updating", app.screen_updating)
        put_back.callback(setattr, app, "status_bar", app.status_bar)
        app.calculation, app.enable_events, app.screen_updating = "manual", False, False
        yield


@dataclass(slots=True)
class StatusBar:
    """Progress in Excel's status bar, a few times a second at most: each change is a call to Excel."""

    app: xw.App
    is_wanted: Callable[[], bool] = lambda: True
    """Whether the VBA still waits: after Esc it does not. Asked between two pages, once a second at most."""
    clock: Callable[[], float] = time.monotonic
    _shown_at: float = field(default=float("-inf"))
    _looked_at: float = field(default=float("-inf"))

    def __call__(self, what: str, done: int, total: int | None = None) -> None:
        """Show how far it is.

        Raises:
            StoppedByUserError: If nobody waits any more for what is being fetched.
        """
        now = self.clock()
        self._stop_if_unwanted(what, now)
        if now - self._shown_at < _SECONDS_BETWEEN and done != total:
            return
        self._shown_at = now
        self.app.status_bar = f"{TITLE}: {what} {done:,}" + (f" of {total:,}" if total is not None else "")

    def _stop_if_unwanted(self, what: str, now: float) -> None:
        if now - self._looked_at < _SECONDS_BETWEEN_LOOKS or not what.startswith(_FETCHED_BY_PAGES):
            return
        is_first, self._looked_at = self._looked_at == float("-inf"), now
        if not is_first and not self.is_wanted():
            raise StoppedByUserError


@contextmanager
def redrawing(app: xw.App) -> Iterator[None]:
    """Let Excel redraw itself behind a question."""
    updating = app.screen_updating
    app.screen_updating = True
    try:
        yield
    finally:
        app.screen_updating = updating


def ask(app: xw.App, question: str, buttons: str) -> str:
    """Ask the user something.

    Args:
        app: Excel.
        question: What is asked, and what each button means.
        buttons: `ok_cancel`, `yes_no` or `yes_no_cancel`.

    Returns:
        `ok`, `yes`, `no` or `cancel`.
    """
    with redrawing(app):
        return str(app.alert(question, TITLE, buttons))


def show(sheet: xw.Sheet) -> None:
    """Bring a sheet to the front of its workbook; one that the user has hidden stays hidden."""
    if sheet.visible in _SHOWN:
        # xlwings' own `activate` first brings Excel to the front, and fails where another Excel is there.
        sheet.impl.activate()


def version_of_buttons(book: xw.Book) -> str | None:
    """Return which version of Cogsheet made the workbook's VBA, as the VBA said at this press."""
    sheet = exchange.exchange_sheet(book)
    value = None if sheet is None else exchange.read_cell_of(sheet, exchange.VERSION_CELL)
    return None if value is None else str(value)


def take_paths(book: xw.Book) -> list[Path]:
    """Return the files that the user chose, and clear them."""
    sheet = exchange.exchange_sheet(book)
    if sheet is None:
        return []
    first, column = exchange.FIRST_PATH_ROW, exchange.PATHS_COLUMN
    last = min(sheet.used_range.last_cell.row, first + _MOST_PATHS)
    cells = sheet.range((first, column), (max(first, last), column))
    values = cells.options(ndim=1).value
    cells.clear_contents()
    return [Path(str(value)) for value in values if value]


def take_text(book: xw.Book) -> str:
    """Return what the user answered in words before Python started, and clear it."""
    sheet = exchange.exchange_sheet(book)
    if sheet is None:
        return ""
    cell = sheet.range(exchange.TEXT_CELL)
    value = cell.value
    cell.clear_contents()
    return "" if value is None else str(value).strip()


def tell(book: xw.Book, ending: Ending, *, vba_waits: bool) -> None:
    """Let the user know how a button ended.

    Args:
        book: The calling workbook.
        ending: How it ended.
        vba_waits: Whether the VBA waits for Python (Windows): then it shows what stands on the sheet.
    """
    sheet = exchange.exchange_sheet(book)
    if vba_waits and sheet is not None:
        exchange.write_text(sheet, exchange.OUTCOME_CELL, ending.outcome)
        exchange.write_text(sheet, exchange.MESSAGE_CELL, ending.message[:_LONGEST_MESSAGE])
        return
    if ending.changed_costs:
        book.macro(_RECALCULATE)()
    book.app.alert(ending.message, TITLE, mode="critical" if ending.outcome == exchange.ERROR else "info")
