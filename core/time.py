"""Time in the books: the clock, the day on which something counts, and months. Pure but for the clock.

Marketplaces state moments; books have days. A moment becomes a day in the time zone of its store, and only here: what
cuts the journal's months also cuts those of every report, books start, the lock date and what a cost is asked for. A
sale in Sydney at 15:00 UTC on 31 August is one of 1 September, in the profit and loss and in the entry alike.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from core.errors import CogsheetError, briefly
from core.frame_columns import MOMENT, TEXT

if TYPE_CHECKING:
    from typing import Self
    from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Answers the present moment, in UTC; passed in wherever the time matters, so that tests can hold it still."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_A_DAY = timedelta(days=1) // timedelta(microseconds=1)

SettlementName = tuple[str, str]
"""Store and settlement id."""


def system_clock() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class StoreDays(Mapping[str, "ZoneInfo"]):
    """The calendar of each store: its time zone by its name, and the settlements that go by another one."""

    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    """By store; UTC where none is set."""
    exceptions: Mapping[SettlementName, ZoneInfo | None] = field(default_factory=dict)
    """Settlements that keep a calendar of their own; `None` is UTC.

    Those whose file states dates without a time, which are the marketplace's own days already, and those whose entries
    went out before the store's time zone was changed.
    """
    last_days: Mapping[SettlementName, date] = field(default_factory=dict)
    """The last day of each settlement, on which its lines without a moment count."""

    def __getitem__(self, store: str) -> ZoneInfo:
        """Return a store's time zone."""
        return self.zones[store]

    def __iter__(self) -> Iterator[str]:
        """Return the stores that have one."""
        return iter(self.zones)

    def __len__(self) -> int:
        """Return how many stores have one."""
        return len(self.zones)

    def zone(self, store: str, settlement_id: str) -> ZoneInfo | None:
        """Return the zone that cuts a settlement's days; `None` is UTC."""
        name = (store, settlement_id)
        return self.exceptions[name] if name in self.exceptions else self.zones.get(store)

    def local(self, moment: datetime, store: str, settlement_id: str = "") -> datetime:
        """Return a moment as the clock of the store shows it."""
        zone = self.zone(store, settlement_id)
        return moment.astimezone(zone or UTC)

    def day(self, moment: datetime, store: str, settlement_id: str = "") -> date:
        """Return the day on which a moment counts."""
        return self.local(moment, store, settlement_id).date()

    def latest_day(self, now: datetime) -> date:
        """Return the day that it is, or will first be, in the easternmost of the stores."""
        return max((self.day(now, store) for store in self.zones), default=now.astimezone(UTC).date())


def local_days(lines: pd.DataFrame, zones: Mapping[str, ZoneInfo]) -> pd.Series:
    """Return the day on which each line counts, in its store's own calendar, as ISO text.

    Args:
        lines: With columns `store` and `posted_at`, and `settlement_id` where `zones` are `StoreDays`.
        zones: The time zone of each store, UTC where none is given; `StoreDays` know what departs from it. Only they
            have a day for a line without a moment: the last one of its settlement.
    """
    known = zones if isinstance(zones, StoreDays) else StoreDays(zones)
    days = pd.Series(pd.NA, index=lines.index, dtype=TEXT)
    for zone, moments in _by_zone(lines, known):
        of_zone = _days_there(moments, zone)
        if len(moments) == len(lines):
            days = of_zone.rename(None)
        else:
            days.loc[moments.index] = of_zone
    return _with_undated(days, lines, known) if known.last_days and days.isna().any() else days


def _by_zone(lines: pd.DataFrame, known: StoreDays) -> Iterator[tuple[ZoneInfo | None, pd.Series]]:
    """Yield the moments of lines by what cuts their days: all at once where that is one zone, as in most companies."""
    zones = {known.zone(str(store), "") for store in lines["store"].unique()}
    if not known.exceptions and len(zones) == 1:
        yield zones.pop(), lines["posted_at"]
    elif len(lines):
        names = ["store", "settlement_id"] if known.exceptions else ["store"]
        for name, moments in lines.groupby(names, sort=False, dropna=False)["posted_at"]:
            yield known.zone(*(str(part) for part in (*name, "")[:2])), moments


def _days_there(moments: pd.Series, zone: ZoneInfo | None) -> pd.Series:
    """Return the days of moments on the calendars of a zone; `None` is UTC.

    Arrow's own time zones are not asked, not even for UTC: on Windows they are icu.dll, which Windows has since 1903
    only (docs/facts/xlwings.md, Windows' Python under Wine).
    """
    instants = pa.array(moments.array, MOMENT.pyarrow_dtype, from_pandas=True).cast(pa.int64())
    unknown = instants.is_null().to_numpy(zero_copy_only=False)
    passed = instants.fill_null(0).to_numpy(zero_copy_only=False)
    numbers = (passed if zone is None else passed + _ahead_of_utc(passed, zone)) // _A_DAY
    texts = pa.array(numbers.astype("int32"), pa.int32(), mask=unknown).cast(pa.date32()).cast(pa.string())
    return pd.Series(pd.arrays.ArrowExtensionArray(texts), moments.index)


def _ahead_of_utc(passed: np.ndarray, zone: ZoneInfo) -> np.ndarray:
    """Return by how much the clocks of a zone are ahead of UTC at moments, all in millionths of a second.

    The zone is asked for the begin and the end of each day of UTC; for single moments on days on which they differ.
    """
    days, places = np.unique(passed // _A_DAY, return_inverse=True)
    first = np.array([_offset(int(day) * _A_DAY, zone) for day in days], "int64")
    last = np.array([_offset((int(day) + 1) * _A_DAY - 1, zone) for day in days], "int64")
    ahead = first[places]
    for place in np.flatnonzero((first != last)[places]):
        ahead[place] = _offset(int(passed[place]), zone)
    return ahead


def _offset(passed: int, zone: ZoneInfo) -> int:
    there = (_EPOCH + timedelta(microseconds=passed)).astimezone(zone)
    return (there.utcoffset() or timedelta()) // timedelta(microseconds=1)


def _with_undated(days: pd.Series, lines: pd.DataFrame, known: StoreDays) -> pd.Series:
    undated = lines.loc[days.isna(), ["store", "settlement_id"]]
    names = zip(undated["store"], undated["settlement_id"], strict=True)
    last = [known.last_days.get((str(store), str(number))) for store, number in names]
    days.loc[undated.index] = pd.Series([day and day.isoformat() for day in last], undated.index, dtype=TEXT)
    return days


class MonthUnreadableError(CogsheetError):
    """What was given is not a month."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{briefly(text)}” is not a month. Write it as year and month, like 2026-08. Nothing was written."
        )


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a month as `2026-08`.

        Raises:
            MonthUnreadableError: If it is none.
        """
        match = _MONTH.fullmatch(text.strip())
        if match is None or int(match[1]) not in _YEARS:
            raise MonthUnreadableError(text)
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        """Return it as `2026-08`."""
        return f"{self.first_day:%Y-%m}"

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def day_after(self) -> date:
        """The first day of the next month."""
        return self.last_day + timedelta(days=1)


_YEARS = range(1900, 9999)
"""Those of which a sheet can show every day, and the day after."""
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class SettlementDates:
    """What says on which day an entry is dated."""

    last_day: date
    """The settlement's end; its last entry is dated with it."""
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    """The time zone of each store; UTC where none is set."""


def settlement_dates(lines: pd.DataFrame, end: date, zones: Mapping[str, ZoneInfo]) -> SettlementDates:
    """Return the dates of a settlement's entries: its last entry is never dated before its last line.

    Args:
        lines: Those that its entries are about.
        end: The last day of its period.
        zones: The time zone of each store.
    """
    last = local_days(lines, zones).dropna().max() if len(lines) else None
    return SettlementDates(max(end, date.fromisoformat(last)) if isinstance(last, str) else end, zones)


def months_of(lines: pd.DataFrame, dates: SettlementDates) -> Iterator[tuple[str, date, pd.DataFrame]]:
    """Yield month, day of the entry and the lines of each month, the oldest first.

    All months but the settlement's last are dated with their last day; lines without a day belong to the last.
    """
    last = f"{dates.last_day:%Y-%m}"
    months = local_days(lines, dates.zones).str.slice(0, 7).fillna(last)
    months = months.where(months < last, last)
    is_one_month = months.nunique() == 1
    for month, group in [(months.iloc[0], lines)] if is_one_month else lines.groupby(months, sort=True):
        name = str(month)
        yield name, dates.last_day if name == last else Month.parse(name).last_day, group
