"""In which month a line's money and its cost are booked: one answer for profit and loss, month-end pack and verify.

An entry is dated in the month of its lines, or, where that is closed, on the first open day (`booking_day`). Where
an entry is out, its lines count in the month that it went out with; where it is not, in the month that it would have
today. Money and cost of a line may be booked in different months, for their entries go out apart.

Worked example: a settlement with a sale of 20 August comes in on 5 September, when August is closed. Its entry of
August is dated 1 September, and September's profit and loss has the sale. Its cost is known on 10 October, when
September is closed too: the sale counts in September, and its cost in October.

As whose tax the tax of its lines went out is kept here too, where another settlement decided it (`facilitator_tax`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from core.books.database import closing_tables
from core.books.settings import stored_settings
from core.books.settings.calendars import last_day
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.facilitator_tax import decided_elsewhere
from core.frame_columns import frame
from core.journal.entry import REVERSED, EntryKind
from core.reports.basis import BOOKED_COLUMNS
from core.time import months_of, settlement_dates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from decimal import Decimal

    import pandas as pd

    from core.books.database import Connection
    from core.facilitator_tax import PostedTax
    from core.time import StoreDays

_KINDS = {
    EntryKind.SETTLEMENT: EntryKind.SETTLEMENT,
    EntryKind.COGS: EntryKind.COGS,
    EntryKind.FINALE: EntryKind.COGS,
}
"""The entries that a settlement's lines are in, and which of the two it is: Finale's part is booked with the COGS."""
TAX_NAME = "tax of exported settlements"
_MONTH = re.compile(r" (\d{4}-\d{2}) [^0-9]+ r\d+$")
"""The month of the lines, at the end of an entry's key."""


def open_day(zones: StoreDays, store: str, now: datetime, lock_date: date | None) -> date:
    """Return the day of a correction: that which it is in the store, or the first that is not closed."""
    return booking_day(zones.day(now, store), lock_date)


def booking_day(day: date, lock_date: date | None) -> date:
    """Return the day on which something of a day is booked: itself, or the first one after the closed periods.

    Whatever is booked goes by this, and every report of it: the loss of 20 August, imported after August was closed,
    is in the entry, the profit and loss and the pack of September.
    """
    return day if lock_date is None or day > lock_date else lock_date + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReversedEntry:
    """An entry whose reversal is booked in another month: that month's figures have it, and its own month keeps it."""

    settlement: int
    """Its number in this database."""
    day: date
    """Of the entry."""
    reversed_on: date
    currency: str
    lines: tuple[tuple[str, Decimal], ...]
    """Line type, debit + and credit − of the entry itself."""


@dataclass(frozen=True, slots=True)
class Postings:
    """On which days the entries stand that are out."""

    days: Mapping[tuple[int, EntryKind, str], date] = field(default_factory=dict)
    """Day of each standing entry, by settlement number, settlement or COGS entry, and month of its lines."""
    taken_back: tuple[ReversedEntry, ...] = ()

    @property
    def late(self) -> set[int]:
        """The numbers of settlements of which an entry is booked in another month than that of its lines."""
        return {number for (number, _, month), day in self.days.items() if month != _month(day)}

    def day(self, settlement: BookedSettlement, kind: EntryKind, month: str) -> date | None:
        """Return the day of the entry that holds a month's lines; `None` where they are all in none."""
        return self.days.get((settlement.id, kind, month))


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def booked_days(
    lines: pd.DataFrame,
    settlements: Iterable[BookedSettlement],
    postings: Postings,
    *,
    zones: StoreDays,
    lock_date: date | None,
) -> pd.DataFrame:
    """Return the lines that are booked in another month than their own, and on which days (BOOKED_COLUMNS). Pure.

    Args:
        lines: Those that the books count, of these settlements, each with all of them: which month is a settlement's
            last follows from its lines.
        settlements: Whose.
        postings: What is out.
        zones: The calendar of each store.
        lock_date: Periods up to this day are closed: where open settlements would be booked.
    """
    known, moved = list(settlements), postings.late
    late = [one for one in known if one.id in moved or (lock_date is not None and one.has_open_entry)]
    own = dict(iter(lines.groupby(["store", "settlement_id"], sort=False))) if late else {}
    rows: list[dict[str, object]] = []
    for one in late:
        if (one.store, one.settlement_id) in own:
            rows += _of_settlement(own[one.store, one.settlement_id], one, postings, zones, lock_date)
    return frame(BOOKED_COLUMNS, rows)


def _of_settlement(
    lines: pd.DataFrame, one: BookedSettlement, postings: Postings, zones: StoreDays, lock_date: date | None
) -> Iterator[dict[str, object]]:
    dates = settlement_dates(lines, last_day(one, zones), zones)
    for month, day, group in months_of(lines, dates):
        booked = {}
        for kind, status in one.statuses.items():
            is_open = status is EntryStatus.OPEN
            on = booking_day(day, lock_date) if is_open else postings.day(one, kind, month)
            booked[kind] = None if on is None or _month(on) == month else on.isoformat()
        if any(booked.values()):
            days = {"money_day": booked[EntryKind.SETTLEMENT], "cost_day": booked[EntryKind.COGS]}
            yield from ({"key": key, **days} for key in group["key"].to_list())


def postings(connection: Connection) -> Postings:
    """Read on which days entries are booked, and what was taken back in another month than its own."""
    rows = connection.execute(_entries_of_settlements()).all()
    reversals = {row.reverses: date.fromisoformat(row.entry_date) for row in rows if row.reverses is not None}
    days: dict[tuple[int, EntryKind, str], date] = {}
    gone: dict[int, tuple[int, date, date]] = {}
    for row in rows:
        day, month = date.fromisoformat(row.entry_date), _MONTH.search(row.key)
        if row.id in reversals and _month(reversals[row.id]) != _month(day):
            gone[row.id] = (row.settlement, day, reversals[row.id])
        elif row.id not in reversals and row.kind in _KINDS and month and not row.key.endswith(REVERSED):
            days[row.settlement, _KINDS[EntryKind(row.kind)], month[1]] = day
    return Postings(days, tuple(_taken_back(connection, gone)))


@cache
def _entries_of_settlements() -> Select[Any]:
    entry = closing_tables.entry.c
    columns = (entry.id, entry.key, entry.kind, entry.settlement, entry.entry_date, entry.reverses)
    return select(*columns).where(entry.settlement.is_not(None)).order_by(entry.id)


def _taken_back(connection: Connection, gone: Mapping[int, tuple[int, date, date]]) -> Iterator[ReversedEntry]:
    line = closing_tables.entry_line
    for number, (settlement, day, reversed_on) in gone.items():
        rows = connection.execute(select(line).where(line.c.entry == number).order_by(line.c.position)).all()
        if rows:
            amounts = tuple((row.memo, row.amount) for row in rows)
            yield ReversedEntry(settlement, day, reversed_on, rows[0].currency, amounts)


def keep_tax_kinds(
    connection: Connection, settlement: BookedSettlement, lines: pd.DataFrame, *, who: str, now: datetime
) -> None:
    """Keep as whose tax lines of a settlement go out, where lines of other settlements decide it.

    Args:
        connection: Of `Database.writing`.
        settlement: Whose settlement entry goes out.
        lines: All its lines, with `tax_kind`.
        who: Who exports.
        now: When.
    """
    kept, decided = stored_settings.get(connection, TAX_NAME, dict[str, dict[str, str]], {}), decided_elsewhere(lines)
    if decided != kept.get(settlement.name, {}):
        stored_settings.put(connection, TAX_NAME, {**kept, settlement.name: decided}, who=who, now=now)


def posted_tax(connection: Connection, settlements: Iterable[BookedSettlement]) -> PostedTax:
    """Return the settlements whose settlement entry is out, with what `keep_tax_kinds` kept of them."""
    kept = stored_settings.get(connection, TAX_NAME, dict[str, dict[str, str]], {})
    out = (one for one in settlements if one.settlement_entry is EntryStatus.EXPORTED)
    return {(one.store, one.settlement_id): kept.get(one.name, {}) for one in out}
