"""Writing again where two writings met: on a server that refuses one of them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.schema import CreateTable

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, tables
from core.books.database.engine import postgresql_engine, postgresql_url, version_numbers
from core.books.database.errors import (
    DatabaseBusyError,
    DatabaseUnreachableError,
    NewerDatabaseError,
    WriteConflictError,
)
from core.books.database.repeating import TIMES, again_where_it_conflicts, repeated, wait_after
from core.books.overrides import stored_overrides
from core.frame_columns import records
from tests.core.books.examples import COMPANY, NOW, answers, books_with_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from core.books.overrides.stored_overrides import RefusedRow
    from tests.core.books.conftest import PostgresqlServer

WRITERS = [f"user {number}" for number in range(8)]


class Meeting:
    """Work that meets somebody else as often as is said, and then is done."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.waits: list[float] = []

    def __call__(self) -> str:
        if self.left:
            self.left -= 1
            raise WriteConflictError("the books")
        return "done"


def test_what_met_somebody_is_done_again_after_a_wait() -> None:
    """It is tried until it meets nobody, each time after a wait that is longer than the one before could be short."""
    work = Meeting(3)

    assert "done" == again_where_it_conflicts(work, work.waits.append)
    assert 3 == len(work.waits)
    assert [wait_after(0, 0), wait_after(0, 1), wait_after(3, 1), wait_after(99, 1)] == [0.025, 0.05, 0.4, 2.0]


def test_it_is_not_tried_for_ever() -> None:
    """Who meets somebody every time is told so, in words."""
    work = Meeting(TIMES)

    with pytest.raises(WriteConflictError, match=r"nothing of this was changed.*Try again"):
        again_where_it_conflicts(work, work.waits.append)
    assert TIMES - 1 == len(work.waits)


def test_other_errors_are_not_tried_again() -> None:
    """A server that is busy for too long, or anything else, is told at once."""
    tried = []

    def busy() -> None:
        tried.append(1)
        raise DatabaseBusyError("the books", 20)

    with pytest.raises(DatabaseBusyError):
        again_where_it_conflicts(busy, lambda _seconds: None)
    assert [1] == tried


@repeated
def note(database: Database, word: str) -> int:
    """Write one batch, within another function that is repeated too."""
    with database.writing() as connection:
        return inner(database, connection, word)


@repeated
def inner(database: Database, connection: Connection, word: str) -> int:
    """Write it."""
    with database.writing():
        return batches.new(connection, BatchKind.SETUP, "Ann", NOW, note=word)


@pytest.fixture
def refusing(postgresql: PostgresqlServer) -> Iterator[tuple[Database, str]]:
    """Return books on a server that refuses the first two batches as a distributed one does."""
    url = postgresql.new_database()
    with Database.create(url, COMPANY) as database:
        yield database, url


def refuse(url: str, state: str, when: str = "") -> None:
    """Let the server refuse the first two batches that are stored; a sequence counts whatever is taken back."""
    engine = create_engine(postgresql_url(url))
    with engine.begin() as connection:
        counting = f"IF nextval('met') <= 2 THEN RAISE EXCEPTION USING ERRCODE = '{state}'; END IF; RETURN NEW;"
        for statement in (
            "CREATE SEQUENCE met",
            f"CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {counting} END$$",
            f"CREATE CONSTRAINT TRIGGER meet AFTER INSERT ON batch {when} FOR EACH ROW EXECUTE FUNCTION meet()",
        ):
            connection.execute(text(statement))
    engine.dispose()


@pytest.mark.long
@pytest.mark.parametrize("state", ["40001", "40P01"])
@pytest.mark.parametrize("when", ["", "DEFERRABLE INITIALLY DEFERRED"], ids=["within", "at the commit"])
def test_a_refused_writing_is_repeated_as_a_whole(refusing: tuple[Database, str], state: str, when: str) -> None:
    """A serialization failure and a deadlock, within or at the commit, are repeated by the outermost writer alone."""
    database, url = refusing
    refuse(url, state, when)

    number = note(database, "third time")

    with database.reading() as connection:
        assert [(number, "third time")] == [
            (one["number"], one["note"]) for one in records(batches.history(connection))
        ]
        assert 3 == connection.scalar(text("SELECT last_value FROM met"))


def test_servers_of_other_makers_say_which_postgresql_they_are_like() -> None:
    """Whatever a server calls itself, it says the version whose SQL it speaks."""
    said = {"15.4 (Debian 15.4-1.pgdg)": (15, 4), "15.12-YB-2025.1.0.0-b0": (15, 12), "13.0.0": (13, 0, 0), "?": (9, 6)}

    assert said == {one: version_numbers(one) for one in said}


class OtherServer:
    """A connection to a server that calls itself by no name that SQLAlchemy knows."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.answers = {"SELECT version()": name, "SHOW server_version": "13.0.0"}
        self.dialect = engine.dialect
        self.asked = ""

    def exec_driver_sql(self, asked: str) -> OtherServer:
        """Take a question."""
        self.asked = asked
        return self

    def scalar(self) -> str:
        """Answer it."""
        return self.answers[self.asked]


@pytest.mark.parametrize(
    ("name", "collation"), [("CockroachDB CCL v25.1.0 (x86_64)", ""), ("PostgreSQL 15.12-YB-2025.1", ' COLLATE "C"')]
)
def test_a_server_of_another_maker_is_taken_as_it_is(name: str, collation: str) -> None:
    """The name of CockroachDB stops SQLAlchemy, and a column that says how it sorts stops CockroachDB."""
    engine = postgresql_engine(postgresql_url("postgresql://ann@127.0.0.1:1/books"))

    dialect: Any = engine.dialect
    assert (13, 0, 0) == dialect._get_server_version_info(OtherServer(name, engine))
    assert f"name TEXT{collation} NOT NULL" in str(CreateTable(tables.store).compile(dialect=dialect))


@pytest.mark.long
def test_a_writing_on_a_server_is_serializable(postgresql: PostgresqlServer) -> None:
    """The server itself sees to it that what was read still holds when it is stored."""
    with Database.create(postgresql.new_database(), COMPANY) as database:
        with database.writing() as connection:
            assert "serializable" == connection.scalar(text("SHOW transaction_isolation"))
        with database.reading() as connection:
            assert "repeatable read" == connection.scalar(text("SHOW transaction_isolation"))


@pytest.mark.long
def test_eight_at_once_lose_nothing(place: str) -> None:
    """Of eight who save one line, and each one of their own, one wins the first, seven are told; all else is stored."""
    with Database.create(place, COMPANY) as database:
        books_with_lines(database, "shared", *WRITERS)
    start = threading.Barrier(len(WRITERS))

    def work(who: str) -> list[list[RefusedRow]]:
        with Database.open(place) as own:
            start.wait()
            return [[one for key in ("shared", who) for one in save(own, who, key, cost)] for cost in ("4.1", "4.2")]

    with ThreadPoolExecutor(len(WRITERS)) as threads:
        fates = dict(zip(WRITERS, threads.map(work, WRITERS), strict=True))

    with Database.open(place) as database, database.reading() as connection:
        in_force = {row["key"]: row for row in records(stored_overrides.in_force(connection))}
        numbers = list(batches.history(connection)["number"])
    (winner,) = [who for who, (first, _) in fates.items() if not first]
    told = {one.now["saved_by"] for first, _ in fates.values() for one in first if one.now}
    assert {winner} == told
    assert {"shared": winner, **{who: who for who in WRITERS}} == {
        key: row["saved_by"] for key, row in in_force.items()
    }
    assert list(range(1, 2 + 4 * len(WRITERS))) == sorted(numbers)


@repeated
def save(database: Database, who: str, key: str, cost: str) -> list[RefusedRow]:
    """Save a cost as filled from no version."""
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SAVE, who, NOW)
        rows = answers({"key": key, "unit_cost": Decimal(cost)})
        return stored_overrides.save(connection, rows, batch, who=who, now=NOW)


def interrupted(database: Database) -> None:
    """Write, lose the connection, and write on."""
    with database.writing() as connection:
        batches.new(connection, BatchKind.SETUP, "Ann", NOW, note="lost")
        end = connection.scalar(text("SELECT pg_backend_pid()"))
        with database._engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:end)"), {"end": end})
        batches.new(connection, BatchKind.SETUP, "Ann", NOW, note="lost too")


@pytest.mark.long
def test_a_connection_that_drops_leaves_all_or_nothing(postgresql: PostgresqlServer) -> None:
    """A server that ends a connection in the middle stores nothing of it, says so, and takes the next writing."""
    with Database.create(postgresql.new_database(), COMPANY) as database:
        with pytest.raises(DatabaseUnreachableError, match="cannot be reached"):
            interrupted(database)
        note(database, "kept")
        with database.reading() as connection:
            assert ["kept"] == list(batches.history(connection)["note"])


def test_tables_that_change_meanwhile_stop_the_next_writing(database: Database) -> None:
    """Whoever opened the books before a colleague's newer version changed their tables writes nothing any more."""
    with database.writing() as connection:
        was = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(NewerDatabaseError, match=r"newer Cogsheet.*Update Cogsheet"):
            note(database, "too old")
    finally:
        with database._engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA query_only = OFF") if database._engine.name == "sqlite" else None
            connection.execute(text("UPDATE alembic_version SET version_num = :was"), {"was": was})
