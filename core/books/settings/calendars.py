"""By which calendar, and from which books start on, each settlement counts.

The zone of its store and the books start of Setup hold for every settlement, but two kinds keep something of their own:
those whose file states dates without a time, and those whose entries went out before zone or books start was changed.
Their entries stay in the accounting system as they are, so their lines stay with them, in reports too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from core.books.entries import stored_entries
from core.books.settings import stored_settings
from core.books.settlements import stored_settlements
from core.marketplaces import FORMATS
from core.settings import POLICIES_NAME, Policies
from core.time import SettlementName, StoreDays

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.books.database import Connection
    from core.books.settlements.booked_settlement import BookedSettlement

TIME_ZONES_NAME = "time zones"
"""Under which name the database keeps the zone of each store."""
KEPT_NAME = "calendars of exported settlements"
"""Under which name it keeps what exported settlements went out with, where that was changed since."""
_LOCK_DATE = "lock_date"
_DATES_ONLY = frozenset(form.name for form in FORMATS if form.dates_only)
_DEPOSITS_ARE_DATES = frozenset(form.name for form in FORMATS if form.deposit_is_date)


class KeptCalendar(BaseModel):
    """What an exported settlement went out with."""

    model_config = ConfigDict(frozen=True)

    store: str
    settlement_id: str
    entry: str
    """The key of its first entry that stands: once that is reversed, this holds no more."""
    zone: str | None
    """`None`: UTC."""
    books_start: date | None


def store_days(
    booked: Iterable[BookedSettlement],
    zones: Mapping[str, ZoneInfo],
    calendars: Mapping[SettlementName, KeptCalendar] | None = None,
) -> StoreDays:
    """Return the calendar that the books go by.

    A bare date is read as its midnight in UTC and is a day as such: Walmart's 09/01/2026 is the 1st of September for
    its seller in California, not the evening before.
    """
    exceptions = {name: ZoneInfo(one.zone) if one.zone else None for name, one in (calendars or {}).items()}
    known = list(booked)
    exceptions |= {(one.store, one.settlement_id): None for one in known if one.format in _DATES_ONLY}
    return _with_last_days(known, StoreDays(zones, exceptions))


def with_zones(booked: Iterable[BookedSettlement], days: StoreDays, zones: Mapping[str, ZoneInfo]) -> StoreDays:
    """Return a calendar with other zones of the stores; what departs from them stays."""
    return _with_last_days(booked, StoreDays(zones, days.exceptions))


def _with_last_days(booked: Iterable[BookedSettlement], days: StoreDays) -> StoreDays:
    return replace(days, last_days={(one.store, one.settlement_id): last_day(one, days) for one in booked})


def last_day(settlement: BookedSettlement, zones: Mapping[str, ZoneInfo]) -> date:
    """Return the last day of a settlement's period, in its store's calendar; of one without, the day of its import."""
    return _day(settlement, settlement.period_end or settlement.imported_at, zones)


def deposit_day(settlement: BookedSettlement, zones: Mapping[str, ZoneInfo]) -> date | None:
    """Return the day of a settlement's deposit, where the marketplace says it."""
    moment = settlement.deposit_at
    if moment is None or settlement.format in _DEPOSITS_ARE_DATES:
        return moment and moment.date()
    return _day(settlement, moment, zones)


def ended_before(settlement: BookedSettlement, start: date | None, zones: Mapping[str, ZoneInfo]) -> bool:
    """Tell whether a settlement's period ended before books start; one without an end did not."""
    return start is not None and settlement.period_end is not None and last_day(settlement, zones) < start


def _day(settlement: BookedSettlement, moment: datetime, zones: Mapping[str, ZoneInfo]) -> date:
    known = zones if isinstance(zones, StoreDays) else StoreDays(zones)
    return known.day(moment, settlement.store, settlement.settlement_id)


LOCK_DATES = "lock date of batch "
"""How the names of settings begin that say by which lock date the entries of a batch are dated."""


def _lock_date_name(batch: int) -> str:
    return f"{LOCK_DATES}{batch}"


def time_zones(connection: Connection) -> dict[str, ZoneInfo]:
    """Return the zone of each store that has one."""
    stored = stored_settings.get(connection, TIME_ZONES_NAME, dict[str, str], {})
    return {store: ZoneInfo(name) for store, name in stored.items()}


def kept_calendars(connection: Connection, booked: Iterable[BookedSettlement]) -> dict[SettlementName, KeptCalendar]:
    """Return what exported settlements went out with, where zone or books start was changed since."""
    stored = stored_settings.get(connection, KEPT_NAME, list[KeptCalendar], [])
    standing = stored_entries.first_standing(connection) if stored else {}
    known = {(one.store, one.settlement_id): standing.get(one.id) for one in booked if one.is_exported}
    return {
        (one.store, one.settlement_id): one for one in stored if known.get((one.store, one.settlement_id)) == one.entry
    }


def are_any_kept(connection: Connection) -> bool:
    """Tell whether any exported settlement ever kept a calendar of its own."""
    return bool(stored_settings.get(connection, KEPT_NAME, list[KeptCalendar], []))


def keep_calendars(connection: Connection, *, who: str, now: datetime) -> None:
    """Let every exported settlement keep the zone and the books start that hold now; called before they change."""
    booked = stored_settlements.booked_settlements(connection)
    kept, standing, zones = (
        kept_calendars(connection, booked),
        stored_entries.first_standing(connection),
        time_zones(connection),
    )
    start = stored_settings.get(connection, POLICIES_NAME, Policies, Policies()).books_start
    new = [
        KeptCalendar(
            store=one.store,
            settlement_id=one.settlement_id,
            entry=standing[one.id],
            zone=str(zones[one.store]) if one.store in zones else None,
            books_start=start,
        )
        for one in booked
        if one.is_exported and one.id in standing and (one.store, one.settlement_id) not in kept
    ]
    if new:
        stored_settings.put(connection, KEPT_NAME, [*kept.values(), *new], who=who, now=now)


def keep_lock_date(connection: Connection, batch: int, lock_date: date | None, *, who: str, now: datetime) -> None:
    """Keep by which lock date the entries of a batch are dated, so that verify can date them again."""
    stored_settings.put(connection, _lock_date_name(batch), {_LOCK_DATE: lock_date}, who=who, now=now)


def lock_dates_of(connection: Connection, batch: int) -> list[date | None]:
    """Return the lock date by which the entries of a batch are dated; nothing where an older version stored them."""
    kept = stored_settings.get(connection, _lock_date_name(batch), dict[str, date | None], {})
    return [kept[_LOCK_DATE]] if _LOCK_DATE in kept else []
