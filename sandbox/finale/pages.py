"""Finale's URLs, and the records of its REST resources, field by field: none holds a cost of goods sold.

See docs/facts/finale-api.md, Records.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from sandbox.business.business import changed
from sandbox.business.shops import with_shops
from sandbox.finale.finale_books import Books
from sandbox.finale.graphql_schema import Answerer, Drift
from sandbox.finale.saved_reports import STREAM_PAGE, BadReportError, report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from flask.typing import ResponseReturnValue

    from sandbox.business import Business
    from sandbox.finale.finale_books import FinaleItem, FinaleOrder, FinaleProduct, FinaleShipment
    from sandbox.misbehaviour import Misbehaviour

Record = dict[str, Any]

LISTED_WITHOUT = {"order": ("orderItemList",)}
"""Fields that only the single record has."""

FACILITY = "100001"
_ORDER_TYPES = {"Sale": "SALES_ORDER", "Purchase": "PURCHASE_ORDER"}
_ORDER_STATES = {"Completed": "ORDER_COMPLETED", "Committed": "ORDER_LOCKED", "Cancelled": "ORDER_CANCELLED"}
_SHIPMENT_TYPES = {"Sale": "SALES_SHIPMENT", "Purchase": "PURCHASE_SHIPMENT"}
_SHIPMENT_STATES = {
    "Shipped": "SHIPMENT_SHIPPED",
    "Received": "SHIPMENT_DELIVERED",
    "Editable": "SHIPMENT_INPUT",
    "Packed": "SHIPMENT_PACKED",
    "Cancelled": "SHIPMENT_CANCELLED",
}


def records(books: Books) -> dict[str, list[Record]]:
    """Return every record by resource."""
    return {
        "product": [_product(books, product) for product in books.products],
        "order": [_order(books, order) for order in books.orders],
        "shipment": [_shipment(books, shipment) for shipment in books.shipments],
        "facility": [{"facilityId": FACILITY, "facilityUrl": books.path("facility", FACILITY), "facilityName": "Main"}],
        "scanlookup": [_lookup(books, number) for number in range(len(books.business.lookups))],
        "inventoryitem": [_stock(books, product) for product in books.products],
    }


def _product(books: Books, product: FinaleProduct) -> Record:
    goods = product.product
    parts = [
        {"productId": part.product.product_id, "productUrl": part.url, "quantity": units}
        for part, units in product.parts
    ]
    return {
        "productId": goods.product_id,
        "productUrl": product.url,
        "internalName": goods.description,
        "statusId": "PRODUCT_ACTIVE" if goods.active else "PRODUCT_INACTIVE",
        "userCategory": goods.category,
        "cost": _number(goods.item_cost),
        "priceList": [{"productPriceTypeId": "LIST_PRICE", "price": _number(goods.price)}],
        "universalProductCode": None,
        "productAssocList": [{"productAssocTypeId": "MANUF_COMPONENT", "productAssocItemList": parts}] if parts else [],
        "lastUpdatedDate": _moment(books.last_moved.get(goods.product_id)),
    }


def _order(books: Books, order: FinaleOrder) -> Record:
    last = max((shipment.at for shipment in order.shipments if shipment.at), default=order.ordered_at)
    return {
        "orderId": order.order_id,
        "orderUrl": order.url,
        "orderTypeId": _ORDER_TYPES[order.kind],
        "statusId": _ORDER_STATES[order.status],
        "orderDate": _day(order.ordered_at.date()),
        "saleSourceId": order.source or None,
        "referenceNumber": order.customer_po or None,
        "orderItemList": [_item(order, item) for item in order.items],
        "shipmentUrlList": [shipment.url for shipment in order.shipments],
        "invoiceUrlList": [],
        "originFacilityUrl": books.path("facility", FACILITY),
        "lastUpdatedDate": _moment(last),
    }


def _item(order: FinaleOrder, item: FinaleItem) -> Record:
    return {
        "orderItemUrl": f"{order.url}/orderitem/{item.index}",
        "productId": item.product.product.product_id,
        "productUrl": item.product.url,
        "unitPrice": _number(item.unit_price),
        "quantity": item.units,
    }


def _shipment(books: Books, shipment: FinaleShipment) -> Record:
    sale = shipment.kind == "Sale"
    state = _SHIPMENT_STATES[shipment.status]
    stamp = [{"statusId": state, "txStamp": int(shipment.at.timestamp())}] if shipment.at else []
    return {
        "shipmentId": shipment.url.rsplit("/", maxsplit=1)[-1],
        "shipmentUrl": shipment.url,
        "shipmentIdUser": shipment.label,
        "shipmentTypeId": _SHIPMENT_TYPES[shipment.kind],
        "statusId": state,
        "primaryOrderUrl": shipment.order_url,
        "shipDate": _day(shipment.day) if sale else None,
        "receiveDate": None if sale else _day(shipment.day),
        "shipmentItemList": [
            {
                "productId": product.product.product_id,
                "productUrl": product.url,
                "quantity": units,
                "facilityUrl": books.path("facility", FACILITY),
            }
            for product, units in shipment.items
        ],
        "statusIdHistoryList": stamp,
        "lastUpdatedDate": _moment(shipment.at),
    }


def _lookup(books: Books, number: int) -> Record:
    lookup = books.business.lookups[number]
    return {
        "scanKey": lookup.sku,
        "productUrl": books.product(lookup.product_id).url,
        "lotId": None,
        "scanTypeId": "UNSPECIFIED_TEXT",
        "normalizedPackingString": lookup.packing or None,
    }


def _stock(books: Books, product: FinaleProduct) -> Record:
    return {
        "productId": product.product.product_id,
        "productUrl": product.url,
        "facilityUrl": books.path("facility", FACILITY),
        "lotId": None,
        "normalizedPackingString": None,
        "quantityOnHand": product.on_hand,
        "quantityOnOrder": None,
        "quantityReserved": None,
    }


def _number(value: Decimal) -> float:
    return float(value)


def _day(day: date | None) -> str | None:
    """Return a business date as Finale stamps it: always at the same hour."""
    return f"{day.isoformat()}T19:00:00" if day else None


def _moment(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%S") if at else None


@dataclass(frozen=True, slots=True)
class Account:
    """An account: whose books it holds, its path, its key."""

    business: Business = field(repr=False)
    path: str
    key: str
    secret: str = field(repr=False)
    extra_fields: tuple[str, ...] = ()
    """GraphQL fields of this account alone (`product.userUser10000`)."""


def fields_of_its_own(account: str) -> tuple[str, ...]:
    """Return the dynamic fields that an account has by default: its name is part of one of them."""
    stock = f"stockColumnQuantityOnHandUnits{account.title()}apifacility10000"
    return (f"product.{stock}", "product.userUser10000", "order.userUser10001")


def finale_pages(account: Account, switches: Misbehaviour, now: Callable[[], float]) -> Blueprint:
    """Return the pages of an account; `now` is what "last month" in a report is counted from."""
    pages = Blueprint(f"finale {account.path}", __name__, url_prefix=f"/{account.path}")

    @cache
    def variant(names: frozenset[str]) -> Books:
        return Books(changed(with_shops(account.business), names), account.path)

    def books() -> Books:
        return variant(switches.variants)

    _add_graphql(pages, books, switches, account.extra_fields)
    _add_resources(pages, books)
    _add_reports(pages, books, now)
    return pages


def _add_graphql(
    pages: Blueprint, books: Callable[[], Books], switches: Misbehaviour, extra_fields: tuple[str, ...]
) -> None:
    @cache
    def answerer(books: Books, drift: Drift) -> Answerer:
        return Answerer(books, drift)

    @pages.post("/api/graphql")
    def graphql() -> ResponseReturnValue:
        asked = request.get_json(silent=True)
        if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
            return jsonify(errors=[{"message": "Must provide query string."}]), 400
        drift = replace(switches.drift, extra=extra_fields)
        schema = answerer(books(), drift)
        return jsonify(schema.answer(asked["query"], asked.get("variables"), asked.get("operationName")))


def _add_resources(pages: Blueprint, books: Callable[[], Books]) -> None:
    @cache
    def known(books: Books) -> dict[str, list[Record]]:
        return records(books)

    @pages.get("/api/<resource>")
    @pages.get("/api/<resource>/")
    def whole_collection(resource: str) -> ResponseReturnValue:
        try:
            found = collection(known(books()), resource, request.args)
        except BadFilterError as error:
            return jsonify(errorMessage=str(error)), 400
        except ValueError as error:  # one of the places where Finale answers 200 with an error inside
            return jsonify(errorMessage=str(error))
        return ("Not Found", 404) if found is None else jsonify(found)

    @pages.get("/api/<resource>/<path:key>")
    def one_record(resource: str, key: str) -> ResponseReturnValue:
        found = single(known(books()), resource, books().path(resource, key))
        if found is None and resource == "shipment" and key.isdigit():
            return "undefined"  # with status 200, as the real one does
        return ("Not Found", 404) if found is None else jsonify(found)


def _add_reports(pages: Blueprint, books: Callable[[], Books], now: Callable[[], float]) -> None:
    @pages.get("/doc/report/pivotTableStream/<number>/<name>")
    def stream(number: str, name: str) -> ResponseReturnValue:  # noqa: ARG001  # any name will do
        return STREAM_PAGE.format(account=books().account, number=number)

    @pages.get("/doc/report/pivotTable/<number>/<name>")
    def pivot_table(number: str, name: str) -> ResponseReturnValue:
        try:
            found = report(books(), request.args, datetime.fromtimestamp(now(), UTC).date())
        except BadReportError:
            return stream(number, name)
        return Response(found.body, content_type=found.content_type)


COLLECTION_CUT = 120_000
LONGEST_RANGE = timedelta(days=30)


class BadFilterError(ValueError):
    """The filter cannot be read or asks for more than Finale gives."""


def collection(
    records: Mapping[str, Sequence[Record]], resource: str, arguments: Mapping[str, str]
) -> dict[str, list[Any]] | None:
    """Return a collection, one array per field; `None` if there is no such resource.

    Only `filter` and `limit` are understood; everything else, `offset` too, is ignored without a word.

    Raises:
        BadFilterError: If the filter is no base64 JSON, or its range of lastUpdatedDate is open or over 30 days.
        ValueError: If the limit is no number.
    """
    found = records.get(resource)
    if found is None:
        return None
    wanted = _read_filter(arguments["filter"]) if "filter" in arguments else {}
    rows = [row for row in found[:COLLECTION_CUT] if _fits(row, wanted)]
    if "limit" in arguments:
        rows = rows[: int(arguments["limit"])]
    return column_major(rows, LISTED_WITHOUT.get(resource, ()))


def single(records: Mapping[str, Sequence[Record]], resource: str, url: str) -> Record | None:
    """Return one record by its URL; `None` if there is none."""
    return next((row for row in records.get(resource, ()) if row.get(f"{resource}Url") == url), None)


def column_major(rows: Sequence[Record], without: Sequence[str] = ()) -> dict[str, list[Any]]:
    """Turn records into an object of parallel arrays."""
    names = dict.fromkeys(name for row in rows for name in row if name not in without)
    return {name: [row.get(name) for row in rows] for name in names}


def rows_of(columns: Mapping[str, Sequence[Any]]) -> list[Record]:
    """Turn an object of parallel arrays back into records."""
    return [dict(zip(columns, values, strict=True)) for values in zip_longest(*columns.values())]


def _read_filter(text: str) -> dict[str, list[Any]]:
    try:
        wanted = json.loads(base64.b64decode(text))
        bounds = {name: list(pair) for name, pair in wanted.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise BadFilterError("filter must be base64 of a JSON object of [lower, upper] pairs") from error
    if "lastUpdatedDate" in bounds:
        _check_range(*bounds["lastUpdatedDate"])
    return bounds


def _check_range(lower: str | None, upper: str | None) -> None:
    if lower is None or upper is None:
        raise BadFilterError("lastUpdatedDate needs a lower and an upper bound")
    if datetime.fromisoformat(upper) - datetime.fromisoformat(lower) > LONGEST_RANGE:
        raise BadFilterError("the range of lastUpdatedDate must not be longer than 30 days")


def _fits(row: Record, wanted: Mapping[str, Sequence[Any]]) -> bool:
    return all(_between(row.get(name), *pair) for name, pair in wanted.items())


def _between(value: Any, lower: Any, upper: Any) -> bool:  # noqa: ANN401  # any JSON value
    return value is not None and (lower is None or value >= lower) and (upper is None or value <= upper)
