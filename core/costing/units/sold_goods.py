"""What orders are about, as far as the books hold their sales: which goods, and whether a line's own are among them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from core.costing.costs.finale_costs import SkuPart
    from core.costing.lines import Line

    GoodsOf = Callable[[str], frozenset[str] | None]
    """Names the products that a SKU stands for, of a kit all; nothing where they are not known."""

Order = tuple[str | None, str]
"""Store and order."""


@dataclass(frozen=True, slots=True)
class OrderGoods:
    """What the selling stores' lines of an order are about."""

    skus: frozenset[str]
    products: frozenset[str]
    """Those that the SKUs stand for."""
    all_known: bool
    """Whether every line names a SKU whose products are known."""


def goods_of_orders(selling: Iterable[Line], goods_of: GoodsOf) -> dict[str, OrderGoods]:
    """Return what is sold on each order, by its id as different marketplaces would write it."""
    by_order: dict[str, list[Line]] = defaultdict(list)
    for line in selling:
        by_order[plain_order(line.order_id or "")].append(line)
    return {order: _order_goods({line.sku for line in of_it}, goods_of) for order, of_it in by_order.items()}


def _order_goods(skus: set[str | None], goods_of: GoodsOf) -> OrderGoods:
    named = frozenset(sku for sku in skus if sku is not None)
    products = [goods_of(sku) for sku in named]
    known = frozenset(product for some in products for product in some or ())
    return OrderGoods(named, known, all_known=None not in skus and all(products))


def plain_order(order: str) -> str:
    """Return an order id as different marketplaces would write the same one: no `#`, no blanks around, lower case."""
    return order.strip().lstrip("#").lower()


class AsSold(NamedTuple):
    """A line about goods that another store sold."""

    line: Line
    """With store, order and SKU as the selling store names them; as it stands where these are not sure."""
    question: str = ""
    """Why they are not."""


def sold_elsewhere(
    returns: Iterable[Line],
    traded: Sequence[Line],
    shipped: Iterable[Line],
    parts: Callable[[str | None], Sequence[SkuPart]],
) -> dict[int, AsSold]:
    """Return lines about returns of orders that another store sold, by their place.

    Amazon ships order M-4 for the shop and pays for a unit of it that came back and was lost. Sale and refund are the
    shop's, which calls the product `A-SHOP` and Amazon `A`: identity is the order and the product, over all stores.

    Args:
        returns: Lines about returned goods.
        traded: Sales and refunds, as far as they count in their own store.
        shipped: Lines of orders that their store only shipped.
        parts: Tells the products in a SKU.
    """
    own = {(line.store, line.order_id) for line in traded}
    strangers = [line for line in returns if line.order_id and (line.store, line.order_id) not in own]
    names: dict[tuple[str | None, str | None], set[str]] = defaultdict(set)
    for line in shipped if strangers else ():
        names[line.store, line.order_id].add(plain_order(line.merchant_order_id or ""))
    by_order: dict[str, list[Line]] = defaultdict(list)
    for line in traded if strangers else ():
        by_order[plain_order(line.order_id or "")].append(line)
    sellers = {
        line.place: [
            one
            for name in {plain_order(line.order_id or ""), *names[line.store, line.order_id]} - {""}
            for one in by_order[name]
        ]
        for line in strangers
    }
    return {line.place: _as_sold(line, sellers[line.place], parts) for line in strangers if sellers[line.place]}


def _as_sold(line: Line, sellers: Iterable[Line], parts: Callable[[str | None], Sequence[SkuPart]]) -> AsSold:
    """Name a line's goods as the selling store does; ask where not one SKU of the order stands for its products."""
    goods = {(one.store, one.order_id, one.sku) for one in sellers}
    products = set(parts(line.sku))
    same = {of for of in goods if line.sku in {None, of[2]} or (products and set(parts(of[2])) == products)}
    if len(same) != 1:
        stores = " and ".join(sorted({of[0] or "" for of in goods}))
        return AsSold(line, f"Order {line.order_id} was sold in {stores}, and which of its goods this is, is not sure")
    ((store, order, sku),) = same
    return AsSold(line._replace(store=store, order_id=order, sku=sku, order_item_id=None))


def skus_of_orders(lines: Iterable[Line]) -> dict[Order, frozenset[str | None]]:
    """Return the SKUs of sales and refunds by store and order; `None` among them: a line that names no SKU."""
    found: dict[Order, set[str | None]] = defaultdict(set)
    for line in lines:
        if line.order_id:
            found[line.store, line.order_id].add(line.sku)
    return {order: frozenset(skus) for order, skus in found.items()}


def not_among_them(line: Line, orders: Mapping[Order, frozenset[str | None]], goods_of: GoodsOf) -> str:
    """Say that an order is in the books, and why the goods of a line that names it are not; else nothing.

    Example: order 1 sold `A`; `WAREHOUSE_LOST` of `B` names it. Whether a unit of `B` was in stock is not known, though
    the order is in the books.
    """
    skus = orders.get((line.store, line.order_id or ""), frozenset({None}))
    if line.sku is None:
        return (
            ""
            if len(skus) == 1
            else f"Order {line.order_id} is in the books with several SKUs, and this line names none"
        )
    products = goods_of(line.sku)
    if not {None, line.sku}.isdisjoint(skus) or (products and any(goods_of(one) == products for one in skus if one)):
        return ""
    return f"Order {line.order_id} is in the books, and no line of it is about SKU {line.sku}"
