"""Product lookups: the SKUs, barcodes and packs that stand for a product under another name.

See docs/facts/finale-api.md, How Finale costs goods.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from core.finale.batches import batched
from core.finale.client import nodes_of, pages
from core.finale.errors import NoSuchConnectionError
from core.finale.parse import pack_units, text_of
from core.finale.products import Mapped
from core.finale.queries import after, call, lookup_node, quoted
from core.finale.rest import Lookup, rest_lookups
from core.finale.schema import LOOKUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.finale.client import FinaleClient
    from core.finale.schema import Schema

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
        if LOOKUP not in schema.arguments or not schema.named("lookup text"):
            return rest_lookups(client)
        if schema.takes(LOOKUP, "search") and len(skus) <= _SEARCH_AT_MOST:
            return list(_searched(client, skus))
        return list(_all(client))
    except NoSuchConnectionError:
        return rest_lookups(client)


def _searched(client: FinaleClient, skus: Iterable[str]) -> Iterator[Lookup]:
    for asked in batched(skus, LOOKUPS_PER_REQUEST):

        def build(schema: Schema, asked: tuple[str, ...] = asked) -> str:
            node = lookup_node(schema)
            parts = [
                f"l{number}: {call(schema, LOOKUP, {'first': '20', 'search': quoted(sku)}, node)}"
                for number, sku in enumerate(asked)
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
        text = text_of(node.get(schema.named("lookup text") or ""))
        product_id = text_of((node.get("product") or {}).get("productId"))
        inactive = "inactive" in (text_of(node.get("status")) or "").lower()
        if text and product_id and not inactive:
            yield Lookup(text, product_id, text_of(node.get(schema.named("lookup packing") or "")))


def by_lookup(sku: str, lookups: Iterable[Lookup]) -> Mapped | None:
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
        return Mapped(sku, None, None, None, f"lookup of {product_id}: packing '{packing}' cannot be read")
    pack = f", packing {packing}" if packing else ""
    return Mapped(sku, product_id, units, None, f"lookup{pack}")


def _fits(sku: str, pattern: str) -> bool:
    if "*" not in pattern:
        return sku == pattern
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), sku, re.DOTALL) is not None
