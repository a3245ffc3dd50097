"""The COGS entry: cost of goods sold, returned and lost against inventory, in home currency. Pure (design §7).

A settlement's COGS is rounded once; over a month's end the earlier months are rounded and the last takes the remainder.
Lines without a cost make the whole entry wait: an entry is never made of what happens to be known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.journal.entry import ZERO, Entry, EntryKey, EntryKind, EntryLine, line_to
from core.journal.item_groups import amounts_by_group, rounded_to
from core.line_types import LineType
from core.model import Event
from core.money import cents, total
from core.time import months_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from decimal import Decimal

    import pandas as pd

    from core.journal.accounts import Accounts
    from core.time import SettlementDates

_SIDES = (
    ((Event.SALE, Event.LIQUIDATION), LineType.COGS_SALES, LineType.INVENTORY_OUT),
    ((Event.REFUND, Event.DISPUTE), LineType.COGS_REFUNDS, LineType.INVENTORY_IN),
)
_LOSSES = (LineType.LOSSES, LineType.INVENTORY_LOST)
COST_TYPES = (LineType.COGS_SALES, LineType.COGS_REFUNDS, LineType.LOSSES)
"""The sides of a COGS entry that are expense."""


def cogs_entries(
    lines: pd.DataFrame,
    dates: SettlementDates,
    *,
    store: str,
    settlement_id: str,
    currency: str,
    accounts: Accounts,
    finale_posts: Collection[LineType] = (),
) -> list[Entry]:
    """Return the COGS entry of each month that has any, and beside it what Finale posts itself.

    Args:
        lines: The settlement's costed lines (TRANSACTION_COLUMNS and COSTED_COLUMNS), none missing.
        dates: Its time zone and last day.
        store: Its store.
        settlement_id: Its id.
        currency: Home currency, that of the costs.
        accounts: Where each type of line posts.
        finale_posts: The kinds of cost (`COST_TYPES`) that Finale posts: they stand in entries of kind
            `EntryKind.FINALE`, which no file holds.
    """
    months = list(months_of(lines, dates))
    posted = dict.fromkeys(COST_TYPES, ZERO)
    entries = []
    for number, (month, day, group) in enumerate(months, start=1):
        booked: dict[EntryKind, list[EntryLine]] = {EntryKind.COGS: [], EntryKind.FINALE: []}
        for debit, credit in _pairs():
            amount = _amount(group, lines, debit, already=posted[debit], last=number == len(months))
            posted[debit] += amount
            kind = EntryKind.FINALE if debit in finale_posts else EntryKind.COGS
            # The last month may only take a remainder: then its lines are those of the whole settlement.
            own = _of(group, debit) if len(_of(group, debit)) else _of(lines, debit)
            for side, value, sign in ((debit, amount, 1), (credit, amount, -1)):
                shares = rounded_to(value, amounts_by_group(own, "cogs", side, accounts))
                booked[kind] += [
                    line_to(accounts.of(side, store=store, currency=currency, group=name), side, sign * share)
                    for name, share in shares.items()
                    if share
                ]
        entries += [
            Entry(EntryKey(store, settlement_id, month, kind), day, currency, tuple(its_lines))
            for kind, its_lines in booked.items()
            if its_lines
        ]
    return entries


def _pairs() -> list[tuple[LineType, LineType]]:
    return [*((debit, credit) for _, debit, credit in _SIDES), _LOSSES]


def cogs_by_type(lines: pd.DataFrame) -> dict[LineType, Decimal]:
    """Return the settlement's COGS per kind of line, to the cent; together they are its COGS rounded once.

    The largest kind takes what rounding leaves.
    """
    exact = {debit: total(_of(lines, debit)["cogs"]) for debit in COST_TYPES}
    return rounded_to(cents(total(lines["cogs"])), exact)


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
