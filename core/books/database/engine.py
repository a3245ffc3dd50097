"""How a connection to the books behaves: the same promises on SQLite and on PostgreSQL.

Writers come one after the other (BEGIN IMMEDIATE; a row that all of them update first), readers see one state
throughout, foreign keys hold, and waiting ends with `DatabaseBusyError`.

On a server a writing transaction is SERIALIZABLE, and what it is refused with where it met another one
(`WriteConflictError`) is repeated (`core.books.database.repeating`). Nothing is used that servers lack which only speak
PostgreSQL's protocol: no advisory lock, no LOCK TABLE, no LISTEN, no temporary table
(docs/scale.md).

SQLite keeps its rollback journal rather than the write-ahead log: between two writes the books are then one single
file, which a bookkeeper can copy, move and back up without losing what still lies in a `-wal` file beside it. The price
is that a reader and a committing writer wait for each other, for moments.
"""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import LRUCache

from core.books.database.column_types import SORTS_BY_LOCALE
from core.books.database.errors import (
    DamagedDatabaseError,
    DatabaseBusyError,
    DatabaseDriverMissingError,
    DatabaseStorageError,
    DatabaseUnreachableError,
    NotADatabaseError,
    PasswordRefusedError,
    ServerLacksDatabaseError,
    WriteConflictError,
)
from core.books.database.server_addresses import read_url
from core.errors import CogsheetError, DatabaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy.dialects import postgresql
    from sqlalchemy.engine import URL, ExceptionContext, Transaction
    from sqlalchemy.engine.interfaces import DBAPIConnection

BUSY_SECONDS = 20.0
"""How long one waits for another writer: longer than storing the largest settlement takes."""
_PRIMARY_CODE = 0xFF
"""SQLite puts details into the higher bits."""
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, "55P03"}
_CONFLICTS = {"40001", "40P01"}
"""PostgreSQL's states for a transaction that met another one (serialization failure, deadlock): it can be repeated."""
_STORAGE: dict[int | str | None, str] = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_READONLY: "the file is write-protected",
    sqlite3.SQLITE_CANTOPEN: "the file or its folder may not be opened or written",
    "53100": "the disk of the server is full",
    "42501": "this user of the server may not do that",
}
"""By SQLite's code or PostgreSQL's state."""
_CACHE_KIBIBYTES = 65536
_WRITES = "cogsheet_writes"
_WHERE = "cogsheet_where"
_STATEMENTS: LRUCache[object, object] = LRUCache(2000)
"""The SQLite text of statements: more of them than the program makes."""


def sqlite_engine(path: Path, busy_seconds: float = BUSY_SECONDS, *, foreign_keys: bool = True) -> Engine:
    """Return an engine on an existing SQLite file; it never makes one. Whoever has it disposes of it.

    One connection stays open meanwhile: a new one reads the whole schema again, which takes twenty times as long as
    most questions, and a press asks dozens.

    Args:
        path: The file, absolute.
        busy_seconds: How long to wait for another writer.
        foreign_keys: Off while tables are rebuilt.
    """

    def connect() -> DBAPIConnection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw", uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: do not believe a disk that only says it has written
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        return cast("DBAPIConnection", connection)

    known = _sqlite()
    options = {"compiled_cache": _STATEMENTS, _WHERE: (path, busy_seconds)}
    pool = QueuePool(connect, pool_size=1, max_overflow=-1, dialect=known.dialect)
    engine = Engine(pool, known.dialect, known.url, hide_parameters=True, execution_options=options)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@cache
def _sqlite() -> Engine:
    """Return an engine that has looked at SQLite once, for all files of a process.

    SQLAlchemy keeps with an engine what SQLite can do, and the text that it made of each statement. New books are two
    engines, the demo three, and the tests thousands: making those texts again took half the time of small books.
    """
    engine = create_engine("sqlite+pysqlite://")
    engine.connect().close()
    _name_errors(engine, _place)
    return engine


def _place(context: ExceptionContext) -> tuple[object, float]:
    """Return which file an error is of, and how long was waited for it."""
    options = context.engine.get_execution_options() if context.engine else {}
    place: tuple[object, float] = options.get(_WHERE, ("the books", BUSY_SECONDS))
    return place


def postgresql_url(url: str) -> URL:
    """Return the URL with the driver that is used."""
    return read_url(url).set(drivername="postgresql+psycopg")


def shown_url(url: URL) -> str:
    """Return a URL as people may see it: without its password."""
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def postgresql_engine(url: URL, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Return an engine on a PostgreSQL database.

    Raises:
        DatabaseDriverMissingError: If psycopg is not installed.
    """
    place = shown_url(url), busy_seconds
    try:
        engine = create_engine(
            url, pool_pre_ping=True, hide_parameters=True, use_native_hstore=False, execution_options={_WHERE: place}
        )
    except ModuleNotFoundError as missing:
        raise DatabaseDriverMissingError from missing
    vars(engine.dialect)["_get_server_version_info"] = look_at_server

    @event.listens_for(engine, "connect")
    def wait_no_longer(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {int(busy_seconds * 1000)}")
        cursor.close()
        connection.commit()

    _name_errors(engine, lambda _context: place)
    return engine


def look_at_server(connection: Connection) -> tuple[int, ...]:
    """Return the version of PostgreSQL that a server is like: what it calls itself says that only where it is one.

    CockroachDB, which calls itself otherwise, sorts all texts by code point and makes no column that says so.
    """
    calls_itself = str(connection.exec_driver_sql("SELECT version()").scalar())
    vars(connection.dialect)[SORTS_BY_LOCALE] = calls_itself.startswith("PostgreSQL")
    return version_numbers(str(connection.exec_driver_sql("SHOW server_version").scalar()))


def version_numbers(said: str) -> tuple[int, ...]:
    """Return the numbers of `15.4 (Debian 15.4-1)` or `15.12-YB-2025.1`. Pure."""
    found = re.match(r"\d+(?:\.\d+)*", said)
    return tuple(int(number) for number in found[0].split(".")) if found else (9, 6)


def connect_to_read(engine: Engine) -> Connection:
    """Return a connection whose next transaction sees one state throughout and can change nothing."""
    if engine.dialect.name == "sqlite":
        return engine.connect()
    return engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def connect_to_write(engine: Engine) -> Connection:
    """Return a connection whose next transaction writes; see `only_writer`."""
    if engine.dialect.name == "sqlite":
        return engine.connect().execution_options(**{_WRITES: True})
    return engine.connect().execution_options(isolation_level="SERIALIZABLE")


@contextmanager
def only_writer(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that is the only one that writes: stored at the end, or, after an error, not.

    Raises:
        DatabaseBusyError: If another one writes for too long.
    """
    with connect_to_write(engine) as connection, _begin_alone(connection):
        yield connection


def _begin_alone(connection: Connection) -> Transaction:
    """Begin until no other transaction has been in the way: each waits for the one before, and begins anew after it.

    A server fixes what a SERIALIZABLE transaction sees before it waits, and says so where somebody else has stored
    something meanwhile; nothing was done yet then, so that beginning anew costs nothing.
    """
    location, seconds = connection.get_execution_options().get(_WHERE, ("the books", BUSY_SECONDS))
    until = time.monotonic() + seconds
    while True:
        transaction = connection.begin()
        try:
            _become_only_writer(connection)
        except WriteConflictError as conflict:
            transaction.rollback()
            if time.monotonic() > until:
                raise DatabaseBusyError(location, seconds) from conflict
        except BaseException:
            transaction.rollback()
            raise
        else:
            return transaction


def _become_only_writer(connection: Connection) -> None:
    """Wait until no other transaction writes; on SQLite the transaction's beginning has done so.

    The row is there in books of every version, and says afterwards what it said.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql('UPDATE company SET "row" = "row"')


def insert_unless_there(
    connection: Connection, table: Table, names: Sequence[str]
) -> sqlite.Insert | postgresql.Insert:
    """Return the insert that leaves a row as it is where one with the same values of these columns is there."""
    if connection.dialect.name != "postgresql":
        return sqlite.insert(table).on_conflict_do_nothing(index_elements=names)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - a fiftieth of every start, and only a server needs it

    return postgresql.insert(table).on_conflict_do_nothing(index_elements=names)


def watch_changes(connection: Connection) -> set[str]:
    """Return a set that fills with the tables whose rows are changed through a connection, while it is open."""
    seen: set[str] = set()

    @event.listens_for(connection, "after_cursor_execute")
    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        changed = _CHANGES.match(statement)
        if changed:
            seen.add(changed["table"] or UNKNOWN_TABLE)

    return seen


_CHANGES = re.compile(
    r"""\s*(?:INSERT|UPDATE|DELETE)\b(?:\s+(?:OR\s+\w+\s+)?(?:INTO\s+|FROM\s+)?"?(?P<table>\w+)"?)?""", re.IGNORECASE
)
UNKNOWN_TABLE = "?"
"""Stands for the table of a statement that does not name it where others do."""


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES, False):
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")


def _name_errors(engine: Engine, place: Callable[[ExceptionContext], tuple[object, float]]) -> None:
    """Turn what the drivers raise into errors that say what to do; SQLAlchemy asks all engines of a dialect."""

    @event.listens_for(engine, "handle_error")
    def name(context: ExceptionContext) -> None:
        original = context.original_exception
        if isinstance(original, CogsheetError):
            raise original
        location, busy_seconds = place(context)
        named = _named(original, location, busy_seconds)
        if named is None and (context.connection is None or context.is_disconnect):
            named = _no_access(location, original)
        if named is not None:
            raise named from original


def _named(error: BaseException, location: object, busy_seconds: float) -> DatabaseError | None:
    """Return what the driver's own code for the error means to a user; `None` if it is a mistake of ours."""
    sqlite: int | None = getattr(error, "sqlite_errorcode", None)
    code = getattr(error, "sqlstate", None) if sqlite is None else sqlite & _PRIMARY_CODE
    if code in _CONFLICTS:
        return WriteConflictError(location)
    if code in _BUSY:
        return DatabaseBusyError(location, busy_seconds)
    if code == sqlite3.SQLITE_NOTADB:
        return NotADatabaseError(location)
    if code == sqlite3.SQLITE_CORRUPT:
        return DamagedDatabaseError(location, _first_line(error))
    return DatabaseStorageError(location, _STORAGE[code]) if code in _STORAGE else None


def _no_access(location: object, error: BaseException) -> DatabaseError:
    """Tell a server that does not have the database from one that does not answer."""
    reason = _first_line(error)
    if re.search(r'database ".*" does not exist', reason):
        return ServerLacksDatabaseError(location)
    if "password" in reason:
        return PasswordRefusedError(location, reason)
    return DatabaseUnreachableError(location, reason)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
