"""Relay connections over lists: filters, full-text search, sorting and cursors (docs/facts/finale-api.md)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sandbox.business.records import Lookup
    from sandbox.finale.fields import Field
    from sandbox.finale.finale_books import Books, FinaleOrder, FinaleProduct, FinaleShipment

LARGEST_PAGE = 1000
"""More than this is cut without a word; how much the real Finale gives at most is not known."""

_ORDER_TYPES = {"SALES_ORDER": "Sale", "PURCHASE_ORDER": "Purchase", "TRANSFER_ORDER": "Transfer"}
_ORDER_STATES = {
    "ORDER_CREATED": "Draft",
    "ORDER_LOCKED": "Committed",
    "ORDER_COMPLETED": "Completed",
    "ORDER_CANCELLED": "Cancelled",
}
_PRODUCT_STATES = {"PRODUCT_ACTIVE": "Active", "PRODUCT_INACTIVE": "Inactive"}
_SHIPMENT_TYPES = {"SALES_SHIPMENT": "Sale", "PURCHASE_SHIPMENT": "Purchase"}

Range = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """An argument of a connection: its GraphQL type and whether a row passes a value of it."""

    kind: str
    """`text`, `texts` or `dates`."""
    passes: Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Connection:
    """One `...ViewConnection`."""

    of: str
    rows: Callable[[], Sequence[Any]]
    filters: Mapping[str, Filter]


def connections(books: Books) -> dict[str, Connection]:
    """Return every connection by its name."""
    return {
        "orderViewConnection": Connection("order", lambda: books.orders, _ORDER_FILTERS),
        "productLookupViewConnection": Connection("productLookup", lambda: books.business.lookups, _LOOKUP_FILTERS),
        "productViewConnection": Connection("product", lambda: books.products, _PRODUCT_FILTERS),
        "shipmentViewConnection": Connection("shipment", lambda: books.shipments, _SHIPMENT_FILTERS),
        "stockHistoryViewConnection": Connection("stockHistory", lambda: books.ledger, _stock_history_filters(books)),
    }


def _one_of(value: Callable[[Any], str], words: Mapping[str, str] | None = None) -> Filter:
    names = words or {}
    return Filter("texts", lambda row, wanted: value(row) in [names.get(word, word) for word in wanted])


def _dated(value: Callable[[Any], date | None]) -> Filter:
    return Filter("dates", lambda row, wanted: _within(value(row), wanted))


def _searchable_order(order: FinaleOrder) -> str:
    goods = " ".join(item.product.product.product_id for item in order.items)
    return f"{order.order_id} {order.customer_po} {order.notes} {goods}"


def _searchable_product(product: FinaleProduct) -> str:
    return f"{product.product.product_id} {product.product.description}"


def _searchable_lookup(lookup: Lookup) -> str:
    return f"{lookup.sku} {lookup.product_id}"


def _searchable_shipment(shipment: FinaleShipment) -> str:
    return shipment.label


def _full_text(text: Callable[[Any], str]) -> Filter:
    """Full text also finds what shares a word of some length with the question, not only what was meant."""
    return Filter("text", lambda row, wanted: _looks_like(text(row), wanted))


def _looks_like(text: str, wanted: str) -> bool:
    found, asked = text.casefold(), wanted.casefold().strip()
    words = [word for word in asked.replace("-", " ").split() if len(word) > 3]  # noqa: PLR2004  # "111" says nothing
    return asked in found or any(word in found for word in words)


_ORDER_FILTERS = {
    "type": _one_of(lambda order: order.kind, _ORDER_TYPES),
    "status": _one_of(lambda order: order.status, _ORDER_STATES),
    "product": Filter("texts", lambda order, urls: any(item.product.url in urls for item in order.items)),
    "supplier": _one_of(lambda order: order.partner),
    "orderDate": _dated(lambda order: order.ordered_at.date()),
    "receiveDate": _dated(lambda order: order.day if order.kind == "Purchase" else None),
    "search": _full_text(_searchable_order),
}
_PRODUCT_FILTERS = {
    "productId": Filter("text", lambda product, wanted: product.product.product_id == wanted),
    "status": _one_of(lambda product: "Active" if product.product.active else "Inactive", _PRODUCT_STATES),
    "category": _one_of(lambda product: product.product.category),
    "search": _full_text(_searchable_product),
}
_LOOKUP_FILTERS = {"search": _full_text(_searchable_lookup)}
_SHIPMENT_FILTERS = {
    "type": _one_of(lambda shipment: shipment.kind, _SHIPMENT_TYPES),
    "status": _one_of(lambda shipment: shipment.status),
    "shipDate": _dated(lambda shipment: shipment.day if shipment.kind == "Sale" else None),
    "receiveDate": _dated(lambda shipment: shipment.day if shipment.kind == "Purchase" else None),
    "search": _full_text(_searchable_shipment),
}


def _stock_history_filters(books: Books) -> dict[str, Filter]:
    return {
        "transactionType": _one_of(lambda row: row.kind),
        "recordDate": _dated(lambda row: row.record_date),
        "product": Filter("texts", lambda row, urls: books.product(row.product_id).url in urls),
    }


def _within(day: date | None, wanted: Range) -> bool:
    if day is None:
        return False
    begin, end = read_date(wanted.get("begin")), read_date(wanted.get("end"))
    return (begin is None or day >= begin) and (end is None or day <= end)


def read_date(text: str | None) -> date | None:
    """Read `2026-09-03` or `9/3/2026`.

    Raises:
        GraphQLError: If it is neither.
    """
    if not text:
        return None
    for pattern in ("%Y-%m-%d", "%m/%d/%Y", "%Y-%m-%dT%H:%M:%S"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007  # a plain day
        except ValueError:
            continue
    raise GraphQLError(f'Invalid date "{text}".')


@dataclass(frozen=True, slots=True)
class Page:
    """What a connection answers: rows `start` to `start + len(rows)` of `total`."""

    rows: Sequence[Any]
    start: int
    total: int


def select(
    connection: Connection, fields: Mapping[str, Field], arguments: Mapping[str, Any], largest_page: int = LARGEST_PAGE
) -> Page:
    """Filter, sort and cut a connection's rows."""
    rows = [row for row in connection.rows() if _passes(connection, row, arguments)]
    for order in reversed(arguments.get("sort") or []):
        rows = _sorted(rows, fields, order)
    return page(rows, arguments, largest_page)


def _passes(connection: Connection, row: object, arguments: Mapping[str, Any]) -> bool:
    asked = ((connection.filters[name], value) for name, value in arguments.items() if name in connection.filters)
    return all(value is None or one.passes(row, value) for one, value in asked)


def _sorted(rows: list[Any], fields: Mapping[str, Field], order: Mapping[str, str]) -> list[Any]:
    field = fields.get(order["field"])
    if field is None:
        raise GraphQLError(f'Cannot sort by unknown field "{order["field"]}".')
    present = [row for row in rows if field.value(row) is not None]
    absent = [row for row in rows if field.value(row) is None]
    present.sort(key=field.value, reverse=order.get("mode") == "desc")  # type: ignore[arg-type]  # values of one field compare
    return [*present, *absent]


def page(rows: Sequence[Any], arguments: Mapping[str, Any], largest_page: int = LARGEST_PAGE) -> Page:
    """Cut a list by `first`, `after`, `last` and `before`."""
    start, end = 0, len(rows)
    if arguments.get("after"):
        start = _position(arguments["after"]) + 1
    if arguments.get("before"):
        end = min(end, _position(arguments["before"]))
    if arguments.get("last") is not None:
        start = max(start, end - min(arguments["last"], largest_page))
    else:
        asked = arguments.get("first")
        end = min(end, start + min(largest_page if asked is None else asked, largest_page))
    return Page(rows[start:end], start, len(rows))


def cursor(position: int) -> str:
    """Return the opaque mark of a row."""
    return base64.b64encode(f"array:{position}".encode()).decode()


def _position(mark: str) -> int:
    try:
        return int(base64.b64decode(mark, validate=True).decode().removeprefix("array:"))
    except ValueError as error:
        raise GraphQLError(f'Invalid cursor "{mark}".') from error
