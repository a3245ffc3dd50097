"""Lines in home currency: by the rate of their day; what has none is left out of every figure."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from core.model import Event, units_of
from core.money import MONEY, at_line_places
from core.reports.pnl_parts import PARTS, PROFIT_PARTS, parts

_SOLD = (Event.SALE, Event.LIQUIDATION)
_REFUNDED = (Event.REFUND, Event.DISPUTE)
Rates = dict[tuple[str, str], Decimal]
"""(currency, ISO day) -> units of home currency for one unit of it."""


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
            amounts[name] = pd.Series(converted, index=lines.index, dtype=MONEY)
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
