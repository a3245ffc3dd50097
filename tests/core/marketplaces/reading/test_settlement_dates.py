"""Dates in settlement files: exactly the known patterns, slash dates decided by the whole file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.marketplaces.errors import AmbiguousDatesError, BadCellError, Place
from core.marketplaces.reading.dates import Period, decide_day_first, parse_moment

HERE = Place("file.txt", 3, "posted-date")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("17.07.2026 07:06:34 UTC", "2026-07-17T07:06:34"),
        ("17.07.2026", "2026-07-17T00:00:00"),
        ("2026-06-16 00:00:00 UTC", "2026-06-16T00:00:00"),
        ("2026-06-17", "2026-06-17T00:00:00"),
        ("2025-08-14T22:07:18+00:00", "2025-08-14T22:07:18"),
        ("2025-08-14T22:07:18.250Z", "2025-08-14T22:07:18"),
        ("2026-01-19 12:07:45 +0100", "2026-01-19T11:07:45"),
        ("Jun 3, 2026 2:15:12 AM PDT", "2026-06-03T09:15:12"),
        ("Jun 12, 2026 12:35:09 PM PST", "2026-06-12T20:35:09"),
        ("Jun 12, 2026 12:35:09 AM PST", "2026-06-12T08:35:09"),
        ("13 July 2026 2:19:33 pm GMT+9", "2026-07-13T05:19:33"),
        ("13 Jul 2026 14:19:33 GMT+01:00", "2026-07-13T13:19:33"),
        ("13 jul 2026 11:03:59 p.m. GMT-7", "2026-07-14T06:03:59"),
        ("Jun. 3, 2026 2:15:12 a.m. PDT", "2026-06-03T09:15:12"),
        ("3 Jun 2026 12:15:12 am IST", "2026-06-02T18:45:12"),
        ("03.06.2026 14:15:12 MESZ", "2026-06-03T12:15:12"),
        ("3 juin 2026 07:06:34 UTC", "2026-06-03T07:06:34"),
        ("3 févr. 2026 à 07:06:34 UTC", "2026-02-03T07:06:34"),
        ("3 giu 2026 07:06:34 UTC", "2026-06-03T07:06:34"),
        ("3 de junio de 2026 07:06:34 UTC", "2026-06-03T07:06:34"),
        ("3. Juni 2026", "2026-06-03T00:00:00"),
        ("Jan 5, 2026", "2026-01-05T00:00:00"),
    ],
)
def test_patterns(text: str, moment: str) -> None:
    """Every pattern that was met means one moment in UTC."""
    found = parse_moment(text, HERE)

    assert found is not None
    assert f"{moment}+00:00" == found.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-13-01",
        "31.02.2026",
        "46190",
        "2026-06-17 25:00:00 UTC",
        "Foo 3, 2026",
        "Jun 3, 2026 2:15 XYZ",
    ],
)
def test_what_is_no_date(text: str) -> None:
    """Anything else is refused with file, line and column."""
    with pytest.raises(BadCellError, match=r"^file\.txt, line 3, column posted-date: "):
        parse_moment(text, HERE)


def test_blank_is_no_date() -> None:
    """A blank cell is not an error."""
    assert parse_moment("  ", HERE) is None


def period(*posted: str, start: str = "2026-06-02", end: str = "2026-06-16") -> Period:
    """Return a fortnight in June with what was posted in it."""
    return Period(start, end, frozenset(posted))


@pytest.mark.parametrize(
    ("posted", "day_first"),
    [
        (("09/06/26", "10/06/26"), True),
        (("06/09/26", "06/10/26"), False),
        (("06/09/26", "06/15/26"), False),
        (("09/06/2026", "15/06/2026"), True),
        (("06/06/26",), True),
    ],
)
def test_slash_dates_are_decided_by_the_period(posted: tuple[str, ...], *, day_first: bool) -> None:
    """The reading by which everything was posted within the settlement wins."""
    found = decide_day_first(dict.fromkeys(posted, HERE), [period(*posted)])

    assert parse_moment(posted[0], HERE, day_first=day_first) == parse_moment(posted[0], HERE, day_first=found)


def test_slash_dates_that_fit_both_ways_are_refused() -> None:
    """A period that holds both readings decides nothing."""
    posted = ("06/07/26", "07/06/26")

    with pytest.raises(AmbiguousDatesError, match="'06/07/26' may be day/month or month/day"):
        decide_day_first(dict.fromkeys(posted, HERE), [period(*posted, start="2026-06-01", end="2026-07-31")])


def test_slash_dates_that_fit_neither_way_are_refused() -> None:
    """Dates outside the period are not guessed at."""
    with pytest.raises(AmbiguousDatesError):
        decide_day_first({"01/02/26": HERE}, [period("01/02/26")])


def test_slash_dates_that_contradict_each_other_are_refused() -> None:
    """No file has day/month and month/day."""
    seen = {"13/06/26": HERE, "06/14/26": Place("file.txt", 8, "posted-date")}

    with pytest.raises(BadCellError, match="fits the other dates"):
        decide_day_first(seen, [period(*seen)])


def test_header_written_with_slashes_decides_too() -> None:
    """A period that would end before it starts, or last half a year, is not meant."""
    assert decide_day_first(
        dict.fromkeys(("02/06/26", "09/06/26", "05/06/26"), HERE),
        [period("05/06/26", start="02/06/26", end="09/06/26")],
    )


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 1, 1)))  # noqa: DTZ001 - made UTC below
def test_any_moment_in_the_flat_file_patterns_is_read_back(moment: datetime) -> None:
    """Day, month and time are never confused."""
    whole = moment.replace(microsecond=0, tzinfo=UTC)

    for pattern in ("%d.%m.%Y %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%dT%H:%M:%S+00:00"):
        assert whole == parse_moment(whole.strftime(pattern), HERE)
