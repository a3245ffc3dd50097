"""On which day a profit and loss counts a line: when it was posted, ordered or shipped. Pure.

Only a sale has been ordered and shipped. Everything else (refunds, fees, reimbursements) counts on the day on which it
was posted, whatever is asked for, and so does a sale whose order or ship date nobody knows; those are counted and said.
Only the posted dates tie to the settlements. Order and ship dates are days of the inventory system's own calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from core.frame_columns import TEXT, records
from core.model import Event, ObservationKind
from core.reports.accrual import ship_days
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo


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
    posted: pd.Series
    """The posted day, which rates of exchange go by whatever the basis."""
    fell_back: pd.Series
    """Whether a sale counts on its posted day because the day asked for is not known."""


def counted_days(
    lines: pd.DataFrame, basis: Basis, *, zones: Mapping[str, ZoneInfo], observations: pd.DataFrame | None = None
) -> CountedDays:
    """Return the days on which lines count.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        basis: What is asked for.
        zones: The time zone of each store, which cuts its days; UTC where none is given.
        observations: OBSERVATION_COLUMNS in force: where order and ship dates come from.
    """
    posted = local_days(lines, zones)
    if basis is Basis.POSTED or observations is None:
        return CountedDays(posted, posted, pd.Series(data=False, index=lines.index))
    sales = lines[lines["event"] == Event.SALE]
    own = ship_days(sales, observations) if basis is Basis.SHIPPED else _order_days(sales, observations)
    known = own.dropna()
    counted = posted.copy()
    counted.loc[known.index] = known
    fell_back = (lines["event"] == Event.SALE).fillna(value=False).astype(bool) & ~lines.index.isin(known.index)
    return CountedDays(counted, posted, fell_back)


def _order_days(sales: pd.DataFrame, observations: pd.DataFrame) -> pd.Series:
    """Return the day on which each line's order was placed; of several orders of that name the first."""
    dated = observations[(observations["kind"] == ObservationKind.ORDER) & observations["order_date"].notna()]
    days: dict[str, str] = {}
    for row in records(dated[["order_id", "order_date"]]):
        days[row["order_id"]] = min(row["order_date"], days.get(row["order_id"], row["order_date"]))
    return pd.Series([days.get(order) for order in sales["order_id"].to_list()], index=sales.index, dtype=TEXT)
