"""Cost true-ups: what became known of locked lines after they were locked (docs/design/books.md, True-ups).

What differs, or belongs on other accounts (`core.books.true_ups.cost_comparison`), is proposed. Accepted ones are
posted into the first open period; nothing is ever posted by itself.

A sale and what takes its cost are decided alike, so that a refund never reverses another cost than was expensed: with
a proposal its mirrors are accepted or dismissed, and a line whose difference was dismissed counts as it is held.
Worked example: a sale of 2 at 4.00 and the refund of one, the bill says 4.50. Accepting +1.00 alone would leave 9.00
expensed and 4.00 reversed: 5.00 for one mug that cost 4.50. With its mirror, -0.50, it is 4.50.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.due_lines import note_all
from core.books.database.repeating import repeated
from core.books.database.state import state
from core.books.entries import stored_entries
from core.books.entries.booking_months import open_day
from core.books.entries.entry_rows import row_of, standing_entries
from core.books.loading import load_books
from core.books.settings.calendars import keep_lock_date
from core.books.true_ups import true_up_history
from core.books.true_ups.cost_comparison import Row, amount_or_zero, compared, every_line, held_lines, in_places
from core.books.true_ups.far_true_ups import follow_from_all_lines
from core.books.true_ups.true_up_history import ProposalCounts, TrueUpDecidedError, TrueUpDecision, Verdict
from core.errors import CogsheetError
from core.frame_columns import TEXT, frame, records
from core.journal.cogs_entry import COST_TYPES, CostLine, CostPosting, cost_types, true_up_entries
from core.journal.entry import COGS_KINDS, POSTED_BY_FINALE, ZERO, Entry
from core.line_types import LOSS_TYPES
from core.money import MONEY, cents, total

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from core.books.books import Books
    from core.books.database import Connection, Database
    from core.books.entries.stored_entries import EntryRow
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.journal.accounts import Accounts
    from core.line_types import LineType


class NoReasonError(CogsheetError):
    """A true-up is dismissed without saying why."""

    def __init__(self) -> None:
        super().__init__("A dismissed true-up needs a reason: the auditor will ask. Nothing was dismissed.")


class TornTrueUpsError(CogsheetError):
    """A sale's true-up is accepted and its refund's dismissed, or the other way round."""

    def __init__(self, numbers: Collection[int]) -> None:
        named = ", ".join(str(number) for number in sorted(numbers))
        super().__init__(
            f"The true-ups {named} belong together: a refund reverses the cost of its sale. Accept both or dismiss "
            f"both on sheet Cost true-ups. Nothing was decided."
        )


def by_reader(books: Books, some: pd.DataFrame, readers: Mapping[str, str]) -> dict[int, str]:
    """Return the true-ups that a newer reading of kept files makes, by number, each with its reader. Pure.

    With the lines that are read otherwise come those whose goods hang on them: the refund of a sale that is read
    otherwise, the reimbursement of a refund that is. A cost that has changed beside them has no part in it.

    Args:
        books: The books.
        some: TRUE_UP_COLUMNS.
        readers: `current_transactions.ReaderDifferences.lines`.
    """
    if not readers:
        return {}
    every = every_line(books)
    originals = dict(zip(every["key"], every["original_key"], strict=True))
    groups = _decided_alike(books, some)
    told = {group: readers[key] for group, key in zip(groups, some["key"], strict=True) if key in readers}
    proposed = set(some["key"])
    found = {}
    for row, group in zip(records(some, ["id", "key", "cause"]), groups, strict=True):
        key, original = row["key"], originals.get(row["key"])
        hangs_on = (original in readers and original in proposed) or row["cause"] != "cost"
        if key in readers or (group in told and hangs_on):
            found[row["id"]] = readers.get(key) or told[group]
    return found


@dataclass(frozen=True, slots=True)
class AcceptedTrueUps:
    """What accepting posted."""

    entries: tuple[Entry, ...]
    lines: int


def finale_corrects(standing: Iterable[EntryRow], by_policy: Collection[LineType]) -> frozenset[LineType]:
    """Return the kinds of cost that Finale corrects: those that it posted, and of those without any the policy's. Pure.

    Args:
        standing: The entries of a settlement that stand.
        by_policy: The kinds of cost that Finale posts as Setup has it.
    """
    posted = {line.memo: one.kind for one in standing if one.kind in COGS_KINDS for line in one.lines}
    of_losses = next((posted[debit] for debit in LOSS_TYPES if debit in posted), None)
    posters = {debit: posted.get(debit, of_losses if debit in LOSS_TYPES else None) for debit in COST_TYPES}
    return frozenset(
        debit for debit, kind in posters.items() if (debit in by_policy if kind is None else kind in POSTED_BY_FINALE)
    )


def decided_alike(books: Books, some: pd.DataFrame, keys: Iterable[str]) -> list[int]:
    """Return the numbers of the true-ups (TRUE_UP_COLUMNS) that belong together with some lines. Pure."""
    every = frame({"key": TEXT}, [{"key": key} for key in dict.fromkeys([*some["key"], *keys])])
    groups = dict(zip(every["key"], _decided_alike(books, every), strict=True))
    wanted = {groups[key] for key in keys}
    return [int(number) for number, key in zip(some["id"], some["key"], strict=True) if groups[key] in wanted]


def _with_events(books: Books, proposals: pd.DataFrame) -> pd.DataFrame:
    """Return proposals with the SKU of their lines, and as which event each is posted."""
    lines = proposals.merge(every_line(books)[["key", *CostLine._fields, "sku"]], on="key")
    return lines.assign(event=lines["event_now"].fillna(lines["event"]))


def immaterial_true_ups(books: Books, pending: pd.DataFrame) -> pd.DataFrame:
    """Return the proposals that the materiality limit on Setup calls immaterial (TRUE_UP_COLUMNS). Pure.

    Those of a settlement are, where together they come to less than the limit, more or less expense alike, and so does
    what they move between accounts; what must be decided together is immaterial only if all of it is.
    """
    sizes = pending.assign(moved=moved_amounts(pending)).groupby(["store", "settlement_id"])
    limit = books.policies.materiality
    is_small = (sizes["difference"].transform("sum").abs() < limit) & (sizes["moved"].transform("sum") < limit)
    small = pending[is_small.astype(bool)] if len(pending) else pending
    groups = _decided_alike(books, pending)
    material = set(groups[~pending["id"].isin(list(small["id"]))])
    return pending[~groups.isin(list(material))]


def moved_amounts(true_ups: pd.DataFrame) -> pd.Series:
    """Return how much cost each true-up moves between accounts, above zero and in home currency; else 0. Pure.

    Args:
        true_ups: TRUE_UP_COLUMNS.
    """
    amounts = [
        max(abs(row["cogs"]), abs(row["cogs"] - row["difference"])) if row["event_now"] is not None else ZERO
        for row in records(true_ups)
    ]
    return pd.Series(amounts, true_ups.index, dtype=MONEY)


def with_mirrors(books: Books, pending: pd.DataFrame, numbers: Collection[int]) -> pd.DataFrame:
    """Return the chosen proposals with those that must be decided alike (TRUE_UP_COLUMNS). Pure.

    Alike are the proposals of one store, order and SKU, and a line's with that of the line whose cost it takes.

    Raises:
        TrueUpDecidedError: If one of them is not pending any more.
    """
    late = sorted(set(numbers) - set(pending["id"]))
    if late:
        raise TrueUpDecidedError(late)
    groups = _decided_alike(books, pending)
    wanted = set(groups[pending["id"].isin(list(numbers))])
    return pending[groups.isin(list(wanted))]


def _decided_alike(books: Books, pending: pd.DataFrame) -> pd.Series:
    """Return for each proposal the number of the group that it is decided with.

    A line that a later file lacks has no proposal any more once they are made anew; until then it stands alone.
    """
    every = every_line(books)
    waiting = every[every["key"].isin(list(pending["key"]))]
    known = {row["key"]: list(_names(row)) for row in records(waiting, ["key", "original_key", *_GOODS])}
    names: dict[str, list[tuple[object, ...]]] = {key: known.get(key, [(key,)]) for key in pending["key"]}
    group_of: dict[tuple[object, ...], int] = {}
    members: dict[int, set[tuple[object, ...]]] = {}
    for number, key in enumerate(pending["key"]):
        joined = {group_of[name] for name in names[key] if name in group_of}
        members[number] = set(names[key]).union(*(members.pop(group) for group in joined))
        group_of.update(dict.fromkeys(members[number], number))
    return pd.Series([group_of[(key,)] for key in pending["key"]], pending.index, dtype="int64")


_GOODS = ("store", "order_id", "sku")


def _names(line: Row) -> Iterator[tuple[object, ...]]:
    """Name what a line shares with those that are decided like it."""
    yield (line["key"],)
    if line["original_key"] is not None:
        yield (line["original_key"],)
    if None not in (line["order_id"], line["sku"]):
        yield tuple(line[name] for name in _GOODS)


def _to_post(books: Books, settlement: BookedSettlement, difference: Decimal) -> Decimal:
    """Return the difference to the cent, home currency, so that all that was posted stays COGS rounded once.

    Worked example: 0.005 accepted twice, one after the other, posts 0.01 and then 0.00, not 0.01 each time.
    """
    every = every_line(books)
    own = (every["store"] == settlement.store) & (every["settlement_id"] == settlement.settlement_id)
    keys = set(every.loc[own, "key"]) - books.never_posted
    posted = total(amount_or_zero(row["cogs"]) for row in held_lines(books) if row["key"] in keys)
    return cents(posted + difference) - cents(posted)


def propose_true_ups(database: Database, books: Books, *, who: str, now: datetime) -> ProposalCounts:
    """Make the pending proposals say what is known now.

    Where somebody has written since the books were loaded, they are loaded anew: what was accepted meanwhile would be
    proposed a second time.
    """
    counts = _proposed(database, books, who=who, now=now)
    while counts is None:
        counts = _proposed(database, load_books(database), who=who, now=now)
    return counts


@repeated
def _proposed(database: Database, books: Books, *, who: str, now: datetime) -> ProposalCounts | None:
    """Return what was proposed; nothing where the books are in another state by now."""
    comparison = compared(books)
    is_known = not follow_from_all_lines(books, comparison)
    with database.writing() as connection:
        if state(connection) != books.database_state:
            return None
        note_all(connection, books.database_state, is_known=is_known)
        return true_up_history.update_proposals(
            connection, comparison.found, lambda: batches.new(connection, BatchKind.TRUE_UP, who, now, note="proposed")
        )


@repeated
def accept_true_ups(
    database: Database,
    books: Books,
    numbers: Collection[int],
    *,
    accounts: Accounts,
    lock_date: date | None,
    who: str,
    now: datetime,
    check: Callable[[Sequence[Entry]], None] | None = None,
) -> AcceptedTrueUps:
    """Post proposals and their mirrors into the first open period: one entry per settlement, the exact difference.

    Args:
        database: The books.
        books: Their state, just loaded.
        numbers: The proposals.
        accounts: Where COGS and inventory post.
        lock_date: Periods up to this day are closed.
        who: Who accepts.
        now: When; the day that it then is in a store is its entry's, unless that period is closed.
        check: Looks at the entries before they are kept, and raises where they could not be imported.

    Raises:
        TrueUpDecidedError: If one of them is not pending any more; nothing is posted then.
    """
    if not numbers:
        return AcceptedTrueUps((), 0)
    made: list[Entry] = []
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.TRUE_UP, who, now, note="accepted")
        keep_lock_date(connection, batch, lock_date, who=who, now=now)
        chosen = with_mirrors(books, true_up_history.pending(connection), numbers)
        lines = _with_events(books, chosen)
        for settlement in books.settlements:
            own = lines[(lines["store"] == settlement.store) & (lines["settlement_id"] == settlement.settlement_id)]
            if len(own):
                day = open_day(books.zones, settlement.store, now, lock_date)
                posting = _posting(connection, books, settlement, accounts)
                whole = _to_post(books, settlement, total(own["difference"]))
                posted = true_up_entries(
                    in_places(own), day, whole, settlement_id=settlement.settlement_id, revision=batch, posting=posting
                )
                _post(connection, settlement, own, posted, posting, batch)
                made += posted
        if check:
            check(made)
    return AcceptedTrueUps(tuple(made), len(chosen))


def _posting(connection: Connection, books: Books, settlement: BookedSettlement, accounts: Accounts) -> CostPosting:
    """Return where the true-ups of a settlement post: whoever posted a kind of cost corrects it.

    What the settlement's entries hold nothing of is posted by whom Setup names.
    """
    stored_ones = standing_entries(stored_entries.of_settlement(connection, settlement.id))
    finale = finale_corrects(stored_ones, books.policies.finale_posts)
    return CostPosting(settlement.store, books.company.home_currency, accounts, finale)


def _post(
    connection: Connection,
    settlement: BookedSettlement,
    lines: pd.DataFrame,
    made: Collection[Entry],
    posting: CostPosting,
    batch: int,
) -> None:
    """Store the entries of a settlement's true-ups, and with each decision the one that posts its kind of cost."""
    for entry in made:
        stored_entries.post(connection, row_of(entry, settlement.id), batch)
    key_of = {entry.key.kind in POSTED_BY_FINALE: str(entry.key) for entry in made}
    by_finale = [kind in posting.finale_posts for kind in cost_types(lines)]
    for poster in set(by_finale):
        numbers = [number for number, its in zip(lines["id"], by_finale, strict=True) if its is poster]
        true_up_history.decide_true_ups(
            connection, numbers, Verdict(TrueUpDecision.ACCEPTED, entry=key_of.get(poster)), batch
        )


@repeated
def dismiss_true_ups(
    database: Database, books: Books, numbers: Collection[int], reason: str, *, who: str, now: datetime
) -> list[int]:
    """Decide that proposals and their mirrors are not posted.

    Returns:
        The numbers of all that were dismissed.

    Raises:
        NoReasonError: If no reason is given.
        TrueUpDecidedError: If one of them is not pending any more.
    """
    if not numbers:
        return []
    if not reason.strip():
        raise NoReasonError
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.TRUE_UP, who, now, note="dismissed")
        chosen = [int(number) for number in with_mirrors(books, true_up_history.pending(connection), numbers)["id"]]
        true_up_history.decide_true_ups(connection, chosen, Verdict(TrueUpDecision.DISMISSED, reason.strip()), batch)
    return chosen


@repeated
def take_up_true_ups(
    database: Database, books: Books, numbers: Collection[int], reason: str, *, who: str, now: datetime
) -> list[int]:
    """Propose dismissed true-ups again, with those that were decided alike, where they still differ.

    Returns:
        The numbers of all that were proposed again.

    Raises:
        NotDismissedError: If one of them is not dismissed.
    """
    if not numbers:
        return []
    with database.writing() as connection:
        refused = true_up_history.dismissed_true_ups(connection)
        keys = refused.loc[refused["id"].isin(list(numbers)), "key"]
        chosen = sorted({*numbers, *decided_alike(books, refused, keys)})
        batch = batches.new(connection, BatchKind.TRUE_UP, who, now, note="proposed again")
        true_up_history.take_up(connection, chosen, reason.strip(), batch)
    return chosen


def refuse_torn(database: Database, books: Books, accepted: Collection[int], dismissed: Collection[int]) -> None:
    """Stop where proposals that belong together are to be decided in different ways.

    Raises:
        TornTrueUpsError: If some are.
        TrueUpDecidedError: If one of them is not pending any more.
    """
    with database.reading() as connection:
        pending = true_up_history.pending(connection)
    posted, left = (set(with_mirrors(books, pending, numbers)["id"]) for numbers in (accepted, dismissed))
    if posted & left:
        raise TornTrueUpsError(posted & left)
