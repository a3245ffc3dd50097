"""Pulls a Shopify store: each paid payout is a document, and so is what each month brought outside of payouts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.http.client import HttpClient
from core.marketplaces.pulling.bundles import Node, read_moment, write_bundle
from core.marketplaces.pulling.connector import Connector, ConnectorKind, Document, Link
from core.marketplaces.pulling.pulled_files import MEANING, PULL_FROM, pull_start
from core.marketplaces.pulling.tokens import AccessTokens, permitted_token
from core.marketplaces.shopify import admin_api, outside_payouts, payments_api
from core.marketplaces.shopify.admin_api import (
    AT_ONCE,
    SCOPES,
    SERVICE,
    ShopifyClient,
    ShopifyRefusalError,
    ShopNameError,
    orders,
)
from core.marketplaces.shopify.orders_api import PAID_OUT, number_of
from core.model import Marketplace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from core.http.credentials import Secret
    from core.http.responses import ServiceResponse
    from core.time import Clock

_MONTH = "not in payouts "
_SO_FAR = " so far"
_SHOP = re.compile(r"(?:https://)?(?:admin\.shopify\.com/store/)?([a-z0-9][a-z0-9-]*)(?:\.myshopify\.com)?(?:/.*)?")
_LEGACY = "shpat_"
_PAYOUT_GID = "gid://shopify/ShopifyPaymentsPayout/"


class ShopifyConnector(Connector):
    """One shop."""

    marketplace = Marketplace.SHOPIFY

    def __init__(
        self, client: ShopifyClient, since: datetime, clock: Clock, *, page: int = 100, at_once: int = AT_ONCE
    ) -> None:
        self._client = client
        self._since = since
        self._clock = clock
        self._page = page
        self._at_once = at_once

    def documents(self, known: Collection[str]) -> Iterator[Document]:
        """Yield paid payouts, the oldest first, then the months outside of payouts; the running month every time."""
        yield from self._payouts(known)
        yield from self._months(known)

    def fetch(self, document: Document) -> bytes:
        """Return the answers about a payout or a month as one JSON document."""
        if document.id.startswith(_MONTH):
            return self._month(document)
        return self._payout(document.id)

    def _payouts(self, known: Collection[str]) -> Iterator[Document]:
        pages = self._client.pages(
            admin_api.PAYOUTS,
            "shopifyPaymentsAccount",
            "payouts",
            first=self._page,
            query=f"issued_at:>='{_moment(self._since)}'",
        )
        for node in (node for page in pages for node in page):
            number = number_of(str(node.get("id", "")))
            if number and number not in known and node.get("status") == "PAID":
                yield Document(number, f"Shopify payout {number}.json", read_moment(node.get("issuedAt")))

    def _months(self, known: Collection[str]) -> Iterator[Document]:
        now = self._clock().astimezone(UTC)
        start, _ = outside_payouts.month_of(f"{self._since:%Y-%m}")
        while start <= now:
            month = f"{start:%Y-%m}"
            _, end = outside_payouts.month_of(month)
            final = end <= now
            identity = f"{_MONTH}{month}" + ("" if final else _SO_FAR)
            if not final or identity not in known:
                name = f"{outside_payouts.settlement_id_of(month)}.json"
                yield Document(identity, name, min(end, now), final=final)
            start = end

    def _payout(self, number: str) -> bytes:
        payout = self._client.ask(admin_api.PAYOUT, id=f"{_PAYOUT_GID}{number}").get("node")
        if not payout:
            raise ShopifyRefusalError(f"there is no payout {number}")
        pages = self._client.pages(
            admin_api.TRANSACTIONS,
            "shopifyPaymentsAccount",
            "balanceTransactions",
            first=self._page,
            query=f"payments_transfer_id:{number}",
        )
        transactions = [node for page in pages for node in page]
        of = [(node.get("associatedOrder") or {}).get("id") for node in transactions]
        ids = [each for each in dict.fromkeys(of) if each]
        documents = list(orders(self._client, ids, self._at_once))
        return write_bundle(payments_api.NAME, {"payout": payout, "transactions": transactions, "orders": documents})

    def _month(self, document: Document) -> bytes:
        month = document.id.removeprefix(_MONTH).removesuffix(_SO_FAR)
        start, end = outside_payouts.month_of(month)
        pages = self._client.pages(
            admin_api.ORDERS_OF_MONTH,
            "orders",
            first=self._page,
            query=f"updated_at:>='{_moment(start)}' AND created_at:<'{_moment(end)}'",
        )
        ids = [str(node["id"]) for page in pages for node in page if _may_be_outside(node)]
        documents = [
            node
            for node in orders(self._client, ids, self._at_once)
            if outside_payouts.is_about(Node(document.name, f"order {node.get('name')}", node), month)
        ]
        name = outside_payouts.NAME if document.final else outside_payouts.NAME_SO_FAR
        return write_bundle(name, {"month": month, "orders": documents})


def connect(settings: Mapping[str, str], secret: Callable[[str], Secret], link: Link) -> ShopifyConnector:
    """Return the connector of a shop.

    Args:
        settings: `shop`, `client id`, `pull from`.
        secret: Answers `secret`: the app's client secret, or an Admin API access token of an older app (`shpat_...`).
        link: The network.

    Raises:
        ShopNameError: If the shop's name cannot be made out.
        PullStartError: If the first day is no day.
    """
    base_url = link.base_url or f"https://{_shop(settings.get('shop', ''))}.myshopify.com"
    key = secret("secret")
    token = None if _is_token(key) else _token(base_url, settings.get("client id", ""), key, link)

    def headers() -> dict[str, str]:
        return {"X-Shopify-Access-Token": (token.current() if token else key).get_secret_value()}

    http = HttpClient(SERVICE, base_url, headers=headers, transport=link.transport, clock=link.clock, sleep=link.sleep)
    client = ShopifyClient(http, token, sleep=link.sleep)
    return ShopifyConnector(client, pull_start(settings, link.clock()), link.clock)


def _token(base_url: str, client_id: str, key: Secret, link: Link) -> AccessTokens:
    http = HttpClient(SERVICE, base_url, transport=link.transport, clock=link.clock, sleep=link.sleep)

    def fetch() -> ServiceResponse:
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id.strip(),
            "client_secret": key.get_secret_value(),
        }
        return http.send("POST", "admin/oauth/access_token", form=form)

    return AccessTokens(lambda: permitted_token(SERVICE, fetch), link.clock)


def _is_token(key: Secret) -> bool:
    return key.get_secret_value().startswith(_LEGACY)


def _shop(text: str) -> str:
    match = _SHOP.fullmatch(text.strip().casefold())
    if match is None:
        raise ShopNameError(text)
    return match[1]


def _may_be_outside(node: Mapping[str, Any]) -> bool:
    """Tell whether an order may have brought something outside of payouts, by what the list of orders says of it."""
    gateways = node.get("paymentGatewayNames") or ()
    return not gateways or bool(set(gateways) - PAID_OUT) or bool(node.get("refunds"))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


SHOPIFY_CONNECTOR = ConnectorKind(
    marketplace=Marketplace.SHOPIFY,
    connect=connect,
    settings={
        "shop": "The shop's own address: yourshop.myshopify.com",
        "client id": "Client ID of the app (Dev Dashboard > your app > Settings); leave it blank for a token shpat_...",
        PULL_FROM: MEANING,
    },
    secrets={
        "secret": (
            "Client secret of the app (Dev Dashboard > your app > Settings), or the Admin API access token shpat_... "
            f"of an older app. The app needs the access scopes {SCOPES}"
        )
    },
)
