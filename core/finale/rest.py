"""What is read over REST where GraphQL does not offer it: single orders, and product lookups.

See docs/facts/finale-api.md, REST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from core.errors import BadAnswerError
from core.finale.errors import FinaleRefusalError
from core.finale.orders import FinaleOrder, OrderLine, Shipment, status_of
from core.finale.parse import date_of, number_of, text_of
from core.http.responses import message_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from core.finale.graphql_client import FinaleClient

Record = dict[str, Any]

_ERRORS = ("errorMessage", "error", "errors", "errorMessageList", "exception")
"""Where Finale puts a message although the status is 200 (docs/facts/finale-api.md, Errors)."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One name of a product."""

    text: str
    """May hold `*` for any characters."""
    product_id: str
    packing: str | None


def rest_records(columns: Mapping[str, Any]) -> Iterator[Record]:
    """Yield the records of a collection, which comes as parallel lists; a list may be short or absent."""
    lists = {name: values for name, values in columns.items() if isinstance(values, list)}
    for place in range(max(map(len, lists.values()), default=0)):
        yield {name: values[place] for name, values in lists.items() if place < len(values)}


def rest_orders(client: FinaleClient, order_ids: Iterable[str]) -> Iterator[FinaleOrder]:
    """Yield those of the orders that there are, one by one.

    Raises:
        InventoryError: If Finale does not answer.
    """
    for order_id in order_ids:
        record = _one(client, f"{client.account}/api/order/{quote(order_id.strip(), safe='')}")
        if record.get("orderTypeId", "SALES_ORDER") == "SALES_ORDER" and record.get("orderId"):
            yield _order(client, record)


def _order(client: FinaleClient, record: Record) -> FinaleOrder:
    shipments = [_one(client, str(url)) for url in record.get("shipmentUrlList") or ()]
    items = [item for item in record.get("orderItemList") or () if text_of(item.get("productId"))]
    return FinaleOrder(
        order_id=str(record["orderId"]),
        status=status_of(record.get("statusId")).replace("locked", "committed"),
        order_date=date_of(record.get("orderDate")),
        customer_po=text_of(record.get("referenceNumber")),
        lines=tuple(OrderLine(str(item["productId"]), number_of(item.get("quantity"))) for item in items),
        shipments=tuple(
            Shipment(
                text_of(shipment.get("shipmentIdUser")),
                status_of(shipment.get("statusId")),
                date_of(shipment.get("shipDate")),
            )
            for shipment in shipments
            if shipment
        ),
        tells_shipments=all(shipments) and "shipmentUrlList" in record,
    )


def rest_lookups(client: FinaleClient) -> list[Lookup]:
    """Return all product lookups; empty where the account shows none. Two collection requests.

    Raises:
        InventoryError: If Finale does not answer.
    """
    rows = list(rest_records(_one(client, f"{client.account}/api/scanlookup/", collection=True)))
    if not rows:
        return []
    products = rest_records(_one(client, f"{client.account}/api/product/", collection=True))
    ids = {product.get("productUrl"): text_of(product.get("productId")) for product in products}
    return [
        Lookup(text, product_id, text_of(each.get("normalizedPackingString")))
        for each in rows
        if (text := text_of(each.get("scanKey"))) and (product_id := ids.get(each.get("productUrl")))
    ]


def _one(client: FinaleClient, path: str, *, collection: bool = False) -> Record:
    """Return a resource; empty if there is none, also where Finale answers with the word `undefined`.

    Raises:
        FinaleRefusalError: If it holds an error message, which with status 200 would look like an absent resource.
    """
    answer = client.get(path, collection=collection)
    if answer is None:
        return {}
    try:
        record = answer.json()
    except BadAnswerError:
        if answer.content.strip() == b"undefined":
            return {}
        raise
    row: Record = record if isinstance(record, dict) else {}
    if refusal := next((message_in(row[name]) for name in _ERRORS if name in row), None):
        raise FinaleRefusalError(refusal)
    return row
