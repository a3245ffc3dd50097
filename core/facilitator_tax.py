"""Whose tax the tax of an order is: the seller's own, or the marketplace's, which keeps what it pays itself. Pure.

A marketplace that pays the tax itself lists it twice, as collected from the buyer and as withheld from the seller; the
two come to zero. They post to an account of their own that is expected to be zero, and never to the seller's own Sales
Tax Payable, where a rest would be owed to nobody. What is withheld of an order that shows no tax at all was part of the
price (GST on low value imports): it goes against the sale.

Worked example, Australia: a buyer pays 19.67; Amazon lists Principal 19.67, no Tax, and LowValueGoodsTax −1.79: sales
17.88. Another pays the same; Amazon lists Principal 17.88, Tax 1.79, LowValueGoodsTax −1.79: sales 17.88 as well.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from core.frame_columns import TEXT
from core.line_types import LineType, TaxKind
from core.model import Event
from core.money import total
from core.typed_amounts import sum_of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

TAX_KIND = "tax_kind"
"""The column of costed lines that says it; missing on rows that the first reader stored, which stay as they were."""


class OpenTax(NamedTuple):
    """An order whose tax for the marketplace to pay does not come to zero."""

    store: str
    order_id: str
    currency: str
    rest: Decimal
    """Collected less withheld, refunds included; − is what the marketplace kept back too much."""


_GIVEN_BACK = (Event.REFUND.value, Event.DISPUTE.value)


def with_tax_kinds(lines: pd.DataFrame) -> pd.DataFrame:
    """Return lines with the column `tax_kind`.

    An order is the marketplace's where any of its lines has tax withheld; its sales and its refunds are looked at
    apart, each for whether they show a tax.

    Args:
        lines: TRANSACTION_COLUMNS of the whole company.
    """
    withheld, taxed = _is_there(_withheld(lines)), _is_there(lines["tax"])
    concerned = withheld | taxed
    kinds = pd.Series(TaxKind.OWN.value, index=lines.index, dtype=TEXT)
    if concerned.any():
        orders = _orders(lines)
        sides = orders + lines["event"].isin(_GIVEN_BACK).map({True: " back", False: ""})
        facilitated = orders.isin(set(orders[withheld]))
        shows_tax = sides.isin(set(sides[taxed]))
        kinds = kinds.mask(facilitated & shows_tax, TaxKind.FACILITATOR.value)
        kinds = kinds.mask(withheld & ~shows_tax, TaxKind.IN_PRICE.value)
    return lines.assign(**{TAX_KIND: kinds.mask(lines["goods"].isna(), pd.NA).astype(TEXT)})


def open_tax(lines: pd.DataFrame) -> list[OpenTax]:
    """Return the orders whose tax for the marketplace to pay does not come to zero, by store and order.

    Args:
        lines: TRANSACTION_COLUMNS with `tax_kind`, of the whole company.
    """
    own = lines[(lines[TAX_KIND] == TaxKind.FACILITATOR.value).fillna(value=False).astype(bool)]
    return list(_rests(own))


def _rests(lines: pd.DataFrame) -> Iterator[OpenTax]:
    names = ["store", "order_id", "currency"]
    known = lines.assign(order_id=lines["order_id"].fillna("without order"))
    for (store, order, currency), rows in known.groupby(names, sort=True):
        rest = total(rows["tax"]) + total(_withheld(rows))
        if rest:
            yield OpenTax(str(store), str(order), str(currency), rest)


def _withheld(lines: pd.DataFrame) -> pd.Series:
    """Return the tax withheld that meets tax collected: not the seller's own prepaid tax (TCS, TDS)."""
    return lines["tax_withheld"] - sum_of_type(lines, LineType.PREPAID_TAX)


def _is_there(amounts: pd.Series) -> pd.Series:
    return (amounts != Decimal(0)).fillna(value=False).astype(bool)


def _orders(lines: pd.DataFrame) -> pd.Series:
    """Name the order of each line; a line without one is an order of its own."""
    return lines["store"].fillna("") + "|" + lines["order_id"].fillna(lines["key"]).fillna("")
