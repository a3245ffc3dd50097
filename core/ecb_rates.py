"""The reference rates of the European Central Bank, over HTTP (docs/facts/exchange-rates.md).

The bank calls them informational; they come on its working days in the afternoon. One file holds the last ninety days,
another all since 1999, so that a short look back stays a short answer.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from xml.parsers import expat

from core.errors import BadAnswerError
from core.exchange_rates import ECB, EURO, LONGEST_AGE, RATE_COLUMNS
from core.frame_columns import frame
from core.http.client import HttpClient

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    from core.http.responses import ServiceResponse

SERVICE = "European Central Bank"
ECB_URL = "https://www.ecb.europa.eu/stats/eurofxref"
LAST_DAYS = "eurofxref-hist-90d.xml"
ALL_DAYS = "eurofxref-hist.xml"

_SHORT = timedelta(days=80)
_LEAST, _MOST = Decimal("0.000001"), Decimal(1_000_000_000)
"""Units of a currency for one euro: what is less or more is no rate."""
_LONGEST = 30
"""Characters of a rate."""


def fetch_ecb(client: HttpClient, currencies: Collection[str], days: Collection[str], today: date) -> pd.DataFrame:
    """Fetch the rates of some currencies for some days and the week before each.

    Args:
        client: Of `ECB_URL`.
        currencies: Wanted ones, home currency included; the euro needs none.
        days: ISO days, at least one.
        today: Decides which file is asked for.

    Returns:
        RATE_COLUMNS; base is the euro.

    Raises:
        ServiceError: If the bank does not answer, or with something else than rates.
    """
    first = date.fromisoformat(min(days)) - LONGEST_AGE
    file = LAST_DAYS if first >= today - _SHORT else ALL_DAYS
    answer = client.send("GET", file, headers={"Accept": "application/xml"})
    begin, end = first.isoformat(), max(days)
    rows = [
        {"base": EURO, "quote": currency, "day": day, "rate": rate, "source": ECB}
        for day, currency, rate in read_rates(answer)
        if begin <= day <= end and currency in currencies
    ]
    return frame(RATE_COLUMNS, rows)


def ecb_client(url: str = ECB_URL, **seams: object) -> HttpClient:
    """Return the client of the bank's rates; `seams` are those of `HttpClient`."""
    return HttpClient(SERVICE, url, **seams)  # type: ignore[arg-type]  # by name


def read_rates(answer: ServiceResponse) -> list[tuple[str, str, str]]:
    """Read the bank's file: day, currency and units of it for one euro, as published.

    Raises:
        BadAnswerError: If it is no such file, or a rate in it is none.
    """
    rows: list[tuple[str, str, str]] = []
    day = ""

    def element(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal day
        day = attributes.get("time", day)
        if name.rpartition(":")[2] == "Cube" and "currency" in attributes:
            rows.append((_day(day), attributes["currency"], _rate(attributes.get("rate", ""))))

    def refuse_doctype(*_: object) -> None:
        raise ValueError("it declares a document type")

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(answer.text(), True)  # noqa: FBT003 - expat takes no names
    except (expat.ExpatError, ValueError) as error:
        raise BadAnswerError(answer.service, answer.where, "an answer that is not a file of rates") from error
    if not rows:
        raise BadAnswerError(answer.service, answer.where, "a file without rates")
    return rows


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _rate(text: str) -> str:
    try:
        rate = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if len(text) > _LONGEST or not rate.is_finite() or not _LEAST <= rate <= _MOST:
        raise ValueError(text)
    return text
