"""The accounts of stored entries that nothing makes anew: reversed ones, reclassifications, older accruals. Pure.

Accounts may have been chosen otherwise since an entry went out, so that its accounts are right where one of the choices
that can have held then has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books.entries.entry_rows import OWN_RATE
from core.books.verification.tie_outs import TieOut, difference
from core.journal.entry import EntryKind
from core.journal.settlement_entry import PRICES
from core.line_types import TYPES_BY_NAME, LineType, usual_type
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from core.books.entries.stored_entries import EntryLineRow, PostedEntry
    from core.journal.accounts import Account, Accounts
    from core.journal.entry import EntryLine

_PRICED = {usual_type(str(event), column) for event in Event if event is not Event.PAYOUT for column in PRICES}
"""The line types whose tax rate may be that of the seller's own tax in the price."""


def account_detail(line: EntryLineRow | EntryLine | Account) -> str:
    """Say number, tax rate and bank mark of an account as a line of an entry has them; older versions kept none."""
    words = (f"number {line.number}" if line.number else "no number", f"tax rate {line.tax_code}")
    return ", ".join((*words, "a bank account" if line.is_bank else "no bank account"))


def account_tie_outs(entry: PostedEntry, candidates: Collection[Accounts]) -> list[TieOut]:
    """Hold the accounts of an entry against the choices that can have held when it was stored; only what differs.

    Name, number, tax rate and bank mark of each line. A reclassification names its accounts as the entry did that it
    corrects, which is held against its decision (`core.books.true_ups.reclassifications`).

    Args:
        entry: The entry.
        candidates: Every choice of accounts that can have held.
    """
    name = f"{entry.store}/{entry.settlement_id}: entry {entry.entry.key}"
    return [tie for line in entry.entry.lines for tie in _of_line(name, entry, line, candidates)]


def _of_line(name: str, entry: PostedEntry, line: EntryLineRow, candidates: Collection[Accounts]) -> Iterator[TieOut]:
    if line.memo not in TYPES_BY_NAME:
        yield difference(f"{name}, line type", line.memo, "a line type")
        return
    every = [one for accounts in candidates for one in _accounts(entry, line, accounts)]
    is_renamed = entry.entry.kind is EntryKind.RECLASSIFICATION
    own = every if is_renamed else [one for one in every if one.name == line.account]
    if not own:
        usual = " or ".join(dict.fromkeys(one.name for one in every))
        yield difference(f"{name}, account of line “{line.memo}”", line.account, usual)
    elif None not in (line.number, line.tax_code, line.is_bank):
        wanted = list(dict.fromkeys(account_detail(one) for one in own))
        if account_detail(line) not in wanted:
            of_line = f"{name}, account of line “{line.memo}” to {line.account}"
            yield difference(of_line, account_detail(line), " or ".join(wanted))


def _accounts(entry: PostedEntry, line: EntryLineRow, accounts: Accounts) -> Iterator[Account]:
    """Yield where such a line can post: also with the rate of the seller's own tax that it names.

    Tax withheld on a line that the first reader stored goes where its tax collected goes.
    """
    kind = TYPES_BY_NAME[line.memo]
    kinds = (kind, LineType.TAX_COLLECTED) if kind is LineType.TAX_WITHHELD else (kind,)
    stated = OWN_RATE.search(line.tax_code or "")
    rates = ("", stated.group()) if stated and kind in _PRICED else ("",)
    for one in kinds:
        for rate in rates:
            yield from accounts.every(one, store=entry.store, currency=line.currency, rate=rate)
