"""What buttons take in books of 100,000 transactions, beside books of 10,000 with as many settlements."""

from __future__ import annotations

import tempfile
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from addin.commands import pnl, settlements
from addin.commands.costs import SaveChoice, list_missing, save
from addin.commands.new import write_workbook
from addin.commands.refresh import load, refresh
from addin.sheets import tables
from addin.sheets.desk import Desk
from addin.sheets.pnl import PnlWish
from addin.sheets.resolve_columns import RESOLVE_SPEC
from benchmarks.large_books import NOW, know_every_cost
from benchmarks.large_settlement import large_file
from benchmarks.rows import Result, cpu_medians
from core.books import settings
from core.books.booked_settlement import OriginalFile
from core.books.database import Database
from core.books.database.company import new_company
from core.books.importing import import_reading
from core.companies import MachineFolder
from core.marketplaces import read_file
from workbook_engine import workbook

if TYPE_CHECKING:
    from collections.abc import Callable

OPENED = "90000000000"
_LINES_OF_380 = 1_900
_SETTLEMENTS = 10
_LINES_PER_TRANSACTION = 4.6
SIZES = (10_000, 100_000)
_SAVED = 20


def measure() -> list[tuple[str, str]]:
    """Measure each button in both books."""
    return [(f"{row.name}", str(row)) for row in rows()]


def rows() -> list[Result]:
    """Measure the buttons in both books by turns."""
    with tempfile.TemporaryDirectory() as name:
        few, many = (make_books(Path(name) / str(size), size) for size in SIZES)
        return [_row(name, few, many, act, goal) for name, act, goal in _BUTTONS]


def make_books(folder: Path, transactions: int) -> Path:
    """Make books of about so many transactions, one settlement of 380 among them, and their workbook."""
    folder.mkdir(parents=True)
    rest = int((transactions - 380) / (_SETTLEMENTS - 1) * _LINES_PER_TRANSACTION)
    with Database.create(folder / "books.sqlite", new_company("Bench", "USD", NOW)) as database:
        for number, lines in enumerate([_LINES_OF_380, *[rest] * (_SETTLEMENTS - 1)]):
            name = f"{int(OPENED) + number}"
            file = OriginalFile(f"{name}.txt", large_file(lines, name, first=1 + number * 100_000))
            import_reading(database, read_file(file.content), file, store="Amazon US", who="bench", now=NOW)
        know_every_cost(database)
        write_workbook(folder / "Books.xlsm", database)
    press(folder, _list_missing)
    return folder


def press(folder: Path, act: Callable[[Desk], object]) -> None:
    """Do what a command does: open, act, save."""
    with Database.open(folder / "books.sqlite") as database, workbook(folder / "Books.xlsm") as book:
        act(Desk(book, folder / "Books.xlsm", database, "bench", MachineFolder(folder / "user")))
        book.save()


def _row(name: str, few: Path, many: Path, act: Callable[[Desk], object], goal: float) -> Result:
    for folder in (few, many):
        press(folder, act)
    beside, figure = cpu_medians(partial(press, few, act), partial(press, many, act))
    return Result(name, figure, "s", f"in books of {SIZES[0]:,} ({beside:.2f} s)", figure / beside, goal)


def _list_missing(desk: Desk) -> None:
    view = load(desk.database)
    refresh(desk, view)
    list_missing(desk, view.books, list(view.books.settlements))


def _save(desk: Desk) -> None:
    """Type the same costs, with another last place each time, and save them."""
    found = tables.find(desk.book, RESOLVE_SPEC)
    cells = found.column_cells("cost", 0, min(_SAVED, found.body.shape[0] if found.body is not None else 0))
    before = cells.options(ndim=1).value
    cells.value = [[round(float(cost or 4) + 0.01, 2)] for cost in before]
    save(desk, choice=SaveChoice(accept_suspect=True))


def _after_a_change(desk: Desk) -> None:
    """Bring every sheet up to date after somebody has written to the books."""
    with desk.database.writing() as connection:
        settings.put(connection, "bench", "written", who="bench", now=NOW)
    refresh(desk, load(desk.database))


_MONTH = PnlWish(first_day=date(2026, 8, 1), last_day=date(2026, 8, 31))
_BUTTONS: tuple[tuple[str, Callable[[Desk], object], float], ...] = (
    ("open-in-big-books", partial(settlements.fill, ids=[OPENED]), 1.3),
    ("save-in-big-books", _save, 1.3),
    ("settlements-in-big-books", _after_a_change, 1.3),
    ("pnl-in-big-books", partial(pnl.make_pnl, wish=_MONTH), 2),
)
