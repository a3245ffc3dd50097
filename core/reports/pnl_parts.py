"""What each line's money is in a profit and loss, and in home currency: sales, refunds, fees, what is no profit. Pure.

The parts of a line sum to its net, exactly, so that every report made of them ties to the settlements. Which part a
kind of money is, says `core.line_types`, as it does for the journal. Home currency is by the rate of the line's day;
a line that has none is left out of every figure.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

import pandas as pd

from core.facilitator_tax import TAX_KIND
from core.frame_columns import AMOUNT_COLUMNS
from core.line_types import PNL_PARTS, PnlPart, usual_type
from core.model import Event, units_of
from core.money import MONEY, SUM, at_line_places
from core.typed_amounts import typed_by_place

if TYPE_CHECKING:
    from collections.abc import Iterator

PROFIT_PARTS = ("sales", "refunds", "fees", "advertising", "reimbursements", "other_income")
"""Parts that make profit, each signed from the seller's side: fees and refunds are negative."""

BELOW_THE_LINE = ("tax", "balance")
"""Parts that are somebody else's money or our own moved about: tax collected and withheld, reserves and transfers."""

PARTS = (*PROFIT_PARTS, *BELOW_THE_LINE)

_SOLD = (Event.SALE, Event.LIQUIDATION)
_REFUNDED = (Event.REFUND, Event.DISPUTE)
Rates = dict[tuple[str, str], Decimal]
"""(currency, ISO day) -> units of home currency for one unit of it."""


def parts(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of each line (columns `PARTS`, money of the line's currency), on the same index.

    Args:
        lines: TRANSACTION_COLUMNS. Payouts have no parts: they are the settlement's total on its way to the bank.
    """
    amounts = {name: [Decimal(0)] * len(lines) for name in PARTS}
    for place, name, amount in chain(_usual(lines), _moved(lines)):
        amounts[name][place] += amount
    return pd.DataFrame({name: pd.Series(of_it, lines.index, MONEY) for name, of_it in amounts.items()}, lines.index)


def _usual(lines: pd.DataFrame) -> Iterator[tuple[int, str, Decimal]]:
    """Yield each amount of each line, by the line's place, with the part that its column tells."""
    told = list(zip(lines["event"].to_list(), _tax_kinds(lines), strict=True))
    of_money = {one for one in told if one[0] != Event.PAYOUT}
    for column in AMOUNT_COLUMNS:
        usual = {one: PNL_PARTS[usual_type(one[0], column, one[1])].value for one in of_money}
        for place, (one, amount) in enumerate(zip(told, lines[column].to_list(), strict=True)):
            if amount and one in usual:
                yield place, usual[one], amount


def _tax_kinds(lines: pd.DataFrame) -> pd.Series:
    """Return whose each line's tax is, as far as the books say it."""
    if TAX_KIND not in lines.columns:
        return pd.Series("", index=lines.index, dtype=object)
    return lines[TAX_KIND].fillna("").astype(object)


def _moved(lines: pd.DataFrame) -> Iterator[tuple[int, str, Decimal]]:
    """Yield what a part gains, by the line's place, where an amount is another part than its column tells."""
    for place, one in typed_by_place(lines):
        usual: PnlPart = PNL_PARTS[usual_type(one.event, one.column, one.tax_kind)]
        told: PnlPart = PNL_PARTS[one.line_type]
        if told is not usual and one.event != Event.PAYOUT:
            yield place, usual.value, -one.amount
            yield place, told.value, one.amount


def in_home_currency(lines: pd.DataFrame, home: str, rates: Rates) -> pd.DataFrame:
    """Add the parts in home currency; lines without a rate are marked, and in none of the figures, cost included."""
    amounts = parts(lines)
    profit = amounts[list(PROFIT_PARTS)].sum(axis=1).astype(MONEY)
    net_sales = (amounts["sales"] + amounts["refunds"]).astype(MONEY)
    own = lines["currency"].eq(home).fillna(value=False).astype(bool)
    factors: list[Decimal | None] = [Decimal(1)] * len(lines)
    if not own.all():
        pairs = zip(lines["currency"].to_list(), lines["posted_day"].to_list(), strict=True)
        factors = [Decimal(1) if currency == home else rates.get((currency, day)) for currency, day in pairs]
        for name in PARTS:
            converted = [
                None if factor is None else at_line_places(amount * factor)
                for amount, factor in zip(amounts[name].to_list(), factors, strict=True)
            ]
            amounts[name] = pd.Series(converted, index=lines.index, dtype=SUM)
    left_out = pd.Series([factor is None for factor in factors], index=lines.index, dtype=bool)
    units = {name: counted.mask(left_out, 0) for name, counted in _unit_columns(lines).items()}
    return lines.assign(
        **{name: amounts[name] for name in PARTS},
        **units,
        units=units_of(lines),
        cogs=lines["cogs"].mask(left_out, pd.NA),
        without_rate=left_out,
        left_out_net_sales=net_sales.where(left_out),
        left_out_profit=profit.where(left_out),
        left_out_cogs=lines["cogs"].where(left_out),
    )


def _unit_columns(lines: pd.DataFrame) -> dict[str, pd.Series]:
    units = units_of(lines).fillna(0)
    return {
        "units_sold": units.where(lines["event"].isin(_SOLD), 0),
        "units_refunded": (-units).where(lines["event"].isin(_REFUNDED), 0),
    }
