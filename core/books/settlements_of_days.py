"""Which settlements a report of some days is about, so that no other's lines have to be read.

They are those with a line of these days, and those of which something is booked in these days: an entry of a month that
was closed, a true-up, a reclassification, an entry that was taken back. More of them than needed do no harm.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from core.books import entries, settings, true_up_history
from core.books.booked_settlement import EntryStatus
from core.books.database import costing_tables
from core.books.postings import postings
from core.frame_columns import records
from core.settings import POLICIES_NAME, Policies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from core.books.booked_settlement import BookedSettlement
    from core.books.database import Connection

_NEAR = timedelta(days=2)
"""A day of a store's calendar begins and ends at most so far from the same day in UTC."""


class Days(NamedTuple):
    """The days of a report, both included; `None` is without end."""

    first: date | None
    last: date | None

    def may_hold(self, day: date) -> bool:
        """Tell whether a day is one of them, or so near that a store's calendar may make it one."""
        return self._begins_by(day) and self._ends_after(day)

    def may_meet(self, first: date, last: date) -> bool:
        """Tell whether one of them may lie between two days."""
        return self._begins_by(last) and self._ends_after(first)

    def _begins_by(self, day: date) -> bool:
        return self.first is None or self.first <= day + _NEAR

    def _ends_after(self, day: date) -> bool:
        return self.last is None or day - _NEAR <= self.last


def _has_lines(one: BookedSettlement, posted: Sequence[datetime | None], days: Days) -> bool:
    """Tell whether a settlement may have a line of some days; one without a moment counts on its last day.

    Args:
        one: The settlement.
        posted: When the first and the last of its lines were posted.
        days: Which.
    """
    known = [moment.date() for moment in (*posted, one.period_end or one.imported_at) if moment is not None]
    return days.may_meet(min(known), max(known))


def settlements_of_days(
    connection: Connection, settlements: Sequence[BookedSettlement], days: Days
) -> list[BookedSettlement]:
    """Return the settlements that a report of some days is about.

    Args:
        connection: Of `Database.reading`, of books whose lines are kept.
        settlements: All settlements.
        days: Which.
    """
    kept = costing_tables.costed_settlement.c
    query = select(kept.settlement, kept.first_posted, kept.last_posted)
    posted = {row.settlement: (row.first_posted, row.last_posted) for row in connection.execute(query)}
    elsewhere = set(_booked_in(connection, settlements, days))
    return [one for one in settlements if one.id in elsewhere or _has_lines(one, posted.get(one.id, ()), days)]


def _booked_in(connection: Connection, settlements: Sequence[BookedSettlement], days: Days) -> Iterator[int]:
    """Yield the numbers of settlements of which something is booked in some days, whenever its lines were posted."""
    out = postings(connection)
    yield from (number for (number, _, _), day in out.days.items() if number in out.late and days.may_hold(day))
    yield from (one.settlement for one in out.taken_back if days.may_hold(one.day) or days.may_hold(one.reversed_on))
    decided = entries.reclassified(connection).values()
    yield from (one.settlement for one in decided if days.may_hold(one.day))
    numbers = {(one.store, one.settlement_id): one.id for one in settlements}
    for row in records(true_up_history.posted(connection)):
        day = row["entry_date"] and date.fromisoformat(row["entry_date"])
        if days.may_hold(day or row["decided_at"].date()):
            yield numbers[row["store"], row["settlement_id"]]
    lock_date = settings.get(connection, POLICIES_NAME, Policies, Policies()).lock_date
    if lock_date is not None and days.may_hold(lock_date):
        yield from (one.id for one in settlements if EntryStatus.OPEN in (one.settlement_entry, one.cogs_entry))
