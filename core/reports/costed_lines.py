"""What every report says of one costed line: its margin, and the mark beside its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from core.exchange_rates import RateLookup, find_rates, needed_rates
from core.frame_columns import TEXT, records
from core.model import CostSource, CostStatus, Event, units_of
from core.money import MONEY, at_line_places
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from core.exchange_rates import ExchangeRates

MISSING_MARK = "●"
WAITING_MARK = "○"
SUSPECT_MARK = "?"
LINE_MARKS = (
    f"{MISSING_MARK} the cost is missing. {WAITING_MARK} a refund waits for its original's cost. {SUSPECT_MARK} the "
    f"cost looks wrong; why stands in the cost note."
)
"""What each mark beside the cost of a line means."""
SUM_MARKS = (
    f"{MISSING_MARK} a cost is missing: the profit of this row is too high. {WAITING_MARK} a refund waits for its "
    f"original's cost: what came back is not taken off COGS yet."
)
"""What each mark beside the COGS of a row of the profit and loss means; a cost that looks wrong is not marked there."""


def margin(lines: pd.DataFrame, rates: Sequence[Decimal | None] = ()) -> pd.Series:
    """Return net − COGS per line in home currency; missing where the cost is, or the rate of another currency.

    A balance (a reserve, a loan, a gift card) has none: it is no profit when it comes and no loss when it goes.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        rates: Of each line, what one unit of its currency is at home; `None` where it is in home currency or the rate
            is not known.
    """
    if any(rate is not None for rate in rates):
        net = [
            None if amount is None else at_line_places(amount * (rate or 1))
            for amount, rate in zip(pa.array(lines["net"]).to_pylist(), rates, strict=True)
        ]
        converted = pd.Series([rate is not None for rate in rates], index=lines.index)
        lines = lines.assign(
            net=pd.Series(net, index=lines.index, dtype=MONEY),
            currency=lines["currency"].where(~converted, lines["cost_currency"]),
        )
    same_currency = (lines["currency"] == lines["cost_currency"]) | (lines["cost_status"] == CostStatus.NOT_APPLICABLE)
    earns = same_currency.fillna(value=False).astype(bool) & (lines["event"] != Event.BALANCE).fillna(value=True)
    return (lines["net"] - lines["cogs"]).where(earns.astype(bool))


def with_margins(
    lines: pd.DataFrame,
    known: ExchangeRates | None = None,
    home: str = "",
    zones: Mapping[str, ZoneInfo] | None = None,
) -> pd.DataFrame:
    """Return lines with their `margin`, in home currency, and with the `rate` that it used, in words.

    A line whose rate nobody knows has neither.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        known: Rates of exchange; without them only lines in home currency have a margin.
        home: The home currency.
        zones: The time zone of each store, which says on which day its lines were posted.
    """
    zones = zones or {}
    lookup = RateLookup() if known is None else find_rates(known, needed_rates(lines, home, zones), home)
    wanted = list(zip(lines["currency"].to_list(), local_days(lines, zones).to_list(), strict=True))
    rates = [lookup.rates.get(one) for one in wanted]
    missing = set(lookup.missing_rates)
    is_unknown = pd.Series([one in missing for one in wanted], lines.index, dtype=bool)
    return lines.assign(
        margin=margin(lines, [None if rate is None else rate.rate for rate in rates]).where(~is_unknown),
        rate=pd.Series([None if rate is None else str(rate) for rate in rates], lines.index, TEXT),
    )


def words_of(lines: pd.DataFrame) -> pd.Series:
    """Return the marketplace's words for each line: `other-transaction / Subscription Fee`, or the one word it has."""
    both = lines["raw_type"] + " / " + lines["raw_description"]
    return both.fillna(lines["raw_type"]).fillna(lines["raw_description"]).astype(TEXT)


def indicator(lines: pd.DataFrame) -> pd.Series:
    """Return the mark that stands beside each cost: missing, waiting for the original's, or suspect."""
    marks: dict[Hashable, str] = {CostStatus.MISSING: MISSING_MARK, CostStatus.WAITING: WAITING_MARK}
    by_status = lines["cost_status"].astype(object).map(marks)
    suspect = lines["suspect"].notna() & by_status.isna()
    return pd.Series(by_status.where(~suspect, SUSPECT_MARK), dtype=TEXT)


def with_units(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines with how many units each is about (`core.model.units_of`), as every report shows them."""
    return lines.assign(units=units_of(lines))


def with_marks(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines with their marks (`indicator`), and beside every `?` its reason in the cost note.

    A cost that looked wrong when it was locked says so for ever: the lock keeps the reason. A note that says the reason
    itself, such as that goods were received on the day they left, is not told it again.
    """
    marks = indicator(lines)
    is_suspect = (marks == SUSPECT_MARK).fillna(value=False).astype(bool)
    flags = [
        bool(row["suspect"] and row["suspect"] in (row["cost_note"] or ""))
        for row in records(lines, ["suspect", "cost_note"])
    ]
    is_told = pd.Series(flags, lines.index, dtype=bool)
    reasons = (" Looks wrong: " + lines["suspect"] + ".").where(is_suspect & ~is_told).fillna("")
    notes = (lines["cost_note"].fillna("") + reasons).str.strip().astype(TEXT)
    return lines.assign(indicator=marks, cost_note=notes.where(lines["cost_note"].notna() | is_suspect))


def with_locked_sources(lines: pd.DataFrame, locked: pd.DataFrame | None) -> pd.DataFrame:
    """Return the lines whose source says, where it is a lock, what gave the cost then: `Locked: Finale order`.

    Args:
        lines: COSTED_COLUMNS.
        locked: The lines of the locks in force as they were locked (COSTED_COLUMNS).
    """
    if locked is None or locked.empty:
        return lines
    then = {row["key"]: row["cost_source"] for row in records(locked, ["key", "cost_source"])}
    sources = [
        f"{source}: {then[key]}" if source == CostSource.LOCKED and then.get(key) else source
        for key, source in zip(lines["key"].to_list(), pa.array(lines["cost_source"]).to_pylist(), strict=True)
    ]
    return lines.assign(cost_source=pd.Series(sources, index=lines.index, dtype=TEXT))


def has_or_needs_cost(lines: pd.DataFrame) -> pd.Series:
    """Tell which lines move goods: those belong on the COGS tab."""
    return lines["cost_status"] != CostStatus.NOT_APPLICABLE
