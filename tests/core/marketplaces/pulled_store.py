"""What the tests of the connectors share: a sandbox in process, a store connected to it, a clock that stands still."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import httpx

from core.http.credentials import Secret
from core.marketplaces.pulling.connector import Link
from core.marketplaces.pulling.connectors import CONNECTORS
from core.model import Marketplace
from sandbox.business import demo_business
from sandbox.server import STORES, create_app
from sandbox.settlement_files import amazon_v2, walmart_v1

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.marketplaces.pulling.connector import Connector, ConnectorKind
    from sandbox.business import Business
    from sandbox.misbehaviour import Fault

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ADDRESS = "http://127.0.0.1:1"
PATHS = {Marketplace.AMAZON: "amazon", Marketplace.WALMART: "walmart"}
PULLED = tuple(PATHS)

demo = cache(demo_business)


@cache
def small() -> Business:
    """Return the demo business with every twentieth order: the same settlements, quicker to read."""
    orders = demo().orders[::20]
    kept = {order.order_id for order in orders}
    return replace(
        demo(),
        orders=orders,
        shipments=tuple(shipment for shipment in demo().shipments if shipment.order_id in kept),
        refunds=tuple(refund for refund in demo().refunds if refund.order_id in kept),
    )


@dataclass
class StillTime:
    """A clock that only moves when someone sleeps."""

    at: datetime = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the present."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


class Wire(httpx.BaseTransport):
    """Passes requests to the sandbox and keeps them; a dropped connection fails as on a socket."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(request)
        try:
            return self._inner.handle_request(request)
        except ConnectionResetError as error:
            raise httpx.RemoteProtocolError(str(error)) from error


class PulledStore:
    """A store in a sandbox of its own, and connectors to it."""

    def __init__(
        self,
        marketplace: Marketplace,
        *misbehaviour: str,
        faults: Mapping[str, Fault] | None = None,
        business: Business | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        self.time = StillTime()
        self.app = create_app(
            business or small(),
            misbehaviour=faults or misbehaviour,
            now=lambda: self.time.now().timestamp(),
            sleep=self.time.sleep,
        )
        self.wire = Wire(httpx.WSGITransport(app=self.app))
        self.kind = kind_of(marketplace)
        found = (store(ADDRESS) for store in STORES)
        self.access = next(access for access in found if access.url == f"{ADDRESS}/{PATHS[marketplace]}")
        self.secrets = {**self.access.secrets, **(secrets or {})}
        self.connector = self.connect()

    def connect(self) -> Connector:
        """Return another connector to the same store, as a later pull has it."""
        link = Link(self.access.url, self.wire, self.time.now, self.time.sleep)
        return self.kind.connect(self.access.settings, lambda name: Secret(self.secrets[name]), link)

    def switch(self, **switches: object) -> None:
        """Set misbehaviours while it runs."""
        assert self.app.test_client().post("/_control", json=switches).status_code == 200

    def pull(self) -> list[bytes]:
        """Return the bytes of everything that is offered, the oldest first."""
        return [self.connector.fetch(document) for document in self.connector.documents(())]

    def asked(self) -> list[str]:
        """Return method, path and status of what has been asked so far."""
        log: list[str] = self.app.test_client().get("/_control/requests").get_json()["log"]
        return log


def kind_of(marketplace: Marketplace) -> ConnectorKind:
    """Return how a store is connected."""
    return next(kind for kind in CONNECTORS if kind.marketplace is marketplace)


def by_hand(marketplace: Marketplace, business: Business | None = None) -> list[bytes]:
    """Return the files of a business, by default the small one, as a seller downloads them, the oldest first."""
    writer = {Marketplace.AMAZON: amazon_v2, Marketplace.WALMART: walmart_v1}[marketplace]
    return [file.content for file in writer.settlement_files(business or small())]
