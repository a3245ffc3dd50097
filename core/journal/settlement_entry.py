"""The settlement entry: what the marketplace paid for and kept, against the clearing account. Pure (design §7).

It is in the settlement's own currency. Its balancing line is the settlement's total to a clearing account of store and
currency: debit if positive, credit if negative. A settlement over a month's end makes one entry per month; their
clearing lines sum to the total.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from core.journal.entry import ZERO, Entry, EntryKey, EntryKind, line_to
from core.journal.item_groups import amounts_by_group, rounded_to
from core.journal.line_types import LineType
from core.model import Event
from core.money import cents, total
from core.time import months_of

if TYPE_CHECKING:
    from decimal import Decimal

    from core.journal.accounts import Accounts
    from core.time import SettlementDates

TypeAndGroup = tuple[LineType, str]
"""A line type and an item group; empty for no group."""


class BalanceKind(StrEnum):
    """What a balance move is."""

    MOVE = "move"
    """A card charge, a failed transfer, a balance carried forward."""
    RESERVE = "reserve"
    TAX = "tax"
    """Withheld on the seller's account."""
    GIFT_CARD = "gift card"
    """Sold or redeemed: owed to whoever holds it."""


_ORDER = {line_type: place for place, line_type in enumerate(LineType)}
_BY_EVENT = {
    Event.FEE: LineType.OTHER_FEES,
    Event.ADVERTISING: LineType.ADVERTISING,
    Event.REIMBURSEMENT: LineType.REIMBURSEMENTS,
    Event.REIMBURSEMENT_REVERSAL: LineType.REIMBURSEMENTS,
    Event.ADJUSTMENT: LineType.ADJUSTMENTS,
    Event.OTHER: LineType.ADJUSTMENTS,
    Event.TAX_ONLY: LineType.TAX_COLLECTED,
}
_BY_COLUMN = {
    "shipping": LineType.SHIPPING,
    "giftwrap": LineType.SHIPPING,
    "promotion": LineType.PROMOTIONS,
    "referral_fee": LineType.REFERRAL_FEES,
    "fulfilment_fee": LineType.FULFILMENT_FEES,
    "other_fee": LineType.OTHER_FEES,
    "other": LineType.ADJUSTMENTS,
}
_REFUNDS = {Event.REFUND, Event.DISPUTE}
_BY_BALANCE = {
    BalanceKind.MOVE: LineType.CLEARING_MOVES,
    BalanceKind.RESERVE: LineType.RESERVE,
    BalanceKind.TAX: LineType.PREPAID_TAX,
    BalanceKind.GIFT_CARD: LineType.GIFT_CARDS,
}
_RESERVE_WORDS = r"\breserved?\b|\bholds?\b"
_GIFT_CARD_WORDS = r"^gift card"
_TAX_WORDS = r"\btax withh|\bwithholding\b|\btds\b|\btcs\b"
_PREPAID_TAX_CURRENCIES = {"INR"}
"""Where the marketplace deducts TCS and TDS on the seller's account instead of collecting the buyer's tax."""


def settlement_entries(
    lines: pd.DataFrame,
    dates: SettlementDates,
    *,
    store: str,
    settlement_id: str,
    currency: str,
    accounts: Accounts,
    balancing: LineType = LineType.CLEARING,
) -> list[Entry]:
    """Return the settlement entry of each month.

    Args:
        lines: The settlement's transactions (TRANSACTION_COLUMNS); payouts count nowhere.
        dates: Its time zone and last day.
        store: Its store.
        settlement_id: Its id.
        currency: Its currency.
        accounts: Where each type of line posts.
        balancing: What the line is that balances it; together these lines are the settlement's total, of which the
            last month takes what rounding leaves.
    """
    rows = lines[lines["event"] != Event.PAYOUT]
    left = cents(total(rows["net"]))
    months = list(months_of(rows, dates))
    entries = []
    for number, (month, day, group) in enumerate(months, start=1):
        whole = left if number == len(months) else cents(total(group["net"]))
        left -= whole
        amounts = rounded_to(whole, _amounts(group, currency, accounts))
        booked = [
            line_to(accounts.of(line_type, store=store, currency=currency, group=item_group), line_type, -amount)
            for (line_type, item_group), amount in sorted(amounts.items(), key=_place)
            if amount
        ]
        balance = line_to(accounts.of(balancing, store=store, currency=currency), balancing, whole)
        key = EntryKey(store, settlement_id, month, EntryKind.SETTLEMENT)
        entries.append(Entry(key, day, currency, (*booked, balance)))
    return entries


def _place(item: tuple[TypeAndGroup, Decimal]) -> tuple[int, str]:
    """Return where a line stands in its entry."""
    line_type, item_group = item[0]
    return _ORDER[line_type], item_group


def _amounts(group: pd.DataFrame, currency: str, accounts: Accounts) -> dict[TypeAndGroup, Decimal]:
    """Sum the group by type of line and item group; + is money to the seller."""
    sums: dict[TypeAndGroup, Decimal] = {}
    columns = ("principal", *_BY_COLUMN, "tax", "tax_withheld")
    kinds = _balance_kinds(group)
    for (event, kind), part in group.groupby([group["event"], kinds], sort=False):
        for column in columns:
            line_type = line_type_of(str(event), column, currency, balance=BalanceKind(str(kind)))
            for item_group, amount in amounts_by_group(part, column, line_type, accounts).items():
                key = (line_type, item_group)
                sums[key] = sums.get(key, ZERO) + amount
    return sums


def _balance_kinds(lines: pd.DataFrame) -> pd.Series:
    """Tell what a balance move is by the marketplace's own words for it."""
    words = lines["raw_type"].fillna("") + " " + lines["raw_description"].fillna("")
    reserve = words.str.contains(_RESERVE_WORDS, case=False, regex=True).astype(bool)
    tax = words.str.contains(_TAX_WORDS, case=False, regex=True).astype(bool)
    kinds = pd.Series(str(BalanceKind.MOVE), index=lines.index, dtype=object)
    gift_card = lines["raw_description"].fillna("").str.contains(_GIFT_CARD_WORDS, case=False, regex=True).astype(bool)
    found = kinds.mask(reserve, str(BalanceKind.RESERVE)).mask(tax, str(BalanceKind.TAX))
    return found.mask(gift_card, str(BalanceKind.GIFT_CARD))


def line_type_of(event: str, column: str, currency: str, *, balance: BalanceKind = BalanceKind.MOVE) -> LineType:
    """Return what a column's amount of an event is to the books."""
    if event == Event.BALANCE:
        return _BY_BALANCE[balance]
    if column == "tax_withheld":
        return LineType.PREPAID_TAX if currency in _PREPAID_TAX_CURRENCIES else LineType.TAX_WITHHELD
    if column == "tax":
        return LineType.TAX_COLLECTED
    if event in _BY_EVENT:
        return _BY_EVENT[Event(event)]
    if column == "principal":
        return LineType.REFUNDS if event in _REFUNDS else LineType.SALES
    return _BY_COLUMN[column]
