"""All rows of some books into another database, table by table, and the comparison of the two, row by row.

What the tables are called and hold is taken from SQLite, as the migrations leave them (`migrate.tables_at`), for both
sides: a server is asked nothing about its tables that another one would answer in its own way.
"""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError as SqlError

from core.books.database.errors import BooksDifferError, UncopiedTableError
from core.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, MetaData, Table

_ROWS_AT_ONCE = 2_000
VERSION = "alembic_version"
"""What no row is copied of: whoever makes the tables writes it."""


def copied_tables(tables: MetaData) -> list[Table]:
    """Return the tables whose rows are copied, each after those that it refers to."""
    return [table for table in tables.sorted_tables if table.name != VERSION]


def copy_rows(source: Connection, target: Connection, tables: MetaData, progress: Progress = silent) -> int:
    """Copy every row into the same tables, which are still empty, and let their numbers go on behind it.

    Returns:
        How many rows there are.

    Raises:
        UncopiedTableError: If the target cannot keep a row as it is.
    """
    rows, wanted = 0, copied_tables(tables)
    for number, table in enumerate(wanted, start=1):
        try:
            rows += _copy_table(source, target, table)
        except SqlError as error:
            raise UncopiedTableError(table.name, str(error.orig)) from error
        progress("Copying", number, len(wanted))
    return rows


def compare_rows(source: Connection, target: Connection, tables: MetaData, progress: Progress = silent) -> int:
    """Compare every row of both, and return how many there are.

    Raises:
        BooksDifferError: If one differs, or stands on one side alone; the table is named, and what names the row.
    """
    rows, wanted = 0, copied_tables(tables)
    for number, table in enumerate(wanted, start=1):
        for ours, theirs in zip_longest(_rows(source, table), _rows(target, table)):
            if ours != theirs:
                raise BooksDifferError(table.name, _key(table, ours or theirs or ()))
            rows += 1
        progress("Comparing", number, len(wanted))
    return rows


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """Yield the rows in the order of what names them, never all of them at once."""
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS_AT_ONCE)
    return (tuple(row) for row in connection.execute(query))


def _key(table: Table, row: tuple[Any, ...]) -> dict[str, Any]:
    return {column.name: value for column, value in zip(table.c, row, strict=True) if column.primary_key}


def _copy_table(source: Connection, target: Connection, table: Table) -> int:
    names, copied, left = [column.name for column in table.c], 0, _rows(source, table)
    while rows := list(islice(left, _ROWS_AT_ONCE)):
        target.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])
        copied += len(rows)
    if copied and target.dialect.name == "postgresql":
        _count_on(target, table)
    return copied


def _count_on(target: Connection, table: Table) -> None:
    """Let the numbers that a server gives go on behind those that were copied; SQLite looks at the rows itself."""
    for column in table.primary_key.columns:
        counter = target.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
        if counter is not None:
            target.execute(select(func.setval(counter, select(func.max(column)).scalar_subquery())))
