"""Pulls an eBay store: each payout that was paid is a document.

Finances tells the payouts and their transactions, Fulfillment the SKU and quantity of each line item. eBay asks that
requests of sellers in the EU and UK are signed (digital signatures); that is not done here, see
docs/connecting-marketplaces.md.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.errors import BadAnswerError
from core.http.client import HttpClient, basic
from core.http.credentials import Secret
from core.http.pages import PagesRead, all_of
from core.marketplaces.ebay import payout_api
from core.marketplaces.pulling.bundles import read_moment, write_bundle
from core.marketplaces.pulling.connector import Connector, ConnectorKind, Document, Link
from core.marketplaces.pulling.pulled_files import MEANING, PULL_FROM, pull_start
from core.marketplaces.pulling.tokens import AccessTokens, permitted_token
from core.model import Marketplace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from core.http.responses import ServiceResponse

SERVICE = "eBay"
API = "https://api.ebay.com"
FINANCES_API = "https://apiz.ebay.com"
SCOPES = (
    "https://api.ebay.com/oauth/api_scope/sell.finances",
    "https://api.ebay.com/oauth/api_scope/sell.fulfillment.readonly",
)
ORDERS_AT_ONCE = 50
"""As many order ids as one question takes."""
_PAYOUT_PATH = "sell/finances/v1/payout"
_TRANSACTION_PATH = "sell/finances/v1/transaction"
_ORDER_PATH = "sell/fulfillment/v1/order"
_PAID = "SUCCEEDED"
_NO_CONTENT = 204
_TOTAL = re.compile("[0-9]{1,9}")


class EbayClient:
    """One seller: two addresses, one token."""

    def __init__(self, finances: HttpClient, fulfilment: HttpClient, token: AccessTokens) -> None:
        self._finances = finances
        self._fulfilment = fulfilment
        self._token = token

    def get(self, path: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the answer to a question; an empty one where eBay says that there is nothing (204).

        Raises:
            ServiceError: If eBay cannot be reached, does not accept the token or refuses the question.
        """
        http = self._fulfilment if path == _ORDER_PATH else self._finances
        answer = self._token.asking(lambda: http.send("GET", path, params=params))
        if answer.status == _NO_CONTENT:
            return {}
        body = answer.json()
        if not isinstance(body, dict) or not body:  # where there is nothing it says so
            raise BadAnswerError(SERVICE, answer.where, "an answer that is no object, or an empty one")
        return body

    def pages(self, path: str, name: str, params: Mapping[str, str], limit: int) -> Iterator[list[dict[str, Any]]]:
        """Yield a list page by page.

        Args:
            path: Of the resource.
            name: Of the list in the answer.
            params: Filter and order.
            limit: How many at once; eBay may give more or fewer.

        Raises:
            ServiceError: If a page cannot be fetched, or fewer came than eBay says there are.
        """
        where, offset = f"GET /{path}", 0
        read = PagesRead[dict[str, Any]](lambda: BadAnswerError(SERVICE, where, "pages that do not move on"), _known_by)
        while True:
            body = self.get(path, {**params, "limit": str(limit), "offset": str(offset)})
            if body and not isinstance(body.get(name, ""), list | None):
                raise BadAnswerError(SERVICE, where, f"an answer without {name}")
            page = [node for node in body.get(name) or () if isinstance(node, dict)]
            offset += len(page)
            total = _total(body, where)
            more = offset < total
            yield read.new(page, offset if more and page else None)
            if not more:
                return
            if not page:
                raise BadAnswerError(SERVICE, where, f"{offset} of {total} {name}")


def _total(body: Mapping[str, Any], where: str) -> int:
    """Return how many there are in all, as eBay says."""
    total = str(body.get("total") or 0)
    if not _TOTAL.fullmatch(total):
        raise BadAnswerError(SERVICE, where, "a total that is no number")
    return int(total)


def _known_by(node: Mapping[str, Any]) -> str | None:
    """Return by what a payout, an order or a transaction is known again; the latter share ids, so by all they say."""
    if node.get("transactionId"):
        return all_of(node)
    return next((str(node[name]) for name in ("payoutId", "orderId") if node.get(name)), None)


class EbayConnector(Connector):
    """One seller's account."""

    marketplace = Marketplace.EBAY

    def __init__(self, client: EbayClient, since: datetime, *, page: int = 200) -> None:
        self._client = client
        self._since = since
        self._page = page

    def documents(self, known: Collection[str]) -> Iterator[Document]:
        """Yield the payouts that were paid and are not known, the oldest first."""
        params = {"filter": f"payoutDate:[{_moment(self._since)}..]", "sort": "payoutDate"}
        for page in self._client.pages(_PAYOUT_PATH, "payouts", params, self._page):
            for payout in page:
                number = str(payout.get("payoutId") or "")
                if number and number not in known and payout.get("payoutStatus") == _PAID:
                    yield Document(number, f"eBay payout {number}.json", read_moment(payout.get("payoutDate")))

    def fetch(self, document: Document) -> bytes:
        """Return the answers about a payout as one JSON document."""
        payout = self._client.get(f"{_PAYOUT_PATH}/{document.id}", {})
        if payout.get("payoutId") != document.id:
            raise BadAnswerError(SERVICE, f"GET /{_PAYOUT_PATH}/{document.id}", "an answer that is not this payout")
        params = {"filter": f"payoutId:{{{document.id}}}", "sort": "transactionDate"}
        pages = self._client.pages(_TRANSACTION_PATH, "transactions", params, self._page)
        transactions = [node for page in pages for node in page]
        ids = [each for each in dict.fromkeys(str(node.get("orderId") or "") for node in transactions) if each]
        return write_bundle(
            payout_api.NAME, {"payout": payout, "transactions": transactions, "orders": self._orders(ids)}
        )

    def _orders(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        orders: list[dict[str, Any]] = []
        for start in range(0, len(ids), ORDERS_AT_ONCE):
            query = {"orderIds": ",".join(ids[start : start + ORDERS_AT_ONCE])}
            for page in self._client.pages(_ORDER_PATH, "orders", query, ORDERS_AT_ONCE):
                orders += page
        return orders


def connect(settings: Mapping[str, str], secret: Callable[[str], Secret], link: Link) -> EbayConnector:
    """Return the connector of a seller's account.

    Args:
        settings: `client id`, `pull from`.
        secret: Answers `client secret` and `refresh token`.
        link: The network.

    Raises:
        PullStartError: If the first day is no day.
    """
    token = _token(settings.get("client id", "").strip(), secret, link)

    def headers() -> dict[str, str]:
        return {"Authorization": f"Bearer {token.current().get_secret_value()}"}

    def client(base_url: str) -> HttpClient:
        return HttpClient(
            SERVICE,
            link.base_url or base_url,
            headers=headers,
            transport=link.transport,
            clock=link.clock,
            sleep=link.sleep,
        )

    return EbayConnector(EbayClient(client(FINANCES_API), client(API), token), pull_start(settings, link.clock()))


def _token(client_id: str, secret: Callable[[str], Secret], link: Link) -> AccessTokens:
    key = basic(Secret(client_id), secret("client secret"))
    http = HttpClient(
        SERVICE, link.base_url or API, headers=key, transport=link.transport, clock=link.clock, sleep=link.sleep
    )

    def fetch() -> ServiceResponse:
        # Without a scope: all that the seller agreed to. Naming one that was not granted would be refused.
        form = {"grant_type": "refresh_token", "refresh_token": secret("refresh token").get_secret_value()}
        return http.send("POST", "identity/v1/oauth2/token", form=form)

    return AccessTokens(lambda: permitted_token(SERVICE, fetch), link.clock)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"


EBAY_CONNECTOR = ConnectorKind(
    marketplace=Marketplace.EBAY,
    connect=connect,
    settings={
        "client id": "App ID (client ID) of the production keyset (developer.ebay.com > Application keys)",
        PULL_FROM: MEANING,
    },
    secrets={
        "client secret": "Cert ID (client secret) of the same keyset",
        "refresh token": (
            "Refresh token of the seller's account (developer.ebay.com > User tokens > Get a token from eBay), with "
            f"the scopes {' and '.join(SCOPES)}; it is good for 18 months"
        ),
    },
)
