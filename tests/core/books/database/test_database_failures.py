from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import IntegrityError as SqlError
from sqlalchemy.exc import PendingRollbackError

from core.books.database import Database, tables
from core.books.database.engine import postgresql_url
from core.books.database.errors import (
    DamagedDatabaseError,
    DatabaseBusyError,
    DatabaseStorageError,
    DatabaseUnreachableError,
)
from tests.core.books.examples import COMPANY, batch, notes

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from tests.core.books.conftest import PostgresqlServer


def test_a_second_writer_is_told_to_wait(place: str) -> None:
    """While one writes, another one is told after a while that the books are busy, and none of it is stored."""
    with Database.create(place, COMPANY) as first, Database.open(place, busy_seconds=0.1) as second:
        with first.writing() as connection:
            batch(connection, "first")
            with pytest.raises(DatabaseBusyError, match="Nothing was changed"), second.writing() as busy:
                batch(busy, "second")

        assert notes(second) == ["first"]


def test_unreachable_server_hides_the_password() -> None:
    """Where no server answers, the message says so without the password."""
    with pytest.raises(DatabaseUnreachableError) as caught:
        Database.open("postgresql://ann:secret@127.0.0.1:1/books")
    assert "secret" not in str(caught.value)


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """If the disk is full the user is told so, and the books are as before."""
    with Database.create(tmp_path / "Books.sqlite", COMPANY) as database:
        with pytest.raises(DatabaseStorageError, match="disk is full"), database.writing() as connection:
            fill_a_small_disk(connection)

        assert notes(database) == []


@pytest.mark.parametrize("caught", [False, True])
def test_a_full_disk_is_named_also_within_a_part(tmp_path: Path, *, caught: bool) -> None:
    """SQLite ends the whole transaction by itself then: whoever catches it cannot store the rest of it."""
    with Database.create(tmp_path / "Books.sqlite", COMPANY) as database:
        with pytest.raises(PendingRollbackError if caught else DatabaseStorageError):
            write_in_parts(database, caught=caught)

        assert notes(database) == []


def write_in_parts(database: Database, *, caught: bool) -> None:
    """Write before, within and after a part for which there is no room."""
    with database.writing() as connection:
        batch(connection, "before")
        with contextlib.suppress(*([DatabaseStorageError] if caught else [])), database.writing():
            fill_a_small_disk(connection)
        batch(connection, "after")


def fill_a_small_disk(connection: Connection) -> None:
    """Write more than fits."""
    connection.exec_driver_sql("PRAGMA max_page_count = 100")
    for _ in range(1000):
        batch(connection, "x" * 4000)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """A file whose inside was overwritten is called damaged, and the user is sent to the backup."""
    path = tmp_path / "Books.sqlite"
    Database.create(path, COMPANY).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)

    with pytest.raises(DamagedDatabaseError, match="backup"):
        Database.open(path)


@pytest.mark.long
def test_an_error_names_the_file_that_it_is_of(tmp_path: Path) -> None:
    """Of several books that are open at once, what goes wrong with one names that one, and its own time to wait."""
    paths = [tmp_path / f"{name}.sqlite" for name in ("First", "Second", "Third")]
    for path in paths:
        Database.create(path, COMPANY).close()
    with Database.open(paths[0]), Database.open(paths[1]) as writer, Database.open(paths[2]):
        late = Database.open(paths[1], busy_seconds=0.25)
        with writer.writing(), pytest.raises(DatabaseBusyError) as caught, late.writing():
            pass
        late.close()
    assert str(paths[1]) in str(caught.value)
    assert not [path for path in (paths[0], paths[2]) if str(path) in str(caught.value)]
    assert "0.25" in str(caught.value)


def test_errors_do_not_show_the_books(database: Database) -> None:
    """Whatever goes wrong, the rows that were being stored are in no message and in no log."""
    with pytest.raises(SqlError) as caught, database.writing() as connection:
        write_twice(connection)
    assert "secret" not in str(caught.value)


def write_twice(connection: Connection) -> None:
    """Add the same store twice."""
    for _ in range(2):
        connection.execute(insert(tables.store).values(name="a", marketplace="secret"))


@pytest.mark.long
def test_a_server_that_forbids_is_named(postgresql: PostgresqlServer) -> None:
    """A user of the server who may not make tables is told so."""
    url = postgresql.new_database()
    engine = create_engine(postgresql_url(url))
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS guest"))
        connection.execute(text("CREATE ROLE guest LOGIN"))
    engine.dispose()
    guest = postgresql_url(url).set(username="guest").render_as_string(hide_password=False)

    with pytest.raises(DatabaseStorageError, match="may not"):
        Database.create(guest, COMPANY)
