from __future__ import annotations

import importlib.resources
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, create_engine, func, inspect, select

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, migrate
from core.books.database.engine import connect_to_write, postgresql_engine, postgresql_url, sqlite_engine
from core.books.database.errors import MigrationFailedError
from core.books.database.schema import metadata
from core.books.overrides import stored_overrides
from core.books.settlements import settlement_lines
from tests.core.books.examples import COMPANY, NOW, answers, save_settlement, settlement, source
from tests.core.books.sample_books import make_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.books.conftest import PostgresqlServer

STORED = Path(__file__).parents[1] / "stored_versions"
"""Books as the versions of the tables left them, `<revision>.sqlite`: one more file is one more test."""
VERSIONS = sorted(path.stem for path in STORED.glob("*.sqlite"))
OLDER = [version for version in VERSIONS if version != migrate.newest_revision()]

Rows = dict[str, list[dict[str, Any]]]


@pytest.mark.long
def test_the_sample_holds_something_in_every_table(tmp_path: Path) -> None:
    """What is stored of a version leaves no table untried."""
    make_sample(tmp_path / "Books.sqlite")
    with sqlite_engine(tmp_path / "Books.sqlite").connect() as connection:
        assert [] == [name for name, rows in rows_of(connection).items() if not rows]


def rows_of(connection: Connection) -> Rows:
    """Return what every table holds, as the database itself has it."""
    found = MetaData()
    found.reflect(connection)
    tables = {name: select(table) for name, table in found.tables.items() if name != "alembic_version"}
    return {
        name: sorted((dict(row._mapping) for row in connection.execute(query)), key=str)
        for name, query in tables.items()
    }


def assert_nothing_lost(before: Rows, after: Rows) -> None:
    """Check that every row is still there, with every column that still exists."""
    for name, rows in before.items():
        kept = [{column: row[column] for column in old} for old, row in zip(rows, after[name], strict=True)]
        assert rows == kept, name


@pytest.fixture
def bare_engine(place: str) -> Iterator[Engine]:
    """Return an engine on a database without tables."""
    if "://" in place:
        engine = postgresql_engine(postgresql_url(place))
    else:
        Path(place).touch()
        engine = sqlite_engine(Path(place))
    yield engine
    engine.dispose()


def shape(connection: Connection) -> dict[str, Any]:
    """Return all that a database says about its tables, in an order of its own."""
    seen = inspect(connection)
    return {
        name: {
            "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(name)],
            "primary": seen.get_pk_constraint(name),
            "foreign": sorted(map(str, seen.get_foreign_keys(name))),
            "unique": sorted(map(str, seen.get_unique_constraints(name))),
            "checks": sorted(map(str, seen.get_check_constraints(name))),
            "indexes": sorted(map(in_words, seen.get_indexes(name))),
        }
        for name in seen.get_table_names()
        if name != "alembic_version"
    }


def in_words(index: Any) -> str:
    """Return all that is said of an index, the condition of its rows too."""
    return str({**index, "dialect_options": {k: str(v) for k, v in index.get("dialect_options", {}).items()}})


@pytest.mark.few(1)
def test_migrations_make_the_tables_that_the_code_uses(bare_engine: Engine, tmp_path: Path) -> None:
    """From an empty database up, the migrations end in exactly the tables of `core.books.database.tables`."""
    if bare_engine.dialect.name == "postgresql":
        migrate.give_conditions_to_server()
    with connect_to_write(bare_engine) as connection, connection.begin():
        migrate.upgrade(connection)
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
        migrated = shape(connection)
    with bare_engine.begin() as connection:
        metadata.drop_all(connection) if bare_engine.dialect.name == "postgresql" else None
    with fresh_engine(bare_engine, tmp_path).begin() as connection:
        metadata.create_all(connection)
        declared = shape(connection)

    assert [] == difference
    assert declared == migrated


def test_new_books_have_what_the_migrations_make(tmp_path: Path) -> None:
    """Tables, indexes and the revision of a new file are, word for word, what the migrations end in, each time."""
    migrated = sqlite3.connect(":memory:")
    with create_engine("sqlite://", creator=lambda: migrated).begin() as connection:
        migrate.upgrade(connection)
    for name in ("first", "second"):
        with Database.create(tmp_path / name, COMPANY):
            made = sqlite3.connect(tmp_path / name)
        with closing(made):
            assert sorted(migrated.iterdump()) == sorted(
                line for line in made.iterdump() if not line.startswith(('INSERT INTO "company"', 'INSERT INTO "seal"'))
            )
    migrated.close()


def fresh_engine(engine: Engine, folder: Path) -> Engine:
    """Return an engine on a database without our tables."""
    return engine if engine.dialect.name == "postgresql" else create_engine(f"sqlite:///{folder / 'declared.sqlite'}")


def test_migrations_run_one_by_one(bare_engine: Engine) -> None:
    """Each migration can be the last one, and the next begins where it ended."""
    revisions = migrate.revisions()
    with connect_to_write(bare_engine) as connection, connection.begin():
        for revision in revisions:
            migrate.upgrade(connection, revision)
            assert revision == MigrationContext.configure(connection).get_current_revision()

    assert migrate.newest_revision() == revisions[-1]


def test_the_files_of_the_migrations_are_alembics_chain() -> None:
    """Their names are read without alembic, which would take half of a command's start."""
    folder = importlib.resources.files("core.books.database") / "migrations"

    assert tuple(one.revision for one in ScriptDirectory(str(folder)).walk_revisions())[::-1] == migrate.revisions()


def test_the_migrations_are_part_of_the_package() -> None:
    """What alembic needs lies beside the code, so that it is in the wheel."""
    folder = importlib.resources.files("core.books.database") / "migrations"

    assert (folder / "env.py").is_file()
    assert any(entry.name.startswith("m0001") for entry in (folder / "versions").iterdir())


def test_every_version_is_stored(regenerate: bool) -> None:  # noqa: FBT001 - a fixture
    """Books of every version of the tables are kept here; `--regenerate` adds those of the newest, and changes none."""
    newest = STORED / f"{migrate.newest_revision()}.sqlite"
    if regenerate and not newest.exists():
        make_sample(newest)

    assert [*migrate.revisions()] == sorted(path.stem for path in STORED.glob("*.sqlite"))


@pytest.mark.few(1)
@pytest.mark.parametrize("version", VERSIONS)
def test_stored_versions_open_with_all_they_hold(tmp_path: Path, version: str) -> None:
    """Books of every version open, hold what they held, and can be read and written."""
    path = tmp_path / "Books.sqlite"
    shutil.copy(STORED / f"{version}.sqlite", path)
    with sqlite_engine(path).connect() as connection:
        before = rows_of(connection)

    with Database.open(path, expect_id=COMPANY.database_id) as database:
        with database.reading() as connection:
            assert_nothing_lost(before, rows_of(connection))
        assert_usable(database)


@pytest.mark.long
@pytest.mark.parametrize("version", VERSIONS)
def test_stored_versions_migrate_on_the_server(postgresql: PostgresqlServer, version: str) -> None:
    """The same books, on the server, come through the same migrations."""
    url = postgresql.new_database()
    with sqlite_engine(STORED / f"{version}.sqlite").connect() as connection:
        before = rows_of(connection)
    engine = postgresql_engine(postgresql_url(url))
    with connect_to_write(engine) as connection, connection.begin():
        migrate.upgrade(connection, version)
        copy_rows(connection, before)
    engine.dispose()

    with Database.open(url, expect_id=COMPANY.database_id) as database:
        with database.reading() as connection:
            assert_nothing_lost(flags_as_numbers(before), flags_as_numbers(rows_of(connection)))
        assert_usable(database)


def copy_rows(connection: Connection, rows: Rows) -> None:
    """Put rows into tables of the same shape, and let counting go on after them."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if rows.get(table.name):
            connection.execute(table.insert(), [as_the_table_wants(table.columns, row) for row in rows[table.name]])
        if "id" in table.c and table.name != "company":
            counter = func.pg_get_serial_sequence(f'"{table.name}"', "id")
            connection.execute(select(func.setval(counter, 1 + len(rows[table.name]))))


def as_the_table_wants(columns: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with true and false where SQLite keeps 1 and 0."""
    return {
        name: bool(value) if str(columns[name].type) == "BOOLEAN" and value is not None else value
        for name, value in row.items()
    }


def flags_as_numbers(rows: Rows) -> Rows:
    """Return the rows with 1 and 0 for true and false, in order."""
    return {
        name: sorted(({k: int(v) if isinstance(v, bool) else v for k, v in row.items()} for row in those), key=str)
        for name, those in rows.items()
    }


def assert_usable(database: Database) -> None:
    """Check that old rows read well and new ones can be added."""
    with database.writing() as connection:
        held = settlement_lines.stored_transactions(connection)
        batch = batches.new(connection, BatchKind.SAVE, "Ann", NOW)
        refused = stored_overrides.save(
            connection, answers({"key": "a", "shown_version": 1}, {"key": "b"}), batch, who="Ann", now=NOW
        )
        save_settlement(connection, settlement("S9", ("z",)), source(b"9"))

    assert (["a", "b"], []) == (list(held["key"])[:2], refused)


@pytest.mark.few(1)
@pytest.mark.parametrize("version", OLDER)
def test_a_copy_is_kept_before_a_migration(tmp_path: Path, version: str) -> None:
    """Before old books are changed a copy is put beside them, once; an older copy is never overwritten."""
    path = tmp_path / "Books.sqlite"
    old = (STORED / f"{version}.sqlite").read_bytes()
    taken = tmp_path / f"Books before update from {version}.sqlite"
    taken.write_text("an earlier copy")
    path.write_bytes(old)
    for _ in range(2):
        Database.open(path).close()

    copy = tmp_path / f"Books before update from {version} (2).sqlite"
    assert {path, taken, copy} == set(tmp_path.iterdir())
    with closing(sqlite3.connect(copy)) as copied, closing(sqlite3.connect(STORED / f"{version}.sqlite")) as stored:
        assert list(stored.iterdump()) == list(copied.iterdump())


@pytest.mark.few(1)
@pytest.mark.parametrize("version", OLDER)
def test_a_failed_migration_changes_nothing(tmp_path: Path, version: str) -> None:
    """If a migration cannot be done, the books are as they were and the message says so."""
    path = tmp_path / "Books.sqlite"
    shutil.copy(STORED / f"{version}.sqlite", path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(in_the_way(path))
        before = list(connection.iterdump())

    with pytest.raises(MigrationFailedError, match="as they were before"):
        Database.open(path)
    with closing(sqlite3.connect(path)) as connection:
        assert before == list(connection.iterdump())


def in_the_way(path: Path) -> str:
    """Return what makes a table in the place of one that is missing; where none is, a column, and else an index."""
    for table in metadata.sorted_tables:
        if table.name not in names_of(path, "table"):
            return f'CREATE TABLE "{table.name}" (in_the_way INTEGER)'
    missing = (
        (table.name, name)
        for table in metadata.sorted_tables
        for name in set(table.c.keys()) - columns_of(path, table.name)
    )
    for table_name, column in missing:
        return f'ALTER TABLE "{table_name}" ADD COLUMN "{column}" INTEGER'
    made = names_of(path, "index")
    index = next(one for table in metadata.sorted_tables for one in table.indexes if one.name not in made)
    return f'CREATE INDEX "{index.name}" ON company (id)'


def columns_of(path: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[1] for row in connection.execute(f"PRAGMA table_info('{table}')")}


def names_of(path: Path, kind: str) -> set[str]:
    """Return the names of the tables, or of the indexes, of a SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = ?", [kind])}
