"""The first-run self test: one order that has been shipped lately, and its cost as the stock history gives it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.finale.account_remarks import has_ledger
from core.finale.graphql_client import nodes_of
from core.finale.graphql_schema import LEDGER
from core.finale.parse import cost_of
from core.finale.queries import SALE_SHIPMENT, call, ledger_node, quoted, sorted_by
from core.finale.stock_history import read_movement

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from core.finale.graphql_client import FinaleClient
    from core.finale.graphql_schema import Schema
    from core.finale.stock_history import Movement


_LATELY = "50"


@dataclass(frozen=True, slots=True)
class Example:
    """One cost to be compared with what Finale's own screen shows."""

    order_id: str
    product_id: str
    units: Decimal
    unit_cost: Decimal
    record_date: date | None
    raw: str | None
    """As Finale gave it."""


def example_cost(client: FinaleClient) -> Example | None:
    """Return the newest sale movement that has a cost and names its order; `None` if there is none to be had.

    Raises:
        InventoryError: If Finale does not answer.
    """
    if not has_ledger(client.now_schema()):
        return None

    def build(schema: Schema) -> str:
        arguments = {
            "first": _LATELY,
            "transactionType": quoted(SALE_SHIPMENT),
            "sort": sorted_by("recordDate", "desc"),
        }
        return f"{{ ledger: {call(schema, LEDGER, arguments, ledger_node(schema))} }}"

    nodes = nodes_of(client.ask(build).get("ledger"))
    schema = client.now_schema()
    examples = (_example(movement) for node in nodes if (movement := read_movement(node, schema)) is not None)
    return next((example for example in examples if example is not None), None)


def _example(movement: Movement) -> Example | None:
    cost = cost_of(movement.cost)
    label = movement.shipment_id or movement.description or ""
    order_id = movement.order_id or re.sub(r"-\d{1,3}$", "", label)
    if cost.value is None or not order_id or not movement.is_sale or movement.units <= 0:
        return None
    return Example(order_id, movement.product_id, movement.units, cost.value, movement.record_date, cost.raw)
