"""The texts of the GraphQL questions, made of the names that the account's schema has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from core.finale.account_remarks import order_link
from core.finale.errors import NoSuchConnectionError
from core.finale.graphql_schema import LEDGER, LOOKUP, ORDER, ORDER_ITEM, PRODUCT, SHIPMENT, Schema, connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

SALE_SHIPMENT = "Sale shipment"


def quoted(text: str) -> str:
    """Return a text as a GraphQL string."""
    return json.dumps(text, ensure_ascii=False)


def span(begin: date, end: date) -> str:
    """Return a range of days, both included."""
    return f'{{begin:"{begin.isoformat()}",end:"{end.isoformat()}"}}'


def sorted_by(field: str, mode: str) -> str:
    """Return an order of rows, `asc` or `desc`."""
    return f'[{{field:"{field}",mode:"{mode}"}}]'


def call(schema: Schema, type_name: str, arguments: Mapping[str, str], node: str) -> str:
    """Return one connection with those of the arguments that it takes, and its nodes' selection.

    Raises:
        NoSuchConnectionError: If the account has no such connection.
    """
    if type_name not in schema.arguments:
        raise NoSuchConnectionError(type_name)
    taken = {name: value for name, value in arguments.items() if schema.takes(type_name, name)}
    inner = ", ".join(f"{name}:{value}" for name, value in taken.items())
    brackets = f"({inner})" if inner else ""
    return f"{connection(type_name)}{brackets}{{pageInfo{{hasNextPage endCursor}} edges{{node{{{node}}}}}}}"


def after(cursor: str | None) -> dict[str, str]:
    """Return the argument that continues behind a cursor."""
    return {} if cursor is None else {"after": quoted(cursor)}


def ledger_node(schema: Schema) -> str:
    """Return what is asked of each stock movement."""
    parts = schema.only(
        LEDGER, "transactionType", "transactionUpdateType", "transactionDescription", "stockType", "recordDate"
    )
    parts += [_raw(schema, name) for name in schema.only(LEDGER, "quantity", "unitsIn", "unitsOut")]
    costs = (schema.name_of(role) for role in ("movement cost", "movement average", "stock after"))
    parts += [_raw(schema, name) for name in dict.fromkeys(costs) if name]
    parts += ["product{productId}"] if schema.has(LEDGER, "product") else []
    link = order_link(schema)
    if link == "shipment":
        parts.append(f"shipment{{{' '.join(schema.only(SHIPMENT, 'shipmentId'))} order{{orderId}}}}")
    elif link == "order":
        parts.append("order{orderId}")
    return " ".join(parts)


def order_node(schema: Schema) -> str:
    """Return what is asked of each order."""
    parts = ["orderId", *schema.only(ORDER, "orderUrl", "status", "orderDate", "shipDate", "saleSource", "customerPo")]
    if schema.has(ORDER, "itemList"):
        quantity = _raw(schema, "quantity") if schema.has(ORDER_ITEM, "quantity") else ""
        parts.append(f"itemList(first:100){{edges{{node{{product{{productId}} {quantity}}}}}}}")
    if schema.has(ORDER, "shipmentList"):
        fields = schema.only(SHIPMENT, "shipmentId", "shipmentUrl", "status", "shipDate") or ["__typename"]
        parts.append(f"shipmentList{{{' '.join(fields)}}}")
    return " ".join(parts)


def product_node(schema: Schema) -> str:
    """Return what is asked of each product."""
    parts = ["productId", *schema.only(PRODUCT, "productUrl", "description", "status")]
    average = schema.name_of("product average")
    parts += [_raw(schema, average)] if average else []
    bom = schema.name_of("bill of materials")
    return " ".join([*parts, bom] if bom else parts)


def lookup_node(schema: Schema) -> str:
    """Return what is asked of each product lookup."""
    parts = [schema.name_of("lookup text"), schema.name_of("lookup packing"), *schema.only(LOOKUP, "status")]
    return " ".join([*(part for part in parts if part), "product{productId}"])


def _raw(schema: Schema, name: str) -> str:
    return f'{name}(formatter:"none")' if schema.formatter else name
