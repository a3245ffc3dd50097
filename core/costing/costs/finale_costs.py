"""What the inventory system said, ready to be asked: costs on orders, averages, and what SKUs stand for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from core.costing.frames import declared, declared_rows, rows
from core.costing.inputs import CostCurrencyError
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, is_one_of
from core.model import INTO_NEGATIVE_STOCK, NO_MOVEMENT, Cause, ObservationKind
from core.money import is_too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from core.costing.lines import Line

    Side = Callable[[list[str], str], int]
    """Whether averages up to a day, or only those before it, are looked at."""


class SkuPart(NamedTuple):
    """A product that a SKU stands for, and how many units of it are in one unit of the SKU."""

    product: str
    units: int


class SkuProduct(NamedTuple):
    """What a SKU stands for."""

    parts: tuple[SkuPart, ...]
    """Empty where the inventory system was asked and does not know the SKU."""
    name: str | None
    """The product's id; those of a kit's parts joined."""
    description: str | None


class ShippedProduct(NamedTuple):
    """One product on one order."""

    product: str
    units: int | None
    unit_cost: Decimal | None
    cause: str | None
    day: str | None
    after_negative: bool = False
    """Whether it left after the product had been received into negative stock."""

    @property
    def is_there(self) -> bool:
        """Whether the product is on the order at all."""
        return self.cause != Cause.NOT_ON_ORDER

    @property
    def problem(self) -> str | None:
        """Why it has no cost above zero; none where it has one."""
        if self.cause is not None or self.unit_cost is None:
            return self.cause or Cause.COST_BLANK
        if self.unit_cost > 0:
            return None
        return Cause.COST_ZERO if self.unit_cost == 0 else Cause.COST_NEGATIVE


class Average(NamedTuple):
    """An average cost and the moment or day it is of."""

    unit_cost: Decimal
    as_of: datetime


class DayAverage(NamedTuple):
    """The average at which goods left that no customer's order names."""

    unit_cost: Decimal
    as_of: datetime
    day: str
    """The day on which they left: that of their removal shipment where Finale has it, else that of the line."""
    odd: str | None = None
    """Why it may be another: goods were received on that day."""


@dataclass(frozen=True, slots=True)
class Finale:
    """All of it, by what one asks for."""

    mapping: Mapping[str, SkuProduct]
    """By SKU; a SKU that is not in it was never asked for."""
    on_orders: Mapping[str, tuple[ShippedProduct, ...]]
    """The products of an order, by the marketplace's order id."""
    shipments: Mapping[str, Mapping[str, tuple[ShippedProduct, ...]]]
    """The shipments of a product on an order, where it left in several."""
    order_causes: Mapping[str, str]
    """Why nothing on an order has a cost, where no product is told. An order in neither was never asked for."""
    averages: Mapping[str, Average]
    """Current averages above zero, by product."""
    dated: Mapping[str, tuple[list[str], list[Decimal | None]]]
    """Days in order and the averages after them (`None`: not above zero), by product."""
    zero: frozenset[str]
    """Products whose average, current or of a date, is zero."""
    asked_on: Mapping[str, str]
    """The first day of which an average was asked for, by product; also where Finale has none."""
    _known: dict[str | None, Average | None] = field(default_factory=dict)
    """Averages of SKUs once put together."""

    def has_lost(self, order_id: str | None) -> bool:
        """Return whether an order that had costs is no longer in the inventory system."""
        return order_id in self.on_orders and self.order_causes.get(str(order_id)) == Cause.ORDER_NOT_FOUND

    def average(self, sku: str | None) -> Average | None:
        """Return the current average of a SKU, a kit's parts together; nothing where a part has none.

        Nor where it is more than books hold: nothing is proposed of it, or held against it.
        """
        if sku not in self._known:
            self._known[sku] = self._average(sku)
        return self._known[sku]

    def _average(self, sku: str | None) -> Average | None:
        averages = [self.averages.get(part.product) for part in self.parts(sku)]
        known = [average for average in averages if average is not None]
        if not known or len(known) < len(averages):
            return None
        worth = sum((part.units * one.unit_cost for part, one in zip(self.parts(sku), known, strict=True)), Decimal(0))
        return None if is_too_large(worth) else Average(worth, min(average.as_of for average in known))

    def costs_of_products(self) -> dict[str, list[Decimal]]:
        """Return every cost above zero of each product, on orders and after days."""
        by_product: dict[str, list[Decimal]] = defaultdict(list)
        for shipped in chain.from_iterable(self.on_orders.values()):
            if shipped.problem is None and shipped.unit_cost is not None:
                by_product[shipped.product].append(shipped.unit_cost)
        for product, (_, costs) in self.dated.items():
            by_product[product] += [cost for cost in costs if cost is not None]
        return {product: costs for product, costs in by_product.items() if costs}

    def average_for(self, line: Line) -> DayAverage | None:
        """Return the average at which the goods of a line without an order left; nothing where a part has none.

        Finale's dates have no time. Where goods were received on the day itself, the average before that day is meant,
        and the answer says so: 7.00 for a unit lost on the day on which ten more came in at 13.00.
        """
        day = self.day_of(line)
        on = self._average_on(line.sku, day, bisect_right)
        if on is None or day is None:
            return None
        before = self._average_on(line.sku, day, bisect_left)
        if before is None or before.unit_cost == on.unit_cost:
            return DayAverage(on.unit_cost, on.as_of, day)
        odd = (
            f"Goods were received on {day}, the day they left, and Finale's dates have no time: the average before is"
            f" {before.unit_cost.normalize():f}, after it {on.unit_cost.normalize():f}"
        )
        return DayAverage(before.unit_cost, before.as_of, day, odd)

    def day_of(self, line: Line) -> str | None:
        """Return the day on which the goods of a line without an order left, by its removal shipment if there is one.

        A liquidation is paid 60 to 90 days after its goods left, a lost removal claimed later still.
        """
        return self.shipping_day(line) or line.day

    def shipping_day(self, line: Line) -> str | None:
        """Return the day on which the last of the goods of a line left on its order; nothing where they did not."""
        products = {part.product for part in self.parts(line.sku)}
        shipped = self.on_orders.get(line.order_id, ()) if line.order_id is not None else ()
        return max((one.day for one in shipped if one.product in products and one.day), default=None)

    def was_asked_for(self, line: Line) -> bool:
        """Tell whether the averages of a line's day were asked for."""
        day, parts = self.day_of(line), self.parts(line.sku)
        first = [self.asked_on.get(part.product) for part in parts]
        return bool(parts) and day is not None and all(one is not None and one <= day for one in first)

    def _average_on(self, sku: str | None, day: str | None, side: Side) -> Average | None:
        """Return the average of a SKU up to a day, as of its oldest part; nothing where a part has none."""
        averages = [(part, self._product_on(part.product, day, side)) for part in self.parts(sku)]
        known = [(part.units * average.unit_cost, average.as_of) for part, average in averages if average is not None]
        if not known or len(known) < len(averages):
            return None
        return Average(sum((worth for worth, _ in known), Decimal(0)), min(as_of for _, as_of in known))

    def _product_on(self, product: str, day: str | None, side: Side) -> Average | None:
        days, costs = self.dated.get(product, ([], []))
        place = side(days, day) - 1 if day is not None else -1
        cost = costs[place] if place >= 0 else None
        return None if cost is None else Average(cost, midnight(days[place]))

    def parts(self, sku: str | None) -> tuple[SkuPart, ...]:
        """Return the products that a SKU stands for; none where that is not known."""
        product = self.mapping.get(sku) if sku is not None else None
        return product.parts if product is not None else ()

    def products(self, sku: str) -> frozenset[str] | None:
        """Name the products that a SKU stands for, of a kit all; nothing where that is not known."""
        return products_of(self.mapping, sku)


@lru_cache(maxsize=4096)
def midnight(day: str) -> datetime:
    """Return the beginning of an ISO date, UTC."""
    return datetime.fromisoformat(day[:10]).replace(tzinfo=UTC)


def read_finale(observations: pd.DataFrame, mappings: pd.DataFrame, home_currency: str) -> Finale:
    """Sort what the inventory system said by what it is asked for.

    Raises:
        CostCurrencyError: If a cost is in another currency than the company's.
    """
    told = declared(OBSERVATION_COLUMNS, observations)
    of_orders = is_one_of(told["kind"], ObservationKind.ORDER)
    orders = [_Observation(*row) for row in rows(told, _Observation._fields[:-1], of_orders)]
    averages = sorted((_Observation(*row) for row in rows(told, _Observation._fields, ~of_orders)), key=_fetched)
    for observation in (*orders, *averages):
        if observation.unit_cost is not None and observation.currency not in {home_currency, None}:
            raise CostCurrencyError(str(observation.currency), home_currency, observation.product_id)
    of_dates = [observation for observation in averages if observation.kind == ObservationKind.AVERAGE_ON_DATE]
    return Finale(
        mapping=read_mapping(mappings),
        on_orders=_on_orders(orders),
        shipments=_shipments(orders),
        order_causes=_order_causes(orders),
        averages=_current([observation for observation in averages if observation.kind == ObservationKind.AVERAGE]),
        dated=_by_day([observation for observation in of_dates if observation.source != NO_MOVEMENT]),
        zero=frozenset(
            observation.product_id for observation in averages if observation.product_id and observation.is_zero
        ),
        asked_on=_first_days(of_dates),
    )


class _Observation(NamedTuple):
    kind: str
    order_id: str | None
    product_id: str | None
    unit_cost: Decimal | None
    currency: str | None
    units: int | None
    cause: str | None
    record_date: str | None
    source: str | None
    fetched_at: datetime | None = None
    """Of averages only: the newest holds."""

    @property
    def is_zero(self) -> bool:
        return self.unit_cost == 0 or self.cause == Cause.COST_ZERO


_NEVER = datetime.min.replace(tzinfo=UTC)


def _fetched(observation: _Observation) -> datetime:
    return observation.fetched_at or _NEVER


def products_of(mapping: Mapping[str, SkuProduct], sku: str) -> frozenset[str] | None:
    """Name the products that a SKU stands for, of a kit all; nothing where that is not known."""
    product = mapping.get(sku)
    return frozenset(part.product for part in product.parts) if product is not None and product.parts else None


def read_mapping(mappings: pd.DataFrame) -> dict[str, SkuProduct]:
    """Return what SKUs stand for (MAPPING_COLUMNS)."""
    parts: dict[str, list[SkuPart]] = defaultdict(list)
    descriptions: dict[str, str | None] = {}
    for sku, product, units, description in declared_rows(
        MAPPING_COLUMNS, mappings, ("sku", "product_id", "units", "description")
    ):
        if product is not None:
            parts[sku].append(SkuPart(product, units or 1))
        descriptions[sku] = descriptions.get(sku) or description
    return {
        sku: SkuProduct(tuple(parts[sku]), " + ".join(part.product for part in parts[sku]) or None, description)
        for sku, description in descriptions.items()
    }


def _on_orders(observations: Iterable[_Observation]) -> dict[str, tuple[ShippedProduct, ...]]:
    orders: dict[str, tuple[ShippedProduct, ...]] = {}
    for one in observations:
        if one.order_id is None or one.product_id is None:
            continue
        there = orders.get(one.order_id)
        orders[one.order_id] = (_shipped(one),) if there is None else _added(there, _shipped(one))
    return orders


def _shipped(one: _Observation) -> ShippedProduct:
    after_negative = (one.source or "").endswith(INTO_NEGATIVE_STOCK)
    return ShippedProduct(one.product_id or "", one.units, one.unit_cost, one.cause, one.record_date, after_negative)


def _shipments(observations: Sequence[_Observation]) -> dict[str, dict[str, tuple[ShippedProduct, ...]]]:
    """Return the shipments of the products that stand in several rows of an order."""
    shipments: dict[str, dict[str, tuple[ShippedProduct, ...]]] = {}
    if len({(one.order_id, one.product_id) for one in observations}) == len(observations):
        return shipments
    places = Counter((one.order_id, one.product_id) for one in observations)
    for one in observations:
        if one.order_id is not None and one.product_id is not None and places[one.order_id, one.product_id] > 1:
            of_order = shipments.setdefault(one.order_id, {})
            of_order[one.product_id] = (*of_order.get(one.product_id, ()), _shipped(one))
    return shipments


def _added(there: tuple[ShippedProduct, ...], shipped: ShippedProduct) -> tuple[ShippedProduct, ...]:
    """Add a product to an order; another shipment of one that is there joins it."""
    others = tuple(one for one in there if one.product != shipped.product)
    same = [one for one in there if one.product == shipped.product]
    return (*others, merged_shipment(same[0], shipped) if same else shipped)


def _order_causes(observations: Iterable[_Observation]) -> dict[str, str]:
    return {
        one.order_id: one.cause or Cause.ORDER_NOT_FOUND
        for one in observations
        if one.order_id is not None and one.product_id is None
    }


def merged_shipment(one: ShippedProduct, other: ShippedProduct) -> ShippedProduct:
    """Make one of two shipments of a product on an order: their cost is weighted by units; none if one has none."""
    for shipped in (one, other):
        if shipped.problem is not None:
            return shipped
    first, second = one.units or 1, other.units or 1
    worth = first * (one.unit_cost or Decimal(0)) + second * (other.unit_cost or Decimal(0))
    day = max(one.day or "", other.day or "") or None
    after_negative = one.after_negative or other.after_negative
    return ShippedProduct(one.product, first + second, worth / (first + second), None, day, after_negative)


def _current(observations: Sequence[_Observation]) -> dict[str, Average]:
    newest = {one.product_id: one for one in observations if one.product_id is not None}
    return {
        product: Average(one.unit_cost, _fetched(one))
        for product, one in newest.items()
        if one.unit_cost is not None and one.unit_cost > 0
    }


def _by_day(observations: Sequence[_Observation]) -> dict[str, tuple[list[str], list[Decimal | None]]]:
    newest: dict[str, dict[str, Decimal | None]] = defaultdict(dict)
    for one in observations:
        if one.product_id is not None and one.record_date is not None:
            cost = one.unit_cost if one.unit_cost is not None and one.unit_cost > 0 else None
            newest[one.product_id][one.record_date[:10]] = cost
    return {product: (sorted(days), [days[day] for day in sorted(days)]) for product, days in newest.items()}


def _first_days(observations: Iterable[_Observation]) -> dict[str, str]:
    first: dict[str, str] = {}
    for one in observations:
        if one.product_id is not None and one.record_date is not None:
            first[one.product_id] = min(one.record_date[:10], first.get(one.product_id, one.record_date[:10]))
    return first
