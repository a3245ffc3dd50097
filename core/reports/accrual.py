"""What was shipped by a month's end and is settled only after it: the lines of the month-end accrual. Pure.

Amazon holds the money of an order until some days after its delivery (DD+7), so the last week of a month stands in a
settlement of the next one. What counts as shipped is what Finale says: the day on which the goods left stock.
Posted is when a deferred order was released, not when it was sold (docs/design/words.md): one that left on 28 August
and is released on 6 September is accrued in August, one that is released in October is accrued in August and again in
September, each time until the next day.
An order that left on several days is told apart line by line, by the shipments that costing gives each line; of a line
that itself left on several days only the units that had left are accrued.
Only orders that a settlement in these books holds can be found; an order that no imported settlement holds yet is not
known here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.frame_columns import AMOUNT_COLUMNS, TEXT, WHOLE, records
from core.model import Event, ObservationKind
from core.money import MONEY, at_line_places
from core.reports.sku_costs import SEVERAL
from core.time import local_days
from core.typed_amounts import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

    from core.model import SoldInShipments
    from core.time import Month


def ship_days(
    lines: pd.DataFrame, observations: pd.DataFrame, shipments: Mapping[str, SoldInShipments] | None = None
) -> pd.Series:
    """Return the day on which the goods of each line left stock, as ISO text, on the same index.

    Where the shipments of an order can be told apart, those that the line takes its cost of decide, the last of them
    where it left in several: 3 units sold that left on 28 August have that day though the order's fourth left in
    September. Else the line's own products on the order decide, the last of them where they left on several days. Where
    none of them is on the order, the order's day counts if it has only one. A line of which not all units have left has
    no day, nor has one whose order Finale does not know: a day is never guessed.

    Args:
        lines: With columns `key`, `order_id` and `product_id` (of a kit: its products joined by ` + `).
        observations: OBSERVATION_COLUMNS in force.
        shipments: In which shipments lines left, by line key, where those of an order are to be told apart.
    """
    days, told = _days_by_order(observations), shipments or {}
    rows = zip(*(lines[name].to_list() for name in ("key", "order_id", "product_id")), strict=True)
    shipped = [
        _left_by(told[key])[1] if key in told else _ship_day(days.get(order, {}), product)
        for key, order, product in rows
    ]
    return pd.Series(shipped, index=lines.index, dtype=TEXT)


def _left_by(sold: SoldInShipments, end: str | None = None) -> tuple[int, str | None]:
    """Return how many units of a sale left by a day, and the last day on which they did; no day where some did not.

    Args:
        sold: The sale.
        end: ISO day; `None`: all units are meant.
    """
    left = [one for one in sold.left if one.day is not None and (end is None or one.day <= end)]
    units = sum(one.units for one in left)
    last = max((one.day for one in left if one.day), default=None)
    return units, last if end is not None or units == sold.units else None


def _days_by_order(observations: pd.DataFrame) -> dict[object, dict[str, str | None]]:
    """Return order -> product -> the day it left; `None` is on the order and has not left."""
    of_orders = observations[observations["kind"] == ObservationKind.ORDER]
    days: dict[object, dict[str, str | None]] = {}
    for row in records(of_orders, ["order_id", "product_id", "record_date"]):
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
    lines: pd.DataFrame,
    observations: pd.DataFrame,
    month: Month,
    *,
    zones: Mapping[str, ZoneInfo],
    shipments: Mapping[str, SoldInShipments] | None = None,
) -> pd.DataFrame:
    """Return the sales that left stock in the month or before and were posted after its end.

    Of a sale of which only some units left by then it returns their part: 1 of 3 units sold for 60.00 left, which is
    20.00 of sales and the cost of 1 unit, that of its own shipment where the line's cost is made of its shipments.

    Args:
        lines: Costed lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        observations: OBSERVATION_COLUMNS in force.
        month: The month that is closed.
        zones: The time zone of each store, which cuts its days; UTC where none is given.
        shipments: As `ship_days` takes them.

    Returns:
        Those lines with further columns, `ship_day` and `posted_day` (ISO text), and of a part `units_sold` and
        `units_left`; the first shipped first.
    """
    sales, told, end = lines[lines["event"] == Event.SALE], shipments or {}, month.last_day.isoformat()
    dated = sales.assign(ship_day=ship_days(sales, observations, told), posted_day=local_days(sales, zones))
    late = dated[(dated["posted_day"] > end).fillna(value=False).astype(bool)]
    parts = {key: told[key] for key in late["key"] if key in told and 0 < _left_by(told[key], end)[0] < told[key].units}
    whole = (late["ship_day"] <= end).fillna(value=False).astype(bool)
    unsettled = _in_part(late[whole | late["key"].isin(list(parts))], parts, end)
    return unsettled.sort_values(["store", "ship_day", "order_id", "key"], kind="stable")


def _in_part(lines: pd.DataFrame, parts: Mapping[str, SoldInShipments], end: str) -> pd.DataFrame:
    """Return lines, of some only the units that left by a day."""
    if not parts:
        return lines.assign(**dict.fromkeys(("units_sold", "units_left"), pd.Series(None, lines.index, WHOLE)))
    left = {key: _left_by(sold, end) for key, sold in parts.items()}
    costs = {row["key"]: _cost_of_part(row, parts[row["key"]], end) for row in _of_keys(lines, parts)}
    units = _by_key(lines, {key: number for key, (number, _) in left.items()}, WHOLE)
    unit_cost = _by_key(lines, costs, MONEY).fillna(lines["unit_cost"])
    cogs = {key: cost * left[key][0] for key, cost in costs.items() if cost is not None}
    money = money_in_part(lines, {key: (number, parts[key].units) for key, (number, _) in left.items()})
    return money.assign(
        ship_day=_by_key(lines, {key: day for key, (_, day) in left.items()}, TEXT).fillna(lines["ship_day"]),
        quantity=units.fillna(lines["quantity"]),
        cost_quantity=units.fillna(lines["cost_quantity"]),
        unit_cost=unit_cost,
        cogs=_by_key(lines, cogs, MONEY).fillna(lines["cogs"]),
        units_sold=_by_key(lines, {key: sold.units for key, sold in parts.items()}, WHOLE),
        units_left=units,
    )


def _by_key(lines: pd.DataFrame, values: Mapping[str, object], dtype: pd.ArrowDtype) -> pd.Series:
    return pd.Series([values.get(key) for key in lines["key"]], index=lines.index, dtype=dtype)


def _of_keys(lines: pd.DataFrame, keys: Iterable[str]) -> list[dict[str, Any]]:
    return records(lines.loc[lines["key"].isin(list(keys)), ["key", "unit_cost"]])


def _cost_of_part(row: Mapping[str, Any], sold: SoldInShipments, end: str) -> Decimal | None:
    """Return the unit cost of what left by a day: that of its shipments, if the line's own is the average of all."""
    costs = [(one.units, one.unit_cost, one.day) for one in sold.left if one.unit_cost is not None]
    worth = sum((units * cost for units, cost, _ in costs), Decimal(0))
    is_average = len(costs) == len(sold.left) and at_line_places(worth / sum(one.units for one in sold.left))
    if row["unit_cost"] is None or is_average != row["unit_cost"]:
        return row["unit_cost"]  # type: ignore[no-any-return]  # money of a record
    part = [(units, cost) for units, cost, day in costs if day is not None and day <= end]
    return at_line_places(sum((units * cost for units, cost in part), Decimal(0)) / sum(units for units, _ in part))


def money_in_part(lines: pd.DataFrame, parts: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """Return lines with the money of some in the share of their units that left.

    Args:
        lines: TRANSACTION_COLUMNS.
        parts: Units that left and units sold, by line key.
    """
    if not parts:
        return lines
    columns: dict[str, list[Any]] = {name: [] for name in (*AMOUNT_COLUMNS, "net", "typed")}
    for row in records(lines, ["key", *columns]):
        left, sold = parts.get(row["key"], (1, 1))
        amounts: dict[str, Any] = {
            name: at_line_places((row[name] or Decimal(0)) * left / sold) for name in AMOUNT_COLUMNS
        }
        typed = [one._replace(amount=at_line_places(one.amount * left / sold)) for one in from_text(row["typed"])]
        amounts |= {"net": sum(amounts.values(), Decimal(0)), "typed": to_text(typed) if left != sold else row["typed"]}
        for name, values in columns.items():
            values.append(amounts[name])
    kinds = {name: TEXT if name == "typed" else MONEY for name in columns}
    return lines.assign(**{name: pd.Series(one, lines.index, dtype=kinds[name]) for name, one in columns.items()})
