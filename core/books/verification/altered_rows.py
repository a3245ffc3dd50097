"""Rows of the books compared with their seals: what another program altered is found, named and put back for a check.

Each row that Cogsheet stores is sealed (`core.books.database.seals`). What differs from its seal did not come from
Cogsheet; verify names it, and makes its other checks on the books as they were stored where they cannot be read
otherwise. Lines of settlements have no seals: they are compared with the kept files, and only what could not even be
read of them is found here.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import starmap
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    LargeBinary,
    Table,
    false,
    func,
    not_,
    or_,
    select,
    text,
    type_coerce,
)
from sqlalchemy.types import NullType

from core.books.batches import BatchKind
from core.books.database import closing_tables, marketplace_tables, seals, tables
from core.books.database.column_types import Moment, Money, Verbatim, Word
from core.books.database.errors import UnknownWordError
from core.books.entries.locks import SeveralLocksError
from core.books.settings.stored_settings import SettingUnreadableError
from core.books.settlements.booked_settlement import EntryStatus, FileUse, SettlementKind
from core.books.true_ups.true_up_history import TrueUpDecision
from core.books.verification.altered_row_words import TABLES, AlteredRow, AlteredRowsError
from core.books.verification.tie_outs import PLACE, place_of
from core.errors import CogsheetError
from core.journal.entry import EntryKind
from core.model import CostStatus, ObservationKind
from core.money import FIRST_TOO_LARGE, LINE_UNIT
from core.typed_amounts import from_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from enum import StrEnum

    from sqlalchemy import ColumnElement

    from core.books.database import Database
    from core.books.database.seals import Key, Row

_OF_A_LINE = ("override", "locked_line", "true_up", "transaction")
"""Tables whose column `key` names a line."""
_NAMED_BY = (
    ("number", "batch {}"),
    ("store", "{}"),
    ("name", "{}"),
    ("key", "“{}”"),
    ("document_id", "document {}"),
    ("order_id", "order {}"),
    ("sku", "SKU {}"),
    ("product_id", "product {}"),
    ("record_date", "{}"),
    ("base", "{}"),
    ("quote", "in {}"),
    ("day", "{}"),
    ("account", "{}"),
)
"""Columns by which a row is named that belongs to no line and no entry."""


def _can_be_read(value: str, read: Callable[[str], object]) -> bool:
    try:
        read(value)
    except (ArithmeticError, TypeError, ValueError):
        return False
    return True


def _day(value: str) -> date:
    return date.fromisoformat(value[:10])


def _is_it(table: Table) -> str:
    return " AND ".join(f'"{name}" = :of_{name}' for name in seals.key_columns(table))


def _named(row: AlteredRow) -> dict[str, Any]:
    names = seals.key_columns(TABLES[row.table])
    return {f"of_{name}": value for name, value in zip(names, row.key, strict=False)}


_MOST = FIRST_TOO_LARGE - LINE_UNIT
"""The largest amount that Cogsheet stores."""
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)


_READ_BY_ROW: dict[Column[Any], type[StrEnum]] = {
    tables.batch.c.kind: BatchKind,
    tables.settlement.c.kind: SettlementKind,
    tables.settlement.c.settlement_entry: EntryStatus,
    tables.settlement.c.cogs_entry: EntryStatus,
    tables.ended_settlement.c.kind: SettlementKind,
    tables.settlement_file.c.use: FileUse,
    tables.observation.c.kind: ObservationKind,
    closing_tables.lock.c.reason: EntryStatus,
    closing_tables.locked_line.c.cost_status: CostStatus,
    closing_tables.entry.c.kind: EntryKind,
    closing_tables.true_up_decision.c.decision: TrueUpDecision,
}
"""Words of lists that the database does not know: the modules of these subjects read them, or compare with them."""


def _is_unknown(column: Column[Any]) -> list[ColumnElement[bool]]:
    """Ask whether a column holds a word that is not on its list."""
    listed = column.type.kind if isinstance(column.type, Word) else _READ_BY_ROW.get(column)
    none = [""] if column is marketplace_tables.goods_back.c.disposition else []  # of a word that nobody declared
    return [] if listed is None else [column.not_in([*none, *(str(one) for one in listed)])]


_KINDS: dict[type[Any], str] = {Verbatim: "text", LargeBinary: "blob"}
"""What SQLite calls the values of a column; all others are whole numbers."""


_READ_FROM_TEXT: dict[Column[Any], Callable[[str], object]] = {
    **dict.fromkeys(
        (
            closing_tables.entry.c.entry_date,
            closing_tables.opening_cost.c.as_of,
            tables.observation.c.order_date,
            tables.observation.c.record_date,
            tables.left_stock.c.record_date,
            tables.exchange_rate.c.day,
        ),
        _day,
    ),
    tables.exchange_rate.c.rate: Decimal,
    **dict.fromkeys(
        (
            tables.setting.c.value,
            tables.settlement.c.apart_from,
            tables.ended_settlement.c.problems,
            tables.left_stock.c.names,
            tables.sync_run.c.asked,
            tables.sync_run.c.progress,
            tables.probe_cache.c.content,
        ),
        json.loads,
    ),
    **dict.fromkeys(
        (tables.transaction.c.typed, tables.ended_transaction.c.typed, tables.later_transaction.c.typed), from_text
    ),
}
"""Columns of texts that say a day, a number or several values, and what reads them."""


def _unreadable_if(column: Column[Any], dialect: str, odd: Sequence[str]) -> ColumnElement[bool]:
    """Ask whether a column holds what Cogsheet never stores.

    Args:
        column: The column.
        dialect: Of the database: SQLite takes values of any kind in every column.
        odd: Texts of it that cannot be read.
    """
    kind = next((name for one, name in _KINDS.items() if isinstance(column.type, one)), "integer")
    conditions: list[ColumnElement[bool]] = [func.typeof(column).not_in([kind, "null"])] if dialect == "sqlite" else []
    if isinstance(column.type, Money):
        conditions.append(not_(column.between(-_MOST, _MOST)))
    if isinstance(column.type, Moment):
        conditions.append(not_(column.between(_FIRST, _LAST)))
    conditions += _is_unknown(column)
    conditions += [column.in_(odd)] if odd else []
    return or_(false(), *conditions)


def altered_rows(connection: Connection) -> list[AlteredRow]:
    """Return every row that differs from its seal, every seal without its row, and every row that cannot be read."""
    altered = [row for table in seals.SEALED.values() for row in _altered(connection, table)]
    named = {(row.table, row.key) for row in altered}
    unreadable = (row for row in _unreadable(connection) if (row.table, row.key) not in named)
    return [_placed(connection, row) for row in (*altered, *unreadable)]


def _altered(connection: Connection, table: Table) -> Iterator[AlteredRow]:
    texts = seals.seal_texts(connection, table)
    rows = {}
    for key, now in seals.rows_of(connection, table):
        name = seals.seal_text(list(key))
        if texts.get(name) == seals.seal_text(now):
            del texts[name]
        else:
            rows[key] = now
    stored = dict(starmap(seals.read_seal, texts.items()))
    for key, now in rows.items():
        sealed_row = stored.pop(key, None)
        if sealed_row != now:
            yield AlteredRow(table.name, key, sealed_row, now)
    for key, sealed_row in stored.items():
        if sealed_row is not None:
            yield AlteredRow(table.name, key, sealed_row, None)


def _placed(connection: Connection, row: AlteredRow) -> AlteredRow:
    settlement, place = _place(connection, row.table, row.stored or row.now or {})
    return replace(row, settlement=settlement, place=place)


def _unreadable(connection: Connection) -> Iterator[AlteredRow]:
    """Yield the rows that hold words, amounts or dates that cannot be read."""
    for table in TABLES.values():
        columns = (one for one in table.c if table is not tables.transaction or one.name != "key")
        yield from _rows_with(connection, table, {one.name: _is_odd(connection, one) for one in columns})


def _odd_texts(connection: Connection, column: Column[Any]) -> list[str]:
    """Return the texts of a column that cannot be read as what it says."""
    if column not in _READ_FROM_TEXT:
        return []
    values: list[object] = list(connection.scalars(select(type_coerce(column, NullType())).distinct()))
    return [value for value in values if isinstance(value, str) and not _can_be_read(value, _READ_FROM_TEXT[column])]


def _is_odd(connection: Connection, column: Column[Any]) -> ColumnElement[bool]:
    return _unreadable_if(column, connection.dialect.name, _odd_texts(connection, column))


def _rows_with(
    connection: Connection, table: Table, conditions: dict[str, ColumnElement[bool]]
) -> Iterator[AlteredRow]:
    """Yield the rows of a table of which a column is unreadable, with these columns."""
    bad = dict(seals.rows_of(connection, table, or_(false(), *conditions.values()))) if conditions else {}
    columns: dict[Key, list[str]] = {key: [] for key in bad}
    for name, is_bad in conditions.items() if bad else ():
        for key, _ in seals.rows_of(connection, table, is_bad, seals.key_columns(table)):
            columns[key].append(name)
    for key, row in bad.items():
        yield AlteredRow(table.name, key, None, row, unreadable=tuple(columns[key]))


def _place(connection: Connection, table: str, row: Row) -> tuple[str, str]:
    """Return the settlement that a row belongs to, and how a bookkeeper finds it."""
    if table in _PARENTS:
        parent, column = _PARENTS[table]
        return _place(connection, parent, _parent(connection, parent, row.get(column)))
    if table in _OF_A_LINE:
        return _line(connection, str(row.get("key")))
    own = row if table == "settlement" else _parent(connection, "settlement", row.get("settlement"))
    name = f"{own.get('store')}/{own.get('settlement_id')}" if own else ""
    if table == "entry":
        return name, f"{name}: entry {row.get('key')}" if name else f"entry {row.get('key')}"
    if name:
        line = place_of({one: row.get(one) for one in PLACE}) if table in _LINES else ""
        return name, f"{name}, {line}" if line else name
    return "", ", ".join(words.format(row[column]) for column, words in _NAMED_BY if row.get(column))


_PARENTS = {
    "true_up_decision": ("true_up", "true_up"),
    "taken_up": ("true_up", "true_up"),
    "entry_line": ("entry", "entry"),
    "outbox_entry": ("entry", "entry"),
    "outbox_end": ("outbox", "outbox"),
    "reopening": ("lock", "lock"),
}
"""Tables whose rows are named by the row of another one, and the column that refers to it."""
_LINES = ("ended_transaction", "later_transaction")


def _parent(connection: Connection, table: str, number: object) -> Row:
    """Return what a row said that another one refers to; its seal says so also where it is gone.

    A row without a seal was added by another program: the lines of an added entry are named by it as it stands.
    """
    named = (tables.seal.c.table == table, tables.seal.c.key == seals.seal_text([number]))
    sealed_row = connection.scalar(select(tables.seal.c.row).where(*named))
    if sealed_row:
        return dict(json.loads(sealed_row))
    there = seals.SEALED[table]
    return next((row for _, row in seals.rows_of(connection, there, there.c.id == number)), {}) if number else {}


def _line(connection: Connection, key: str) -> tuple[str, str]:
    for table in (tables.transaction, tables.ended_transaction, tables.later_transaction):
        for _, row in seals.rows_of(connection, table, table.c.key == key, (*PLACE, "settlement", "key", "id")):
            own = _parent(connection, "settlement", row.get("settlement"))
            name = f"{own.get('store')}/{own.get('settlement_id')}" if own else ""
            return name, f"{name}, {place_of({one: row.get(one) for one in PLACE})}"
    return "", f"line {key}"


def find_altered(database: Database) -> list[AlteredRow]:
    """Return every row of the books that another program altered."""
    with database.reading() as connection:
        return altered_rows(connection)


_OF_ROWS = (SettingUnreadableError, UnknownWordError, SeveralLocksError)
"""Errors that a row of the books gives."""


@contextmanager
def altered_rows_named(database: Database) -> Iterator[None]:
    """Let what stops on an altered row name that row; what stops for any other reason goes on as it is.

    Raises:
        AlteredRowsError: If the books hold rows that another program altered.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, CogsheetError) and not isinstance(error, _OF_ROWS):
            raise
        altered = find_altered(database)
        if not altered:
            raise
        raise AlteredRowsError(altered) from error


class _TakenBackError(Exception):
    """Ends a transaction that is not to be kept."""


@contextmanager
def books_as_sealed(database: Database) -> Iterator[None]:
    """Let the books be within as Cogsheet stored them; nothing of that is kept."""
    with suppress(_TakenBackError), database.writing() as connection:
        _put_back(connection, altered_rows(connection))
        yield
        raise _TakenBackError


def _put_back(connection: Connection, rows: Sequence[AlteredRow]) -> None:
    """Let rows say what they said, and leave out lines that cannot be read.

    Bytes of a kept file cannot be put back, for a seal keeps only their digest.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for row in rows:
        if row.stored is not None and row.now is None:
            _insert(connection, seals.SEALED[row.table], row.stored)
    for row in rows:
        if row.stored is not None and row.now is not None:
            _change(connection, seals.SEALED[row.table], row)
    for row in reversed(rows):
        if row.stored is None:
            is_it = _is_it(TABLES[row.table])
            connection.execute(text(f'DELETE FROM "{row.table}" WHERE {is_it}'), _named(row))  # noqa: S608 - our names


def _insert(connection: Connection, table: Table, row: Row) -> None:
    values = {name: _bound(table.c[name], value) for name, value in row.items()}
    names, binds = ", ".join(f'"{name}"' for name in values), ", ".join(f":{name}" for name in values)
    connection.execute(text(f'INSERT INTO "{table.name}" ({names}) VALUES ({binds})'), values)  # noqa: S608 - as above


def _change(connection: Connection, table: Table, row: AlteredRow) -> None:
    stored, now = row.stored or {}, row.now or {}
    names = [one.name for one in table.c if stored.get(one.name) != now.get(one.name)]
    names = [name for name in names if not isinstance(table.c[name].type, LargeBinary)]
    if names:
        sets = ", ".join(f'"{name}" = :{name}' for name in names)
        values = {name: _bound(table.c[name], stored.get(name)) for name in names}
        statement = f'UPDATE "{table.name}" SET {sets} WHERE {_is_it(table)}'  # noqa: S608 - our names
        connection.execute(text(statement), values | _named(row))


def _bound(column: Column[Any], value: object) -> object:
    if isinstance(column.type, LargeBinary):
        return b""
    return bool(value) if isinstance(column.type, Boolean) and value is not None else value
