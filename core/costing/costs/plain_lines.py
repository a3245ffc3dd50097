"""Plain lines, costed by columns: a sale that takes Finale's cost of its order is a join and a product.

Most lines of a company are sales of which Finale knows the cost and about which nobody has said anything, or money
alone. What costing them one by one says follows from a few columns, so that they are costed together; every other line
is costed one by one (`core.costing.costing.cost_one_by_one`), and so is every line that is tied to one: a refund and
its sale, the other lines of an order that a supplier was paid for. What is plain is decided narrowly: in doubt a line
is not. In the tests both ways give the same for all random books.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.costing.costs.finale_costs import midnight, read_finale
from core.costing.costs.plain_costs import OfOrders, costs_on_orders, goods_of
from core.costing.costs.prefilled_costs import UsedCost
from core.costing.frames import arrow, declared, flags
from core.costing.lines import LONG_AGO
from core.costing.notes import COST_OF_ORDER, day_in_words
from core.costing.rules.rules import NO_GOODS
from core.costing.units.reimbursed_units import with_report
from core.costing.units.sold_goods import plain_order
from core.frame_columns import COSTED_COLUMNS, OBSERVATION_COLUMNS, values
from core.model import CostSource, CostStatus, Event, Goods, ObservationKind, is_multi_channel
from core.money import from_millionths, in_millionths
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas.api.extensions import ExtensionArray

    from core.costing.costs.finale_costs import Finale, SkuProduct
    from core.costing.costs.plain_costs import OrderLineCosts, SoldGoods
    from core.costing.inputs import CostingInput, CostingPolicies

_USUAL_ORDER = r"^[!-~]+$"
"""Order ids that are put into their plain form by columns: printable letters of ASCII, without blanks."""


@dataclass(frozen=True, slots=True)
class PlainLines:
    """The plain lines of some books, costed, and what is left to be costed one by one."""

    places: np.ndarray
    """Their rows among the transactions."""
    costed_lines: pa.Table
    """COSTED_COLUMNS, in the order of the places."""
    used_costs: Sequence[UsedCost]
    """Of each SKU the last cost that they used."""
    rest: CostingInput
    """The books without them, and without what Finale said of their orders alone."""

    def beside(self, one_by_one: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
        """Return all lines in their order.

        Args:
            one_by_one: COSTED_COLUMNS of the rest.
            index: Of all transactions.
        """
        others = np.setdiff1d(np.arange(len(index)), self.places, assume_unique=True)
        order = np.empty(len(index), np.int64)
        order[np.concatenate([self.places, others])] = np.arange(len(index))
        return pd.DataFrame(
            {name: _together(self.costed_lines[name], one_by_one[name], order) for name in COSTED_COLUMNS}, index=index
        )


def _together(plain: pa.ChunkedArray, others: pd.Series, order: np.ndarray) -> ExtensionArray:
    both = pa.chunked_array([*plain.chunks, arrow(others)], type=plain.type).combine_chunks()
    return pd.arrays.ArrowExtensionArray(both.take(pa.array(order)))


def plain_lines(books: CostingInput, policies: CostingPolicies) -> PlainLines | None:
    """Cost the plain lines of some books; `None` where all must be costed one by one, which says what is wrong."""
    told = declared(OBSERVATION_COLUMNS, books.observations)
    if _are_wrong(books.transactions, told, policies.home_currency):
        return None
    of_orders = flags(pc.equal(arrow(told["kind"]), ObservationKind.ORDER.value))
    finale = read_finale(told[~of_orders], books.mappings, policies.home_currency)
    lines = _Lines(with_report(books), _named_keys(books))
    sales, goods, costs = _sure_sales(lines, finale, OfOrders(told[of_orders]))
    money = np.flatnonzero(lines.are_money)
    places = np.concatenate([sales, money])
    rest = np.ones(len(lines), bool)
    rest[places] = False
    return PlainLines(
        places,
        _table(
            (_sales_columns(lines, goods, costs, sales, policies.home_currency), len(sales)),
            (_money_columns(lines, money, finale), len(money)),
        ),
        _last_used(books, lines, goods, costs, sales) if books.last_used is None else (),
        _rest(books, lines, rest, told, of_orders),
    )


def _sure_sales(lines: _Lines, finale: Finale, of_orders: OfOrders) -> tuple[np.ndarray, SoldGoods, OrderLineCosts]:
    """Return the rows of the sales that are plain, their goods and their costs."""
    sales = np.flatnonzero(lines.are_sales)
    goods = goods_of(arrow(lines.table["sku"]).take(pa.array(sales)), finale)
    costs = costs_on_orders(of_orders, lines.orders(sales), goods)
    plain = np.zeros(len(lines), bool)
    plain[sales] = costs.are_sure(lines.quantity[sales], goods)
    sure = plain[sales] & ~lines.tied_to(~lines.are_money & ~plain)[sales]
    return sales[sure], goods.only(sure), costs.only(sure)


def _are_wrong(transactions: pd.DataFrame, observations: pd.DataFrame, home_currency: str) -> bool:
    """Tell whether two lines have one key, or a cost is in another currency than the company's."""
    keys = arrow(transactions["key"])
    foreign = pc.not_equal(arrow(observations["currency"]), home_currency)
    strange = pc.and_kleene(pc.is_valid(arrow(observations["unit_cost"])), foreign)
    return pc.count_distinct(keys, mode="all").as_py() < len(keys) or bool(pc.any(strange).as_py())


def _named_keys(books: CostingInput) -> pa.Array:
    """Return the keys of all lines about which the books hold anything but themselves."""
    tables = (
        books.overrides,
        books.locked_lines,
        books.exported_lines,
        books.trued_up,
        books.returned,
        books.reimbursed,
    )
    keys = [arrow(table["key"]) for table in (*tables, books.asked_units) if table is not None and len(table)]
    return pa.concat_arrays([key.cast(pa.string()) for key in keys]) if keys else pa.array([], pa.string())


class _Lines:
    """The columns of transactions that decide whether a line is plain."""

    def __init__(self, transactions: pd.DataFrame, named: pa.Array) -> None:
        self.table = transactions
        self.key = arrow(transactions["key"])
        quantity = arrow(transactions["quantity"])
        self.quantity = quantity.fill_null(0).to_numpy(zero_copy_only=False)
        goods, event = arrow(transactions["goods"]), arrow(transactions["event"])
        free = ~flags(pc.is_in(self.key, value_set=named)) if len(named) else np.ones(len(self.key), bool)
        known = flags(pc.is_in(event, value_set=pa.array([str(one) for one in Event]))) | flags(pc.is_null(event))
        no_goods = flags(pc.equal(goods, Goods.NONE.value)) & ~flags(pc.equal(event, Event.REIMBURSEMENT.value))
        self.are_money = free & known & no_goods
        """Lines on which money moved and no goods did. A reimbursement may be one that is taken back."""
        priced = in_millionths(arrow(transactions["principal"])) > 0
        sold = flags(pc.equal(goods, Goods.SOLD.value)) & flags(pc.equal(event, Event.SALE.value))
        named_goods = _filled(transactions["order_id"]) & _filled(transactions["sku"])
        sites = arrow(transactions["marketplace"]).dictionary_encode()
        elsewhere = np.array([is_multi_channel(site) for site in sites.dictionary.to_pylist()] + [False], bool)
        shipped_only = elsewhere[sites.indices.fill_null(len(elsewhere) - 1).to_numpy(zero_copy_only=False)]
        self.are_sales = free & sold & priced & (self.quantity > 0) & named_goods & ~shipped_only
        """Sales of goods of one's own store against money, about which nobody has said anything."""

    def __len__(self) -> int:
        return len(self.key)

    def orders(self, rows: np.ndarray) -> pa.Array:
        """Return the order ids of some lines, as they stand there."""
        return arrow(self.table["order_id"]).take(pa.array(rows))

    def tied_to(self, lines: np.ndarray) -> np.ndarray:
        """Return some lines and all sales that are tied to them by their orders (`core.costing.lines_to_recost`)."""
        own, sellers = _order_codes(self.table)
        tied = np.zeros(int(max(own.max(initial=-1), sellers.max(initial=-1))) + 2, bool)  # the last: no order
        found = lines.copy()
        while True:
            tied[own[found]] = tied[sellers[found]] = True
            tied[-1] = False
            more = self.are_sales & ~found & (tied[own] | tied[sellers])
            if not more.any():
                return found
            found |= more


def _order_codes(transactions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return which order each line names, and which as the selling store's; -1: none. Orders are compared plain."""
    columns = [_plain_orders(arrow(transactions[name])) for name in ("order_id", "merchant_order_id")]
    coded = pa.concat_arrays(columns).dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return coded[: len(transactions)], coded[len(transactions) :]


def _plain_orders(orders: pa.Array) -> pa.Array:
    """Return order ids as `plain_order` writes them; an empty one is none."""
    named = pc.if_else(pc.equal(orders, ""), pa.scalar(None, pa.string()), orders)
    usual = pc.match_substring_regex(named, _USUAL_ORDER)
    if pc.all(usual).as_py() is not False:
        return pc.ascii_lower(pc.ascii_ltrim(named, "#"))
    return pa.array([None if order is None else plain_order(order) for order in named.to_pylist()], pa.string())


_Columns = dict[str, "pa.Array | str | int"]
"""By column of COSTED_COLUMNS: its values, or the one that all lines have; missing in the others."""


def _sales_columns(
    lines: _Lines, goods: SoldGoods, costs: OrderLineCosts, sales: np.ndarray, currency: str
) -> _Columns:
    """Return what costing says of plain sales."""
    cost, quantity = costs.unit_cost(goods), lines.quantity[sales]
    as_of, days = _days(costs.of_orders.days.take(pa.array(costs.row)))
    before, between, after = COST_OF_ORDER
    note = pc.binary_join_element_wise(before, costs.orders, between, days, after, "")
    return {
        "key": lines.key.take(pa.array(sales)),
        "cost_status": CostStatus.COSTED.value,
        "unit_cost": from_millionths(cost),
        "cost_currency": currency,
        "cost_quantity": pa.array(quantity),
        "cogs": from_millionths(cost * quantity),
        "cost_source": CostSource.ORDER.value,
        "cost_as_of": as_of,
        "cost_note": note,
        "finale_cost": from_millionths(cost),
        **_product_columns(goods.products, goods.codes),
        "version": 0,
    }


def _days(days: pa.DictionaryArray) -> tuple[pa.Array, pa.Array]:
    """Return the moments of days on which goods left, and what a note calls them."""
    texts = days.cast(pa.string())
    used = pc.unique(texts)
    moments = [midnight(day) if day else None for day in used.to_pylist()]
    named = [day_in_words(moment) for moment in moments]
    code = pc.index_in(texts, value_set=used)
    as_of = pa.array(moments, COSTED_COLUMNS["cost_as_of"].pyarrow_dtype)
    return as_of.take(code), pa.array(named, pa.string()).take(code)


def _product_columns(products: Sequence[SkuProduct | None], codes: np.ndarray) -> _Columns:
    of = pa.array(codes)
    names = pa.array([product and product.name for product in products], pa.string())
    descriptions = pa.array([product and product.description for product in products], pa.string())
    return {"product_id": names.take(of), "description": descriptions.take(of)}


def _money_columns(lines: _Lines, rows: np.ndarray, finale: Finale) -> _Columns:
    """Return what costing says of lines of money alone."""
    own = lines.table.iloc[rows]
    events = arrow(own["event"]).fill_null(Event.OTHER.value).dictionary_encode()
    reasons = pa.array([NO_GOODS[Event(event)] for event in events.dictionary.to_pylist()], pa.string())
    skus = arrow(own["sku"]).dictionary_encode(null_encoding="encode")
    return {
        "key": lines.key.take(pa.array(rows)),
        "cost_status": CostStatus.NOT_APPLICABLE.value,
        "cost_quantity": 0,
        "cogs": from_millionths(np.zeros(len(rows), np.int64)),
        "cost_note": reasons.take(events.indices),
        **_product_columns([finale.mapping.get(sku) for sku in skus.dictionary.to_pylist()], skus.indices.to_numpy()),
        "version": 0,
    }


def _table(*parts: tuple[_Columns, int]) -> pa.Table:
    """Return COSTED_COLUMNS of some parts, each with its number of lines."""
    return pa.table(
        {
            name: pa.chunked_array([_column(columns.get(name), dtype.pyarrow_dtype, count) for columns, count in parts])
            for name, dtype in COSTED_COLUMNS.items()
        }
    )


def _column(column: pa.Array | str | int | None, dtype: pa.DataType, count: int) -> pa.Array:
    return column.cast(dtype) if isinstance(column, pa.Array) else pa.repeat(pa.scalar(column, dtype), count)


def _last_used(
    books: CostingInput, lines: _Lines, goods: SoldGoods, costs: OrderLineCosts, sales: np.ndarray
) -> list[UsedCost]:
    """Return the last cost of each SKU; of lines posted at one moment the one with the greatest key is the last."""
    posted = arrow(lines.table["posted_at"]).cast(pa.int64()).fill_null(LONG_AGO).to_numpy()[sales]
    newest = np.full(len(goods.products), LONG_AGO)
    np.maximum.at(newest, goods.codes, posted)
    last: dict[int, tuple[str, int]] = {}
    candidates = np.flatnonzero(posted == newest[goods.codes])
    keys = lines.key.take(pa.array(sales[candidates])).to_pylist()
    for at, key in zip(candidates.tolist(), keys, strict=True):
        last[goods.codes[at]] = max(last.get(goods.codes[at], ("", -1)), (key, at))
    found = [at for _, at in last.values()]
    days = values(local_days(lines.table.iloc[sales[found]], books.zones))
    unit_costs = from_millionths(costs.unit_cost(goods)[found]).to_pylist()
    skus = goods.skus.take(pa.array(goods.codes[found])).to_pylist()
    return [
        UsedCost((int(posted[at]), key), sku, day, cost, CostSource.ORDER)
        for (key, at), sku, day, cost in zip(last.values(), skus, days, unit_costs, strict=True)
    ]


def _rest(
    books: CostingInput, lines: _Lines, rest: np.ndarray, observations: pd.DataFrame, of_orders: np.ndarray
) -> CostingInput:
    """Return the books of the other lines, with what Finale said of their orders and of no order."""
    orders = arrow(lines.table["order_id"]).filter(pa.array(rest)).unique()
    wanted = ~of_orders | flags(pc.is_in(arrow(observations["order_id"]), value_set=orders.drop_null()))
    return replace(books, transactions=books.transactions[rest], observations=observations[wanted])


def _filled(texts: pd.Series) -> np.ndarray:
    """Tell which texts are neither missing nor empty."""
    return flags(pc.not_equal(arrow(texts), ""))
