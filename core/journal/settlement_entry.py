"""The settlement entry: what the marketplace paid for and kept, against clearing. Pure (docs/design/journal.md).

It is in the settlement's own currency. Its balancing line is the settlement's total to a clearing account of store and
currency: debit if positive, credit if negative. A settlement over a month's end makes one entry per month; their
clearing lines sum to the total.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from core.facilitator_tax import TAX_KIND
from core.frame_columns import AMOUNT_COLUMNS
from core.journal.entry import Entry, EntryKey, EntryKind, line_to
from core.journal.item_groups import amounts_by_group, rounded_to
from core.line_types import LineType, usual_type
from core.model import Event
from core.money import cents, total
from core.time import months_of
from core.typed_amounts import typed_amounts

if TYPE_CHECKING:
    import pandas as pd

    from core.journal.accounts import Accounts
    from core.time import SettlementDates

Place = tuple[LineType, str, str]
"""A line type, an item group and the rate of the seller's tax in the price (`20%`); empty for no group or no rate."""
_PRICES = ("principal", "shipping", "giftwrap", "promotion")
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
        amounts = rounded_to(whole, _amounts(group, currency, accounts))
        booked = [
            line_to(accounts.of(of, store=store, currency=currency, group=items, rate=rate), of, -amount)
            for (of, items, rate), amount in sorted(amounts.items(), key=_place)
            if amount
        ]
        balance = line_to(accounts.of(balancing, store=store, currency=currency), balancing, whole)
        key = EntryKey(store, settlement_id, month, EntryKind.SETTLEMENT)
        entries.append(Entry(key, day, currency, (*booked, balance)))
    return [entry for entry in entries if entry.lines]


def _place(item: tuple[Place, Decimal]) -> tuple[int, str, str]:
    """Return where a line stands in its entry."""
    line_type, item_group, rate = item[0]
    return _ORDER[line_type], item_group, rate


def _amounts(group: pd.DataFrame, currency: str, accounts: Accounts) -> dict[Place, Decimal]:
    """Sum the group by type of line, item group and tax rate; + is money to the seller."""
    sums: dict[Place, Decimal] = defaultdict(Decimal)
    tax_kinds = group[TAX_KIND].fillna("") if TAX_KIND in group.columns else group["event"].str.slice(0, 0)
    for (event, tax_kind, rate), part in group.groupby([group["event"], tax_kinds, _rates(group)], sort=False):
        for column in AMOUNT_COLUMNS:
            line_type = usual_type(str(event), column, str(tax_kind) or None)
            for item_group, amount in amounts_by_group(part, column, line_type, accounts).items():
                sums[line_type, item_group, str(rate) if column in _PRICES else ""] += amount
    for typed in typed_amounts(group, currency):
        usual = usual_type(typed.event, typed.column, typed.tax_kind)
        sums[usual, accounts.group_of(usual, typed.sku), ""] -= typed.amount
        sums[typed.line_type, accounts.group_of(typed.line_type, typed.sku), ""] += typed.amount
    return dict(sums)


def _rates(group: pd.DataFrame) -> pd.Series:
    """Return the tax rate of each transaction; a transaction with amounts about something else is taken without."""
    if "tax_code" not in group.columns:
        return group["event"].str.slice(0, 0)
    return group["tax_code"].where(group["typed"].isna()).fillna("")
