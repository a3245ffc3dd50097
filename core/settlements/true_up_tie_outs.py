"""Stored true-ups against the lines that they correct, and their entries against what was decided. Pure.

A chain: the first true-up of a locked line starts at its locked COGS, each further one where the last left it; the
entries of one acceptance are those differences, rounded so that all that was posted stays the COGS rounded once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.database.true_ups import TRUE_UP_COLUMNS
from core.journal.cogs_entry import COST_TYPES, CostPosting, cost_type, true_up_entries
from core.journal.entry import EntryKind
from core.line_types import LineType
from core.model import frame, records
from core.money import cents, total
from core.settlements.costs_now import posted_corrections
from core.settlements.entry_tie_outs import made_tie_outs
from core.settlements.line_tie_outs import place_of
from core.settlements.tie_outs import TieOut, difference
from core.settlements.true_ups import finale_corrects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from core.database.entries import Entry as StoredEntry
    from core.database.settlements import BookedSettlement
    from core.journal.accounts import Accounts
    from core.journal.entry import Entry
    from core.settings import Policies
    from core.settlements.books import Books

_TRUE_UPS = (EntryKind.TRUE_UP, EntryKind.FINALE_TRUE_UP)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TrueUps:
    """What was accepted for the lines of a lock that holds."""

    settlement: BookedSettlement
    locked: Sequence[Mapping[str, Any]]
    """COSTED_COLUMNS of the lock."""
    accepted: Sequence[dict[str, Any]]
    """TRUE_UP_COLUMNS, in the order in which they were proposed."""
    standing: Sequence[StoredEntry]
    """Every entry of the settlement that stands."""
    choices: Callable[[int], Sequence[tuple[Policies, Accounts]]]
    """The policies and accounts that can have held when a batch was made."""
    made_at: Callable[[int], datetime | None]
    """When a batch was made."""


def true_up_tie_outs(books: Books, of: TrueUps) -> list[TieOut]:
    """Hold a settlement's accepted true-ups and their entries against its lock; only what differs."""
    found = list(_chain(books, of))
    so_far = total(row["cogs"] for row in of.locked if row["key"] not in books.never_posted)
    own = [one for one in of.standing if one.kind in _TRUE_UPS]
    for batch in sorted({*(row["decided_in"] for row in of.accepted), *(one.revision for one in own)}):
        rows = [row for row in of.accepted if row["decided_in"] == batch]
        exact = total(row["difference"] for row in rows)
        whole = cents(so_far + exact) - cents(so_far)
        stored = [one for one in own if one.revision == batch]
        found += _of_batch(books, of, batch, rows, whole, stored)
        so_far += exact
    return [*found, *_in_profit_and_loss(books, of.settlement, own)]


_ROUNDED = Decimal("0.02")
"""What rounding can put between a kind of cost in an entry and its exact differences."""


def _in_profit_and_loss(books: Books, settlement: BookedSettlement, own: Sequence[StoredEntry]) -> Iterator[TieOut]:
    """Hold the months of the profit and loss against those of the journal, by kind of cost; only what differs."""
    shown: dict[tuple[str, LineType], Decimal] = defaultdict(Decimal)
    booked: dict[tuple[str, LineType], Decimal] = defaultdict(Decimal)
    every = posted_corrections(books)
    corrections = every[(every["store"] == settlement.store) & (every["settlement_id"] == settlement.settlement_id)]
    for row in records(corrections[["day", "event", "cogs"]]):
        shown[row["day"][:7], cost_type(row["event"])] += row["cogs"]
    for entry in own:
        for line in entry.lines:
            if line.memo in COST_TYPES:
                booked[f"{entry.entry_date:%Y-%m}", LineType(line.memo)] += line.amount
    batches = len({one.revision for one in own}) or 1
    for month, kind in sorted({*shown, *booked}):
        exact, stored = shown[month, kind], booked[month, kind]
        if abs(exact - stored) >= _ROUNDED * batches:
            yield TieOut(f"{settlement.name}: true-ups of {month}, P&L and journal, {kind}", exact, stored)


def _chain(books: Books, of: TrueUps) -> Iterator[TieOut]:
    lines = books.lines_of(of.settlement)
    places = {row["key"]: place_of(row) for row in records(lines[["key", *_PLACE]])}
    held = {row["key"]: row["cogs"] or Decimal(0) for row in of.locked}
    for row in of.accepted:
        name = f"{of.settlement.name}, {places.get(row['key'], row['key'])}: true-up {row['id']}"
        rest = row["cogs"] - held.get(row["key"], Decimal(0))
        if row["difference"] != rest:
            yield TieOut(name, row["difference"], rest, is_exact=True)
        held[row["key"]] = row["cogs"]
        yield from _of_itself(name, row, books.company.home_currency)


def _of_itself(name: str, row: Mapping[str, Any], home: str) -> Iterator[TieOut]:
    """COGS of a true-up is units x unit cost, in home currency."""
    if row["unit_cost"] is not None and row["cost_quantity"] is not None:
        cogs = row["unit_cost"] * row["cost_quantity"]
        if cogs != row["cogs"]:
            yield TieOut(f"{name}, COGS and units x unit cost", row["cogs"], cogs, is_exact=True)
    if row["currency"] != home:
        yield difference(f"{name}, currency", row["currency"], home)


_PLACE = ("order_id", "sku", "raw_type", "raw_description")


def _of_batch(
    books: Books,
    of: TrueUps,
    batch: int,
    rows: Sequence[dict[str, Any]],
    whole: Decimal,
    stored: Sequence[StoredEntry],
) -> list[TieOut]:
    """Hold the entries of one acceptance against its differences."""
    choices, days = of.choices(batch), _days(books, of, batch)
    day = stored[0].entry_date if stored else min(days)
    lines = frame(TRUE_UP_COLUMNS, rows).merge(books.lines[["key", "event", "sku"]], on="key")

    def made() -> Iterator[Sequence[Entry]]:
        for policies, accounts in choices:
            finale = finale_corrects(of.standing, policies.finale_posts)
            posting = CostPosting(of.settlement.store, books.company.home_currency, accounts, finale)
            number = of.settlement.settlement_id
            yield true_up_entries(lines, day, whole, settlement_id=number, revision=batch, posting=posting)

    open_days = {policies.lock_date + _A_DAY for policies, _ in choices if policies.lock_date is not None}
    found = made_tie_outs(of.settlement.name, stored, made(), ())
    odd = [one for one in stored if one.entry_date not in days | open_days]
    return [*found, *(_odd_day(of.settlement.name, one, min(days)) for one in odd)]


def _odd_day(name: str, entry: StoredEntry, day: date) -> TieOut:
    words = f"the books have “{entry.entry_date}”, recomputed it is “{day}” or the day before or after"
    return TieOut(f"{name}: entry {entry.key}, day", Decimal(1), Decimal(0), words)


def _days(books: Books, of: TrueUps, batch: int) -> set[date]:
    """Return the day of an acceptance; its store's calendar may be another one now."""
    at = of.made_at(batch)
    if at is None:
        return {one.entry_date for one in of.standing}
    return {books.zones.day(at, of.settlement.store) + shift * _A_DAY for shift in (0, -1, 1)}
