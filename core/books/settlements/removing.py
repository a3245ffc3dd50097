"""Take an imported settlement, or a store without settlements, out of the books again.

Nothing is deleted: the rows keep the batch that ended them, and `undo` brings a settlement back with its answers. What
has gone out to the accounts is never removed: its entries would stay there alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Connection, func, insert, literal, or_, select, type_coerce, update

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, tables
from core.books.database.repeating import repeated
from core.books.overrides import stored_overrides
from core.books.overrides.questions import says_something
from core.books.settings import stores
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.errors import CogsheetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from core.books.books import Books


class NotRemovableError(CogsheetError):
    """A settlement has gone out, so it cannot be removed."""

    def __init__(self, settlement: BookedSettlement) -> None:
        statuses = settlement.statuses.items()
        out = [f"its {entry} entry is {status}" for entry, status in statuses if status is not EntryStatus.OPEN]
        super().__init__(
            f"Settlement {settlement.settlement_id} ({settlement.store}) was not removed: {' and '.join(out)}. "
            f"Reopen it first, which reverses what was exported."
        )


class AlreadyRemovedError(CogsheetError):
    """A settlement is no longer in the books."""

    def __init__(self, settlement: BookedSettlement) -> None:
        super().__init__(
            f"Settlement {settlement.settlement_id} ({settlement.store}) is no longer in the books: somebody removed "
            f"it meanwhile."
        )


class StoreInUseError(CogsheetError):
    """A store that is to be removed has settlements."""

    def __init__(self, name: str, ids: Sequence[str]) -> None:
        super().__init__(
            f"Store “{name}” was not removed: the books have settlements of it ({', '.join(ids)}). Remove those first."
        )


@dataclass(frozen=True, slots=True)
class Orphans:
    """Refunds and adjustments of another settlement that took their cost from lines of the removed one."""

    store: str
    settlement_id: str
    lines: int


@dataclass(frozen=True, slots=True)
class Removal:
    """What was taken out of the books."""

    settlement: BookedSettlement
    lines: int
    answers: int
    """How many of its lines had a saved answer; `undo` brings them back too."""
    orphans: tuple[Orphans, ...]


def orphans_of(books: Books, removed: BookedSettlement, leaving: Sequence[BookedSettlement] = ()) -> list[Orphans]:
    """Return which other settlements have lines whose original is in a settlement. Pure.

    Args:
        books: The books with the settlement.
        removed: Which.
        leaving: Settlements that are removed as well: they lose nothing.
    """
    keys = set(books.lines_of(removed)["key"])
    gone = {(one.store, one.settlement_id) for one in (removed, *leaving)}
    lines = books.lines[books.lines["original_key"].isin(list(keys))]
    names = Counter((str(s), str(i)) for s, i in zip(lines["store"], lines["settlement_id"], strict=True))
    return [Orphans(store, number, count) for (store, number), count in names.items() if (store, number) not in gone]


@repeated
def remove_settlements(
    database: Database, books: Books, selection: Sequence[BookedSettlement], *, who: str, now: datetime
) -> list[Removal]:
    """Take settlements out of the books, each as a batch of its own that can be undone; all of them or none.

    Args:
        database: The books.
        books: Their state, just loaded.
        selection: Which.
        who: Who removes them.
        now: When.

    Raises:
        NotRemovableError: If an entry of one is exported or posted elsewhere.
        AlreadyRemovedError: If one is no longer there.
    """
    with database.writing() as connection:
        answered = {
            key
            for key, row in stored_overrides.newest_of(connection, books.lines["key"]).items()
            if says_something(row)
        }
        removed = []
        for one in selection:
            there = stored_settlements.of_number(connection, one.id)
            if there is None:
                raise AlreadyRemovedError(one)
            if not there.is_open:
                raise NotRemovableError(there)
            batch = batches.new(connection, BatchKind.REMOVE, who, now, note=f"{one.store} {one.settlement_id}")
            stored_settlements.remove(connection, there, batch)
            keys = set(books.lines_of(one)["key"])
            removed.append(Removal(one, len(keys), len(keys & answered), tuple(orphans_of(books, one, selection))))
    return removed


@repeated
def remove_store(database: Database, name: str, *, who: str, now: datetime) -> None:
    """Take a store out of the books that has no settlement in them; reports of returned goods of it count no more.

    Raises:
        stores.StoreUnknownError: If there is none of that name.
        StoreInUseError: If it has settlements.
    """
    with database.writing() as connection:
        if stores.find(connection, name) is None:
            raise stores.StoreUnknownError(name, [store.name for store in stores.all_stores(connection)])
        ids = [one.settlement_id for one in stored_settlements.booked_settlements(connection) if one.store == name]
        if ids:
            raise StoreInUseError(name, ids)
        stores.remove(connection, name, batches.new(connection, BatchKind.REMOVE, who, now, note=f"store {name}"))


def removed_by(connection: Connection, batch: int) -> list[int]:
    """Return the numbers of the settlements that a batch removed and that can come back.

    One that was imported again since is in force, and where a later import brought the same lines of an order under
    another name or store, bringing it back would count them twice: there is nothing to bring back then. Lines of the
    same amount that are days apart are two: a second shipment of an order, of as many units, is no copy of the first.
    """
    again = (
        select(tables.ended_transaction.c.settlement)
        .join(
            tables.transaction,
            (tables.transaction.c.order_id == tables.ended_transaction.c.order_id)
            & (tables.transaction.c.event == tables.ended_transaction.c.event)
            & (tables.transaction.c.net == tables.ended_transaction.c.net)
            & _are_near(tables.transaction.c.posted_at, tables.ended_transaction.c.posted_at),
        )
        .where(tables.ended_transaction.c.ended_batch == batch, tables.transaction.c.batch > batch)
    )
    gone = select(tables.settlement.c.id).where(
        tables.settlement.c.ended_batch == batch, tables.settlement.c.id.not_in(again)
    )
    return list(connection.scalars(gone))


_NEAR = 2 * 24 * 60 * 60 * 1_000_000
"""Microseconds: a document that knows days alone may say another one than the moment's."""


def _are_near(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    """Ask whether two moments can be the same line's, as two documents say it; one that is not stated can."""
    apart = func.abs(type_coerce(one, BigInteger) - type_coerce(other, BigInteger))
    return or_(one.is_(None), other.is_(None), apart <= _NEAR)


def bring_settlement_back(connection: Connection, number: int, removal: int, batch: int) -> list[str]:
    """Put a removed settlement into the books again as it was, and return the keys of its lines.

    Args:
        connection: Of `Database.writing`.
        number: The settlement's (`removed_by`).
        removal: The batch that removed it.
        batch: The number of the batch that brings it back.
    """
    of_it = (tables.ended_transaction.c.settlement == number, tables.ended_transaction.c.ended_batch == removal)
    names = [column.name for column in tables.transaction.c if column.name != "batch"]
    rows = select(*(tables.ended_transaction.c[name] for name in names), literal(batch)).where(*of_it)
    connection.execute(insert(tables.transaction).from_select([*names, "batch"], rows))
    files = select(
        tables.settlement_file.c.settlement,
        tables.settlement_file.c.sha256,
        tables.settlement_file.c.use,
        literal(batch),
    )
    ended = (tables.settlement_file.c.settlement == number, tables.settlement_file.c.ended_batch == removal)
    columns = ["settlement", "sha256", "use", "batch"]
    connection.execute(
        insert(tables.settlement_file).from_select(columns, files.where(*ended).order_by(tables.settlement_file.c.id))
    )
    connection.execute(update(tables.settlement).where(tables.settlement.c.id == number).values(ended_batch=None))
    of_store = select(tables.settlement.c.store).where(tables.settlement.c.id == number).scalar_subquery()
    connection.execute(update(tables.store).where(tables.store.c.name == of_store).values(ended_batch=None))
    return list(connection.scalars(select(tables.ended_transaction.c.key).where(*of_it)))
