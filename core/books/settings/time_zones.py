"""Which time zone a store has: proposed from its site, and taken over from what was typed on sheet Stores.

A change that would move what is posted or closed is shown first and needs a yes. Entries that went out stay, and the
lines of their settlements keep the calendar that they went out with (`core.books.settings.calendars`).
"""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.settings.announcement import typed_effects
from core.books.settings.calendars import TIME_ZONES_NAME, keep_calendars
from core.books.settings.setting_effects import SettingEffect, refuse_unagreed
from core.errors import CogsheetError, briefly
from core.marketplaces.reading.dates import SITE_ZONES, ZONES_OF_SELLERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from core.books.books import Books
    from core.books.database import Database


class TimeZoneUnknownError(CogsheetError):
    """What was typed is no time zone."""

    def __init__(self, store: str, text: str) -> None:
        near = get_close_matches(briefly(text), sorted(_names()), n=3, cutoff=0.5)
        meant = f" Was {' or '.join(near)} meant?" if near else ""
        super().__init__(
            f"Sheet Stores: “{briefly(text)}” is not a time zone for store {briefly(store)}.{meant} Write it "
            f"as region and city, such as America/Los_Angeles or Europe/Berlin; an empty cell is UTC. Nothing was "
            f"changed; correct it and try again."
        )


def proposed_zones(books: Books) -> dict[str, str | None]:
    """Return the stores that have lines and no time zone, each with the zone of the site it sells most on. Pure.

    `None` is a store of whose site no zone is known, or whose marketplace lets each seller choose: it is asked, and
    nothing is proposed (`zone_of_seller`).
    """
    sites: dict[str, Counter[str]] = {}
    for store, counts in _sites(books):
        if store not in books.zones and counts:
            sites.setdefault(store, Counter()).update(counts)
    return {store: _zone_of_sites(sites[store]) for store in sorted(sites)}


def _sites(books: Books) -> Iterator[tuple[str, Mapping[str, int]]]:
    """Yield how many lines are of each site, by store; where only some lines are loaded, as it is kept of all."""
    if books.settlement_notes:
        yield from ((one.store, books.settlement_notes[one.id].sites) for one in books.settlements)
    else:
        for store, rows in books.lines.groupby("store", sort=True):
            yield str(store), Counter(map(str, rows["marketplace"].fillna("").str.strip().str.lower()))


def zone_of_seller(books: Books, store: str) -> str:
    """Say which zone a store has for which none is proposed, in words of its marketplace. Pure.

    Examples: `the zone set in the shop` of Shopify.
    """
    return next(ZONES_OF_SELLERS[one.marketplace] for one in books.stores if one.name == store)


def _zone_of_sites(sites: Mapping[str, int]) -> str | None:
    """Return the declared zone of the most frequent site that has one."""
    counts: Counter[str] = Counter()
    for site, lines in sites.items():
        if site in SITE_ZONES:
            counts[str(SITE_ZONES[site])] += lines
    return min(counts, key=lambda zone: (-counts[zone], zone), default=None)


def _words(edits: Mapping[str, str]) -> str:
    return "Sheet Stores: " + ", ".join(f"time zone {text or 'UTC'} for {store}" for store, text in edits.items())


def _name(store: str, text: str) -> str:
    """Return the zone's own spelling; case and blanks for underscores are forgiven."""
    wanted = text.strip().replace(" ", "_").lower()
    zone = next((name for name in _names() if name.lower() == wanted), None)
    if wanted and zone is None:
        raise TimeZoneUnknownError(store, text)
    return zone or ""


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def zones_as_typed(books: Books, edits: Mapping[str, str]) -> dict[str, ZoneInfo]:
    """Return the zone of each store as it would be.

    Raises:
        TimeZoneUnknownError: If what was typed is none.
    """
    named = {store: _name(store, text) for store, text in edits.items()}
    zones = {store: zone for store, zone in books.zones.zones.items() if store not in named}
    return zones | {store: ZoneInfo(name) for store, name in named.items() if name}


@repeated
def change_time_zones(
    database: Database, edits: Mapping[str, str], *, who: str, now: datetime, agreed: bool = False
) -> list[SettingEffect]:
    """Store the zones that were typed, by store, as one batch; an empty text takes one away.

    Args:
        database: The books.
        edits: Store -> what was typed.
        who: Who typed it.
        now: When.
        agreed: Whether what it would move of what is posted or closed is agreed to.

    Returns:
        What it moved.

    Raises:
        TimeZoneUnknownError: If one is none; nothing is stored then.
        ChangeNotAgreedError: If lines would cross books start or the lock date, or leave the months that they were
            exported in, and nobody has agreed to it; nothing is stored then.
    """
    effects = time_zone_effects(database, edits)
    refuse_unagreed(_words(edits), effects, database.company.home_currency, agreed=agreed)
    named = {store: _name(store, text) for store, text in edits.items()}
    with database.writing() as connection:
        before = stored_settings.get(connection, TIME_ZONES_NAME, dict[str, str], {})
        after = {store: name for store, name in (before | named).items() if name}
        if after == before:
            return []
        keep_calendars(connection, who=who, now=now)
        note = ", ".join(f"Time zone of {store}: {name or 'none'}" for store, name in named.items())
        batches.new(connection, BatchKind.SETUP, who, now, note=note)
        stored_settings.put(connection, TIME_ZONES_NAME, after, who=who, now=now)
    return effects


def time_zone_effects(database: Database, edits: Mapping[str, str]) -> list[SettingEffect]:
    """Return what the zones that were typed would move, storing nothing.

    Raises:
        TimeZoneUnknownError: If one is none.
    """
    if not edits:
        return []
    books = load_books(database)
    return typed_effects(books, books.policies, zones_as_typed(books, edits))
