"""Requests over the network: what is asked again, how long is waited, and what an error says and hides."""

from __future__ import annotations

import gzip
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.credentials import Secret
from core.errors import (
    BadAnswerError,
    ConnectionFailedError,
    InsecureAddressError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServerFailedError,
    ServiceError,
    UnauthorisedError,
)
from core.http import HttpClient, Patience, basic, bearer
from core.http_answers import message_in
from core.rate_limits import TokenBucket, seconds_to_wait

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HTML = "<!DOCTYPE html><html><body>Bad gateway</body></html>"


@dataclass
class FakeTime:
    """A clock that only moves when someone sleeps."""

    at: datetime = START
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the present."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


class Service:
    """Stands in for a server: gives the answers in turn, the last one for ever, and keeps the requests."""

    def __init__(
        self, *answers: httpx.Response | Exception, base_url: str = "https://api.example.com", **how: Any
    ) -> None:
        self.time = FakeTime()
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)
        self.client = HttpClient(
            "Finale Inventory",
            base_url,
            transport=httpx.MockTransport(self._answer),
            clock=self.time.now,
            sleep=self.time.sleep,
            jitter=lambda: 0.0,
            **how,
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        # A response can be read once only, so each request gets a copy.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def ok(**body: object) -> httpx.Response:
    """Return a good answer."""
    return httpx.Response(200, json=body)


def test_fractions_in_json_are_exact_decimals() -> None:
    """A cost of many decimals arrives as the decimal that was sent, not as a float."""
    service = Service(httpx.Response(200, text='{"cost": 12345678901234.567891}'))

    assert {"cost": Decimal("12345678901234.567891")} == service.client.send("GET", "cost").json()


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failing_server_is_asked_four_times_and_then_named(status: int) -> None:
    """A 5xx is asked again with growing pauses; its web page is never read as data."""
    service = Service(httpx.Response(status, text=HTML))

    with pytest.raises(
        ServerFailedError, match=f"Finale Inventory failed \\({status}, GET /orders\\).*start again later"
    ):
        service.client.send("GET", "orders")

    assert 4 == len(service.requests)
    assert [0.5, 1.0, 2.0] == service.time.slept


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut off")]
)
def test_a_connection_that_fails_once_is_not_noticed(failure: Exception) -> None:
    """A refused, slow or dropped connection is tried again."""
    service = Service(failure, ok(done=1))

    assert {"done": 1} == service.client.send("GET", "orders").json()


def test_a_connection_that_fails_for_good_says_what_to_do() -> None:
    """The error names service and place and sends the user to the internet connection."""
    service = Service(httpx.ConnectError("refused"))

    with pytest.raises(ConnectionFailedError, match=r"cannot be reached .*Check the internet connection"):
        service.client.send("GET", "orders")


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refused_request_is_never_asked_again(status: int) -> None:
    """What the service refuses once it would refuse again; its own words are passed on."""
    service = Service(httpx.Response(status, json={"errorMessage": "range is longer than 30 days."}))

    with pytest.raises(RefusedError, match="says: range is longer than 30 days"):
        service.client.send("GET", "orders")

    assert 1 == len(service.requests)


def test_what_is_not_there_has_an_error_of_its_own() -> None:
    """A 404 can be told from other refusals, and a web page is no explanation."""
    service = Service(httpx.Response(404, text=HTML))

    with pytest.raises(NotFoundError) as caught:
        service.client.send("GET", "orders")

    assert "Finale Inventory refused GET /orders (404)." == str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_not_tried_again(status: int) -> None:
    """A refused key sends the user to the key, after one request."""
    service = Service(httpx.Response(status))

    with pytest.raises(UnauthorisedError, match="Check the account name, key and secret"):
        service.client.send("GET", "orders")

    assert 1 == len(service.requests)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": format_datetime(START + timedelta(seconds=20), usegmt=True)}, 20.0),
        ({"X-RateLimit-Reset": str(int(START.timestamp()) + 42)}, 42.0),
        ({"X-RateLimit-Reset": str(int(START.timestamp()) + 42), "Retry-After": "7"}, 42.0),
        ({"X-RateLimit-Reset": str(int(START.timestamp()) - 5), "Retry-After": "7"}, 7.0),
        ({"X-RateLimit-Reset": "11"}, 11.0),
        ({}, 5.0),
        ({"Retry-After": "soon"}, 5.0),
    ],
)
def test_a_rate_limit_is_waited_for_as_long_as_the_service_says(headers: dict[str, str], expected: float) -> None:
    """After a 429 the reset moment holds, else Retry-After as seconds or date, else five seconds."""
    service = Service(httpx.Response(429, headers=headers), ok(done=1))

    service.client.send("GET", "orders")

    assert [expected] == service.time.slept


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


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "an empty answer"),
        (b" \n", "an empty answer"),
        (HTML.encode(), "a web page instead of data"),
        (b'{"orders": [', "breaks off"),
        (b'{"cost": NaN}', "breaks off or is no JSON"),
        (b"\xff\xfe\x00", "text that cannot be read"),
    ],
)
def test_an_answer_that_cannot_be_used_is_an_error(body: bytes, words: str) -> None:
    """An empty, cut off or foreign body with status 200 is never an empty result."""
    service = Service(httpx.Response(200, content=body))

    with pytest.raises(BadAnswerError, match=words):
        service.client.send("GET", "orders").json()


def test_a_redirection_is_no_answer() -> None:
    """A login page that is redirected to is not followed with the key in hand."""
    service = Service(httpx.Response(302, headers={"Location": "https://elsewhere.example.com"}))

    with pytest.raises(BadAnswerError, match="a redirection"):
        service.client.send("GET", "orders")

    assert 1 == len(service.requests)


def test_a_byte_order_mark_is_not_part_of_the_json() -> None:
    """Files from Windows servers begin with one."""
    service = Service(httpx.Response(200, content=b'\xef\xbb\xbf{"done": 1}'))

    assert {"done": 1} == service.client.send("GET", "orders").json()


def test_forms_and_tokens_are_sent_as_asked() -> None:
    """A token exchange posts a form; a bearer token goes into the header."""
    service = Service(ok(done=1), headers=bearer(Secret("token-1")))

    service.client.send("POST", "token", form={"grant_type": "refresh_token"}, headers={"X-Trace": "1"})

    request = service.requests[0]
    assert b"grant_type=refresh_token" == request.content
    assert ("Bearer token-1", "1") == (request.headers["authorization"], request.headers["x-trace"])


def test_a_download_from_another_host_never_gets_the_key() -> None:
    """A presigned address is asked without the key, and its query is in no error."""
    service = Service(httpx.Response(403), headers=basic(Secret("key"), Secret("secret")))

    with pytest.raises(UnauthorisedError) as caught:
        service.client.send("GET", "https://files.example.org/report.gz?Signature=SIGNED")

    assert "authorization" not in service.requests[0].headers
    assert "files.example.org/report.gz" in str(caught.value)
    assert "SIGNED" not in str(caught.value)


def test_a_compressed_download_is_unpacked_and_a_damaged_one_is_an_error() -> None:
    """Reports come as gzip files; one that is cut off is not taken for a short report."""
    packed = gzip.compress(b"a\tb\n" * 1000)
    whole = Service(httpx.Response(200, content=packed)).client.send("GET", "report")
    cut = Service(httpx.Response(200, content=packed[:-20])).client.send("GET", "report")

    assert b"a\tb\n" * 1000 == whole.unzipped()
    with pytest.raises(BadAnswerError, match="damaged or cut off"):
        cut.unzipped()


def test_bytes_that_are_not_compressed_come_as_they_are() -> None:
    """A download that is no gzip file is left alone."""
    assert b"a\tb" == Service(httpx.Response(200, content=b"a\tb")).client.send("GET", "report").unzipped()


def test_an_address_without_encryption_is_refused() -> None:
    """A key is never sent in the clear, except to this very machine."""
    with pytest.raises(InsecureAddressError, match="must begin with https://"):
        HttpClient("Finale Inventory", "http://app.example.com")

    HttpClient("Finale Inventory", "http://127.0.0.1:8000").close()


def test_the_service_s_reference_is_in_the_error() -> None:
    """What a support desk asks for is in the message."""
    service = Service(httpx.Response(400, headers={"x-amzn-RequestId": "abc-1"}, json={"errors": [{"message": "no"}]}))

    with pytest.raises(ServiceError, match=r"says: no. \(Reference abc-1.\)") as caught:
        service.client.send("GET", "orders")

    assert "abc-1" == caught.value.reference


@pytest.mark.parametrize(
    "body",
    [
        "no stock",
        {"errorMessage": "no stock"},
        {"error": {"message": "no stock"}},
        {"errors": [{"message": "no stock"}]},
        {"errorMessageList": ["no stock"]},
        {"exception": "no stock"},
        ["", {"messages": ["no stock"]}],
    ],
)
def test_every_usual_form_of_an_error_message_is_found(body: object) -> None:
    """Services hide the reason in many places (finale-api.md §2.4)."""
    assert "no stock" == message_in(body)


def test_a_secret_is_in_no_text_that_leaves_the_client(caplog: pytest.LogCaptureFixture) -> None:
    """Neither errors nor log lines at the lowest level nor representations show key or secret, retries included."""
    caplog.set_level(logging.DEBUG)
    key, secret = Secret("KEY-MARKED"), Secret("SECRET-MARKED")
    shown = []
    for answer in (httpx.ConnectError("refused"), httpx.Response(503), httpx.Response(401), httpx.Response(418)):
        service = Service(answer, headers=basic(key, secret))
        with pytest.raises(ServiceError) as caught:
            service.client.send("GET", "orders", params={"token": "SECRET-MARKED"})
        shown += [str(caught.value), repr(caught.value), repr(service.client), repr(key), str(secret)]

    text = " ".join(shown) + caplog.text + " ".join(str(vars(record)) for record in caplog.records)
    encoded = service.requests[0].headers["authorization"].split()[1]
    assert [] == [mark for mark in ("KEY-MARKED", "SECRET-MARKED", encoded) if mark in text]


def test_the_time_for_an_answer_can_be_set_for_one_request() -> None:
    """Reports are given more time than other requests."""
    service = Service(ok(), patience=Patience(timeout=20))

    service.client.send("GET", "orders")
    service.client.send("GET", "report", timeout=180)

    assert [20, 180] == [request.extensions["timeout"]["read"] for request in service.requests]


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
