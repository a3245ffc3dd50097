"""Goods that left stock without a line: shipped by the inventory system on an order of which no settlement has goods.

A replacement for nothing, a disposal order of which only the fee was settled, a sample, a sale of a channel that these
books do not hold: the marketplace posts no line for the goods, so no entry of these books takes their cost off
inventory. Nor does one of the rest of an order that is settled in part (`core.reports.rest_of_orders`). They are listed
for whoever closes the month; nothing is booked of them.

Finale ships a replacement of A (5.00) for nothing on 3 August and disposes of 3 B at 7.00: listed are 5.00 and 21.00.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from core.frame_columns import records
from core.model import CostStatus, Event
from core.reports.rest_of_orders import Gone, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

SETTLED_WITHIN = timedelta(days=30)
"""So long after an order has left, its settlement may still come: Amazon holds an order's money until seven days after
its delivery and closes a settlement every fourteen (docs/design/words.md); delivery itself takes up to nine. Only what
left longer before the newest line in the books is said to be in no settlement."""


class LeftStockStatus(StrEnum):
    """What the books say of goods that left without a line."""

    NOT_YET = "not settled yet"
    NONE = "in no settlement"


@dataclass(frozen=True, slots=True)
class LeftStock:
    """Units of a product that left on an order on a day, without a line for goods in any settlement."""

    order_id: str
    """The inventory system's."""
    product_id: str
    day: date
    """As the inventory system dates the movement; it names no time zone."""
    units: int | None
    """Net of corrections; below 0 where only a correction was entered on that day. `None`: they are no whole number."""
    unit_cost: Decimal | None
    """Home currency; `None`: unknown, see `cause`."""
    cause: str
    standing: LeftStockStatus
    settled_beside: str
    """The words of what was settled of the order beside goods (`DisposalComplete`); empty where nothing was."""

    @property
    def month(self) -> str:
        """The month it left in, as `2026-08`."""
        return f"{self.day:%Y-%m}"

    @property
    def cost(self) -> Decimal | None:
        """The cost of all units, home currency, + where goods left; `None` where it is not known, never 0."""
        return None if self.unit_cost is None or self.units is None else self.unit_cost * self.units


@dataclass(frozen=True, slots=True)
class LeftInMonth:
    """What left in one month with one standing."""

    month: str
    standing: LeftStockStatus
    orders: int
    units: int
    cost: Decimal
    """Of the units whose cost is known."""
    without_cost: int
    """Rows whose cost is not known."""


def left_without_line(
    left: pd.DataFrame,
    lines: pd.DataFrame,
    days: pd.Series,
    starts: Iterable[date | None] = (),
    rest: Sequence[Gone] = (),
) -> tuple[LeftStock, ...]:
    """Return what left stock without a line for goods, the first that left first. Pure.

    Args:
        left: LEFT_STOCK_COLUMNS in force.
        lines: Every costed line of the books, those before books start included.
        days: The day of each line (ISO text), by its store's calendar.
        starts: Days before which these books or the inventory system's data do not begin; nothing before is listed,
            nor before the first line in the books, when whatever left was settled elsewhere.
        rest: What left on orders beyond what their lines sold.
    """
    known = sorted(day for day in days.dropna() if day)
    if not known or (left.empty and not rest):
        return ()
    begin = max([known[0], *(start.isoformat() for start in starts if start)])
    recent = (date.fromisoformat(known[-1]) - SETTLED_WITHIN).isoformat()
    with_goods = _orders_with_goods(lines)
    named = [(row, _names(row)) for row in records(left[left["record_date"] >= begin])]
    without = [(row, names) for row, names in named if not names & with_goods and row["units"] != 0]
    beside = _words_beside(lines, {name for _, names in without for name in names})
    rows = [
        Gone(
            row["order_id"],
            row["product_id"],
            row["record_date"],
            row["units"],
            row["unit_cost"],
            row["cause"] or "",
            "; ".join(sorted({word for name in names for word in beside.get(name, ())})),
        )
        for row, names in without
    ]
    rows = sorted([*rows, *(one for one in rest if one.day >= begin)], key=lambda one: one.day)
    return tuple(_listed(one, is_recent=one.day >= recent) for one in rows)


def _listed(one: Gone, *, is_recent: bool) -> LeftStock:
    day, standing = date.fromisoformat(one.day), LeftStockStatus.NOT_YET if is_recent else LeftStockStatus.NONE
    return LeftStock(one.order_id, one.product_id, day, one.units, one.unit_cost, one.cause, standing, one.settled)


def by_month(left_stock: Sequence[LeftStock]) -> list[LeftInMonth]:
    """Return the totals of each month and standing, the first month first."""
    groups: dict[tuple[str, LeftStockStatus], list[LeftStock]] = defaultdict(list)
    for one in left_stock:
        groups[one.month, one.standing].append(one)
    return [
        LeftInMonth(
            month,
            standing,
            orders=len({one.order_id for one in rows}),
            units=sum(one.units or 0 for one in rows),
            cost=sum((one.cost for one in rows if one.cost is not None), Decimal(0)),
            without_cost=sum(one.cost is None for one in rows),
        )
        for (month, standing), rows in sorted(groups.items())
    ]


def _orders_with_goods(lines: pd.DataFrame) -> set[str]:
    """Return every order id, the marketplace's and the seller's own, of which a line moves goods or sold some.

    A multi-channel order is costed with the store that sold it: Amazon's own id of it counts where the selling
    store's order has its line, and the other way round.
    """
    moves = (lines["cost_status"] != CostStatus.NOT_APPLICABLE) | (lines["event"] == Event.SALE)
    orders = _ids(records(lines.loc[moves.fillna(value=False).astype(bool), ["order_id", "merchant_order_id"]]))
    pairs = records(lines.loc[lines["merchant_order_id"].notna(), ["order_id", "merchant_order_id"]])
    return orders | {name for row in pairs if (ids := _ids([row])) & orders for name in ids}


def _ids(rows: Iterable[Mapping[str, object]]) -> set[str]:
    return {name_of(str(value)) for row in rows for value in row.values() if value is not None}


def _names(row: Mapping[str, str]) -> set[str]:
    """Return every id under which an order may stand in a settlement."""
    return {name_of(name) for name in (row["order_id"], *json.loads(row["names"]))}


def _words_beside(lines: pd.DataFrame, orders: set[str]) -> dict[str, set[str]]:
    """Return the marketplace's own words of everything that was settled of these orders."""
    by_order: dict[str, set[str]] = defaultdict(set)
    named = lines[lines["order_id"].str.strip().str.lstrip("#").isin(list(orders)).fillna(value=False).astype(bool)]
    for row in records(named, ["order_id", "raw_type", "raw_description"]):
        words = (row["raw_type"], row["raw_description"])
        by_order[name_of(str(row["order_id"]))].add(" ".join(word for word in words if word))
    return by_order
