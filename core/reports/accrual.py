"""What was shipped by a month's end and is settled only after it: the lines of the month-end accrual. Pure.

Amazon holds the money of an order until some days after its delivery (DD+7), so the last week of a month stands in a
settlement of the next one. What counts as shipped is what Finale says: the day on which the goods left stock.
Posted is when a deferred order was released, not when it was sold (docs/design/words.md): one that left on 28 August
and is released on 6 September is accrued in August, one that is released in October is accrued in August and again in
September, each time until the next day.
Only orders that a settlement in these books holds can be found; an order that no imported settlement holds yet is not
known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from core.frame_columns import TEXT, records
from core.model import Event, ObservationKind
from core.reports.sku_costs import SEVERAL
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from core.time import Month


def ship_days(lines: pd.DataFrame, observations: pd.DataFrame) -> pd.Series:
    """Return the day on which the goods of each line's order left stock, as ISO text, on the same index.

    The line's own products decide, the last of them where they left on several days. Where none of them is on the
    order, the order's day counts if it has only one. A line whose goods have not left has no day, nor has one whose
    order Finale does not know: a day is never guessed.

    Args:
        lines: With columns `order_id` and `product_id` (of a kit: its products joined by ` + `).
        observations: OBSERVATION_COLUMNS in force.
    """
    days = _days_by_order(observations)
    pairs = zip(lines["order_id"].to_list(), lines["product_id"].to_list(), strict=True)
    shipped = [_ship_day(days.get(order, {}), product) for order, product in pairs]
    return pd.Series(shipped, index=lines.index, dtype=TEXT)


def _days_by_order(observations: pd.DataFrame) -> dict[object, dict[str, str | None]]:
    """Return order -> product -> the day it left; `None` is on the order and has not left."""
    of_orders = observations[observations["kind"] == ObservationKind.ORDER]
    days: dict[object, dict[str, str | None]] = {}
    for row in records(of_orders[["order_id", "product_id", "record_date"]]):
        if row["order_id"] is not None and row["product_id"] is not None:
            of_order = days.setdefault(row["order_id"], {})
            known = of_order.get(row["product_id"])
            of_order[row["product_id"]] = max(filter(None, (known, row["record_date"])), default=None)
    return days


def _ship_day(of_order: Mapping[str, str | None], product: object) -> str | None:
    names = product.split(SEVERAL) if isinstance(product, str) else []
    own = [of_order[name] for name in names if name in of_order]
    if not own:
        every = set(of_order.values())
        return every.pop() if len(every) == 1 else None
    return None if None in own else max(day for day in own if day)


def shipped_not_settled(
    lines: pd.DataFrame, observations: pd.DataFrame, month: Month, *, zones: Mapping[str, ZoneInfo]
) -> pd.DataFrame:
    """Return the sales that left stock in the month or before and were posted after its end.

    Args:
        lines: Costed lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        observations: OBSERVATION_COLUMNS in force.
        month: The month that is closed.
        zones: The time zone of each store, which cuts its days; UTC where none is given.

    Returns:
        Those lines with two further columns, `ship_day` and `posted_day` (ISO text), the first shipped first.
    """
    sales = lines[lines["event"] == Event.SALE]
    dated = sales.assign(ship_day=ship_days(sales, observations), posted_day=local_days(sales, zones))
    end = month.last_day.isoformat()
    late = (dated["posted_day"] > end) & (dated["ship_day"] <= end)
    unsettled = dated[late.fillna(value=False).astype(bool)]
    return unsettled.sort_values(["store", "ship_day", "order_id", "key"], kind="stable")
