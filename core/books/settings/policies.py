"""Take over what the bookkeeper edited on sheet Setup.

A policy that decides what lines cost (`core.settings.DATED`) holds from a day: the one written behind it (`Not returned
from 2026-09-01`), or the first day after everything that is posted or closed. The lines before follow the earlier one,
so that no settlement is decided anew by the way. Whatever would re-decide something posted or closed is shown first and
needs a yes; books start moved over an exported settlement leaves it counted, for its entries stay.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import NoneType
from typing import TYPE_CHECKING, get_args

from pydantic import ValidationError

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.settings.announcement import typed_effects
from core.books.settings.calendars import keep_calendars
from core.books.settings.setting_effects import SettingEffect, posted_settlements, refuse_unagreed
from core.books.settings.time_zones import zones_as_typed
from core.errors import CogsheetError, briefly
from core.settings import DATED, POLICIES_NAME, POLICY_FIELDS, DecimalMark, EarlierPolicy, Policies
from core.time import local_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.books.books import Books
    from core.books.database import Connection, Database


class PolicyError(CogsheetError):
    """A value on sheet Setup cannot be taken."""

    def __init__(self, name: str, value: str) -> None:
        field = POLICY_FIELDS[name]
        said = (f"“{briefly(value)}” cannot be taken for {field.title}.", field.description, what_it_takes(name))
        super().__init__(
            f"Sheet Setup: {' '.join(filter(None, said))} Nothing was changed; correct the value and try again."
        )


_SIGNS = {".": "a point (.)", ",": "a comma (,)"}
"""What alone would be read as the end of a sentence."""


def what_it_takes(name: str) -> str:
    """Say how a value of a policy is written: a date, one of some words, or a number."""
    kind = _kind(name)
    if kind is date:
        return "Dates are written 2026-08-31."
    if issubclass(kind, StrEnum):
        since = " A day from which it holds is written behind it: “from 2026-08-31”." if name in DATED else ""
        return f"It takes {' or '.join(_SIGNS.get(str(word), str(word)) for word in kind)}.{since}"
    if kind is int:
        return "It takes a whole number from 0 up, such as 50."
    return "" if kind is str else "It takes a number from 0 up, such as 50."


def _kind(name: str) -> type:
    """Return what a policy holds, where it holds something."""
    stated = POLICY_FIELDS[name].annotation
    (kind,) = [one for one in get_args(stated) or (stated,) if one is not NoneType]
    found: type = kind
    return found


def _as_spelt(name: str, text: str) -> str:
    """Return a typed word as the policy spells it, whatever its capitals; anything else as it was typed."""
    kind = _kind(name)
    words = tuple(map(str, kind)) if issubclass(kind, StrEnum) else ()
    return next((word for word in words if word.casefold() == text.strip().casefold()), text)


def first_open_day(books: Books) -> date | None:
    """Return the first day after everything that is posted or closed; `None` where nothing is."""
    posted = posted_settlements(books)
    days = local_days(books.lines_of_all(posted), books.zones).dropna()
    last = [date.fromisoformat(days.max())] if len(days) else []
    closed = [books.policies.lock_date] if books.policies.lock_date else []
    return max((*last, *closed)) + timedelta(days=1) if last or closed else None


def _effects(books: Books, after: Policies) -> list[SettingEffect]:
    return typed_effects(books, after, books.zones.zones)


_FROM = re.compile(r"(?P<value>.*?)\s+from\s+(?P<day>\d{4}-\d{2}-\d{2})", re.IGNORECASE)


def _changed(books: Books, edits: Mapping[str, str]) -> Policies:
    """Return the policies as they would be."""
    typed = {name: _FROM.fullmatch(text.strip()) if name in DATED else None for name, text in edits.items()}
    texts = {name: value["value"] if (value := typed[name]) else text for name, text in edits.items()}
    after = _read(books.policies, texts, edits)
    for name in (name for name in DATED if name in edits):
        value = typed[name]
        day = _day(name, edits[name], value["day"]) if value else first_open_day(books)
        if value or str(getattr(after, name)) != str(getattr(books.policies, name)):
            after = after.model_copy(update={"earlier": _earlier(books.policies, after, name, day)})
    return after


def _earlier(before: Policies, after: Policies, name: str, day: date | None) -> tuple[EarlierPolicy, ...]:
    """Return what the policies were earlier, once one of them holds from a day on; `None`: it always held."""
    others = [one for one in after.earlier if one.name != name]
    if day is None:
        return tuple(others)
    kept = [one for one in before.before(name) if one.before < day]
    was = before.value_on(name, day - timedelta(days=1))
    new = [EarlierPolicy(name=name, before=day, value=was)] if was != str(getattr(after, name)) or kept else []
    return tuple(sorted((*others, *kept, *new), key=lambda one: (one.before, one.name)))


def _read(before: Policies, texts: Mapping[str, str], edits: Mapping[str, str]) -> Policies:
    values = before.model_dump() | {name: _as_spelt(name, text) or None for name, text in texts.items()}
    try:
        return Policies.model_validate(values)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise PolicyError(name, edits.get(name, "")) from error


def _day(name: str, text: str, day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise PolicyError(name, text) from error


def _words(edits: Mapping[str, str]) -> str:
    return "Sheet Setup: " + ", ".join(f"{POLICY_FIELDS[name].title} {text or 'none'}" for name, text in edits.items())


def _note(edits: Mapping[str, str], after: Policies) -> str:
    """Name the policies and the day from which those hold that hold from one."""
    return ", ".join(f"{POLICY_FIELDS[name].title}: {_noted(name, text, after)}" for name, text in edits.items())


def _noted(name: str, text: str, after: Policies) -> str:
    since = [one.before for one in after.before(name)]
    return f"{getattr(after, name)} from {max(since)}" if since else text or "none"


def decimal_mark(database: Database) -> DecimalMark | None:
    """Return the company's decimal mark of numbers that are typed as text; nothing where nobody chose one."""
    with database.reading() as connection:
        return stored_settings.get(connection, POLICIES_NAME, Policies, Policies()).decimal_mark


@repeated
def change_policies(
    database: Database, edits: Mapping[str, str], *, who: str, now: datetime, agreed: bool = False
) -> Policies:
    """Store edited policies, each by its name, as one batch; an empty text is no value.

    Args:
        database: The books.
        edits: Name -> what was typed, for those of `DATED` with or without the day from which it holds.
        who: Who typed it.
        now: When.
        agreed: Whether what it would re-decide of what is posted or closed is agreed to.

    Returns:
        The policies in force.

    Raises:
        PolicyError: If a value is none of that policy's; nothing is stored then.
        ChangeNotAgreedError: If something posted or closed would be decided anew, and nobody has agreed to it; nothing
            is stored then.
    """
    if not edits:
        with database.reading() as connection:
            return _in_force(connection)
    books = load_books(database)
    after = _changed(books, edits)
    if after == books.policies:
        return after
    refuse_unagreed(_words(edits), _effects(books, after), books.company.home_currency, agreed=agreed)
    with database.writing() as connection:
        if after.books_start != books.policies.books_start:
            keep_calendars(connection, who=who, now=now)
        batches.new(connection, BatchKind.SETUP, who, now, note=_note(edits, after))
        stored_settings.put(connection, POLICIES_NAME, after, who=who, now=now)
    return after


def policy_effects(
    database: Database, edits: Mapping[str, str], zones: Mapping[str, str] | None = None, beside: Books | None = None
) -> list[SettingEffect]:
    """Return what edited policies would change, together with time zones typed beside them, storing nothing.

    Together, for one may undo what the other does: 14:00 UTC on 31 August is counted from a books start of 1 September
    where the store is said to be in Sydney.

    Args:
        database: The books.
        edits: Policies, as `change_policies` takes them.
        zones: Time zones, as `time_zones.change_time_zones` takes them.
        beside: The books with what else was typed in the same press.

    Raises:
        PolicyError: If a value is none of that policy's.
        TimeZoneUnknownError: If what was typed for a store is no zone.
    """
    if not edits and not zones:
        return []
    books = load_books(database)
    policies = _changed(books, edits) if edits else books.policies
    return typed_effects(books, policies, zones_as_typed(books, zones or {}), beside)


def _in_force(connection: Connection) -> Policies:
    return stored_settings.get(connection, POLICIES_NAME, Policies, Policies())
