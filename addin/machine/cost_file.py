"""The file over which buttons and worksheet functions share costs, and the list of SKUs that cells could not get.

Buttons and cells run in processes of their own (docs/facts/xlwings.md, Buttons). After sync, save, import and undo the
costs of the books are put into one small SQLite file per database in the user's folder: only what differs is written,
all of it or nothing. The process that answers cells looks a few times a second whether the file has changed, and reads
it again then. A SKU that a cell asks for and nobody knows is noted in a second file: the next sync asks Finale for it.
"""

from __future__ import annotations

import gc
import json
import os
import re
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.books.costed_lines.stored_lines import state_name
from core.errors import CogsheetError
from core.frame_columns import frame
from core.reports.cost_snapshot import CostAnswer, CostSnapshot, cost_snapshot
from core.reports.costed_lines import with_locked_sources
from core.reports.sku_costs import SKU_COST_COLUMNS, sku_costs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    import pandas as pd

    from core.books.books import Books
    from core.company_databases import MachineFolder

_FOLDER = "costs"
_LAYOUT = 2
"""Kept in the file as SQLite's `user_version`; 1 was a file of JSON."""
_TABLES = """
    CREATE TABLE answer (place INTEGER PRIMARY KEY, status TEXT NOT NULL, unit_cost TEXT, source TEXT, as_of TEXT);
    CREATE TABLE sku (sku TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE line (order_id TEXT, sku TEXT, place INTEGER NOT NULL, PRIMARY KEY (order_id, sku)) WITHOUT ROWID;
"""
_BUSY_SECONDS = 5.0
_LOOKED_AT_EVERY = 0.25
"""Seconds: a press takes longer from its publishing to its end, and no cell is calculated meanwhile."""
_CHANGE_COUNTER = slice(24, 28)
"""Where in its first bytes SQLite counts the changes of a file."""
_SAFE_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_LONGEST_SKU = 100
_MOST_ASKED = 5_000
_ATTEMPTS = 20
_PAUSE_SECONDS = 0.05

_Signature = tuple[int, int, bytes]
_Answer = tuple[str, str | None, str | None, str | None]
_Result = TypeVar("_Result")


class CostsNotPublishedError(CogsheetError):
    """The file of costs cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"Everything is saved, but cells with FINALE_ functions still show what they showed before: {path} cannot "
            f"be written ({reason}). Free the disk or the file, then press any button of Cogsheet."
        )


class DatabaseIdError(CogsheetError):
    """A workbook names its books in a way that no file may be called."""

    def __init__(self, database_id: str) -> None:
        super().__init__(f"This workbook names its books “{database_id}”, which Cogsheet never does.")


def publish(books: Books, machine: MachineFolder) -> Path:
    """Let the worksheet functions of every workbook of these books answer from their present state.

    Returns:
        The file that was written.
    """
    snapshot = cost_snapshot(
        with_locked_sources(books.lines, books.costing_input.locked_lines),
        sku_costs(books.mappings, books.observations),
    )
    path = publish_snapshot(snapshot, machine, books.company.database_id)
    _replace(_path(machine, books.company.database_id, "state"), _published(path, state_name(books)))
    return path


def publish_orders(
    books: Books, orders: Collection[str], machine: MachineFolder, skus: pd.DataFrame | None = None
) -> None:
    """Let the worksheet functions answer from these books, which say other costs of some orders than what is published.

    Args:
        books: With every line of these orders.
        orders: Which.
        machine: Where the file is.
        skus: SKU_COST_COLUMNS of every SKU, where these may be others too.

    Raises:
        CostsNotPublishedError: If the file cannot be written.
    """
    lines = books.lines[books.lines["order_id"].isin(list(orders))]
    snapshot = cost_snapshot(
        with_locked_sources(lines, books.costing_input.locked_lines), frame(SKU_COST_COLUMNS) if skus is None else skus
    )
    path = _path(machine, books.company.database_id, "sqlite")
    try:
        write_orders(path, orders, snapshot, skus_too=skus is not None)
    except sqlite3.DatabaseError as error:
        raise CostsNotPublishedError(path, str(error)) from error
    _replace(_path(machine, books.company.database_id, "state"), _published(path, state_name(books)))


def publish_snapshot(snapshot: CostSnapshot, machine: MachineFolder, database_id: str) -> Path:
    """Let the worksheet functions answer from these costs; a damaged file, or one of another layout, is made anew.

    Returns:
        The file that holds them.

    Raises:
        CostsNotPublishedError: If the file cannot be written.
        DatabaseIdError: If there can be no such database.
    """
    path = _path(machine, database_id, "sqlite")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_costs(path, snapshot)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode in _NOT_DAMAGED:
            raise CostsNotPublishedError(path, str(error)) from error
        path.unlink(missing_ok=True)
        write_costs(path, snapshot)
    _path(machine, database_id, "json").unlink(missing_ok=True)  # of layout 1
    return path


def is_published(machine: MachineFolder, database_id: str, state: str) -> bool:
    """Tell whether the worksheet functions answer from this state of the books.

    Args:
        machine: Where the files are.
        database_id: Of the books.
        state: `core.books.costed_lines.stored_lines.state_name`.
    """
    return _text_of(_path(machine, database_id, "state")) == _published(_path(machine, database_id, "sqlite"), state)


def _published(path: Path, state: str) -> str:
    """Return what stands beside a file of costs: of which state it is, and which file, should another replace it."""
    return json.dumps([state, str(_signature(path))])


def asked_skus(machine: MachineFolder, database_id: str) -> tuple[str, ...]:
    """Return the SKUs that cells asked for and the books do not know, in the order of asking: the next sync's task."""
    text = _text_of(_path(machine, database_id, "asked"))
    return tuple(dict.fromkeys(json.loads(line) for line in text.splitlines() if line.strip()))[:_MOST_ASKED]


def forget_asked_skus(machine: MachineFolder, database_id: str, skus: Iterable[str]) -> None:
    """Take SKUs off that list, once a sync has asked for them."""
    path = _path(machine, database_id, "asked")
    done = set(skus)
    left = [sku for sku in asked_skus(machine, database_id) if sku not in done]
    if path.exists():
        _replace(path, "".join(f"{json.dumps(sku)}\n" for sku in left))


@dataclass(slots=True)
class CostFiles:
    """The costs in memory, one snapshot per database, each read again when its file has changed."""

    machine: MachineFolder
    clock: Callable[[], float] = time.monotonic
    _loaded: dict[str, tuple[_Signature | None, CostSnapshot]] = field(default_factory=dict)
    _looked_at: dict[str, float] = field(default_factory=dict)
    _noted: dict[str, set[str]] = field(default_factory=dict)

    def snapshot(self, database_id: str) -> CostSnapshot:
        """Return the costs of a database as they were a moment ago; empty where nothing was published yet.

        Raises:
            DatabaseIdError: If there can be no such database.
        """
        now, known = self.clock(), self._loaded.get(database_id)
        if known is not None and now - self._looked_at[database_id] < _LOOKED_AT_EVERY:
            return known[1]
        path = _path(self.machine, database_id, "sqlite")
        signature = _signature(path)
        if known is None or known[0] != signature:
            known = (signature, read_costs(path) if signature else CostSnapshot())
            self._loaded[database_id] = known
            self._noted.pop(database_id, None)
            gc.freeze()  # hundreds of thousands of objects that stay: they need not be looked through again and again
        self._looked_at[database_id] = now
        return known[1]

    def note(self, database_id: str, skus: Iterable[str]) -> None:
        """Put SKUs that nobody knows on the list for the next sync, each once while this snapshot holds."""
        noted = self._noted.setdefault(database_id, set())
        new = [sku for sku in dict.fromkeys(skus) if sku not in noted and len(sku) <= _LONGEST_SKU]
        new = new[: max(0, _MOST_ASKED - len(noted))]
        if not new:
            return
        noted.update(new)
        path = _path(self.machine, database_id, "asked")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(f"{json.dumps(sku)}\n" for sku in new))


def write_costs(path: Path, snapshot: CostSnapshot) -> None:
    """Make a file hold these costs; rows that say the same already are not touched.

    Raises:
        sqlite3.DatabaseError: If the file is damaged, or another process keeps it busy.
    """
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        if not _has_layout(connection):
            _make_tables(connection)
        places = _put_answers(connection, [_as_stored(answer) for answer in snapshot.answers])
        _put(connection, "sku", 1, {(sku,): places[number] for sku, number in snapshot.skus.items()})
        lines = ((order, sku, number) for order, skus in snapshot.orders.items() for sku, number in skus.items())
        _put(connection, "line", 2, {(order, sku): places[number] for order, sku, number in lines})
        connection.execute("COMMIT")


def write_orders(path: Path, orders: Iterable[str], snapshot: CostSnapshot, *, skus_too: bool = False) -> None:
    """Let a file say of some orders, or also of all SKUs, what a snapshot says; answers that nobody asks for now stay.

    Raises:
        sqlite3.DatabaseError: If the file is damaged, or another process keeps it busy.
    """
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        (last,) = connection.execute("SELECT coalesce(max(place), 0) FROM answer").fetchone()
        stored = [(last + number, *_as_stored(answer)) for number, answer in enumerate(snapshot.answers, start=1)]
        connection.executemany("INSERT INTO answer VALUES (?, ?, ?, ?, ?)", stored)
        connection.executemany("DELETE FROM line WHERE order_id = ?", [(order,) for order in orders])
        lines = ((order, sku, number) for order, skus in snapshot.orders.items() for sku, number in skus.items())
        connection.executemany(
            "INSERT INTO line VALUES (?, ?, ?)", [(o, sku, last + 1 + number) for o, sku, number in lines]
        )
        if skus_too:
            _put(connection, "sku", 1, {(sku,): last + 1 + number for sku, number in snapshot.skus.items()})
        connection.execute("COMMIT")


def read_costs(path: Path) -> CostSnapshot:
    """Read a file; one of another version of Cogsheet counts as none, until the next button makes it anew.

    Raises:
        sqlite3.DatabaseError: If the file is damaged.
    """
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)) as connection:
        connection.execute("BEGIN")
        if not _has_layout(connection):
            return CostSnapshot()
        numbers, answers = {}, []
        for number, (place, *stored) in enumerate(connection.execute(f"SELECT place, {_ANSWER} FROM answer")):  # noqa: S608 - names of our own
            numbers[place] = number
            answers.append(_from_stored(*stored))
        skus = {sku: numbers[place] for sku, place in connection.execute("SELECT sku, place FROM sku")}
        orders: dict[str, dict[str, int]] = {}
        for order_id, sku, place in connection.execute("SELECT order_id, sku, place FROM line"):
            orders.setdefault(order_id, {})[sku] = numbers[place]
    return CostSnapshot(tuple(answers), skus, orders)


_ANSWER = "status, unit_cost, source, as_of"
_NOT_DAMAGED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}


def _has_layout(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] == _LAYOUT)


def _make_tables(connection: sqlite3.Connection) -> None:
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        connection.execute(f'DROP TABLE "{name}"')
    for statement in filter(str.strip, _TABLES.split(";")):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_LAYOUT}")


def _put_answers(connection: sqlite3.Connection, wanted: Sequence[_Answer]) -> list[int]:
    """Let the file hold these answers and no others; return the place of each."""
    stored = {place: tuple(answer) for place, *answer in connection.execute(f"SELECT place, {_ANSWER} FROM answer")}  # noqa: S608 - names of our own
    there = {answer: place for place, answer in stored.items()}
    needed, new = set(wanted), [one for one in dict.fromkeys(wanted) if one not in there]
    last = max(there.values(), default=0)
    gone = [(place,) for place, answer in stored.items() if answer not in needed or there[answer] != place]
    connection.executemany("DELETE FROM answer WHERE place = ?", gone)
    there |= {one: last + number for number, one in enumerate(new, start=1)}
    connection.executemany("INSERT INTO answer VALUES (?, ?, ?, ?, ?)", [(there[one], *one) for one in new])
    return [there[one] for one in wanted]


def _put(connection: sqlite3.Connection, table: str, width: int, wanted: Mapping[tuple[str, ...], int]) -> None:
    """Let a table hold these places under their keys and no others.

    Args:
        connection: Within its transaction.
        table: Which; its first columns are the key.
        width: How many they are.
        wanted: Key -> place.
    """
    there = {row[:width]: row[width] for row in connection.execute(f"SELECT * FROM {table}")}  # noqa: S608 - as above
    names = ("order_id", "sku")[-width:]
    where = " AND ".join(f"{name} = ?" for name in names)
    connection.executemany(f"DELETE FROM {table} WHERE {where}", there.keys() - wanted.keys())  # noqa: S608 - as above
    changed = [(*key, place) for key, place in wanted.items() if there.get(key) != place]
    marks = ", ".join("?" * (width + 1))
    connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", changed)  # noqa: S608 - as above


def _as_stored(answer: CostAnswer) -> _Answer:
    cost, as_of = answer.unit_cost, answer.as_of
    return (
        answer.status,
        None if cost is None else f"{cost:f}",
        answer.source,
        None if as_of is None else as_of.astimezone(UTC).isoformat(),
    )


def _from_stored(status: str, cost: str | None, source: str | None, as_of: str | None) -> CostAnswer:
    return CostAnswer(
        status,
        None if cost is None else Decimal(cost),
        source,
        None if as_of is None else datetime.fromisoformat(as_of),
    )


def _path(machine: MachineFolder, database_id: str, kind: str) -> Path:
    """Return one of a database's files; its id comes out of a workbook, which anybody may have made."""
    if not _SAFE_ID.fullmatch(database_id):
        raise DatabaseIdError(database_id)
    return machine.path / _FOLDER / f"{database_id}.{kind}"


def _signature(path: Path) -> _Signature | None:
    """Return what is another after each change of the file, also of one that leaves size and moment as they are."""
    try:
        status = path.stat()
        with path.open("rb") as file:
            return status.st_mtime_ns, status.st_size, file.read(_CHANGE_COUNTER.stop)[_CHANGE_COUNTER]
    except FileNotFoundError:
        return None


def _text_of(path: Path) -> str:
    try:
        return _patiently(lambda: path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""


def _replace(path: Path, text: str) -> None:
    """Write a file all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(prefix=path.stem, suffix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        _patiently(lambda: Path(unfinished).replace(path))
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _patiently(deed: Callable[[], _Result]) -> _Result:
    """Do it again for a second where Windows refuses because the other process has the file open."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return deed()
        except PermissionError:
            time.sleep(_PAUSE_SECONDS)
    return deed()
