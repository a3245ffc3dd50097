"""A connection to a server that breaks at the moment of storing: all is there or nothing, and it is said which."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.database.engine import postgresql_url
from core.books.database.errors import DatabaseUnreachableError, StoredUnknownError
from tests.core.books.examples import COMPANY, NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.books.conftest import PostgresqlServer

BREAKS = ("before", "after")


class Wire:
    """What stands between program and server: it passes everything on until it is cut at a commit."""

    def __init__(self, server: str) -> None:
        self._server = server
        self.door = socket.create_server(("127.0.0.1", 0))
        self.cut = ""
        """Whether the next commit breaks the connection `before` or `after` the server has it; then nothing does."""
        self.stays_cut = False
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self.serve)]
        self._threads[0].start()

    def serve(self) -> None:
        """Pass on whoever comes, until the door is closed."""
        with suppress(OSError):
            while True:
                client, _ = self.door.accept()
                if self.stays_cut and not self.cut:
                    client.close()
                    continue
                there = socket.socket(socket.AF_UNIX)
                there.connect(self._server)
                self._ends += (client, there)
                for ends in ((client, there, True), (there, client, False)):
                    self._threads.append(threading.Thread(target=self._pass_on, args=ends))
                    self._threads[-1].start()

    def close(self) -> None:
        """Let nobody come any more, and nothing pass."""
        self.door.shutdown(socket.SHUT_RDWR)
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for end in (self.door, *self._ends):
            end.close()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_asked: bool) -> None:  # noqa: FBT001 - a thread's
        with suppress(OSError):
            while said := source.recv(65536):
                if is_asked and b"COMMIT" in said and self.cut:
                    how, self.cut = self.cut, ""
                    if how == "after":
                        source.shutdown(socket.SHUT_WR)  # the answer comes to nobody
                        target.sendall(said)
                    break
                target.sendall(said)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wired(url: str) -> Iterator[tuple[Database, Wire]]:
    """Give books that are reached by a wire."""
    plain = postgresql_url(url)
    wire = Wire(f"{plain.query['host']}/.s.PGSQL.5432")
    port = wire.door.getsockname()[1]
    through = plain.set(host="127.0.0.1", port=port, query={"connect_timeout": "5"})
    try:
        with Database.open(through.render_as_string(hide_password=False), busy_seconds=5) as database:
            yield database, wire
    finally:
        wire.close()


@pytest.fixture
def url(postgresql: PostgresqlServer) -> str:
    """Return the address of new books."""
    made = postgresql.new_database()
    Database.create(made, COMPANY).close()
    return made


def write(database: Database, note: str) -> None:
    """Store one batch."""
    with database.writing() as connection:
        batches.new(connection, BatchKind.SETUP, "Ann", NOW, note=note)


def notes(url: str) -> list[str]:
    """Return what is stored."""
    with Database.open(url) as database, database.reading() as connection:
        return list(batches.history(connection)["note"])


@pytest.mark.long
def test_broken_before_the_server_had_it_nothing_is_stored(url: str) -> None:
    """That is an error, and the next writing goes through."""
    with wired(url) as (database, wire):
        write(database, "first")
        wire.cut = "before"
        with pytest.raises(DatabaseUnreachableError):
            write(database, "lost")
        write(database, "next")

    assert {"first", "next"} == set(notes(url))


@pytest.mark.long
def test_broken_once_the_server_had_it_all_is_stored(url: str) -> None:
    """That is no error: asked again, the server has it, and it is not done twice."""
    with wired(url) as (database, wire):
        wire.cut = "after"
        write(database, "stored")
        write(database, "next")

    assert ["next", "stored"] == sorted(notes(url))


@pytest.mark.long
@pytest.mark.parametrize("how", BREAKS)
def test_where_nobody_answers_since_it_is_not_known(url: str, how: str) -> None:
    """It says so, and where to look before it is done again."""
    with wired(url) as (database, wire):
        wire.cut, wire.stays_cut = how, True
        with pytest.raises(StoredUnknownError, match=r"all of it is stored or nothing.*Change history"):
            write(database, "perhaps")

    assert (["perhaps"] if how == "after" else []) == notes(url)
