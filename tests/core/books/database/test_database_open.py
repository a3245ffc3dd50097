from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError as SqlError

from core.books import batches
from core.books.database import Database
from core.books.database.company import new_company
from core.books.database.engine import postgresql_url
from core.books.database.errors import (
    DatabaseBusyError,
    DatabaseExistsError,
    DatabaseInSyncedFolderError,
    DatabaseNotFoundError,
    DatabaseStorageError,
    ForeignDatabaseError,
    NewerDatabaseError,
    NotADatabaseError,
)
from core.errors import DatabaseError
from tests.core.books.examples import COMPANY, NOW, batch, notes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tests.core.books.conftest import PostgresqlServer


def fail_after_writing(connection: Connection, note: str) -> None:
    """Write something, then fail."""
    batch(connection, note)
    raise ZeroDivisionError


def test_created_books_are_opened_again(place: str) -> None:
    """The company, its ids and its moment come back as they were."""
    with Database.create(place, COMPANY) as created:
        assert created.company == COMPANY

    with Database.open(place, expect_id=COMPANY.database_id) as opened:
        assert opened.company == COMPANY


def test_new_companies_differ() -> None:
    """Two companies of one name have their own ids."""
    one, other = new_company("Ann", "USD", NOW), new_company("Ann", "USD", NOW)

    assert (one.id != other.id, one.database_id != other.database_id) == (True, True)


def test_missing_file_is_named_and_not_made(tmp_path: Path) -> None:
    """Opening books that are not there says which, and leaves nothing in their place."""
    path = tmp_path / "Books.sqlite"

    with pytest.raises(DatabaseNotFoundError, match=r"Books\.sqlite was not found"):
        Database.open(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_missing_server_database_is_named(postgresql: PostgresqlServer) -> None:
    """A database that the server does not have, and one that holds nothing yet, are both not found."""
    empty = postgresql.new_database()

    with pytest.raises(DatabaseNotFoundError):
        Database.open(empty)
    with pytest.raises(DatabaseNotFoundError, match="nowhere"):
        Database.open(postgresql_url(empty).set(database="nowhere").render_as_string(hide_password=False))


def test_books_are_never_overwritten(place: str) -> None:
    """Making books where there are some is refused, and the old ones stay."""
    Database.create(place, COMPANY).close()

    with pytest.raises(DatabaseExistsError):
        Database.create(place, replace(COMPANY, name="Other"))
    with Database.open(place) as opened:
        assert opened.company == COMPANY


def test_only_the_database_is_left_behind(tmp_path: Path) -> None:
    """Making books makes missing folders, and no file but the database."""
    path = tmp_path / "new folder" / "Books.sqlite"
    Database.create(path, COMPANY).close()

    assert [found for found in tmp_path.rglob("*") if found.is_file()] == [path]


def test_failed_creation_leaves_nothing(tmp_path: Path) -> None:
    """A company that cannot be stored leaves no file."""
    with pytest.raises(DatabaseError):
        Database.create(tmp_path / "Books.sqlite", replace(COMPANY, name="nul \x00"))
    assert list(tmp_path.iterdir()) == []


def test_books_are_never_found_without_what_they_hold_from_their_beginning(place: str) -> None:
    """It is stored in the transaction that makes them: fails it, there are no books."""
    with pytest.raises(ZeroDivisionError):
        Database.create(place, COMPANY, lambda connection: fail_after_writing(connection, "first"))
    with Database.create(place, COMPANY, lambda connection: batch(connection, "first")) as made:
        assert ["first"] == notes(made)


def test_books_of_another_company_are_refused(place: str) -> None:
    """A workbook does not show the books of another company; the message names it."""
    Database.create(place, COMPANY).close()

    with pytest.raises(ForeignDatabaseError, match="Müller & Söhne"):
        Database.open(place, expect_id="database-2")


def test_newer_books_are_refused(place: str) -> None:
    """Tables that a later version has changed are left alone."""
    with Database.create(place, COMPANY) as created, created.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NewerDatabaseError, match="9999"):
        Database.open(place)


@pytest.mark.parametrize("content", [b"", b"settlement-id\tamount\n" * 99])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is no database, or an empty one, is not taken for books and not changed."""
    path = tmp_path / "settlement.txt"
    path.write_bytes(content)

    with pytest.raises(NotADatabaseError):
        Database.open(path)
    assert path.read_bytes() == content


def test_databases_of_other_programs_are_refused(tmp_path: Path) -> None:
    """A SQLite file of another program is not taken for books."""
    path = tmp_path / "photos.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE photo (id INTEGER)")

    with pytest.raises(NotADatabaseError):
        Database.open(path)


def test_synced_folders_are_refused(tmp_path: Path) -> None:
    """Books are neither made nor opened in a folder that a sync program handles, and also not through a link."""
    safe, synced = tmp_path / "Books.sqlite", tmp_path / "OneDrive - Contoso" / "Books.sqlite"
    Database.create(safe, COMPANY).close()
    synced.parent.mkdir()
    shutil.copy(safe, synced)
    (tmp_path / "linked.sqlite").symlink_to(synced)

    with pytest.raises(DatabaseInSyncedFolderError, match="OneDrive"):
        Database.create(synced.with_name("New.sqlite"), COMPANY)
    for path in (synced, tmp_path / "linked.sqlite"):
        with pytest.raises(DatabaseInSyncedFolderError, match="OneDrive"):
            Database.open(path)


def test_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path may be relative to the current folder."""
    monkeypatch.chdir(tmp_path)
    Database.create("Books.sqlite", COMPANY).close()

    with Database.open(Path("Books.sqlite")) as opened:
        assert opened.location == (tmp_path / "Books.sqlite").resolve()


def test_an_error_undoes_the_whole_writing(database: Database) -> None:
    """What was written before an error is not stored."""
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        fail_after_writing(connection, "lost")

    assert notes(database) == []


def test_a_caught_error_undoes_the_inner_writing(database: Database) -> None:
    """Inside another writing, an error that is caught undoes only what lies inside."""
    with database.writing() as connection:
        batch(connection, "first")
        with pytest.raises(ZeroDivisionError), database.writing() as inner:
            fail_after_writing(inner, "second")
        batch(connection, "third")

    assert notes(database) == ["third", "first"]


def test_reading_inside_writing_sees_what_was_written(database: Database) -> None:
    """Whoever reads in the middle of writing sees the books as they will be."""
    with database.writing() as connection:
        batch(connection, "new")
        assert notes(database) == ["new"]


def test_writing_inside_reading_is_a_mistake(database: Database) -> None:
    """A writer that would wait for its own reader is stopped at once; afterwards writing works."""
    with database.reading(), pytest.raises(RuntimeError, match="inside reading"), database.writing():
        pass
    with database.writing() as connection:
        batch(connection, "after")

    assert notes(database) == ["after"]


def test_reading_cannot_write(database: Database) -> None:
    """Whoever only reads changes nothing, not even by mistake."""
    with pytest.raises((SqlError, DatabaseStorageError)), database.reading() as connection:
        batch(connection)

    assert notes(database) == []


def test_a_connection_reads_and_writes_by_turns(place: str) -> None:
    """A connection that is kept writes after it has read, only reads after that, and sees what others wrote."""
    with Database.create(place, COMPANY) as mine, Database.open(place) as other:
        for name, opened in (("first", mine), ("second", other), ("third", mine)):
            notes(opened)
            with opened.writing() as connection:
                batch(connection, name)
            with pytest.raises((SqlError, DatabaseStorageError)), opened.reading() as connection:
                batch(connection)

        assert ["third", "second", "first"] == notes(mine) == notes(other)


@pytest.mark.parametrize("asks", [1, 3])
def test_opened_books_are_connected_to_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asks: int) -> None:
    """Each connection reads the whole schema of the file: one serves every question until the books are closed."""
    Database.create(tmp_path / "Books.sqlite", COMPANY).close()
    connect, made = sqlite3.connect, list[sqlite3.Connection]()

    def noted(*args: Any, **rest: Any) -> sqlite3.Connection:
        made.append(connect(*args, **rest))
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", noted)
    with Database.open(tmp_path / "Books.sqlite") as opened:
        for _ in range(asks):
            assert [] == notes(opened)

    assert 1 == len(made)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].execute("SELECT 1")


def test_reading_sees_one_state(place: str) -> None:
    """What is read together belongs together, whatever somebody writes meanwhile."""
    with (
        Database.create(place, COMPANY) as mine,
        Database.open(place, busy_seconds=0.1) as other,
        mine.reading() as connection,
    ):
        before = len(batches.history(connection))
        with suppress(DatabaseBusyError), other.writing() as writing:  # on SQLite the writer waits for the reader
            batch(writing)

        assert len(batches.history(connection)) == before


def test_foreign_keys_hold(database: Database) -> None:
    """No row may point to a batch that does not exist."""
    with pytest.raises(SqlError), database.writing() as connection:
        connection.execute(text("INSERT INTO sync_run VALUES (99, 'a', NULL, '{}', '{}', 0, NULL)"))


@pytest.mark.long
def test_closed_server_connections(postgresql: PostgresqlServer) -> None:
    """Closing books leaves no connection to the server."""
    url = postgresql.new_database()
    Database.create(url, COMPANY).close()
    engine = create_engine(postgresql_url(url))
    with engine.connect() as connection:
        open_now = connection.scalar(
            text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        )
    engine.dispose()

    assert open_now == 0
