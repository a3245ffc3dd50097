"""Book the month-end accrual: once however often the month is closed, and anew where its figures have changed.

What was booked is kept like every entry. Where a later closing of the month comes to other figures, the entries that
were booked (the accrual and its reversal on the next day) are taken back, each on its own day, and the new ones go out
as the next revision; so the accounting system never has two accruals of one month.

What an accrual was made of is kept beside it: which lines, when they left stock, and what they cost by what was known
on that day. So it can be made again, whatever became known since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal  # noqa: TC003 - pydantic reads it when the books are opened
from typing import TYPE_CHECKING

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.line_costs import costing_policies
from core.books.database.repeating import repeated
from core.books.entries import stored_entries
from core.books.entries.entry_rows import as_written, row_of
from core.books.settings import stored_settings
from core.costing import sold_in_shipments
from core.facilitator_tax import TAX_KIND
from core.frame_columns import records
from core.journal.accrual_entry import reversal_of
from core.journal.entry import REVERSED, Entry, EntryKey, EntryKind
from core.line_types import LineType
from core.model import WITHOUT_COST, Event, ObservationKind
from core.reports.accrual import shipped_not_settled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    import pandas as pd

    from core.books.books import Books
    from core.books.database import Database
    from core.books.entries.stored_entries import PostedEntry
    from core.journal.accounts import Accounts
    from core.model import SoldInShipments
    from core.time import Month

Pair = tuple["Entry", "Entry"]
"""An accrual entry and its reversal."""


@dataclass(frozen=True, slots=True)
class LinesToAccrue:
    """What was shipped by a month's end and is settled only after it."""

    lines: pd.DataFrame
    """Columns of the books' lines, `ship_day` and `posted_day`: what is accrued."""
    without_cost: pd.DataFrame
    """The same of what is not, for want of a cost."""


def to_accrue(books: Books, counted: pd.DataFrame, month: Month, zones: Mapping[str, ZoneInfo]) -> LinesToAccrue:
    """Return the lines of a month's accrual. Pure.

    A sale without its cost would be all profit, so that neither its money nor its cost is accrued; what Finale posts
    needs none.

    Args:
        books: The books.
        counted: Those of their lines that these books post.
        month: Which.
        zones: The time zone of each store.
    """
    shipments = shipments_of(books, counted)
    shipped = shipped_not_settled(counted, books.observations, month, zones=zones, shipments=shipments)
    lacking = shipped["cost_status"].isin(WITHOUT_COST) & (LineType.COGS_SALES not in books.policies.finale_posts)
    return LinesToAccrue(shipped[~lacking], shipped[lacking])


def shipments_of(books: Books, lines: pd.DataFrame) -> dict[str, SoldInShipments]:
    """Return in which shipments the units of sales left, by line key, where those of an order are to be told apart.

    Args:
        books: The books: which shipment a line is of depends on all lines of its order.
        lines: Of them, the ones in question.
    """
    known = books.costing_input
    orders = known.observations[known.observations["kind"] == ObservationKind.ORDER]
    sales = books.lines[(books.lines["event"] == Event.SALE).fillna(value=False).astype(bool)]
    several = {*_repeated(orders, "product_id"), *_repeated(sales, "sku")} & set(lines["order_id"].dropna())
    if not several:
        return {}
    own = known.transactions[known.transactions["order_id"].isin(list(several))].reset_index(drop=True)
    return sold_in_shipments(replace(known, transactions=own), costing_policies(books.policies, books.company))


def _repeated(rows: pd.DataFrame, name: str) -> set[str]:
    """Return the orders of which something stands in several rows."""
    named = rows[rows["order_id"].notna() & rows[name].notna()]
    return set(named.loc[named.duplicated(["order_id", name]), "order_id"])


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
    tax_kind: str | None = None
    """Whose tax its tax was (`core.line_types.TaxKind`); missing also where an older version booked it."""
    posted_day: str | None = None
    """ISO day on which it was posted by the store's calendar of then; missing where an older version booked it."""
    units_sold: int | None = None
    """Of a line of which only a part had left: all its units."""
    units_left: int | None = None
    """How many of them had left; missing where all had."""


@dataclass(frozen=True, slots=True)
class AccrualBasis:
    """What an accrual was made of."""

    month: str
    lines: tuple[AccruedLine, ...]


def accrual_setting(batch: int) -> str:
    """Return the name under which is kept what an accrual was made of."""
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


def plan_accrual(posted: Sequence[PostedEntry], month: str, pairs: Sequence[Pair], accounts: Accounts) -> AccrualPlan:
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


def _of_month(posted: Sequence[PostedEntry], month: str) -> list[PostedEntry]:
    """Return a month's accrual entries, their reversals on the next day, and whatever took either back."""
    keys: set[str] = set()
    entries_of_month = []
    for one in posted:  # in the order they were stored, so that an entry stands before what reverses it
        is_accrual = one.entry.kind is EntryKind.ACCRUAL
        key = EntryKey.parse(one.entry.key, store=one.store, settlement_id=one.settlement_id) if is_accrual else None
        begins = key is not None and key.month == month
        if begins or (one.entry.reverses in keys and one.entry.settlement is None):
            keys.add(one.entry.key)
            entries_of_month.append(one)
    return entries_of_month


def _made_of(month: str, lines: pd.DataFrame) -> AccrualBasis:
    names = ["key", "ship_day", "unit_cost", "cost_quantity", "cogs", TAX_KIND, "posted_day"]
    names += ["units_sold", "units_left"]
    return AccrualBasis(month, tuple(AccruedLine(**row) for row in records(lines[names])))


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


@repeated
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
        lines: What it was made of (`LinesToAccrue.lines`).
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
            kept = replace(row_of(entry, None), kind=kind, store=entry.key.store, name=entry.key.settlement_id)
            stored_entries.post(connection, kept, batch)
        stored_settings.put(connection, accrual_setting(batch), _made_of(month, lines), who=who, now=now)
