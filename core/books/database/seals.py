"""Seals: what each row said when Cogsheet stored it, so that a row that another program altered can be named.

Whoever writes into the books with another program (a database browser, a script) leaves the seals as they were.
`core.books.verification.altered_rows` compares the two and says, for `verify`, which row differs and what it said. A
seal is no
signature: who alters a row and its seal alike is not seen by this, only by what is recomputed of it.

Table `transaction` has no seals: its rows are by far the most, and each is compared with the kept files instead.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Select, Table, bindparam, func, select, tuple_, type_coerce, update
from sqlalchemy.types import NullType

from core.books.database import tables
from core.books.database.costing_tables import NOTES
from core.books.database.engine import insert_unless_there
from core.books.database.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sqlalchemy import ColumnElement

Key = tuple[Any, ...]
Row = dict[str, Any]
"""What a row says as the database itself has it: whole numbers, texts, and a digest of bytes; without what is empty."""

_MADE_AGAIN = "made of the other tables, and compared with a costing from nothing"
UNSEALED = {
    "transaction": "each of its rows is compared with the kept files",
    "seal": "seals are compared with rows",
    "books_state": "its token says only whether anything was written",
    "writing": "it says only what was written to, until what is kept is made anew",
    **dict.fromkeys(("costed_state", "costed_settlement", "costed_line", "shown_line"), _MADE_AGAIN),
    **dict.fromkeys(NOTES, "it says only of which lines true-ups are to be proposed anew"),
}
SEALED: dict[str, Table] = {one.name: one for one in metadata.sorted_tables if one.name not in UNSEALED}
"""By name, a table before those that refer to it."""
LEFT_OUT = {"observation": ("raw",)}
"""Columns that no seal keeps: Finale's own words, from which nothing is read again."""
_CHANGING = (
    *("company", "settlement", "store", "settlement_file", "problem", "original_file"),
    "probe_cache",
)
"""Tables of few rows, of which a row may change, end or be taken away."""
_ENDS_ONLY = {"original_file": ("sha256",)}
"""The columns of such a table that can change; of the others all can."""
_MOVES = {
    "observation": ("seen_at",),
    "mapping": ("seen_at",),
    "sync_run": ("mode", "progress", "finished_at"),
    "later_transaction": ("ended_batch",),
}
"""The columns that are updated of tables to which rows are only added otherwise (`touch`)."""
_OF_PARENT = {
    "locked_line": ("lock", "lock"),
    "entry_line": ("entry", "entry"),
    "outbox_entry": ("outbox", "outbox"),
}
"""Tables whose rows are stored together with that of another one: the column that refers to it, and its name."""
_TOUCHED = "rows that are updated"


class Mark(NamedTuple):
    """How far the tables had come when somebody began to write."""

    last: dict[str, int]
    """The highest number of each table, and the newest batch."""
    in_last_batch: dict[str, set[Key]]
    """Of tables without numbers: the rows of that batch."""
    changing: dict[str, dict[Key, Row]]


def key_columns(table: Table) -> tuple[str, ...]:
    """Return the names of the columns that name a row."""
    return tuple(column.name for column in table.primary_key.columns)


def rows_of(
    connection: Connection, table: Table, where: ColumnElement[bool] | None = None, only: Collection[str] = ()
) -> Iterator[tuple[Key, Row]]:
    """Yield the rows of a table as the database has them, each with what names it."""
    question = _question(table, tuple(only))
    yield from _answers(connection, question if where is None else question.of(where))


class _Question(NamedTuple):
    """What asks for rows, what their values are called, and at which places the key is.

    Every writing asks the same of every table, so that it is made once: SQLAlchemy takes longer to see what a new
    statement is than SQLite to answer it.
    """

    query: Select[*tuple[Any, ...]]
    names: list[str]
    keys: list[int]

    def of(self, where: ColumnElement[bool]) -> _Question:
        """Ask for some of the rows alone."""
        return self._replace(query=self.query.where(where))


@cache
def _question(table: Table, only: tuple[str, ...]) -> _Question:
    names = [column.name for column in table.c if column.name not in LEFT_OUT.get(table.name, ())]
    names = [name for name in names if not only or name in only]
    query = select(*(type_coerce(table.c[name], NullType()).label(name) for name in names))
    return _Question(query, names, [names.index(name) for name in key_columns(table)])


def _answers(connection: Connection, question: _Question, **values: int) -> Iterator[tuple[Key, Row]]:
    for found in connection.execute(question.query, values):
        plain = [_plain(value) for value in found]
        row = {name: value for name, value in zip(question.names, plain, strict=True) if value is not None}
        yield tuple(plain[place] for place in question.keys), row


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, bytes | memoryview):
        return hashlib.blake2b(bytes(value), digest_size=20).hexdigest()
    return value


def seal_text(value: object) -> str:
    """Return a row, or what names it, as a seal keeps it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def seal_texts(connection: Connection, table: Table) -> dict[str, str]:
    """Return what the seals of a table keep, both as texts: what names the row, and the row.

    Most rows say what they said, and texts that are the same need not be read (`seal_text`, `read_seal`).
    """
    query = select(tables.seal.c.key, tables.seal.c.row).where(tables.seal.c.table == table.name)
    return {one.key: one.row for one in connection.execute(query)}


def read_seal(key: str, row: str) -> tuple[Key, Row | None]:
    """Return what a seal keeps; `None` is a row that Cogsheet took away itself."""
    return _key(key), _row(row) if row else None


def _kept(connection: Connection, table: Table, where: ColumnElement[bool]) -> dict[Key, Row | None]:
    query = select(tables.seal.c.key, tables.seal.c.row).where(tables.seal.c.table == table.name, where)
    return dict(read_seal(one.key, one.row) for one in connection.execute(query))


def _key(said: str) -> Key:
    """Read what names a row; another program may have put anything there."""
    try:
        return tuple(json.loads(said))
    except (ValueError, TypeError):
        return (said,)


def _row(said: str) -> Row:
    try:
        return dict(json.loads(said))
    except (ValueError, TypeError):
        return {}


def mark(connection: Connection) -> Mark:
    """Note how far the tables have come, before anything is written."""
    connection.info[_TOUCHED] = {}
    last = _highest(connection)
    by_batch = [table for table in SEALED.values() if _goes_by_batch(table)]
    of_last = {
        table.name: {key for key, _ in _answers(connection, _keys_of_batch(table), number=last["batch"])}
        for table in by_batch
    }
    return Mark(last, of_last, {name: _changing(connection, name) for name in _CHANGING})


@cache
def _keys_of_batch(table: Table) -> _Question:
    return _question(table, key_columns(table)).of(table.c.batch == bindparam("number"))


def touch(connection: Connection, table: str, keys: Iterable[Key]) -> None:
    """Note that rows are updated where otherwise rows are only added, so that they are sealed again."""
    connection.info.setdefault(_TOUCHED, {}).setdefault(table, set()).update(keys)


def seal_written(connection: Connection, before: Mark) -> None:
    """Seal every row that was stored, changed or taken away since a mark; called once, before the commit."""
    last = _highest(connection)
    for table in SEALED.values():
        if table.name in _CHANGING:
            _seal_changes(connection, table, before)
        elif table.name not in last or last[table.name] > before.last[table.name]:
            there = before.in_last_batch.get(table.name, ())
            rows = _answers(connection, _new_rows(table), number=before.last[_counted_by(table)])
            _add(connection, table, ((key, row) for key, row in rows if key not in there))
    for name, keys in connection.info.pop(_TOUCHED, {}).items():
        rows = _named(connection, SEALED[name], list(keys))
        _renew(connection, SEALED[name], {key: {one: row.get(one) for one in _MOVES[name]} for key, row in rows})


def seal_all(connection: Connection) -> None:
    """Seal every row that has no seal: of new books, and of books of a version that kept none."""
    for table in SEALED.values():
        _add(connection, table, rows_of(connection, table))


def _goes_by_batch(table: Table) -> bool:
    others = ("batch", *_CHANGING, *_OF_PARENT)
    return "batch" in table.c and "id" not in table.c and table.name not in others


_NUMBERED = {one.name: one.c.id for one in SEALED.values() if "id" in one.c and one.name not in _CHANGING}
_HIGHEST = select(
    *(
        select(func.max(column)).scalar_subquery().label(name)
        for name, column in {**_NUMBERED, "batch": tables.batch.c.number}.items()
    )
)


def _highest(connection: Connection) -> dict[str, int]:
    """Return the highest number of each table whose rows are numbered as they come."""
    return {name: int(last or 0) for name, last in connection.execute(_HIGHEST).mappings().one().items()}


def _changing(connection: Connection, name: str) -> dict[Key, Row]:
    return dict(rows_of(connection, SEALED[name], only=_ENDS_ONLY.get(name, ())))


def _counted_by(table: Table) -> str:
    """Return the table whose numbers tell which of its rows are new: itself, its parent, or that of batches."""
    if table.name in _OF_PARENT:
        return _OF_PARENT[table.name][1]
    return table.name if "id" in table.c else "batch"


@cache
def _new_rows(table: Table) -> _Question:
    """Ask for the rows that came since a `number`; those of the last batch that had come before are among them."""
    number: BindParameter[int] = bindparam("number")
    if table.name in _OF_PARENT:
        is_new = table.c[_OF_PARENT[table.name][0]] > number
    elif table.name == "batch":
        is_new = table.c.number > number
    elif "id" in table.c:
        is_new = table.c.id > number
    else:
        is_new = table.c.batch >= number
    return _question(table, ()).of(is_new)


def _seal_changes(connection: Connection, table: Table, before: Mark) -> None:
    was, now = before.changing[table.name], _changing(connection, table.name)
    new = dict(_named(connection, table, [key for key in now if key not in was]))
    _say(connection, table, new)
    _add(connection, table, new.items())
    changes = {key: _change(was[key], row) for key, row in now.items() if key in was and was[key] != row}
    _renew(connection, table, changes)
    gone = [{"of": table.name, "which": seal_text(list(key))} for key in was if key not in now]
    if gone:
        connection.execute(_update().values(row=""), gone)


def _change(was: Row, now: Row) -> Row:
    """Return the columns that differ, with what they say now; `None` is nothing."""
    return {name: now.get(name) for name in (*was, *now) if was.get(name) != now.get(name)}


_KEYS_AT_ONCE = 200


def _named(connection: Connection, table: Table, keys: list[Key]) -> Iterator[tuple[Key, Row]]:
    columns = [table.c[name] for name in key_columns(table)]
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        wanted = columns[0].in_([key[0] for key in some]) if len(columns) == 1 else tuple_(*columns).in_(some)
        yield from rows_of(connection, table, wanted)


def _add(connection: Connection, table: Table, rows: Iterable[tuple[Key, Row]]) -> None:
    """Store seals; one that is there stays, for the row that it was made of may have been altered since."""
    new = [{"table": table.name, "key": seal_text(list(key)), "row": seal_text(row)} for key, row in rows]
    if new:
        connection.execute(insert_unless_there(connection, tables.seal, ["table", "key"]), new)


def _renew(connection: Connection, table: Table, changes: Mapping[Key, Row]) -> None:
    """Let seals say what changed, and of everything else what they said: another program may have altered that."""
    sealed_rows = {key: row for key, row in _seals_of(connection, table, list(changes)) if row is not None}
    whole = {key: {**row, **changes[key]} for key, row in sealed_rows.items()}
    kept_ones = {key: {name: value for name, value in row.items() if value is not None} for key, row in whole.items()}
    _say(connection, table, kept_ones)


def _say(connection: Connection, table: Table, rows: Mapping[Key, Row]) -> None:
    """Let seals that are there say something else."""
    values = [{"of": table.name, "which": seal_text(list(key)), "says": seal_text(row)} for key, row in rows.items()]
    if values:
        connection.execute(_update().values(row=bindparam("says")), values)


def _seals_of(connection: Connection, table: Table, keys: list[Key]) -> Iterator[tuple[Key, Row | None]]:
    texts = [seal_text(list(key)) for key in keys]
    for start in range(0, len(texts), _KEYS_AT_ONCE):
        yield from _kept(connection, table, tables.seal.c.key.in_(texts[start : start + _KEYS_AT_ONCE])).items()


def _update() -> Any:  # noqa: ANN401 - an update of SQLAlchemy's
    is_it = (tables.seal.c.table == bindparam("of")) & (tables.seal.c.key == bindparam("which"))
    return update(tables.seal).where(is_it)
