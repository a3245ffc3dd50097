"""Frames to rows and rows to frames, column by column instead of value by value, and exact.

A decimal column of Arrow and a column of millionths hold the same whole numbers; so do moments and microseconds. Both
are reinterpreted at once, and no `Decimal` or `datetime` is made per row: half a million transactions load in seconds.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    insert,
    literal,
    select,
    text,
    type_coerce,
)

from core import frame_columns
from core.books.database import seals
from core.books.database.column_types import MONEY_DIGITS, Moment, Money, Verbatim, Word
from core.books.database.errors import UnstorableValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Dialect
    from sqlalchemy.types import TypeEngine

    from core.frame_columns import Columns

_ROWS_AT_ONCE = 2_000
_VALUES_AT_ONCE = 500
_MANY_ROWS = 10_000
"""So many rows are stored quicker without indexes, which are made of all of them in the end."""
_WHOLE_MONEY = pa.decimal128(MONEY_DIGITS, 0)
_WIDE_MONEY = pa.decimal128(19, 0)
"""What Arrow makes of 64-bit numbers; in memory the same as eighteen digits."""


def load(connection: Connection, query: Select[Any], columns: Columns) -> pd.DataFrame:
    """Run a query and return its rows as a frame.

    Args:
        connection: Of `Database.reading` or `writing`.
        query: Its columns are named as those of the frame; further ones are left out, absent ones are missing.
        columns: One of the `..._COLUMNS` of `core.model`, or of the same kind.

    Raises:
        UnknownWordError: If a column that holds words of a list holds another one.
    """
    plain = _plain(query)
    with _undisturbed():
        result = connection.execute(plain.query)
        parts = result.partitions(_ROWS_AT_ONCE)
        first = next(parts, None)
        if first is None:  # most tables of most books are empty
            return frame_columns.frame(columns)
        place = {name: number for number, name in enumerate(result.keys()) if name in columns}
        arrays = _arrays(chain([first], parts), {name: columns[name].pyarrow_dtype for name in place}, place)
    for name, kind in plain.words.items():
        if name in arrays:
            kind.check(pc.unique(arrays[name]).to_pylist())
    length = len(next(iter(arrays.values())))
    return pd.DataFrame({name: _column(dtype, arrays.get(name), length) for name, dtype in columns.items()}, copy=False)


def store(connection: Connection, table: Table, frame: pd.DataFrame, columns: Columns, **same: object) -> None:
    """Insert a row into the table for every row of the frame.

    Args:
        connection: Of `Database.writing`.
        table: Where they go.
        frame: Its columns are `columns`.
        columns: Those of the frame that the table has are stored.
        **same: Further columns, with one number or text for all rows.

    Raises:
        UnstorableValueError: If an amount has too many places or digits, or a text a NUL.
    """
    names = [name for name in columns if name in table.c and name not in same]
    lists = [_plain_values(name, columns[name], frame[name]) for name in names]
    lists += [[value] * len(frame) for value in same.values()]
    with _indexed_afterwards(connection, table, len(frame)):
        _insert_plain(connection, table, dict(zip([*names, *same], lists, strict=True)))


def to_insert(
    table: Table, frame: pd.DataFrame, columns: Columns, **same: object
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what `insert(table).values(...)` takes, and the rows to run it with; see `store`."""
    names = [name for name in columns if name in table.c and name not in same]
    lists = [_plain_values(name, columns[name], frame[name]) for name in names]
    binds = {name: bindparam(name, type_=_stored_as(table.c[name].type)) for name in names}
    return {**binds, **same}, [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


def rows_of(frame: pd.DataFrame, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return some columns row by row, as plain values; `None` is missing."""
    return list(zip(*(pa.array(frame[name]).to_pylist() for name in names), strict=True))


def among(column: ColumnElement[Any], wanted: Iterable[Any]) -> Iterator[ColumnElement[bool]]:
    """Ask whether a column has one of the values; in parts, because a database takes only so many at once."""
    values = [value for value in dict.fromkeys(wanted) if not pd.isna(value)]
    return (column.in_(values[start : start + _VALUES_AT_ONCE]) for start in range(0, len(values), _VALUES_AT_ONCE))


def concat(parts: Iterable[pd.DataFrame], columns: Columns) -> pd.DataFrame:
    """Put frames of the same columns below each other; none at all is an empty frame."""
    return pd.concat([*parts] or [frame_columns.frame(columns)], ignore_index=True)


def update_rows(connection: Connection, table: Table, statement: Update, rows: list[dict[str, Any]]) -> None:
    """Run an update of a table for every row, if there are any; each is named by its number, `row`."""
    if rows:
        connection.execute(statement, rows)
        seals.touch(connection, table.name, [(row["row"],) for row in rows])


class _Plain(NamedTuple):
    """A query that asks for the whole numbers and the texts themselves."""

    query: Select[Any]
    words: dict[str, Word]
    """The columns that hold words of a list, which are looked at once all are there (`load`)."""


_PLAIN: WeakKeyDictionary[Select[Any], _Plain] = WeakKeyDictionary()
"""By the query that it is made of: SQLAlchemy works a statement out once, and of a new one all of it anew.

Queries that ask the same every time are therefore made once (`functools.cache`): 0.2 ms instead of 0.6 for an empty
table, and loading books asks fifteen of them.
"""


def _plain(query: Select[Any]) -> _Plain:
    plain = _PLAIN.get(query)
    if plain is None:
        plain = _PLAIN[query] = _made_plain(query)
    return plain


def _made_plain(query: Select[Any]) -> _Plain:
    selected = list(query.selected_columns)
    plain = [
        type_coerce(column, _stored_as(column.type)).label(column.key)
        if isinstance(column.type, Money | Moment | Word)
        else column
        for column in selected
    ]
    words = {str(column.key): column.type for column in selected if isinstance(column.type, Word)}
    return _Plain(query.with_only_columns(*plain, maintain_column_froms=True), words)


def _stored_as(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type whose values need no conversion on their way to the driver."""
    if isinstance(kind, Money | Moment):
        return BigInteger()
    return Text() if isinstance(kind, Verbatim) else kind


def _arrays(
    parts: Iterable[Sequence[Row[Any]]], types: dict[str, pa.DataType], place: dict[str, int]
) -> dict[str, pa.Array]:
    chunks: dict[str, list[pa.Array]] = {name: [] for name in types}
    plain = {name: pa.int64() if _is_counted(arrow) else arrow for name, arrow in types.items()}
    for rows in parts:
        values = list(zip(*rows, strict=True))
        for name, so_far in chunks.items():
            so_far.append(pa.array(values[place[name]], plain[name]))
    return {name: _as(arrow, _whole(chunks[name])) for name, arrow in types.items()}


def _whole(parts: Sequence[pa.Array]) -> pa.Array:
    return parts[0] if len(parts) == 1 else pa.concat_arrays(parts)


def _is_counted(arrow: pa.DataType) -> bool:
    return bool(pa.types.is_decimal(arrow) or pa.types.is_timestamp(arrow))


def _as(arrow: pa.DataType, numbers: pa.Array) -> pa.Array:
    if pa.types.is_decimal(arrow):
        return numbers.cast(_WIDE_MONEY).view(arrow)
    return numbers.view(arrow) if pa.types.is_timestamp(arrow) else numbers


def _column(dtype: pd.ArrowDtype, array: pa.Array | None, length: int) -> pd.arrays.ArrowExtensionArray:
    filled = pa.nulls(length, dtype.pyarrow_dtype) if array is None else array
    return pd.arrays.ArrowExtensionArray(filled)


def _plain_values(name: str, dtype: pd.ArrowDtype, series: pd.Series) -> list[Any]:
    try:
        array = pa.array(series, dtype.pyarrow_dtype)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise UnstorableValueError(name, f"not every value of this column fits ({error})") from error
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if pa.types.is_decimal(array.type):
        array = array.view(_WHOLE_MONEY).cast(pa.int64())
    elif pa.types.is_timestamp(array.type):
        array = array.view(pa.int64())
    elif pa.types.is_string(array.type) and pc.any(pc.match_substring(array, "\x00")).as_py():
        raise UnstorableValueError(name, "a text of this column contains the character NUL")
    plain: list[Any] = array.to_pylist()
    return plain


def _insert_plain(connection: Connection, table: Table, lists: dict[str, list[Any]]) -> None:
    """Hand the values to the driver as they are: going through SQLAlchemy value by value takes twice as long."""
    statement, places = _insertion(table, tuple(lists), connection.dialect)
    names = places or list(lists)
    rows: list[Any] = list(zip(*(lists[name] for name in names), strict=True))
    if places is None:
        rows = [dict(zip(names, row, strict=True)) for row in rows]
    if rows:
        connection.exec_driver_sql(statement, rows)


@lru_cache(maxsize=256)
def _insertion(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[str, Sequence[str] | None]:
    """Return the text that inserts a row, and the order of its values; without an order they go by name."""
    binds = {name: bindparam(name, type_=_stored_as(table.c[name].type)) for name in names}
    statement = insert(table).values(binds).compile(dialect=dialect)
    return str(statement), statement.positiontup if statement.positional else None


@contextmanager
def _indexed_afterwards(connection: Connection, table: Table, rows: int) -> Iterator[None]:
    """Let SQLite make the indexes of an empty table once it has very many rows, which takes half the time.

    All of it is in the transaction of whoever stores: nobody sees the table without them, and a rollback keeps them.
    """
    several = rows >= _MANY_ROWS and connection.dialect.name == "sqlite"
    if not several or connection.execute(select(literal(1)).select_from(table).limit(1)).first():
        yield
        return
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL"
    indexes = connection.execute(text(made), {"table": table.name}).all()
    for name, _ in indexes:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    yield
    for _, sql in indexes:
        connection.exec_driver_sql(sql)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold off the search for unreachable cycles: among millions of plain values it finds none and takes a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
