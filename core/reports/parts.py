"""What each line's money is in a profit and loss: sales, refunds, fees, and what is no profit at all. Pure.

The parts of a line sum to its net, exactly, so that every report made of them ties to the settlements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from core.model import Event
from core.money import MONEY

if TYPE_CHECKING:
    from collections.abc import Mapping

PROFIT_PARTS = ("sales", "refunds", "fees", "advertising", "reimbursements", "other_income")
"""Parts that make profit, each signed from the seller's side: fees and refunds are negative."""

BELOW_THE_LINE = ("tax", "balance")
"""Parts that are somebody else's money or our own moved about: tax collected and withheld, reserves and transfers."""

PARTS = (*PROFIT_PARTS, *BELOW_THE_LINE)

_OF_GOODS = ("principal", "shipping", "giftwrap", "promotion", "other")
_FEES = ("referral_fee", "fulfilment_fee", "other_fee")
_TAX = ("tax", "tax_withheld")

_GOODS_BY_EVENT: Mapping[str, str] = {
    Event.SALE: "sales",
    Event.LIQUIDATION: "sales",
    Event.REFUND: "refunds",
    Event.DISPUTE: "refunds",
}
_WHOLE_BY_EVENT: Mapping[str, str] = {
    Event.FEE: "fees",
    Event.ADVERTISING: "advertising",
    Event.REIMBURSEMENT: "reimbursements",
    Event.REIMBURSEMENT_REVERSAL: "reimbursements",
    Event.ADJUSTMENT: "other_income",
    Event.OTHER: "other_income",
    Event.BALANCE: "balance",
    Event.TAX_ONLY: "tax",
}
"""Events whose net, tax apart, is one part; tax of a fee or reimbursement is tax all the same."""


def parts(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of each line (columns `PARTS`, money of the line's currency), on the same index.

    Args:
        lines: TRANSACTION_COLUMNS. Payouts have no parts: they are the settlement's total on its way to the bank.
    """
    events = lines["event"].astype(object)
    goods, fees, tax = (_sum(lines, columns) for columns in (_OF_GOODS, _FEES, _TAX))
    whole = events.map(_WHOLE_BY_EVENT)
    goods_part = events.map(_GOODS_BY_EVENT)
    no_tax = lines["net"] - tax
    found = {name: _where(goods, goods_part == name) + _where(no_tax, whole == name) for name in PARTS}
    found["fees"] = found["fees"] + _where(fees, goods_part.notna())
    found["tax"] = found["tax"] + _where(tax, whole.notna() | goods_part.notna())
    return pd.DataFrame(found, index=lines.index)


def _sum(lines: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    whole = lines[columns[0]]
    for column in columns[1:]:
        whole = whole + lines[column]
    return whole.astype(MONEY)


def _where(amounts: pd.Series, chosen: pd.Series) -> pd.Series:
    return amounts.where(chosen.astype(bool), 0).astype(MONEY)
