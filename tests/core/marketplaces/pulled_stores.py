"""What the tests of the connectors share: a sandbox on a socket, its stores, and a pull as the books would make it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from core.http.credentials import Secret
from core.marketplaces import read_file
from core.marketplaces.pulling.connector import Link
from core.marketplaces.pulling.connectors import CONNECTORS
from core.model import Marketplace
from sandbox.business import demo_business
from sandbox.business.shops import shop_of
from sandbox.marketplaces import ebay_api
from sandbox.marketplaces.shopify_api import CLIENT_ID, CLIENT_SECRET
from sandbox.server import serve
from tests.core.http.http_service import FakeTime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.marketplaces.pulling.connector import Connector
    from core.model import Settlement
    from sandbox.business.shops import Shop

TODAY = datetime(2026, 9, 10, 9, 30, tzinfo=UTC)
SETTINGS: dict[str, dict[str, str]] = {
    "shopify": {"shop": "linden", "client id": CLIENT_ID, "pull from": "2026-08-01"},
    "ebay": {"client id": ebay_api.CLIENT_ID, "pull from": "2026-08-01"},
}
SECRETS: dict[str, dict[str, str]] = {
    "shopify": {"secret": CLIENT_SECRET},
    "ebay": {"client secret": ebay_api.CLIENT_SECRET, "refresh token": ebay_api.REFRESH_TOKEN},
}
MARKETPLACES = {"shopify": Marketplace.SHOPIFY, "ebay": Marketplace.EBAY}


@dataclass
class Service:
    """A sandbox that listens, and its switches."""

    url: str
    time: FakeTime
    control: httpx.Client

    def switch(self, **wanted: object) -> None:
        """Set and clear switches."""
        assert self.control.post("/_control", json=wanted).is_success

    def reset(self) -> None:
        """Forget switches and counts; it is morning again."""
        self.time.at = TODAY
        self.time.slept.clear()
        assert self.control.post("/_control/reset").is_success

    def seen(self) -> dict[str, Any]:
        """Return what has been asked."""
        found: dict[str, Any] = self.control.get("/_control/requests").json()
        return found

    def connector(self, store: str, **secrets: str) -> Connector:
        """Connect a store (`shopify`, `ebay`)."""
        kind = next(kind for kind in CONNECTORS if kind.marketplace is MARKETPLACES[store])
        known = SECRETS[store] | secrets
        unverified = httpx.HTTPTransport(verify=False)  # a loopback address without TLS; loading certificates is slow
        link = Link(f"{self.url}/{store}", unverified, clock=self.time.now, sleep=self.time.sleep)
        return kind.connect(SETTINGS[store], lambda name: Secret(known[name]), link)


@dataclass
class Pulled:
    """Documents as the books keep them."""

    contents: dict[str, bytes] = field(default_factory=dict)
    final: set[str] = field(default_factory=set)
    fetched: list[str] = field(default_factory=list)

    def pull(self, connector: Connector) -> None:
        """Take everything that is not known; what came stays, even where the rest does not."""
        for document in connector.documents(self.final):
            self.contents[document.name] = connector.fetch(document)
            self.fetched.append(document.id)
            if document.final:
                self.final.add(document.id)

    def settlements(self) -> dict[str, Settlement]:
        """Return what the documents say, by settlement id."""
        found = (read_file(content, name) for name, content in self.contents.items())
        return {each.settlement_id: each for reading in found for each in reading.settlements}


@contextmanager
def service() -> Iterator[Service]:
    """Serve the demo business until the block ends."""
    time = FakeTime(TODAY)
    with (
        serve(demo_business(), now=lambda: time.now().timestamp(), sleep=time.sleep) as address,
        httpx.Client(base_url=address.url, trust_env=False) as control,
    ):
        yield Service(address.url, time, control)


def store_of(marketplace: Marketplace) -> Shop:
    """Return the demo business's store at a marketplace."""
    found = shop_of(demo_business(), marketplace.value)
    assert found is not None
    return found
