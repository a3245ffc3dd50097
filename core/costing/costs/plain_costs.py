"""What plain sales cost: Finale's costs as columns, joined by order and product (see `costs.plain_lines`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.costing.costs.suspects import TIMES
from core.costing.frames import arrow, codes_in, codes_of, flags
from core.model import INTO_NEGATIVE_STOCK
from core.money import FIRST_TOO_LARGE, LARGEST_UNIT_COST, in_millionths, millionths_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from core.costing.costs.finale_costs import Finale, SkuProduct

_MOST, _MOST_OF_LINE = (0.9 * millionths_of(most) for most in (LARGEST_UNIT_COST, FIRST_TOO_LARGE))
"""Millionths up to which a unit and a line cost something here; what is more, or close to it, is judged exactly."""


@dataclass(frozen=True, slots=True)
class SoldGoods:
    """What the SKUs of some sales stand for."""

    skus: pa.Array
    """The different SKUs."""
    codes: np.ndarray
    """By sale: which of them."""
    products: Sequence[SkuProduct | None]
    """By SKU; `None` where it is no product, or several."""
    units: np.ndarray
    """By SKU: units of the product in one of the SKU."""
    average: np.ndarray
    """By SKU: its current average in millionths, 0: none."""

    def only(self, rows: np.ndarray) -> SoldGoods:
        """Return those of some of the sales."""
        return replace(self, codes=self.codes[rows])


def goods_of(goods: pa.Array, finale: Finale) -> SoldGoods:
    """Return the goods of the SKUs of some sales."""
    coded = goods.dictionary_encode()
    skus = coded.dictionary.to_pylist()
    products = [one if one and _is_one_product(one) else None for one in map(finale.mapping.get, skus)]
    averages = [finale.average(sku) if product else None for sku, product in zip(skus, products, strict=True)]
    worth = [0 if average is None else millionths_of(average.unit_cost) for average in averages]
    return SoldGoods(
        coded.dictionary,
        coded.indices.to_numpy(zero_copy_only=False),
        products,
        np.array([product.parts[0].units if product else 1 for product in products], np.int64),
        np.array(worth, np.int64),
    )


def _is_one_product(product: SkuProduct) -> bool:
    return len(product.parts) == 1 and product.parts[0].units > 0


class OfOrders:
    """What Finale said of orders, by order and product."""

    def __init__(self, observations: pd.DataFrame) -> None:
        orders = arrow(observations["order_id"]).dictionary_encode()
        products = arrow(observations["product_id"]).dictionary_encode()
        self.orders, self.products = orders.dictionary, products.dictionary
        order, product = codes_of(orders), codes_of(products)
        name = np.where((order >= 0) & (product >= 0), order * (len(self.products) + 1) + product, -1)
        self.row = np.argsort(name, kind="stable")
        self.name = name[self.row]
        twice = np.zeros(len(self.orders) + 1, bool)
        twice[order[self.row[1:][(self.name[1:] == self.name[:-1]) & (self.name[1:] >= 0)]]] = True
        twice[order[product < 0]] = True
        twice[-1] = True
        self.is_odd = twice
        """By order: whether a product left in several shipments, or something is said of the order as a whole."""
        self.unit_cost = np.append(in_millionths(arrow(observations["unit_cost"])), 0)
        """By row, in millionths; the last is that of no row."""
        self.units = np.append(arrow(observations["units"]).fill_null(0).to_numpy(zero_copy_only=False), 0)
        doubtful = flags(pc.ends_with(arrow(observations["source"]), INTO_NEGATIVE_STOCK))
        doubtful |= flags(pc.is_valid(arrow(observations["cause"])))
        self.is_sure = (self.unit_cost > 0) & ~np.append(doubtful, True)
        """By row: whether it states a cost above zero and nothing that makes it doubtful."""
        self.days = arrow(observations["record_date"]).dictionary_encode()

    def rows(self, order: np.ndarray, product: np.ndarray) -> np.ndarray:
        """Return the row of each order and product; -1 where there is none."""
        if not len(self.name):
            return np.full(len(order), -1)
        name = np.where((order >= 0) & (product >= 0), order * (len(self.products) + 1) + product, -2)
        at = np.minimum(np.searchsorted(self.name, name), len(self.name) - 1)
        return np.where(self.name[at] == name, self.row[at], -1)


@dataclass(frozen=True, slots=True)
class OrderLineCosts:
    """Finale's costs of some sales, each on its own order."""

    of_orders: OfOrders
    orders: pa.Array
    """The order of each sale."""
    order: np.ndarray
    """A number for it."""
    row: np.ndarray
    """By sale: the row of what Finale said; -1: nothing that is sure."""

    def only(self, rows: np.ndarray) -> OrderLineCosts:
        """Return those of some of the sales."""
        return OrderLineCosts(self.of_orders, self.orders.filter(pa.array(rows)), self.order[rows], self.row[rows])

    def unit_cost(self, goods: SoldGoods) -> np.ndarray:
        """Return what one of each SKU cost, in millionths."""
        return np.asarray(self.of_orders.unit_cost[self.row] * goods.units[goods.codes])

    def are_sure(self, sold: np.ndarray, goods: SoldGoods) -> np.ndarray:
        """Tell which sales take Finale's cost as it is: no other cost, no question, no suspicion.

        Args:
            sold: Units of each sale.
            goods: Of the sales.
        """
        sure = self.row >= 0
        units = goods.units[goods.codes]
        size = self.of_orders.unit_cost[self.row].astype(float) * units
        cost, average = self.unit_cost(goods), goods.average[goods.codes]
        far = (average > 0) & ((cost > average * TIMES) | (cost * TIMES < average))
        sure &= (size <= _MOST) & (size * sold <= _MOST_OF_LINE)
        return np.asarray(sure & ~far & ~self._differs(sold, goods) & ~self._are_short(sold * units))

    def _differs(self, sold: np.ndarray, goods: SoldGoods) -> np.ndarray:
        """Tell whether what Finale shipped may count (`core.costing.costs.order_costs`), on orders that hold one SKU.

        It does where it is a whole number of units per unit sold, and not the one that the mapping says.
        """
        count = int(self.order.max(initial=-1)) + 1
        together = np.bincount(self.order, weights=sold, minlength=count)[self.order].astype(np.int64)
        first = np.empty(count, np.int64)
        first[self.order[::-1]] = goods.codes[::-1]
        several = np.zeros(count, bool)
        several[self.order[first[self.order] != goods.codes]] = True
        shipped = self.of_orders.units[self.row]
        another = (shipped != 0) & (shipped != together * goods.units[goods.codes]) & (shipped % together == 0)
        return np.asarray(another & ~several[self.order])

    def _are_short(self, needed: np.ndarray) -> np.ndarray:
        """Tell whose product Finale shipped fewer units of than the sales of its order need together, if it says."""
        together = np.bincount(self.row + 1, weights=needed)[self.row + 1]
        shipped = self.of_orders.units[self.row]
        return np.asarray((shipped != 0) & (together > shipped))


def costs_on_orders(of_orders: OfOrders, orders: pa.Array, goods: SoldGoods) -> OrderLineCosts:
    """Return what Finale says of the sales' goods on their orders."""
    coded = orders.dictionary_encode()
    code = codes_of(coded)
    order = codes_in(coded.dictionary, of_orders.orders)[code]
    names = pa.array([product.parts[0].product if product else None for product in goods.products], pa.string())
    product = codes_in(names, of_orders.products)[goods.codes]
    row = of_orders.rows(order, product)
    return OrderLineCosts(of_orders, orders, code, np.where(of_orders.is_sure[row] & ~of_orders.is_odd[order], row, -1))
