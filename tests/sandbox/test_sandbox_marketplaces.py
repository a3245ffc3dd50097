"""The marketplaces' pages refuse what the real ones refuse, and every switch of theirs does what its sentence says."""

from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox.marketplaces import amazon_api, walmart_api
from sandbox.marketplaces.amazon_api import ADDRESS_LASTS, SETTLEMENT_REPORT
from sandbox.misbehaviour import MISBEHAVIOURS, OF_MARKETPLACES, ON_ANSWER, Fault
from sandbox.server import create_app
from sandbox.settlement_files.amazon_v2 import settlement_files

if TYPE_CHECKING:
    from sandbox.business import Business

REPORTS = "/amazon/reports/2021-06-30/reports"
WHO = {"WM_SVC.NAME": "tests", "WM_QOS.CORRELATION_ID": "1"}
WALMART = "/walmart/v3/report/reconreport"


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.at = 1_790_000_000.0

    def __call__(self) -> float:
        return self.at


def client(business: Business, *, now: Clock | None = None, **differences: Any) -> httpx.Client:
    """Return a client of a fresh sandbox, without any key."""
    app = create_app(business, now=now or Clock(), **differences)
    return httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://sandbox")


def amazon_login(http: httpx.Client, **differences: str) -> httpx.Response:
    """Ask Amazon for a token."""
    form = {
        "grant_type": "refresh_token",
        "client_id": amazon_api.CLIENT_ID,
        "client_secret": amazon_api.CLIENT_SECRET,
        "refresh_token": amazon_api.REFRESH_TOKEN,
    }
    return http.post("/amazon/auth/o2/token", data=form | differences)


def amazon(business: Business, **how: Any) -> httpx.Client:
    """Return a client that is logged in to Amazon."""
    http = client(business, **how)
    http.headers["x-amz-access-token"] = amazon_login(http).json()["access_token"]
    return http


def walmart(business: Business, **how: Any) -> httpx.Client:
    """Return a client that is logged in to Walmart."""
    http = client(business, **how)
    http.headers.update(WHO)
    pair = base64.b64encode(f"{walmart_api.CLIENT_ID}:{walmart_api.CLIENT_SECRET}".encode()).decode()
    form = {"grant_type": "client_credentials"}
    token = http.post("/walmart/v3/token", data=form, headers={"Authorization": f"Basic {pair}"}).json()
    http.headers["WM_SEC.ACCESS_TOKEN"] = token["access_token"]
    return http


def listed(http: httpx.Client, **query: str) -> list[dict[str, Any]]:
    """Return Amazon's reports."""
    found: list[dict[str, Any]] = http.get(REPORTS, params={"reportTypes": SETTLEMENT_REPORT} | query).json()["reports"]
    return found


@pytest.mark.parametrize(
    ("differences", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": "other"}, 401, "invalid_client"),
        ({"refresh_token": "other"}, 400, "invalid_grant"),
    ],
)
def test_amazon_says_which_key_is_wrong(demo: Business, differences: dict[str, str], status: int, error: str) -> None:
    """In OAuth's own words."""
    refused = amazon_login(client(demo), **differences)

    assert (status, error) == (refused.status_code, refused.json()["error"])


def test_amazon_refuses_without_a_token(demo: Business) -> None:
    """With a wrong one, and with one whose hour is over."""
    clock = Clock()
    http = amazon(demo, now=clock)
    assert 200 == http.get(REPORTS, params={"reportTypes": SETTLEMENT_REPORT}).status_code

    clock.at += 3601
    assert "expired" in http.get(REPORTS).json()["errors"][0]["details"]
    http.headers["x-amz-access-token"] = "other"
    assert (403, True) == (http.get(REPORTS).status_code, "invalid" in http.get(REPORTS).json()["errors"][0]["details"])
    del http.headers["x-amz-access-token"]
    assert 403 == http.get(REPORTS).status_code


def test_amazons_page_token_comes_alone(demo: Business) -> None:
    """With any other parameter it is refused in Amazon's words."""
    http = amazon(demo, misbehaviour=["small-pages"])
    first = http.get(REPORTS, params={"reportTypes": SETTLEMENT_REPORT}).json()
    token = {"nextToken": first["nextToken"]}
    refused = http.get(REPORTS, params=token | {"pageSize": "10"})

    assert (400, "InvalidInput") == (refused.status_code, refused.json()["errors"][0]["code"])
    assert 1 == len(http.get(REPORTS, params=token).json()["reports"])


def test_amazon_keeps_reports_for_ninety_days(demo: Business) -> None:
    """An older date is refused; the newest report comes first."""
    http = amazon(demo)

    assert (
        400
        == http.get(
            REPORTS, params={"reportTypes": SETTLEMENT_REPORT, "createdSince": "2026-01-01T00:00:00Z"}
        ).status_code
    )
    created = [report["createdTime"] for report in listed(http)]
    assert sorted(created, reverse=True) == created
    assert [] == listed(http, reportTypes="GET_MERCHANT_LISTINGS_ALL_DATA")


def test_an_address_opens_by_itself_for_five_minutes(demo: Business) -> None:
    """Some documents are packed; a token beside the signature is refused, and so is a changed signature."""
    clock = Clock()
    http = amazon(demo, now=clock)
    path = "/amazon/reports/2021-06-30/documents"
    addresses = [http.get(f"{path}/{report['reportDocumentId']}").json() for report in reversed(listed(http))]
    open_door = httpx.Client(transport=http._transport, base_url="http://sandbox")
    bodies = [open_door.get(address["url"]).content for address in addresses]

    assert {None, "GZIP"} == {address.get("compressionAlgorithm") for address in addresses}
    assert [file.content for file in settlement_files(demo)] == [
        gzip.decompress(body) if "compressionAlgorithm" in address else body
        for body, address in zip(bodies, addresses, strict=True)
    ]
    assert 400 == http.get(addresses[0]["url"]).status_code
    assert 403 == open_door.get(addresses[0]["url"] + "0").status_code
    clock.at += ADDRESS_LASTS
    assert (403, True) == (
        open_door.get(addresses[0]["url"]).status_code,
        "expired" in open_door.get(addresses[0]["url"]).text,
    )


def test_walmart_wants_its_headers(demo: Business) -> None:
    """Name, number and token; without one of them a request is refused."""
    http = walmart(demo)
    assert 200 == http.get(f"{WALMART}/availableReconFiles", params={"reportVersion": "v1"}).status_code

    for name, status in (("WM_QOS.CORRELATION_ID", 400), ("WM_SVC.NAME", 400), ("WM_SEC.ACCESS_TOKEN", 401)):
        without = {key: value for key, value in http.headers.items() if key.upper() != name}
        bare = httpx.Client(transport=http._transport, base_url="http://sandbox", headers=without)
        assert status == bare.get(f"{WALMART}/availableReconFiles").status_code


def test_walmart_answers_an_error_with_200(demo: Business) -> None:
    """To a report asked for as JSON; an unknown date or version is 404."""
    http = walmart(demo)
    query = {"reportDate": "11042026", "reportVersion": "v1"}

    as_json = http.get(f"{WALMART}/reconFile", params=query, headers={"Accept": "application/json"})
    assert (200, "ERROR") == (as_json.status_code, as_json.json()["status"])
    assert 404 == http.get(f"{WALMART}/reconFile", params=query | {"reportDate": "01011999"}).status_code
    assert 404 == http.get(f"{WALMART}/availableReconFiles", params={"reportVersion": "v2"}).status_code


def test_finales_limits_do_not_count_for_marketplaces(demo: Business) -> None:
    """Their answers carry none of its headers."""
    http = amazon(demo)

    assert "X-RateLimit-Remaining" not in http.get(REPORTS).headers
    assert "0.0222" == http.get(REPORTS).headers["x-amzn-RateLimit-Limit"]


def test_every_switch_is_known(demo: Business) -> None:
    """The marketplaces' own are none of those that spoil single answers, and spoil nothing of Finale's."""
    assert set() == set(OF_MARKETPLACES) & set(ON_ANSWER)
    assert set(OF_MARKETPLACES) < set(MISBEHAVIOURS)
    http = client(demo, misbehaviour={name: Fault() for name in OF_MARKETPLACES})
    assert 401 == http.get("/demo/api/product/").status_code
    assert 400 == amazon_login(http).status_code


def test_limits_are_kept_where_switched_on(demo: Business) -> None:
    """Ten lists at once, then one in 45 seconds."""
    clock = Clock()
    http = amazon(demo, now=clock, misbehaviour=["marketplace-limits"])
    statuses = [http.get(REPORTS, params={"reportTypes": SETTLEMENT_REPORT}).status_code for _ in range(11)]
    clock.at += 46

    assert [200] * 10 + [429] == statuses
    assert 200 == http.get(REPORTS, params={"reportTypes": SETTLEMENT_REPORT}).status_code
