"""The settlements, stored whole or not at all with the bytes they came from, and their transactions as a frame.

What is read here is what is in force. Lines that are superseded or removed go to `ended_transaction` with the batch
that ended them, and `transactions_at` shows what the books held after any batch.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from core.books.database import frames, tables
from core.books.database.column_types import known_word
from core.books.database.state import note_statements
from core.books.settlements import original_files, settlement_lines
from core.books.settlements.booked_settlement import (
    BookedSettlement,
    EntryStatus,
    FileUse,
    Import,
    ImportResult,
    SettlementKind,
    Source,
)
from core.marketplaces.compared_rows import CONTENT, with_its_date
from core.model import Problem, Settlement, Severity

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    import pandas as pd


def outcome_of(there: BookedSettlement | None, source: Source, parts: Collection[str], *, ties_out: bool) -> Import:
    """Say what becomes of a settlement of a source.

    Args:
        there: What the books have under the same identity.
        source: Where it comes from.
        parts: Hashes of the files that `there` is made of.
        ties_out: Whether what comes ties out: a record that does takes the place of one that does not.
    """
    if there is None:
        return Import.NEW
    if source.file.sha256 in parts:
        return Import.ALREADY_IMPORTED
    if there.kind is SettlementKind.RECORD:
        if source.kind is SettlementKind.VIEW:
            return Import.NOT_NEEDED
        return Import.SUPERSEDED if ties_out and not there.ties_out and there.is_open else Import.CONFLICT
    if not there.is_open:
        return Import.LOCKED
    return Import.UNITED if source.unites else Import.SUPERSEDED


BROUGHT, ALTERED = "settlements", "settlements that are otherwise"
"""What is told (`core.books.database.state.note_statements`) of settlements that came into the books for the first
time, and of those of which a file changed anything else."""


def _values(read: Settlement, source: Source, batch: int, now: datetime) -> dict[str, Any]:
    return {
        "store": source.store,
        "settlement_id": read.settlement_id,
        "format": source.format,
        "kind": str(source.kind),
        "marketplace": read.marketplace,
        "currency": read.currency,
        "total": read.total,
        "sum": read.sum,
        "ties_out": read.ties_out,
        "lines": read.lines,
        "period_start": read.period_start,
        "period_end": read.period_end,
        "deposit_at": read.deposit_at,
        "sha256": source.file.sha256,
        "reader_version": source.reader_version,
        "batch": batch,
        "imported_at": now,
        "settlement_entry": str(EntryStatus.OPEN),
        "cogs_entry": str(EntryStatus.OPEN),
        "derived_id": read.derived_id,
        "incomplete": read.incomplete or None,
        "later_reader": None,
        "apart_from": json.dumps(sorted(source.others)) if source.others else None,
    }


def _compared(lines: pd.DataFrame) -> Counter[tuple[Any, ...]]:
    return Counter(map(with_its_date, frames.rows_of(lines, CONTENT)))


def _booked(row: Row[Any]) -> BookedSettlement:
    return BookedSettlement(
        **{
            **row._asdict(),
            "kind": known_word(SettlementKind, row.kind, "a kind of settlement"),
            "settlement_entry": known_word(EntryStatus, row.settlement_entry, "the status of an entry"),
            "cogs_entry": known_word(EntryStatus, row.cogs_entry, "the status of an entry"),
        }
    )


def note_altered(connection: Connection, number: int) -> None:
    """Tell that a file has changed something of a settlement that was in the books, or had been."""
    note_statements(connection, {BROUGHT: [], ALTERED: [str(number)]})


def save(connection: Connection, read: Settlement, source: Source, batch: int, now: datetime) -> ImportResult:
    """Store a settlement, unless the books have it already.

    Where it takes the place of something, the lines that stay the same stay where they are; those that end keep the
    batch that ended them.

    Args:
        connection: Of `Database.writing`; its store is known (`stores.ensure`).
        read: As the file brought it; its transactions have their line keys.
        source: The store, the file and what read it.
        batch: The number of the import's batch.
        now: When.

    Returns:
        What became of it. Only `NEW`, `UNITED` and `SUPERSEDED` have changed any line; `LOCKED` has kept the file.

    Raises:
        UnstorableValueError: If something in it cannot be kept exactly; nothing is stored then.
    """
    there = find(connection, source.store, read.settlement_id)
    known = _parts_of(connection, there)
    if there is not None and not there.is_open:
        known = [*known, *original_files.files_of(connection, there, FileUse.AFTER_EXPORT)]
    outcome = outcome_of(there, source, known, ties_out=read.ties_out)
    if there is not None and outcome is Import.CONFLICT and same_lines(connection, there, read):
        outcome = Import.ALREADY_IMPORTED
    if there is not None and outcome is Import.LOCKED:
        original_files.add_file(connection, there, source.file, FileUse.AFTER_EXPORT, batch, now)
        note_altered(connection, there.id)
    if there is not None and outcome not in (Import.SUPERSEDED, Import.UNITED):
        return ImportResult(outcome, there)
    original_files.keep_original(connection, source.file, now)
    values = _values(read, source, batch, now)
    number, replaced = _put(connection, values, read, batch)
    if replaced is None:
        note_statements(connection, {BROUGHT: [str(number)]})
    else:
        note_altered(connection, number)
    if there is not None and not source.unites:
        original_files.end_files(connection, number, batch)
    booked_now = _by_number(connection, number)
    original_files.add_file(connection, booked_now, source.file, FileUse.PART, batch, now)
    return ImportResult(outcome, booked_now, replaced, there)


def put_reading(
    connection: Connection, there: BookedSettlement, read: Settlement, reader_version: int, batch: int
) -> pd.DataFrame:
    """Give a settlement that has not gone out the lines that its files hold as they are read now.

    Args:
        connection: Of `Database.writing`.
        there: The settlement.
        read: What its files say; its transactions have their line keys.
        reader_version: The reader that read it.
        batch: The number of the batch.

    Returns:
        The lines that it had before (TRANSACTION_COLUMNS).
    """
    old = connection.execute(select(tables.settlement).where(tables.settlement.c.id == there.id)).one()
    before = settlement_lines.lines_before(connection, old)
    _archive(connection, old, batch)
    names = ("total", "sum", "ties_out", "lines", "period_start", "period_end", "deposit_at")
    values = {name: getattr(read, name) for name in names}
    values |= {"incomplete": read.incomplete or None, "reader_version": reader_version, "later_reader": None}
    connection.execute(
        update(tables.settlement).where(tables.settlement.c.id == there.id).values(**values, batch=batch)
    )
    settlement_lines.change_lines(connection, there.id, read.transactions, batch)
    _store_problems(connection, there.id, read)
    return before


def note_reader(connection: Connection, there: BookedSettlement, reader_version: int) -> None:
    """Remember that a settlement's files were read by a newer reader, and its rows left as they are."""
    connection.execute(
        update(tables.settlement).where(tables.settlement.c.id == there.id).values(later_reader=reader_version)
    )


def find(connection: Connection, store: str, settlement_id: str) -> BookedSettlement | None:
    """Return one settlement."""
    named = (tables.settlement.c.store == store, tables.settlement.c.settlement_id == settlement_id)
    row = connection.execute(_in_force().where(*named)).one_or_none()
    return None if row is None else _booked(row)


def booked_settlements(connection: Connection) -> list[BookedSettlement]:
    """Return every settlement, by store and period."""
    return [_booked(row) for row in connection.execute(_in_order())]


def of_number(connection: Connection, number: int) -> BookedSettlement | None:
    """Return the settlement of a number, if it is in force."""
    row = connection.execute(_in_force().where(tables.settlement.c.id == number)).one_or_none()
    return None if row is None else _booked(row)


def of_file(connection: Connection, sha256: str) -> list[BookedSettlement]:
    """Return every settlement, of any store, that is made of a file."""
    parts = select(tables.settlement_file.c.settlement).where(
        tables.settlement_file.c.sha256 == sha256,
        tables.settlement_file.c.use == str(FileUse.PART),
        tables.settlement_file.c.ended_batch.is_(None),
    )
    order = (tables.settlement.c.store, tables.settlement.c.settlement_id)
    return [
        _booked(row)
        for row in connection.execute(_in_force().where(tables.settlement.c.id.in_(parts)).order_by(*order))
    ]


def remove(connection: Connection, of: BookedSettlement, batch: int) -> None:
    """Take a settlement out of the books; its rows are kept with the batch that ended them."""
    settlement_lines.end_lines(
        connection, of.id, list(settlement_lines.stored_transactions(connection, [of])["key"]), batch
    )
    original_files.end_files(connection, of.id, batch)
    connection.execute(update(tables.settlement).where(tables.settlement.c.id == of.id).values(ended_batch=batch))


def problems(connection: Connection, of: BookedSettlement) -> list[Problem]:
    """Return what is wrong with the data of a settlement, in the order it was found."""
    rows = connection.execute(
        select(tables.problem).where(tables.problem.c.settlement == of.id).order_by(tables.problem.c.id)
    )
    return [Problem(Severity(row.severity), row.message, row.where) for row in rows]


def set_status(
    connection: Connection,
    of: BookedSettlement,
    *,
    settlement_entry: EntryStatus | None = None,
    cogs_entry: EntryStatus | None = None,
) -> None:
    """Set the status of the settlement entry, of the COGS entry, or of both."""
    new = {"settlement_entry": settlement_entry, "cogs_entry": cogs_entry}
    changed = {name: str(status) for name, status in new.items() if status is not None}
    connection.execute(update(tables.settlement).where(tables.settlement.c.id == of.id).values(changed))


def same_lines(connection: Connection, there: BookedSettlement, read: Settlement) -> bool:
    """Tell whether another file says what is in the books: packed, ordered or spelled otherwise."""
    if (there.total, there.sum, there.lines, there.currency) != (read.total, read.sum, read.lines, read.currency):
        return False
    stored = settlement_lines.stored_transactions(connection, [there])
    return _compared(stored) == _compared(read.transactions)


@cache
def _in_force() -> Select[Any]:
    columns = [column for column in tables.settlement.c if column.name != "ended_batch"]
    return select(*columns).where(tables.settlement.c.ended_batch.is_(None))


@cache
def _in_order() -> Select[Any]:
    return _in_force().order_by(
        tables.settlement.c.store, tables.settlement.c.period_start, tables.settlement.c.settlement_id
    )


def _parts_of(connection: Connection, there: BookedSettlement | None) -> list[str]:
    return [] if there is None else original_files.files_of(connection, there)


def _put(
    connection: Connection, values: dict[str, Any], read: Settlement, batch: int
) -> tuple[int, pd.DataFrame | None]:
    """Store header, lines and problems; return the number and the lines that there were under this name, if any."""
    named = (tables.settlement.c.store == values["store"], tables.settlement.c.settlement_id == values["settlement_id"])
    old = connection.execute(select(tables.settlement).where(*named)).one_or_none()
    if old is None:
        number = int(
            connection.execute(insert(tables.settlement).values(values).returning(tables.settlement.c.id)).scalar_one()
        )
        settlement_lines.store_lines(connection, number, read.transactions, batch)
        _store_problems(connection, number, read)
        return number, None
    replaced = settlement_lines.lines_before(connection, old)
    _archive(connection, old, batch)
    connection.execute(
        update(tables.settlement).where(tables.settlement.c.id == old.id).values(**values, ended_batch=None)
    )
    settlement_lines.change_lines(connection, old.id, read.transactions, batch)
    _store_problems(connection, old.id, read)
    return int(old.id), replaced


def _archive(connection: Connection, old: Row[Any], batch: int) -> None:
    """Keep what a settlement was, before it becomes something else."""
    there = connection.execute(
        select(tables.problem).where(tables.problem.c.settlement == old.id).order_by(tables.problem.c.id)
    )
    told = json.dumps([[row.severity, row.message, row.where] for row in there], ensure_ascii=False)
    same = [
        column.name
        for column in tables.ended_settlement.c
        if column.name in tables.settlement.c and column.name != "id"
    ]
    values = {name: getattr(old, name) for name in same}
    values |= {"settlement": old.id, "ended_batch": old.ended_batch or batch, "problems": told}
    connection.execute(insert(tables.ended_settlement).values(values))
    connection.execute(delete(tables.problem).where(tables.problem.c.settlement == old.id))


def _store_problems(connection: Connection, number: int, read: Settlement) -> None:
    rows = [{"severity": str(one.severity), "message": one.message, "where": one.where} for one in read.problems]
    if rows:
        connection.execute(insert(tables.problem).values(settlement=number), rows)


def _by_number(connection: Connection, number: int) -> BookedSettlement:
    return _booked(connection.execute(_in_force().where(tables.settlement.c.id == number)).one())
