"""The time zone of each store: one per store cuts its days and months in every report and entry."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from core.database import batches, settings
from core.database.batches import BatchKind
from core.errors import CogsheetError
from core.marketplaces import FORMATS
from core.marketplaces.time_zones import SITE_ZONES
from core.time import StoreDays

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    import pandas as pd

    from core.database import Connection, Database
    from core.database.settlements import BookedSettlement
    from core.settlements.books import Books
    from core.time import SettlementName

TIME_ZONES_NAME = "time zones"
"""Under which name the database keeps them."""


class TimeZoneUnknownError(CogsheetError):
    """What was typed is no time zone."""

    def __init__(self, store: str, text: str) -> None:
        near = get_close_matches(text, sorted(_names()), n=3, cutoff=0.5)
        meant = f" Was {' or '.join(near)} meant?" if near else ""
        super().__init__(
            f"Sheet Stores: “{text}” is no time zone of store {store}.{meant} Write it as region and city, such as "
            f"America/Los_Angeles or Europe/Berlin; an empty cell is UTC. Nothing was changed; put it right and try "
            f"again."
        )


def time_zones(connection: Connection) -> dict[str, ZoneInfo]:
    """Return the zone of each store that has one."""
    return {store: ZoneInfo(name) for store, name in _stored(connection).items()}


def store_days(connection: Connection, booked: Iterable[BookedSettlement]) -> StoreDays:
    """Return the calendar that the books go by."""
    known = list(booked)
    days = StoreDays(time_zones(connection), _whole_days(known))
    return replace(days, last_days={(one.store, one.settlement_id): last_day(one, days) for one in known})


def _whole_days(booked: Iterable[BookedSettlement]) -> dict[SettlementName, ZoneInfo | None]:
    """Return the settlements whose file states dates without a time: read as midnight in UTC, they are days as such.

    Walmart's 09/01/2026 is the 1st of September for its seller in California, not the evening before.
    """
    return {(one.store, one.settlement_id): None for one in booked if one.format in _DATES_ONLY}


_DATES_ONLY = frozenset(form.name for form in FORMATS if form.dates_only)
_DEPOSITS_ARE_DATES = frozenset(form.name for form in FORMATS if form.deposit_is_date)


def last_day(settlement: BookedSettlement, zones: Mapping[str, ZoneInfo]) -> date:
    """Return the last day of a settlement's period, in its store's calendar; of one without, the day of its import."""
    end = settlement.period_end or settlement.imported_at
    return _known(zones).day(end, settlement.store, settlement.settlement_id)


def deposit_day(settlement: BookedSettlement, zones: Mapping[str, ZoneInfo]) -> date | None:
    """Return the day of a settlement's deposit, where the marketplace says it."""
    moment = settlement.deposit_at
    if moment is None or settlement.format in _DEPOSITS_ARE_DATES:
        return moment and moment.date()
    return _known(zones).day(moment, settlement.store, settlement.settlement_id)


def ended_before(settlement: BookedSettlement, start: date | None, zones: Mapping[str, ZoneInfo]) -> bool:
    """Tell whether a settlement's period ended before books start; one without an end did not."""
    return start is not None and settlement.period_end is not None and last_day(settlement, zones) < start


def proposed_zones(books: Books) -> dict[str, str | None]:
    """Return the stores that have lines and no time zone, each with the zone of the site it sells most on. Pure.

    `None` is a store whose marketplace lets each seller choose: it is asked, and nothing is proposed.
    """
    without = books.lines[~books.lines["store"].isin(list(books.zones))]
    return {str(store): _zone_of_sites(rows["marketplace"]) for store, rows in without.groupby("store", sort=True)}


def _zone_of_sites(sites: pd.Series) -> str | None:
    """Return the declared zone of the most frequent site that has one."""
    zones = sites.dropna().str.strip().str.lower().map(SITE_ZONES).dropna()
    counts = Counter(str(zone) for zone in zones)
    return min(counts, key=lambda zone: (-counts[zone], zone), default=None)


def _known(zones: Mapping[str, ZoneInfo]) -> StoreDays:
    return zones if isinstance(zones, StoreDays) else StoreDays(zones)


def change_time_zones(database: Database, edits: Mapping[str, str], *, who: str, now: datetime) -> None:
    """Store the zones that were typed, by store, as one batch; an empty text takes one away.

    Raises:
        TimeZoneUnknownError: If one is none; nothing is stored then.
    """
    if not edits:
        return
    named = {store: _name(store, text) for store, text in edits.items()}
    with database.writing() as connection:
        after = {store: name for store, name in (_stored(connection) | named).items() if name}
        note = ", ".join(f"Time zone of {store}: {name or 'none'}" for store, name in named.items())
        batches.new(connection, BatchKind.SETUP, who, now, note=note)
        settings.put(connection, TIME_ZONES_NAME, after, who=who, now=now)


def _stored(connection: Connection) -> dict[str, str]:
    return settings.get(connection, TIME_ZONES_NAME, dict[str, str], {})


def _name(store: str, text: str) -> str:
    """Return the zone's own spelling; case and blanks for underscores are forgiven."""
    wanted = text.strip().replace(" ", "_").lower()
    found = next((name for name in _names() if name.lower() == wanted), None)
    if wanted and found is None:
        raise TimeZoneUnknownError(store, text)
    return found or ""


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
