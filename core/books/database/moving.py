"""Moving the books of a company into another database: from a SQLite file to a server, and back.

The old database stays the company's until the new one is complete, every row of it compared, and stored. Only then is
the old one retired (`company.retire`), so that no colleague goes on writing there. Whoever is stopped in between moves
again: what is there already is compared instead of copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.books.database import copying, migrate
from core.books.database.company import Company, retire
from core.books.database.database import Database, empty_server, give_name, safe_path
from core.books.database.engine import connect_to_write, postgresql_engine, postgresql_url, shown_url
from core.books.database.errors import (
    DatabaseBusyError,
    DatabaseExistsError,
    DatabaseInSyncedFolderError,
    DemoStaysError,
    ForeignDatabaseError,
    MovedDatabaseError,
    NotADatabaseError,
)
from core.books.database.repeating import repeated
from core.books.database.safe_places import is_url
from core.books.database.server_addresses import ServerAddressError
from core.company_databases import World
from core.progress import Progress, silent

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData

UNREADABLE = "an address that cannot be read"
"""What is shown of one: a password may stand anywhere in it."""
_MOMENT = 0.5
"""Seconds to wait for a database that nobody writes to."""


@dataclass(frozen=True, slots=True)
class Move:
    """What was moved."""

    rows: int
    """That were compared."""
    place: str
    """Where the books are now: a path, or a URL with its password masked."""


@repeated
def move_books(source: Database, target: str, progress: Progress = silent) -> Move:
    """Copy all books into a new file or an empty database on a server, compare every row, and retire the old ones.

    Nobody writes into the old ones meanwhile.

    Args:
        source: The old database; what is opened of it can be closed afterwards, and nothing else.
        target: A path where nothing is yet, or the URL of an empty PostgreSQL database.
        progress: Told after each table.

    Raises:
        DemoStaysError: If they are the demo's.
        DatabaseExistsError: If something else is there.
        BooksDifferError: If a row is another one there.
        UncopiedTableError: If a row cannot be kept there.
        DatabaseInSyncedFolderError: If a path lies where SQLite is not safe.
        DatabaseUnreachableError: If the server does not let us in.
    """
    if source.company.world is World.DEMO:
        raise DemoStaysError
    with source.writing() as connection:
        place = shown_place(target)
        if is_there(target):
            rows = _compare_with(connection, source.company, target, progress)
        elif is_url(target):
            rows = _copy_to_server(connection, target, progress)
        else:
            rows = _copy_to_file(connection, safe_path(target), progress)
        retire(connection, source.company, place)
    return Move(rows, place)


def shown_place(address: str) -> str:
    """Return a database's address as people may see it: a URL's password masked, a path absolute."""
    return shown_url(postgresql_url(address)) if is_url(address) else str(safe_path(address))


def noted_place(address: str) -> str:
    """Return an address of the list of companies as people may see it, whatever stands there."""
    try:
        return shown_place(address)
    except ServerAddressError:
        return UNREADABLE
    except DatabaseInSyncedFolderError:
        return address


def lasting_address(address: str) -> str:
    """Return an address that is the same from whatever folder it is read: a path becomes absolute."""
    return address if is_url(address) else str(Path(address).absolute())


def is_there(target: str) -> bool:
    """Return whether something is at a path, or tables of books in a server's database.

    Raises:
        ServerLacksDatabaseError: If the server has no such database.
        DatabaseUnreachableError: If it does not let us in.
    """
    if not is_url(target):
        return safe_path(target).exists()
    engine = postgresql_engine(postgresql_url(target))
    try:
        return migrate.revision(engine) is not None
    finally:
        engine.dispose()


def _compare_with(source: Connection, company: Company, target: str, progress: Progress) -> int:
    """Go on with a move that was stopped after its copy was stored."""
    try:
        with Database.open(target, company.database_id, busy_seconds=_MOMENT) as there, there.keeping() as connection:
            return copying.compare_rows(source, connection, _tables(), progress)
    except (
        DatabaseBusyError,
        ForeignDatabaseError,
        MovedDatabaseError,
        NotADatabaseError,
    ):  # busy: it is the same database
        raise DatabaseExistsError(shown_place(target)) from None


def _copy_to_server(source: Connection, target: str, progress: Progress) -> int:
    with empty_server(target) as engine, connect_to_write(engine) as connection, connection.begin():
        migrate.make_tables(connection)
        copying.copy_rows(source, connection, _tables(), progress)
        return copying.compare_rows(source, connection, _tables(), progress)


def _tables() -> MetaData:
    return migrate.tables_at(migrate.newest_revision())


def _copy_to_file(source: Connection, path: Path, progress: Progress) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = migrate.unfinished_file(path)
    try:
        rows = migrate.copy_into_file(source, unfinished, migrate.newest_revision(), progress)
        give_name(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows
