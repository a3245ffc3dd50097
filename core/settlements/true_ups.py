"""Cost true-ups: what became known of locked lines after they were locked (design §5).

The locked figures stay. Every locked line is costed once more as if it were free; where the answer differs from what
the books hold for the line (the locked COGS, or the last true-up accepted for it) the exact difference is proposed,
refunds of such lines included. Accepted ones are posted into the first open period; nothing is ever posted by itself.

A sale and what takes its cost are decided alike, so that a refund never reverses another cost than was expensed: with
a proposal its mirrors are accepted or dismissed, and a line whose difference was dismissed counts as it is held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.database import batches, entries, true_ups
from core.database.batches import BatchKind
from core.database.true_ups import FOUND_COLUMNS, SAYS, Decision, Proposed, TrueUpDecidedError, Verdict
from core.errors import CogsheetError
from core.journal.entry import Entry, EntryKey, EntryKind, line_to
from core.journal.line_types import LineType
from core.model import CostSource, CostStatus, OverrideKind, frame, records
from core.money import cents, total
from core.settlements.books import costed_lines, costing_policies
from core.settlements.exporting import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime

    from core.database import Database
    from core.journal.accounts import Accounts
    from core.settlements.books import Books

_KNOWN = (CostStatus.COSTED, CostStatus.ZERO_CONFIRMED, CostStatus.NOT_APPLICABLE)


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


@dataclass(frozen=True, slots=True)
class AcceptedTrueUps:
    """What accepting posted."""

    entries: tuple[Entry, ...]
    lines: int


def differences(books: Books) -> pd.DataFrame:
    """Return every locked line that would cost something else now (FOUND_COLUMNS). Pure.

    A line whose cost is not known any more proposes nothing: what was locked was known. One whose difference was
    dismissed stays as it is held, for itself and for the lines that take its cost, until it would cost something else;
    so does for ever what was posted elsewhere or lies before books start.
    """
    if books.known.locked is None or books.known.locked.empty:
        return frame(FOUND_COLUMNS)
    found = _differences(books, books.never_posted)
    dismissed = frozenset(_dismissed(books, found))
    return _differences(books, books.never_posted | dismissed) if dismissed else found


def _differences(books: Books, standing: AbstractSet[str]) -> pd.DataFrame:
    """Cost all locked lines but the standing ones as if they were free, and compare."""
    locked = books.known.locked
    held = None if locked is None else locked[locked["key"].isin(list(standing))]
    free = replace(books.known, locked=held, taken=locked, overrides=_without_estimates(books))
    now = {row["key"]: row for row in records(costed_lines(free, costing_policies(books.policies, books.company)))}
    asked = [row for row in held_lines(books) if row["key"] in now and row["key"] not in standing]
    rows = [_found(now[row["key"]], row) for row in asked if now[row["key"]]["cost_status"] in _KNOWN]
    return frame(FOUND_COLUMNS, [row for row in rows if row["difference"]])


def _dismissed(books: Books, found: pd.DataFrame) -> Iterator[str]:
    """Name the lines whose difference is the one that was dismissed."""
    figures = {row["key"]: [row[name] for name in SAYS] for row in records(books.dismissed_true_ups)}
    for row in records(found):
        if figures.get(row["key"]) == [row[name] for name in SAYS]:
            yield row["key"]


def _without_estimates(books: Books) -> pd.DataFrame:
    """Return the overrides less the accepted averages of locked lines whose real cost has arrived since.

    Those of open lines hold until the bookkeeper replaces them.
    """
    arrived = books.lines[books.lines["finale_cost"].notna() & (books.lines["cost_source"] == CostSource.LOCKED)]
    estimate = books.overrides["kind"] == OverrideKind.ACCEPTED_AVERAGE
    given_up = estimate & books.overrides["key"].isin(list(arrived["key"]))
    return books.overrides[~given_up.fillna(value=False).astype(bool)]


def held_lines(books: Books) -> list[dict[str, Any]]:
    """Return what the books hold for every locked line: as locked, or as the last accepted true-up left it."""
    locked = [] if books.known.locked is None else records(books.known.locked)
    accepted = {row["key"]: row for row in records(books.accepted_true_ups)}
    return [row | _accepted(accepted.get(row["key"], {})) for row in locked]


def _accepted(true_up: dict[str, Any]) -> dict[str, Any]:
    return {name: true_up[name] for name in ("unit_cost", "cost_quantity", "disposition", "cogs") if true_up}


def _found(now: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    difference = _money(now["cogs"]) - _money(held["cogs"])
    return {
        "key": now["key"],
        "cause": _cause(now, held),
        "unit_cost": now["unit_cost"],
        "cost_quantity": now["cost_quantity"],
        "disposition": now["disposition"],
        "cogs": _money(now["cogs"]),
        "difference": difference,
        "currency": now["cost_currency"],
    }


def _cause(now: dict[str, Any], held: dict[str, Any]) -> str:
    if now["disposition"] != held["disposition"]:
        return "disposition"
    return "units" if now["cost_quantity"] != held["cost_quantity"] else "cost"


def _money(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)


def propose(database: Database, books: Books, *, who: str, now: datetime) -> Proposed:
    """Make the pending proposals say what is known now."""
    found = differences(books)
    with database.writing() as connection:
        if found.empty and true_ups.pending(connection).empty:
            return Proposed(0, 0, 0)
        batch = batches.new(connection, BatchKind.TRUE_UP, who, now, note="proposed")
        return true_ups.propose(connection, found, batch)


def accept(
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
        now: When; also the entry's day, unless its period is closed.
        check: Looks at the entries before they are kept, and raises where they could not be imported.

    Raises:
        TrueUpDecidedError: If one of them is not pending any more; nothing is posted then.
    """
    day = now.date() if lock_date is None or now.date() > lock_date else lock_date + timedelta(days=1)
    # Finale corrects by itself what it has posted by itself.
    by_finale = LineType.COGS_SALES in books.policies.finale_posts
    kind = EntryKind.FINALE_TRUE_UP if by_finale else EntryKind.TRUE_UP
    made: list[Entry] = []
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.TRUE_UP, who, now, note="accepted")
        chosen = with_mirrors(books, true_ups.pending(connection), numbers)
        for (store, settlement_id), lines in chosen.groupby(["store", "settlement_id"], sort=True):
            amount = _to_post(books, str(store), str(settlement_id), total(lines["difference"]))
            key = EntryKey(str(store), str(settlement_id), f"{day:%Y-%m}", kind, revision=batch)
            entry = _entry(key, day, amount, books.company.home_currency, accounts)
            entries.post(connection, stored(entry, _number_of(books, str(store), str(settlement_id))), batch)
            true_ups.decide(connection, lines["id"].to_list(), Verdict(Decision.ACCEPTED, entry=str(key)), batch)
            made.append(entry)
        if check:
            check(made)
    return AcceptedTrueUps(tuple(made), len(chosen))


def dismiss(
    database: Database, books: Books, numbers: Collection[int], reason: str, *, who: str, now: datetime
) -> list[int]:
    """Decide that proposals and their mirrors are not posted.

    Returns:
        The numbers of all that were dismissed.

    Raises:
        NoReasonError: If no reason is given.
        TrueUpDecidedError: If one of them is not pending any more.
    """
    if not reason.strip():
        raise NoReasonError
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.TRUE_UP, who, now, note="dismissed")
        chosen = [int(number) for number in with_mirrors(books, true_ups.pending(connection), numbers)["id"]]
        true_ups.decide(connection, chosen, Verdict(Decision.DISMISSED, reason.strip()), batch)
    return chosen


def immaterial(books: Books, pending: pd.DataFrame) -> pd.DataFrame:
    """Return the proposals that the materiality limit on Setup calls immaterial (TRUE_UP_COLUMNS). Pure.

    Those of a settlement are, where together they come to less than the limit, more or less expense alike; what must be
    decided together is immaterial only if all of it is.
    """
    sums = pending.groupby(["store", "settlement_id"])["difference"].transform("sum").abs()
    small = pending[(sums < books.policies.materiality).astype(bool)] if len(pending) else pending
    groups = _decided_alike(books, pending)
    material = set(groups[~pending["id"].isin(list(small["id"]))])
    return pending[~groups.isin(list(material))]


def refuse_torn(database: Database, books: Books, accepted: Collection[int], dismissed: Collection[int]) -> None:
    """Stop where proposals that belong together are to be decided in different ways.

    Raises:
        TornTrueUpsError: If some are.
        TrueUpDecidedError: If one of them is not pending any more.
    """
    with database.reading() as connection:
        pending = true_ups.pending(connection)
    posted, left = (set(with_mirrors(books, pending, numbers)["id"]) for numbers in (accepted, dismissed))
    if posted & left:
        raise TornTrueUpsError(posted & left)


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
    """Return for each proposal the number of the group that it is decided with."""
    waiting = books.lines[books.lines["key"].isin(list(pending["key"]))]
    names = {row["key"]: list(_names(row)) for row in records(waiting[["key", "original_key", *_GOODS]])}
    group_of: dict[tuple[object, ...], int] = {}
    members: dict[int, set[tuple[object, ...]]] = {}
    for number, key in enumerate(pending["key"]):
        joined = {group_of[name] for name in names[key] if name in group_of}
        members[number] = set(names[key]).union(*(members.pop(group) for group in joined))
        group_of.update(dict.fromkeys(members[number], number))
    return pd.Series([group_of[(key,)] for key in pending["key"]], pending.index, dtype="int64")


_GOODS = ("store", "order_id", "sku")


def _names(line: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    """Name what a line shares with those that are decided like it."""
    yield (line["key"],)
    if line["original_key"] is not None:
        yield (line["original_key"],)
    if None not in (line["order_id"], line["sku"]):
        yield tuple(line[name] for name in _GOODS)


def _to_post(books: Books, store: str, settlement_id: str, difference: Decimal) -> Decimal:
    """Return the difference to the cent, so that all that was posted stays the settlement's COGS rounded once."""
    of_settlement = books.lines[(books.lines["store"] == store) & (books.lines["settlement_id"] == settlement_id)]
    keys = set(of_settlement["key"]) - books.never_posted
    posted = total(_money(row["cogs"]) for row in held_lines(books) if row["key"] in keys)
    return cents(posted + difference) - cents(posted)


def _number_of(books: Books, store: str, settlement_id: str) -> int:
    return next(one.id for one in books.settlements if (one.store, one.settlement_id) == (store, settlement_id))


def _entry(key: EntryKey, day: date, amount: Decimal, currency: str, accounts: Accounts) -> Entry:
    sides = ((LineType.COGS_SALES, amount), (LineType.INVENTORY_OUT, -amount))
    booked = (line_to(accounts.of(side, store=key.store, currency=currency), side, value) for side, value in sides)
    return Entry(key, day, currency, tuple(booked))
