"""Walmart's Marketplace API: its headers, dates, archives, logins and error shapes.

See docs/facts/settlement-formats.md, Walmart.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from core.errors import BadAnswerError, NotFoundError, RateLimitedError
from core.http.credentials import Secret
from core.http.responses import ServiceResponse
from core.marketplaces import read_file
from core.marketplaces.pulling.connector import Document, Link
from core.marketplaces.walmart.connector import HOST, WalmartAccessError, WalmartConnector, read_dates
from core.model import Marketplace
from tests.core.marketplaces.pulled_store import PulledStore, StillTime, by_hand

WALMART = Marketplace.WALMART
REFUSED = {"error": [{"code": "UNAUTHORIZED.GMP_GATEWAY_API", "description": "Unauthorized", "severity": "ERROR"}]}


class Walmart:
    """Stands in for Walmart with answers by the last part of the path, and keeps what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.requests: list[httpx.Request] = []
        self.time = StillTime()
        self._answers = {"token": {"access_token": "eyJ-1", "expires_in": 900}, **answers}
        link = Link("", httpx.MockTransport(self._answer), self.time.now, self.time.sleep)
        self.connector = WalmartConnector(Secret("the-client"), Secret("the-secret"), link)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self._answers[request.url.path.rsplit("/", 1)[-1]]
        return httpx.Response(found[0], **found[1]) if isinstance(found, tuple) else httpx.Response(200, json=found)


def report(content: bytes) -> Walmart:
    """Return a Walmart whose one report is these bytes."""
    return Walmart(reconFile=(200, {"content": content, "headers": {"Content-Type": "application/octet-stream"}}))


def zipped(**files: bytes) -> bytes:
    """Return a zip of some files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def answer(body: object) -> ServiceResponse:
    """Return an answer with a JSON body."""
    return ServiceResponse("Walmart", "GET /dates", {}, json.dumps(body).encode())


def test_every_request_says_who_asks() -> None:
    """The login carries the pair, the others the token; each has a number of its own for Walmart's support."""
    walmart = Walmart(availableReconFiles={"availableApReportDates": ["11042026"]})
    list(walmart.connector.documents(()))
    login, listing = walmart.requests

    assert f"{HOST}/v3/token" == str(login.url)
    assert base64.b64encode(b"the-client:the-secret").decode() in login.headers["Authorization"]
    assert b"grant_type=client_credentials" == login.content
    assert "eyJ-1" == listing.headers["WM_SEC.ACCESS_TOKEN"]
    assert "authorization" not in listing.headers
    assert "v1" == listing.url.params["reportVersion"]
    assert ["Walmart Marketplace"] * 2 == [request.headers["WM_SVC.NAME"] for request in walmart.requests]
    assert 2 == len({request.headers["WM_QOS.CORRELATION_ID"] for request in walmart.requests})


def test_the_dates_come_in_order() -> None:
    """Walmart gives them in none, mixed over the years and sometimes twice; its own writing is kept as the id."""
    walmart = Walmart(availableReconFiles={"availableApReportDates": ["11042026", "12152025", "11042026", "20260107"]})
    found = list(walmart.connector.documents(()))

    assert ["12152025", "20260107", "11042026"] == [document.id for document in found]
    assert datetime(2025, 12, 15, tzinfo=UTC) == found[0].created_at
    assert "Walmart reconciliation report of 2025-12-15.csv" == found[0].name


@pytest.mark.parametrize(
    "nothing",
    [
        {"availableApReportDates": []},
        {"availableApReportDates": None},
        (404, {"json": {"error": [{"code": "CONTENT_NOT_FOUND.GMP_REPORTS_API", "description": "none"}]}}),
    ],
)
def test_a_new_seller_has_no_reports_yet(nothing: object) -> None:
    """Before the first payment the list is empty; that is no error."""
    assert [] == list(Walmart(availableReconFiles=nothing).connector.documents(()))


@pytest.mark.parametrize("body", [{}, [], {"dates": []}, {"errors": [{"code": "X", "message": "later"}]}, REFUSED])
def test_a_list_of_another_shape_is_never_an_empty_one(body: object) -> None:
    """What is not a list of dates is an error."""
    with pytest.raises(BadAnswerError, match="None of it was used"):
        read_dates(answer(body))


@pytest.mark.parametrize("date", ["13452026", "today", "1104202", 11, None])
def test_a_date_that_is_none_is_an_error(date: object) -> None:
    """It is not left out."""
    with pytest.raises(BadAnswerError, match="a report date that is none"):
        read_dates(answer({"availableApReportDates": ["11042026", date]}))


def test_a_report_comes_as_a_zip_or_as_the_file() -> None:
    """Both are the same bytes in the books."""
    content = by_hand(WALMART)[0]
    document = Document("10282026", "report.csv")

    assert content == report(zipped(report=content)).connector.fetch(document)
    assert content == report(content).connector.fetch(document)


def test_a_report_is_asked_for_as_bytes() -> None:
    """Asked for as JSON, Walmart answers an error with status 200."""
    walmart = report(by_hand(WALMART)[0])
    walmart.connector.fetch(Document("10282026", "report.csv"))

    asked = walmart.requests[-1]
    assert "application/octet-stream" == asked.headers["Accept"]
    assert {"reportDate": "10282026", "reportVersion": "v1"} == dict(asked.url.params)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty report"),
        (b' {"status": "ERROR", "error": {"message": "No acceptable representation"}}', "No acceptable representation"),
        (zipped(report=b"x" * 500)[:-30], "cannot be unpacked: it is damaged or was cut off"),
        (zipped(one=b"1", two=b"2"), "this zip holds 2 files where one is expected"),
        (b"<html>Sign in</html>", "is no Walmart reconciliation report"),
        (b"a,b\n1,2\n", "is no Walmart reconciliation report"),
    ],
)
def test_what_is_no_report_is_refused(content: bytes, words: str) -> None:
    """With the reason, and none of it is used."""
    with pytest.raises(BadAnswerError, match=words):
        report(content).connector.fetch(Document("10282026", "report.csv"))


@pytest.mark.parametrize("cut", [0.3, 0.5, 0.9, 0.99])
def test_a_report_that_breaks_off_is_refused(cut: float) -> None:
    """Its own count of lines and its total tell, and the half row at the end."""
    content = by_hand(WALMART)[0]

    with pytest.raises(BadAnswerError, match="a file that cannot be used, twice"):
        report(content[: int(len(content) * cut)]).connector.fetch(Document("10282026", "report.csv"))


def test_a_report_that_lacks_a_whole_row_is_never_taken_for_the_whole() -> None:
    """Where it comes so twice, it is Walmart's own, and reads as what does not tie out."""
    rows = by_hand(WALMART)[0].splitlines(keepends=True)
    found = report(b"".join(rows[:-1])).connector.fetch(Document("10282026", "report.csv"))

    assert [False] == [settlement.ties_out for settlement in read_file(found).settlements]


def test_a_report_that_is_gone_is_an_error() -> None:
    """It is not an empty one, and Walmart's words are passed on."""
    store = PulledStore(WALMART)

    with pytest.raises(NotFoundError, match="No report is available for the given date"):
        store.connector.fetch(Document("01012020", "report.csv"))


def test_a_good_login_without_access_says_so() -> None:
    """Refused with a fresh token too: the key itself lacks the right."""
    walmart = Walmart(availableReconFiles=(403, {"json": REFUSED}))

    with pytest.raises(WalmartAccessError, match="access to Reports"):
        list(walmart.connector.documents(()))
    assert 4 == len(walmart.requests)


def test_a_long_pause_is_told_not_slept() -> None:
    """Walmart says when it takes requests again; a quarter of an hour is not waited for in silence."""
    closed = {"json": {}, "headers": {"X-Next-Replenishment-Time": str(int(StillTime().at.timestamp() + 900) * 1000)}}
    walmart = Walmart(availableReconFiles=(429, closed))

    with pytest.raises(RateLimitedError, match="about 15 min"):
        list(walmart.connector.documents(()))
    assert [] == walmart.time.slept
