"""What files beside settlements say, row by row: returned goods, reimbursements, units of orders. Append-only.

A file counts once per store. What it says of a store that was removed stays kept and is not loaded; nor is what a
batch brought that is undone, until the file is imported again. What came with the lines of settlements lives and ends
with them: a fee that says that a returned unit was destroyed says it as long as the books have its row. Once the file
is superseded or its settlement removed, it says nothing, until the settlement is brought back or the file imported.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, case, func, select, tuple_

from core.books import batches
from core.books.database import frames, tables
from core.books.database.state import note_statements
from core.books.settlements.original_files import keep_original
from core.frame_columns import TEXT, Columns, frame

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    import pandas as pd

    from core.books.settings.stores import Store
    from core.books.settlements.booked_settlement import OriginalFile


def told_of(table: str) -> str:
    """Name what is told (`core.books.database.state.note_statements`) of the orders of which a file says something."""
    return f"orders in {table}"


class FileRows(NamedTuple):
    """Where what files say of one subject is kept."""

    table: Table
    columns: Columns
    """What a row says."""

    @property
    def stored_columns(self) -> Columns:
        """Return the columns with the store and the file that says so."""
        return {"store": TEXT, "sha256": TEXT, **self.columns}


def names_by_marketplace(stores: Iterable[Store]) -> list[list[str]]:
    """Return the names of the stores of each marketplace: a report covers all that a seller has there. Pure."""
    names: dict[str, list[str]] = {}
    for store in stores:
        names.setdefault(store.marketplace, []).append(store.name)
    return list(names.values())


def add(
    connection: Connection,
    of: FileRows,
    rows: pd.DataFrame,
    *,
    store: str,
    file: OriginalFile,
    batch: int,
    now: datetime,
) -> bool:
    """Store what a file says, with its bytes, and return whether it is new to the store.

    Args:
        connection: Of `Database.writing`; the store is known (`stores.ensure`).
        of: What it is about.
        rows: The columns of that.
        store: Whose goods or orders they are.
        file: That says so.
        batch: The number of the import's batch.
        now: When.
    """
    if file.sha256 in files_of(connection, of, store):
        return False
    keep_original(connection, file, now)
    return add_of_kept_file(connection, of, rows, store=store, sha256=file.sha256, batch=batch)


def add_of_kept_file(
    connection: Connection, of: FileRows, rows: pd.DataFrame, *, store: str, sha256: str, batch: int
) -> bool:
    """Store what a file says whose bytes the books have, and return whether it is new to the store; see `add`."""
    if sha256 in files_of(connection, of, store):
        return False
    frames.store(connection, of.table, rows, of.columns, store=store, sha256=sha256, batch=batch)
    note_statements(connection, {told_of(of.table.name): set(rows["order_id"].dropna())})
    return True


def files_of(connection: Connection, of: FileRows, store: str) -> set[str]:
    """Return the files that have said something of a store, by the hash of their bytes."""
    query = select(of.table.c.sha256).where(of.table.c.store == store, _holds(connection, of)).distinct()
    return set(connection.scalars(query))


def _holds(connection: Connection, of: FileRows) -> ColumnElement[bool]:
    """Tell of a row whether the batch that brought it is not undone, and its file's settlements not ended."""
    return _is_in_force(of.table, frozenset(batches.undone(connection)))


def _is_in_force(table: Table, undone: frozenset[int]) -> ColumnElement[bool]:
    file = tuple_(table.c.store, table.c.sha256)
    return table.c.batch.not_in(undone) & file.not_in(_ended_files())


def _ended_files() -> Select[tuple[str, str]]:
    """Ask for the files, by store, that settlements were made of and that none is made of now."""
    place = (tables.settlement.c.store, tables.settlement_file.c.sha256)
    files = select(*place).join(tables.settlement, tables.settlement.c.id == tables.settlement_file.c.settlement)
    in_force = func.count(case((tables.settlement_file.c.ended_batch.is_(None), 1)))
    return files.group_by(*place).having(in_force == 0)


def brought_by(connection: Connection, of: FileRows, batch: int) -> int:
    """Return how many rows a batch brought that still count."""
    rows = select(func.count()).select_from(of.table).where(of.table.c.batch == batch, _holds(connection, of))
    return connection.scalar(rows) or 0


def store_of(connection: Connection, of: FileRows, sha256: str) -> str | None:
    """Return the store in the books that has a file already; `None` where none has."""
    query = select(of.table.c.store).join(tables.store, tables.store.c.name == of.table.c.store)
    there = (of.table.c.sha256 == sha256, tables.store.c.ended_batch.is_(None), _holds(connection, of))
    return connection.scalar(query.where(*there).limit(1))


def load(connection: Connection, of: FileRows) -> pd.DataFrame:
    """Return everything stored (`FileRows.stored_columns`) for stores that are in the books, in the order it came."""
    return frames.load(connection, _in_books(connection, of), of.stored_columns)


def load_of_orders(
    connection: Connection, of: FileRows, orders: Collection[str], others: Collection[str] = ()
) -> pd.DataFrame:
    """Return what `load` does of some orders.

    Args:
        connection: Of `Database.reading` or `keeping`.
        of: What it is about.
        orders: Which, as `core.costing.units.sold_goods.plain_order` writes them.
        others: More numbers that rows may name in place of an order, as they are written: those of shipments.
    """
    row = of.table.c
    if connection.scalar(select(row.id).limit(1)) is None:
        return frame(of.stored_columns)
    plain = func.lower(func.ltrim(func.trim(row.order_id), "#"))
    wanted = (*frames.among(plain, orders), *frames.among(row.order_id, others))
    numbers = {number for some in wanted for number in connection.scalars(select(row.id).where(some))}
    query = _in_books(connection, of)
    parts = (
        frames.load(connection, query.where(some), of.stored_columns) for some in frames.among(row.id, sorted(numbers))
    )
    return frames.concat(parts, of.stored_columns)


def are_any(connection: Connection, of: FileRows) -> bool:
    """Tell whether anything is stored that counts."""
    return connection.execute(_in_books(connection, of).limit(1)).first() is not None


def _in_books(connection: Connection, of: FileRows) -> Select[Any]:
    return _in_books_without(of.table, frozenset(batches.undone(connection)))


@lru_cache(maxsize=16)
def _in_books_without(table: Table, undone: frozenset[int]) -> Select[Any]:
    query = select(table).join(tables.store, tables.store.c.name == table.c.store)
    return query.where(tables.store.c.ended_batch.is_(None), _is_in_force(table, undone)).order_by(table.c.id)
