"""Opening a settlement fills sheet Transactions alone where the sheets show the books as they are, else everything."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.commands.settlements import opening
from addin.commands.setup.new import write_workbook
from addin.sheets.desk import Desk
from addin.sheets.settlements.settlements import SETTLEMENTS_SPEC
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC
from addin.sheets.tables import tables
from core.books.database import Database
from core.books.settings import stored_settings
from core.company_databases import MachineFolder
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, open_books
from workbook_engine import workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import xlwings as xw

    from addin.commands.outcome import Outcome

LIFE = Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=None)
SOLD, REFUNDED = "US0", "US1"
STALE = 7_777
"""A count of orders that stands on sheet Settlements until it is filled."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of two settlements after the first was opened, with counts that no filling leaves there."""
    folder = tmp_path_factory.mktemp("shown")
    with open_books(folder) as database:
        for file in files_of((LIFE,)).values():
            bring_in(database, "US", file)
        write_workbook(folder / "Books.xlsm", database)
    press(folder, partial(opening.fill, ids=[SOLD]))
    make_stale(folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "copy")


def make_stale(folder: Path) -> None:
    with workbook(folder / "Books.xlsm") as book:
        orders(book).value = [[STALE], [STALE]]
        book.save()


def press(folder: Path, action: Callable[[Desk], Outcome]) -> Outcome:
    with Database.open(folder / "books.sqlite") as database, workbook(folder / "Books.xlsm") as book:
        outcome = action(Desk(book, folder / "Books.xlsm", database, "M. Lee", MachineFolder(folder / "user")))
        book.save()
        return outcome


def orders(book: xw.Book) -> xw.Range:
    return tables.find(book, SETTLEMENTS_SPEC).column_cells("orders", 0, 2)


def was_filled(folder: Path) -> bool:
    """Tell whether sheet Settlements was filled since `STALE` stood on it."""
    with workbook(folder / "Books.xlsm") as book:
        return [STALE, STALE] != [
            row["orders"] for row in tables.read(tables.find(book, SETTLEMENTS_SPEC), SETTLEMENTS_SPEC)
        ]


def lines_shown(folder: Path) -> list[object]:
    with workbook(folder / "Books.xlsm") as book:
        return [row["settlement_id"] for row in tables.read(tables.find(book, TRANSACTIONS_SPEC), TRANSACTIONS_SPEC)]


@pytest.mark.long
def test_only_its_lines_are_filled_where_the_sheets_show_the_books(folder: Path) -> None:
    outcome = press(folder, partial(opening.fill, ids=[REFUNDED]))
    assert outcome.message.endswith(f"/{REFUNDED} on sheet Transactions.")
    assert [REFUNDED] == lines_shown(folder)
    assert not was_filled(folder)


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ([SOLD], f"1 transaction of settlement US/{SOLD} on sheet Transactions."),
        ([SOLD, REFUNDED], f"2 transactions of settlements US/{SOLD}, US/{REFUNDED} on sheet Transactions."),
    ],
)
def test_it_names_one_settlement_or_several(folder: Path, ids: list[str], said: str) -> None:
    assert said == press(folder, partial(opening.fill, ids=ids)).message


def somebody_writes(folder: Path) -> None:
    with Database.open(folder / "books.sqlite") as database, database.writing() as connection:
        stored_settings.put(connection, "anything", "else", **WHO)


def a_row_is_deleted(folder: Path) -> None:
    with workbook(folder / "Books.xlsm") as book:
        found = tables.find(book, SETTLEMENTS_SPEC)
        found.sheet.range((found.first_row(), 1), (found.first_row(), len(SETTLEMENTS_SPEC.columns))).delete(shift="up")
        book.save()


def a_row_is_typed(folder: Path) -> None:
    with workbook(folder / "Books.xlsm") as book:
        tables.find(book, SETTLEMENTS_SPEC).column_cells("settlement_id", 0, 1).value = "of mine"
        book.save()


def another_machine(folder: Path) -> None:
    shutil.rmtree(folder / "user")


def another_program_publishes(folder: Path) -> None:
    (file,) = (folder / "user" / "costs").glob("*.sqlite")
    with closing(sqlite3.connect(file)) as costs, costs:
        costs.execute("DELETE FROM line")


def an_older_copy_of_the_workbook(folder: Path) -> None:
    with workbook(folder / "Books.xlsm") as book:
        book.sheets["_cogsheet"].range("B5").clear_contents()
        book.save()


CHANGES = [
    *(somebody_writes, a_row_is_deleted, a_row_is_typed, another_machine, another_program_publishes),
    an_older_copy_of_the_workbook,
]


@pytest.mark.few(1)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_everything_is_filled_where_something_may_not_show_the_books(
    folder: Path, change: Callable[[Path], None]
) -> None:
    """Afterwards the sheets show them, and the next settlement is opened alone again."""
    change(folder)
    press(folder, partial(opening.fill, ids=[REFUNDED]))
    assert [REFUNDED] == lines_shown(folder)
    assert was_filled(folder)
    make_stale(folder)
    press(folder, partial(opening.fill, ids=[SOLD]))
    assert not was_filled(folder)
