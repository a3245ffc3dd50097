"""Profit and loss by month and store, with the totals of each store and of all, and what its charts show. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.frame_columns import frame, records
from core.reports.pnl_gaps import unpriced_lines
from core.reports.profit_and_loss import NO_RATE, PNL_COLUMNS, ROUNDING, is_cost_unknown, is_item, summed, with_ratios
from core.time import Month

if TYPE_CHECKING:
    import pandas as pd

    from core.reports.pnl_gaps import UnpricedLines
    from core.reports.profit_and_loss import PnlQuestion


ALL_MONTHS = "All"
ALL_STORES = "All stores"
MONTHS_SHOWN = 12
ITEMS_SHOWN = 10

_ADDED = (
    *("units_sold", "units_refunded", "sales", "refunds", "fees", "advertising", "reimbursements", "other_income"),
    *("cogs", "tax", "balance", "without_rate", "without_date"),
)


def pnl_summary(priced: pd.DataFrame, question: PnlQuestion) -> pd.DataFrame:
    """Return one row per month and store (PNL_COLUMNS, no items): the totals first, then month by month.

    The totals tie to the settlements to the cent. What rounding each month by itself makes of difference stands on a
    line `(rounding)`, so that the months sum to the totals.

    Args:
        priced: What `priced_lines` gave.
        question: What it was asked; months and stores are shown whatever it says of them.
    """
    rows: list[dict[str, Any]] = []
    several = priced["store"].nunique() > 1
    for by_month in (False, True):
        for by_store in (False, True) if several or not by_month else (True,):
            summary_question = replace(question, by_item=False, by_month=by_month, by_store=by_store)
            summary = records(summed(priced, summary_question))
            rows += [_named(row, by_store=by_store) for row in (summary if by_month else _with_rounding(summary))]
    rows = _saying_what_is_left_out(rows, priced, question.home_currency)
    rows.sort(key=_order)
    return frame(PNL_COLUMNS, rows)


def _with_rounding(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take the rounding of each store into its total."""
    rounding = {row["store"]: row for row in rows if row["item"] == ROUNDING}
    return [
        row | with_ratios({name: row[name] + (rounding[row["store"]][name] or 0) for name in _ADDED})
        if row["store"] in rounding and not _is_left_out(row)
        else row
        for row in rows
        if row["item"] != ROUNDING
    ]


def _is_left_out(row: dict[str, Any]) -> bool:
    return (row["item"] or "").startswith(NO_RATE)


def _named(row: dict[str, Any], *, by_store: bool) -> dict[str, Any]:
    """Name a row by month and store; what has no exchange rate is a row of its own beside its store's."""
    month = ROUNDING if row["item"] == ROUNDING else row["month"] or ALL_MONTHS
    store = row["store"] if by_store else ALL_STORES
    return row | {"month": month, "store": f"{store} {row['item']}" if _is_left_out(row) else store, "item": None}


def _saying_what_is_left_out(rows: list[dict[str, Any]], priced: pd.DataFrame, home: str) -> list[dict[str, Any]]:
    """Let each total say what it excludes."""
    words = {ALL_STORES: unpriced_lines(priced)}
    words |= {str(store): unpriced_lines(lines) for store, lines in priced.groupby("store", sort=False)}
    return [
        row
        | {"missing_note": "; ".join(filter(None, (_excludes(words.get(row["store"], []), home), row["missing_note"])))}
        if row["month"] == ALL_MONTHS and words.get(row["store"])
        else row
        for row in rows
    ]


def _excludes(parts: list[UnpricedLines], home: str) -> str:
    return f"excludes {'; '.join(one.words(home) for one in parts)}"


def _order(row: dict[str, Any]) -> tuple[bool, bool, str, bool, str]:
    month = row["month"]
    return (month != ALL_MONTHS, month == ROUNDING, month, row["store"] != ALL_STORES, row["store"] or "")


Bars = tuple[tuple[str, Decimal | None], ...]


@dataclass(frozen=True, slots=True)
class ChartBars:
    """What the charts show: name and profit, in the order of the bars."""

    months: Bars
    """The last twelve months to the newest, the oldest first; a month without lines has no profit."""
    top: Bars
    """The most profitable items, the best first; those without any known cost are in neither."""
    bottom: Bars
    """The least profitable of the others, the worst first."""


def charted(summary: pd.DataFrame, pnl: pd.DataFrame) -> ChartBars:
    """Return what the charts show of a profit and loss.

    Args:
        summary: Of `pnl_summary`.
        pnl: Of `summed`, by item.
    """
    by_month: dict[str, Decimal] = {}
    for row in records(summary[~summary["month"].isin([ALL_MONTHS, ROUNDING]) & (summary["store"] != ALL_STORES)]):
        by_month[row["month"]] = by_month.get(row["month"], Decimal(0)) + row["profit"]
    ranked = sorted(_profits(pnl).items(), key=lambda item: (-item[1], item[0]))
    top, rest = ranked[:ITEMS_SHOWN], ranked[ITEMS_SHOWN:]
    return ChartBars(_months(by_month), tuple(top), tuple(rest[: -ITEMS_SHOWN - 1 : -1]))


def _profits(pnl: pd.DataFrame) -> dict[str, Decimal]:
    """Return the profit of each item over all its rows; one without any known cost has none to be compared."""
    rows = [row for row in records(pnl, ["item", "profit", "cogs", "indicator"]) if is_item(row["item"])]
    items: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = items.setdefault(row["item"], {"profit": Decimal(0), "cogs": Decimal(0), "indicator": None})
        one["profit"], one["cogs"] = one["profit"] + row["profit"], one["cogs"] + row["cogs"]
        one["indicator"] = one["indicator"] or row["indicator"]
    return {name: one["profit"] for name, one in items.items() if not is_cost_unknown(one)}


def _months(by_month: dict[str, Decimal]) -> Bars:
    known = sorted(month for month in by_month if month)
    if not known:
        return ()
    month = Month.parse(known[-1])
    names: list[str] = []
    for _ in range(MONTHS_SHOWN):
        names.append(str(month))
        month = Month(month.year - (month.number == 1), (month.number - 2) % 12 + 1)
    return tuple((name, by_month.get(name)) for name in reversed(names))
