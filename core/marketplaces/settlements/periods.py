"""Periods of settlements: by their lines where a format states none, and what is odd about one that is stated."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.marketplaces.settlements.file_lines import Header
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    import pandas as pd

    from core.marketplaces.settlements.file_lines import FileLine

_NAMED = 3


def header_of(
    settlement_id: str,
    lines: Sequence[FileLine],
    currency: str,
    deposit_at: datetime | None = None,
    total: Decimal | None = None,
) -> Header:
    """Return a header whose period runs from the first to the last moment that the settlement's lines were posted."""
    posted = [line.posted_at for line in lines if line.posted_at]
    return Header(
        settlement_id=settlement_id,
        marketplace="",
        currency=currency,
        period_start=min(posted, default=None),
        period_end=max(posted, default=None),
        deposit_at=deposit_at,
        total=total,
    )


def by_settlement(lines: Iterable[FileLine]) -> dict[str, list[FileLine]]:
    """Return the lines of each settlement; those that belong to none are left out."""
    settled: dict[str, list[FileLine]] = defaultdict(list)
    for line in lines:
        if line.settlement_id:
            settled[line.settlement_id].append(line)
    return settled


def period_name(lines: Sequence[FileLine]) -> str:
    """Return the first and last day that lines were posted, one at least: the name of a settlement without id."""
    posted = sorted(line.posted_at for line in lines if line.posted_at)
    return f"{posted[0]:%Y%m%d}-{posted[-1]:%Y%m%d}"


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something odd about the period that a settlement states; its sum may be right all the same."""

    short: str
    """For a cell beside its status."""
    message: str
    """What it is exactly, and what it means."""


def oddities(
    settlement_id: str, start: datetime | None, end: datetime | None, transactions: pd.DataFrame
) -> Iterator[Oddity]:
    """Yield what is odd about a stated period: that it ends before it begins, and lines that were posted outside it.

    Whole days are compared, for formats that know days alone: a line of the last afternoon lies within.

    Args:
        settlement_id: Of the settlement.
        start: The beginning of its period; `None` where it is not known.
        end: The end.
        transactions: Its lines (TRANSACTION_COLUMNS).
    """
    if start is None or end is None:
        return
    first, last = sorted((start.date(), end.date()))
    if end.date() < start.date():
        yield Oddity(
            "Period ends before it begins",
            f"Settlement {settlement_id} states a period that ends on {first}, before it begins on {last}. Its lines "
            f"count on their own days all the same; ask the marketplace which days it is about.",
        )
    posted = transactions["posted_at"].dropna()
    if len(posted) and (posted.min().date() < first or posted.max().date() > last):
        outside = [index for index, moment in posted.items() if not first <= moment.date() <= last]
        yield _outside(settlement_id, first, last, transactions.loc[outside])


def _outside(settlement_id: str, first: date, last: date, lines: pd.DataFrame) -> Oddity:
    """Name the lines that were posted outside a period, the first of them with order, SKU and day."""
    names = zip(*(lines[name].astype(object) for name in ("event", "order_id", "sku")), strict=True)
    told = [" ".join(part for part in parts if isinstance(part, str)) for parts in names]
    days = [moment.date() for moment in lines["posted_at"]]
    named = [f"{line} on {day}" for day, line in sorted(zip(days, told, strict=True))[:_NAMED]]
    more = [f"and {len(lines) - _NAMED:,} more"] if len(lines) > _NAMED else []
    how_many = counted(len(lines), "line")
    return Oddity(
        f"{how_many} outside its period",
        f"Settlement {settlement_id} has {how_many} outside its period, {first} to {last}: "
        f"{'; '.join([*named, *more])}. Such a line counts on its own day; look whether another settlement has it too.",
    )
