"""Book the month-end accrual: once however often the month is closed, and anew where its figures have changed.

What was booked is kept like every entry. Where a later closing of the month comes to other figures, the entries that
were booked (the accrual and its reversal on the next day) are taken back, each on its own day, and the new ones go out
as the next revision; so the accounting system never has two accruals of one month.

What an accrual was made of is kept beside it: which lines, when they left stock, and what they cost by what was known
on that day. So it can be made again, whatever became known since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from core.books import batches, entries, overrides, settings, settlement_lines
from core.books.batches import BatchKind
from core.books.entry_tie_outs import made_tie_outs
from core.books.exporting import as_written, stored
from core.books.overrides import HISTORY_COLUMNS
from core.books.tie_outs import TieOut, difference
from core.books.type_choices import with_choices
from core.costing import with_typed_skus
from core.facilitator_tax import with_tax_kinds
from core.frame_columns import COSTED_COLUMNS, OVERRIDE_COLUMNS, TEXT, conform, frame, records
from core.journal.accrual_entry import AccrualDays, accrual_entries, reversal_of
from core.journal.entry import REVERSED, Entry, EntryKey, EntryKind
from core.line_types import LineType
from core.model import CostStatus
from core.reports.accrual import shipped_not_settled
from core.time import Month, local_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from core.books.books import Books
    from core.books.database import Connection, Database
    from core.books.entries import Posted, StoredEntry
    from core.journal.accounts import Accounts
    from core.settings import Policies


Pair = tuple["Entry", "Entry"]
"""An accrual entry and its reversal."""
_WITHOUT_COST = (CostStatus.MISSING, CostStatus.WAITING)


@dataclass(frozen=True, slots=True)
class ToAccrue:
    """What was shipped by a month's end and is settled only after it."""

    lines: pd.DataFrame
    """Columns of the books' lines, `ship_day` and `posted_day`: what is accrued."""
    without_cost: pd.DataFrame
    """The same of what is not, for want of a cost."""


def to_accrue(books: Books, counted: pd.DataFrame, month: Month, zones: Mapping[str, ZoneInfo]) -> ToAccrue:
    """Return the lines of a month's accrual. Pure.

    A sale without its cost would be all profit, so that neither its money nor its cost is accrued; what Finale posts
    needs none.

    Args:
        books: The books.
        counted: Those of their lines that these books post.
        month: Which.
        zones: The time zone of each store.
    """
    shipped = shipped_not_settled(counted, books.observations, month, zones=zones)
    lacking = shipped["cost_status"].isin(_WITHOUT_COST) & (LineType.COGS_SALES not in books.policies.finale_posts)
    return ToAccrue(shipped[~lacking], shipped[lacking])


@dataclass(frozen=True, slots=True)
class AccruedLine:
    """A line of an accrual by what was known when it was booked."""

    key: str
    ship_day: str
    """ISO day on which Finale said that its goods left."""
    unit_cost: Decimal | None
    cost_quantity: int | None
    cogs: Decimal | None
    """Home currency, + is expense."""


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What an accrual was made of."""

    month: str
    lines: tuple[AccruedLine, ...]


def _setting(batch: int) -> str:
    return f"accrual of batch {batch}"


@dataclass(frozen=True, slots=True)
class AccrualPlan:
    """What closing a month books."""

    pairs: tuple[Pair, ...]
    """The month's accrual entries with their reversals, in the revision that holds."""
    taken_back: tuple[Entry, ...]
    """What takes back the entries of the revision before."""
    is_booked: bool
    """Whether exactly these pairs are in the books already."""

    @property
    def entries(self) -> list[Entry]:
        """Everything that the accounting system needs to hold these pairs and no others."""
        return [*self.taken_back, *(entry for pair in self.pairs for entry in pair)]


def plan_accrual(posted: Sequence[Posted], month: str, pairs: Sequence[Pair], accounts: Accounts) -> AccrualPlan:
    """Hold a month's accrual against what was booked of it. Pure.

    Args:
        posted: Every entry in the books.
        month: As `2026-08`.
        pairs: The accrual as it would be booked now, its entries of revision 1.
        accounts: For the numbers of the accounts of entries that were booked before.
    """
    chain = _of_month(posted, month)
    booked = [as_written(one, accounts) for one in chain]
    revision = max((entry.key.revision for entry in booked), default=0)
    gone = {entry.reverses for entry in booked if entry.key.suffix}
    standing = [entry for entry in booked if not entry.key.suffix and str(entry.key) not in gone]
    same = tuple(_revised(pair, revision) for pair in pairs)
    if {_figures(entry) for pair in same for entry in pair} == {_figures(entry) for entry in standing}:
        newest = max((one.batch for one in chain), default=0)
        with_it = [entry for one, entry in zip(chain, booked, strict=True) if one.batch == newest and entry.key.suffix]
        return AccrualPlan(same, tuple(with_it), is_booked=True)
    return AccrualPlan(
        tuple(_revised(pair, revision + 1) for pair in pairs), tuple(map(_taken_back, standing)), is_booked=False
    )


def _of_month(posted: Sequence[Posted], month: str) -> list[Posted]:
    """Return a month's accrual entries, their reversals on the next day, and whatever took either back."""
    keys: set[str] = set()
    found = []
    for one in posted:  # in the order they were stored, so that an entry stands before what reverses it
        is_accrual = one.entry.kind is EntryKind.ACCRUAL
        key = EntryKey.parse(one.entry.key, store=one.store, settlement_id=one.settlement_id) if is_accrual else None
        begins = key is not None and key.month == month
        if begins or (one.entry.reverses in keys and one.entry.settlement is None):
            keys.add(one.entry.key)
            found.append(one)
    return found


def _made_of(month: str, lines: pd.DataFrame) -> MadeOf:
    names = ["key", "ship_day", "unit_cost", "cost_quantity", "cogs"]
    return MadeOf(month, tuple(AccruedLine(**row) for row in records(lines[names])))


def _as_made(posted: Posted) -> StoredEntry:
    """Return a stored entry with the kind that its key says; stored ones are called accrual and reversal.

    One whose key is not that of its store and name is left as it is: that is named by itself.
    """
    try:
        key = EntryKey.parse(posted.entry.key, store=posted.store, settlement_id=posted.settlement_id)
    except ValueError:
        return posted.entry
    return replace(posted.entry, kind=key.kind)


def _of_lines(name: str, of: MadeOf, lines: pd.DataFrame, end: date, books: Books) -> Iterator[TieOut]:
    """Hold each line of an accrual against the month: it left by its end, is posted later, and costs what it costs."""
    there = set(lines["key"])
    posted = dict(zip(lines["key"], local_days(lines, books.zones), strict=True))
    for one in of.lines:
        place = f"{name}: line {one.key}"
        if one.key not in there:
            yield difference(place, "accrued", "no line of the books then")
        elif one.ship_day > end.isoformat() or posted[one.key] <= end.isoformat():
            yield difference(
                place, f"shipped {one.ship_day}, posted {posted[one.key]}", f"shipped by {end}, posted later"
            )
        if one.unit_cost is not None and one.cogs != one.unit_cost * (one.cost_quantity or 0):
            yield difference(f"{place}, COGS", one.cogs, one.unit_cost * (one.cost_quantity or 0))


def _revised(pair: Pair, revision: int) -> Pair:
    accrual = replace(pair[0], key=replace(pair[0].key, revision=max(revision, 1)))
    return accrual, reversal_of(accrual, pair[1].day)


def _figures(entry: Entry) -> object:
    """Return what makes two entries the same for whoever has imported one."""
    lines = tuple((line.type, line.account, line.amount) for line in entry.lines)
    return str(entry.key), entry.day, entry.currency, lines


def _taken_back(entry: Entry) -> Entry:
    key: EntryKey = replace(entry.key, suffix=f"{entry.key.suffix}{REVERSED}")
    lines = tuple(replace(line, amount=-line.amount) for line in entry.lines)
    return replace(entry, key=key, lines=lines, reverses=str(entry.key))


def book_accrual(
    database: Database,
    plan: AccrualPlan,
    *,
    month: str,
    lines: pd.DataFrame,
    who: str,
    now: datetime,
    check: Callable[[Sequence[Entry]], None],
) -> None:
    """Keep the entries of a plan, all of them or none, unless they are in the books.

    Args:
        database: The books.
        plan: What is booked.
        month: Of which month, as `2026-08`.
        lines: What it was made of (`ToAccrue.lines`).
        who: Who closes the month.
        now: When.
        check: Looks at the entries before anything is stored, and raises where they could not be imported.
    """
    check(plan.entries)
    if plan.is_booked or not plan.entries:
        return
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.EXPORT, who, now, note="accrual")
        for entry in plan.entries:
            kind = EntryKind.REVERSAL if entry.reverses else EntryKind.ACCRUAL
            kept = replace(stored(entry, None), kind=kind, store=entry.key.store, name=entry.key.settlement_id)
            entries.post(connection, kept, batch)
        settings.put(connection, _setting(batch), _made_of(month, lines), who=who, now=now)


def accrual_tie_outs(
    connection: Connection, books: Books, posted: Sequence[Posted], choices: Sequence[tuple[Policies, Accounts]]
) -> list[TieOut] | None:
    """Hold the accrual entries of one batch, reversals included, against those made again; only what differs.

    Money is that of the lines as they were in the books then, cost and day of shipping what was known then.

    Args:
        connection: Of `Database.reading`.
        books: The books.
        posted: The entries of no settlement that the batch stored, the accruals and what takes them back next day.
        choices: The policies and accounts that can have held.

    Returns:
        `None` where the books do not know what it was made of: it was booked by an older version.
    """
    batch = posted[0].batch
    of = settings.get(connection, _setting(batch), MadeOf | None, None)  # type: ignore[arg-type]  # pydantic knows it
    if of is None:
        return None
    name, month = f"Accrual of {of.month}", Month.parse(of.month)
    lines = _as_known(connection, books, of, batch)
    days = AccrualDays(month.last_day, month.day_after)
    home = books.company.home_currency

    def made() -> Iterator[list[Entry]]:
        for policies, accounts in choices:
            finale = policies.finale_posts
            pairs = accrual_entries(lines, days, home_currency=home, accounts=accounts, finale_posts=finale)
            yield [entry for pair in pairs for entry in pair]

    standing = [_as_made(one) for one in posted]
    return [*made_tie_outs(name, standing, made(), ()), *_of_lines(name, of, lines, month.last_day, books)]


def _as_known(connection: Connection, books: Books, of: MadeOf, batch: int) -> pd.DataFrame:
    """Return the lines of an accrual (TRANSACTION_COLUMNS, COSTED_COLUMNS) as they were when it was booked."""
    then = settlement_lines.transactions_at(connection, batch)
    classified = with_choices(connection, then, books.settlements, books.stores, until=batch)
    answers = [row for row in records(overrides.history(connection)) if row["batch"] <= batch]
    named = with_typed_skus(classified, conform(OVERRIDE_COLUMNS, frame(HISTORY_COLUMNS, answers)))
    taxed = with_tax_kinds(named)
    known = {one.key: one for one in of.lines}
    costs = {
        name: {key: getattr(one, name) for key, one in known.items()}
        for name in ("unit_cost", "cost_quantity", "cogs", "ship_day")
    }
    lines = taxed[taxed["key"].isin(list(known))].reset_index(drop=True)
    costed = {name: [values[key] for key in lines["key"]] for name, values in costs.items() if name != "ship_day"}
    rows = frame(
        COSTED_COLUMNS, [dict(zip(costed, values, strict=True)) for values in zip(*costed.values(), strict=True)]
    )
    shipped = pd.Series([costs["ship_day"][key] for key in lines["key"]], lines.index, dtype=TEXT)
    return pd.concat([lines, rows.drop(columns="key")], axis=1).assign(ship_day=shipped)
