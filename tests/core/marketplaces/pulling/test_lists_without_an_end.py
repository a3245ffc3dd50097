"""What marketplaces list page by page, and say of their limits, may be anything: it ends in words, nothing doubles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from core.errors import BadAnswerError, RateLimitedError
from core.http.credentials import Secret
from core.http.limits import rate
from core.http.responses import ServiceResponse
from core.marketplaces.pulling.connector import Document, Link
from core.marketplaces.pulling.connectors import CONNECTORS
from core.marketplaces.pulling.tokens import read_token
from core.model import Marketplace
from tests.core.http.http_service import FakeTime
from tests.core.marketplaces.pulled_stores import SECRETS, SETTINGS, TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.marketplaces.pulling.connector import Connector

STILL = "pages that do not move on"


def payout(number: int) -> dict[str, Any]:
    """Return an eBay payout."""
    return {"payoutId": str(number), "payoutStatus": "SUCCEEDED", "payoutDate": "2026-09-01T00:00:00Z"}


def connected(marketplace: Marketplace, *answers: dict[str, Any]) -> tuple[Connector, FakeTime]:
    """Connect a store to these answers in turn, the last one for ever."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("token"):
            return httpx.Response(200, json={"access_token": "v^1.1#abc", "expires_in": 7200})
        return httpx.Response(200, json=left.pop(0) if len(left) > 1 else left[0])

    time = FakeTime(TODAY)
    kind = next(kind for kind in CONNECTORS if kind.marketplace is marketplace)
    secrets = SECRETS[marketplace.value.lower()] | {"secret": "shpat_1"}
    link = Link("", httpx.MockTransport(answer), time.now, time.sleep)
    return kind.connect(SETTINGS[marketplace.value.lower()], lambda which: Secret(secrets[which]), link), time


def shopify(number: int, cursor: str | None, points: dict[str, object] | None = None) -> dict[str, Any]:
    """Return a page of Shopify's payouts, and what it says of its limits."""
    node = {"id": f"gid://shopify/ShopifyPaymentsPayout/{number}", "status": "PAID", "issuedAt": None}
    page = {"nodes": [node], "pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}}
    cost = {"requestedQueryCost": 100, "throttleStatus": points} if points else {}
    return {"data": {"shopifyPaymentsAccount": {"payouts": page}}, "extensions": {"cost": cost}}


def ids(documents: Iterator[Document]) -> Iterator[str]:
    """Yield their ids."""
    return (document.id for document in documents)


@pytest.mark.parametrize(
    ("marketplace", "pages"),
    [
        (Marketplace.EBAY, [{"total": 9, "payouts": [payout(1)]}]),
        (Marketplace.SHOPIFY, [shopify(1, "a"), shopify(1, "b")]),
        (Marketplace.SHOPIFY, [shopify(1, "a"), shopify(1, None)]),
        (Marketplace.SHOPIFY, [shopify(1, "a"), shopify(2, "a")]),
    ],
    ids=["eBay", "Shopify", "the last page", "the cursor"],
)
def test_a_page_that_comes_again_is_told_and_what_came_is_kept(
    marketplace: Marketplace, pages: list[dict[str, Any]]
) -> None:
    """The first document is offered before, and no second time."""
    documents = ids(connected(marketplace, *pages)[0].documents(()))

    assert "1" == next(documents)
    with pytest.raises(BadAnswerError, match=STILL):
        next(documents)


def test_what_moves_onto_the_next_page_is_offered_once() -> None:
    """A payout that is paid while the list is read pushes the others on."""
    pages = [{"total": 3, "payouts": [payout(1), payout(2)]}, {"total": 3, "payouts": [payout(2), payout(3)]}]

    assert ["1", "2", "3"] == list(ids(connected(Marketplace.EBAY, *pages)[0].documents(())))


def test_a_transaction_that_comes_again_is_booked_once() -> None:
    """Two of one id are both booked where they say different things: eBay's ids are not each one's own."""
    sale, fee = ({"transactionId": "7", "transactionType": kind} for kind in ("SALE", "SHIPPING_LABEL"))
    rest = {"total": 4, "transactions": [fee, {"transactionId": "8"}]}
    connector, _ = connected(Marketplace.EBAY, payout(1), {"total": 4, "transactions": [sale, fee]}, rest)

    assert [sale, fee, {"transactionId": "8"}] == json.loads(connector.fetch(Document("1", "payout.json")))[
        "transactions"
    ]


@pytest.mark.parametrize("total", ["many", -1, 1e300, {"of": 3}])
def test_a_total_that_is_none_is_told(total: object) -> None:
    """It is never taken for the end, nor for a list to be read for ever."""
    connector, _ = connected(Marketplace.EBAY, {"total": total, "payouts": [payout(1)]})

    with pytest.raises(BadAnswerError, match="a total that is no number"):
        list(connector.documents(()))


@pytest.mark.parametrize("value", ["soon", "-5", "1e400", "NaN", None, [3], -1e308])
def test_shopifys_points_of_any_content_end_nothing(value: object) -> None:
    """What is no number of points is none; no wait is longer than two minutes."""
    points = {"currentlyAvailable": value, "restoreRate": value}
    connector, time = connected(Marketplace.SHOPIFY, shopify(1, "a", points), shopify(2, None, points))

    assert ["1", "2"] == list(ids(connector.documents(())))[:2]
    assert all(0 <= seconds <= 120 for seconds in time.slept)


def test_a_shop_that_is_never_free_is_told() -> None:
    """However little it says that there is to wait."""
    busy = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": ["?"]}
    connector, time = connected(Marketplace.SHOPIFY, busy)

    with pytest.raises(RateLimitedError):
        list(connector.documents(()))
    assert sum(time.slept) < 60


@pytest.mark.parametrize("text", ["", "nan", "inf", "-1", "1e-300", "1e300", "often", None])
def test_a_pace_that_nobody_grants_is_none(text: str | None) -> None:
    """A wait of years, or no wait at all, is not what Amazon means."""
    assert (0.0, 0.0167) == (rate(text), rate("0.0167"))


@pytest.mark.parametrize("seconds", ["9" * 40, "²", -1, "soon", None])
def test_a_token_whose_end_is_none_is_used_for_a_while(seconds: object) -> None:
    """It is renewed after five minutes."""
    answer = ServiceResponse(
        "eBay", "POST /token", {}, json.dumps({"access_token": "a", "expires_in": seconds}).encode()
    )

    assert 300 == read_token(answer).lasts.total_seconds()
