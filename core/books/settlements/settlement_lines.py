"""The transactions of settlements: those that hold, and those that something took the place of. Append-only."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, literal, select, union_all

from core.books.database import frames, tables
from core.books.database.frames import rows_of
from core.frame_columns import TRANSACTION_COLUMNS
from core.marketplaces.compared_rows import CONTENT, with_its_date
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from core.books.settlements.booked_settlement import BookedSettlement

_NAMED = 5
PLACE = ("event", "order_id", "sku")


def line_differences(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Name the lines of which two documents of one settlement say different things, by order, SKU and event. Pure.

    Args:
        before: What the books have (TRANSACTION_COLUMNS).
        after: What another document says.
    """
    old, new = _by_line(before), _by_line(after)
    differ = [place for place in dict.fromkeys([*old, *new]) if old.get(place) != new.get(place)]
    told = [
        f"{' '.join(str(part) for part in place if part)}: {_line(new.get(place))} instead of {_line(old.get(place))}"
        for place in differ
    ]
    told = told or _finer_differences(before, after)
    more = len(told) - _NAMED
    return told if more <= 0 else [*told[:_NAMED], f"and {more} more"]


def _finer_differences(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Name the lines of the same amounts and units of which two documents say something else otherwise, and what."""
    old, new = _rows_by_line(before), _rows_by_line(after)
    pairs = ((place, old.get(place, []), new.get(place, [])) for place in dict.fromkeys([*old, *new]))
    return [
        f"{' '.join(str(part) for part in place if part)}: the same amount with {_what_differs(own, other)}"
        for place, own, other in pairs
        if Counter(own) != Counter(other)
    ]


def _rows_by_line(lines: pd.DataFrame) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
    by_line: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for place, row in zip(rows_of(lines, PLACE), rows_of(lines, CONTENT), strict=True):
        by_line[place].append(with_its_date(row))
    return by_line


def _what_differs(old: list[tuple[Any, ...]], new: list[tuple[Any, ...]]) -> str:
    if len(old) != len(new):
        return f"{counted(len(new), 'row')} instead of {len(old)}"
    values = ([Counter(row[at] for row in rows) for rows in (old, new)] for at in range(len(CONTENT)))
    names = (name for name, (one, other) in zip(CONTENT, values, strict=True) if one != other)
    words = dict.fromkeys(_IN_WORDS.get(name, "other amounts") for name in names)
    return ", ".join(words) or "its details told of other rows"


_IN_WORDS = {
    **dict.fromkeys(("group_key", "order_item_id", "shipment_id", "adjustment_id"), "other numbers"),
    "merchant_order_id": "another order number of the seller's own",
    **dict.fromkeys(("raw_type", "raw_description", "goods", "typed"), "other words"),
    "marketplace": "another site",
    "posted_at": "another date",
    **dict.fromkeys(("quantity", "quantity_source", "stock_effect"), "other units"),
    "currency": "another currency",
    "lines": "another number of rows of the file",
    "tax_code": "another tax rate",
}
"""What of a line differs, by column; every other column is an amount."""


def line_name(line: Mapping[str, Any], *, of_several: bool) -> str:
    """Name a line to its user: by order and SKU, and where it has no order by what it is and its settlement. Pure.

    Two stores may have one order id, and one settlement id: `order 111-1, SKU MUG (Amazon US)`.

    Args:
        line: TRANSACTION_COLUMNS of it; empty where nobody knows it any more.
        of_several: Whether the company has more than one store; then the line's own is named.
    """
    if not line:
        return "a line that the books never had"
    order = f"order {line['order_id']}" if line["order_id"] else f"{line['event']} without order"
    sku = f", SKU {line['sku']}" if line["sku"] else ""
    where = "" if line["order_id"] else f" in settlement {line['settlement_id']}"
    return f"{order}{sku}{where} ({line['store']})" if of_several else f"{order}{sku}{where}"


def _by_line(lines: pd.DataFrame) -> dict[tuple[Any, ...], tuple[Decimal, int]]:
    sums: dict[tuple[Any, ...], tuple[Decimal, int]] = {}
    for event, order, sku, net, units in rows_of(lines, (*PLACE, "net", "quantity")):
        was = sums.get((event, order, sku), (Decimal(0), 0))
        sums[event, order, sku] = (was[0] + net, was[1] + (units or 0))
    return sums


def _line(line: tuple[Decimal, int] | None) -> str:
    if line is None:
        return "nothing"
    net, units = line
    return money_in_words(net) + (f" ({counted(units, 'unit')})" if units else "")


def money_in_words(amount: Decimal) -> str:
    """Return an amount with at least its cents and no needless zeros behind them."""
    whole, _, places = f"{amount:f}".partition(".")
    return f"{whole}.{places.rstrip('0'):0<2}"


def stored_transactions(connection: Connection, settlements: Iterable[BookedSettlement] | None = None) -> pd.DataFrame:
    """Return the transactions (TRANSACTION_COLUMNS) of some settlements, or of all, always in the same order."""
    query = _in_order()
    if settlements is not None:
        query = query.where(tables.transaction.c.settlement.in_([one.id for one in settlements]))
    return frames.load(connection, query, TRANSACTION_COLUMNS)


@cache
def _in_order() -> Select[Any]:
    return (
        select(tables.transaction, tables.settlement.c.store, tables.settlement.c.settlement_id)
        .join(tables.settlement, tables.transaction.c.settlement == tables.settlement.c.id)
        .order_by(tables.transaction.c.settlement, tables.transaction.c.posted_at, tables.transaction.c.key)
    )


def transactions_at(connection: Connection, batch: int) -> pd.DataFrame:
    """Return the transactions (TRANSACTION_COLUMNS) that were in force after a batch, whatever became of them since."""
    then = (
        select(tables.transaction, tables.settlement.c.store, tables.settlement.c.settlement_id)
        .join(tables.settlement, tables.transaction.c.settlement == tables.settlement.c.id)
        .where(tables.transaction.c.batch <= batch)
    )
    ended = _ended(tables.ended_transaction.c.batch <= batch).where(tables.ended_transaction.c.ended_batch > batch)
    parts = [frames.load(connection, query, TRANSACTION_COLUMNS) for query in (then, ended)]
    whole = pd.concat(parts, ignore_index=True)
    return whole.sort_values(["store", "settlement_id", "posted_at", "key"], ignore_index=True)


def last_ended(connection: Connection, keys: Iterable[str]) -> pd.DataFrame:
    """Return what each of these keys stood for (TRANSACTION_COLUMNS) the last time a line that had it was ended."""
    parts = (
        frames.load(connection, _ended(some).order_by(tables.ended_transaction.c.id), TRANSACTION_COLUMNS)
        for some in frames.among(tables.ended_transaction.c.key, keys)
    )
    return frames.concat(parts, TRANSACTION_COLUMNS).drop_duplicates("key", keep="last", ignore_index=True)


def lines_ever(connection: Connection, keys: Iterable[str]) -> pd.DataFrame:
    """Return what each of these keys stands for (TRANSACTION_COLUMNS), or stood for when it was last in the books."""
    wanted = list(keys)
    there = _lines(connection, frames.among(tables.transaction.c.key, wanted))
    gone = last_ended(connection, [key for key in wanted if key not in set(there["key"])])
    return pd.concat([there, gone], ignore_index=True)


def lines_of_keys(connection: Connection, keys: Iterable[str]) -> pd.DataFrame:
    """Return the transactions (TRANSACTION_COLUMNS) of these keys that are in the books."""
    return _lines(connection, frames.among(tables.transaction.c.key, keys))


def lines_with_asked_words(connection: Connection, settlements: Iterable[BookedSettlement]) -> pd.DataFrame:
    """Return the transactions (TRANSACTION_COLUMNS) of some settlements that hold a word that nobody has declared."""
    numbers = [one.id for one in settlements]
    among = frames.among(tables.transaction.c.settlement, numbers)
    return _lines(connection, (some & tables.HAS_ASKED_WORDS for some in among))


def lines_of_orders(connection: Connection, orders: Iterable[str]) -> pd.DataFrame:
    """Return every transaction (TRANSACTION_COLUMNS) of some orders, in whatever settlement and store."""
    return _lines(connection, frames.among(tables.transaction.c.order_id, orders))


def lines_without_order(connection: Connection, moments: Iterable[datetime]) -> pd.DataFrame:
    """Return every transaction (TRANSACTION_COLUMNS) of some moments that names no order, in whatever settlement."""
    parts = frames.among(tables.transaction.c.posted_at, moments)
    return _lines(connection, (some & tables.transaction.c.order_id.is_(None) for some in parts))


def lines_of_no_batch(connection: Connection, number: int) -> pd.DataFrame:
    """Return the lines of a settlement (TRANSACTION_COLUMNS) whose batch never gave it lines.

    A batch gives lines where it imports a settlement, reads it anew, or brings it back after a removal.
    """
    of_it = tables.transaction.c.settlement == number
    own = select(tables.settlement.c.batch).where(tables.settlement.c.id == number)
    earlier = select(tables.ended_settlement.c.batch).where(tables.ended_settlement.c.settlement == number)
    undone = select(tables.batch.c.number).where(tables.batch.c.undoes.is_not(None))
    known = union_all(own, earlier, undone).subquery()
    batch = tables.transaction.c.batch
    return _lines(connection, [of_it & (batch.is_(None) | batch.not_in(select(known.c[0])))])


def _lines(connection: Connection, parts: Iterable[ColumnElement[bool]]) -> pd.DataFrame:
    plain = select(tables.transaction, tables.settlement.c.store, tables.settlement.c.settlement_id).join(
        tables.settlement, tables.transaction.c.settlement == tables.settlement.c.id
    )
    parts_of = (frames.load(connection, plain.where(some), TRANSACTION_COLUMNS) for some in parts)
    return frames.concat(parts_of, TRANSACTION_COLUMNS)


def _ended(which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(tables.ended_transaction, tables.settlement.c.store, tables.settlement.c.settlement_id)
        .join(tables.settlement, tables.ended_transaction.c.settlement == tables.settlement.c.id)
        .where(which)
    )


def lines_before(connection: Connection, old: Row[Any]) -> pd.DataFrame:
    """Return the lines that a settlement has, or had when it was removed."""
    if old.ended_batch is None:
        query = select(
            tables.transaction, literal(old.store).label("store"), literal(old.settlement_id).label("settlement_id")
        )
        return frames.load(connection, query.where(tables.transaction.c.settlement == old.id), TRANSACTION_COLUMNS)
    of_it = _ended(tables.ended_transaction.c.settlement == old.id)
    return frames.load(
        connection, of_it.where(tables.ended_transaction.c.ended_batch == old.ended_batch), TRANSACTION_COLUMNS
    )


def change_lines(connection: Connection, number: int, new: pd.DataFrame, batch: int) -> None:
    """End the lines that are no longer so, and store those that are new; the others stay with the batch they have."""
    query = select(tables.transaction).where(tables.transaction.c.settlement == number)
    names = [name for name in TRANSACTION_COLUMNS if name not in ("store", "settlement_id")]
    old = {row[0]: row for row in frames.rows_of(frames.load(connection, query, TRANSACTION_COLUMNS), names)}
    wanted = frames.rows_of(new, names)
    stays = {row[0] for row in wanted if old.get(row[0]) == row}
    end_lines(connection, number, [key for key in old if key not in stays], batch)
    store_lines(connection, number, new[~new["key"].isin(list(stays))], batch)


def end_lines(connection: Connection, number: int, keys: Iterable[str], batch: int) -> None:
    """End lines of a settlement: they are kept with the batch that ended them."""
    names = [column.name for column in tables.transaction.c]
    for some in frames.among(tables.transaction.c.key, keys):
        of_it = (tables.transaction.c.settlement == number, some)
        rows = select(literal(batch), *(tables.transaction.c[name] for name in names)).where(*of_it)
        connection.execute(insert(tables.ended_transaction).from_select(["ended_batch", *names], rows))
        connection.execute(delete(tables.transaction).where(*of_it))


def store_lines(connection: Connection, number: int, lines: pd.DataFrame, batch: int) -> None:
    """Store lines of a settlement (TRANSACTION_COLUMNS)."""
    frames.store(connection, tables.transaction, lines, TRANSACTION_COLUMNS, settlement=number, batch=batch)


def count(connection: Connection) -> int:
    """Return how many lines the books have."""
    return connection.scalar(select(func.count()).select_from(tables.transaction)) or 0
