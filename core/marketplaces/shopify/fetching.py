"""Fetches orders with all their items, refunds and parcels, in questions that Shopify does not find too large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import BadAnswerError
from core.marketplaces.shopify import queries
from core.marketplaces.shopify.client import next_cursor
from core.marketplaces.shopify.errors import SERVICE, QuestionTooDearError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.marketplaces.shopify.client import ShopifyClient

AT_ONCE = 3
_USUAL = {"items": 10, "payments": 10, "refunds": 3, "back": 5, "parcels": 2, "packed": 5}
_MANY = {"items": 1, "payments": 60, "refunds": 25, "back": 1, "parcels": 25, "packed": 1}
_LISTS = (("transactions", "payments"), ("refunds", "refunds"), ("fulfillments", "parcels"))
"""What has no further pages: field, and the variable that says how many of it are given."""


def orders(client: ShopifyClient, ids: Sequence[str], at_once: int = AT_ONCE) -> Iterator[dict[str, Any]]:
    """Yield orders by their ids, in that order; one that Shopify does not give is left out.

    Raises:
        ServiceError: If one cannot be fetched.
    """
    for start in range(0, len(ids), at_once):
        for node in _together(client, ids[start : start + at_once]):
            yield _complete(client, node)


def _together(client: ShopifyClient, ids: Sequence[str]) -> list[dict[str, Any]]:
    try:
        nodes = client.ask(queries.ORDERS, ids=list(ids), **_USUAL).get("nodes") or ()
    except QuestionTooDearError:
        if len(ids) == 1:
            raise
        half = len(ids) // 2
        return [*_together(client, ids[:half]), *_together(client, ids[half:])]
    return [node for node in nodes if node]


def _complete(client: ShopifyClient, node: dict[str, Any]) -> dict[str, Any]:
    """Add what did not fit into the first answer, page by page."""
    if _is_cut(node, _USUAL):
        nodes = client.ask(queries.ORDERS, ids=[node["id"]], **_MANY).get("nodes") or ()
        node = next((each for each in nodes if each), node)
        if _is_cut(node, _MANY):
            too_many = "an order with too many payments, refunds or parcels"
            raise BadAnswerError(SERVICE, f"order {node.get('name')}", too_many)
    _add_pages(client, queries.MORE_ITEMS, node, "lineItems")
    for refund in node.get("refunds") or ():
        _add_pages(client, queries.MORE_REFUNDED, refund, "refundLineItems")
    for parcel in node.get("fulfillments") or ():
        _add_pages(client, queries.MORE_PACKED, parcel, "fulfillmentLineItems")
    return node


def _is_cut(node: Mapping[str, Any], asked: Mapping[str, int]) -> bool:
    return any(len(node.get(name) or ()) >= asked[variable] for name, variable in _LISTS)


def _add_pages(client: ShopifyClient, query: str, of: dict[str, Any], name: str) -> None:
    connection = of.get(name) or {}
    after = next_cursor(connection)
    while after is not None:
        more = (client.ask(query, id=of["id"], after=after).get("node") or {}).get(name) or {}
        connection["nodes"] = [*connection["nodes"], *(more.get("nodes") or ())]
        following = next_cursor(more)
        if following == after:
            raise BadAnswerError(SERVICE, f"{name} of {of['id']}", "pages that do not move on")
        after = following
    connection.pop("pageInfo", None)  # how it was cut into pages is no part of the answer
