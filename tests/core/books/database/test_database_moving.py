"""Moving books from a file to a server and back: nothing is lost, whatever happens in between."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, select, text

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, copying, migrate
from core.books.database.engine import postgresql_url, sqlite_engine
from core.books.database.errors import (
    BooksDifferError,
    DatabaseExistsError,
    DemoStaysError,
    MovedDatabaseError,
    NewerDatabaseError,
)
from core.books.database.moving import move_books, shown_place
from core.books.verification.altered_rows import altered_rows
from core.company_databases import DEMO
from tests.core.books.examples import COMPANY, NOW, books_with_lines, save_settlement, settlement, source

if TYPE_CHECKING:
    from tests.core.books.conftest import PostgresqlServer

PROJECT = Path(__file__).parents[4]
STORED = PROJECT / "tests" / "core" / "books" / "stored_versions"

KILLED_MOVE = """
import sys
from core.books.database import Database
from core.books.database.moving import move_books
def say(what, done, total=None):
    print(what, done, flush=True)
with Database.open(sys.argv[1]) as database:
    print("moving", flush=True)
    move_books(database, sys.argv[2], say)
"""


def contents(place: str | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of some books but the company's, whose id a move changes."""
    with Database.open(place) as database, database.reading() as connection:
        return rows(connection)


def rows(connection: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row, by table."""
    tables = copying.copied_tables(migrate.tables_at(migrate.newest_revision()))
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for table in tables
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with books of a few lines and answers."""
    path = tmp_path / "Books.sqlite"
    with Database.create(path, COMPANY) as database:
        books_with_lines(database, "a", "b", "Ünï 'c'")
    return path


@pytest.mark.long
def test_to_a_server_and_back(file: Path, postgresql: PostgresqlServer, tmp_path: Path) -> None:
    """Every row is the same on the server and in the new file, seals hold, and both take new rows behind the old."""
    before, url, back = contents(file), postgresql.new_database(), str(tmp_path / "new" / "Back.sqlite")

    with Database.open(file) as database:
        there = move_books(database, url)
    assert before == contents(url)
    with Database.open(url, expect_id=COMPANY.database_id) as database:
        with database.writing() as connection:
            assert [] == list(altered_rows(connection))
            save_settlement(connection, settlement("S2", ("z",)), source(b"2"))
        with database.reading() as connection:
            more = rows(connection)
        move_books(database, back)

    assert (sum(map(len, before.values())), shown_place(url)) == (there.rows, there.place)
    assert more == contents(back)
    with Database.open(back, expect_id=COMPANY.database_id) as database, database.writing() as connection:
        assert [] == list(altered_rows(connection))
        save_settlement(connection, settlement("S3", ("y",)), source(b"3"))


def test_the_old_books_name_the_new_place(file: Path, tmp_path: Path) -> None:
    """What stays behind is whole, takes no more changes, and says to whoever opens it where the books are."""
    new = tmp_path / "Elsewhere.sqlite"
    with Database.open(file) as database:
        move_books(database, str(new))

    with pytest.raises(MovedDatabaseError, match=r"Elsewhere\.sqlite.*database where"):
        Database.open(file, expect_id=COMPANY.database_id)
    with pytest.raises(MovedDatabaseError):
        Database.open(file)
    old = sqlite_engine(file)
    with old.connect() as connection:
        assert {**rows(connection), "company": 1, "seal": 1, "writing": 1, "books_state": 1} == {
            **contents(new),
            "company": 1,
            "seal": 1,
            "writing": 1,
            "books_state": 1,
        }
    old.dispose()


@pytest.mark.long
def test_nothing_is_moved_onto_something_else(file: Path, tmp_path: Path) -> None:
    """Another file, other books, the same books again, and the demo's: each is refused, and all stays as it was."""
    other, text_file = tmp_path / "Other.sqlite", tmp_path / "notes.txt"
    Database.create(other, replace(COMPANY, database_id="another")).close()
    text_file.write_text("Do not lose me.")
    link = tmp_path / "Link.sqlite"
    link.hardlink_to(file)
    before, theirs = contents(file), contents(other)

    for target in (other, text_file, file, link):
        with Database.open(file) as database, pytest.raises(DatabaseExistsError):
            move_books(database, str(target))
    demo = tmp_path / "demo.sqlite"
    with Database.create(demo, replace(COMPANY, database_id=DEMO)) as database, pytest.raises(DemoStaysError):
        move_books(database, str(tmp_path / "x.sqlite"))

    assert (before, theirs, "Do not lose me.") == (contents(file), contents(other), text_file.read_text())
    assert not (tmp_path / "x.sqlite").exists()


@pytest.mark.long
def test_the_same_server_under_another_name_is_refused(postgresql: PostgresqlServer) -> None:
    """An address that leads to the very same database is no other place."""
    url = postgresql.new_database()
    Database.create(url, COMPANY).close()

    with Database.open(url) as database, pytest.raises(DatabaseExistsError):
        move_books(database, f"{url}{'&' if '?' in url else '?'}application_name=other")
    Database.open(url, expect_id=COMPANY.database_id).close()


def test_a_copy_that_was_stored_is_compared(file: Path, tmp_path: Path) -> None:
    """Who was stopped between copy and end moves again: what is the same counts, what differs is named by its row."""
    copy, changed = tmp_path / "Copy.sqlite", tmp_path / "Changed.sqlite"
    migrate.back_up(file, copy)
    migrate.back_up(file, changed)
    with Database.open(changed) as database, database.writing() as connection:
        batches.new(connection, BatchKind.SETUP, "Ann", NOW, note="since")
    before = contents(copy)

    with Database.open(file) as database, pytest.raises(BooksDifferError, match=r"“batch”.*'number': 2"):
        move_books(database, str(changed))
    assert before == contents(file)
    with Database.open(file) as database:
        move_books(database, str(copy))
    assert before == contents(copy)


@pytest.mark.parametrize("way", ["file", pytest.param("server", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "at", ["Copying 3", *(pytest.param(one, marks=pytest.mark.long) for one in ("moving", "Comparing 9"))]
)
def test_a_killed_move_leaves_the_old_books(file: Path, tmp_path: Path, way: str, at: str, request: Any) -> None:
    """Wherever a move dies, the old books are as before and the new place is free, or whole."""
    target = str(tmp_path / "New.sqlite") if way == "file" else request.getfixturevalue("postgresql").new_database()
    before = contents(file)
    command = [sys.executable, "-c", KILLED_MOVE, str(file), target]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as mover:  # noqa: S603 - our own
        assert mover.stdout is not None
        assert any(line.startswith(at) for line in mover.stdout)
        mover.kill()

    assert before == contents(file)
    with Database.open(file) as database:
        move_books(database, target)
    assert before == contents(target)


@pytest.mark.long
def test_a_copy_is_kept_before_books_on_a_server_are_migrated(
    postgresql: PostgresqlServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a SQLite file of the same revision in the user's folder, with every row, and can be opened."""
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path))
    version = migrate.revisions()[0]
    url = postgresql.new_database()
    engine, stored = create_engine(postgresql_url(url)), sqlite_engine(STORED / f"{version}.sqlite")
    with engine.begin() as connection, stored.connect() as old:
        migrate.upgrade(connection, version)
        copying.copy_rows(old, connection, migrate.tables_at(version))
    engine.dispose()

    Database.open(url).close()

    (copy,) = tmp_path.glob(f"*before update from {version}.sqlite")
    kept = sqlite_engine(copy)
    with kept.connect() as ours, stored.connect() as old:
        assert version == ours.scalar(text("SELECT version_num FROM alembic_version"))
        assert 0 < copying.compare_rows(old, ours, migrate.tables_at(version))
    kept.dispose()
    assert contents(copy)


@pytest.mark.long
def test_a_server_of_a_later_version_is_refused(postgresql: PostgresqlServer) -> None:
    """Where a colleague's newer Cogsheet has been at work, this one says so before it reads anything."""
    url = postgresql.new_database()
    Database.create(url, COMPANY).close()
    engine = create_engine(postgresql_url(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(NewerDatabaseError, match=r"newer Cogsheet.*9999.*Update Cogsheet"):
        Database.open(url)


@pytest.mark.long
def test_of_two_who_create_at_once_one_is_refused(postgresql: PostgresqlServer) -> None:
    """Books are made once in an empty database, and what is there is never filled again."""
    url, start = postgresql.new_database(), threading.Barrier(2)

    def create(_number: int) -> str:
        start.wait()
        try:
            Database.create(url, COMPANY).close()
        except DatabaseExistsError as error:
            return str(error)
        return "made"

    with ThreadPoolExecutor(2) as threads:
        refused, made = sorted(threads.map(create, range(2)), key=len, reverse=True)
    assert "made" == made
    assert "exists already and was left as it is" in refused
    assert contents(url)["company"]
