"""The COGS entry: cost of goods sold, returned and lost against inventory, in home currency. Pure (design §7).

A settlement's COGS is rounded once; over a month's end the earlier months are rounded and the last takes the remainder.
Lines without a cost make the whole entry wait: an entry is never made of what happens to be known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.journal.entry import ZERO, Accounts, Entry, EntryKey, EntryKind, EntryLine
from core.journal.line_types import LineType
from core.journal.months import months_of
from core.model import Event
from core.money import cents, total

if TYPE_CHECKING:
    from decimal import Decimal

    import pandas as pd

    from core.journal.months import SettlementDates

_SIDES = (
    ((Event.SALE, Event.LIQUIDATION), LineType.COGS_SALES, LineType.INVENTORY_OUT),
    ((Event.REFUND, Event.DISPUTE), LineType.COGS_REFUNDS, LineType.INVENTORY_IN),
)
_LOSSES = (LineType.LOSSES, LineType.INVENTORY_LOST)


def cogs_entries(
    lines: pd.DataFrame,
    dates: SettlementDates,
    *,
    store: str,
    settlement_id: str,
    currency: str,
    accounts: Accounts,
) -> list[Entry]:
    """Return the COGS entry of each month that has any.

    Args:
        lines: The settlement's costed lines (TRANSACTION_COLUMNS and COSTED_COLUMNS), none missing.
        dates: Its time zone and last day.
        store: Its store.
        settlement_id: Its id.
        currency: Home currency, that of the costs.
        accounts: Where each type of line posts.
    """
    months = list(months_of(lines, dates))
    posted = dict.fromkeys((debit for debit, _ in _pairs()), ZERO)
    entries = []
    for number, (month, day, group) in enumerate(months, start=1):
        booked: list[EntryLine] = []
        for debit, credit in _pairs():
            amount = _amount(group, lines, debit, already=posted[debit], last=number == len(months))
            posted[debit] += amount
            if amount:
                booked += [
                    EntryLine(debit, accounts.of(debit, store=store, currency=currency), amount),
                    EntryLine(credit, accounts.of(credit, store=store, currency=currency), -amount),
                ]
        if booked:
            key = EntryKey(store, settlement_id, month, EntryKind.COGS)
            entries.append(Entry(key, day, currency, tuple(booked)))
    return entries


def _pairs() -> list[tuple[LineType, LineType]]:
    return [*((debit, credit) for _, debit, credit in _SIDES), _LOSSES]


def cogs_by_type(lines: pd.DataFrame) -> dict[LineType, Decimal]:
    """Return the settlement's COGS per kind of line, to the cent; together they are its COGS rounded once.

    The largest kind takes what rounding leaves.
    """
    exact = {debit: total(_of(lines, debit)["cogs"]) for debit, _ in _pairs()}
    rounded = {debit: cents(amount) for debit, amount in exact.items()}
    largest = max(exact, key=lambda debit: abs(exact[debit]))
    rounded[largest] += cents(total(lines["cogs"])) - sum(rounded.values(), ZERO)
    return rounded


def _amount(group: pd.DataFrame, lines: pd.DataFrame, debit: LineType, *, already: Decimal, last: bool) -> Decimal:
    if last:
        return cogs_by_type(lines)[debit] - already
    return cents(total(_of(group, debit)["cogs"]))


def _of(lines: pd.DataFrame, debit: LineType) -> pd.DataFrame:
    """Return the lines of one kind; whatever is neither sale nor refund is a loss (or its reversal)."""
    for events, side, _ in _SIDES:
        if side is debit:
            return lines[lines["event"].isin(events)]
    others = [event for events, _, _ in _SIDES for event in events]
    return lines[~lines["event"].isin(others)]
