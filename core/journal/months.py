"""A settlement cut at the month's ends of its store. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from core.local_days import local_days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    import pandas as pd


@dataclass(frozen=True, slots=True)
class SettlementDates:
    """What says on which day an entry is dated."""

    last_day: date
    """The settlement's end; its last entry is dated with it."""
    zone: ZoneInfo | None = None
    """The store's time zone; UTC where none is set."""


def months_of(lines: pd.DataFrame, dates: SettlementDates) -> Iterator[tuple[str, date, pd.DataFrame]]:
    """Yield month, day of the entry and the lines of each month, the oldest first.

    All months but the settlement's last are dated with their last day; lines without a day belong to the last.
    """
    last = f"{dates.last_day:%Y-%m}"
    stores = lines["store"].dropna().unique()
    zones = {str(store): dates.zone for store in stores} if dates.zone else {}
    months = local_days(lines, zones).str.slice(0, 7).fillna(last)
    months = months.where(months < last, last)
    for month, group in lines.groupby(months, sort=True):
        name = str(month)
        yield name, dates.last_day if name == last else _month_end(name), group


def _month_end(month: str) -> date:
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, calendar.monthrange(year, number)[1])
