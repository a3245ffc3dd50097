"""The services' limits: waited for as they say, kept before they say so."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import (
    RateLimitedError,
)
from core.http.limits import TokenBucket, seconds_to_wait
from tests.core.http.http_service import START, FakeTime, Service, ok


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": format_datetime(START + timedelta(seconds=20), usegmt=True)}, 20.0),
        ({"X-RateLimit-Reset": str(int(START.timestamp()) + 42)}, 42.0),
        ({"X-RateLimit-Reset": str(int(START.timestamp()) + 42), "Retry-After": "7"}, 42.0),
        ({"X-RateLimit-Reset": str(int(START.timestamp()) - 5), "Retry-After": "7"}, 7.0),
        ({"X-RateLimit-Reset": "11"}, 11.0),
        ({"X-Next-Replenishment-Time": str((int(START.timestamp()) + 33) * 1000)}, 33.0),
        ({"X-Next-Replenishment-Time": "Mon Nov 23"}, 5.0),
        ({}, 5.0),
        ({"Retry-After": "soon"}, 5.0),
    ],
)
def test_a_rate_limit_is_waited_for_as_long_as_the_service_says(headers: dict[str, str], expected: float) -> None:
    """After a 429 the reset moment holds, else Retry-After as seconds or date, else five seconds."""
    service = Service(httpx.Response(429, headers=headers), ok(done=1))

    service.client.send("GET", "orders")

    assert [expected] == service.time.slept


def test_a_bucket_goes_on_at_the_pace_the_service_grants() -> None:
    """After the burst the calls come as often as was said last; nonsense is not obeyed."""
    time = FakeTime()
    bucket = TokenBucket(1, 0.5, clock=time.now, sleep=time.sleep)
    bucket.take()
    bucket.take()
    bucket.refill(0.1)
    bucket.take()
    bucket.refill(0)
    bucket.take()

    assert [2.0, 10.0, 10.0] == time.slept


def test_without_any_header_the_waits_grow() -> None:
    """A 429 that says nothing is waited for longer each time."""
    service = Service(httpx.Response(429))

    with pytest.raises(RateLimitedError):
        service.client.send("GET", "orders")

    assert [5.0, 30.0, 60.0] == service.time.slept


def test_a_service_that_closes_for_an_hour_is_an_error_at_once() -> None:
    """A wait longer than anyone would sit through is told instead of slept."""
    service = Service(httpx.Response(429, headers={"Retry-After": "2580"}))

    with pytest.raises(RateLimitedError, match=r"for about 43 min\. What was fetched before is kept"):
        service.client.send("GET", "orders")

    assert ([], 1) == (service.time.slept, len(service.requests))


def test_a_used_up_budget_is_respected_before_the_next_request() -> None:
    """When an answer says that nothing remains, the next request of that kind waits for the reset; others do not."""
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(START.timestamp()) + 30)}
    service = Service(httpx.Response(200, headers=reset, json={}), ok())

    service.client.send("GET", "orders")
    service.client.send("POST", "orders")
    assert [] == service.time.slept
    service.client.send("GET", "orders")

    assert [30.0] == service.time.slept


def test_a_budget_used_up_for_long_is_an_error_without_asking() -> None:
    """A closing that lasts longer than one would wait is told before a request is wasted on it."""
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(START.timestamp()) + 3600)}
    service = Service(httpx.Response(200, headers=reset, json={}))
    service.client.send("GET", "orders")

    with pytest.raises(RateLimitedError, match="60 min"):
        service.client.send("GET", "orders")

    assert 1 == len(service.requests)


@given(st.lists(st.floats(0, 30), max_size=80))
def test_a_bucket_never_lets_more_through_than_its_limit(pauses: list[float]) -> None:
    """In any span of a minute at most twelve calls pass, whatever the pauses between them."""
    time = FakeTime()
    bucket = TokenBucket.within(12, 60, clock=time.now, sleep=time.sleep)
    passed = []
    for pause in pauses:
        time.at += timedelta(seconds=pause)
        bucket.take()
        passed.append(time.now())

    # A microsecond of slack: the clock counts no finer.
    late = timedelta(seconds=60) - timedelta(microseconds=len(pauses))
    assert all(later - earlier >= late for earlier, later in zip(passed, passed[12:], strict=False))


def test_a_bucket_lets_a_first_burst_through_without_waiting() -> None:
    """Half of the limit may be used at once."""
    time = FakeTime()
    bucket = TokenBucket(3, 1, clock=time.now, sleep=time.sleep)
    for _ in range(4):
        bucket.take()

    assert [1.0] == time.slept


@pytest.mark.parametrize("header", ["", "nan", "-3"])
def test_a_senseless_wait_counts_as_none(header: str) -> None:
    """A header that says nothing usable leaves the choice to us."""
    assert 0 == seconds_to_wait({"retry-after": header}, START)


def test_each_attempt_takes_from_the_buckets() -> None:
    """Retries count against the limit as well."""
    service = Service(httpx.Response(503), ok())
    bucket = TokenBucket(1, 1, clock=service.time.now, sleep=service.time.sleep)

    service.client.send("GET", "orders", limits=(bucket,))

    assert [0.5, 0.5] == service.time.slept


@pytest.mark.parametrize("name", ["Retry-After", "X-RateLimit-Reset", "X-Next-Replenishment-Time"])
@pytest.mark.parametrize(
    "value", ["inf", "nan", "-inf", "1e400", "9" * 400, "-5", "1e300", "Mon, 32 Foo 99999", "\x00", "1_0", "٣"]
)
def test_a_wait_is_a_number_whatever_the_headers_hold(name: str, value: str) -> None:
    """Of any content; what is no time at all is none, and a year is the longest."""
    assert 0.0 <= seconds_to_wait({name.lower(): value}, START) <= 366 * 24 * 3600
    assert RateLimitedError("Finale", seconds_to_wait({name.lower(): value}, START)).seconds >= 0
