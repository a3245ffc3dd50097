"""Which lines of an order take units of the same shipments: those of one SKU, and of all SKUs that share a product."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from core.costing.costs.finale_costs import SkuPart
from core.costing.units.lots import lots_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from core.costing.costs.finale_costs import Finale
    from core.costing.units.units_taken import Claim, Lot


class Pool(NamedTuple):
    """Lines of an order that take units of the same shipments."""

    claims: Sequence[Claim]
    """In order of time, in units of the lots; as they are sold where these cannot be told apart."""
    lots: Sequence[Lot]
    """The first one first; nothing where a kit and another SKU share a product, or where Finale's rows do not say."""

    @property
    def has_exported(self) -> bool:
        """Whether some of several lines were exported."""
        return len(self.claims) > 1 and any(claim.exported_cost is not None for claim in self.claims)


Expensed = Mapping[tuple[str | None, str | None], Mapping[str | None, int]]
"""How many units left of which order and SKU on which day that had been expensed as unsellable before."""
NOTHING_EXPENSED: Expensed = {}


def pools(claims: Iterable[Claim], finale: Finale, expensed: Expensed = NOTHING_EXPENSED) -> Iterator[Pool]:
    """Yield the lines that may cost differently than their order does on the whole; most do not.

    Args:
        claims: Every line that takes units of an order which Finale knows.
        finale: What Finale said.
        expensed: Units that left and that no line takes.
    """
    orders: dict[tuple[str | None, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.line.order_id is not None and finale.parts(claim.line.sku):
            orders[claim.line.store, claim.line.order_id].append(claim)
    for (_, order_id), of_order in orders.items():
        if len(of_order) > 1 or order_id in finale.shipments:
            named = ((claim, {part.product for part in finale.parts(claim.line.sku)}) for claim in of_order)
            for together in joined(named):
                pool = _pool(sorted(together, key=lambda claim: claim.line.when), order_id, finale)
                yield _without_expensed(pool, order_id, finale, expensed) if expensed else pool


def left_in_several(pool: Pool, finale: Finale) -> bool:
    """Tell whether a product of some lines left in several shipments."""
    several = finale.shipments.get(pool.claims[0].line.order_id or "", {})
    return any(part.product in several for claim in pool.claims for part in finale.parts(claim.line.sku))


def joined(items: Iterable[tuple[Claim, AbstractSet[str] | AbstractSet[int]]]) -> list[list[Claim]]:
    """Return lines in groups: those that share a product or a lot are together, also by way of others."""
    groups: list[tuple[list[Claim], set[object]]] = []
    for item, names in items:
        touching = [group for group in groups if group[1] & names]
        groups = [group for group in groups if not group[1] & names]
        members = [one for group in touching for one in group[0]]
        groups.append(([*members, item], set[object](names).union(*(group[1] for group in touching))))
    return [members for members, _ in groups]


def _without_expensed(pool: Pool, order_id: str, finale: Finale, expensed: Expensed) -> Pool:
    """Take units out of the lots that left with them, and that were expensed when they had come back unsellable.

    A removal order left as 2 at 7.00 in August and 2 at 10.00 in September, and 1 of the latter had come back damaged:
    its lines share 2 at 7.00 and 1 at 10.00.
    """
    skus = {claim.line.sku for claim in pool.claims}
    sizes = {sku: finale.parts(sku)[0].units if len(skus) > 1 and pool.lots else 1 for sku in skus}
    gone: Counter[str | None] = Counter()
    for sku in skus:
        for day, units in expensed.get((order_id, sku), {}).items():
            gone[day] += units * sizes[sku]
    left: list[Lot] = []
    for lot in pool.lots if gone else ():
        taken = min(gone[lot.day], lot.units)
        gone[lot.day] -= taken
        left += [lot._replace(units=lot.units - taken)] if lot.units > taken else []
    return pool._replace(lots=left) if left else pool


def _pool(claims: Sequence[Claim], order_id: str, finale: Finale) -> Pool:
    """Put lines together: of one SKU in its units, of several that stand for one product in units of the product."""
    parts = [finale.parts(claim.line.sku) for claim in claims]
    if len({claim.line.sku for claim in claims}) == 1:
        return Pool(claims, lots_of(parts[0], finale, order_id))
    if any(len(of_sku) > 1 for of_sku in parts):
        return Pool(claims, ())
    sizes = [of_sku[0].units for of_sku in parts]
    in_products = [claim.in_lots_of(size) for claim, size in zip(claims, sizes, strict=True)]
    return Pool(in_products, lots_of((SkuPart(parts[0][0].product, 1),), finale, order_id))
