"""What worksheet functions answer from: one cost per SKU, and one per order and SKU. Pure.

The same figures as sheets Costs and Transactions, which the workbook's VBA answers from where there is no Python.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.frame_columns import records
from core.model import Cause, CostStatus, Event, units_of
from core.money import at_line_places
from core.reports.sku_costs import OK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pandas as pd

NOT_ASKED = str(Cause.NOT_SYNCED)
"""Status of a SKU that the books know nothing of yet."""
ORDER_UNKNOWN = "Order not in the books"
"""Status of an order that no imported settlement holds."""

_LINE_FIELDS = [
    "order_id",
    "sku",
    "event",
    "units",
    "cost_status",
    "cause",
    "unit_cost",
    "cost_source",
    "cost_as_of",
]


@dataclass(frozen=True, slots=True)
class CostAnswer:
    """What is known of one cost."""

    status: str
    """`costed` and the like, or why there is no cost; for a SKU alone, the words of sheet Costs."""
    unit_cost: Decimal | None = None
    """Per unit of the SKU, home currency; missing is `None`, and 0 is a zero that somebody confirmed."""
    source: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class CostSnapshot:
    """Every cost of a company's books at one moment."""

    answers: tuple[CostAnswer, ...] = ()
    """Each answer once; the mappings hold positions in it."""
    skus: Mapping[str, int] = field(default_factory=dict)
    """SKU -> its current average. Known SKUs are here even if they have none."""
    orders: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Order -> SKU -> the cost of that order's line."""

    def answer(self, sku: str, order_id: str = "") -> CostAnswer:
        """Return the cost of an order's SKU, or without order the SKU's current average."""
        if not order_id:
            place = self.skus.get(sku)
            return _UNKNOWN_SKU if place is None else self.answers[place]
        lines = self.orders.get(order_id)
        if lines is None:
            return _UNKNOWN_ORDER
        place = lines.get(sku)
        return _NOT_ON_ORDER if place is None else self.answers[place]


_UNKNOWN_SKU = CostAnswer(NOT_ASKED)
_UNKNOWN_ORDER = CostAnswer(ORDER_UNKNOWN)
_NOT_ON_ORDER = CostAnswer(Cause.NOT_ON_ORDER)


def cost_snapshot(lines: pd.DataFrame, skus: pd.DataFrame) -> CostSnapshot:
    """Take the costs out of the books.

    Args:
        lines: Every transaction with its cost (TRANSACTION_COLUMNS and COSTED_COLUMNS).
        skus: SKU_COST_COLUMNS.
    """
    answers: dict[CostAnswer, int] = {}

    def place(answer: CostAnswer) -> int:
        return answers.setdefault(answer, len(answers))

    by_sku = {row["sku"]: place(_of_sku(row)) for row in records(skus)}
    by_order: dict[str, dict[str, int]] = defaultdict(dict)
    for (order_id, sku), rows in _lines_by_order(lines).items():
        by_order[order_id][sku] = place(_of_lines(rows))
    return CostSnapshot(tuple(answers), by_sku, dict(by_order))


def _of_sku(row: Mapping[str, Any]) -> CostAnswer:
    if row["average"] is None:
        return CostAnswer(row["status"])
    return CostAnswer(row["status"], row["average"], OK, row["average_as_of"])


def _lines_by_order(lines: pd.DataFrame) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Group the lines; where an order's SKU was sold in these books, only its sales speak for it."""
    named = lines.assign(units=units_of(lines)).loc[lines["order_id"].notna() & lines["sku"].notna(), _LINE_FIELDS]
    sales: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    others: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in records(named):
        (sales if row["event"] == Event.SALE else others)[row["order_id"], row["sku"]].append(row)
    return {**others, **sales}


def _of_lines(rows: Sequence[Mapping[str, Any]]) -> CostAnswer:
    """Join the lines of one order and SKU: their costs weighted with their units; missing if one is missing."""
    goods = [row for row in rows if row["cost_status"] != CostStatus.NOT_APPLICABLE] or rows
    without = next((row for row in goods if row["unit_cost"] is None), None)
    if without is not None:
        return CostAnswer(without["cause"] or without["cost_status"])
    first = goods[0]
    if any(row["unit_cost"] != first["unit_cost"] for row in goods):
        return CostAnswer(first["cost_status"], _weighted(goods), first["cost_source"], first["cost_as_of"])
    return CostAnswer(first["cost_status"], first["unit_cost"], first["cost_source"], first["cost_as_of"])


def _weighted(rows: Sequence[Mapping[str, Any]]) -> Decimal:
    units = [Decimal(abs(row["units"] or 1)) for row in rows]
    whole = sum((row["unit_cost"] * count for row, count in zip(rows, units, strict=True)), Decimal(0))
    return at_line_places(whole / sum(units))
