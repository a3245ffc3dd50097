"""What clearing and reserve accounts should hold at a month's end. Pure (docs/design/journal.md, Closing a month).

A settlement entry puts the settlement's total on the clearing account, the bank's deposit takes it off: what is left is
money on its way, a deposit without an entry, or a difference that somebody must look at. Reserves are never deposited;
the marketplace gives them back in a later settlement.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.frame_columns import records
from core.line_types import LineType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    import pandas as pd

_CLEARING = (LineType.CLEARING, LineType.CLEARING_MOVES)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Deposit:
    """What the marketplace says it paid to the bank, or charged (negative)."""

    store: str
    settlement_id: str
    account: str
    """The clearing account that it takes the money off."""
    currency: str
    day: date | None
    """Missing where the marketplace has not said when."""
    amount: Decimal
    opening: Decimal = _ZERO
    """Of a settlement across books start: what came together before that day, which no entry of these books holds. It
    is the account's opening balance, to be entered once, by hand, on `opened`."""
    opened: date | None = None
    """The day before books start."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What one settlement leaves on its clearing account at the month's end."""

    store: str
    settlement_id: str
    account: str
    currency: str
    entered: Decimal
    """Debits − credits of its entries to the month's end, its part of the account's opening balance included."""
    deposit_day: date | None
    deposited: Decimal
    """By the month's end."""

    @property
    def amount(self) -> Decimal:
        """What is left, in the account's currency, to the cent: + is money to come."""
        return self.entered - self.deposited


@dataclass(frozen=True, slots=True)
class ExpectedBalance:
    """What an account should show at the month's end, debit +."""

    account: str
    currency: str
    is_reserve: bool
    opening: Decimal
    """At the end of the month before; in the month in which the books start, their opening balance."""
    entries: Decimal
    """Of the month."""
    deposits: Decimal
    """Of the month, to the bank."""

    @property
    def closing(self) -> Decimal:
        """The balance at the month's end, in the account's currency, to the cent: debit is +."""
        return self.opening + self.entries - self.deposits


def outstanding(journal: pd.DataFrame, deposits: Iterable[Deposit], last_day: date) -> list[Outstanding]:
    """Return every settlement that leaves something on a clearing account at the end of a day.

    Args:
        journal: The entries (JOURNAL_COLUMNS of the database), whose line memos are line types.
        deposits: Of every settlement whose money goes over the clearing account.
        last_day: The month's last day.
    """
    known = {(one.store, one.settlement_id, one.account, one.currency): one for one in deposits}
    entered = _sums(_to(_of_types(journal, _CLEARING), last_day), ("store", "settlement_id", "account", "currency"))
    rows = []
    for key in sorted({*known, *entered}, key=str):
        store, settlement_id, account, currency = key
        deposit = known.get((store, settlement_id, account, currency))
        day = deposit.day if deposit else None
        paid = deposit.amount if deposit and day is not None and day <= last_day else _ZERO
        there = entered.get(key, _ZERO) + (_opening(deposit, last_day) if deposit else _ZERO)
        rows.append(Outstanding(store, settlement_id, account, currency, there, day, paid))
    return [one for one in rows if one.amount]


def expected_balances(
    journal: pd.DataFrame, deposits: Sequence[Deposit], first_day: date, last_day: date
) -> list[ExpectedBalance]:
    """Return what each clearing and reserve account should hold at a month's end, clearing accounts first.

    Args:
        journal: The entries (JOURNAL_COLUMNS of the database), whose line memos are line types.
        deposits: Of every settlement whose money goes over the clearing account.
        first_day: The month's first day.
        last_day: Its last.
    """
    clearing = _balances(_of_types(journal, _CLEARING), deposits, first_day, last_day, is_reserve=False)
    return [*clearing, *_balances(_of_types(journal, (LineType.RESERVE,)), (), first_day, last_day, is_reserve=True)]


def _opening(deposit: Deposit, last_day: date) -> Decimal:
    return deposit.opening if deposit.opened is not None and deposit.opened <= last_day else _ZERO


def _balances(
    journal: pd.DataFrame, deposits: Iterable[Deposit], first_day: date, last_day: date, *, is_reserve: bool
) -> list[ExpectedBalance]:
    every = _sums(_to(journal, last_day), ("account", "currency"))
    inside = _sums(_from(_to(journal, last_day), first_day), ("account", "currency"))
    paid: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    before: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for one in deposits:
        if opening := _opening(one, last_day):
            before[one.account, one.currency] -= opening
        if one.day is not None and one.day <= last_day:
            (before if one.day < first_day else paid)[one.account, one.currency] += one.amount
    return [
        ExpectedBalance(
            account,
            currency,
            is_reserve,
            opening=every.get(key, _ZERO) - inside.get(key, _ZERO) - before.get(key, _ZERO),
            entries=inside.get(key, _ZERO),
            deposits=paid.get(key, _ZERO),
        )
        for key in sorted({*every, *paid, *before})
        for account, currency in [key]
    ]


def _of_types(journal: pd.DataFrame, types: Sequence[LineType]) -> pd.DataFrame:
    return journal[journal["memo"].isin([str(one) for one in types])]


def _to(journal: pd.DataFrame, day: date) -> pd.DataFrame:
    return journal[(journal["entry_date"] <= day.isoformat()).fillna(value=False).astype(bool)]


def _from(journal: pd.DataFrame, day: date) -> pd.DataFrame:
    return journal[(journal["entry_date"] >= day.isoformat()).fillna(value=False).astype(bool)]


def _sums(journal: pd.DataFrame, names: tuple[str, ...]) -> dict[tuple[str, ...], Decimal]:
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in records(journal, [*names, "amount"]):
        sums[tuple(row[name] for name in names)] += row["amount"]
    return dict(sums)
