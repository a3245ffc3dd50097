"""Reclassifications: money of exported settlements that would be booked to other accounts today (docs/design/books.md).

A settlement entry that went out stays. Where the settlement's files are read otherwise since, somebody has said what
an unknown word is, or a later settlement withholds the tax of one of its orders, its entry would be another: the
difference, account by account, is proposed, and an entry of exactly that difference is posted into the first open
period when it is accepted. Nothing is posted by itself, and one that is dismissed stays dismissed until it would be
another. What was accepted counts in the profit and loss of its month (`core.books.true_ups.corrections`).

Worked example: −3.00 of storage went out under Other fees. Once its word is declared, Storage fees has 3.00 debit and
Other fees 3.00 credit to be posted; where both post to one account, nothing is proposed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.entries import stored_entries
from core.books.entries.booking_months import open_day
from core.books.entries.entry_rows import as_written, row_of, standing_entries
from core.books.entries.stored_entries import AcceptedReclassification, EntryRow, PostedEntry
from core.books.settings import stored_settings
from core.books.settings.calendars import keep_lock_date, last_day
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.books.true_ups.corrections import reclassified_money
from core.books.verification.tie_outs import TieOut, difference
from core.errors import CogsheetError
from core.journal.entry import Entry, EntryKey, EntryKind, EntryLine
from core.journal.settlement_entry import settlement_entries
from core.line_types import PNL_PARTS, TYPES_BY_NAME, LineType
from core.money import total
from core.reports.pnl_parts import parts
from core.time import settlement_dates
from core.typed_amounts import asked_amounts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    import pandas as pd

    from core.books.books import Books
    from core.books.database import Connection, Database
    from core.journal.accounts import Accounts

_SETTING = "dismissed reclassifications"
_KINDS = (EntryKind.SETTLEMENT, EntryKind.RECLASSIFICATION)


class NoReclassificationError(CogsheetError):
    """A reclassification is to be decided that nobody proposes."""

    def __init__(self, numbers: Collection[int]) -> None:
        named = ", ".join(f"R{number}" for number in sorted(numbers))
        super().__init__(
            f"There is nothing to reclassify under {named}: it was decided or has changed meanwhile. Nothing was "
            f"changed. Fill sheet Cost true-ups again, then decide again."
        )


class NoReclassificationReasonError(CogsheetError):
    """A reclassification is dismissed without saying why."""

    def __init__(self) -> None:
        super().__init__("A dismissed reclassification needs a reason: the auditor will ask. Nothing was dismissed.")


@dataclass(frozen=True, slots=True)
class Reclassification:
    """What a settlement's entry would have otherwise today."""

    settlement: BookedSettlement
    lines: tuple[EntryLine, ...]
    """Debit +, credit −, in the settlement's currency; one per account and part of the P&L, and they balance."""

    @property
    def number(self) -> int:
        """What names it to commands, as `R12`."""
        return self.settlement.id

    @property
    def amount(self) -> Decimal:
        """How much is moved: the sum of its debits, above zero, in the settlement's currency."""
        return total(line.amount for line in self.lines if line.amount > 0)

    def __str__(self) -> str:
        """Say it in words: the debits, then the credits."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            sums[line.account] += line.amount
        moved = sorted(sums.items(), key=lambda sum_: sum_[1], reverse=True)
        return ", ".join(f"{account} {amount:+,.2f}" for account, amount in moved)


def reclassification(books: Books, settlement: BookedSettlement, posted: Sequence[EntryRow]) -> Reclassification:
    """Return what a settlement's entries would have otherwise by today's reading. Pure.

    Nothing is while a word of it is asked: half of a change would distort it.

    Args:
        books: The books.
        settlement: One whose settlement entry has gone out.
        posted: Its settlement entries and reclassifications that stand.
    """
    lines = books.counted(books.lines_as_read(settlement))
    if asked_amounts(lines):
        return Reclassification(settlement, ())
    store, number = settlement.store, settlement.settlement_id
    made = settlement_entries(
        lines,
        settlement_dates(lines, last_day(settlement, books.zones), books.zones),
        store=store,
        settlement_id=number,
        currency=settlement.currency,
        accounts=books.accounts,
    )
    out = [as_written(PostedEntry(one, store, number, 0), books.accounts) for one in posted]
    names = _names_then(out, books.accounts, store, settlement.currency)
    now = [replace(line, account=names.get(line.account, line.account)) for entry in made for line in entry.lines]
    then = [replace(line, amount=-line.amount) for entry in out for line in entry.lines]
    return Reclassification(settlement, tuple(_by_account([*now, *then])))


def _names_then(out: Iterable[Entry], accounts: Accounts, store: str, currency: str) -> Mapping[str, str]:
    """Return the names that accounts had when the entries went out, by the names they have now.

    An account that was renamed on sheet Accounts since is the same account: nothing moves to it.
    """
    then: dict[LineType, set[str]] = {}
    for line in (line for entry in out for line in entry.lines):
        then.setdefault(line.type, set()).add(line.account)
    now = {line_type: accounts.of(line_type, store=store, currency=currency).name for line_type in then}
    return {now[line_type]: min(names) for line_type, names in then.items() if len(names) == 1}


def _by_account(lines: Sequence[EntryLine]) -> Iterable[EntryLine]:
    """Sum the lines by account, in the order in which the accounts come; an account that keeps its sum is left out.

    Where lines of several parts of the profit and loss post to one account (Shipping income has what was refunded of
    it too), each part has a line, so that the month's profit and loss moves as the account does.
    """
    for account in dict.fromkeys(line.account for line in lines):
        own = [line for line in lines if line.account == account]
        if total(line.amount for line in own):
            yield from _by_part(own)


def _by_part(lines: Sequence[EntryLine]) -> Iterator[EntryLine]:
    for part in dict.fromkeys(PNL_PARTS.get(line.type) for line in lines):
        own = [line for line in lines if PNL_PARTS.get(line.type) is part]
        amount = total(line.amount for line in own)
        if amount:
            yield replace(own[0], amount=amount)


def _decided(one: Reclassification, entry: Entry) -> AcceptedReclassification:
    lines = tuple((str(line.type), line.account, line.amount) for line in entry.lines)
    return AcceptedReclassification(one.settlement.id, entry.day, entry.currency, lines)


def reclassified_tie_outs(books: Books, settlement: BookedSettlement, standing: Sequence[EntryRow]) -> Iterator[TieOut]:
    """Hold the reclassifications of a settlement in the profit and loss against the journal; only what differs. Pure.

    Class by class and month by month, and each entry account by account against what was decided.

    Args:
        books: The books.
        settlement: Whose.
        standing: Its entries that stand.
    """
    own = {one.key: one for one in standing if one.kind is EntryKind.RECLASSIFICATION}
    decided = {key: one for key, one in books.reclassifications.items() if one.settlement == settlement.id}
    yield from _by_class(settlement.name, reclassified_money(books), settlement, own.values())
    for key in sorted({*own, *decided}):
        then = {line[:2]: line[2] for line in decided[key].lines} if key in decided else {}
        now = {(line.memo, line.account): line.amount for line in own[key].lines if line.amount} if key in own else {}
        for kind, account in sorted({*then, *now}):
            name = f"{settlement.name}: entry {key}, line “{kind}” to {account}"
            if then.get((kind, account)) != now.get((kind, account)):
                yield difference(name, now.get((kind, account)), then.get((kind, account)))


def _by_class(
    name: str, money: pd.DataFrame, settlement: BookedSettlement, own: Iterable[EntryRow]
) -> Iterator[TieOut]:
    lines = money[(money["store"] == settlement.store) & (money["settlement_id"] == settlement.settlement_id)]
    shown, booked = (defaultdict[tuple[str, str], Decimal](Decimal) for _ in range(2))
    for part, amounts in parts(lines).items():
        for day, amount in zip(lines["day"], amounts, strict=True):
            shown[day[:7], str(part)] += amount
    for entry in own:
        for line in entry.lines:
            line_type = TYPES_BY_NAME.get(line.memo, LineType.CLEARING)
            part = None if line.memo == LineType.CLEARING else PNL_PARTS.get(line_type)
            if part is not None:
                booked[f"{entry.entry_date:%Y-%m}", part.value] -= line.amount
    for month, part in sorted({*shown, *booked}):
        words = f"{name}: reclassifications of {month}, P&L and journal, {part.replace('_', ' ')}"
        if shown[month, part] != booked[month, part]:
            yield TieOut(words, shown[month, part], booked[month, part], is_exact=True)


def _entry(one: Reclassification, day: date, revision: int) -> Entry:
    of = one.settlement
    key = EntryKey(of.store, of.settlement_id, f"{day:%Y-%m}", EntryKind.RECLASSIFICATION, revision)
    return Entry(key, day, of.currency, one.lines)


def _chosen(there: Sequence[Reclassification], numbers: Collection[int]) -> list[Reclassification]:
    unknown = set(numbers) - {one.number for one in there}
    if unknown:
        raise NoReclassificationError(unknown)
    return [one for one in there if one.number in numbers]


def pending_reclassifications(database: Database, books: Books, *, dismissed: bool = False) -> list[Reclassification]:
    """Return what is to be reclassified and was not dismissed, or what was dismissed.

    Args:
        database: The books.
        books: Their state, just loaded.
        dismissed: Whether those are asked for that were dismissed as they are.
    """
    with database.reading() as connection:
        refused = stored_settings.get(connection, _SETTING, dict[str, str], {})
        return [one for one in _all(connection, books) if (refused.get(one.settlement.name) == str(one)) is dismissed]


def _all(connection: Connection, books: Books) -> list[Reclassification]:
    proposals = []
    for one in books.settlements:
        is_out = one.settlement_entry is EntryStatus.EXPORTED
        if is_out and (one.store, one.settlement_id) in books.read_otherwise | books.taxed_otherwise:
            standing = standing_entries(stored_entries.of_settlement(connection, one.id))
            posted = [entry for entry in standing if entry.kind in _KINDS]
            proposals.append(reclassification(books, one, posted))
    return [one for one in proposals if one.lines]


@repeated
def accept_reclassification(
    database: Database,
    books: Books,
    numbers: Collection[int],
    *,
    lock_date: date | None,
    who: str,
    now: datetime,
    check: Callable[[Sequence[Entry]], None] | None = None,
) -> list[Entry]:
    """Post reclassifications into the first open period, one entry per settlement, all of them or none.

    Args:
        database: The books.
        books: Their state, just loaded.
        numbers: Which.
        lock_date: Periods up to this day are closed.
        who: Who accepts.
        now: When; the day that it then is in a store is its entry's, unless that period is closed.
        check: Looks at the entries before they are kept, and raises where they could not be imported.

    Raises:
        NoReclassificationError: If one of them is not pending.
    """
    if not numbers:
        return []
    chosen = _chosen(pending_reclassifications(database, books), numbers)
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.TRUE_UP, who, now, note="reclassified")
        keep_lock_date(connection, batch, lock_date, who=who, now=now)
        made = [_entry(one, open_day(books.zones, one.settlement.store, now, lock_date), batch) for one in chosen]
        if check:
            check(made)
        for one, entry in zip(chosen, made, strict=True):
            stored_entries.post(connection, row_of(entry, one.settlement.id), batch)
        decided = {str(entry.key): _decided(one, entry) for one, entry in zip(chosen, made, strict=True)}
        stored_entries.remember_reclassified(connection, decided, who, now)
    return made


def dismiss_reclassification(
    database: Database, books: Books, numbers: Collection[int], reason: str, *, who: str, now: datetime
) -> None:
    """Decide that reclassifications are not posted, until they would be others.

    Raises:
        NoReclassificationReasonError: If no reason is given.
        NoReclassificationError: If one of them is not pending.
    """
    if not numbers:
        return
    if not reason.strip():
        raise NoReclassificationReasonError
    chosen = _chosen(pending_reclassifications(database, books), numbers)
    _remember(database, {one.settlement.name: str(one) for one in chosen}, reason.strip(), who=who, now=now)


def take_up_reclassification(
    database: Database, books: Books, numbers: Collection[int], reason: str, *, who: str, now: datetime
) -> None:
    """Let dismissed reclassifications be proposed again.

    Raises:
        NoReclassificationError: If one of them is not dismissed.
    """
    if numbers:
        chosen = _chosen(pending_reclassifications(database, books, dismissed=True), numbers)
        _remember(database, {one.settlement.name: "" for one in chosen}, reason.strip(), who=who, now=now)


@repeated
def _remember(database: Database, told: Mapping[str, str], reason: str, *, who: str, now: datetime) -> None:
    with database.writing() as connection:
        before = stored_settings.get(connection, _SETTING, dict[str, str], {})
        batches.new(connection, BatchKind.TRUE_UP, who, now, note=f"{', '.join(told)}: {reason}")
        stored_settings.put(connection, _SETTING, {**before, **told}, who=who, now=now)
