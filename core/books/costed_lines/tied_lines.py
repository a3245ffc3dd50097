"""Find kept lines by what they may be tied by, in the database, without reading the others."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select

from core.books.costed_lines.stored_lines import kept_lines_by_key
from core.books.database import costing_tables, frames
from core.costing.costs.prefilled_costs import USED_SOURCES
from core.frame_columns import records
from core.model import CostStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    import pandas as pd

    from core.books.database import Connection


def lines_near(connection: Connection, keys: set[str], now: pd.DataFrame) -> set[str]:
    """Return the lines that may be tied to some, as they are kept or as some of them are now.

    Args:
        connection: Of `Database.reading` or `keeping`.
        keys: Where to begin.
        now: `key` and TIE_COLUMNS of the lines that have become others.
    """
    line = costing_tables.costed_line.c
    found = {row["key"]: row for row in records(now)}
    new = [*found.values(), *rows_with(connection, line.key, keys)]
    names: set[str] = set()
    skus: set[str] = set()
    odd = {row["tie_sku"] for row in new if row["tie_odd"]}
    every = set(keys)
    while new:
        orders = {row[name] for row in new for name in ("order_name", "merchant_name")} - names - {None}
        others = {row["tie_sku"] for row in new} - skus - {None}
        names, skus = names | orders, skus | others
        tied = (others & odd) | _odd(connection, others)
        reached = [
            *rows_with(connection, line.order_name, orders),
            *rows_with(connection, line.merchant_name, orders),
            *rows_with(connection, line.tie_sku, tied),
        ]
        new = [row for row in reached if row["key"] not in every]
        every |= {row["key"] for row in new}
    return every


def lines_of(connection: Connection, settlements: Collection[int], *those: ColumnElement[bool]) -> set[str]:
    """Return the kept lines of settlements, named by their numbers; all of them, or those for which something holds."""
    line = costing_tables.costed_line.c
    query = select(line.key).where(*those)
    return {key for some in frames.among(line.settlement, settlements) for key in connection.scalars(query.where(some))}


def lines_of_named_orders(connection: Connection, orders: Iterable[str]) -> list[Mapping[str, Any]]:
    """Return what lines may be tied by that name one of some orders, as `line_ties.plain_orders` writes them."""
    line, wanted = costing_tables.costed_line.c, set(orders)
    return [row for column in (line.order_name, line.merchant_name) for row in rows_with(connection, column, wanted)]


def rows_with(connection: Connection, column: ColumnElement[str], wanted: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Yield what lines may be tied by that have one of the values."""
    line = costing_tables.costed_line.c
    query = select(line.key, line.order_name, line.merchant_name, line.tie_sku, line.tie_odd)
    for some in frames.among(column, wanted):
        yield from map(dict, connection.execute(query.where(some)).mappings())


def _odd(connection: Connection, skus: Iterable[str]) -> set[str]:
    """Return those of the SKUs that have a line which ties lines of its SKU."""
    line = costing_tables.costed_line.c
    query = select(line.tie_sku).where(line.tie_odd).distinct()
    return {sku for some in frames.among(line.tie_sku, skus) for sku in connection.scalars(query.where(some))}


def lines_that_ask(connection: Connection, skus: set[str]) -> set[str]:
    """Return the kept lines of SKUs that lack a cost."""
    if not skus:
        return set()
    line = costing_tables.costed_line.c
    query = select(line.key, line.cost_sku).where(line.cause > "", line.cost_status == str(CostStatus.MISSING))
    return {row.key for row in connection.execute(query) if row.cost_sku in skus}


def newest_beyond(connection: Connection, skus: Iterable[str], inside: set[str]) -> pd.DataFrame:
    """Return the kept line of each SKU with the last cost used, among those that are not inside (for `recost`)."""
    found = [_newest(connection, sku, inside) for sku in sorted(skus)]
    lines = kept_lines_by_key(connection, [key for key in found if key is not None])
    return lines.assign(sku=lines["cost_sku"])


def _newest(connection: Connection, sku: str, inside: set[str]) -> str | None:
    line = costing_tables.costed_line.c
    query = (
        select(line.key)
        .where(line.cost_sku == sku, line.unit_cost > Decimal(0), line.cost_source.in_(sorted(USED_SOURCES)))
        .order_by(line.moment.desc(), line.key.desc())
    )
    with connection.execute(query.execution_options(yield_per=_AT_ONCE)) as result:
        return next((key for key in result.scalars() if key not in inside), None)


_AT_ONCE = 50
