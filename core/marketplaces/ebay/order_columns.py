"""Which rows of a report are one order, by columns: what `core.marketplaces.ebay.roll_ups` tells of rows one by one.

An order of several items is a row with the net amount and rows of its items without. Which row belongs to which, and
what the items leave of the net amount, are sums by order over the columns. Orders of which several rows tell a net
amount, those whose own row tells fees or prices too, and those in another currency than their payout, are put together
by `roll_ups` itself.

The columns that make an order are declared once for both (`core.marketplaces.ebay.report_columns`). What they mean is
said in `roll_ups`: it is the oracle, and whatever random reports tests make, the sums here must give what it gives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.marketplaces.ebay.report_columns import GROSS, ITEM, ORDER, ORDERED, PAYOUT
from core.marketplaces.ebay.roll_ups import rows_with_net_amounts
from core.marketplaces.reading.columns import joint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.marketplaces.columns.column_figures import ColumnAmounts
    from core.marketplaces.ebay.roll_ups import RowAmounts
    from core.marketplaces.reading.columns import ColumnTable


class Role(IntEnum):
    """What a row is to its order."""

    ALONE = 0
    """It stands for itself; so does an item of which no row tells the net amount."""
    ITEM = 1
    """An item of an order whose net amount stands in another row."""
    WHOLE = 2
    """The order of such items, which all have rows."""
    IN_PART = 3
    """The order of such items, of which some have no rows."""
    BY_HAND = 4
    """Its order is put together row by row."""


def in_its_order(row: RowAmounts, role: Role, left: Decimal, currency: str) -> RowAmounts:
    """Return a row as `rows_with_net_amounts` does beside the other rows of its order, of which only their sum matters.

    Args:
        row: It, in the currency of its payout.
        role: What it is to its order.
        left: What the items of its order leave of its net amount.
        currency: Of rows that name none.
    """
    if role is Role.ALONE:
        return rows_with_net_amounts([row], currency)[0]
    own = replace(row, own_currency="")
    if role is Role.ITEM:
        whole = replace(own, has_item=False, net=Decimal(0), parts=(), names=())
        return rows_with_net_amounts([whole, own], currency)[1]
    of_items = (own.net or Decimal(0)) - left
    items = replace(own, has_item=True, net=None, parts=(("principal", of_items),), names=("",))
    whole = replace(own, gross=of_items if role is Role.WHOLE else None)
    return rows_with_net_amounts([whole, items], currency)[0]


@dataclass(frozen=True, eq=False)
class OrderColumns:
    """The rows of a report and their orders."""

    table: ColumnTable
    money: ColumnAmounts
    """The components of a report, and its net amounts as the last."""
    components: Mapping[str, str]
    """By column: the amount column that it adds to."""
    is_order: np.ndarray
    """By row: whether it is of a sale."""
    is_foreign: np.ndarray
    """By row: whether its parts are in another currency than its net amount, which it tells."""
    gross: np.ndarray
    """Gross amounts in millionths."""
    has_gross: np.ndarray

    @cached_property
    def has_net(self) -> np.ndarray:
        """Which rows tell a net amount."""
        return self.money.filled[-1]

    @cached_property
    def wholes(self) -> np.ndarray:
        """Which are rows of an order as a whole."""
        return np.asarray(self.is_order & ~self.table.filled(ITEM) & self.has_net)

    @cached_property
    def items(self) -> np.ndarray:
        """Which are rows of an item without net amount."""
        return np.asarray(self.is_order & self.table.filled(ITEM) & ~self.has_net)

    @cached_property
    def order(self) -> np.ndarray:
        """By row: a number for its order and day."""
        names = (self.table.stripped(name).codes for name in (ORDER, ORDERED))
        return joint(names)

    @cached_property
    def by_hand(self) -> np.ndarray:
        """Which rows are put together one by one."""
        count = np.bincount(self.order[self.wholes], minlength=self._orders)
        unusual = count > 1
        unusual[self.order[self.wholes & (self.is_foreign | np.logical_or.reduce(self.money.filled[:-1]))]] = True
        return np.asarray((unusual[self.order] & (self.wholes | self.items)) | self.is_foreign)

    @property
    def _orders(self) -> int:
        return int(self.order.max(initial=-1)) + 1

    @cached_property
    def whole_of(self) -> np.ndarray:
        """By row: the row of its order, if it is an item's; else itself."""
        row = np.full(self._orders, -1)
        row[self.order[self.wholes & ~self.by_hand]] = np.flatnonzero(self.wholes & ~self.by_hand)
        found = np.arange(len(self.table))
        items = np.flatnonzero(self.items & ~self.by_hand)
        there = row[self.order[items]]
        payout = self.table.stripped(PAYOUT)
        says_none = ~self.table.filled(PAYOUT)[items]
        same = (payout.codes[items] == payout.codes[there]) | says_none
        found[items] = np.where((there >= 0) & same, there, items)
        return found

    def _of_items(self, amounts: np.ndarray) -> np.ndarray:
        """Return by row of an order what the rows of its items add up to."""
        rows = np.flatnonzero(self.whole_of != np.arange(len(self.table)))
        found = np.zeros(len(self.table), np.int64)
        np.add.at(found, self.whole_of[rows], amounts[rows])
        return found

    def _parts(self, *, gross: bool | None = None) -> np.ndarray:
        """Return what the components of each row add up to: all, those of its gross amount, or the others."""
        own = np.zeros(len(self.table), np.int64)
        for name, amounts in zip(self.money.names[:-1], self.money.millionths, strict=False):
            if gross is None or (self.components[name] in GROSS) is gross:
                own += amounts
        return own

    @cached_property
    def remainders(self) -> np.ndarray:
        """By row of an order: what its items leave of its net amount."""
        return np.asarray(self.money.millionths[-1] - self._of_items(self._parts()))

    @cached_property
    def role(self) -> np.ndarray:
        """By row: its `Role`."""
        count = self._of_items(np.ones(len(self.table), np.int64))
        told = self.has_gross & (self._of_items(self._parts(gross=True)) == self.gross)
        complete = told | (self.remainders == 0)
        role = np.where(self.whole_of != np.arange(len(self.table)), Role.ITEM, Role.ALONE)
        role = np.where(count > 0, np.where(complete, Role.WHOLE, Role.IN_PART), role)
        return np.where(self.by_hand, Role.BY_HAND, role)

    @cached_property
    def places(self) -> np.ndarray:
        """By row: how many decimals its amount has, as exact sums have them; none where it is 0."""
        written = [
            np.where(amounts != 0, places, 0)
            for amounts, places in zip(self.money.millionths, self.money.places, strict=True)
        ]
        parts = np.asarray(np.maximum.reduce(written[:-1]))
        whole = written[-1].copy()
        np.maximum.at(whole, self.whole_of, np.where(self.role == Role.ITEM, parts, 0))
        found = np.where(self.role == Role.ITEM, parts, whole)
        nothing = np.where(self.role == Role.ITEM, self._parts() == 0, self.remainders == 0)
        return np.where(nothing, 0, found)

    def doubtful(self, comparable: np.ndarray) -> np.ndarray:
        """Tell of which rows it must be looked at whether their amounts fit together, with all rows of their orders.

        Args:
            comparable: Which rows have a gross amount that is about the same as their net amount.
        """
        net, fees = self.money.millionths[-1], self._parts(gross=False)
        differ = self.gross + fees + self._of_items(fees) != net
        loose = self.items & (self.role == Role.ALONE)
        lacking = self.wholes & ~np.isin(self.role, [Role.WHOLE])
        found = (comparable & self.has_net & self.has_gross & differ) | loose | lacking | self.by_hand
        return np.asarray(np.isin(self.order, self.order[found & (self.wholes | self.items)]) | found)
