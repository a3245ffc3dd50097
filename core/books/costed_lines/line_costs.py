"""Every transaction with its cost: what a company's policies say to costing, and the lines that come of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from core.books.settings.calendars import ended_before
from core.costing import CostingInput, CostingPolicies, cost, with_typed_skus
from core.costing.costs.prefilled_costs import UNITS
from core.costing.inputs import SETTLEMENT_COLUMNS
from core.costing.lines import locked_unanswered
from core.frame_columns import FLAG, TEXT, WHOLE, frame, is_one_of, records
from core.model import PROPOSAL_TAKEN, UNITS_TYPED, Cause, Event, Goods, OverrideKind
from core.settings import AverageOnDate, Policies, Poster, RefundUnits
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from core.books.database import Company
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.time import SettlementName, StoreDays


def costing_policies(policies: Policies, company: Company) -> CostingPolicies:
    """Return what costing must know of a company's policies."""
    return CostingPolicies(
        home_currency=company.home_currency,
        refund_returned=policies.refunded_goods,
        adjustment_average="ask" if policies.adjustment_average is AverageOnDate.ASK else "use",
        losses_elsewhere=policies.losses_posted_by is Poster.FINALE,
        finale_start=policies.finale_start,
        refund_units="ask" if policies.refund_units is RefundUnits.ASK else "derive",
        books_start=policies.books_start,
        earlier=tuple(
            (day.isoformat(), costing_policies(until_then, company)) for day, until_then in policies.former_policies()
        ),
    )


def books_start_of(
    name: SettlementName, policies: Policies, starts: Mapping[SettlementName, date | None]
) -> date | None:
    """Return the books start that a settlement counts by: an exported one keeps that of its export."""
    return starts.get(name, policies.books_start)


def history_flags(
    settlements: Iterable[BookedSettlement],
    policies: Policies,
    zones: StoreDays,
    starts: Mapping[SettlementName, date | None],
) -> pd.DataFrame:
    """Tell which settlements end before the books start (docs/design/books.md, Policies)."""
    rows = [
        {
            "store": one.store,
            "settlement_id": one.settlement_id,
            "history": ended_before(one, books_start_of((one.store, one.settlement_id), policies, starts), zones),
        }
        for one in settlements
    ]
    return frame(SETTLEMENT_COLUMNS, rows)


def costed_lines(books: CostingInput, policies: CostingPolicies) -> pd.DataFrame:
    """Cost every transaction and put the answer beside it.

    Returns:
        TRANSACTION_COLUMNS with the SKUs that were typed, COSTED_COLUMNS, and what `named_lines` adds.
    """
    costed = cost(books, policies).drop(columns="key")
    return pd.concat([named_lines(books).reset_index(drop=True), costed], axis=1)


def proposed_units(lines: pd.DataFrame) -> pd.Series:
    """Return the units that Resolve shows prefilled for lines without cost, without sign; missing: none are known.

    Of every refund; of other lines where their units are the question, or where units that a reversal may have brought
    back are believed. A line that takes another number of units only as its own states none.

    Worked example: 3 lost, 2 found, then *found 2 more*: 1 is left to come back, so 1 is prefilled.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
    """
    asks_units = lines["cause"].isin(UNITS)
    believed = (lines["cause"] == Cause.GOODS_UNCLEAR) & (lines["proposed_cost"] != 0) & takes_back(lines)
    shown = lines["event"].isin([Event.REFUND, Event.DISPUTE]) | asks_units | believed
    return lines["cost_quantity"].abs().where(shown.fillna(value=False).astype(bool))


def takes_back(lines: pd.DataFrame) -> pd.Series:
    """Tell which costed lines take back another of the books, so that typed units count though they state their own.

    A replacement that names its order takes nothing back.
    """
    return lines["original_key"].notna() & (lines["goods"] != Goods.REPLACED).fillna(value=True)


def counted_lines(
    lines: pd.DataFrame,
    policies: Policies,
    starts: Mapping[SettlementName, date | None],
    zones: StoreDays,
    ended: Collection[SettlementName],
) -> pd.DataFrame:
    """Return the lines that books count and post: those from books start on, by their store's day.

    A settlement across that day is split; a line without a day belongs to the end of its settlement. An exported
    settlement is counted as it was exported: its entries stay when books start is moved over it.

    Args:
        lines: Of the books.
        policies: The company's.
        starts: The books start of exported settlements, where it was changed since.
        zones: The calendar of each store.
        ended: The settlements that ended before their books start.
    """
    if lines.empty or (policies.books_start is None and not starts):
        return lines
    names = list(zip(lines["store"], lines["settlement_id"], strict=True))
    each = {name: books_start_of(name, policies, starts) for name in set(names)}
    first = {name: start.isoformat() if start else "" for name, start in each.items()}
    before = local_days(lines, zones) < pd.Series([first[name] for name in names], lines.index, dtype=TEXT)
    in_old = pd.Series([name in ended for name in names], lines.index, dtype=bool)
    return lines[~(before.fillna(value=False).astype(bool) | in_old)]


STATED_SKU = "stated_sku"
"""Column of costed lines: the SKU that the settlement itself names; in `sku` stands a typed one where it names none."""


def named_lines(books: CostingInput) -> pd.DataFrame:
    """Return the transactions with the SKUs that were typed for them.

    Returns:
        TRANSACTION_COLUMNS, `STATED_SKU`, `UNITS_TYPED` and `PROPOSAL_TAKEN`.
    """
    stated = books.transactions
    every = [] if books.overrides is None else records(books.overrides, ["key", "units_back", "kind"])
    late = locked_unanswered(books.locked_lines) if every else ()
    saved = [row for row in every if row["key"] not in late]
    typed = {row["key"]: row["units_back"] for row in saved if row["units_back"] is not None}
    taken = [row["key"] for row in saved if row["kind"] == OverrideKind.ACCEPTED_AVERAGE]
    told = {
        STATED_SKU: stated["sku"],
        UNITS_TYPED: stated["key"].map(typed).astype(WHOLE) if typed else pd.Series(pd.NA, stated.index, dtype=WHOLE),
        PROPOSAL_TAKEN: pd.Series(is_one_of(stated["key"], *taken), stated.index, dtype=FLAG),
    }
    return with_typed_skus(stated, books.overrides, books.locked_lines).assign(**told)
