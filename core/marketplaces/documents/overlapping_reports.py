"""Rows that stand in several reports whose periods overlap: which of them are one row, whatever became of its date."""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = TypeVar("Row")
_EARLIER, _LATER = timedelta(hours=14), timedelta(hours=36)
"""How far a moment may lie before and after the midnight, UTC, of the day that it has in its own zone."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class Dated(NamedTuple):
    """When a row says that it happened."""

    moment: datetime | None
    """In UTC, as which a row without a zone is read."""
    utc_offset: int | None = None
    """By how many minutes the clock of that zone is ahead of UTC; `None` where the row names none."""

    @property
    def ahead(self) -> timedelta:
        """How far the row's own clock is ahead of what it is read as."""
        return timedelta(minutes=self.utc_offset or 0)

    @property
    def is_bare(self) -> bool:
        """Whether the row names a day alone."""
        moment = self.moment
        return self.utc_offset is None and moment is not None and moment == moment.replace(hour=0, minute=0, second=0)


def with_another_report(
    there: Sequence[Row], rows: Sequence[Row], when: Callable[[Row], Dated], *, numbered: bool
) -> list[Row]:
    """Return rows of one content with those of a further report: what stands in both is one row, with its fullest date.

    A row that has the marketplace's own number is known by it. Of another one the date says it: the same moment, or
    one that lost its zone, its seconds, its time, or all of its date, in one of the reports. `2026-06-29`,
    `2026-06-29 10:15` and `2026-06-29T10:15:33-04:00` are one row; 10:15 and 14:40 are two, 10:15 of two zones are two,
    and so are two rows of one report.

    Args:
        there: What earlier reports hold.
        rows: What the further one holds.
        when: When a row happened.
        numbered: Whether the rows have a number of their own.
    """
    first, others = (sorted(some, key=lambda row: when(row).moment or _NEVER) for some in (there, rows))
    ways = (operator.eq, _shows_one_clock, _is_same_moment, lambda one, other: numbered or _lost_its_time(one, other))
    pairs = [pair for is_one in ways for pair in _paired(first, others, when, is_one)]
    return [*(max(pair, key=lambda row: _fullness(when(row))) for pair in pairs), *first, *others]


def _paired(
    first: list[Row], others: list[Row], when: Callable[[Row], Dated], is_one: Callable[[Dated, Dated], bool]
) -> list[tuple[Row, Row]]:
    """Take the pairs that are one row out of two lists, in order, and return them."""
    pairs = []
    for other in list(others):
        one = next((row for row in first if is_one(when(row), when(other))), None)
        if one is not None:
            first.remove(one)
            others.remove(other)
            pairs.append((one, other))
    return pairs


def _shows_one_clock(one: Dated, other: Dated) -> bool:
    """Tell whether two moments may be one of which a report lost the zone, or the seconds."""
    if one.moment is None or other.moment is None:
        return False
    if one.utc_offset is not None and other.utc_offset is not None:
        return _is_same_minute(one.moment, other.moment)
    return _is_same_minute(one.moment + one.ahead, other.moment + other.ahead)


def _is_same_moment(one: Dated, other: Dated) -> bool:
    return one.moment == other.moment


def _is_same_minute(one: datetime, other: datetime) -> bool:
    """Tell whether two moments are one, or one of them is the minute of the other."""
    return one == other or (one.replace(second=0) == other.replace(second=0) and 0 in (one.second, other.second))


def _lost_its_time(one: Dated, other: Dated) -> bool:
    """Tell whether two moments may be one of which a report lost the time, or the date."""
    if one.moment is None or other.moment is None:
        return True
    if one.is_bare == other.is_bare:
        return False
    later = one.moment - other.moment if other.is_bare else other.moment - one.moment
    return -_EARLIER <= later <= _LATER


def _fullness(when: Dated) -> tuple[bool, bool, bool, datetime]:
    moment = when.moment
    if moment is None:
        return (False, False, False, _NEVER)
    return (True, not when.is_bare, when.utc_offset is not None, moment)
