"""The European Central Bank's rates: fetched over HTTP, and refused where they are something else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.ecb_rates import ecb_client, fetch_ecb, read_rates
from core.errors import BadAnswerError
from core.exchange_rates import ExchangeRates
from core.http.responses import ServiceResponse
from sandbox.business import demo_business
from sandbox.ecb import ECB_PATH, rate, working_days
from sandbox.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

TODAY = date(2026, 8, 24)


@pytest.fixture(scope="module")
def bank() -> Iterator[str]:
    """Return the address of a bank on this machine."""
    now = datetime(2026, 8, 24, 18, tzinfo=UTC).timestamp()
    with serve(demo_business(), now=lambda: now) as address:
        yield f"{address.url}{ECB_PATH}"


def test_rates_come_over_http_and_answer_for_each_day(bank: str) -> None:
    """Saturday has Friday's; what was not asked for is not kept."""
    fetched = fetch_ecb(ecb_client(bank), {"GBP", "USD"}, {"2026-08-20", "2026-08-22"}, TODAY)

    found = ExchangeRates.of(fetched).on("GBP", "USD", "2026-08-22")
    friday = date(2026, 8, 21)
    assert found is not None
    assert ("2026-08-21", rate("USD", friday) / rate("GBP", friday)) == (found.day, found.rate)
    assert {"GBP", "USD"} == set(fetched["quote"])
    assert "2026-08-21" == max(fetched["day"])


def test_a_day_long_past_is_found_in_the_whole_history(bank: str) -> None:
    """The short file holds ninety days only."""
    fetched = fetch_ecb(ecb_client(bank), {"USD"}, {"2024-04-01"}, TODAY)

    found = ExchangeRates.of(fetched).on("EUR", "USD", "2024-04-01")
    assert found is not None
    assert "2024-03-28" == found.day  # Good Friday was the 29th, Easter Monday the 1st


def test_the_banks_holidays_are_no_working_days() -> None:
    """Weekends, New Year, Easter, Labour Day and Christmas."""
    days = set(working_days(date(2026, 12, 31)))

    closed = [date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25)]
    assert not days & {*closed, date(2026, 8, 22)}
    assert {date(2026, 4, 2), date(2026, 4, 7), date(2026, 8, 21)} <= days


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>Maintenance",
        b"<Envelope><Cube/></Envelope>",
        b'<Cube time="2026-08-21"><Cube currency="USD" rate="0"/></Cube>',
        b'<Cube time="2026-08-21"><Cube currency="USD" rate="n/a"/></Cube>',
        b'<Cube time="2026-08-21"><Cube currency="USD" rate="1e400"/></Cube>',
        b'<Cube time="2026-08-21"><Cube currency="USD" rate="1e-40"/></Cube>',
        b'<Cube time="2026-08-21"><Cube currency="USD" rate="1.0800000000000000000000000000000000000"/></Cube>',
        b'<Cube time="yesterday"><Cube currency="USD" rate="1.08"/></Cube>',
        b'<!DOCTYPE x [<!ENTITY a "b">]><Cube time="2026-08-21"><Cube currency="USD" rate="1.08"/></Cube>',
    ],
)
def test_what_is_no_file_of_rates_is_refused(content: bytes) -> None:
    """None of it is stored."""
    with pytest.raises(BadAnswerError, match="None of it was used"):
        read_rates(ServiceResponse("European Central Bank", "GET /x", {}, content))


def test_every_published_digit_is_kept() -> None:
    """A rate is an exact decimal."""
    content = b'<Cube><Cube time="2026-08-21"><Cube currency="JPY" rate="158.3200"/></Cube></Cube>'

    ((day, currency, text),) = read_rates(ServiceResponse("ECB", "GET /x", {}, content))

    assert ("2026-08-21", "JPY", Decimal("158.3200")) == (day, currency, Decimal(text))
    assert "158.3200" == text
