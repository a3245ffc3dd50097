"""The time zone of each store: one per store cuts its days and months in every report and entry (design §3)."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from core.database import batches, settings
from core.database.batches import BatchKind
from core.errors import CogsheetError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.database import Connection, Database

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
