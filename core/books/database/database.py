"""Opening, making and closing the books, and the two scopes in which they are read and written."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy.exc import DBAPIError as SqlError

from core.books.database import migrate, seals
from core.books.database.company import Company, moved_to, read_company, write_company
from core.books.database.costing_tables import NOTES
from core.books.database.engine import (
    BUSY_SECONDS,
    connect_to_read,
    connect_to_write,
    only_writer,
    postgresql_engine,
    postgresql_url,
    shown_url,
    sqlite_engine,
    watch_changes,
)
from core.books.database.errors import (
    DamagedDatabaseError,
    DatabaseBusyError,
    DatabaseExistsError,
    DatabaseInSyncedFolderError,
    DatabaseNotFoundError,
    DatabaseUnreachableError,
    ForeignDatabaseError,
    MovedDatabaseError,
    NotADatabaseError,
    StoredUnknownError,
)
from core.books.database.safe_places import is_url, network_mounts, remote_drives, unsafe_place
from core.books.database.state import begin_writing, move_on, was_reached
from core.company_databases import machine_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from sqlalchemy import Connection, Engine


class _Here(threading.local):
    """What the present thread is doing with an opened database."""

    writing: Connection | None = None
    readers: int = 0


class Database:
    """The opened books of one company.

    A context manager: leaving it closes every connection. One instance may be used by several threads.
    """

    def __init__(self, engine: Engine, location: Path | str, company: Company) -> None:
        self._engine = engine
        self._here = _Here()
        self.location = location
        """The path, or the URL with its password masked."""
        self.company = company

    @classmethod
    def create(
        cls, location: str | Path, company: Company, first: Callable[[Connection], object] = lambda _connection: None
    ) -> Self:
        """Make new books; see `core.books.database.company.new_company`.

        Args:
            location: A path where nothing is yet (its folder is made), or the URL of an empty PostgreSQL database.
            company: Whose books they will be.
            first: Stores what they hold from their beginning, in the transaction that makes them: they are never
                found without it.

        Raises:
            DatabaseExistsError: If something is there already.
            DatabaseInSyncedFolderError: If a path lies where SQLite is not safe.
            DatabaseUnreachableError: If the server does not let us in.
        """
        if isinstance(location, str) and is_url(location):
            _fill_new_server_database(location, company, first)
        else:
            _make_new_file(safe_path(location), company, first)
        return cls.open(location, expect_id=company.database_id)

    @classmethod
    def open(cls, location: str | Path, expect_id: str | None = None, *, busy_seconds: float = BUSY_SECONDS) -> Self:
        """Open books, and bring their tables up to date; a copy is kept before that (`migrate.keep_copy`).

        Args:
            location: A path or a PostgreSQL URL.
            expect_id: The database id that the workbook remembers; `None` takes any.
            busy_seconds: How long to wait while another program writes.

        Raises:
            DatabaseNotFoundError: If nothing is there; an empty database is never made in its place.
            NotADatabaseError: If something else is there.
            ForeignDatabaseError: If it has another id.
            MovedDatabaseError: If its books are kept elsewhere since.
            NewerDatabaseError: If a later Cogsheet has been at work on it.
            DatabaseInSyncedFolderError: If a path lies where SQLite is not safe.
            DatabaseBusyError: If it must be migrated while another program writes.
            MigrationFailedError: If its tables cannot be brought up to date; they are as before then.
            DatabaseUnreachableError: If the server does not let us in.
        """
        if isinstance(location, str) and is_url(location):
            url = postgresql_url(location)
            engine = postgresql_engine(url, busy_seconds)
            return cls._open(engine, shown_url(url), expect_id)
        path = safe_path(location)
        if not path.is_file():
            raise DatabaseNotFoundError(path)
        return cls._open(sqlite_engine(path, busy_seconds), path, expect_id)

    @classmethod
    def _open(cls, engine: Engine, location: Path | str, expect_id: str | None) -> Self:
        try:
            company = _check_identity(engine, location, expect_id)
            migrate.bring_up_to_date(engine, location, machine_folder().path)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, location, company)

    @property
    def is_writing(self) -> bool:
        """Whether the present thread is in the middle of `writing` or `keeping`."""
        return self._here.writing is not None

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the books from its first question to its last.

        Inside `writing` of the same thread it is the writer's, and sees what was written so far.
        """
        if self._here.writing is not None:
            yield self._here.writing
            return
        with connect_to_read(self._engine) as connection, connection.begin():
            self._here.readers += 1
            try:
                yield connection
            finally:
                self._here.readers -= 1

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are stored together at the end, or, after an error, not at all.

        Nobody else writes meanwhile. Inside another `writing` of the same thread it is a savepoint: an error that is
        caught between the two undoes only the inner part. What changes a row moves the books to their next state.

        Raises:
            DatabaseBusyError: If another program writes for too long.
            DatabaseUnreachableError: If the connection broke before it was stored.
            StoredUnknownError: If it broke at that moment, and the server does not answer since.
        """
        if self._here.writing is not None:
            with _savepoint(self._here.writing):
                yield self._here.writing
            return
        reaches: str | None = None
        try:
            with self._only_writer() as connection:
                changes = watch_changes(connection)
                begin_writing(connection)
                yield connection
                if changed := changes - NOTES:
                    reaches = move_on(connection, frozenset(changed))
        except DatabaseUnreachableError:
            if reaches is None or not self._was_stored(reaches):
                raise

    def _was_stored(self, reaches: str) -> bool:
        """Ask, once the connection broke while something was stored, and after the server has done with it."""
        try:
            with only_writer(self._engine) as connection:
                stored = was_reached(connection, reaches)
        except (DatabaseUnreachableError, DatabaseBusyError):
            stored = None
        if stored is None:
            raise StoredUnknownError(self.location)
        return stored

    @contextmanager
    def keeping(self) -> Iterator[Connection]:
        """Give a connection for what is made of the books and can be made again: it leaves them in their state.

        Raises:
            DatabaseBusyError: If another program writes for too long.
        """
        with self._only_writer() as connection:
            yield connection

    @contextmanager
    def _only_writer(self) -> Iterator[Connection]:
        if self._here.readers:
            raise RuntimeError("writing inside reading: on SQLite the writer would wait for its own reader")
        with only_writer(self._engine) as connection:
            migrate.check_still_known(connection, self.location)
            before = seals.mark(connection)
            self._here.writing = connection
            try:
                yield connection
                seals.seal_written(connection, before)
            finally:
                self._here.writing = None


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """Undo what is done inside where an error leaves it; a full disk has ended the whole transaction already.

    Nothing can be stored through the connection then, so that nobody goes on with half of it.
    """
    savepoint = connection.begin_nested()
    try:
        yield
    except BaseException:
        try:
            savepoint.rollback()
        except SqlError:
            connection.invalidate()
        raise
    savepoint.commit()


def safe_path(location: str | Path) -> Path:
    """Return the path, absolute, if SQLite is safe there: as it is written and as links lead on."""
    written, real = Path(location).absolute(), Path(location).resolve()
    for place in (written, real):
        where = unsafe_place(str(place), os.environ, network_mounts(), remote_drives())
        if where:
            raise DatabaseInSyncedFolderError(place, where)
    return real


def _make_new_file(path: Path, company: Company, first: Callable[[Connection], object]) -> None:
    """Finish the file under another name first, so that a file under its own name is always whole."""
    if path.exists():
        raise DatabaseExistsError(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = migrate.unfinished_file(path)
    try:
        engine = sqlite_engine(unfinished)
        try:
            _fill(engine, company, first)
        finally:
            engine.dispose()
        give_name(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def give_name(unfinished: Path, path: Path) -> None:
    """Rename without ever replacing what another program may have put there meanwhile."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        raise DatabaseExistsError(path) from None
    except OSError:  # the disk knows no second names (FAT)
        unfinished.rename(path)


def _fill_new_server_database(location: str, company: Company, first: Callable[[Connection], object]) -> None:
    with empty_server(location) as engine:
        _fill(engine, company, first)


@contextmanager
def empty_server(location: str) -> Iterator[Engine]:
    """Give an engine on a server's database that has no tables of ours, while they are made.

    Raises:
        DatabaseExistsError: If it has them, or somebody else makes them at the same moment.
    """
    engine = postgresql_engine(postgresql_url(location))
    shown = shown_url(engine.url)
    try:
        if migrate.revision(engine) is not None:
            raise DatabaseExistsError(shown)
        yield engine
    except SqlError as error:
        if getattr(error.orig, "sqlstate", None) in _MADE_MEANWHILE:
            raise DatabaseExistsError(shown) from error
        raise
    finally:
        engine.dispose()


_MADE_MEANWHILE = {"42P07", "23505", "42710"}
"""PostgreSQL's states for a table, or a row of its catalogue, that is there already."""


def _fill(engine: Engine, company: Company, first: Callable[[Connection], object]) -> None:
    with connect_to_write(engine) as connection, connection.begin():
        migrate.make_tables(connection)
        write_company(connection, company)
        first(connection)
        seals.seal_all(connection)


def _check_identity(engine: Engine, location: Path | str, expect_id: str | None) -> Company:
    """Return whose books they are, before anything in them is touched."""
    revision = migrate.revision(engine)
    if revision is None:
        raise NotADatabaseError(location) if isinstance(location, Path) else DatabaseNotFoundError(location)
    migrate.check_known(revision, location)
    with engine.connect() as connection:
        try:
            company = read_company(connection)
        except (TypeError, ValueError) as error:
            raise DamagedDatabaseError(location, "the row of table company cannot be read") from error
    if company is None:
        raise NotADatabaseError(location)
    if (elsewhere := moved_to(company)) is not None:
        raise MovedDatabaseError(location, company.name, elsewhere)
    if expect_id is not None and company.database_id != expect_id:
        raise ForeignDatabaseError(location, company.name, expect_id, company.database_id)
    return company
