"""The settlements, stored whole or not at all with the bytes they came from, and their transactions as a frame.

What is read here is what is in force. Lines that are superseded or removed go to `ended_transaction` with the batch
that ended them, and `transactions_at` shows what the books held after any batch.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Row, delete, insert, literal, select, update

from core.database import frames
from core.database.tables import (
    ended_settlement,
    ended_transaction,
    original_file,
    problem,
    settlement,
    settlement_file,
    store,
    transaction,
)
from core.errors import DatabaseError
from core.model import TRANSACTION_COLUMNS, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy import ColumnElement, Connection, Select

    from core.model import Settlement


class SettlementKind(StrEnum):
    """What a settlement's source is to the books (docs/design/books.md, Settlement, record and view)."""

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
    """It took the place of a view, or of a record that did not tie out."""
    UNITED = "united"
    """A view that brought further rows of a payout of which the books had some."""
    CONFLICT = "conflict"
    """The books have something else under this identity, or the same under another; nothing was stored."""
    NOT_NEEDED = "not needed"
    """A view, while the record is in the books; nothing was stored."""
    LOCKED = "locked"
    """The view in the books has been exported; the file was kept with it, its lines were not changed."""


class FileUse(StrEnum):
    """What a file is to a settlement."""

    PART = "part"
    """The settlement's lines come from it, alone or together with other parts."""
    AFTER_EXPORT = "after the export"
    """It came when the settlement had gone out: what it says is known, the lines are as they were exported."""


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
    derived_id: bool = False
    """Whether the id is made of dates, because the file states none."""
    incomplete: str | None = None
    """Why rows of it are missing, or may be; `None` where nothing says so."""
    later_reader: int | None = None
    """The reader that its files were read anew with, where its rows were left as they are."""

    @property
    def last_reader(self) -> int:
        """The newest reader that has read its files."""
        return max(self.reader_version, self.later_reader or 0)

    @property
    def is_open(self) -> bool:
        """Whether neither entry has gone out or was posted elsewhere."""
        return self.settlement_entry is EntryStatus.OPEN and self.cogs_entry is EntryStatus.OPEN

    @property
    def is_provisional(self) -> bool:
        """Whether it stands in for a settlement's own report, which may still come and say something else."""
        return self.kind is SettlementKind.VIEW

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
    """The transactions that it had before (TRANSACTION_COLUMNS), to move their overrides; those of a removed settlement
    too, when it is imported again."""
    before: BookedSettlement | None = None
    """The settlement as it was, where something took its place."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where settlements came from: what is the same for all of one file."""

    store: str
    file: OriginalFile
    format: str
    kind: SettlementKind
    reader_version: int
    unites: bool = False
    """Whether the settlement was united with what its earlier files say, so that these stay parts of it."""


def save(connection: Connection, read: Settlement, source: Source, batch: int, now: datetime) -> Imported:
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
    outcome = outcome_of(there, source, _parts_of(connection, there), ties_out=read.ties_out)
    if there is not None and outcome is Import.CONFLICT and same_lines(connection, there, read):
        outcome = Import.ALREADY_IMPORTED
    if there is not None and outcome is Import.LOCKED:
        _add_file(connection, there, source.file, FileUse.AFTER_EXPORT, batch, now)
    if there is not None and outcome not in (Import.SUPERSEDED, Import.UNITED):
        return Imported(outcome, there)
    keep_original(connection, source.file, now)
    values = _values(read, source, batch, now)
    number, replaced = _put(connection, values, read, batch)
    if there is not None and not source.unites:
        _end_files(connection, number, batch)
    booked_now = _by_number(connection, number)
    _add_file(connection, booked_now, source.file, FileUse.PART, batch, now)
    return Imported(outcome, booked_now, replaced, there)


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
    old = connection.execute(select(settlement).where(settlement.c.id == there.id)).one()
    before = _lines_before(connection, old)
    _archive(connection, old, batch)
    names = ("total", "sum", "ties_out", "lines", "period_start", "period_end", "deposit_at")
    values = {name: getattr(read, name) for name in names}
    values |= {"incomplete": read.incomplete or None, "reader_version": reader_version, "later_reader": None}
    connection.execute(update(settlement).where(settlement.c.id == there.id).values(**values, batch=batch))
    _change_lines(connection, there.id, read.transactions, batch)
    _store_problems(connection, there.id, read)
    return before


def note_reader(connection: Connection, there: BookedSettlement, reader_version: int) -> None:
    """Remember that a settlement's files were read by a newer reader, and its rows left as they are."""
    connection.execute(update(settlement).where(settlement.c.id == there.id).values(later_reader=reader_version))


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


def find(connection: Connection, store: str, settlement_id: str) -> BookedSettlement | None:
    """Return one settlement."""
    named = (settlement.c.store == store, settlement.c.settlement_id == settlement_id)
    row = connection.execute(_in_force().where(*named)).one_or_none()
    return None if row is None else _booked(row)


def booked(connection: Connection) -> list[BookedSettlement]:
    """Return every settlement, by store and period."""
    order = (settlement.c.store, settlement.c.period_start, settlement.c.settlement_id)
    return [_booked(row) for row in connection.execute(_in_force().order_by(*order))]


def of_number(connection: Connection, number: int) -> BookedSettlement | None:
    """Return the settlement of a number, if it is in force."""
    row = connection.execute(_in_force().where(settlement.c.id == number)).one_or_none()
    return None if row is None else _booked(row)


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


def transactions_at(connection: Connection, batch: int) -> pd.DataFrame:
    """Return the transactions (TRANSACTION_COLUMNS) that were in force after a batch, whatever became of them since."""
    then = (
        select(transaction, settlement.c.store, settlement.c.settlement_id)
        .join(settlement, transaction.c.settlement == settlement.c.id)
        .where(transaction.c.batch <= batch)
    )
    ended = _ended(ended_transaction.c.batch <= batch).where(ended_transaction.c.ended_batch > batch)
    parts = [frames.load(connection, query, TRANSACTION_COLUMNS) for query in (then, ended)]
    whole = pd.concat(parts, ignore_index=True)
    return whole.sort_values(["store", "settlement_id", "posted_at", "key"], ignore_index=True)


def last_ended(connection: Connection, keys: Iterable[str]) -> pd.DataFrame:
    """Return what each of these keys stood for (TRANSACTION_COLUMNS) the last time a line that had it was ended."""
    parts = (
        frames.load(connection, _ended(some).order_by(ended_transaction.c.id), TRANSACTION_COLUMNS)
        for some in frames.among(ended_transaction.c.key, keys)
    )
    return frames.concat(parts, TRANSACTION_COLUMNS).drop_duplicates("key", keep="last", ignore_index=True)


def files_of(connection: Connection, of: BookedSettlement, use: FileUse = FileUse.PART) -> list[str]:
    """Return the hashes of the files that a settlement is made of, or that came after it went out, the oldest first."""
    query = select(settlement_file.c.sha256).where(
        settlement_file.c.settlement == of.id,
        settlement_file.c.use == str(use),
        settlement_file.c.ended_batch.is_(None),
    )
    return list(connection.scalars(query.order_by(settlement_file.c.id)))


def of_file(connection: Connection, sha256: str) -> list[BookedSettlement]:
    """Return every settlement, of any store, that is made of a file."""
    parts = select(settlement_file.c.settlement).where(
        settlement_file.c.sha256 == sha256,
        settlement_file.c.use == str(FileUse.PART),
        settlement_file.c.ended_batch.is_(None),
    )
    order = (settlement.c.store, settlement.c.settlement_id)
    return [_booked(row) for row in connection.execute(_in_force().where(settlement.c.id.in_(parts)).order_by(*order))]


def lines_of_orders(connection: Connection, orders: Iterable[str]) -> pd.DataFrame:
    """Return every transaction (TRANSACTION_COLUMNS) of some orders, in whatever settlement and store."""
    return _lines(connection, frames.among(transaction.c.order_id, orders))


def lines_without_order(connection: Connection, moments: Iterable[datetime]) -> pd.DataFrame:
    """Return every transaction (TRANSACTION_COLUMNS) of some moments that names no order, in whatever settlement."""
    parts = frames.among(transaction.c.posted_at, moments)
    return _lines(connection, (some & transaction.c.order_id.is_(None) for some in parts))


def _lines(connection: Connection, parts: Iterable[ColumnElement[bool]]) -> pd.DataFrame:
    plain = select(transaction, settlement.c.store, settlement.c.settlement_id).join(
        settlement, transaction.c.settlement == settlement.c.id
    )
    found = (frames.load(connection, plain.where(some), TRANSACTION_COLUMNS) for some in parts)
    return frames.concat(found, TRANSACTION_COLUMNS)


def remove(connection: Connection, of: BookedSettlement, batch: int) -> None:
    """Take a settlement out of the books; its rows are kept with the batch that ended them."""
    _end_lines(connection, of.id, list(transactions(connection, [of])["key"]), batch)
    _end_files(connection, of.id, batch)
    connection.execute(update(settlement).where(settlement.c.id == of.id).values(ended_batch=batch))


def removed_by(connection: Connection, batch: int) -> list[int]:
    """Return the numbers of the settlements that a batch removed and that can come back.

    One that was imported again since is in force, and where a later import brought the same lines of an order under
    another name or store, bringing it back would count them twice: there is nothing to bring back then.
    """
    again = (
        select(ended_transaction.c.settlement)
        .join(
            transaction,
            (transaction.c.order_id == ended_transaction.c.order_id)
            & (transaction.c.event == ended_transaction.c.event)
            & (transaction.c.net == ended_transaction.c.net),
        )
        .where(ended_transaction.c.ended_batch == batch, transaction.c.batch > batch)
    )
    gone = select(settlement.c.id).where(settlement.c.ended_batch == batch, settlement.c.id.not_in(again))
    return list(connection.scalars(gone))


def bring_back(connection: Connection, number: int, removal: int, batch: int) -> list[str]:
    """Put a removed settlement into the books again as it was, and return the keys of its lines.

    Args:
        connection: Of `Database.writing`.
        number: The settlement's (`removed_by`).
        removal: The batch that removed it.
        batch: The number of the batch that brings it back.
    """
    of_it = (ended_transaction.c.settlement == number, ended_transaction.c.ended_batch == removal)
    names = [column.name for column in transaction.c if column.name != "batch"]
    rows = select(*(ended_transaction.c[name] for name in names), literal(batch)).where(*of_it)
    connection.execute(insert(transaction).from_select([*names, "batch"], rows))
    files = select(settlement_file.c.settlement, settlement_file.c.sha256, settlement_file.c.use, literal(batch))
    ended = (settlement_file.c.settlement == number, settlement_file.c.ended_batch == removal)
    columns = ["settlement", "sha256", "use", "batch"]
    connection.execute(insert(settlement_file).from_select(columns, files.where(*ended).order_by(settlement_file.c.id)))
    connection.execute(update(settlement).where(settlement.c.id == number).values(ended_batch=None))
    of_store = select(settlement.c.store).where(settlement.c.id == number).scalar_subquery()
    connection.execute(update(store).where(store.c.name == of_store).values(ended_batch=None))
    return list(connection.scalars(select(ended_transaction.c.key).where(*of_it)))


def problems(connection: Connection, of: BookedSettlement) -> list[Problem]:
    """Return what is wrong with the data of a settlement, in the order it was found."""
    rows = connection.execute(select(problem).where(problem.c.settlement == of.id).order_by(problem.c.id))
    return [Problem(Severity(row.severity), row.message, row.where) for row in rows]


class KeptBytesError(DatabaseError):
    """The bytes of a kept file cannot be unpacked: they were damaged in the database."""

    def __init__(self, name: str, sha256: str) -> None:
        super().__init__(
            f"The contents of {name} ({sha256[:12]}) are damaged in the books. Restore the books from a copy, or "
            f"remove its settlements and import the file again."
        )


def original(connection: Connection, sha256: str) -> OriginalFile | None:
    """Return the bytes of a file as they are kept: as they came, or without personal data.

    Raises:
        KeptBytesError: If they were damaged.
    """
    row = connection.execute(select(original_file).where(original_file.c.sha256 == sha256)).one_or_none()
    if row is None:
        return None
    try:
        return OriginalFile(row.name, zlib.decompress(row.content))
    except zlib.error as error:
        raise KeptBytesError(row.name, sha256) from error


def is_scrubbed(connection: Connection, sha256: str) -> bool:
    """Tell whether personal data is left out of what is kept of a file, so that its bytes have another hash."""
    return bool(connection.scalar(select(original_file.c.scrubbed).where(original_file.c.sha256 == sha256)))


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


def same_lines(connection: Connection, there: BookedSettlement, read: Settlement) -> bool:
    """Tell whether another file says exactly what is in the books: packed otherwise, or its rows in another order."""
    if (there.total, there.sum, there.lines, there.currency) != (read.total, read.sum, read.lines, read.currency):
        return False
    names = [name for name in TRANSACTION_COLUMNS if name not in ("key", "store", "settlement_id")]
    stored = transactions(connection, [there])
    return sorted(frames.rows_of(stored, names), key=repr) == sorted(frames.rows_of(read.transactions, names), key=repr)


def _in_force() -> Select[Any]:
    columns = [column for column in settlement.c if column.name != "ended_batch"]
    return select(*columns).where(settlement.c.ended_batch.is_(None))


def _ended(which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(ended_transaction, settlement.c.store, settlement.c.settlement_id)
        .join(settlement, ended_transaction.c.settlement == settlement.c.id)
        .where(which)
    )


def _parts_of(connection: Connection, there: BookedSettlement | None) -> list[str]:
    return [] if there is None else files_of(connection, there)


def _put(
    connection: Connection, values: dict[str, Any], read: Settlement, batch: int
) -> tuple[int, pd.DataFrame | None]:
    """Store header, lines and problems; return the number and the lines that there were under this name, if any."""
    named = (settlement.c.store == values["store"], settlement.c.settlement_id == values["settlement_id"])
    old = connection.execute(select(settlement).where(*named)).one_or_none()
    if old is None:
        number = int(connection.execute(insert(settlement).values(values).returning(settlement.c.id)).scalar_one())
        _store_lines(connection, number, read.transactions, batch)
        _store_problems(connection, number, read)
        return number, None
    replaced = _lines_before(connection, old)
    _archive(connection, old, batch)
    connection.execute(update(settlement).where(settlement.c.id == old.id).values(**values, ended_batch=None))
    _change_lines(connection, old.id, read.transactions, batch)
    _store_problems(connection, old.id, read)
    return int(old.id), replaced


def _lines_before(connection: Connection, old: Row[Any]) -> pd.DataFrame:
    """Return the lines that a settlement has, or had when it was removed."""
    if old.ended_batch is None:
        query = select(
            transaction, literal(old.store).label("store"), literal(old.settlement_id).label("settlement_id")
        )
        return frames.load(connection, query.where(transaction.c.settlement == old.id), TRANSACTION_COLUMNS)
    of_it = _ended(ended_transaction.c.settlement == old.id)
    return frames.load(connection, of_it.where(ended_transaction.c.ended_batch == old.ended_batch), TRANSACTION_COLUMNS)


def _archive(connection: Connection, old: Row[Any], batch: int) -> None:
    """Keep what a settlement was, before it becomes something else."""
    there = connection.execute(select(problem).where(problem.c.settlement == old.id).order_by(problem.c.id))
    told = json.dumps([[row.severity, row.message, row.where] for row in there], ensure_ascii=False)
    same = [column.name for column in ended_settlement.c if column.name in settlement.c and column.name != "id"]
    values = {name: getattr(old, name) for name in same}
    values |= {"settlement": old.id, "ended_batch": old.ended_batch or batch, "problems": told}
    connection.execute(insert(ended_settlement).values(values))
    connection.execute(delete(problem).where(problem.c.settlement == old.id))


def _change_lines(connection: Connection, number: int, new: pd.DataFrame, batch: int) -> None:
    """End the lines that are no longer so, and store those that are new; the others stay with the batch they have."""
    query = select(transaction).where(transaction.c.settlement == number)
    names = [name for name in TRANSACTION_COLUMNS if name not in ("store", "settlement_id")]
    old = {row[0]: row for row in frames.rows_of(frames.load(connection, query, TRANSACTION_COLUMNS), names)}
    wanted = frames.rows_of(new, names)
    stays = {row[0] for row in wanted if old.get(row[0]) == row}
    _end_lines(connection, number, [key for key in old if key not in stays], batch)
    _store_lines(connection, number, new[~new["key"].isin(list(stays))], batch)


def _end_lines(connection: Connection, number: int, keys: Iterable[str], batch: int) -> None:
    names = [column.name for column in transaction.c]
    for some in frames.among(transaction.c.key, keys):
        of_it = (transaction.c.settlement == number, some)
        rows = select(literal(batch), *(transaction.c[name] for name in names)).where(*of_it)
        connection.execute(insert(ended_transaction).from_select(["ended_batch", *names], rows))
        connection.execute(delete(transaction).where(*of_it))


def _add_file(
    connection: Connection, of: BookedSettlement, file: OriginalFile, use: FileUse, batch: int, now: datetime
) -> None:
    keep_original(connection, file, now)
    if file.sha256 not in files_of(connection, of, use):
        values = {"settlement": of.id, "sha256": file.sha256, "use": str(use), "batch": batch}
        connection.execute(insert(settlement_file).values(values))


def _end_files(connection: Connection, number: int, batch: int) -> None:
    """End the files of a settlement: it is made of another one now, or of none."""
    of_it = (settlement_file.c.settlement == number, settlement_file.c.ended_batch.is_(None))
    connection.execute(update(settlement_file).where(*of_it).values(ended_batch=batch))


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
        "derived_id": read.derived_id,
        "incomplete": read.incomplete or None,
        "later_reader": None,
    }


def _store_lines(connection: Connection, number: int, lines: pd.DataFrame, batch: int) -> None:
    frames.store(connection, transaction, lines, TRANSACTION_COLUMNS, settlement=number, batch=batch)


def _store_problems(connection: Connection, number: int, read: Settlement) -> None:
    found = [{"severity": str(one.severity), "message": one.message, "where": one.where} for one in read.problems]
    if found:
        connection.execute(insert(problem).values(settlement=number), found)


def _by_number(connection: Connection, number: int) -> BookedSettlement:
    return _booked(connection.execute(_in_force().where(settlement.c.id == number)).one())


def _booked(row: Row[Any]) -> BookedSettlement:
    return BookedSettlement(
        **{
            **row._asdict(),
            "kind": SettlementKind(row.kind),
            "settlement_entry": EntryStatus(row.settlement_entry),
            "cogs_entry": EntryStatus(row.cogs_entry),
        }
    )
