"""Profit and loss per item, per store or for all, over any range or by month. Pure (competitors.md b8, design §3).

Net sales = sales + refunds, without tax. Profit = net sales + fees + advertising + reimbursements + other income −
COGS, where fees and advertising are negative as on the settlement. Margin = profit / net sales, ROI = profit / COGS,
profit per item = profit / units sold. All of it in home currency; a line in another currency needs a rate, and without
one it is left out of the converted figures and counted in `without_rate`, never taken for zero. Tax and balance moves
are no profit, and stand beside it so that everything sums to the settlements.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.local_days import local_days
from core.model import TEXT, WHOLE, CostStatus, Event, frame, records
from core.money import MONEY, at_line_places, cents, total
from core.reports.costed_lines import MISSING_MARK
from core.reports.parts import BELOW_THE_LINE, PARTS, PROFIT_PARTS, parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from core.model import Columns

PNL_COLUMNS: Columns = {
    "month": TEXT,  # 2026-08 of the store's own time zone; missing where months are not asked for
    "store": TEXT,
    "item": TEXT,  # SKU, or the label of what belongs to no item
    "description": TEXT,
    "units_sold": WHOLE,
    "units_refunded": WHOLE,
    **dict.fromkeys(PROFIT_PARTS[:2], MONEY),
    "net_sales": MONEY,
    **dict.fromkeys(PROFIT_PARTS[2:], MONEY),
    "cogs": MONEY,
    "indicator": TEXT,  # beside COGS wherever a cost is missing
    "missing_note": TEXT,  # how many units and which orders
    "profit": MONEY,
    "margin": MONEY,  # share of net sales; missing where there are none
    "roi": MONEY,  # share of COGS; missing where there is none
    "profit_per_item": MONEY,
    **dict.fromkeys(BELOW_THE_LINE, MONEY),
    "without_rate": WHOLE,  # lines whose currency has no rate: their money is in none of the figures
}
"""One row per month, store and item; figures to the cent, profit included; ratios at six places."""

NO_ITEM = "(no item)"
"""Fees, advertising and the like that belong to no item."""
ROUNDING = "(rounding)"
"""What the settlements' rounded COGS differ from the items' (design §3)."""

_MOST_ORDERS_NAMED = 5
_WITHOUT_COST = (CostStatus.MISSING, CostStatus.WAITING)

Rates = dict[tuple[str, str], Decimal]
"""(currency, ISO day) -> units of home currency for one unit of it."""


@dataclass(frozen=True, slots=True)
class PnlQuestion:
    """What a profit and loss is asked for."""

    home_currency: str
    by_month: bool = False
    by_store: bool = True
    by_item: bool = True
    first_day: date | None = None
    last_day: date | None = None


def profit_and_loss(
    lines: pd.DataFrame, question: PnlQuestion, *, zones: Mapping[str, ZoneInfo], rates: Rates | None = None
) -> pd.DataFrame:
    """Return the profit and loss (PNL_COLUMNS), by month and store, items in order of their profit.

    Args:
        lines: Costed lines: TRANSACTION_COLUMNS and COSTED_COLUMNS. Payouts count nowhere.
        question: What is asked for.
        zones: The time zone of each store, which cuts its days and months; UTC where none is given.
        rates: Rates of other currencies than home.
    """
    dated = lines[lines["event"] != Event.PAYOUT]
    dated = dated.assign(day=local_days(dated, zones))
    labelled = _labelled(dated[_in_range(dated["day"], question)], question)
    priced = _in_home_currency(labelled, question.home_currency, rates or {})
    groups = priced.groupby(["month_label", "store_label", "item_label"], sort=True)
    rows = [_row([str(name) for name in names], group) for names, group in groups]
    rows.sort(key=lambda row: (row["month"], row["store"], row["item"] == NO_ITEM, -row["profit"], row["item"]))
    return frame(PNL_COLUMNS, [*rows, *_rounding(priced, rows)])


def totals(pnl: pd.DataFrame) -> dict[str, Decimal]:
    """Return the sum of every money column of a profit and loss, its ratios left out."""
    columns = [*PROFIT_PARTS, "net_sales", "cogs", "profit", *BELOW_THE_LINE]
    return {name: total(pnl[name]) for name in columns}


def _in_range(days: pd.Series, question: PnlQuestion) -> pd.Series:
    inside = pd.Series(data=True, index=days.index)
    if question.first_day:
        inside &= (days >= question.first_day.isoformat()).fillna(value=False).astype(bool)
    if question.last_day:
        inside &= (days <= question.last_day.isoformat()).fillna(value=False).astype(bool)
    return inside


def _labelled(lines: pd.DataFrame, question: PnlQuestion) -> pd.DataFrame:
    """Say which row each line belongs to."""
    everything = pd.Series("", index=lines.index, dtype=TEXT)
    return lines.assign(
        month_label=lines["day"].str.slice(0, 7).fillna("") if question.by_month else everything,
        store_label=lines["store"] if question.by_store else everything,
        item_label=lines["sku"].fillna(NO_ITEM) if question.by_item else everything,
    )


def _in_home_currency(lines: pd.DataFrame, home: str, rates: Rates) -> pd.DataFrame:
    """Add the parts in home currency; lines without a rate have none and are marked."""
    amounts = parts(lines)
    pairs = zip(lines["currency"].to_list(), lines["day"].to_list(), strict=True)
    factors = [Decimal(1) if currency == home else rates.get((currency, day)) for currency, day in pairs]
    foreign = any(factor != 1 for factor in factors)
    for name in PARTS:
        if foreign:
            converted = [
                None if factor is None else at_line_places(amount * factor)
                for amount, factor in zip(amounts[name].to_list(), factors, strict=True)
            ]
            amounts[name] = pd.Series(converted, index=lines.index, dtype=MONEY)
    return lines.assign(**{name: amounts[name] for name in PARTS}, no_rate=[factor is None for factor in factors])


def _row(names: Sequence[str], group: pd.DataFrame) -> dict[str, Any]:
    """Sum one row up: every figure is rounded once, and profit is made of the rounded figures."""
    month, store, item = names
    figures = {name: cents(total(group[name])) for name in PARTS}
    cogs = cents(total(group["cogs"]))
    net_sales = figures["sales"] + figures["refunds"]
    profit = sum((figures[name] for name in PROFIT_PARTS), Decimal(0)) - cogs
    sold, refunded = _units(group, Event.SALE, Event.LIQUIDATION), -_units(group, Event.REFUND, Event.DISPUTE)
    descriptions = group["description"].dropna()
    return {
        "month": month or None,
        "store": store or None,
        "item": item or None,
        "description": descriptions.iloc[0] if len(descriptions) and item not in ("", NO_ITEM) else None,
        "units_sold": sold,
        "units_refunded": refunded,
        **figures,
        "net_sales": net_sales,
        "cogs": cogs,
        **_missing(group),
        "profit": profit,
        "margin": at_line_places(profit / net_sales) if net_sales else None,
        "roi": at_line_places(profit / cogs) if cogs else None,
        "profit_per_item": cents(profit / sold) if sold else None,
        "without_rate": int(group["no_rate"].sum()),
    }


def _units(group: pd.DataFrame, *events: Event) -> int:
    return int(group.loc[group["event"].isin(events), "quantity"].fillna(0).sum())


def _missing(group: pd.DataFrame) -> dict[str, str | None]:
    """Return the mark beside COGS and the note of how many units and which orders lack a cost."""
    missing = records(group.loc[group["cost_status"].isin(_WITHOUT_COST), ["quantity", "order_id", "sku"]])
    if not missing:
        return {"indicator": None, "missing_note": None}
    units = sum(abs(row["quantity"] or 0) for row in missing)
    orders = sorted({row["order_id"] or "without order" for row in missing})
    named = ", ".join(orders[:_MOST_ORDERS_NAMED])
    more = f" and {len(orders) - _MOST_ORDERS_NAMED} more" if len(orders) > _MOST_ORDERS_NAMED else ""
    return {"indicator": MISSING_MARK, "missing_note": f"{units} units without cost: {named}{more}"}


def _rounding(priced: pd.DataFrame, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the line that brings the items' rounded COGS to the sum of the settlements' (none where they agree)."""
    settlements = priced.groupby(["store", "settlement_id"], sort=False)
    posted = sum((cents(total(group["cogs"])) for _, group in settlements), Decimal(0))
    difference = posted - sum((row["cogs"] for row in rows), Decimal(0))
    if not difference:
        return []
    zero = dict.fromkeys((*PARTS, "net_sales"), Decimal(0))
    return [{"item": ROUNDING, "units_sold": 0, **zero, "cogs": difference, "profit": -difference, "without_rate": 0}]
