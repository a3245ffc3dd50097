"""What the inventory system said about costs, and which of it holds now. Append-only.

A fact is what a product cost on an order (`order`), costs now (`average`) or cost on a date (`average on date`). What
one answer says about a fact belongs together: several shipments of a product on an order are several rows. The same
answer, seen again, is not stored again: its `seen_at` moves, the only thing that is ever updated, and it is what counts
as "as of". Its raw text stays that of the first time.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, func, select, update

from core.books.database import frames, tables
from core.books.database.state import note_statements
from core.books.settings.home_currency import refuse_other_currency
from core.frame_columns import (
    LEFT_STOCK_COLUMNS,
    MOMENT,
    OBSERVATION_COLUMNS,
    WHOLE,
    Columns,
    conform,
    frame,
    is_one_of,
    records,
)
from core.model import Cause, ObservationKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

HISTORY_COLUMNS: Columns = {
    "id": WHOLE,
    **OBSERVATION_COLUMNS,
    "seen_at": MOMENT,
    "batch": WHOLE,
    "answer": WHOLE,
}
"""Every observation ever stored; `fetched_at` is when it was first made, `seen_at` when it was last confirmed."""
_AVERAGES = tuple(str(kind) for kind in ObservationKind if kind is not ObservationKind.ORDER)
"""Named one by one, so that the index of kinds and products finds them without reading what is said of orders."""
Fact = tuple[Any, ...]
"""Kind, order, product and, for an average on a date, the date."""
_SAYS = ("unit_cost", "currency", "units", "cause", "record_date", "source", "match_rule", "order_date")
"""What makes an answer another one than before. The raw text does not: it may name the moment of the question."""


class FactCounts(NamedTuple):
    """How many facts of an answer were new or changed, and how many were as known."""

    new: int
    unchanged: int


def _facts(rows: pd.DataFrame) -> list[Fact]:
    dates = rows["record_date"].where(rows["kind"] == ObservationKind.AVERAGE_ON_DATE)
    return frames.rows_of(rows.assign(dated=dates), ("kind", "order_id", "product_id", "dated"))


def _content(rows: pd.DataFrame) -> dict[Fact, Counter[tuple[Any, ...]]]:
    """Return what is said about every fact, whatever the order of its rows."""
    content: dict[Fact, Counter[tuple[Any, ...]]] = {}
    for fact, says in zip(_facts(rows), frames.rows_of(rows, _SAYS), strict=True):
        content.setdefault(fact, Counter())[says] += 1
    return content


def _one_row_per_average(rows: pd.DataFrame) -> pd.DataFrame:
    facts = _facts(rows)
    last = {fact: place for place, fact in enumerate(facts)}
    is_last = pd.Series([last[fact] == place for place, fact in enumerate(facts)], dtype=bool)
    return rows[(rows["kind"] == ObservationKind.ORDER) | is_last].reset_index(drop=True)


def _holds(newest: pd.DataFrame) -> pd.Series:
    """Tell which rows no later answer about the same order has replaced; some order was not found."""
    of_order = newest["kind"] == ObservationKind.ORDER
    not_found = of_order & newest["product_id"].isna()
    seen = newest["seen_at"]
    found_at = seen.where(of_order & ~not_found).groupby(newest["order_id"]).transform("max")
    not_found_at = seen.where(not_found).groupby(newest["order_id"]).transform("max")
    found_later = (not_found & (found_at >= seen)).fillna(value=False)
    lost_later = (of_order & ~not_found & (not_found_at > seen)).fillna(value=False)
    return ~(found_later | (lost_later & ~_keeps_its_costs(newest, not_found)))


def _keeps_its_costs(newest: pd.DataFrame, not_found: pd.Series) -> pd.Series:
    """Tell which rows belong to an order that had a cost and is gone from the inventory system altogether."""
    gone = set(newest.loc[not_found & (newest["cause"] == Cause.ORDER_NOT_FOUND).fillna(value=False), "order_id"])
    costed = set(newest.loc[newest["unit_cost"].notna(), "order_id"].dropna())
    return newest["order_id"].isin(gone & costed)


def _holding(newest: pd.DataFrame) -> pd.DataFrame:
    if newest.empty:
        return frame(OBSERVATION_COLUMNS)
    newest["fetched_at"] = newest["seen_at"]
    if not (is_one_of(newest["kind"], ObservationKind.ORDER) & newest["product_id"].isna()).any():
        return conform(OBSERVATION_COLUMNS, newest)  # every order was found, so that nothing is replaced
    return conform(OBSERVATION_COLUMNS, newest[_holds(newest)].reset_index(drop=True))


def _said_of(rows: pd.DataFrame, again: pd.Series) -> dict[str, set[str]]:
    """Return of what an answer says something: orders, products with another average, and those with the same one."""
    of_order = rows["kind"] == ObservationKind.ORDER
    averages = rows.loc[~of_order, "product_id"]
    return {
        "orders": set(rows.loc[of_order, "order_id"].dropna()),
        "products": set(averages[~again[~of_order]].dropna()),
        "confirmed": set(averages[again[~of_order]].dropna()),
    }


_FACT = ("order_id", "product_id", "record_date")
_LEFT_SAYS = ("names", "units", "unit_cost", "currency", "cause")


def _both(before: str, now: str) -> str:
    return json.dumps(sorted({*json.loads(before), *json.loads(now)}))


def add(connection: Connection, answers: pd.DataFrame, batch: int, now: datetime) -> FactCounts:
    """Store what an answer says.

    Args:
        connection: Of `Database.writing`.
        answers: OBSERVATION_COLUMNS. All rows about one product on one order are the whole answer about it; of several
            rows about one average the last one holds.
        batch: The number of the sync's batch.
        now: Stands in where a row does not say when it was fetched.

    Returns:
        Counts of facts.

    Raises:
        UnstorableValueError: If an amount or text cannot be kept exactly.
        HomeCurrencyChangedError: If a cost is in another currency than the books are.
    """
    rows = _one_row_per_average(conform(OBSERVATION_COLUMNS, answers))
    refuse_other_currency(connection, rows)
    rows["fetched_at"] = rows["fetched_at"].fillna(pd.Timestamp(now))
    known = _known(connection, rows)
    before, told = _content(known), _content(rows)
    unchanged = {fact for fact, says in told.items() if before.get(fact) == says}
    again = pd.Series([fact in unchanged for fact in _facts(rows)], dtype=bool)
    _move_seen_at(connection, known, rows[again])
    _insert(connection, rows[~again], batch)
    note_statements(connection, _said_of(rows, again))
    return FactCounts(len(told) - len(unchanged), len(unchanged))


def latest(connection: Connection) -> pd.DataFrame:
    """Return what holds now (OBSERVATION_COLUMNS); `fetched_at` is when it was last confirmed.

    Per fact the newest answer. That an order was not found (a row without product) and what was found on it replace
    each other: the one seen later holds. But where an order that had costs is not found any more, its last costs hold
    beside that: what the goods cost is not undone by deleting the order.
    """
    return _holding(frames.load(connection, _every_newest(), HISTORY_COLUMNS))


def latest_of(connection: Connection, orders: Iterable[str], products: Iterable[str]) -> pd.DataFrame:
    """Return what holds now of these orders and of the averages of these products; see `latest`."""
    is_average = tables.observation.c.kind.in_(_AVERAGES)
    of_orders = frames.among(tables.observation.c.order_id, orders)
    of_products = (and_(is_average, some) for some in frames.among(tables.observation.c.product_id, products))
    parts = (frames.load(connection, _newest(only), HISTORY_COLUMNS) for only in (*of_orders, *of_products))
    return _holding(frames.concat(parts, HISTORY_COLUMNS).sort_values("id", ignore_index=True))


def orders_of(connection: Connection, products: Iterable[str]) -> set[str]:
    """Return the orders of which something was ever said about these products."""
    said = tables.observation.c
    query = select(said.order_id).where(said.kind == str(ObservationKind.ORDER)).distinct()
    return {
        order for some in frames.among(said.product_id, products) for order in connection.scalars(query.where(some))
    }


@cache
def _every_newest() -> Select[Any]:
    return _newest().order_by(tables.observation.c.id)


def _newest(only: ColumnElement[bool] | None = None) -> Select[Any]:
    """Select the newest answer about every fact."""
    dated = case((tables.observation.c.kind == ObservationKind.AVERAGE_ON_DATE, tables.observation.c.record_date))
    newest = select(func.max(tables.observation.c.answer)).group_by(
        tables.observation.c.kind, tables.observation.c.order_id, tables.observation.c.product_id, dated
    )
    if only is not None:
        newest = newest.where(only)
    return select(tables.observation).where(tables.observation.c.answer.in_(newest))


def _known(connection: Connection, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the newest answers about every fact that the rows may be about."""
    of_order = rows["kind"] == ObservationKind.ORDER
    is_average = tables.observation.c.kind.in_(_AVERAGES)
    orders = frames.among(tables.observation.c.order_id, rows.loc[of_order, "order_id"])
    averages = (
        and_(is_average, some)
        for some in frames.among(tables.observation.c.product_id, rows.loc[~of_order, "product_id"])
    )
    queries = (_newest(only).order_by(tables.observation.c.id) for only in (*orders, *averages))
    return frames.concat((frames.load(connection, query, HISTORY_COLUMNS) for query in queries), HISTORY_COLUMNS)


def _move_seen_at(connection: Connection, known: pd.DataFrame, again: pd.DataFrame) -> None:
    seen = dict(zip(_facts(again), frames.rows_of(again, ("fetched_at",)), strict=True))
    frames.update_rows(
        connection,
        tables.observation,
        update(tables.observation)
        .where(tables.observation.c.id == bindparam("row"))
        .values(seen_at=bindparam("moment")),
        [
            {"row": row, "moment": seen[fact][0]}
            for row, fact in zip(known["id"].tolist(), _facts(known), strict=True)
            if fact in seen
        ],
    )


def _insert(connection: Connection, rows: pd.DataFrame, batch: int) -> None:
    """Store the rows; those about one fact get one number, the next that is free."""
    last = connection.scalar(select(func.max(tables.observation.c.answer))) or 0
    facts = _facts(rows)
    numbers = {fact: last + count for count, fact in enumerate(dict.fromkeys(facts), 1)}
    answer = pd.Series([numbers[fact] for fact in facts], rows.index, dtype=WHOLE)
    new = conform(HISTORY_COLUMNS, rows.assign(seen_at=rows["fetched_at"], answer=answer)).drop(columns="id")
    stored = {name: dtype for name, dtype in HISTORY_COLUMNS.items() if name != "id"}
    frames.store(connection, tables.observation, new, stored, batch=batch)


def add_left_stock(connection: Connection, left: pd.DataFrame, batch: int) -> int:
    """Store what is new of an answer (LEFT_STOCK_COLUMNS) and return how many rows that is.

    Args:
        connection: Of `Database.writing`.
        left: What left; each order, product and day once.
        batch: The number of the sync's batch.
    """
    if left.empty:
        return 0
    known = {tuple(row[name] for name in _FACT): row for row in records(left_stock(connection))}
    new = []
    for row in records(conform(LEFT_STOCK_COLUMNS, left)):
        before = known.get(tuple(row[name] for name in _FACT))
        whole = row if before is None else {**row, "names": _both(before["names"], row["names"])}
        if before is None or any(before[name] != whole[name] for name in _LEFT_SAYS):
            new.append(whole)
    frames.store(connection, tables.left_stock, frame(LEFT_STOCK_COLUMNS, new), LEFT_STOCK_COLUMNS, batch=batch)
    return len(new)


def left_stock(connection: Connection) -> pd.DataFrame:
    """Return what holds now (LEFT_STOCK_COLUMNS): of each order, product and day the newest answer."""
    return frames.load(connection, _newest_left_stock(), LEFT_STOCK_COLUMNS)


@cache
def _newest_left_stock() -> Select[Any]:
    newest = select(func.max(tables.left_stock.c.id)).group_by(*(tables.left_stock.c[name] for name in _FACT))
    left = select(tables.left_stock).where(tables.left_stock.c.id.in_(newest))
    return left.order_by(tables.left_stock.c.record_date, tables.left_stock.c.order_id, tables.left_stock.c.id)
