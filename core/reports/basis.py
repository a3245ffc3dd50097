"""On which day a profit and loss counts a line: when it was posted, ordered or shipped. Pure.

Only a sale has been ordered and shipped. Everything else (refunds, fees, reimbursements) counts on the day on which it
was posted, whatever is asked for, and so does a sale whose order or ship date nobody knows; those are counted and said.
Only the posted dates tie to the settlements and to the journal: by them, a line of a closed period counts where its
entry is booked. Order and ship dates are days of the inventory system's own calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from core.frame_columns import TEXT, Columns, records
from core.model import CostStatus, Event, ObservationKind
from core.money import cents, total
from core.reports.accrual import ship_days
from core.reports.pnl_parts import PARTS, PROFIT_PARTS
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from core.model import SoldInShipments


BOOKED_COLUMNS: Columns = {
    "key": TEXT,
    "money_day": TEXT,  # ISO date; missing where the line counts on its own day
    "cost_day": TEXT,  # the same of its cost
}
"""Lines that are booked in another month than their own (`core.books.entries.booking_months`)."""
_MONEY_ALONE, _COST_ALONE = "money", "cost"


class Basis(StrEnum):
    """Which day counts."""

    POSTED = "posted"
    ORDERED = "ordered"
    SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class CountedDays:
    """The day of each line, on the index of the lines."""

    counted: pd.Series
    """ISO text of the store's own calendar; missing where even the posted moment is."""
    posted_days: pd.Series
    """The posted day, which rates of exchange go by whatever the basis."""
    fell_back: pd.Series
    """Whether a sale counts on its posted day because the day asked for is not known."""


def counted_days(
    lines: pd.DataFrame,
    basis: Basis,
    *,
    zones: Mapping[str, ZoneInfo],
    observations: pd.DataFrame | None = None,
    shipments: Mapping[str, SoldInShipments] | None = None,
) -> CountedDays:
    """Return the days on which lines count.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        basis: What is asked for.
        zones: The time zone of each store, which cuts its days; UTC where none is given.
        observations: OBSERVATION_COLUMNS in force: where order and ship dates come from.
        shipments: In which shipments lines left (`core.reports.accrual.ship_days`).
    """
    posted = local_days(lines, zones)
    if basis is Basis.POSTED or observations is None:
        return CountedDays(posted, posted, pd.Series(data=False, index=lines.index))
    sales = lines[lines["event"] == Event.SALE]
    is_shipped = basis is Basis.SHIPPED
    own = ship_days(sales, observations, shipments) if is_shipped else _order_days(sales, observations)
    known = own.dropna()
    counted = posted.copy()
    counted.loc[known.index] = known
    fell_back = (lines["event"] == Event.SALE).fillna(value=False).astype(bool) & ~lines.index.isin(known.index)
    return CountedDays(counted, posted, fell_back)


def _order_days(sales: pd.DataFrame, observations: pd.DataFrame) -> pd.Series:
    """Return the day on which each line's order was placed; of several orders of that name the first."""
    dated = observations[(observations["kind"] == ObservationKind.ORDER) & observations["order_date"].notna()]
    days: dict[str, str] = {}
    for row in records(dated, ["order_id", "order_date"]):
        days[row["order_id"]] = min(row["order_date"], days.get(row["order_id"], row["order_date"]))
    return pd.Series([days.get(order) for order in sales["order_id"].to_list()], index=sales.index, dtype=TEXT)


def on_booked_days(dated: pd.DataFrame, booked: pd.DataFrame | None) -> pd.DataFrame:
    """Return lines on the days on which they are booked, and mark what a row holds where money and cost part.

    A line whose money is booked in one month and its cost in another is two rows, of which `in_one_half` leaves in each
    what belongs there.

    Args:
        dated: Lines with their own `day`.
        booked: BOOKED_COLUMNS of those that are booked in another month; `None` means none is.
    """
    whole = dated.assign(own_day=dated["day"], half=pd.Series(pd.NA, dated.index, dtype=TEXT))
    if booked is None or booked.empty:
        return whole
    moved = whole.merge(booked, on="key")
    money, cost = (moved[name].fillna(moved["day"]).astype(TEXT) for name in ("money_day", "cost_day"))
    has_cost = moved["cost_status"] != CostStatus.NOT_APPLICABLE
    parted = ((money != cost) & has_cost).fillna(value=False).astype(bool)
    rows = [
        whole[~whole["key"].isin(list(booked["key"]))],
        moved[~parted].assign(day=money[~parted]),
        moved[parted].assign(day=money[parted], half=_MONEY_ALONE),
        moved[parted].assign(day=cost[parted], half=_COST_ALONE),
    ]
    columns = list(whole.columns)
    return pd.concat([one[columns].astype(whole.dtypes.to_dict()) for one in rows], ignore_index=True)


def in_one_half(rows: pd.DataFrame) -> pd.DataFrame:
    """Return priced lines with no cost where a row is a line's money alone, and nothing but cost where it is that."""
    if rows["half"].isna().all():
        return rows
    money, cost = (rows["half"].eq(one).fillna(value=False).astype(bool) for one in (_MONEY_ALONE, _COST_ALONE))
    none = {name: rows[name].mask(cost, 0) for name in ("units_sold", "units_refunded")}
    figures = [*PARTS, "left_out_net_sales", "left_out_profit"]
    none |= {name: rows[name].mask(cost & rows[name].notna(), 0).astype(rows[name].dtype) for name in figures}
    costs = {name: rows[name].mask(money, pd.NA) for name in ("cogs", "left_out_cogs", "cost_quantity")}
    return rows.assign(
        **none,
        **costs,
        cost_status=rows["cost_status"].mask(money, str(CostStatus.NOT_APPLICABLE)),
        typed=rows["typed"].mask(cost, pd.NA),
    )


@dataclass(frozen=True, slots=True)
class OtherMonth:
    """Lines of one month whose entries are booked in another one: in home currency, to the cent."""

    month: str
    """That of the lines, as `2026-08`."""
    booked: str
    """That of their entries, in which the profit and loss counts them."""
    lines: int
    net_sales: Decimal
    cogs: Decimal
    profit: Decimal
    is_cost: bool = False
    """Whether it is the cost of the lines alone; their money is booked elsewhere."""


def in_other_months(priced: pd.DataFrame) -> list[OtherMonth]:
    """Return what of priced lines is booked in another month than that of the lines, by both months. Pure.

    A month by its lines = the month as it is booked − what came in from other months + what went out to others.
    """
    own, booked = priced["own_day"].str.slice(0, 7), priced["day"].str.slice(0, 7)
    moved = priced[(own != booked).fillna(value=False).astype(bool) & ~priced["without_rate"]]
    return [
        _other_month(str(month), str(later), rows)
        for (month, later), rows in moved.groupby([own[moved.index], booked[moved.index]], sort=True)
    ]


def _other_month(month: str, booked: str, rows: pd.DataFrame) -> OtherMonth:
    sales, refunds, *others = (total(rows[name]) for name in PROFIT_PARTS)
    cogs = total(rows["cogs"])
    profit = sales + refunds + sum(others, Decimal(0)) - cogs
    is_cost = bool(rows["half"].eq(_COST_ALONE).fillna(value=False).all())
    net_sales, lines = cents(sales + refunds), rows["key"].nunique()
    return OtherMonth(month, booked, lines, net_sales, cents(cogs), cents(profit), is_cost=is_cost)
