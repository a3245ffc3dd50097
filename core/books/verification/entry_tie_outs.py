"""Stored entries against the entries that the books make anew: poster, account, line type, month, day and amount. Pure.

Accounts and posters may have been chosen otherwise since an entry went out, so that an entry is right where one of the
choices that can have held at its export makes it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.books.batches import BatchKind
from core.books.entries.booking_months import booking_day
from core.books.true_ups.corrections import posted_corrections
from core.books.true_ups.cost_comparison import every_line, in_places
from core.books.true_ups.true_up_history import DECIDED_COLUMNS, TrueUpDecision, with_whole_moves
from core.books.true_ups.true_ups import finale_corrects
from core.books.verification.account_tie_outs import account_detail
from core.books.verification.proposal_tie_outs import proposal_tie_outs
from core.books.verification.tie_outs import TieOut, difference
from core.frame_columns import TEXT, frame
from core.journal.cogs_entry import COST_TYPES, CostLine, CostPosting, cost_types, true_up_entries
from core.journal.entry import (
    REVERSAL_KINDS,
    REVERSED,
    TRUE_UP_KINDS,
    Entry,
    EntryKey,
    EntryKind,
    left_over,
    reversal_kind,
)
from core.line_types import LineType
from core.money import cents, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from core.books.books import Books
    from core.books.entries.stored_entries import EntryRow, PostedEntry
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.books.verification.proposal_tie_outs import Proposals
    from core.journal.accounts import Accounts
    from core.settings import Policies


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
    note: str = ""


def made_tie_outs(name: str, rows: Sequence[EntryRow], candidates: Iterable[Sequence[Entry]]) -> list[TieOut]:
    """Hold stored entries against the same entries made anew; only what differs from the nearest candidate.

    Args:
        name: How the user calls the settlement.
        rows: Those that stand, of the kinds that were made.
        candidates: The entries as each choice of accounts, posters and lock date that can have held makes them.
    """
    nearest: list[TieOut] | None = None
    for made in candidates:
        ties = _differences(name, rows, made)
        if nearest is None or len(ties) < len(nearest):
            nearest = ties
        if not nearest:
            break
    return nearest or []


def _differences(name: str, rows: Sequence[EntryRow], entries: Sequence[Entry]) -> list[TieOut]:
    theirs = {_without_revision(str(one.key), one.key.revision): one for one in entries}
    ours = {_without_revision(one.key, one.revision): one for one in rows}
    ties = [_alone(name, key, "is stored, and the lines make no such entry") for key in ours if key not in theirs]
    ties += [_alone(name, key, "exported, and not in the books") for key in theirs if key not in ours]
    for key, one in ours.items():
        if key in theirs:
            ties += _of_one(f"{name}: entry {one.key}", one, theirs[key])
    return ties


def _without_revision(key: str, revision: int) -> str:
    return key.removesuffix(f" r{revision}")


def _alone(name: str, key: str, words: str) -> TieOut:
    return TieOut(f"{name}: entry {key}", Decimal(1), Decimal(0), words)


def _of_one(name: str, row: EntryRow, entry: Entry) -> Iterator[TieOut]:
    if row.kind is not entry.key.kind:
        yield difference(f"{name}, kind", str(row.kind), str(entry.key.kind))
    if row.entry_date != entry.day:
        yield difference(f"{name}, day", row.entry_date, entry.day)
    ours = _sums((line.memo, line.account, line.currency, line.amount) for line in row.lines)
    theirs = _sums((str(line.type), line.account, entry.currency, line.amount) for line in entry.lines)
    for place in sorted({*ours, *theirs}):
        words, account, currency = place
        if ours.get(place, Decimal(0)) != theirs.get(place, Decimal(0)) or (place in ours) != (place in theirs):
            of_line = f"{name}, line “{words}” to {account} in {currency}"
            yield difference(of_line, ours.get(place), theirs.get(place))
    yield from _details(name, row, entry)


def _details(name: str, row: EntryRow, entry: Entry) -> Iterator[TieOut]:
    """Number, tax rate and bank account of each line are those that its account had; older versions kept none.

    One account may have lines of several tax rates: the prices of a seller's own rate, and those without.
    """
    theirs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in entry.lines:
        theirs[str(one.type), one.account].append(account_detail(one))
    for line in row.lines:
        wanted = theirs.get((line.memo, line.account))
        if None not in (line.number, line.tax_code, line.is_bank) and wanted and account_detail(line) not in wanted:
            of_line = f"{name}, account of line “{line.memo}” to {line.account}"
            yield difference(of_line, account_detail(line), " or ".join(wanted))


def _sums(lines: Iterable[tuple[str, str, str, Decimal]]) -> dict[tuple[str, str, str], Decimal]:
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for words, account, currency, amount in lines:
        if amount:  # older versions stored lines of 0.00
            sums[words, account, currency] += amount
    return dict(sums)


def entry_tie_outs(posted: PostedEntry, all_posted: Mapping[str, PostedEntry], batch: Batch | None) -> list[TieOut]:
    """Hold an entry against itself: balance, key, kind, month, batch, and what it takes back; only what differs.

    Args:
        posted: The entry.
        all_posted: Every entry by its key.
        batch: The batch that stored it; `None` where there is none of that number.
    """
    entry = posted.entry
    name = f"{posted.store}/{posted.settlement_id}: entry {entry.key}"
    unbalanced = left_over(entry.amounts).items()
    ties = [TieOut(f"{name}, balance in {currency}", rest, Decimal(0), is_exact=True) for currency, rest in unbalanced]
    ties += _key(name, posted)
    if entry.memo not in (
        "",
        f"Cogsheet {entry.key}",
        f"Reversal of {entry.reverses}",
        f"Withdrawal of {entry.reverses}",
    ):
        ties.append(difference(f"{name}, memo", entry.memo, f"Cogsheet {entry.key}"))
    kinds = _BATCHES.get(entry.kind, ())
    if batch is None or (kinds and batch.kind not in kinds):
        ties.append(difference(f"{name}, batch {posted.batch}", batch and batch.kind, " or ".join(kinds) or "a batch"))
    if entry.reverses is not None:
        ties += _reversal(name, posted, all_posted.get(entry.reverses))
    elif entry.kind in REVERSAL_KINDS:
        ties.append(difference(f"{name}, entry that it takes back", None, "an entry"))
    return [one for one in ties if not one.ok]


def _key(name: str, posted: PostedEntry) -> Iterator[TieOut]:
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
    return (reversal_kind(key.kind), EntryKind.WITHDRAWAL)


def _reversal(name: str, entry: PostedEntry, original: PostedEntry | None) -> Iterator[TieOut]:
    """What takes an entry back has its lines with the other sign, and comes after it."""
    if original is None:
        yield difference(f"{name}, entry that it takes back", entry.entry.reverses, None)
        return
    mine = _lines(entry.entry, Decimal(1))
    theirs = _lines(original.entry, Decimal(-1))
    for place in sorted({*mine, *theirs}):
        if mine.get(place) != theirs.get(place):
            words, account, currency = place
            yield difference(f"{name}, line “{words}” to {account} in {currency}", mine.get(place), theirs.get(place))
    yield from _details_taken_back(name, entry.entry, original.entry)
    if entry.entry.settlement is not None and entry.entry.key != f"{original.entry.key}{REVERSED}":
        yield difference(f"{name}, key", entry.entry.key, f"{original.entry.key}{REVERSED}")
    if entry.entry.entry_date < original.entry.entry_date:
        yield difference(f"{name}, day", entry.entry.entry_date, original.entry.entry_date)
    if entry.batch < original.batch:
        yield difference(f"{name}, batch", entry.batch, f"after {original.batch}")


def _details_taken_back(name: str, entry: EntryRow, original: EntryRow) -> Iterator[TieOut]:
    """Number, tax rate and bank account of each line are those of the line that it takes back."""
    theirs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in original.lines:
        theirs[one.memo, one.account].append(account_detail(one))
    for line in entry.lines:
        wanted = theirs.get((line.memo, line.account))
        if wanted and account_detail(line) not in wanted:
            of_line = f"{name}, account of line “{line.memo}” to {line.account}"
            yield difference(of_line, account_detail(line), " or ".join(dict.fromkeys(wanted)))


def _lines(entry: EntryRow, sign: Decimal) -> dict[tuple[str, str, str], Decimal]:
    return _sums((line.memo, line.account, line.currency, sign * line.amount) for line in entry.lines)


def reversal_days(entry: PostedEntry, original: PostedEntry, choices: Iterable[Policies]) -> Iterator[TieOut]:
    """A reversal is dated like its entry, or on the first open day by one of the lock dates that can have held."""
    days = {booking_day(original.entry.entry_date, policies.lock_date) for policies in choices}
    if entry.entry.entry_date not in days:
        name = f"{entry.store}/{entry.settlement_id}: entry {entry.entry.key}, day"
        yield difference(name, entry.entry.entry_date, " or ".join(str(day) for day in sorted(days)))


_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TrueUps:
    """What was accepted for the lines of a lock that holds."""

    settlement: BookedSettlement
    proposals: Proposals
    """All that was proposed for them, and what is known of them."""
    standing_entries: Sequence[EntryRow]
    """Every entry of the settlement that stands."""
    choices: Callable[[int], Sequence[tuple[Policies, Accounts]]]
    """The policies and accounts that can have held when a batch was made."""
    made_at: Callable[[int], datetime | None]
    """When a batch was made."""


def true_up_lines(books: Books, settlement: BookedSettlement) -> pd.DataFrame:
    """Return the lines of a settlement that true-ups may be about, those of a document after its export included."""
    lines = every_line(books)
    return lines[(lines["store"] == settlement.store) & (lines["settlement_id"] == settlement.settlement_id)]


def true_up_tie_outs(books: Books, of: TrueUps) -> list[TieOut]:
    """Hold a settlement's accepted true-ups and their entries against its lock; only what differs."""
    ties = list(proposal_tie_outs(of.settlement.name, true_up_lines(books, of.settlement), of.proposals))
    so_far = total(row["cogs"] for row in of.proposals.locked_lines if row["key"] not in books.never_posted)
    own = [one for one in of.standing_entries if one.kind in TRUE_UP_KINDS]
    accepted = [row for row in of.proposals.rows if row["decision"] == TrueUpDecision.ACCEPTED]
    for batch in sorted({*(row["decided_in"] for row in accepted), *(one.revision for one in own)}):
        rows = [row for row in accepted if row["decided_in"] == batch]
        exact = total(row["difference"] for row in rows)
        whole = cents(so_far + exact) - cents(so_far)
        stored = [one for one in own if one.revision == batch]
        ties += _of_batch(books, of, batch, rows, whole, stored)
        so_far += exact
    return [*ties, *_in_profit_and_loss(books, of.settlement, own)]


_ROUNDED = Decimal("0.02")
"""What rounding can put between a kind of cost in an entry and its exact differences."""


def _in_profit_and_loss(books: Books, settlement: BookedSettlement, own: Sequence[EntryRow]) -> list[TieOut]:
    """Hold the months of the profit and loss against those of the journal, by kind of cost; only what differs.

    Earlier versions posted a line whose word was answered otherwise since as what it had been.
    """
    every = posted_corrections(books)
    corrections = every[(every["store"] == settlement.store) & (every["settlement_id"] == settlement.settlement_id)]
    as_they_were = corrections.drop(columns="event").merge(books.lines[["key", "event"]], on="key")
    ties = [list(_by_month(settlement, rows, own)) for rows in (corrections, as_they_were)]
    return ties[0] if all(ties) else []


def _by_month(settlement: BookedSettlement, corrections: pd.DataFrame, own: Sequence[EntryRow]) -> Iterator[TieOut]:
    shown: dict[tuple[str, LineType], Decimal] = defaultdict(Decimal)
    booked: dict[tuple[str, LineType], Decimal] = defaultdict(Decimal)
    for day, cogs, kind in zip(corrections["day"], corrections["cogs"], cost_types(corrections), strict=True):
        shown[day[:7], kind] += cogs
    for entry in own:
        for line in entry.lines:
            if line.memo in COST_TYPES:
                booked[f"{entry.entry_date:%Y-%m}", LineType(line.memo)] += line.amount
    batches = len({one.revision for one in own}) or 1
    for month, kind in sorted({*shown, *booked}):
        exact, stored = shown[month, kind], booked[month, kind]
        if abs(exact - stored) >= _ROUNDED * batches:
            yield TieOut(f"{settlement.name}: true-ups of {month}, P&L and journal, {kind}", exact, stored)


def _of_batch(
    books: Books,
    of: TrueUps,
    batch: int,
    rows: Sequence[dict[str, Any]],
    whole: Decimal,
    stored: Sequence[EntryRow],
) -> list[TieOut]:
    """Hold the entries of one acceptance against its differences."""
    choices, days = of.choices(batch), _days(books, of, batch)
    day = stored[0].entry_date if stored else min(days)
    told = with_whole_moves(frame(DECIDED_COLUMNS, rows))
    then = {row["key"]: books.posted_as.get(row["id"]) for row in rows}
    ours, theirs = (
        told.merge(every[["key", *CostLine._fields, "sku"]], on="key") for every in (every_line(books), books.lines)
    )
    events = [then.get(key) or event for key, event in zip(ours["key"], ours["event"], strict=True)]
    as_they_are = (in_places(ours.assign(event=pd.Series(events, ours.index, dtype=TEXT))), theirs)

    def made() -> Iterator[Sequence[Entry]]:
        for lines, (policies, accounts) in product(as_they_are, choices):
            finale = finale_corrects(of.standing_entries, policies.finale_posts)
            posting = CostPosting(of.settlement.store, books.company.home_currency, accounts, finale)
            number = of.settlement.settlement_id
            yield true_up_entries(lines, day, whole, settlement_id=number, revision=batch, posting=posting)

    open_days = {booking_day(one, policies.lock_date) for one in days for policies, _ in choices}
    ties = made_tie_outs(of.settlement.name, stored, made())
    odd = [one for one in stored if one.entry_date not in open_days]
    return [*ties, *(_odd_day(of.settlement.name, one, min(days)) for one in odd)]


def _odd_day(name: str, entry: EntryRow, day: date) -> TieOut:
    words = f"the books have “{entry.entry_date}”, recomputed it is “{day}” or the day before or after"
    return TieOut(f"{name}: entry {entry.key}, day", Decimal(1), Decimal(0), words)


def _days(books: Books, of: TrueUps, batch: int) -> set[date]:
    """Return the day of an acceptance; its store's calendar may be another one now."""
    at = of.made_at(batch)
    if at is None:
        return {one.entry_date for one in of.standing_entries}
    return {books.zones.day(at, of.settlement.store) + shift * _A_DAY for shift in (0, -1, 1)}
