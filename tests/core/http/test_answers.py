"""Answers over HTTP: read exactly, or refused with words that say what came."""

from __future__ import annotations

import gzip
import tracemalloc
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest

from core.errors import (
    AnswerTooSlowError,
    BadAnswerError,
    NotFoundError,
    ServiceError,
)
from core.http.bodies import IN_MEMORY, Patience
from core.http.client import HttpClient
from core.http.responses import DEEPEST_JSON, LARGEST_JSON, ServiceResponse, message_in, next_cursor
from tests.core.http.http_service import HTML, FakeTime, Service

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_fractions_in_json_are_exact_decimals() -> None:
    """A cost of many decimals arrives as the decimal that was sent, not as a float."""
    service = Service(httpx.Response(200, text='{"cost": 12345678901234.567891}'))

    assert {"cost": Decimal("12345678901234.567891")} == service.client.send("GET", "cost").json()


def test_what_is_not_there_has_an_error_of_its_own() -> None:
    """A 404 can be told from other refusals, and a web page is no explanation."""
    service = Service(httpx.Response(404, text=HTML))

    with pytest.raises(NotFoundError) as caught:
        service.client.send("GET", "orders")

    assert "Finale Inventory refused GET /orders (404)." == str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "an empty answer"),
        (b" \n", "an empty answer"),
        (HTML.encode(), "a web page instead of data"),
        (b'{"orders": [', "breaks off"),
        (b'{"cost": NaN}', "breaks off or is not JSON"),
        (b"\xff\xfe\x00", "text that cannot be read"),
    ],
)
def test_an_answer_that_cannot_be_used_is_an_error(body: bytes, words: str) -> None:
    """An empty, cut off or foreign body with status 200 is never an empty result."""
    service = Service(httpx.Response(200, content=body))

    with pytest.raises(BadAnswerError, match=words):
        service.client.send("GET", "orders").json()


def test_a_byte_order_mark_is_not_part_of_the_json() -> None:
    """Files from Windows servers begin with one."""
    service = Service(httpx.Response(200, content=b'\xef\xbb\xbf{"done": 1}'))

    assert {"done": 1} == service.client.send("GET", "orders").json()


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
    """Services hide the reason in many places (docs/facts/finale-api.md, Errors)."""
    assert "no stock" == message_in(body)


@pytest.mark.parametrize(
    ("connection", "cursor"),
    [
        ({"pageInfo": {"hasNextPage": True, "endCursor": "abc"}}, "abc"),
        ({"pageInfo": {"hasNextPage": False, "endCursor": "abc"}}, None),
        ({"pageInfo": None}, None),
        (None, None),
    ],
    ids=["more", "the last page", "no page info", "null"],
)
def test_the_next_page_is_asked_for_by_its_cursor(connection: dict[str, object] | None, cursor: str | None) -> None:
    """Behind the last page nothing is asked, also where a service still names where it ended."""
    assert cursor == next_cursor(connection)


def test_a_list_that_goes_on_without_saying_where_does_not_end_there() -> None:
    """What would follow would else be missing without a word."""
    with pytest.raises(ValueError, match="no cursor"):
        next_cursor({"pageInfo": {"hasNextPage": True, "endCursor": None}})


def test_what_cannot_be_kept_is_shown_by_a_sign_of_its_own() -> None:
    """A NUL or half a character in one product ended every sync; whole characters stay."""
    text = '{"a\\u0000b": ["x\\ud800y", "\\ud83d\\ude00", 1, null, {"deep": "\\udc00"}]}'
    service = Service(httpx.Response(200, text=text))
    assert {"a�b": ["x�y", "😀", 1, None, {"deep": "�"}]} == service.client.send("GET", "x").json()


@pytest.mark.parametrize("depth", [64, 65, 5_000, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_data_is_not_nested_without_end(depth: int, opening: str, closing: str) -> None:
    """64 levels are read; more are refused in words, in an answer as in a refusal."""
    body = opening * depth + "1" + closing * depth
    service = Service(httpx.Response(200, text=body))
    if depth == DEEPEST_JSON:
        assert service.client.send("GET", "x").json()
        return
    with pytest.raises(BadAnswerError, match="nested too deeply"):
        service.client.send("GET", "x").json()
    with pytest.raises(ServiceError):
        Service(httpx.Response(422, text=body)).client.send("GET", "x")


def test_an_answer_has_a_largest_size() -> None:
    """More is refused before it is all there, packed or not; a document may have more than data."""
    patience = Patience(largest=2_000_000, largest_document=3_000_000)
    bomb = httpx.Response(
        200, stream=httpx.ByteStream(gzip.compress(bytes(2_000_001))), headers={"Content-Encoding": "gzip"}
    )
    packed = HttpClient(
        "X", "https://x.example", transport=httpx.MockTransport(lambda _request: bomb), patience=patience
    )
    with pytest.raises(BadAnswerError, match="an answer of more than 2 million bytes"):
        Service(httpx.Response(200, content=b"x" * 2_000_001), patience=patience).client.send("GET", "x")
    with pytest.raises(BadAnswerError, match="an answer of more than 2 million bytes"):
        packed.send("GET", "x")
    with pytest.raises(BadAnswerError, match="an answer of more than 3 million bytes"):
        Service(httpx.Response(200, content=b"x" * 3_000_001), patience=patience).client.send("GET", "x", document=True)
    assert (100_000_000, 2_000_000_000) == (Patience().largest, Patience().largest_document)


def test_json_that_is_far_more_than_any_list_is_refused() -> None:
    """However it came."""
    with pytest.raises(BadAnswerError, match="more than 100 million bytes"):
        ServiceResponse("Finale", "GET /x", {}, bytes(LARGEST_JSON + 1)).json()


def test_a_large_document_goes_to_the_disk_as_it_comes() -> None:
    """Never more of it is in memory than a part, and what is read of it is asked for by its size."""
    parts = [b"x" * 100_000] * 90

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=iter(parts))

    client = HttpClient("Amazon", "https://api.example.com", transport=httpx.MockTransport(answer))
    tracemalloc.start()
    document = client.send("GET", "x", document=True)
    at_most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert at_most < IN_MEMORY * 1.5
    assert document.document is not None
    assert b"" == document.content
    with pytest.raises(BadAnswerError, match="more than 8 million bytes"):
        document.in_memory(8_000_000)


def test_a_refusal_in_place_of_a_document_is_read() -> None:
    """What the service says of it is in the message."""
    service = Service(httpx.Response(422, json={"message": "no such report"}))

    with pytest.raises(ServiceError, match="no such report"):
        service.client.send("GET", "x", document=True)


@pytest.mark.parametrize("document", [False, True])
def test_an_answer_has_a_deadline(*, document: bool) -> None:
    """Bytes that drip for ever, each in time, end in words, and are not asked for again."""
    time = FakeTime()

    def drip() -> Iterator[bytes]:
        while True:
            time.sleep(50)
            yield b" "

    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=drip()))
    client = HttpClient("Finale", "https://api.example.com", transport=transport, clock=time.now, sleep=time.sleep)
    with pytest.raises(AnswerTooSlowError, match=r"did not come to its end in time \(15 min\)"):
        client.send("GET", "x", document=document)
    assert sum(time.slept) < 1_000
