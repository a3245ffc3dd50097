"""Profit and loss per item, per store or for all, over any range or by month. Pure.

Net sales = sales + refunds, without tax. Profit = net sales + fees + advertising + reimbursements + other income −
COGS, where fees and advertising are negative as on the settlement. Margin = profit / net sales, ROI = profit / COGS,
profit per item = profit / units sold; a ratio to what is not above zero says nothing, and is missing. All of it in home
currency. Tax and balance moves are no profit, and stand beside
it so that everything sums to the settlements.

A line is in all figures of a row or in none. One in another currency needs a rate; without one neither its sales nor
its units nor its cost are in any figure, though the cost is known at home: a sale of EUR 90.00 that cost USD 10.00 is
no loss of 10.00. Such lines stand in a row of their own, `(no rate) EUR`, whose words say what they come to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from core.frame_columns import TEXT, WHOLE, Columns, frame, records
from core.model import WITHOUT_COST, CostStatus, Event
from core.money import FIRST_TOO_LARGE, SUM, at_line_places, cents, total
from core.reports.basis import Basis, OtherMonth, counted_days, in_one_half, in_other_months, on_booked_days
from core.reports.pnl_gaps import missing_note, unpriced_lines
from core.reports.pnl_parts import BELOW_THE_LINE, PARTS, PROFIT_PARTS, Rates, in_home_currency
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from core.model import SoldInShipments

PNL_COLUMNS: Columns = {
    "month": TEXT,  # 2026-08 of the store's own time zone; missing where months are not asked for
    "store": TEXT,
    "item": TEXT,  # SKU, or the label of what belongs to no item
    "description": TEXT,
    "units_sold": WHOLE,
    "units_refunded": WHOLE,
    **dict.fromkeys(PROFIT_PARTS[:2], SUM),
    "net_sales": SUM,
    **dict.fromkeys(PROFIT_PARTS[2:], SUM),
    "cogs": SUM,
    "indicator": TEXT,  # beside COGS wherever a cost is missing
    "missing_note": TEXT,  # how many units and which orders lack a cost; what is left out because no rate is known
    "profit": SUM,
    "margin": SUM,  # share of net sales; missing where they are not above zero
    "roi": SUM,  # share of COGS; missing where it is not above zero
    "profit_per_item": SUM,
    **dict.fromkeys(BELOW_THE_LINE, SUM),
    "without_rate": WHOLE,  # lines whose currency has no rate: they are in none of the figures
    "without_date": WHOLE,  # sales that count on their posted day, because the day asked for is not known
    "line": TEXT,  # key of the line that shows best what the row is made of; one without cost goes first
}
"""One row per month, store and item; figures to the cent, profit included; ratios at six places."""
NO_ITEM = "(no item)"
"""Begins the label of fees, advertising and the like that belong to no item; what they are follows."""
NO_RATE = "(no rate)"
"""Begins the label of what is left out because its currency has no rate; the currency follows."""
ROUNDING = "(rounding)"
"""What the settlements' rounded figures differ from the items'."""
_NOTHING_MISSING: dict[str, str | None] = {"indicator": None, "missing_note": None}
_LABELS = ("month_label", "store_label", "item_label")
_FIGURES = (*PARTS, "cogs")
_BLANK = (*PROFIT_PARTS, "net_sales", "cogs", "profit", *BELOW_THE_LINE, "units_sold", "units_refunded")
_COUNTS = ("units_sold", "units_refunded", "without_rate", "without_date")
Labels = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class PnlQuestion:
    """What a profit and loss is asked for."""

    home_currency: str
    by_month: bool = False
    by_store: bool = True
    by_item: bool = True
    first_day: date | None = None
    last_day: date | None = None
    basis: Basis = Basis.POSTED


def profit_and_loss(
    lines: pd.DataFrame,
    question: PnlQuestion,
    *,
    zones: Mapping[str, ZoneInfo],
    rates: Rates | None = None,
    observations: pd.DataFrame | None = None,
    shipments: Mapping[str, SoldInShipments] | None = None,
    corrections: pd.DataFrame | None = None,
    booked: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the profit and loss (PNL_COLUMNS), by month and store, items in order of their profit.

    Args:
        lines: Costed lines: TRANSACTION_COLUMNS and COSTED_COLUMNS. Payouts count nowhere.
        question: What is asked for.
        zones: The time zone of each store, which cuts its days and months; UTC where none is given.
        rates: Rates of other currencies than home, by posted day.
        observations: OBSERVATION_COLUMNS in force, for order and ship dates.
        shipments: In which shipments lines left (`core.reports.accrual.ship_days`).
        corrections: Costs of lines that were corrected later, like `lines`, with the `day` of the entry, on which each
            counts whatever day is asked for.
        booked: BOOKED_COLUMNS of lines whose entries are booked in another month than theirs: by posted date they count
            there.
    """
    priced = priced_lines(
        lines,
        question,
        zones=zones,
        rates=rates,
        observations=observations,
        shipments=shipments,
        corrections=corrections,
        booked=booked,
    )
    return summed(priced, question)


def priced_lines(
    lines: pd.DataFrame,
    question: PnlQuestion,
    *,
    zones: Mapping[str, ZoneInfo],
    rates: Rates | None = None,
    observations: pd.DataFrame | None = None,
    shipments: Mapping[str, SoldInShipments] | None = None,
    corrections: pd.DataFrame | None = None,
    booked: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the lines that a profit and loss is made of, with their day and their parts in home currency.

    Args as those of `profit_and_loss`; several tables may be summed up of the same lines.
    """
    counted = lines[lines["event"] != Event.PAYOUT].reset_index(drop=True)
    days = counted_days(counted, question.basis, zones=zones, observations=observations, shipments=shipments)
    dated = counted.assign(
        day=days.counted, posted_day=days.posted_days, without_date=days.fell_back, is_correction=False
    )
    dated = on_booked_days(dated, booked if question.basis is Basis.POSTED else None)
    if corrections is not None and len(corrections):
        later = corrections.assign(posted_day=local_days(corrections, zones), without_date=False, is_correction=True)
        whole = later.assign(own_day=later["day"], half=pd.Series(pd.NA, later.index, dtype=TEXT))
        dated = pd.concat([dated, whole[list(dated.columns)]], ignore_index=True)
    priced = in_home_currency(dated[_in_range(dated["day"], question)], question.home_currency, rates or {})
    return in_one_half(priced)


def booked_in_other_months(
    lines: pd.DataFrame,
    question: PnlQuestion,
    booked: pd.DataFrame,
    *,
    zones: Mapping[str, ZoneInfo],
    rates: Rates | None = None,
) -> list[OtherMonth]:
    """Return what a profit and loss by posted date counts in another month than that of its lines, or leaves to one.

    Args as those of `profit_and_loss`.
    """
    moved = lines[lines["key"].isin(list(booked["key"]))]
    if question.basis is not Basis.POSTED or moved.empty:
        return []
    whole = replace(question, first_day=None, last_day=None)
    priced = priced_lines(moved, whole, zones=zones, rates=rates, booked=booked)
    touched = _in_range(priced["own_day"], question) | _in_range(priced["day"], question)
    return in_other_months(priced[touched])


def summed(priced: pd.DataFrame, question: PnlQuestion, *, in_sight: Collection[str] = ()) -> pd.DataFrame:
    """Return the profit and loss (PNL_COLUMNS) of lines that `priced_lines` gave.

    Args:
        priced: The lines.
        question: What is asked.
        in_sight: Keys of the lines that are shown somewhere: a row is best explained by one of them.
    """
    labelled = _labelled(priced, question)
    rows = _rows(labelled, in_sight, question.home_currency)
    rows.sort(key=lambda row: (row["month"] or "", row["store"] or "", *_place(row)))
    return frame(PNL_COLUMNS, [*rows, *_rounding(labelled, rows)])


def totals(pnl: pd.DataFrame) -> dict[str, Decimal]:
    """Return the sum of every money column of a profit and loss, home currency, with the columns' signs; no ratios."""
    columns = [*PROFIT_PARTS, "net_sales", "cogs", "profit", *BELOW_THE_LINE]
    return {name: total(pnl[name]) for name in columns}


def with_unknown_costs_blank(pnl: pd.DataFrame) -> pd.DataFrame:
    """Return a profit and loss for people: what is not known is blank, not 0.

    Those are COGS, margin and profit per item of a row without any known cost, and every figure of what has no
    exchange rate.
    """
    unknown = [is_cost_unknown(row) for row in records(pnl, ["indicator", "cogs"])]
    left_out = (pnl["without_rate"] > 0).fillna(value=False).astype(bool)
    masks = dict.fromkeys(("cogs", "margin", "profit_per_item"), pd.Series(unknown, pnl.index, dtype=bool) | left_out)
    masks |= {name: left_out for name in _BLANK if name not in masks}
    return pnl.assign(**{name: pnl[name].mask(mask, pd.NA) for name, mask in masks.items()})


def is_cost_unknown(row: Mapping[str, Any]) -> bool:
    """Tell whether a cost is missing and none is known: what such goods earned nobody can say."""
    return row["indicator"] is not None and row["cogs"] == 0


def is_item(name: object) -> bool:
    """Tell whether a row stands for goods, not for what belongs to no item or is left out."""
    return isinstance(name, str) and name != ROUNDING and not name.startswith((NO_ITEM, NO_RATE))


def with_ratios(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Add net sales, profit and the ratios to the sums of a row; a ratio whose base is not above zero is missing.

    Refunds of 30.00 beside sales of 20.00, and fees of 5.00: a loss of 15.00 is no margin of 150 % on sales of −10.00.
    """
    net_sales = figures["sales"] + figures["refunds"]
    profit = sum((figures[name] for name in PROFIT_PARTS), Decimal(0)) - figures["cogs"]
    sold = figures["units_sold"]
    return {
        **figures,
        "net_sales": net_sales,
        "profit": profit,
        "margin": _share(profit, net_sales),
        "roi": _share(profit, figures["cogs"]),
        "profit_per_item": cents(profit / sold) if sold > 0 else None,
    }


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return a ratio; none of what is not above zero, nor one that no books hold and nobody could read."""
    share = part / whole if whole > 0 else None
    return None if share is None or abs(share) >= FIRST_TOO_LARGE else at_line_places(share)


def _place(row: Mapping[str, Any]) -> tuple[bool, bool, Decimal, str]:
    """Put goods before what belongs to no item, the most profitable first, and last what is left out."""
    item = row["item"] or ""
    return item.startswith(NO_RATE), item.startswith(NO_ITEM), -row["profit"], item


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
        store_label=lines["store"].fillna("") if question.by_store else everything,
        item_label=(_items(lines) if question.by_item else everything).mask(lines["without_rate"], _no_rate(lines)),
    )


def _no_rate(lines: pd.DataFrame) -> pd.Series:
    return (NO_RATE + " " + lines["currency"].fillna("no currency")).astype(TEXT)


def _items(lines: pd.DataFrame) -> pd.Series:
    """Return each line's SKU, or what it is where it belongs to no item: storage and subscription are two lines."""
    what = lines["raw_description"].fillna(lines["raw_type"])
    without = (NO_ITEM + " " + what).astype(TEXT).fillna(NO_ITEM)
    return lines["sku"].fillna(without)


def _sums(priced: pd.DataFrame, by: Sequence[str], columns: Iterable[str]) -> list[dict[str, Any]]:
    """Sum columns up, exactly; nothing at all is zero."""
    names = list(columns)
    table = pa.table({name: pa.array(priced[name]) for name in (*by, *names)})
    summed = table.group_by(list(by), use_threads=False).aggregate([(name, "sum") for name in names])
    rows = summed.rename_columns([name.removesuffix("_sum") for name in summed.column_names]).to_pylist()
    return [{name: row[name] if name in by else row[name] or 0 for name in row} for row in rows]


def _rows(priced: pd.DataFrame, in_sight: Collection[str], home: str) -> list[dict[str, Any]]:
    """Sum the rows up: every figure is rounded once, and profit is made of the rounded figures."""
    missing = _with_left_out(_missing(priced), priced, home)
    best, described = _best_lines(priced, in_sight), _descriptions(priced)
    rows = []
    for sums in _sums(priced, _LABELS, (*_FIGURES, *_COUNTS)):
        labels: Labels = (sums["month_label"], sums["store_label"], sums["item_label"])
        figures = {name: cents(Decimal(sums[name])) for name in _FIGURES}
        counts = {name: int(sums[name]) for name in _COUNTS}
        names = dict(zip(("month", "store", "item"), (label or None for label in labels), strict=True))
        text = described.get(labels) if names["item"] else None
        marks = missing.get(labels, _NOTHING_MISSING)
        rows.append(
            {**names, "description": text, "line": best.get(labels), **with_ratios({**figures, **counts}), **marks}
        )
    return rows


def _by_labels(lines: pd.DataFrame, field: str) -> dict[Labels, Any]:
    """Return the first value of a field in each row."""
    first = lines.drop_duplicates(list(_LABELS))
    return {
        (row[_LABELS[0]], row[_LABELS[1]], row[_LABELS[2]]): row[field] for row in records(first, [*_LABELS, field])
    }


def _descriptions(rows: pd.DataFrame) -> dict[Labels, Any]:
    """Return what an item is called, or what kind of money a row is that belongs to no item."""
    text = rows["description"].where(rows["sku"].notna(), rows["event"])
    return _by_labels(rows.assign(description=text)[text.notna()], "description")


def _best_lines(rows: pd.DataFrame, in_sight: Collection[str]) -> dict[Labels, Any]:
    """Return the key of a line in sight, if there is one: without cost, else with one, else of any."""
    status = rows["cost_status"]
    without, has_cost = status.isin(WITHOUT_COST), status != CostStatus.NOT_APPLICABLE
    out_of_sight = ~rows["key"].isin(list(in_sight))
    ranks = rows[[*_LABELS, "key"]].assign(
        hidden=out_of_sight, no_cost=~without, no_goods=~has_cost.fillna(value=False)
    )
    return _by_labels(ranks.sort_values(["hidden", "no_cost", "no_goods"], kind="stable"), "key")


def _missing(priced: pd.DataFrame) -> dict[Labels, dict[str, str | None]]:
    """Return the mark beside COGS and the note of how many units and which orders lack a cost."""
    lacking = priced.loc[priced["cost_status"].isin(WITHOUT_COST), [*_LABELS, "units", "order_id", "cost_status"]]
    by_row: dict[Labels, list[dict[str, Any]]] = {}
    for row in records(lacking):
        by_row.setdefault((row[_LABELS[0]], row[_LABELS[1]], row[_LABELS[2]]), []).append(row)
    return {labels: missing_note(rows) for labels, rows in by_row.items()}


def _with_left_out(
    marks: dict[Labels, dict[str, str | None]], priced: pd.DataFrame, home: str
) -> dict[Labels, dict[str, str | None]]:
    """Add what each row of lines without a rate comes to; it has no profit that a missing cost could make too high."""
    all_marks = dict(marks)
    for labels, rows in priced[priced["without_rate"]].groupby(list(_LABELS), sort=False):
        (row,) = unpriced_lines(rows)
        place: Labels = (str(labels[0]), str(labels[1]), str(labels[2]))
        lacking = all_marks.get(place, _NOTHING_MISSING)["missing_note"]
        words = f"In no figure, because no rate is known: {row.words(home)}"
        note = "; ".join(filter(None, (words, lacking)))
        all_marks[place] = {"indicator": None, "missing_note": note, "description": words}
    return all_marks


def _rounding(priced: pd.DataFrame, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line per store that brings its rows to the sum of its settlements, each of them rounded once.

    There is none where they agree.
    """
    differences: dict[str, dict[str, Decimal]] = {}
    for settlement in _sums(priced, ("store_label", "store", "settlement_id"), _FIGURES):
        of_store = differences.setdefault(settlement["store_label"], dict.fromkeys(_FIGURES, Decimal(0)))
        for name in _FIGURES:
            of_store[name] += cents(Decimal(settlement[name]))
    for row in rows:
        for name in _FIGURES:
            differences[row["store"] or ""][name] -= row[name]
    return [
        {"store": store or None, "item": ROUNDING} | _rounded(figures)
        for store, figures in sorted(differences.items())
        if any(figures.values())
    ]


def _rounded(figures: Mapping[str, Decimal]) -> dict[str, Any]:
    row = with_ratios({**figures, **dict.fromkeys(_COUNTS, 0)})
    return row | {"margin": None, "roi": None}
