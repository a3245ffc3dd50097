"""What several eBay reports say of one order of several items, made the same in all of them. Pure.

The order's own row holds what the items' rows of its report leave of the order's net amount, so it says something else
in a report that lacks some of them. A report with the order's row alone says 134.20, one with a mug of 89.60 beside it
44.60, and the whole one 0.00 beside mug and cup: three times one order of 134.20, whichever comes first. Reports that
name different net amounts of an order, or other items, units or amounts, are left as they are, and are asked about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from core.frame_columns import AMOUNT_COLUMNS, TRANSACTION_COLUMNS, frame, is_one_of, records
from core.marketplaces.ebay.words import REST_OF_NET
from core.model import Event, Marketplace, QuantitySource, StockEffect
from core.typed_amounts import TypedAmount, to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    import pandas as pd

    from core.model import Settlement

Row = dict[str, Any]
Name = tuple[Any, ...]
_OF_ORDER = ("order_id", "posted_at", "currency")
_OF_ITEM = ("order_item_id", "sku", "quantity")
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
_WORDS = ("group_key", "raw_type", "raw_description")
"""What each report spells in its own language; the first that has a row keeps its spelling."""


class ReportedOrder(NamedTuple):
    """What one report says of an order of several items."""

    wholes: tuple[Row, ...]
    """Its own rows; none or several, where the report was cut within the order or has it twice."""
    items: dict[Name, Row]

    @property
    def net(self) -> Decimal:
        """The net amount of the order; known where it has a row of its own."""
        return sum((row["net"] for row in (*self.wholes, *self.items.values())), Decimal(0))

    @property
    def is_complete(self) -> bool:
        """Whether all its items are there: then its own row asks for no units."""
        return all(row["quantity"] is not None for row in self.wholes)


def agreeing_settlements(settlements: Sequence[Settlement]) -> list[Settlement]:
    """Return what several reports say of a payout, each order of several items the same in all that have a row of it.

    Args:
        settlements: What each report says of the payout, in the order in which they came.
    """
    names = {_name(row) for one in settlements for row in _wholes(one.transactions)}
    if not names or len(settlements) == 1:
        return list(settlements)
    told = [_orders(one.transactions, names) for one in settlements]
    for name in names:
        said = [orders[name] for orders in told if name in orders]
        order = _agreed(said)
        if order is not None and len(said) > 1:
            told = [{**orders, name: order} if name in orders else orders for orders in told]
    return [_with_orders(one, orders, names) for one, orders in zip(settlements, told, strict=True)]


def _sales(transactions: pd.DataFrame) -> pd.Series:
    """Tell which rows are sales of eBay's orders."""
    sold = is_one_of(transactions["event"], Event.SALE) & is_one_of(transactions["marketplace"], Marketplace.EBAY)
    is_sale: pd.Series = transactions["order_id"].notna() & sold
    return is_sale


def _wholes(transactions: pd.DataFrame) -> list[Row]:
    """Return the rows of orders as a whole."""
    return records(
        transactions[_sales(transactions) & transactions["order_item_id"].isna() & transactions["sku"].isna()]
    )


def _name(row: Row) -> Name:
    return tuple(row[name] for name in _OF_ORDER)


def _is_whole(row: Row) -> bool:
    return row["order_item_id"] is None and row["sku"] is None


def _orders(transactions: pd.DataFrame, names: AbstractSet[Name]) -> dict[Name, ReportedOrder]:
    """Return those of the orders of which a report has a row."""
    found: dict[Name, list[Row]] = defaultdict(list)
    for row in records(transactions[_sales(transactions)]):
        if _name(row) in names:
            found[_name(row)].append(row)
    return {name: ReportedOrder(tuple(filter(_is_whole, rows)), _items(rows)) for name, rows in found.items()}


def _items(rows: Iterable[Row]) -> dict[Name, Row]:
    """Return the items by what names them; equal ones are counted."""
    found: dict[Name, Row] = {}
    numbers: Counter[Name] = Counter()
    for row in rows:
        if not _is_whole(row):
            of_item = tuple(row[name] for name in _OF_ITEM)
            numbers[of_item] += 1
            found[*of_item, numbers[of_item]] = row
    return found


def units_stated_again(transactions: pd.DataFrame) -> list[Row]:
    """Return what reports state of items that several of their rows pay for, one row of the item each.

    Each row states all units of its item. A deposit on 2 mugs in August and the balance in September are two rows of 2
    units each: two mugs were sold and not four.

    Args:
        transactions: TRANSACTION_COLUMNS of a company.

    Returns:
        Columns of `core.frame_columns.ORDER_UNITS_COLUMNS`, store and settlement id. All rows of an item have the day
        of its newest one: where they state different units, the most count.
    """
    name, sales = ["store", "order_id", "order_item_id"], _sales(transactions)
    if not sales.any():
        return []
    stated = (transactions["quantity_source"] == QuantitySource.REPORTED.value) & (transactions["quantity"] > 0)
    paid = sales & stated.fillna(value=False).astype(bool) & transactions["order_item_id"].notna()
    of_items = transactions.loc[paid, [*name, "settlement_id", "sku", "quantity", "posted_at"]]
    rows = records(of_items[of_items.duplicated(name, keep=False)])
    newest: dict[Name, datetime] = {}
    for row in rows:
        item, posted = tuple(row[column] for column in name), row["posted_at"] or _LONG_AGO
        newest[item] = max(posted, newest.get(item, posted))
    return [
        {
            **{column: row[column] for column in ("store", "settlement_id", "order_id", "sku")},
            "item_id": row["order_item_id"],
            "units": row["quantity"],
            "as_of": newest[tuple(row[column] for column in name)],
        }
        for row in rows
    ]


def _agreed(orders: Sequence[ReportedOrder]) -> ReportedOrder | None:
    """Return what reports say of an order together; `None` where they contradict each other."""
    known = [order for order in orders if order.wholes]
    bare = [order for order in orders if not order.wholes]
    nets = {order.net for order in known}
    if len(nets) != 1 or any(len(order.wholes) > 1 for order in known) or any(order.net for order in bare):
        return None
    complete = [order for order in known if order.is_complete]
    items = _together(complete or known)
    if items is None or any(order.items.keys() - items.keys() for order in orders):
        return None
    whole = complete[0].wholes[0] if complete else _rest(known[0].wholes[0], nets.pop(), items)
    if not complete and whole["net"] < 0:
        return None  # the items come to more than their order
    spelled = {name: _as_first_spelled(row, (one.items.get(name) for one in orders)) for name, row in items.items()}
    return ReportedOrder((_as_first_spelled(whole, (one for order in orders for one in order.wholes)),), spelled)


def _together(orders: Sequence[ReportedOrder]) -> dict[Name, Row] | None:
    """Return the items of several reports; `None` where one has other amounts of an item than another."""
    found: dict[Name, Row] = {}
    for order in orders:
        for name, row in order.items.items():
            if any(row[column] != found.get(name, row)[column] for column in AMOUNT_COLUMNS):
                return None
            found.setdefault(name, row)
    return found


def _rest(whole: Row, net: Decimal, items: dict[Name, Row]) -> Row:
    """Return an order's own row with what all known items leave of its net amount; nothing left asks for nothing."""
    left = net - sum((row["net"] for row in items.values()), Decimal(0))
    told: Row = {**whole, **dict.fromkeys(AMOUNT_COLUMNS, Decimal(0)), "other": left, "net": left}
    told["typed"] = to_text([TypedAmount(REST_OF_NET, "other", None, left)])
    if left:
        return told
    none = {"quantity": 0, "quantity_source": QuantitySource.REPORTED.value, "stock_effect": StockEffect.NONE.value}
    return {**told, **none}


def _as_first_spelled(row: Row, spellings: Iterable[Row | None]) -> Row:
    first = next((one for one in spellings if one is not None), row)
    return {**row, **{name: first[name] for name in _WORDS}}


def _with_orders(settlement: Settlement, orders: dict[Name, ReportedOrder], names: AbstractSet[Name]) -> Settlement:
    """Return a settlement with these orders in place of what it says of them."""
    own = settlement.transactions
    sold = [row for row in records(own[_sales(own)]) if _name(row) not in names]
    told = [row for order in orders.values() for row in (*order.wholes, *order.items.values())]
    return replace(settlement, transactions=frame(TRANSACTION_COLUMNS, [*records(own[~_sales(own)]), *sold, *told]))
