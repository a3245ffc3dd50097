"""Which product each SKU stands for: the product of that id, a lookup, or the components of a kit."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.finale.observations import Recorder, Row, cost_page, whole
from core.finale.parse import cost_of, text_of
from core.finale.products import (
    Product,
    SkuMapping,
    all_products,
    ask_lookups,
    ask_products,
    by_lookup,
    search_products,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.finale.graphql_client import FinaleClient
    from core.finale.system import CostPage
    from core.finale.wanted_orders import WantedOrder
    from core.progress import Progress

_ALIKE_FROM = 0.8
_PROPOSES = "; nearest: "
"""Between the rule of a mapping and the products that are proposed."""


def with_nearest(rule: str, nearest: Iterable[str]) -> str:
    """Return the rule of a SKU that nobody knows, with the products that it may mean."""
    named = ", ".join(nearest)
    return f"{rule}{_PROPOSES}{named}" if named else rule


def rule_and_nearest(rule: str | None) -> tuple[str, str]:
    """Take a rule and the products that it proposes apart again.

    Examples:
        >>> rule_and_nearest("not known in Finale; nearest: ABC-1, ABC-12")
        ('not known in Finale', 'ABC-1, ABC-12')
    """
    plain, _, near = (rule or "").partition(_PROPOSES)
    return plain, near


def nearest_products(sku: str, product_ids: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the products whose ids are most like a SKU, the likest first.

    Those that differ only in blanks, case and separators come first, then those that are nearly the same.

    Examples:
        >>> nearest_products("abc 1", ["ABC-1", "ABC-12", "XYZ"])
        ('ABC-1', 'ABC-12')
    """
    wanted = _letters(sku)
    if not wanted:
        return ()
    likeness = ((_likeness(wanted, _letters(product_id)), product_id) for product_id in set(product_ids))
    ranked = sorted((-alike, product_id) for alike, product_id in likeness if alike >= _ALIKE_FROM)
    return tuple(product_id for _, product_id in ranked[:most])


def _likeness(wanted: str, other: str) -> float:
    if wanted == other:
        return 1.0
    longer = max(len(wanted), len(other))
    if abs(len(wanted) - len(other)) > longer * (1 - _ALIKE_FROM) * 2:
        return 0.0
    return SequenceMatcher(None, wanted, other, autojunk=False).ratio() * 0.99


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


PRODUCT_ID = "product id"
KIT = "components of kit"
NOT_KNOWN = "not known in Finale"
_DEEPEST_KIT = 4
_SEARCHED = 20
"""Unknown SKUs that likely products are searched for: one request."""
Parts = dict[str, Decimal]


class Mapper:
    """Maps the SKUs of one sync; kits wait until orders show whether Finale sells them whole or in parts."""

    def __init__(
        self, client: FinaleClient, recorder: Recorder, valuations: Mapping[str, Product] = MappingProxyType({})
    ) -> None:
        self._client = client
        self._recorder = recorder
        self._valuations = valuations
        self._known: dict[str, Product] = {}
        self._kits: dict[str, SkuMapping] = {}
        self._typed_in: dict[str, tuple[str, ...]] = {}
        self.products: dict[str, tuple[str, ...]] = {}
        """The products of each SKU that Finale itself has mapped by now."""

    def products_of(self, sku: str) -> tuple[str, ...]:
        """Return the products of a SKU: those that the user typed in, else those that Finale knows."""
        return self._typed_in.get(sku) or self.products.get(sku, ())

    @property
    def urls(self) -> dict[str, str]:
        """Finale's paths of the products seen."""
        return {product.product_id: product.url for product in self._known.values() if product.url}

    def pages(self, skus: Sequence[str], progress: Progress) -> Iterator[CostPage]:
        """Fetch products and averages, then the lookups for the SKUs that are no product ids.

        Raises:
            InventoryError: If Finale does not answer.
        """
        unknown: list[str] = []
        done = 0
        for wanted, products in ask_products(self._client, skus):
            mapped = [
                SkuMapping(sku, sku, 1, products[sku].description, PRODUCT_ID) for sku in wanted if sku in products
            ]
            unknown += [sku for sku in wanted if sku not in products]
            averages = self._averages(products.values())
            yield cost_page(averages, self._accept(mapped))
            done += len(wanted)
            progress("Products", done, len(skus))
        yield from self._looked_up(unknown)
        yield from self._components()

    def pages_of_catalogue(self, progress: Progress) -> Iterator[CostPage]:
        """Fetch the averages of the whole catalogue; each product that is no kit is a SKU of its own name.

        Raises:
            InventoryError: If Finale does not answer.
        """
        done = 0
        for products in all_products(self._client):
            yield cost_page(self._averages(products), self._as_themselves(products))
            done += len(products)
            progress("Catalogue", done)

    def pages_of_typed_in(
        self,
        typed_in: Iterable[tuple[str, tuple[str, ...]]],
        reported: Mapping[str, Product] = MappingProxyType({}),
    ) -> Iterator[CostPage]:
        """Fetch the averages of the products that the user typed in; one that Finale does not have is told.

        Args:
            typed_in: SKUs and their products.
            reported: Products that are known already, from a report.

        Raises:
            InventoryError: If Finale does not answer.
        """
        self._typed_in = dict(typed_in)
        wanted = dict.fromkeys(product_id for products in self._typed_in.values() for product_id in products)
        yield cost_page(self._averages([reported[product_id] for product_id in wanted if product_id in reported]))
        unseen = [product_id for product_id in wanted if product_id not in self._known]
        for requested, answered in ask_products(self._client, unseen):
            unknown = [self._recorder.unknown(product_id) for product_id in requested if product_id not in answered]
            yield cost_page([*self._averages(answered.values()), *unknown])

    def page_of_known(
        self,
        products: Mapping[str, Product],
        skus: Sequence[str],
        *,
        catalogue: bool = False,
        unknown: str = NOT_KNOWN,
    ) -> CostPage:
        """Map SKUs by products that are known already, from a report; a SKU that is none of them has no product."""
        wanted = list(products.values()) if catalogue else [products[sku] for sku in skus if sku in products]
        averages = self._averages(wanted)
        mapped = [
            SkuMapping(sku, sku, 1, products[sku].description, PRODUCT_ID)
            if sku in products
            else SkuMapping(sku, None, None, None, unknown)
            for sku in skus
        ]
        return cost_page(averages, [*self._accept(mapped), *self._as_themselves(wanted)])

    def pages_of_kits(self, orders: Iterable[WantedOrder]) -> Iterator[CostPage]:
        """Decide by the orders which kits are sold in parts, and map those and the ones sold whole."""
        seen: dict[str, Counter[int]] = {sku: Counter() for sku in self._kits}
        for wanted in orders:
            there = {line.product_id for order in wanted.match.orders for line in order.lines}
            for sku in seen.keys() & set(wanted.question.skus):
                options = self._options(str(self._kits[sku].product_id))
                seen[sku].update(number for number, parts in enumerate(options) if parts.keys() <= there)
        decided = {sku: counts.most_common(1)[0][0] for sku, counts in seen.items() if counts}
        yield from self._settle(decided)

    def pages_of_unseen_kits(self) -> Iterator[CostPage]:
        """Map the kits that no order has shown: one with an average cost of its own is built, so it is sold whole."""
        built = {
            sku: cost_of(self._known[str(kit.product_id)].average).cause is None for sku, kit in self._kits.items()
        }
        yield from self._settle({sku: 0 if whole_kit else 1 for sku, whole_kit in built.items()})

    def _looked_up(self, unknown: Sequence[str]) -> Iterator[CostPage]:
        lookups = ask_lookups(self._client, unknown)
        mapped = [by_lookup(sku, lookups) or SkuMapping(sku, None, None, None, NOT_KNOWN) for sku in unknown]
        targets = dict.fromkeys(each.product_id for each in mapped if each.product_id)
        for _, products in ask_products(self._client, [target for target in targets if target not in self._known]):
            yield cost_page(self._averages(products.values()))
        near = search_products(self._client, [each.sku for each in mapped if each.product_id is None][:_SEARCHED])
        near |= {lookup.text for lookup in lookups if "*" not in lookup.text}
        if mapped:
            yield cost_page((), self._accept([self._described(each, near) for each in mapped]))

    def _components(self) -> Iterator[CostPage]:
        for _ in range(_DEEPEST_KIT):
            parts = {part for product in self._known.values() for part, _ in product.components}
            unseen = sorted(parts - set(self._known))
            for _, products in ask_products(self._client, unseen):
                yield cost_page(self._averages(products.values()))
            if not unseen:
                return

    def _described(self, mapped: SkuMapping, others: Iterable[str]) -> SkuMapping:
        product = self._known.get(mapped.product_id or "")
        if product is not None:
            return replace(mapped, description=product.description)
        near = nearest_products(mapped.sku, {*self._known, *others})
        return replace(mapped, rule=with_nearest(mapped.rule, near))

    def _averages(self, products: Iterable[Product]) -> list[Row]:
        seen = {product.product_id: product for product in products}
        new = [product for product_id, product in seen.items() if product_id not in self._known]
        self._known |= seen
        return [self._recorder.average(self._valued(product)) for product in new]

    def _valued(self, product: Product) -> Product:
        """Return the product with the average that a report gives, where GraphQL gives none."""
        instead = self._valuations.get(product.product_id)
        if instead is None or text_of(product.average) is not None:
            return product
        return replace(product, average=instead.average)

    def _as_themselves(self, products: Iterable[Product]) -> list[Row]:
        taken = self.products.keys() | self._kits.keys()
        plain = [product for product in products if not product.components and product.product_id not in taken]
        return [
            self._recorder.mapping(SkuMapping(each.product_id, each.product_id, 1, each.description, PRODUCT_ID))
            for each in plain
        ]

    def _accept(self, mapped: Iterable[SkuMapping]) -> list[Row]:
        """Return the rows of what is certain now; kits wait."""
        certain = []
        for each in mapped:
            product = self._known.get(each.product_id or "")
            if product is not None and product.components:
                self._kits[each.sku] = each
            else:
                certain.append(each)
        return self._certain(certain)

    def _certain(self, mapped: Iterable[SkuMapping]) -> list[Row]:
        rows = []
        for each in mapped:
            if each.product_id is not None:
                self.products[each.sku] = (*self.products.get(each.sku, ()), each.product_id)
            rows.append(self._recorder.mapping(each))
        return rows

    def _settle(self, decided: Mapping[str, int]) -> Iterator[CostPage]:
        mapped = [each for sku, number in decided.items() for each in self._as_sold(self._kits.pop(sku), number)]
        if mapped:
            yield cost_page((), self._certain(mapped))

    def _as_sold(self, kit: SkuMapping, option: int) -> list[SkuMapping]:
        parts = self._options(str(kit.product_id))[option]
        units = {part: whole(quantity * (kit.units or 1)) for part, quantity in parts.items()}
        if option == 0 or None in units.values():
            return [kit]
        rule = f"{KIT} {kit.product_id}"
        return [replace(kit, product_id=part, units=units[part], rule=rule) for part in parts]

    def _options(self, kit: str) -> list[Parts]:
        """Return what may stand on an order for a kit: itself, its components, or the components of those too."""
        parts = self._parts(kit)
        return [{kit: Decimal(1)}, parts, self._all_the_way_down(parts)]

    def _parts(self, product_id: str) -> Parts:
        parts: Parts = {}
        for part, quantity in self._known[product_id].components if product_id in self._known else ():
            parts[part] = parts.get(part, Decimal(0)) + quantity
        return parts

    def _all_the_way_down(self, parts: Parts) -> Parts:
        for _ in range(_DEEPEST_KIT):
            deeper: Parts = {}
            for part, quantity in parts.items():
                for inner, each in (self._parts(part) or {part: Decimal(1)}).items():
                    deeper[inner] = deeper.get(inner, Decimal(0)) + quantity * each
            parts = deeper
        return parts
