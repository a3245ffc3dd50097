"""Dates, moments and time zones as marketplaces write them; UTC without an offset (docs/design/marketplaces.md).

Only the patterns below are tried. A date with slashes can be day/month or month/day: which one is decided per file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING

from core.marketplaces.errors import AmbiguousDatesError, BadCellError
from core.model import Marketplace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.marketplaces.errors import Place

ZONES: dict[str, float] = {
    "": 0,
    "Z": 0,
    "UTC": 0,
    "GMT": 0,
    "WET": 0,
    "WEST": 1,
    "BST": 1,
    "CET": 1,
    "MEZ": 1,
    "CEST": 2,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "IST": 5.5,
    "SGT": 8,
    "AWST": 8,
    "JST": 9,
    "ACST": 9.5,
    "AEST": 10,
    "ACDT": 10.5,
    "AEDT": 11,
    "NST": -3.5,
    "NDT": -2.5,
    "AST": -4,
    "ADT": -3,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "AKST": -9,
    "AKDT": -8,
    "HST": -10,
}

SITE_ZONES: dict[str, str] = {
    "amazon.com": "America/Los_Angeles",
    "amazon.ca": "America/Los_Angeles",
    "amazon.com.mx": "America/Los_Angeles",
    "amazon.com.br": "America/Sao_Paulo",
    "amazon.co.uk": "Europe/London",
    "amazon.ie": "Europe/Dublin",
    "amazon.de": "Europe/Berlin",
    "amazon.fr": "Europe/Paris",
    "amazon.it": "Europe/Rome",
    "amazon.es": "Europe/Madrid",
    "amazon.nl": "Europe/Amsterdam",
    "amazon.com.be": "Europe/Brussels",
    "amazon.se": "Europe/Stockholm",
    "amazon.pl": "Europe/Warsaw",
    "amazon.com.tr": "Europe/Istanbul",
    "amazon.ae": "Asia/Dubai",
    "amazon.sa": "Asia/Riyadh",
    "amazon.eg": "Africa/Cairo",
    "amazon.co.za": "Africa/Johannesburg",
    "amazon.in": "Asia/Kolkata",
    "amazon.co.jp": "Asia/Tokyo",
    "amazon.com.au": "Australia/Sydney",
    "amazon.sg": "Asia/Singapore",
    "walmart": "America/Los_Angeles",
}
"""The zone in which each marketplace site counts its own days, proposed for a store that sells there and never taken by
itself. docs/design/time-zones.md says where each is from. Shopify and eBay let each seller choose: none is proposed."""

ZONES_OF_SELLERS: dict[Marketplace, str] = {
    Marketplace.AMAZON: "the zone in which Seller Central counts its days",
    Marketplace.WALMART: "the zone in which Seller Center counts its days",
    Marketplace.SHOPIFY: "the zone set in the shop",
    Marketplace.EBAY: "the zone set in the eBay account",
}
"""Which zone to type for a store where none is proposed: its lines name no site of `SITE_ZONES`."""


_MONTH_NAMES = """
jan january | feb february | mar march | apr april | may | jun june
jul july | aug august | sep sept september | oct october | nov november | dec december

jan jän januar jänner | feb februar | mär mrz märz | apr april | mai | jun juni
jul juli | aug august | sep sept september | okt oktober | nov november | dez dezember

janv janvier | févr fév février fevr fevrier | mars | avr avril | mai | juin
juil juillet | août aout | sept septembre | oct octobre | nov novembre | déc décembre dec decembre

gen gennaio | feb febbraio | mar marzo | apr aprile | mag maggio | giu giugno
lug luglio | ago agosto | set settembre | ott ottobre | nov novembre | dic dicembre

ene enero | feb febrero | mar marzo | abr abril | may mayo | jun junio
jul julio | ago agosto | sep sept septiembre | oct octubre | nov noviembre | dic diciembre
"""

MONTHS: dict[str, int] = {
    name: number
    for language in _MONTH_NAMES.strip().split("\n\n")
    for number, names in enumerate(language.replace("\n", "|").split("|"), start=1)
    for name in names.split()
}
"""Number of the month by its name or abbreviation in lower case."""

_TIME = (
    r"(?:[T ,]\s*(?:a las |alle |à )?(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:\.\d+)?)?"
    r"[\s\u00a0\u202f]*(?P<half>[ap]\.?[\s\u00a0\u202f]?m\.?)?)?"
)
_ZONE = r"\s*(?P<zone>Z|(?:UTC|GMT)?\s*[+-]\d{1,2}(?::?\d\d)?|[A-Za-z]{3,5})?"
_YEAR = r"(?P<year>\d{4})"
_MONTH_NAME = r"(?P<name>[^\W\d_]+)\.?"
_SLASHES = re.compile(r"(?P<first>\d\d?)/(?P<second_part>\d\d?)/(?P<year>\d{4}|\d\d)" + _TIME + _ZONE, re.IGNORECASE)
_SHORT_YEAR = 2
EARLIEST, LATEST = 1990, 2100
"""Years of which marketplaces can have settlements; a sheet has no dates before 1900, and a zone none around year 1."""
_NOON = 12
_SLACK = timedelta(days=1)  # a posted date without its time, and the zones that it may have been written in
_LONGEST_PERIOD = timedelta(days=100)  # a first settlement was seen to span eight weeks


@dataclass(frozen=True, slots=True)
class Period:
    """The texts of a settlement's first and last moment and of what was posted in it."""

    start: str
    end: str
    posted_days: frozenset[str]


def is_slash_date(text: str) -> bool:
    """Tell whether only the file as a whole says which part of this date is the month."""
    return _SLASHES.fullmatch(text.strip()) is not None


def parse_moment(text: str, place: Place, *, day_first: bool = False) -> datetime | None:
    """Return the moment in UTC, `None` for a blank cell; a date alone is its midnight.

    Args:
        text: The cell.
        place: Where it stands, for the message.
        day_first: Whether slash dates of this file are day/month.

    Raises:
        BadCellError: If it is no date in a known pattern.
    """
    plain = text.strip()
    if not plain:
        return None
    moment = _parsed(plain, day_first=day_first)
    if moment is None:
        raise BadCellError(place, text, "a date (2026-06-17, 17.06.2026 or Jun 17, 2026, with or without a time)")
    return moment


def stated_offset(text: str) -> int | None:
    """Return by how many minutes the clock of a moment is ahead of UTC; `None` where the text names no zone."""
    match = _matched(text.strip())
    zone = _zone(match["zone"]) if match and match["zone"] else None
    return None if zone is None else int(zone.utcoffset(None) / timedelta(minutes=1))


def decide_day_first(seen: Mapping[str, Place], periods: Iterable[Period]) -> bool:
    """Tell whether the slash dates of a file are day/month.

    Args:
        seen: Each different slash date, and where it stands first.
        periods: The settlements of the file.

    Raises:
        AmbiguousDatesError: If both readings are dates within the settlement periods, or neither is.
        BadCellError: If a date is none either way.
    """
    if not seen:
        return False
    settlements = tuple(periods)
    readings = {way: {text: _parsed(text.strip(), day_first=way) for text in seen} for way in (True, False)}
    possible = [way for way, dates in readings.items() if None not in dates.values()]
    text = next(iter(seen))
    if not possible:
        bad = next(text for text in seen if readings[True][text] is None)
        raise BadCellError(seen[bad], bad, "a date that fits the other dates of the file")
    if len(possible) > 1 and readings[True] != readings[False]:
        possible = [way for way in possible if all(_fits(period, day_first=way) for period in settlements)]
    if len(possible) != 1 and readings[True] != readings[False]:
        raise AmbiguousDatesError(seen[text], text)
    return possible[0]


def _fits(period: Period, *, day_first: bool) -> bool:
    start, end = _parsed(period.start.strip(), day_first=day_first), _parsed(period.end.strip(), day_first=day_first)
    if start is None or end is None or not timedelta(0) <= end - start <= _LONGEST_PERIOD:
        return False
    posted = (_parsed(text.strip(), day_first=day_first) for text in period.posted_days)
    return all(moment is not None and start - _SLACK <= moment <= end + _SLACK for moment in posted)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Return how dates are written; made when the first one is read, for most presses of a button read none."""
    dates = (
        rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)",  # 2026-06-17
        rf"(?P<day>\d\d?)\.(?P<month>\d\d?)\.{_YEAR}",  # 17.07.2026
        rf"{_MONTH_NAME}\s+(?P<day>\d\d?),?\s+{_YEAR}",  # Jun 3, 2026
        rf"(?P<day>\d\d?)\.?(?:\s+|-)(?:de\s+)?{_MONTH_NAME}(?:\s+|-)(?:de\s+)?{_YEAR}",  # 13 July 2026
    )
    return tuple(re.compile(date + _TIME + _ZONE, re.IGNORECASE) for date in dates)


def _parsed(text: str, *, day_first: bool) -> datetime | None:
    match = _matched(text)
    if match is None:
        return None
    if match.re is _SLASHES:
        return _moment(match, *_day_and_month(match, day_first=day_first))
    parts = match.groupdict()
    month = int(parts["month"]) if parts.get("month") else MONTHS.get(parts["name"].casefold(), 0)
    return _moment(match, int(parts["day"]), month)


def _matched(text: str) -> re.Match[str] | None:
    """Return how a date is written; `None` where in no known pattern."""
    slashes = _SLASHES.fullmatch(text)
    return slashes or next(filter(None, (pattern.fullmatch(text) for pattern in _patterns())), None)


def _day_and_month(match: re.Match[str], *, day_first: bool) -> tuple[int, int]:
    first, second = int(match["first"]), int(match["second_part"])
    return (first, second) if day_first else (second, first)


def _moment(match: re.Match[str], day: int, month: int) -> datetime | None:
    parts = match.groupdict()
    year = int(parts["year"])
    zone = _zone(parts["zone"] or "")
    hour = _hour(int(parts["hour"] or 0), parts["half"] or "")
    if zone is None or hour is None:
        return None
    try:
        local = datetime(
            year + 2000 if len(parts["year"]) == _SHORT_YEAR else year,
            month,
            day,
            hour,
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            tzinfo=zone,
        )
        return local.astimezone(UTC) if EARLIEST <= local.year <= LATEST else None
    except (ValueError, OverflowError):
        return None


def _hour(hour: int, half: str) -> int | None:
    if not half:
        return hour
    if not 1 <= hour <= _NOON:
        return None
    return hour % _NOON + (_NOON if half[0] in "pP" else 0)


def _zone(name: str) -> timezone | None:
    """Return the offset that a zone's name or figures mean, `None` for a name nobody knows."""
    offset = re.fullmatch(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d\d)?", name, re.IGNORECASE)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        sign = -1 if offset[1] == "-" else 1
        return timezone(timedelta(minutes=sign * minutes)) if minutes < 24 * 60 else None
    hours = ZONES.get(name.upper())
    return None if hours is None else timezone(timedelta(hours=hours))
