"""The demo business's stores on Shopify and eBay: their books, files and APIs."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox.business import demo_business
from sandbox.business.business import Business
from sandbox.business.shops import Shop, shop_of, with_shops
from sandbox.gatekeeper import Limits
from sandbox.marketplaces import ebay_api
from sandbox.marketplaces.shopify_api import ACCESS_TOKEN
from sandbox.server import create_app
from sandbox.settlement_files.amazon_v2 import settlement_files
from sandbox.settlement_files.ebay_report import report_file
from sandbox.settlement_files.shopify_payments import payments_file

if TYPE_CHECKING:
    from collections.abc import Iterator

GRAPHQL = "/shopify/admin/api/2026-10/graphql.json"
TOKEN = {"X-Shopify-Access-Token": ACCESS_TOKEN}
PAYOUTS = "{ shopifyPaymentsAccount { payouts(first: 2) { nodes { id net { amount } } pageInfo { endCursor } } } }"


@pytest.fixture(scope="module")
def whole() -> Business:
    """Return the demo business with all its stores."""
    return demo_business()


@pytest.fixture
def client(whole: Business) -> Iterator[httpx.Client]:
    """Return a client of the sandbox in process, without any key."""
    app = create_app(whole, limits=Limits(posts_per_minute=1, gets_per_minute=1), now=lambda: 1000.0)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://sandbox") as opened:
        yield opened


def store(business: Business, marketplace: str) -> Shop:
    """Return a store that must be there."""
    found = shop_of(business, marketplace)
    assert found is not None
    return found


def ebay_token(client: httpx.Client) -> dict[str, str]:
    """Return the header of a fresh access token."""
    answer = client.post(
        "/ebay/identity/v1/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": ebay_api.REFRESH_TOKEN},
        auth=(ebay_api.CLIENT_ID, ebay_api.CLIENT_SECRET),
    )
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_the_other_stores_leave_amazon_as_it_is(whole: Business) -> None:
    """Averages, stock and settlement files of what is sold on Amazon are the same without them."""
    alone, together = Business(**{**vars_of(whole), "shops": ()}), with_shops(whole)
    skus = [product.product_id for product in alone.products]

    assert [alone.average_now(sku) for sku in skus] == [together.average_now(sku) for sku in skus]
    assert [alone.on_hand(sku) for sku in skus] == [together.on_hand(sku) for sku in skus]
    assert settlement_files(alone) == settlement_files(whole)


def vars_of(business: Business) -> dict[str, Any]:
    """Return the fields of a business by name."""
    return {name: getattr(business, name) for name in Business.__dataclass_fields__}


def test_all_stores_lie_in_one_finale_account(whole: Business) -> None:
    """No order id and no product twice, and nothing of the other stores runs out."""
    together = with_shops(whole)
    ids = [order.order_id for order in together.orders]
    others = {product.product_id for shop in whole.shops for product in shop.products}

    assert len(ids) == len(set(ids))
    assert len({product.product_id for product in together.products}) == len(together.products)
    assert not [row for row in together.ledger if row.product_id in others and row.posting.on_hand < 0]


@pytest.mark.parametrize("marketplace", ["Shopify", "eBay"])
def test_a_seed_is_always_the_same_store(marketplace: str) -> None:
    """And another seed another one."""
    assert store(demo_business(3), marketplace) == store(demo_business(3), marketplace)
    assert store(demo_business(3), marketplace).orders != store(demo_business(4), marketplace).orders


def test_files_pay_what_their_rows_come_to(whole: Business) -> None:
    """Each payout's own row is the sum of the others, in both files."""
    shopify = payments_file(store(whole, "Shopify")).content.decode()
    ebay = report_file(store(whole, "eBay")).content.decode("utf-8-sig").split("\n\n", 1)[1]
    for text, column in ((shopify, "Net"), (ebay, "Net amount")):
        sums: dict[str, Decimal] = {}
        for row in csv.DictReader(io.StringIO(text)):
            if row["Payout ID"] not in ("", "--") and row[column] != "--":
                amount = Decimal(row[column].replace(",", ""))
                sums[row["Payout ID"]] = sums.get(row["Payout ID"], Decimal(0)) + amount

        assert len(sums) > 1
        assert {Decimal(0)} == set(sums.values())


def test_each_service_has_its_own_key_and_limits(client: httpx.Client) -> None:
    """Neither Finale's key nor its limits count; without a token nothing is told."""
    query = {"query": PAYOUTS}
    assert 401 == client.post(GRAPHQL, json=query).status_code
    assert 401 == client.get("/ebay/sell/finances/v1/payout").status_code
    assert [200] * 3 == [client.post(GRAPHQL, json=query, headers=TOKEN).status_code for _ in range(3)]
    assert 200 == client.get("/ebay/sell/finances/v1/payout", headers=ebay_token(client)).status_code


def test_shopify_answers_with_what_a_question_costs(client: httpx.Client) -> None:
    """Points are paid from a bucket; a question that is too large or wrong is refused inside a 200."""
    answer = client.post(GRAPHQL, json={"query": PAYOUTS}, headers=TOKEN).json()
    nodes = answer["data"]["shopifyPaymentsAccount"]["payouts"]["nodes"]
    status = answer["extensions"]["cost"]["throttleStatus"]
    large = client.post(GRAPHQL, json={"query": PAYOUTS.replace("first: 2", "first: 999")}, headers=TOKEN).json()
    wrong = client.post(GRAPHQL, json={"query": "{ payouts }"}, headers=TOKEN).json()

    assert ["945.13", "398.29"] == [node["net"]["amount"] for node in nodes]
    assert status["currentlyAvailable"] < status["maximumAvailable"]
    assert ["MAX_COST_EXCEEDED"] == [error["extensions"]["code"] for error in large["errors"]]
    assert "payouts" in wrong["errors"][0]["message"]


@pytest.mark.long
def test_shopify_is_used_up_and_fills_again(whole: Business) -> None:
    """Whoever asks too much at once is throttled until enough points are back."""
    time = [1000.0]
    app = create_app(whole, now=lambda: time[0])
    question = {"query": PAYOUTS.replace("first: 2", "first: 250")}
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://sandbox", headers=TOKEN) as client:
        answers = [client.post(GRAPHQL, json=question).json() for _ in range(200)]
        time[0] += 60
        later = client.post(GRAPHQL, json=question).json()

    assert "data" in answers[0]
    assert "THROTTLED" == answers[-1]["errors"][0]["extensions"]["code"]
    assert "data" in later


def test_ebay_pages_by_offset_and_says_when_there_is_nothing(client: httpx.Client) -> None:
    """Total and offset lead through a list; an empty one is 204 without a body."""
    headers = ebay_token(client)
    path = "/ebay/sell/finances/v1/transaction"
    pages = [
        client.get(path, params={"filter": "payoutId:{7593167856}", "limit": "15", "offset": offset}, headers=headers)
        for offset in ("0", "15")
    ]
    nothing = client.get(path, params={"filter": "payoutId:{1}"}, headers=headers)

    assert [(15, 20), (5, 20)] == [(len(page.json()["transactions"]), page.json()["total"]) for page in pages]
    assert (204, b"") == (nothing.status_code, nothing.content)
    assert 404 == client.get("/ebay/sell/finances/v1/payout/1", headers=headers).status_code


def test_a_business_without_the_stores_answers_with_nothing(whole: Business) -> None:
    """Its shop has no payouts, its eBay store neither."""
    app = create_app(Business(**{**vars_of(whole), "shops": ()}))
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://sandbox") as client:
        shop = client.post(GRAPHQL, json={"query": PAYOUTS}, headers=TOKEN).json()
        payouts = client.get("/ebay/sell/finances/v1/payout", headers=ebay_token(client))

    assert [] == shop["data"]["shopifyPaymentsAccount"]["payouts"]["nodes"]
    assert 204 == payouts.status_code
