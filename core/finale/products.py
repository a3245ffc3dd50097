"""Finale's products and their lookups: asked for by id, many in one request, with averages and bills of materials."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.finale.errors import NoSuchConnectionError
from core.finale.graphql_client import FinaleClient, batched, nodes_of, pages
from core.finale.graphql_schema import LOOKUP, PRODUCT, Schema
from core.finale.parse import number_of, pack_units, text_of
from core.finale.queries import after, call, lookup_node, product_node, quoted
from core.finale.rest import Lookup, rest_lookups

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

PRODUCTS_PER_REQUEST = 50
PRODUCTS_PER_PAGE = 500


@dataclass(frozen=True, slots=True)
class Product:
    """A product in Finale."""

    product_id: str
    url: str | None
    """Its path in REST and in filters; its last part is often not the id."""
    description: str | None
    average: object
    """Current average cost as Finale wrote it."""
    components: tuple[tuple[str, Decimal], ...] = ()
    """Bill of materials: product and units in one of this."""


@dataclass(frozen=True, slots=True)
class SkuMapping:
    """One SKU and a product it stands for; a kit has several."""

    sku: str
    product_id: str | None
    """`None`: Finale was asked and does not know the SKU."""
    units: int | None
    description: str | None
    rule: str


def read_product(node: Mapping[str, Any], schema: Schema) -> Product:
    """Read one product as GraphQL gives it."""
    return Product(
        product_id=str(node.get("productId") or ""),
        url=text_of(node.get("productUrl")),
        description=text_of(node.get("description")),
        average=node.get(schema.name_of("product average") or ""),
        components=tuple(read_components(node.get(schema.name_of("bill of materials") or ""))),
    )


def read_components(value: object) -> Iterator[tuple[str, Decimal]]:
    """Read a bill of materials, a JSON text or what it holds: whatever names a product and a quantity."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return
    if isinstance(value, list):
        for each in value:
            yield from read_components(each)
    elif isinstance(value, dict):
        inner = value.get("product")
        product_id = text_of(value.get("productId") or (inner.get("productId") if isinstance(inner, dict) else inner))
        quantity = number_of(value.get("quantity"))
        if product_id and quantity:
            yield product_id, quantity
        else:
            for each in value.values():
                if isinstance(each, (list, dict)):
                    yield from read_components(each)


def ask_products(
    client: FinaleClient, product_ids: Iterable[str]
) -> Iterator[tuple[tuple[str, ...], dict[str, Product]]]:
    """Ask for products by their ids, 50 in one request.

    Yields:
        The ids of each request, and those products that there are, by id. Ids are compared exactly: `abc-1` is not
        `ABC-1`, whatever Finale's filter thinks.

    Raises:
        InventoryError: If Finale does not answer.
    """
    for some in batched(product_ids, PRODUCTS_PER_REQUEST):

        def build(schema: Schema, questions: tuple[str, ...] = some) -> str:
            by = "productId" if schema.takes(PRODUCT, "productId") else "search"
            first = "2" if by == "productId" else "10"
            node = product_node(schema)
            parts = [
                f"p{number}: {call(schema, PRODUCT, {'first': first, by: quoted(product_id)}, node)}"
                for number, product_id in enumerate(questions)
            ]
            return f"{{ {' '.join(parts)} }}"

        answer = client.ask(build)
        schema = client.now_schema()
        products = (read_product(node, schema) for each in answer.values() for node in nodes_of(each))
        wanted = set(some)
        yield some, {product.product_id: product for product in products if product.product_id in wanted}


def search_products(client: FinaleClient, texts: Sequence[str]) -> set[str]:
    """Return the ids of products that Finale's search finds for texts like these; candidates, not answers.

    Raises:
        InventoryError: If Finale does not answer.
    """
    words = [max(re.findall(r"\w+", text) or [""], key=len) for text in texts]
    if not any(words) or not client.now_schema().takes(PRODUCT, "search"):
        return set()

    def build(schema: Schema) -> str:
        parts = [
            f"s{number}: {call(schema, PRODUCT, {'first': '10', 'search': quoted(word)}, 'productId')}"
            for number, word in enumerate(words)
            if word
        ]
        return f"{{ {' '.join(parts)} }}"

    return {str(node["productId"]) for each in client.ask(build).values() for node in nodes_of(each)}


def all_products(client: FinaleClient) -> Iterator[list[Product]]:
    """Fetch the whole catalogue, page by page.

    Raises:
        InventoryError: If Finale does not answer.
    """

    def build(schema: Schema, cursor: str | None) -> str:
        arguments = {"first": str(PRODUCTS_PER_PAGE), **after(cursor)}
        return f"{{ products: {call(schema, PRODUCT, arguments, product_node(schema))} }}"

    for nodes in pages(client, "products", build):
        schema = client.now_schema()
        yield [read_product(node, schema) for node in nodes]


LOOKUPS_PER_REQUEST = 20
LOOKUPS_PER_PAGE = 500
_SEARCH_AT_MOST = 100
"""With more SKUs than this the whole list is read: it costs no more requests."""


def ask_lookups(client: FinaleClient, skus: Sequence[str]) -> list[Lookup]:
    """Return the lookups that may fit the SKUs: from GraphQL, or where that has none from REST.

    Raises:
        InventoryError: If Finale does not answer.
    """
    if not skus:
        return []
    schema = client.now_schema()
    try:
        if LOOKUP not in schema.arguments or not schema.name_of("lookup text"):
            return rest_lookups(client)
        if schema.takes(LOOKUP, "search") and len(skus) <= _SEARCH_AT_MOST:
            return list(_searched(client, skus))
        return list(_all(client))
    except NoSuchConnectionError:
        return rest_lookups(client)


def _searched(client: FinaleClient, skus: Iterable[str]) -> Iterator[Lookup]:
    for some in batched(skus, LOOKUPS_PER_REQUEST):

        def build(schema: Schema, questions: tuple[str, ...] = some) -> str:
            node = lookup_node(schema)
            parts = [
                f"l{number}: {call(schema, LOOKUP, {'first': '20', 'search': quoted(sku)}, node)}"
                for number, sku in enumerate(questions)
            ]
            return f"{{ {' '.join(parts)} }}"

        for each in client.ask(build).values():
            yield from _read(nodes_of(each), client.now_schema())


def _all(client: FinaleClient) -> Iterator[Lookup]:
    def build(schema: Schema, cursor: str | None) -> str:
        arguments = {"first": str(LOOKUPS_PER_PAGE), **after(cursor)}
        return f"{{ lookups: {call(schema, LOOKUP, arguments, lookup_node(schema))} }}"

    for nodes in pages(client, "lookups", build):
        yield from _read(nodes, client.now_schema())


def _read(nodes: Iterable[Mapping[str, Any]], schema: Schema) -> Iterator[Lookup]:
    for node in nodes:
        text = text_of(node.get(schema.name_of("lookup text") or ""))
        product_id = text_of((node.get("product") or {}).get("productId"))
        inactive = "inactive" in (text_of(node.get("status")) or "").lower()
        if text and product_id and not inactive:
            yield Lookup(text, product_id, text_of(node.get(schema.name_of("lookup packing") or "")))


def by_lookup(sku: str, lookups: Iterable[Lookup]) -> SkuMapping | None:
    """Return what a SKU stands for by the lookups; `None` if none fits, or several that disagree.

    An exact lookup comes before one with `*`. A packing that cannot be read leaves the SKU unmapped, with the reason.
    """
    fitting = [lookup for lookup in lookups if _fits(sku, lookup.text)]
    exact = [lookup for lookup in fitting if lookup.text == sku]
    meanings = {(lookup.product_id, lookup.packing) for lookup in exact or fitting}
    if len(meanings) != 1:
        return None
    product_id, packing = meanings.pop()
    units = pack_units(packing)
    if units is None:
        return SkuMapping(sku, None, None, None, f"lookup of {product_id}: packing '{packing}' cannot be read")
    pack = f", packing {packing}" if packing else ""
    return SkuMapping(sku, product_id, units, None, f"lookup{pack}")


def _fits(sku: str, pattern: str) -> bool:
    if "*" not in pattern:
        return sku == pattern
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), sku, re.DOTALL) is not None
