"""The two saved reports of mode R: costs per order, and averages per product."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from core.finale.ledger import Movement, is_sale
from core.finale.order_costs import marked
from core.finale.orders import FinaleOrder, OrderLine, Shipment
from core.finale.parse import date_of, number_of, text_of
from core.finale.products import Product
from core.finale.reports import AVERAGE_COLUMNS, COST_COLUMNS, find_columns, in_roles, read_table
from core.money import at_line_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from core.finale.reports import Row

COSTS = "cost"
AVERAGES = "average cost"
_LABEL = re.compile(r"^(.+)-\d{1,3}$")


def read_costs(content: bytes, days: tuple[date, date], names: Mapping[str, str]) -> list[Movement]:
    """Read the report of costs per order.

    Args:
        content: The report.
        days: Rows of other days are left out, in case the report does not obey its date filter.
        names: The user's own column titles by role (`reports.COST_COLUMNS`).

    Returns:
        The movements, those of sales with their order id; units that left are positive.

    Raises:
        ReportError: If the report cannot be used.
    """
    rows = read_table(COSTS, content)
    needed = (("product",), ("units",), ("cost",), ("order", "shipment", "description"))
    columns = find_columns(COSTS, rows, COST_COLUMNS, needed, names)
    movements = [movement for row in in_roles(rows, columns) if (movement := _movement(row)) is not None]
    begin, end = days
    there = [row for row in movements if row.record_date is None or begin <= row.record_date <= end]
    ordered = sorted(_outgoing_positive(there), key=lambda row: (row.record_date is not None, row.record_date or begin))
    return marked(ordered)


def _movement(row: Row) -> Movement | None:
    product_id, units = text_of(row.get("product")), number_of(row.get("units"))
    if product_id is None or units is None:
        return None
    sale = is_sale(row.get("type"))
    return Movement(
        product_id=product_id,
        units=-units,
        cost=row.get("cost"),
        average=row.get("average"),
        record_date=date_of(row.get("date")),
        is_sale=sale,
        stage=(text_of(row.get("stage")) or "").lower(),
        order_id=_order_id(row) if sale else None,
        shipment_id=text_of(row.get("shipment")),
        description=text_of(row.get("description")),
        leaves_negative=(number_of(row.get("balance")) or 0) < 0,
    )


def _order_id(row: Row) -> str | None:
    named = text_of(row.get("order"))
    label = text_of(row.get("shipment")) or text_of(row.get("description")) or ""
    shortened = _LABEL.match(label)
    return named or (shortened[1] if shortened else label or None)


def _outgoing_positive(movements: list[Movement]) -> list[Movement]:
    """Turn the signs round where the report counts what left as positive: most of what is sold goes out."""
    sold = sum((row.units for row in movements if row.is_sale), Decimal(0))
    return [replace(row, units=-row.units) for row in movements] if sold < 0 else movements


def orders_of(movements: Iterable[Movement]) -> list[FinaleOrder]:
    """Return the orders that a report of costs shows: packed, or gone."""
    grouped: dict[str, list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.is_sale and movement.order_id:
            grouped[movement.order_id].append(movement)
    return [
        FinaleOrder(
            order_id=order_id,
            status="completed",
            lines=tuple(OrderLine(product_id, None) for product_id in dict.fromkeys(row.product_id for row in rows)),
            shipments=tuple(
                Shipment(row.shipment_id, "packed" if "pack" in row.stage else "shipped", row.record_date)
                for row in rows
            ),
        )
        for order_id, rows in grouped.items()
    ]


def read_averages(content: bytes, names: Mapping[str, str]) -> dict[str, Product]:
    """Read the report of averages; where it shows none, the valuation is divided by the units on hand.

    Returns:
        Products by id. One that stands in several rows (locations) is added up.

    Raises:
        ReportError: If the report cannot be used.
    """
    rows = read_table(AVERAGES, content)
    columns = find_columns(AVERAGES, rows, AVERAGE_COLUMNS, (("product",), ("average", "total")), names)
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in in_roles(rows, columns):
        product_id = text_of(row.get("product"))
        if product_id is not None:
            grouped[product_id].append(row)
    return {product_id: _product(product_id, rows) for product_id, rows in grouped.items()}


def _product(product_id: str, rows: list[Row]) -> Product:
    averages = [row.get("average") for row in rows if text_of(row.get("average")) is not None]
    descriptions = [text_of(row.get("description")) for row in rows]
    average = averages[0] if averages else _valued(rows)
    return Product(product_id, None, next(filter(None, descriptions), None), average)


def _valued(rows: list[Row]) -> str | None:
    worth = [number_of(row.get("total")) for row in rows]
    units = sum((number_of(row.get("units")) or Decimal(0) for row in rows), Decimal(0))
    known = [value for value in worth if value is not None]
    return str(at_line_places(sum(known, Decimal(0)) / units)) if known and units > 0 else None
