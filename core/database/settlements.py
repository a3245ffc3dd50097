"""The settlements, stored whole or not at all with the bytes they came from, and their transactions as a frame."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, insert, select, update

from core.database import frames
from core.database.tables import original_file, problem, settlement, transaction
from core.model import TRANSACTION_COLUMNS, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from decimal import Decimal

    import pandas as pd
    from sqlalchemy import Connection

    from core.model import Settlement


class SettlementKind(StrEnum):
    """What a settlement's source is to the books (design §3)."""

    RECORD = "record"
    """The book of record."""
    VIEW = "view"
    """It fills the books only while there is no record."""


class EntryStatus(StrEnum):
    """Where the settlement entry or the COGS entry of a settlement stands."""

    OPEN = "open"
    EXPORTED = "exported"
    POSTED_ELSEWHERE = "posted elsewhere"


class Import(StrEnum):
    """What became of a settlement at import."""

    NEW = "imported"
    ALREADY_IMPORTED = "already imported"
    SUPERSEDED = "superseded"
    """It took the place of a view."""
    CONFLICT = "conflict"
    """Another record of the same settlement, with other contents, is in the books; nothing was stored."""
    NOT_NEEDED = "not needed"
    """A view, while the record is in the books; nothing was stored."""
    LOCKED = "locked"
    """The view in the books has been exported; nothing was stored."""


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """The bytes as they came, and under which name."""

    name: str
    content: bytes
    scrubbed: bytes | None = None
    """What is kept in their place, without personal data."""

    @property
    def sha256(self) -> str:
        """The hash of the bytes as they came, whatever is kept: the same file is known again."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class BookedSettlement:
    """A settlement as the books have it, without its lines."""

    id: int
    """Its number in this database."""
    store: str
    settlement_id: str
    format: str
    kind: SettlementKind
    marketplace: str
    currency: str
    total: Decimal | None
    sum: Decimal
    ties_out: bool
    lines: int
    period_start: datetime | None
    period_end: datetime | None
    deposit_at: datetime | None
    sha256: str
    reader_version: int
    batch: int
    imported_at: datetime
    settlement_entry: EntryStatus
    cogs_entry: EntryStatus

    @property
    def name(self) -> str:
        """What names it among all stores, as commands and messages have it: two stores can share a settlement id."""
        return f"{self.store}/{self.settlement_id}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one settlement, and what is in the books now."""

    outcome: Import
    booked: BookedSettlement
    replaced: pd.DataFrame | None = None
    """The transactions that a superseded view had (TRANSACTION_COLUMNS), to move their overrides."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where settlements came from: what is the same for all of one file."""

    store: str
    file: OriginalFile
    format: str
    kind: SettlementKind
    reader_version: int


def save(connection: Connection, read: Settlement, source: Source, batch: int, now: datetime) -> Imported:
    """Store a settlement, unless the books have it already.

    Args:
        connection: Of `Database.writing`; its store is known (`stores.ensure`).
        read: As the file brought it; its transactions have their line keys.
        source: The store, the file and what read it.
        batch: The number of the import's batch.
        now: When.

    Returns:
        What became of it. Only `NEW` and `SUPERSEDED` have stored anything.

    Raises:
        UnstorableValueError: If something in it cannot be kept exactly; nothing is stored then.
    """
    there = find(connection, source.store, read.settlement_id)
    outcome = outcome_of(there, source)
    if there is not None and outcome is Import.CONFLICT and _same_lines(connection, there, read):
        outcome = Import.ALREADY_IMPORTED
    if there is not None and outcome is not Import.SUPERSEDED:
        return Imported(outcome, there)
    replaced = None if there is None else _empty(connection, there)
    keep_original(connection, source.file, now)
    values = _values(read, source, batch, now)
    number = _insert(connection, values) if there is None else _replace(connection, there.id, values)
    _store_content(connection, number, read)
    return Imported(outcome, _by_number(connection, number), replaced)


def outcome_of(there: BookedSettlement | None, source: Source) -> Import:
    """Say what becomes of a settlement of a source, when the books have `there` under the same identity."""
    if there is None:
        return Import.NEW
    if there.sha256 == source.file.sha256:
        return Import.ALREADY_IMPORTED
    if there.kind is SettlementKind.RECORD:
        return Import.CONFLICT if source.kind is SettlementKind.RECORD else Import.NOT_NEEDED
    return Import.SUPERSEDED if _is_open(there) else Import.LOCKED


def find(connection: Connection, store: str, settlement_id: str) -> BookedSettlement | None:
    """Return one settlement."""
    row = connection.execute(
        select(settlement).where(settlement.c.store == store, settlement.c.settlement_id == settlement_id)
    ).one_or_none()
    return None if row is None else _booked(row)


def booked(connection: Connection) -> list[BookedSettlement]:
    """Return every settlement, by store and period."""
    order = (settlement.c.store, settlement.c.period_start, settlement.c.settlement_id)
    return [_booked(row) for row in connection.execute(select(settlement).order_by(*order))]


def transactions(connection: Connection, settlements: Iterable[BookedSettlement] | None = None) -> pd.DataFrame:
    """Return the transactions (TRANSACTION_COLUMNS) of some settlements, or of all, always in the same order."""
    query = (
        select(transaction, settlement.c.store, settlement.c.settlement_id)
        .join(settlement, transaction.c.settlement == settlement.c.id)
        .order_by(transaction.c.settlement, transaction.c.posted_at, transaction.c.key)
    )
    if settlements is not None:
        query = query.where(transaction.c.settlement.in_([one.id for one in settlements]))
    return frames.load(connection, query, TRANSACTION_COLUMNS)


def problems(connection: Connection, of: BookedSettlement) -> list[Problem]:
    """Return what is wrong with the data of a settlement, in the order it was found."""
    rows = connection.execute(select(problem).where(problem.c.settlement == of.id).order_by(problem.c.id))
    return [Problem(Severity(row.severity), row.message, row.where) for row in rows]


def original(connection: Connection, sha256: str) -> OriginalFile | None:
    """Return the bytes of a file as they are kept: as they came, or without personal data."""
    row = connection.execute(select(original_file).where(original_file.c.sha256 == sha256)).one_or_none()
    return None if row is None else OriginalFile(row.name, zlib.decompress(row.content))


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
    connection.execute(update(settlement).where(settlement.c.id == of.id).values(changed))


def _same_lines(connection: Connection, there: BookedSettlement, read: Settlement) -> bool:
    """Tell whether another file says exactly what is in the books: packed otherwise, or its rows in another order."""
    if (there.total, there.sum, there.lines, there.currency) != (read.total, read.sum, read.lines, read.currency):
        return False
    names = [name for name in TRANSACTION_COLUMNS if name not in ("store", "settlement_id")]
    stored = transactions(connection, [there])
    return sorted(frames.rows_of(stored, names), key=repr) == sorted(frames.rows_of(read.transactions, names), key=repr)


def _is_open(there: BookedSettlement) -> bool:
    return there.settlement_entry is EntryStatus.OPEN and there.cogs_entry is EntryStatus.OPEN


def _empty(connection: Connection, there: BookedSettlement) -> pd.DataFrame:
    """Take out what a view brought, and return its transactions."""
    replaced = transactions(connection, [there])
    connection.execute(delete(transaction).where(transaction.c.settlement == there.id))
    connection.execute(delete(problem).where(problem.c.settlement == there.id))
    return replaced


def keep_original(connection: Connection, file: OriginalFile, now: datetime) -> None:
    """Keep the bytes of a file, once, however many settlements they hold."""
    sha256 = file.sha256
    if connection.scalar(select(original_file.c.sha256).where(original_file.c.sha256 == sha256)) is None:
        values = {
            "content": zlib.compress(file.content if file.scrubbed is None else file.scrubbed),
            "scrubbed": file.scrubbed is not None,
        }
        connection.execute(insert(original_file).values(sha256=sha256, name=file.name, imported_at=now, **values))


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
    }


def _insert(connection: Connection, values: dict[str, Any]) -> int:
    return int(connection.execute(insert(settlement).values(values).returning(settlement.c.id)).scalar_one())


def _replace(connection: Connection, number: int, values: dict[str, Any]) -> int:
    connection.execute(update(settlement).where(settlement.c.id == number).values(values))
    return number


def _store_content(connection: Connection, number: int, read: Settlement) -> None:
    frames.store(connection, transaction, read.transactions, TRANSACTION_COLUMNS, settlement=number)
    found = [{"severity": str(one.severity), "message": one.message, "where": one.where} for one in read.problems]
    if found:
        connection.execute(insert(problem).values(settlement=number), found)


def _by_number(connection: Connection, number: int) -> BookedSettlement:
    return _booked(connection.execute(select(settlement).where(settlement.c.id == number)).one())


def _booked(row: Row[Any]) -> BookedSettlement:
    return BookedSettlement(
        **{
            **row._asdict(),
            "kind": SettlementKind(row.kind),
            "settlement_entry": EntryStatus(row.settlement_entry),
            "cogs_entry": EntryStatus(row.cogs_entry),
        }
    )
