"""Bringing the tables of existing books up to what this version of Cogsheet expects."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError as SqlError

from core.books.database import seals
from core.books.database.engine import only_writer, sqlite_engine
from core.books.database.errors import DamagedDatabaseError, MigrationFailedError, NewerDatabaseError

_MIGRATIONS = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = threading.Lock()
"""alembic keeps what it is doing in a module of its own."""


@cache
def revisions() -> tuple[str, ...]:
    """Return the revisions that this version of Cogsheet knows, the oldest first: the files are named by them.

    alembic itself is imported only where something must be migrated; a test compares the two.
    """
    return tuple(sorted(path.name[1:5] for path in (_MIGRATIONS / "versions").glob("m[0-9][0-9][0-9][0-9]_*.py")))


def newest_revision() -> str:
    """Return the revision that this version of Cogsheet works with."""
    return revisions()[-1]


def revision(engine: Engine) -> str | None:
    """Return the revision of the tables; `None` where there are none of ours.

    Raises:
        NotADatabaseError: If a file is no SQLite file at all.
    """
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    """Read alembic's own table."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version_: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version_


def check_known(revision: str, location: Path | str) -> None:
    """Refuse tables of a later version.

    Raises:
        NewerDatabaseError: If this version does not know the revision.
    """
    if revision not in revisions():
        raise NewerDatabaseError(location, revision)


def check_still_known(connection: Connection, location: Path | str) -> None:
    """Refuse to write where a later version has changed the tables since these books were opened.

    Raises:
        NewerDatabaseError: If so.
    """
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    check_known(str(found), location)


def upgrade(connection: Connection, target: str = "head") -> None:
    """Run the missing migrations inside the connection's transaction: all of them, or none."""
    from alembic import command  # noqa: PLC0415 - it takes long, and most books are up to date
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ONE_AT_A_TIME:
        command.upgrade(config, target)


def make_tables(connection: Connection) -> None:
    """Make the newest tables in an empty database, inside the connection's transaction: what the migrations end in."""
    if connection.dialect.name != "sqlite":
        upgrade(connection)
        return
    for statement in _newest_tables():
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (newest_revision(),))


@cache
def _newest_tables() -> tuple[str, ...]:
    """Return what makes the newest tables in SQLite: the migrations run once, in memory, for all books of a process."""
    in_memory = create_engine("sqlite://")
    with in_memory.begin() as connection:
        upgrade(connection)
        made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        statements = tuple(connection.exec_driver_sql(made).scalars())
    in_memory.dispose()
    return statements


def bring_up_to_date(engine: Engine, location: Path | str) -> None:
    """Run the missing migrations; of a SQLite file a copy is kept beside it first.

    Raises:
        DatabaseBusyError: If another program is writing.
        DamagedDatabaseError: If rows point to nothing afterwards; nothing was changed then.
        MigrationFailedError: If a migration fails; nothing was changed then.
    """
    if revision(engine) == newest_revision():
        return
    migrating = sqlite_engine(location, foreign_keys=False) if isinstance(location, Path) else engine
    with only_writer(migrating) as connection:
        stored_revision = _revision(connection)
        if stored_revision == newest_revision():
            return
        if isinstance(location, Path):
            back_up(location, copy_path(location, stored_revision or "0000"))
        _upgrade_or_explain(connection, location)
        seals.seal_all(connection)
        _check_references(connection, location)


def _upgrade_or_explain(connection: Connection, location: Path | str) -> None:
    try:
        upgrade(connection)
    except SqlError as error:
        raise MigrationFailedError(location, str(error.orig)) from error


def copy_path(path: Path, revision: str) -> Path:
    """Return a free name for the copy that is kept before tables of a revision are changed."""
    plain = path.with_name(f"{path.stem} before update from {revision}{path.suffix}")
    numbered = (plain.with_stem(f"{plain.stem} ({number})") for number in range(2, 10_000))
    return next(candidate for candidate in (plain, *numbered) if not candidate.exists())


def back_up(path: Path, copy: Path) -> None:
    """Copy a SQLite file as it is now, whoever has it open."""
    with (
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def _check_references(connection: Connection, location: Path | str) -> None:
    """See that a migration left no row that points to nothing; PostgreSQL checks by itself."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DamagedDatabaseError(location, f"a row of “{broken[0]}” points to a missing row of “{broken[2]}”")
