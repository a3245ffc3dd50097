"""The month-end accrual as entries: what was shipped and is settled only later, and its reversal. Pure.

See docs/design/journal.md, Closing a month.

An accrual books sales, fees and tax as the settlement entry will, against an account of its own instead of the clearing
account, and COGS as the COGS entry will. It is dated on the month's last day and taken back on the next, so that the
settlement's own entries stay as they are (docs/design/journal.md, Closing a month).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.journal.cogs_entry import cogs_entries
from core.journal.entry import POSTED_BY_FINALE, Entry, EntryKey
from core.journal.settlement_entry import settlement_entries
from core.line_types import LineType
from core.time import SettlementDates

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    import pandas as pd

    from core.journal.accounts import Accounts


@dataclass(frozen=True, slots=True)
class AccrualDays:
    """When an accrual is booked and taken back."""

    last_day: date
    """The last day of the month that is closed."""
    reversed_on: date
    """The day after it."""


def accrual_entries(
    lines: pd.DataFrame,
    days: AccrualDays,
    *,
    home_currency: str,
    accounts: Accounts,
    finale_posts: Collection[LineType] = (),
) -> list[tuple[Entry, Entry]]:
    """Return each accrual entry with its reversal: per store one for every currency, and one of COGS.

    Args:
        lines: The lines to accrue, of any stores (TRANSACTION_COLUMNS and COSTED_COLUMNS), all posted after the last
            day. A line without a cost has none in the COGS entry.
        days: When.
        home_currency: That of the costs.
        accounts: Where each type of line posts; the settlement's total is a line of type `LineType.ACCRUED`.
        finale_posts: The kinds of cost that Finale posts when the goods leave: there is nothing of them to accrue.
    """
    dates = SettlementDates(days.last_day)
    made: list[Entry] = []
    for name, of_store in lines.groupby("store", sort=True):
        store = str(name)
        for currency, rows in of_store.groupby("currency", sort=True):
            label = f"accrual {currency}"
            made += settlement_entries(
                rows,
                dates,
                store=store,
                settlement_id=label,
                currency=str(currency),
                accounts=accounts,
                balancing=LineType.ACCRUED,
            )
        made += cogs_entries(
            of_store,
            dates,
            store=store,
            settlement_id="accrual",
            currency=home_currency,
            accounts=accounts,
            finale_posts=finale_posts,
        )
    return [
        (entry, reversal_of(entry, days.reversed_on))
        for entry in made
        if any(line.amount for line in entry.lines) and entry.key.kind not in POSTED_BY_FINALE
    ]


def reversal_of(accrual: Entry, day: date) -> Entry:
    """Return the entry that takes an accrual back on that day."""
    name = accrual.key.settlement_id.replace("accrual", "accrual reversal")
    key = EntryKey(accrual.key.store, name, f"{day:%Y-%m}", accrual.key.kind, accrual.key.revision)
    lines = tuple(replace(line, amount=-line.amount) for line in accrual.lines)
    return replace(accrual, key=key, day=day, lines=lines, reverses=str(accrual.key))
