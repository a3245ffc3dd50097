"""Rows that stand in several reports whose periods overlap: which of them are one row, whatever became of its date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = TypeVar("Row")
_EARLIER, _LATER = timedelta(hours=14), timedelta(hours=36)
"""How far a moment may lie before and after the midnight, UTC, of the day that it has in its own zone."""
_NEVER = datetime.min.replace(tzinfo=UTC)


def with_another_report(
    there: Sequence[Row], rows: Sequence[Row], moment: Callable[[Row], datetime | None], *, numbered: bool
) -> list[Row]:
    """Return rows of one content with those of a further report: what stands in both is one row, with its fullest date.

    A row that has the marketplace's own number is known by it. Of another one the date says it: the same moment, or
    one that lost its time, or all of its date, in one of the reports. `2026-06-29` and `2026-06-29T10:15:00-04:00` are
    one row; 10:15 and 14:40 are two, and so are two rows of one report.

    Args:
        there: What earlier reports hold.
        rows: What the further one holds.
        moment: When a row happened.
        numbered: Whether the rows have a number of their own.
    """
    first, others = (sorted(some, key=lambda row: moment(row) or _NEVER) for some in (there, rows))
    same = _paired(first, others, lambda one, other: moment(one) == moment(other))
    alike = _paired(first, others, lambda one, other: numbered or may_be_one(moment(one), moment(other)))
    fullest = (max(pair, key=lambda row: _fullness(moment(row))) for pair in (*same, *alike))
    return [*fullest, *first, *others]


def _paired(first: list[Row], others: list[Row], is_one: Callable[[Row, Row], bool]) -> list[tuple[Row, Row]]:
    """Take the pairs that are one row out of two lists, in order, and return them."""
    pairs = []
    for other in list(others):
        one = next((row for row in first if is_one(row, other)), None)
        if one is not None:
            first.remove(one)
            others.remove(other)
            pairs.append((one, other))
    return pairs


def may_be_one(one: datetime | None, other: datetime | None) -> bool:
    """Tell whether two moments may be one of which a report lost the time, or the date."""
    if one is None or other is None:
        return True
    bare, whole = (one, other) if _is_bare(one) else (other, one)
    return _is_bare(bare) and not _is_bare(whole) and -_EARLIER <= whole - bare <= _LATER


def _is_bare(moment: datetime) -> bool:
    return moment == moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _fullness(moment: datetime | None) -> tuple[bool, bool, datetime]:
    return (False, False, _NEVER) if moment is None else (True, not _is_bare(moment), moment)
