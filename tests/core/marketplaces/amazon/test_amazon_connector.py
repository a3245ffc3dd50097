"""Amazon's Selling Partner API: its paging, window, addresses, logins and error shapes.

See docs/facts/settlement-formats.md, Amazon Selling Partner API.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx
import pytest

from core.errors import BadAnswerError, InsecureAddressError, ServiceError
from core.http.credentials import Secret
from core.http.responses import ServiceResponse
from core.marketplaces.amazon.connector import AmazonConnector
from core.marketplaces.amazon.selling_partner_api import (
    HOSTS,
    SETTLEMENT_REPORT,
    AmazonAppError,
    AmazonGrantError,
    AmazonKeys,
    AmazonRoleError,
    NoSettlementReportsError,
    UnknownRegionError,
    read_address,
    read_page,
    read_report,
    region_of,
)
from core.marketplaces.pulling.connector import Document, Link
from core.model import Marketplace
from sandbox.misbehaviour import Fault
from tests.core.marketplaces.amazon_files import flat_file, line, summary
from tests.core.marketplaces.pulled_store import NOON, PulledStore, StillTime, by_hand

if TYPE_CHECKING:
    from pathlib import Path

AMAZON = Marketplace.AMAZON
SIGNED = "https://d34o8swod1owfl.example.net/report.txt?X-Amz-Signature=SIGNED"


def answer(body: object) -> ServiceResponse:
    """Return an answer with a JSON body."""
    return ServiceResponse("Amazon", "GET /reports", {}, json.dumps(body).encode())


def report(number: int, **differences: object) -> dict[str, object]:
    """Return a settlement report that is done."""
    return {
        "reportId": f"R{number}",
        "reportType": SETTLEMENT_REPORT,
        "processingStatus": "DONE",
        "createdTime": f"2026-11-{number:02}T00:00:00+00:00",
        "reportDocumentId": f"D{number}",
    } | differences


def v2(total: str = "10.00", sku: str = "MUG") -> str:
    """Return a settlement of one line, 10.00."""
    return flat_file([summary(total), line("10.00", sku=sku)]).decode()


class Amazon:
    """Stands in for Amazon with answers by path, and keeps what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.requests: list[httpx.Request] = []
        self.time = StillTime()
        self._answers = {"token": {"access_token": "Atza|1", "expires_in": 3600}, **answers}
        keys = AmazonKeys(Secret("the-client"), Secret("the-secret"), Secret("the-refresh"))
        link = Link("", httpx.MockTransport(self._answer), self.time.now, self.time.sleep)
        self.connector = AmazonConnector(keys, "eu", link)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        kind = "file" if request.url.host.endswith("example.net") else request.url.path.split("/")[3]
        found = self._answers[kind]
        found = found.pop(0) if isinstance(found, list) and len(found) > 1 else found
        found = found[0] if isinstance(found, list) else found
        return httpx.Response(found[0], **found[1]) if isinstance(found, tuple) else httpx.Response(200, json=found)


def file(content: bytes, content_type: str = "text/plain") -> tuple[int, dict[str, object]]:
    """Return the answer of the signed address."""
    return 200, {"content": content, "headers": {"Content-Type": content_type}}


def fetched(*contents: object, address: dict[str, str] | None = None) -> tuple[Amazon, bytes]:
    """Fetch a document whose downloads are these, and return what came of it."""
    amazon = Amazon(documents=address or {"url": SIGNED}, reports=report(1), file=list(contents))
    return amazon, amazon.connector.fetch(Document("R1", "report.txt"))


def test_the_official_answers_are_understood(samples: Path) -> None:
    """What Amazon's own sandbox answers parses: a page with more to come, and the address of a document."""
    folder = samples / "amazon"
    page = read_page(answer(json.loads((folder / "spapi_sandbox_getReports.json").read_text())["response"]))
    found = read_address(answer(json.loads((folder / "spapi_sandbox_getReportDocument.json").read_text())["response"]))

    (only,) = page.reports
    assert page.next_token.startswith("VGhpcyB0b2tlbiBpcyBvcGFxdWU")
    assert ("ReportId1", "FEE_DISCOUNTS_REPORT", "IN_PROGRESS", False) == (
        only.id,
        only.kind,
        only.status,
        only.is_ready,
    )
    assert datetime(2024, 3, 10, 13, 47, 20, 677000, tzinfo=UTC) == only.created_at
    assert found.url.endswith("GET_MERCHANT_LISTINGS_ALL_DATA_.txt")


def test_the_list_is_asked_for_in_pages() -> None:
    """Three pages of one report each; a page token is sent alone, as the sandbox refuses it otherwise."""
    store = PulledStore(AMAZON, "small-pages")

    assert by_hand(AMAZON) == store.pull()
    lists = [request for request in store.wire.requests if request.url.path.endswith("/reports")]
    asked = [parse_qs(request.url.query.decode()) for request in lists]
    assert ["createdSince", "pageSize", "reportTypes"] == sorted(asked[0])
    assert [["nextToken"], ["nextToken"]] == [sorted(each) for each in asked[1:]]


def test_no_more_than_ninety_days_are_asked_for() -> None:
    """A little less, so that a clock that goes wrong is not refused."""
    amazon = Amazon(reports={"reports": [report(1)]})
    list(amazon.connector.documents(()))

    since = datetime.fromisoformat(amazon.requests[-1].url.params["createdSince"])
    assert timedelta(days=89) < NOON - since < timedelta(days=90)


def test_pages_that_do_not_move_on_are_an_error() -> None:
    """A token that comes back is no reason to ask for ever."""
    amazon = Amazon(reports={"reports": [report(1)], "nextToken": "again"})

    with pytest.raises(BadAnswerError, match="do not move on"):
        list(amazon.connector.documents(()))


def test_a_report_that_stands_on_two_pages_is_offered_once() -> None:
    """New reports push others over the edge of a page while they are read."""
    pages = [{"reports": [report(3), report(2)], "nextToken": "t"}, {"reports": [report(2), report(1)]}]
    amazon = Amazon(reports=pages)

    assert ["R1", "R2", "R3"] == [document.id for document in amazon.connector.documents(())]


def test_only_settlement_reports_that_are_done_are_offered() -> None:
    """Another kind, one in progress and one that failed are left; the progress is seen at a later pull."""
    odd = [
        report(2, reportType="GET_MERCHANT_LISTINGS_ALL_DATA"),
        report(3, processingStatus="IN_PROGRESS", reportDocumentId=None),
        report(4, processingStatus="FATAL"),
    ]
    amazon = Amazon(reports={"reports": [report(1), *odd]})

    assert ["R1"] == [document.id for document in amazon.connector.documents(())]


def test_no_report_at_all_is_said_with_what_to_do() -> None:
    """Settlement reports cannot be ordered; the older ones are downloaded by hand."""
    amazon = Amazon(reports={"reports": []})

    with pytest.raises(NoSettlementReportsError, match=r"last 90 days.*cannot be ordered.*import the files"):
        list(amazon.connector.documents(()))


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"reports": None},
        {"reports": ["R1"]},
        {"reports": [{"reportId": "R1"}]},
        {"reports": [report(1, createdTime="yesterday")]},
        {"errors": [{"code": "InternalFailure", "message": "try later"}]},
        {"reports": [], "errors": [{"code": "InternalFailure", "message": "try later"}]},
        "reports",
    ],
)
def test_a_list_of_another_shape_is_never_an_empty_one(body: object) -> None:
    """What is not a list of reports is an error."""
    with pytest.raises(BadAnswerError, match="None of it was used"):
        read_page(answer(body))


@pytest.mark.parametrize("body", [{}, {"url": ""}, {"url": None}, {"url": SIGNED, "compressionAlgorithm": "BROTLI"}])
def test_an_address_of_another_shape_is_an_error(body: object) -> None:
    """So is a packing that nobody knows."""
    with pytest.raises(BadAnswerError):
        read_address(answer(body))


def test_a_report_of_another_shape_is_an_error() -> None:
    """Also where one alone was asked for."""
    with pytest.raises(BadAnswerError, match="without id, type or status"):
        read_report(answer({"reportId": "R1"}))


def test_an_address_that_has_run_out_is_asked_for_again() -> None:
    """The five minutes are over once; the next address opens."""
    store = PulledStore(AMAZON, faults={"address-expired": Fault(after=1, times=2)})

    assert by_hand(AMAZON) == store.pull()


def test_an_address_that_never_opens_is_an_error() -> None:
    """After three addresses; without the signature in the message."""
    store = PulledStore(AMAZON, "address-expired")

    with pytest.raises(BadAnswerError, match="an address of the report that does not open"):
        store.pull()
    assert 3 == len([line for line in store.asked() if "/amazon/documents/" in line])


def test_the_token_is_not_shown_to_the_host_of_the_document() -> None:
    """The address opens by itself: neither the token nor a key goes there."""
    amazon, _ = fetched(file(v2().encode()))
    download = next(request for request in amazon.requests if request.url.host.endswith("example.net"))

    assert "x-amz-access-token" not in download.headers
    assert "authorization" not in download.headers
    assert "SIGNED" in str(download.url)
    assert {"api.amazon.com", "sellingpartnerapi-eu.amazon.com"} == {
        request.url.host for request in amazon.requests if request is not download
    }


def test_a_document_in_the_clear_is_refused() -> None:
    """An address without encryption is not followed."""
    with pytest.raises(InsecureAddressError):
        fetched(file(v2().encode()), address={"url": SIGNED.replace("https", "http")})


def test_a_packed_document_is_unpacked() -> None:
    """GZIP, declared by the answer; also where the connection has unpacked it already."""
    content = v2().encode()
    address = {"url": SIGNED, "compressionAlgorithm": "GZIP"}

    assert content == fetched(file(gzip.compress(content)), address=address)[1]
    assert content == fetched(file(content), address=address)[1]


def test_a_packed_document_that_breaks_off_is_an_error() -> None:
    """The archive's own check tells; it is fetched once more before that."""
    packed = gzip.compress(v2().encode())
    address = {"url": SIGNED, "compressionAlgorithm": "GZIP"}

    assert v2().encode() == fetched(file(packed[:-9]), file(packed), address=address)[1]
    with pytest.raises(BadAnswerError, match="cannot be unpacked: it is damaged or was cut off"):
        fetched(file(packed[:-9]), address=address)


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("cp932", "text/plain; charset=Shift_JIS"),
        ("cp1252", 'text/plain;charset="Cp1252"'),
        ("utf-8", "text/plain; charset=UTF-8"),
        ("utf-8", ""),
    ],
)
def test_the_declared_encoding_is_kept(encoding: str, content_type: str) -> None:
    """A text that would be read otherwise without the sender's word comes as marked UTF-8; others as they are."""
    sku = {"cp932": "抹茶-100G", "cp1252": "GRÖSSE-L", "utf-8": "抹茶-100G"}[encoding]
    content = v2(sku=sku).encode(encoding)
    _, found = fetched(file(content, content_type))

    assert sku in found.decode("utf-8-sig" if encoding == "cp932" else encoding)
    assert (found == content) is (encoding != "cp932")


def test_what_does_not_tie_out_twice_the_same_is_amazons_own() -> None:
    """The books keep it as it is and say so; what changes from one download to the next is not taken."""
    wrong = v2(total="1.00").encode()

    amazon, found = fetched(file(wrong))
    assert wrong == found
    assert 2 == len([request for request in amazon.requests if request.url.host.endswith("example.net")])
    with pytest.raises(BadAnswerError, match="do not sum to its total"):
        fetched(file(wrong), file(v2(total="2.00").encode()))


def test_another_file_is_no_settlement() -> None:
    """A report of another kind that came under the id is refused by name."""
    with pytest.raises(BadAnswerError, match=r"report\.txt is no Amazon settlement report"):
        fetched(file(b"sku\tasin\tprice\nA\tB\t1.00\n"))


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "invalid_grant", AmazonGrantError),
        (400, "unauthorized_client", AmazonGrantError),
        (401, "unauthorized_client", AmazonGrantError),
        (401, "invalid_client", AmazonAppError),
        (400, "invalid_client", AmazonAppError),
        (401, "", AmazonAppError),
    ],
)
def test_a_login_that_is_refused_says_which_key_is_wrong(status: int, code: str, expected: type[ServiceError]) -> None:
    """The seller's authorisation and the app's secret are renewed at different places."""
    body = {"error": code, "error_description": "said in English"} if code else {}
    amazon = Amazon(token=(status, {"json": body}))

    with pytest.raises(expected):
        list(amazon.connector.documents(()))
    assert 1 == len(amazon.requests)


def test_an_answer_without_a_token_is_an_error() -> None:
    """A login page, or an error with status 200."""
    amazon = Amazon(token={"error": "server_error"})

    with pytest.raises(BadAnswerError, match="instead of an access token: server_error"):
        list(amazon.connector.documents(()))


def test_a_good_login_without_the_role_says_so() -> None:
    """Refused with a fresh token too: it is not the token; the region may be the wrong one."""
    amazon = Amazon(reports=(403, {"json": {"errors": [{"code": "Unauthorized", "message": "Access denied"}]}}))

    with pytest.raises(AmazonRoleError, match=r"region 'eu'.*Finance and Accounting"):
        list(amazon.connector.documents(()))
    assert ["/auth/o2/token", "/reports/2021-06-30/reports"] * 2 == [request.url.path for request in amazon.requests]


def test_the_pace_is_the_one_that_amazon_grants() -> None:
    """An account with a higher rate than usual waits less for its sixteenth document."""
    granted = (200, {"json": {"url": SIGNED}, "headers": {"x-amzn-RateLimit-Limit": "2.0"}})
    amazon = Amazon(documents=granted, reports=report(1), file=[file(v2().encode())])
    for _ in range(17):
        amazon.connector.fetch(Document("R1", "report.txt"))

    assert 0 < sum(amazon.time.slept) < 5


def test_a_settlement_under_two_report_ids_is_the_same_bytes() -> None:
    """Both are offered, and the second is what the books already have."""
    store = PulledStore(AMAZON, "offered-twice")
    documents = list(store.connector.documents(()))
    contents = [store.connector.fetch(document) for document in documents]

    assert 2 * len(by_hand(AMAZON)) == len({document.id for document in documents})
    assert set(by_hand(AMAZON)) == set(contents)


@pytest.mark.parametrize(
    ("typed", "region"),
    [("US", "na"), ("uk", "eu"), (" De ", "eu"), ("AU", "fe"), ("na", "na"), ("Far  East", "fe"), ("in", "eu")],
)
def test_a_country_says_the_region(typed: str, region: str) -> None:
    """So does the region's own name; each has a host of its own."""
    assert region == region_of(typed)
    assert HOSTS[region] == f"https://sellingpartnerapi-{region}.amazon.com"


@pytest.mark.parametrize("typed", ["", "Atlantis", "XX"])
def test_no_region_is_named_with_the_choice(typed: str) -> None:
    """The message lists the countries."""
    with pytest.raises(UnknownRegionError, match="eu: UK"):
        region_of(typed)
