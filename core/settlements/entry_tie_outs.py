"""Stored entries against the entries that the books make anew: poster, account, line type, month, day and amount. Pure.

Accounts and posters may have been chosen otherwise since an entry went out, so that an entry is right where one of the
choices that can have held at its export makes it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.database.batches import BatchKind
from core.journal.entry import POSTED_BY_FINALE, REVERSED, EntryKey, EntryKind
from core.line_types import LineType
from core.money import total
from core.settlements.tie_outs import TieOut, difference

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from core.database.entries import Entry as StoredEntry
    from core.database.entries import EntryLine as StoredLine
    from core.database.entries import Posted
    from core.journal.accounts import Accounts
    from core.journal.entry import Entry, EntryLine

_REVERSALS = (EntryKind.REVERSAL, EntryKind.FINALE_REVERSAL)
_BATCHES = {
    EntryKind.SETTLEMENT: (BatchKind.EXPORT,),
    EntryKind.COGS: (BatchKind.EXPORT,),
    EntryKind.FINALE: (BatchKind.EXPORT,),
    EntryKind.ACCRUAL: (BatchKind.EXPORT,),
    EntryKind.TRUE_UP: (BatchKind.TRUE_UP,),
    EntryKind.FINALE_TRUE_UP: (BatchKind.TRUE_UP,),
}
"""What somebody did when an entry of a kind was stored."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What somebody did, and when, as far as entries tell it."""

    kind: str
    number: int


def made_tie_outs(
    name: str, stored: Sequence[StoredEntry], candidates: Iterable[Sequence[Entry]], open_days: Collection[date]
) -> list[TieOut]:
    """Hold stored entries against the same entries made anew; only what differs from the nearest candidate.

    Args:
        name: How the user calls the settlement.
        stored: Those that stand, of the kinds that were made.
        candidates: The entries as each choice of accounts and posters that can have held makes them.
        open_days: First days after the lock dates that can have held: an entry of a closed period is dated there.
    """
    nearest: list[TieOut] | None = None
    for made in candidates:
        found = _differences(name, stored, made, open_days)
        if nearest is None or len(found) < len(nearest):
            nearest = found
        if not nearest:
            break
    return nearest or []


def _differences(
    name: str, stored: Sequence[StoredEntry], made: Sequence[Entry], open_days: Collection[date]
) -> list[TieOut]:
    theirs = {_without_revision(str(one.key), one.key.revision): one for one in made}
    ours = {_without_revision(one.key, one.revision): one for one in stored}
    found = [_alone(name, key, "is stored, and the lines make no such entry") for key in ours if key not in theirs]
    found += [_alone(name, key, "went out, and is not stored") for key in theirs if key not in ours]
    for key, one in ours.items():
        if key in theirs:
            found += _of_one(f"{name}: entry {one.key}", one, theirs[key], open_days)
    return found


def _without_revision(key: str, revision: int) -> str:
    return key.removesuffix(f" r{revision}")


def _alone(name: str, key: str, words: str) -> TieOut:
    return TieOut(f"{name}: entry {key}", Decimal(1), Decimal(0), words)


def _of_one(name: str, stored: StoredEntry, made: Entry, open_days: Collection[date]) -> Iterator[TieOut]:
    if stored.kind is not made.key.kind:
        yield difference(f"{name}, kind", str(stored.kind), str(made.key.kind))
    if stored.entry_date != made.day and not (stored.entry_date > made.day and stored.entry_date in open_days):
        yield difference(f"{name}, day", stored.entry_date, made.day)
    ours = _sums((line.memo, line.account, line.currency, line.amount) for line in stored.lines)
    theirs = _sums((str(line.type), line.account, made.currency, line.amount) for line in made.lines)
    for place in sorted({*ours, *theirs}):
        words, account, currency = place
        if ours.get(place, Decimal(0)) != theirs.get(place, Decimal(0)) or (place in ours) != (place in theirs):
            of_line = f"{name}, line “{words}” to {account} in {currency}"
            yield difference(of_line, ours.get(place), theirs.get(place))
    yield from _details(name, stored, made)


def _details(name: str, stored: StoredEntry, made: Entry) -> Iterator[TieOut]:
    """Number, tax rate and bank account of each line are those that its account had; older versions kept none.

    One account may have lines of several tax rates: the prices of a seller's own rate, and those without.
    """
    theirs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in made.lines:
        theirs[str(one.type), one.account].append(_detail(one))
    for line in stored.lines:
        wanted = theirs.get((line.memo, line.account))
        if None not in (line.number, line.tax_code, line.is_bank) and wanted and _detail(line) not in wanted:
            of_line = f"{name}, account of line “{line.memo}” to {line.account}"
            yield difference(of_line, _detail(line), " or ".join(wanted))


def _detail(line: StoredLine | EntryLine) -> str:
    words = (f"number {line.number}" if line.number else "no number", f"tax rate {line.tax_code}")
    return ", ".join((*words, "a bank account" if line.is_bank else "no bank account"))


def _sums(lines: Iterable[tuple[str, str, str, Decimal]]) -> dict[tuple[str, str, str], Decimal]:
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for words, account, currency, amount in lines:
        if amount:  # older versions stored lines of 0.00
            sums[words, account, currency] += amount
    return dict(sums)


def entry_tie_outs(posted: Posted, all_posted: Mapping[str, Posted], batch: Batch | None) -> list[TieOut]:
    """Hold an entry against itself: balance, key, kind, month, batch, and what it takes back; only what differs.

    Args:
        posted: The entry.
        all_posted: Every entry by its key.
        batch: The batch that stored it; `None` where there is none of that number.
    """
    entry = posted.entry
    name = f"{posted.store}/{posted.settlement_id}: entry {entry.key}"
    found = [TieOut(f"{name}, balance", rest, Decimal(0), is_exact=True) for rest in _balances(entry)]
    found += _key(name, posted)
    if entry.memo not in ("", f"Cogsheet {entry.key}", f"Reversal of {entry.reverses}"):
        found.append(difference(f"{name}, memo", entry.memo, f"Cogsheet {entry.key}"))
    kinds = _BATCHES.get(entry.kind, ())
    if batch is None or (kinds and batch.kind not in kinds):
        found.append(difference(f"{name}, batch {posted.batch}", batch and batch.kind, " or ".join(kinds) or "a batch"))
    if entry.reverses is not None:
        found += _reversal(name, posted, all_posted.get(entry.reverses))
    elif entry.kind in _REVERSALS:
        found.append(difference(f"{name}, entry that it takes back", None, "an entry"))
    return [one for one in found if not one.ok]


def _balances(entry: StoredEntry) -> list[Decimal]:
    currencies = dict.fromkeys(line.currency for line in entry.lines)
    return [total(line.amount for line in entry.lines if line.currency == currency) for currency in currencies]


def _key(name: str, posted: Posted) -> Iterator[TieOut]:
    """The kind, revision and month that a key says are those of its entry."""
    entry = posted.entry
    try:
        key = EntryKey.parse(entry.key, store=posted.store, settlement_id=posted.settlement_id)
    except ValueError:
        yield difference(f"{name}, key", entry.key, f"{posted.store} {posted.settlement_id} …")
        return
    if entry.kind not in _kinds_of(key, is_accrual=entry.settlement is None):
        yield difference(f"{name}, kind", str(entry.kind), str(key.kind))
    if key.revision != entry.revision:
        yield difference(f"{name}, revision", entry.revision, key.revision)
    month = f"{entry.entry_date:%Y-%m}"
    if month < key.month or (entry.settlement is None and month != key.month):
        yield difference(f"{name}, month", month, key.month)


def _kinds_of(key: EntryKey, *, is_accrual: bool) -> tuple[EntryKind, ...]:
    if is_accrual:
        return (EntryKind.REVERSAL,) if key.suffix else (EntryKind.ACCRUAL, EntryKind.REVERSAL)
    if not key.suffix:
        return (key.kind,)
    return (EntryKind.FINALE_REVERSAL if key.kind in POSTED_BY_FINALE else EntryKind.REVERSAL,)


def _reversal(name: str, posted: Posted, original: Posted | None) -> Iterator[TieOut]:
    """What takes an entry back has its lines with the other sign, and comes after it."""
    if original is None:
        yield difference(f"{name}, entry that it takes back", posted.entry.reverses, None)
        return
    mine = _lines(posted.entry, Decimal(1))
    theirs = _lines(original.entry, Decimal(-1))
    for place in sorted({*mine, *theirs}):
        if mine.get(place) != theirs.get(place):
            words, account, currency = place
            yield difference(f"{name}, line “{words}” to {account} in {currency}", mine.get(place), theirs.get(place))
    if posted.entry.settlement is not None and posted.entry.key != f"{original.entry.key}{REVERSED}":
        yield difference(f"{name}, key", posted.entry.key, f"{original.entry.key}{REVERSED}")
    if posted.entry.entry_date < original.entry.entry_date:
        yield difference(f"{name}, day", posted.entry.entry_date, original.entry.entry_date)
    if posted.batch < original.batch:
        yield difference(f"{name}, batch", posted.batch, f"after {original.batch}")


def _lines(entry: StoredEntry, sign: Decimal) -> dict[tuple[str, str, str], Decimal]:
    return _sums((line.memo, line.account, line.currency, sign * line.amount) for line in entry.lines)


def account_tie_outs(posted: Posted, candidates: Collection[Accounts]) -> list[TieOut]:
    """Hold the accounts of an accrual of an older version against the choices that can have held.

    Those versions did not keep what was shipped and not settled then, so that its amounts cannot be made again.
    """
    entry, name = posted.entry, f"{posted.store}/{posted.settlement_id}: entry {posted.entry.key}"
    known = {str(one): one for one in LineType}
    unknown = [line for line in entry.lines if line.memo not in known]
    found = [difference(f"{name}, line type", line.memo, "a line type") for line in unknown]
    for line in entry.lines:
        if line.memo in known and not any(
            accounts.named(known[line.memo], line.account, store=posted.store, currency=line.currency)
            for accounts in candidates
        ):
            usual = [
                accounts.of(known[line.memo], store=posted.store, currency=line.currency).name
                for accounts in candidates
            ]
            found.append(
                difference(f"{name}, account of line “{line.memo}”", line.account, " or ".join(dict.fromkeys(usual)))
            )
    return found
