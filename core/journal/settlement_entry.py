"""The settlement entry: what the marketplace paid for and kept, against the clearing account. Pure (design §7).

It is in the settlement's own currency. Its balancing line is the settlement's total to a clearing account of store and
currency: debit if positive, credit if negative. A settlement over a month's end makes one entry per month; their
clearing lines sum to the total.
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
_PREPAID_TAX_CURRENCIES = {"INR"}
"""Where the marketplace deducts TCS and TDS on the seller's account instead of collecting the buyer's tax."""


def settlement_entries(
    lines: pd.DataFrame, dates: SettlementDates, *, store: str, settlement_id: str, currency: str, accounts: Accounts
) -> list[Entry]:
    """Return the settlement entry of each month.

    Args:
        lines: The settlement's transactions (TRANSACTION_COLUMNS); payouts count nowhere.
        dates: Its time zone and last day.
        store: Its store.
        settlement_id: Its id.
        currency: Its currency.
        accounts: Where each type of line posts.
    """
    rows = lines[lines["event"] != Event.PAYOUT]
    entries = []
    for month, day, group in months_of(rows, dates):
        amounts = _amounts(group, currency)
        booked = [
            EntryLine(line_type, accounts.of(line_type, store=store, currency=currency), -amount)
            for line_type in LineType
            if (amount := cents(amounts.get(line_type, ZERO)))
        ]
        clearing = -sum((line.amount for line in booked), ZERO)
        account = accounts.of(LineType.CLEARING, store=store, currency=currency)
        key = EntryKey(store, settlement_id, month, EntryKind.SETTLEMENT)
        entries.append(Entry(key, day, currency, (*booked, EntryLine(LineType.CLEARING, account, clearing))))
    return entries


def _amounts(group: pd.DataFrame, currency: str) -> dict[LineType, Decimal]:
    """Sum the group by type of line; + is money to the seller."""
    sums: dict[LineType, Decimal] = {}
    columns = ("principal", *_BY_COLUMN, "tax", "tax_withheld")
    for event, rows in group.groupby("event", sort=False):
        reserve = rows["raw_description"].str.contains("reserve", case=False).fillna(value=False).astype(bool)
        for is_reserve, part in ((True, rows[reserve]), (False, rows[~reserve])):
            for column in columns:
                line_type = line_type_of(str(event), column, currency, is_reserve=is_reserve)
                sums[line_type] = sums.get(line_type, ZERO) + total(part[column])
    return sums


def line_type_of(event: str, column: str, currency: str, *, is_reserve: bool) -> LineType:
    """Return what a column's amount of an event is to the books."""
    if event == Event.BALANCE:
        return LineType.RESERVE if is_reserve else LineType.CLEARING_MOVES
    if column == "tax_withheld":
        return LineType.PREPAID_TAX if currency in _PREPAID_TAX_CURRENCIES else LineType.TAX_WITHHELD
    if column == "tax":
        return LineType.TAX_COLLECTED
    if event in _BY_EVENT:
        return _BY_EVENT[Event(event)]
    if column == "principal":
        return LineType.REFUNDS if event in _REFUNDS else LineType.SALES
    return _BY_COLUMN[column]
