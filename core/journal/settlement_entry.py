"""The settlement entry: what the marketplace paid for and kept, against clearing. Pure (docs/design/journal.md).

It is in the settlement's own currency. Its balancing line is the settlement's total to a clearing account of store and
currency: debit if positive, credit if negative. A settlement over a month's end makes one entry per month; their
clearing lines sum to the total.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.facilitator_tax import TAX_KIND
from core.frame_columns import AMOUNT_COLUMNS
from core.journal.accounts import amounts_by_group
from core.journal.entry import Entry, EntryKey, EntryKind, line_to
from core.line_types import LineType, usual_type
from core.model import Event
from core.money import cents, parts_in_cents, total
from core.time import months_of
from core.typed_amounts import typed_amounts

if TYPE_CHECKING:
    import pandas as pd

    from core.journal.accounts import Account, Accounts
    from core.time import SettlementDates


class EntryPlace(NamedTuple):
    """Where an amount stands in its entry."""

    line_type: LineType
    item_group: str = ""
    rate: str = ""
    """The rate of the seller's tax in the price (`20%`); empty for none."""
    follows: LineType | None = None
    """The type to whose account it goes unless one was chosen, where that is not the declared one."""


PRICES = ("principal", "shipping", "giftwrap", "promotion")
"""The columns that a seller's tax rate is about; fees have taxes of their own."""
_ORDER = {line_type: place for place, line_type in enumerate(LineType)}


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
    """Return the settlement entry of each month; none of a month in which every sum is zero.

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
        amounts = parts_in_cents(whole, _amounts(group, currency, accounts))
        booked = [
            line_to(_account(accounts, place, store, currency), place.line_type, -amount)
            for place, amount in sorted(amounts.items(), key=_order)
            if amount
        ]
        balance = line_to(accounts.of(balancing, store=store, currency=currency), balancing, whole)
        key = EntryKey(store, settlement_id, month, EntryKind.SETTLEMENT)
        entries.append(Entry(key, day, currency, (*booked, balance)))
    return [entry for entry in entries if entry.lines]


def _account(accounts: Accounts, place: EntryPlace, store: str, currency: str) -> Account:
    line_type, group, rate, follows = place
    if follows is not None and not accounts.is_chosen(line_type, store=store, currency=currency, group=group):
        line_type = follows
    return accounts.of(line_type, store=store, currency=currency, group=group, rate=rate)


def _order(item: tuple[EntryPlace, Decimal]) -> tuple[int, str, str]:
    place, _ = item
    return _ORDER[place.line_type], place.item_group, place.rate


def _amounts(group: pd.DataFrame, currency: str, accounts: Accounts) -> dict[EntryPlace, Decimal]:
    """Sum the group by where each amount stands; + is money to the seller.

    Tax withheld on a line that the first reader stored goes where its tax collected goes, as the entries of its version
    did: that reader did not say whose the tax collected is, and only together the two come to zero.
    """
    sums: dict[EntryPlace, Decimal] = defaultdict(Decimal)
    tax_kinds = group[TAX_KIND].fillna("") if TAX_KIND in group.columns else group["event"].str.slice(0, 0)
    for (event, tax_kind, rate), part in group.groupby([group["event"], tax_kinds, _rates(group)], sort=False):
        for column in AMOUNT_COLUMNS:
            line_type = usual_type(str(event), column, str(tax_kind) or None)
            follows = LineType.TAX_COLLECTED if line_type is LineType.TAX_WITHHELD and not tax_kind else None
            for item_group, amount in amounts_by_group(part, column, line_type, accounts).items():
                sums[EntryPlace(line_type, item_group, str(rate) if column in PRICES else "", follows)] += amount
    for typed in typed_amounts(group, currency):
        usual = usual_type(typed.event, typed.column, typed.tax_kind)
        sums[EntryPlace(usual, accounts.group_of(usual, typed.sku))] -= typed.amount
        sums[EntryPlace(typed.line_type, accounts.group_of(typed.line_type, typed.sku))] += typed.amount
    return dict(sums)


def _rates(group: pd.DataFrame) -> pd.Series:
    """Return the tax rate of each transaction; a transaction with amounts about something else is taken without."""
    if "tax_code" not in group.columns:
        return group["event"].str.slice(0, 0)
    return group["tax_code"].where(group["typed"].isna()).fillna("")
