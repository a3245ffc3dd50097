"""Bringing the tables of existing books up to what this version of Cogsheet expects, a copy of them kept first."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from contextlib import closing
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError as SqlError

from core.books.database import copying, seals
from core.books.database.engine import only_writer, sqlite_engine
from core.books.database.errors import DamagedDatabaseError, MigrationFailedError, NewerDatabaseError
from core.books.database.schema import metadata
from core.progress import Progress, silent
from core.safe_file_names import file_name

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


def make_tables(connection: Connection, revision: str | None = None) -> None:
    """Make the tables of a revision, or the newest, in an empty database, inside the connection's transaction.

    They are what the migrations end in; on a server only the newest are ever made.
    """
    if connection.dialect.name != "sqlite":
        _make_on_server(connection)
        return
    for statement in _tables_in_sqlite(revision or newest_revision()):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (revision or newest_revision(),))


def _make_on_server(connection: Connection) -> None:
    """Make the newest tables at once: servers that only speak PostgreSQL's protocol take no ALTER in a transaction."""
    give_conditions_to_server()
    metadata.create_all(connection, checkfirst=False)
    version = "CREATE TABLE alembic_version (version_num VARCHAR(32) CONSTRAINT alembic_version_pkc PRIMARY KEY)"
    connection.exec_driver_sql(version)
    connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest_revision()})


def give_conditions_to_server() -> None:
    """Let the indexes of some rows be of these alone in PostgreSQL too.

    The tables name the condition for SQLite only: to name it for a server imports its dialect, at every start of a
    program that may have no server.
    """
    for index in (index for table in metadata.tables.values() for index in table.indexes):
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]


@cache
def _tables_in_sqlite(revision: str) -> tuple[str, ...]:
    """Return what makes the tables in SQLite: the migrations run once, in memory, for all books of a process."""
    in_memory = create_engine("sqlite://")
    with in_memory.begin() as connection:
        upgrade(connection, revision)
        made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        statements = tuple(connection.exec_driver_sql(made).scalars())
    in_memory.dispose()
    return statements


@cache
def tables_at(revision: str) -> MetaData:
    """Return the tables of a revision with plain types, to copy rows as the database has them."""
    in_memory, found = create_engine("sqlite://"), MetaData()
    with in_memory.begin() as connection:
        make_tables(connection, revision)
        found.reflect(connection)
    in_memory.dispose()
    return found


def bring_up_to_date(engine: Engine, location: Path | str, folder: Path) -> None:
    """Run the missing migrations; a copy is kept first, beside a SQLite file or of a server in the user's folder.

    Args:
        engine: Of the books.
        location: Their path, or the URL with its password masked.
        folder: Where the copy of a server's books is kept.

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
        keep_copy(connection, location, stored_revision or "0000", folder)
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


def keep_copy(connection: Connection, location: Path | str, before: str, folder: Path) -> Path:
    """Keep a copy of the books as they are, before they are changed, as one SQLite file that can be opened; return it.

    Args:
        connection: Of the writing that is about to change them.
        location: Their path, or the URL with its password masked.
        before: What the copy is named by: the revision of the tables.
        folder: Where the copy of a server's books is kept; that of a file lies beside it.
    """
    if isinstance(location, Path):
        copy = copy_path(location, before)
        back_up(location, copy)
        return copy
    folder.mkdir(parents=True, exist_ok=True)
    company = str(connection.exec_driver_sql("SELECT name FROM company").scalar())
    copy = copy_path(folder / file_name(company, ending=".sqlite"), before)
    unfinished = unfinished_file(copy)
    try:
        copy_into_file(connection, unfinished, str(_revision(connection)))
        unfinished.replace(copy)
    finally:
        unfinished.unlink(missing_ok=True)
    return copy


def unfinished_file(path: Path) -> Path:
    """Make an empty file beside a path, which gets that name once it is whole."""
    handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    os.close(handle)
    return Path(unfinished)


def copy_into_file(source: Connection, path: Path, revision: str, progress: Progress = silent) -> int:
    """Copy all rows into an empty file, compare every one with what is in it then, and return how many there are."""
    engine = sqlite_engine(path, foreign_keys=False)
    try:
        with only_writer(engine) as target:
            make_tables(target, revision)
            copying.copy_rows(source, target, tables_at(revision), progress)
        with engine.connect() as stored:
            rows = copying.compare_rows(source, stored, tables_at(revision), progress)
            _check_references(stored, path)
    finally:
        engine.dispose()
    return rows


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
