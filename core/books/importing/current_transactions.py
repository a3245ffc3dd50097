"""The transactions as they are read and classified today, those of exported settlements included.

An exported settlement has the rows and the answers that it went out with. What its files say by the readers of today
(`reader_upgrade`), and what was answered about its words since, is compared with it here, so that a difference is
proposed and never booked by itself.
"""

from __future__ import annotations

from collections import ChainMap
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, Select, select, update

from core.books.batches import BatchKind
from core.books.database import Connection, frames, marketplace_tables, seals, tables
from core.books.entries import stored_entries
from core.books.settings import stores
from core.books.settings.type_choices import AsOf, in_force, with_choices
from core.books.settlements import settlement_lines, stored_settlements
from core.frame_columns import TRANSACTION_COLUMNS, WHOLE, frame, records
from core.model import Goods, StockEffect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from core.books.settings.stores import Store
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.time import SettlementName

_APART = ("store", "settlement_id")
_REPEATED = ("key", "ordinal", "group_key", "goods", "tax_code")
_MONEY = tuple(name for name in TRANSACTION_COLUMNS if name not in (*_APART, *_REPEATED))
_GOODS = ("event", "order_id", "sku", "posted_at", "quantity", "stock_effect")
"""`goods` is not among them: rows of the first readers are without it, and say the same by their type."""


class ReaderDifferences(NamedTuple):
    """What newer readers say otherwise of exported settlements, each with the reader's name (`reader 3`)."""

    lines: Mapping[str, str]
    """By the keys of lines of which it says other goods, or else what became of them."""
    settlements: Mapping[SettlementName, str]
    """The settlements of which it says anything else."""
    came: Collection[str] = frozenset()
    """Keys of lines of which a document says other goods that came after their settlement went out."""
    with_document: Collection[SettlementName] = frozenset()
    """The settlements of which such a document says anything else."""


def _of(rows: pd.DataFrame, name: SettlementName) -> pd.DataFrame:
    return rows[(rows["store"] == name[0]) & (rows["settlement_id"] == name[1])]


def _readings(later_rows: pd.DataFrame, stored: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame, pd.DataFrame]]:
    """Yield the readings of a settlement since it went out, the newest first: batch, what held before it, and it."""
    now = later_rows[later_rows["ended_batch"].isna()]
    while len(now):
        batch = int(now["batch"].iloc[0])
        before = later_rows[(later_rows["ended_batch"] == batch).fillna(value=False).astype(bool)]
        yield batch, before if len(before) else stored, now
        now = before


def _differing(was: pd.DataFrame, now: pd.DataFrame, names: Sequence[str]) -> set[str]:
    before, after = ({row["key"]: [row[name] for name in names] for row in records(rows)} for rows in (was, now))
    return {key for key in before | after if before.get(key) != after.get(key)}


def transactions_now(
    connection: Connection,
    stored: pd.DataFrame,
    at_export: pd.DataFrame,
    booked: Iterable[BookedSettlement],
    stores: Iterable[Store],
) -> pd.DataFrame:
    """Return the company's transactions as they are read and classified today (TRANSACTION_COLUMNS).

    Args:
        connection: Of `Database.reading`.
        stored: Those in the books.
        at_export: The same, classified as each settlement went out.
        booked: The settlements.
        stores: The stores.

    Returns:
        `at_export` itself where nothing differs.
    """
    booked = list(booked)
    later = load(connection)
    if later.empty:
        now = with_choices(connection, stored, booked, stores, as_of=AsOf.TODAY)
        return at_export if now is at_export or now.equals(at_export) else now
    names = set(zip(later["store"], later["settlement_id"], strict=True))
    replaced = [name in names for name in zip(stored["store"], stored["settlement_id"], strict=True)]
    rows = pd.concat([stored[~pd.Series(replaced, stored.index, dtype=bool)], later], ignore_index=True)
    return with_choices(connection, rows, booked, stores, as_of=AsOf.TODAY)


def are_otherwise(connection: Connection) -> bool:
    """Tell whether exported settlements are read or classified otherwise today than they went out or were locked.

    It is asked of all lines whose words nobody has declared, whichever lines are loaded: what is open of one of them is
    asked, and proposed, from all lines of the books.
    """
    return bool(settlements_with_later_readings(connection)) or _are_said_since(connection)


def _are_said_since(connection: Connection) -> bool:
    """Tell whether lines that went out are something else by what was said of their words since.

    Words about money alone that were said between the two entries of a settlement ask and propose nothing of any line.
    """
    last, first = in_force(connection).batch, stored_entries.first_batches(connection)
    out = [one for one in stored_settlements.booked_settlements(connection) if first.get(one.id, last) < last]
    lines = settlement_lines.lines_with_asked_words(connection, out)
    if lines.empty:
        return False
    all_stores = list(stores.all_stores(connection))
    locked, held, now = (
        with_choices(connection, lines, out, all_stores, as_of=as_of)
        for as_of in (AsOf.AT_LOCK, AsOf.IN_ENTRIES, AsOf.TODAY)
    )
    is_money = (locked["stock_effect"] == StockEffect.NONE) & (held["goods"] == Goods.NONE)
    goods = ~is_money.fillna(value=False).astype(bool)
    return not (now.equals(held) and locked[goods].equals(held[goods]))


def put(connection: Connection, of: BookedSettlement, transactions: pd.DataFrame, batch: int) -> None:
    """Keep what a settlement holds as it is read now; what was kept before ends with this batch.

    Args:
        connection: Of `Database.writing`.
        of: The settlement, exported.
        transactions: TRANSACTION_COLUMNS with keys; those of lines that went out have the keys they went out with.
        batch: The number of the batch that read it.
    """
    end(connection, of, batch)
    columns = {name: kind for name, kind in TRANSACTION_COLUMNS.items() if name not in _APART}
    frames.store(connection, tables.later_transaction, transactions, columns, settlement=of.id, batch=batch)


def lines_known(connection: Connection, of: BookedSettlement, stored: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that a settlement went out with, and those that came since, with the keys they were answered by.

    A line that came after the export and is named otherwise by a still later file is the line that it was.

    Args:
        connection: Of the database.
        of: The settlement, exported.
        stored: Its lines as they went out (TRANSACTION_COLUMNS).
    """
    later = load(connection, of)
    return pd.concat([stored, later[~later["key"].isin(list(stored["key"]))]], ignore_index=True)


def end(connection: Connection, of: BookedSettlement, batch: int) -> None:
    """Let what is read now hold no more, because the settlement is open again and has taken it over."""
    standing = (tables.later_transaction.c.settlement == of.id) & tables.later_transaction.c.ended_batch.is_(None)
    ended = connection.execute(select(tables.later_transaction.c.id).where(standing)).all()
    connection.execute(update(tables.later_transaction).where(standing).values(ended_batch=batch))
    seals.touch(connection, tables.later_transaction.name, map(tuple, ended))


def load(connection: Connection, of: BookedSettlement | None = None) -> pd.DataFrame:
    """Return what exported settlements, or one, hold as read now (TRANSACTION_COLUMNS), always in the same order."""
    query = _standing_in_order()
    one = query if of is None else query.where(tables.settlement.c.id == of.id)
    return frames.load(connection, one, TRANSACTION_COLUMNS)


@cache
def _standing_in_order() -> Select[Any]:
    later = tables.later_transaction
    return (
        select(later, tables.settlement.c.store, tables.settlement.c.settlement_id)
        .join(tables.settlement, later.c.settlement == tables.settlement.c.id)
        .where(later.c.ended_batch.is_(None))
        .order_by(later.c.settlement, later.c.posted_at, later.c.key)
    )


def as_trued_up(connection: Connection, accepted: pd.DataFrame) -> pd.DataFrame:
    """Return lines as they were read when what the books hold for them was proposed (TRANSACTION_COLUMNS).

    A line that came after the export and was trued up is in the journal, also where a still later document lacks it.
    One that was trued up before anything else was read of its settlement is not among them.

    Args:
        connection: Of the database.
        accepted: TRUE_UP_COLUMNS, per line the newest accepted one.
    """
    proposed = dict(zip(accepted["key"], accepted["batch"], strict=True))
    parts = [_ever_kept(connection, some) for some in frames.among(tables.later_transaction.c.key, proposed)]
    if not parts:
        return frame(TRANSACTION_COLUMNS)
    rows = pd.concat(parts, ignore_index=True).sort_values("batch", kind="stable")
    was_there = [batch <= proposed[key] for key, batch in zip(rows["key"], rows["batch"], strict=True)]
    known = rows[pd.Series(was_there, rows.index, dtype=bool)]
    return known.drop_duplicates("key", keep="last")[list(TRANSACTION_COLUMNS)].reset_index(drop=True)


def settlements_with_later_readings(connection: Connection) -> Collection[int]:
    """Return the numbers of the settlements of which something is kept."""
    return set(
        connection.scalars(
            select(tables.later_transaction.c.settlement)
            .where(tables.later_transaction.c.ended_batch.is_(None))
            .distinct()
        )
    )


def reader_differences(connection: Connection, booked: Iterable[BookedSettlement]) -> ReaderDifferences:
    """Return what newer readers, and what documents that came after the export, say otherwise: not what was answered.

    Args:
        connection: Of `Database.reading`.
        booked: The settlements.
    """
    reread = select(tables.batch.c.number, tables.batch.c.note).where(tables.batch.c.kind == str(BatchKind.REREAD))
    readers: dict[int, str] = {row.number: row.note for row in connection.execute(reread)}
    numbers = settlements_with_later_readings(connection)
    if not readers and not numbers:
        return ReaderDifferences({}, {})
    own = [one for one in booked if one.id in numbers]
    kept, stored = _ever_kept(connection), settlement_lines.stored_transactions(connection, own)
    lines: dict[str, str] = {}
    names: dict[SettlementName, str] = {}
    came: set[str] = set()
    documents: set[SettlementName] = set()
    for one in own:
        name = (one.store, one.settlement_id)
        for batch, was, now in _readings(*(_of(rows, name) for rows in (kept, stored))):
            goods, is_money = _differing(was, now, _GOODS), bool(_differing(was, now, _MONEY))
            if batch in readers:
                lines = {**dict.fromkeys(goods, readers[batch]), **lines}
                if is_money:
                    names.setdefault(name, readers[batch])
            else:
                came |= goods
                documents |= {name} if is_money else set()
    return ReaderDifferences(ChainMap(lines, _goods_back(connection)), names, came, documents)


def _ever_kept(connection: Connection, only: ColumnElement[bool] | None = None) -> pd.DataFrame:
    """Return everything that was ever kept beside the rows of exported settlements, with the batches that did so."""
    query = select(tables.later_transaction, tables.settlement.c.store, tables.settlement.c.settlement_id)
    whole = query.join(tables.settlement, tables.later_transaction.c.settlement == tables.settlement.c.id)
    whole = whole if only is None else whole.where(only)
    return frames.load(connection, whole, {**TRANSACTION_COLUMNS, "batch": WHOLE, "ended_batch": WHOLE})


def _goods_back(connection: Connection) -> dict[str, str]:
    """Return the lines of which a newer reader found in the kept files what became of the goods."""
    line, told = tables.transaction.c, marketplace_tables.goods_back.c
    query = (
        select(line.key, tables.batch.c.note)
        .join(tables.settlement, tables.settlement.c.id == line.settlement)
        .join(
            marketplace_tables.goods_back,
            (told.store == tables.settlement.c.store) & (told.order_id == line.order_id) & (told.sku == line.sku),
        )
        .join(tables.batch, tables.batch.c.number == told.batch)
        .where(tables.batch.c.kind == str(BatchKind.REREAD))
    )
    return {row.key: row.note for row in connection.execute(query)}
