"""Rows whose seals were altered with them: what no column holds is named, and stops no check with a mistake of ours."""
# ruff: noqa: S608 - SQL statements, of our own words alone

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from core.books.database import Database, seals
from core.books.database.column_types import Verbatim, Word
from core.books.loading import load_books
from core.books.verification.altered_row_words import AlteredRowsError
from core.books.verification.altered_rows import altered_rows_named, find_altered
from tests.core.books.sample_books import make_sample

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Column, Table


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with something in every table."""
    path = tmp_path_factory.mktemp("sample") / "books.sqlite"
    make_sample(path)
    return path


def sealed_with(books: Path, folder: Path, *statements: str) -> Database:
    """Change a copy of books as another program would that alters the seals too."""
    copy = folder / "altered.sqlite"
    shutil.copy(books, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in (*statements, "DELETE FROM seal"):
            assert connection.execute(statement).rowcount >= 1, statement
        connection.commit()
    database = Database.open(copy)
    with database.writing() as connection:
        seals.seal_all(connection)
    return database


READ_TEXTS = {
    "ended_settlement": {"problems"},
    "ended_transaction": {"typed"},
    "entry": {"entry_date"},
    "exchange_rate": {"day", "rate"},
    "later_transaction": {"typed"},
    "left_stock": {"names", "record_date"},
    "observation": {"order_date", "record_date"},
    "opening_cost": {"as_of"},
    "probe_cache": {"content"},
    "setting": {"value"},
    "settlement": {"apart_from"},
    "sync_run": {"asked", "progress"},
}
"""Texts that say a day, a number or several values."""


def holds_no(column: Column[object], value: str) -> bool:
    """Tell whether Cogsheet never stores a text in a column: of numbers, of bytes, or of words and texts it reads."""
    if column.name in READ_TEXTS.get(str(column.table.name), ()):
        return value != "" or column.name != "typed"
    if isinstance(column.type, Word):
        return value != "" or column.name != "disposition" or bool(column.nullable)
    return not isinstance(column.type, Verbatim)


def odd_columns(table: Table, value: str) -> Sequence[str]:
    """Return the columns of a table that can never hold a text; company and keys are what books are found by."""
    keys = seals.key_columns(table)
    return [one.name for one in table.c if one.name not in keys and holds_no(one, value)]


@pytest.mark.few(3)
@pytest.mark.parametrize("value", ["x", ""])
@pytest.mark.parametrize("table", [name for name in sorted(seals.SEALED) if name != "company"])
def test_what_no_column_holds_is_named_though_its_seal_agrees(
    sample: Path, tmp_path: Path, table: str, value: str
) -> None:
    """A text for an amount, a number, a date or bytes ended verify with a traceback."""
    declared = seals.SEALED[table]
    names = odd_columns(declared, value)
    sets = ", ".join(f"\"{name}\" = '{value}'" for name in names)
    if not names:
        return
    last = f'rowid = (SELECT max(rowid) FROM "{table}")'
    with sealed_with(sample, tmp_path, f'UPDATE "{table}" SET {sets} WHERE {last}') as database:
        (found,) = find_altered(database)

    assert set(names) == set(found.unreadable)
    assert all(f"{name.replace('_', ' ')} “{value}”" in found.tie_outs[0].sentence for name in names)


def test_books_whose_seals_agree_say_nothing(sample: Path, tmp_path: Path) -> None:
    """Whatever Cogsheet stores itself is something that it can read."""
    with sealed_with(sample, tmp_path, "UPDATE batch SET note = note") as database:
        assert [] == find_altered(database)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE observation SET unit_cost = 'x'", "unit cost “x” is nothing that Cogsheet stores"),
        ("UPDATE override SET version = 'x' WHERE rowid = 1", "version “x” is nothing"),
        ("UPDATE batch SET at = ''", "at “” is nothing that Cogsheet stores (table batch, row with number"),
        ("UPDATE settlement SET period_end = 'x'", "period end “x” is nothing"),
        ("UPDATE entry SET entry_date = ''", "entry date “” is nothing that Cogsheet stores (table entry, row with id"),
        ("UPDATE store SET marketplace = ''", "marketplace “” is nothing"),
    ],
)
def test_no_button_ends_on_such_a_row_with_a_mistake_of_ours(
    sample: Path, tmp_path: Path, statement: str, words: str
) -> None:
    """Whatever cannot read it names it, with what to do."""
    with (
        sealed_with(sample, tmp_path, statement) as database,
        pytest.raises(AlteredRowsError) as stopped,
        altered_rows_named(database),
    ):
        load_books(database, anew=True)

    assert words in str(stopped.value)
    assert "Restore the books from a copy" in str(stopped.value)
