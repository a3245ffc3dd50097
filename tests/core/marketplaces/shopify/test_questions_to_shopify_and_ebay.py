"""What the connectors ask, and what they make of answers that are large, cut, denied or empty."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest

from core.errors import BadAnswerError, RefusedError, ServiceError, UnreadableFileError
from core.frame_columns import records
from core.http.client import HttpClient
from core.http.credentials import Secret
from core.marketplaces import read_file
from core.marketplaces.pulling.connector import Document, Link
from core.marketplaces.pulling.connectors import CONNECTORS
from core.marketplaces.shopify.admin_api import AccessDeniedError, QuestionTooDearError, ShopifyClient
from core.marketplaces.shopify.connector import ShopifyConnector
from core.model import Event, Marketplace
from sandbox.business import demo_business
from sandbox.business.records import OrderLine
from sandbox.business.shops import GoodsBack, Movement, Payment, Return, Shop, back_of, total_of
from sandbox.marketplaces.shopify_api import ACCESS_TOKEN
from sandbox.server import create_app
from tests.core.http.http_service import FakeTime
from tests.core.marketplaces.pulled_stores import SECRETS, SETTINGS, TODAY, store_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.marketplaces.pulling.connector import Connector

SHOP = store_of(Marketplace.SHOPIFY)
PAYOUT = Document("140769394954", "payout.json")
LINES = 23
NEGATIVE = {"amount": "-41.9", "fee": "0.0", "net": "-41.9"}


def large_order() -> Shop:
    """Return the shop with one order only: 23 lines, 12 payments, four refunds, one of them of seven lines."""
    first = SHOP.orders[0]
    lines = tuple(OrderLine(f"70{n:03d}", f"SKU-{n}", 2, Decimal(n + 1), tax=Decimal("0.10")) for n in range(LINES))
    order = replace(first, lines=lines)
    at, price = first.ordered_at, total_of(order)
    parts = [cent_share(price, n, 12) for n in range(12)]
    payments = [
        Payment(f"80{n:03d}", order.order_id, "shopify_payments", "CAPTURE", part, at + timedelta(minutes=n))
        for n, part in enumerate(parts)
    ]
    groups = [range(7), [7], [8], [9]]
    returns = [
        Return(f"90{n:03d}", order.order_id, at + timedelta(days=2), tuple(GoodsBack(i, 1, "RETURN") for i in group))
        for n, group in enumerate(groups)
    ]
    refunded = [
        Payment(
            f"81{n:03d}",
            order.order_id,
            "shopify_payments",
            "REFUND",
            sum((back_of(lines[item.line], 1) for item in each.items), Decimal(0)),
            each.at,
            each.refund_id,
        )
        for n, each in enumerate(returns)
    ]
    booked = [
        Movement(
            f"B{each.payment_id}",
            "REFUND" if each.refund_id else "CHARGE",
            -each.amount if each.refund_id else each.amount,
            Decimal(0),
            each.at,
            PAYOUT.id,
            order.order_id,
            each.payment_id,
        )
        for each in (*payments, *refunded)
    ]
    return replace(
        SHOP,
        orders=(order,),
        shipments=(),
        refunds=(),
        payments=(*payments, *refunded),
        returns=tuple(returns),
        movements=tuple(booked),
    )


def cent_share(amount: Decimal, number: int, of: int) -> Decimal:
    """Return one of several parts of an amount, in cents that sum to it."""
    each = (amount / of).quantize(Decimal("0.01"))
    return amount - each * (of - 1) if number == 0 else each


def shop(shop: Shop, *, at_once: int, misbehaviour: tuple[str, ...] = ()) -> ShopifyConnector:
    """Connect a shop in process."""
    time = FakeTime(TODAY)
    app = create_app(
        replace(demo_business(), shops=(shop,)), misbehaviour=misbehaviour, now=lambda: time.now().timestamp()
    )
    http = HttpClient(
        "Shopify",
        "http://127.0.0.1/shopify",
        headers=lambda: {"X-Shopify-Access-Token": ACCESS_TOKEN},
        transport=httpx.WSGITransport(app=app),
        sleep=time.sleep,
    )
    client = ShopifyClient(http, None, sleep=time.sleep)
    return ShopifyConnector(client, TODAY - timedelta(days=60), time.now, at_once=at_once)


def connected(marketplace: Marketplace, answer: Callable[[httpx.Request], httpx.Response]) -> Connector:
    """Connect a store to answers made up for a test."""
    kind = next(kind for kind in CONNECTORS if kind.marketplace is marketplace)
    name = marketplace.value.lower()
    secrets = SECRETS[name] | {"secret": "shpat_1"}
    time = FakeTime(TODAY)
    link = Link("", httpx.MockTransport(answer), time.now, time.sleep)
    return kind.connect(SETTINGS[name], lambda which: Secret(secrets[which]), link)


@pytest.mark.parametrize("misbehaviour", [(), ("small-pages",)])
def test_a_large_order_comes_whole(misbehaviour: tuple[str, ...]) -> None:
    """Lines, refunded lines, refunds and payments beyond the first page are fetched, none twice."""
    connector = shop(large_order(), at_once=3, misbehaviour=misbehaviour)
    (settlement,) = read_file(connector.fetch(PAYOUT)).settlements
    rows = records(settlement.transactions)
    sold = {row["sku"]: row["quantity"] for row in rows if row["event"] == Event.SALE and row["quantity"]}
    back = [row["sku"] for row in rows if row["event"] == Event.REFUND]

    assert settlement.ties_out
    assert {f"SKU-{n}": 2 for n in range(LINES)} == sold
    assert [f"SKU-{n}" for n in range(10)] == sorted(back, key=lambda sku: int(sku.split("-")[1]))
    assert not settlement.problems


def test_a_question_that_is_too_large_is_asked_in_pieces() -> None:
    """The same document comes, however many orders are asked for at once."""
    assert shop(SHOP, at_once=2).fetch(PAYOUT) == shop(SHOP, at_once=30).fetch(PAYOUT)


def test_an_order_that_is_not_given_is_listed() -> None:
    """Its charge keeps its amount and has neither SKU nor units; a warning names the order and what is missing."""
    document = json.loads(shop(SHOP, at_once=3).fetch(PAYOUT))
    gone = document["orders"].pop(0)["name"]
    (settlement,) = read_file(json.dumps(document).encode()).settlements
    charge = next(row for row in records(settlement.transactions) if row["order_id"] == gone)

    assert settlement.ties_out
    assert (None, None, "unknown") == (charge["sku"], charge["quantity"], charge["quantity_source"])
    assert [f"order {gone}"] == [problem.where for problem in settlement.problems]
    assert "read_all_orders" in settlement.problems[0].message


@pytest.mark.parametrize(
    ("code", "kind"), [("ACCESS_DENIED", AccessDeniedError), ("MAX_COST_EXCEEDED", QuestionTooDearError)]
)
def test_shopifys_refusals_are_told_apart(code: str, kind: type[ServiceError]) -> None:
    """An app without access scopes is told which it needs."""
    refusal = {"errors": [{"message": "Access denied for payouts field.", "extensions": {"code": code}}]}
    connector = connected(Marketplace.SHOPIFY, lambda _request: httpx.Response(200, json=refusal))

    with pytest.raises(kind, match="Access denied for payouts field"):
        list(connector.documents(()))


def test_pages_that_do_not_move_on_are_no_endless_pull() -> None:
    """The same cursor twice is an error."""
    page = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "abc"}}
    answer = {"data": {"shopifyPaymentsAccount": {"payouts": page}}}
    connector = connected(Marketplace.SHOPIFY, lambda _request: httpx.Response(200, json=answer))

    with pytest.raises(BadAnswerError, match="do not move on"):
        list(connector.documents(()))


def test_a_shop_without_shopify_payments_has_its_months() -> None:
    """No payouts is no error: what was paid otherwise comes all the same."""
    answer = {"data": {"shopifyPaymentsAccount": None}}
    connector = connected(Marketplace.SHOPIFY, lambda _request: httpx.Response(200, json=answer))

    assert ["not in payouts 2026-08", "not in payouts 2026-09 so far"] == [each.id for each in connector.documents(())]


def test_the_shops_own_address_is_asked() -> None:
    """Over https, with the version of the API in the path."""
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={"data": {"shopifyPaymentsAccount": None}})

    list(connected(Marketplace.SHOPIFY, answer).documents(()))

    assert ["https://linden.myshopify.com/admin/api/2026-10/graphql.json"] == [str(url) for url in asked]


def ebay_answers(payouts: httpx.Response) -> Callable[[httpx.Request], httpx.Response]:
    """Answer a token, and this to everything else."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "v^1.1#abc", "expires_in": 7200})
        return httpx.Response(payouts.status_code, content=payouts.content, headers=payouts.headers)

    return answer


def test_ebay_has_nothing() -> None:
    """204 without a body is no payout, and no damaged answer."""
    assert [] == list(connected(Marketplace.EBAY, ebay_answers(httpx.Response(204))).documents(()))


def test_fewer_payouts_than_ebay_says_are_an_error() -> None:
    """A page that is missing is never taken for the end."""
    short = httpx.Response(200, json={"total": 3, "payouts": []})

    with pytest.raises(BadAnswerError, match="0 of 3 payouts"):
        list(connected(Marketplace.EBAY, ebay_answers(short)).documents(()))


def test_a_missing_signature_is_said_in_ebays_words() -> None:
    """Sellers in the EU and UK read why it was refused."""
    refusal = {"errors": [{"errorId": 215001, "message": "Missing x-ebay-signature-key header"}]}

    with pytest.raises(RefusedError, match="x-ebay-signature-key"):
        list(connected(Marketplace.EBAY, ebay_answers(httpx.Response(400, json=refusal))).documents(()))


def test_ebay_is_asked_at_its_two_addresses() -> None:
    """Finances and everything else live on hosts of their own; the token goes to both."""
    asked: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.host, request.headers.get("Authorization", "").split()[0]))
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "v^1.1#abc", "expires_in": 7200})
        if "/payout/" in request.url.path:
            return httpx.Response(200, json={"payoutId": "1", "amount": {"value": "0", "currency": "USD"}})
        return httpx.Response(200, json={"total": 1, "transactions": [{"orderId": "2"}], "orders": [{}]})

    connected(Marketplace.EBAY, answer).fetch(Document("1", "payout.json"))

    assert [
        ("api.ebay.com", "Basic"),
        ("apiz.ebay.com", "Bearer"),
        ("apiz.ebay.com", "Bearer"),
        ("api.ebay.com", "Bearer"),
    ] == asked


def test_a_withdrawal_takes_money_from_the_seller() -> None:
    """Its amount is negative, whether Shopify writes the sign or not."""
    document = json.loads(shop(SHOP, at_once=3).fetch(PAYOUT))
    document["payout"] |= {"transactionType": "WITHDRAWAL", "net": {"amount": "41.9", "currencyCode": "USD"}}
    document["transactions"] = [
        {
            "id": "gid://shopify/ShopifyPaymentsBalanceTransaction/1",
            "type": "ADJUSTMENT",
            "transactionDate": "2026-08-03T08:00:00Z",
            **{name: {"amount": amount, "currencyCode": "USD"} for name, amount in NEGATIVE.items()},
        }
    ]
    (settlement,) = read_file(json.dumps(document).encode()).settlements

    assert (Decimal("-41.9"), True) == (settlement.total, settlement.ties_out)


def test_a_net_that_is_not_amount_less_fee_is_an_error() -> None:
    """It is told with its place, and the payout does not tie out."""
    content = shop(SHOP, at_once=3).fetch(PAYOUT)
    document = json.loads(content)
    document["transactions"][0]["net"]["amount"] = "0.01"
    (settlement,) = read_file(json.dumps(document).encode(), "payout.json").settlements

    assert not settlement.ties_out
    assert "payout.json, column transactions[0].net" in [problem.where for problem in settlement.problems]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"nodes"', '"nodes', "damaged or was cut off"),
        ('"type": "CHARGE"', '"type": null', r"transactions\[0\].type: a blank cell"),
        ('"quantity": 1', '"quantity": 1.5', "'1.5' is not a whole number"),
        ('"transactionDate": "2026', '"transactionDate": "soon', "is not a date"),
        ('"amount": "', '"amount": "x', "is not an amount"),
    ],
)
def test_a_damaged_document_is_refused_with_its_place(old: str, new: str, message: str) -> None:
    """One clear sentence, as for any settlement file."""
    text = shop(SHOP, at_once=3).fetch(PAYOUT).decode()
    assert old in text

    with pytest.raises(UnreadableFileError, match=message):
        read_file(text.replace(old, new, 1).encode(), "payout.json")
