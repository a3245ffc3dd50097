"""Units that left on an order of which the settlements hold fewer: the rest of it stands in no line. Pure.

Finale shipped 3 mugs at 5.00 on order 1, and the settlements sold 2 of them: 5.00 left without a line. An order is
left out where the difference is explained: a line of it still asks for its units or cost, its final settlement may
still come, its SKUs stand for other products than were shipped, or its lines took the cost of all that left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from core.frame_columns import records
from core.model import WITHOUT_COST, CostStatus, Event, Goods, ObservationKind, units_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    import pandas as pd

    from core.model import SoldInShipments

_CENT = Decimal("0.01")


class Gone(NamedTuple):
    """Units of a product that left on an order on a day, and stand in no line for goods."""

    order_id: str
    product_id: str
    day: str
    """ISO day on which they left."""
    units: int | None
    """`None`: they are no whole number."""
    unit_cost: Decimal | None
    """Home currency; missing where it is not known."""
    cause: str
    settled: str
    """What of their order is settled beside them."""


@dataclass(slots=True)
class _Sold:
    """What the settlements hold of an order."""

    units: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Units of each product."""
    parcels: dict[tuple[str, str | None], int] = field(default_factory=lambda: defaultdict(int))
    """Those of them of which it is known on which day they left, by product and day."""
    cogs: Decimal = Decimal(0)
    is_open: bool = False
    """Whether something of it is not known yet, so that nothing can be said of its rest."""


def rest_of_orders(
    observations: pd.DataFrame,
    mappings: pd.DataFrame,
    lines: pd.DataFrame,
    still_open: Collection[tuple[str, str]],
    shipments_of: Callable[[Collection[str]], Mapping[str, SoldInShipments]],
) -> list[Gone]:
    """Return what left on orders beyond what their lines sold.

    Args:
        observations: OBSERVATION_COLUMNS in force.
        mappings: MAPPING_COLUMNS in force.
        lines: Every costed line of the books.
        still_open: Store and id of the settlements whose final document may still bring lines.
        shipments_of: Returns in which shipments the sales of some orders left, by line key, as far as that can be told.
    """
    statements = observations[(observations["kind"] == ObservationKind.ORDER) & observations["order_id"].notna()]
    named = lines[lines["order_id"].notna()]
    wanted, root = _with_more_units(statements, named), _one_name(named)
    of_wanted = set(map(root, wanted))
    own = named[_names(named["order_id"]).map(root).isin(list(of_wanted))]
    shipped = _shipped(statements[_names(statements["order_id"]).isin(list(wanted))])
    in_several = {root(name) for name, parcels in shipped.items() if len(parcels) > 1}
    orders = {order for order in own["order_id"].unique() if root(name_of(order)) in in_several}
    sold = _sold(own, root, _products(mappings), still_open, shipments_of(orders) if orders else {})
    names = Counter(
        map(root, set(_names(statements["order_id"])))
    )  # of two stores' names of one order both are asked for
    of_one = ((parcels, sold.get(root(name))) for name, parcels in shipped.items() if names[root(name)] == 1)
    return [one for parcels, of_order in of_one if of_order is not None for one in _rest(parcels, of_order)]


def name_of(order: str) -> str:
    """Return an order's id as it is compared: `#1004` is 1004."""
    return order.strip().lstrip("#")


def _names(orders: pd.Series) -> pd.Series:
    """Return order ids as `name_of` does."""
    return orders.str.strip().str.lstrip("#")


def _with_more_units(told: pd.DataFrame, lines: pd.DataFrame) -> set[str]:
    """Return the orders of which more units left than sales state: no other can have a rest, whatever a SKU holds."""
    sales = lines[(lines["event"] == Event.SALE).fillna(value=False).astype(bool)]
    left = told["units"].fillna(0).groupby(_names(told["order_id"])).sum()
    sold = sales["quantity"].fillna(0).groupby(_names(sales["order_id"])).sum()
    more = left > sold.reindex(left.index).fillna(0)
    return set(left.index[more.to_numpy(dtype=bool)])


def _one_name(lines: pd.DataFrame) -> Callable[[str], str]:
    """Return what gives an order one name in all stores: an order that Amazon ships is one with the shop's."""
    known: dict[str, str] = {}

    def root(name: str) -> str:
        while name in known:
            name = known[name]
        return name

    pairs = lines.loc[lines["merchant_order_id"].notna(), ["order_id", "merchant_order_id"]].drop_duplicates()
    for own, other in zip(_names(pairs["order_id"]), _names(pairs["merchant_order_id"]), strict=True):
        if root(own) != root(other):
            known[root(other)] = root(own)
    return root


def _shipped(told: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the shipments of each order by its name; none of one whose products, days or units are not all known."""
    parcels: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = told[["order_id", "product_id", "units", "unit_cost", "cause", "record_date"]]
    for name, row in zip(_names(told["order_id"]), records(rows), strict=True):
        parcels[name].append(row)
    return {name: rows for name, rows in parcels.items() if all(_is_known(row) for row in rows)}


def _is_known(row: Mapping[str, Any]) -> bool:
    return bool(row["units"]) and None not in (row["product_id"], row["record_date"])


def _products(mappings: pd.DataFrame) -> dict[str, list[tuple[str, int]]]:
    products: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in records(mappings, ["sku", "product_id", "units"]):
        if row["product_id"] is not None:
            products[row["sku"]].append((row["product_id"], row["units"] or 1))
    return products


def _sold(
    lines: pd.DataFrame,
    root: Callable[[str], str],
    products: Mapping[str, list[tuple[str, int]]],
    still_open: Collection[tuple[str, str]],
    in_parcels: Mapping[str, SoldInShipments],
) -> dict[str, _Sold]:
    """Return what is sold of each order by its one name; of one that still asks for something nothing."""
    names = [
        "key",
        "order_id",
        "store",
        "settlement_id",
        "sku",
        "event",
        "goods",
        "cost_status",
        "cost_quantity",
        "cogs",
    ]
    orders: dict[str, _Sold] = defaultdict(_Sold)
    for row in records(lines[names].assign(units=units_of(lines), order_id=_names(lines["order_id"]))):
        one = orders[root(row["order_id"])]
        one.is_open |= (row["store"], row["settlement_id"]) in still_open or row["cost_status"] in WITHOUT_COST
        if _leaves(row):
            _add(one, row, products.get(row["sku"] or "", []), in_parcels.get(row["key"]))
    return {name: one for name, one in orders.items() if one.units and not one.is_open}


def _leaves(row: Mapping[str, Any]) -> bool:
    """Tell whether goods of a line left with its order: what comes back, or is lost of it later, are other goods."""
    if row["cost_status"] == CostStatus.NOT_APPLICABLE:
        return False
    other = row["event"] in (Event.REFUND, Event.DISPUTE, Event.REIMBURSEMENT, Event.REIMBURSEMENT_REVERSAL)
    return not other or row["goods"] == Goods.REPLACED


def _add(one: _Sold, row: Mapping[str, Any], parts: Sequence[tuple[str, int]], left: SoldInShipments | None) -> None:
    units = max(row["units"] or 0, row["cost_quantity"] or 0)
    one.cogs += row["cogs"] or 0
    one.is_open |= not units or not parts
    for product, each in parts:
        one.units[product] += units * each
        for parcel in left.left if left is not None else ():
            one.parcels[product, parcel.day] += parcel.units * each


def _rest(parcels: Sequence[dict[str, Any]], sold: _Sold) -> Iterator[Gone]:
    """Yield what of an order's shipments no line has: what no line is known to have left in, else the last to leave."""
    left: dict[str, int] = defaultdict(int)
    for row in parcels:
        left[row["product_id"]] += row["units"]
    costs = [row["unit_cost"] * row["units"] for row in parcels if row["unit_cost"] is not None]
    is_taken = len(costs) == len(parcels) and sum(costs, Decimal(0)) - sold.cogs < _CENT
    if is_taken or any(units > left[product] for product, units in sold.units.items()):
        return
    rest = {product: units - sold.units.get(product, 0) for product, units in left.items()}
    for row, free in _last_first(parcels, sold):
        product = row["product_id"]
        units = min(rest[product], free)
        rest[product] -= units
        if units:
            settled = f"{sold.units.get(product, 0)} of {left[product]} units settled"
            cause = row["cause"] or ""
            yield Gone(row["order_id"], product, row["record_date"], units, row["unit_cost"], cause, settled)


def _last_first(parcels: Sequence[dict[str, Any]], sold: _Sold) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the shipments with the units that are free for the rest: those that no line left in before all others."""
    latest = sorted(parcels, key=lambda row: (row["record_date"], row["product_id"]), reverse=True)
    taken = sold.parcels
    for row in latest:
        of_line = min(row["units"], taken.get((row["product_id"], row["record_date"]), 0))
        yield row, row["units"] - of_line
    for row in latest:
        yield row, min(row["units"], taken.get((row["product_id"], row["record_date"]), 0))
