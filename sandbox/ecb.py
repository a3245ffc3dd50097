"""The European Central Bank's daily reference rates, in its own XML, for days of the sandbox's own choosing.

Units of each currency for one euro, on the bank's working days up to today (docs/facts/exchange-rates.md). The
figures are made up and always the same.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from flask import Blueprint, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ECB_PATH = "/stats/eurofxref"
_FIRST_DAY = date(2024, 1, 2)
_BEGINS = {
    "USD": Decimal("1.0841"),
    "JPY": Decimal("158.32"),
    "GBP": Decimal("0.8460"),
    "CAD": Decimal("1.4912"),
    "AUD": Decimal("1.6420"),
    "MXN": Decimal("19.8740"),
    "SEK": Decimal("11.3120"),
    "PLN": Decimal("4.2990"),
    "INR": Decimal("90.5130"),
}
_SWING = 41
_STEP = Decimal("0.0005")
_CLOSED = {(1, 1), (5, 1), (12, 25), (12, 26)}
_NINETY_DAYS = timedelta(days=90)
_OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
    'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">'
    "<gesmes:subject>Reference rates</gesmes:subject>"
    "<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube>"
)


def ecb_pages(now: Callable[[], float]) -> Blueprint:
    """Return the pages that hold the rates; `now` is in Unix seconds."""
    pages = Blueprint("ecb", __name__, url_prefix=ECB_PATH)

    def today() -> date:
        return datetime.fromtimestamp(now(), UTC).date()

    @pages.get("/eurofxref-daily.xml")
    def daily() -> Response:
        return _xml(list(working_days(today()))[-1:])

    @pages.get("/eurofxref-hist-90d.xml")
    def last_days() -> Response:
        return _xml([day for day in working_days(today()) if day > today() - _NINETY_DAYS])

    @pages.get("/eurofxref-hist.xml")
    def all_days() -> Response:
        return _xml(list(working_days(today())))

    return pages


def working_days(until: date) -> Iterator[date]:
    """Yield the days on which the bank publishes, the oldest first."""
    day = _FIRST_DAY
    while day <= until:
        if day.weekday() < 5 and (day.month, day.day) not in _CLOSED and day not in _easter(day.year):  # noqa: PLR2004
            yield day
        day += timedelta(days=1)


def rate(currency: str, day: date) -> Decimal:
    """Return how many units of a currency one euro is on a day."""
    begin = _BEGINS[currency]
    swing = (day.toordinal() * (3 + len(_BEGINS) * sum(map(ord, currency)) % 7)) % _SWING - _SWING // 2
    return (begin * (1 + _STEP * swing)).quantize(begin)


def _xml(days: list[date]) -> Response:
    cubes = "".join(
        f'<Cube time="{day.isoformat()}">'
        + "".join(f'<Cube currency="{currency}" rate="{rate(currency, day)}"/>' for currency in _BEGINS)
        + "</Cube>"
        for day in reversed(days)
    )
    return Response(f"{_OPENING}{cubes}</Cube></gesmes:Envelope>", content_type="text/xml")


def _easter(year: int) -> tuple[date, date]:
    """Return Good Friday and Easter Monday (the anonymous Gregorian reckoning)."""
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (19 * (year % 19) + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    sunday = date(year, month, day + 1)
    return sunday - timedelta(days=2), sunday + timedelta(days=1)
