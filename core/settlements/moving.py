"""When the record of a settlement arrives, the answers saved on its view move over (design §3)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from core.database import batches, overrides
from core.database.batches import BatchKind
from core.model import Problem, Severity, records

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pandas as pd

    from core.database import Connection


def move_overrides(
    connection: Connection, old: pd.DataFrame, new: pd.DataFrame, *, who: str, now: datetime
) -> list[Problem]:
    """Give each line of the record what was saved for the view's line of the same order, SKU and event.

    A line of a view that knows no SKU gives what was saved to the only line that its order has of that event.

    Args:
        connection: Of `Database.writing`.
        old: The view's transactions, which the record replaces.
        new: The record's transactions, with keys.
        who: Who imports.
        now: When.

    Returns:
        What could not be moved because several lines fit, or none: it is answered again on Resolve.
    """
    saved = set(overrides.in_force(connection)["key"])
    answered = [row for row in records(old) if row["key"] in saved]
    if not answered:
        return []
    places, olds = _by_place(records(new)), _by_place(records(old))
    by_order = _by_place(records(new), _order)
    clear: dict[str, str] = {}
    for row in answered:
        # A view without SKUs (Shopify's export) has one line where the record has one per item.
        fitting = places[_place(row)] or (by_order[_order(row)] if row["sku"] is None else [])
        if len(fitting) == len(olds[_place(row)]) == 1 and fitting[0]["key"] not in clear.values():
            clear[row["key"]] = fitting[0]["key"]
    batch = batches.new(connection, BatchKind.MOVE, who, now, note="from the view to the record")
    left = overrides.move(connection, clear, batch)
    return [_unclear(row) for row in answered if row["key"] not in clear or row["key"] in left]


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["order_id"], row["sku"], row["event"]


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["order_id"], row["event"]


def _by_place(
    rows: list[dict[str, Any]], place: Callable[[dict[str, Any]], tuple[Any, ...]] = _place
) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[place(row)].append(row)
    return found


def _unclear(row: dict[str, Any]) -> Problem:
    where = f"order {row['order_id']}" + ("" if row["sku"] is None else f", SKU {row['sku']}")
    return Problem(
        Severity.WARNING,
        f"What was saved for {where} could not be moved to the settlement report: several lines fit, or none. "
        f"Answer it again on Resolve.",
        where,
    )
