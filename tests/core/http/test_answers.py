"""Answers over HTTP: read exactly, or refused with words that say what came."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from core.errors import (
    BadAnswerError,
    NotFoundError,
    ServiceError,
)
from core.http.responses import message_in, next_cursor
from tests.core.http.http_service import HTML, Service


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
