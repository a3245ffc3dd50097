"""An entry as the books keep it, and back: what goes out, and what is written to a file once more. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from core.books.entries.stored_entries import EntryLineRow, EntryRow, PostedEntry
from core.journal.accounts import Account, Accounts
from core.journal.entry import REVERSAL_KINDS, Entry, EntryKey, EntryKind, EntryLine, line_to
from core.line_types import LineType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OWN_RATE = re.compile(r"\d+(\.\d+)?%")
"""How the tax rate begins of a line whose prices hold a tax: it is the goods' own, whatever the account's is."""


def row_of(entry: Entry, settlement: int | None) -> EntryRow:
    """Return an entry as the database keeps it, under the settlement's number there if it belongs to one."""
    return EntryRow(
        key=str(entry.key),
        kind=entry.key.kind,
        entry_date=entry.day,
        lines=tuple(_line_row(one, entry.currency) for one in entry.lines),
        settlement=settlement,
        revision=entry.key.revision,
        memo=entry.memo,
        reverses=entry.reverses,
    )


def _line_row(line: EntryLine, currency: str) -> EntryLineRow:
    return EntryLineRow(line.account, line.amount, currency, str(line.type), line.number, line.tax_code, line.is_bank)


def as_written(posted: PostedEntry, accounts: Accounts) -> Entry:
    """Return a stored entry as the files for import have it. Pure.

    Account names and amounts are those that went out. Number and tax rate are those which the account has now on sheet
    Accounts, so that a code that was missing or wrong then can be put right; where no line type posts to an account of
    that name any more, they are those of the day.
    """
    entry = posted.entry
    key = EntryKey.parse(entry.key, store=posted.store, settlement_id=posted.settlement_id)
    lines = tuple(_written_line(one, posted.store, accounts) for one in entry.lines)
    return Entry(key, entry.entry_date, entry.lines[0].currency, lines, entry.reverses)


def _written_line(line: EntryLineRow, store: str, accounts: Accounts) -> EntryLine:
    line_type = LineType(line.memo)
    then = Account(
        line.account, line.number or "", line.tax_code or accounts.usual_tax_code, is_bank=bool(line.is_bank)
    )
    now = accounts.named(line_type, line.account, store=store, currency=line.currency) or then
    code = then.tax_code if OWN_RATE.match(then.tax_code) else now.tax_code
    return line_to(replace(now, number=now.number or then.number, tax_code=code), line_type, line.amount)


def standing_entries(there: Sequence[EntryRow]) -> list[EntryRow]:
    """Return the entries that no other one of them reverses, reversals left out. Pure.

    An entry of nothing but 0.00, which older versions stored, books nothing: nothing needs to take it back.
    """
    reversed_before = {entry.reverses for entry in there}
    of_something = (one for one in there if any(line.amount for line in one.lines))
    return [one for one in of_something if one.kind not in REVERSAL_KINDS and one.key not in reversed_before]


def withdrawn_keys(entries: Iterable[EntryRow]) -> set[str]:
    """Return the keys of entries that were withdrawn, and of what withdrew them: no file holds either. Pure."""
    pairs = [one for one in entries if one.kind is EntryKind.WITHDRAWAL]
    return {key for one in pairs for key in (one.key, one.reverses or "")}
