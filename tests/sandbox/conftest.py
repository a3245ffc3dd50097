"""A demo business, and clients that ask the sandbox in process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import pytest

from sandbox.business import Business, demo_business, hard_business
from sandbox.server import DEMO_ACCOUNT, KEY, SECRET, create_app

if TYPE_CHECKING:
    from collections.abc import Iterator


class Asker(Protocol):
    """Opens a client for a business."""

    def __call__(self, business: Business, **differences: Any) -> Ask:
        """Return a client of a fresh sandbox; `differences` go to `create_app`."""


class Ask:
    """A client of one sandbox in process, with the right key."""

    def __init__(self, business: Business, **differences: Any) -> None:
        app = create_app(business, **differences)
        self.client = httpx.Client(
            transport=httpx.WSGITransport(app=app), base_url="http://sandbox", auth=(KEY, SECRET)
        )

    def graphql(self, query: str, **variables: object) -> Any:
        """Return the whole answer to a query."""
        return self.post(query, **variables).json()

    def post(self, query: str, **variables: object) -> httpx.Response:
        """Return the response to a query."""
        return self.client.post(f"/{DEMO_ACCOUNT}/api/graphql", json={"query": query, "variables": variables})

    def nodes(self, connection: str, arguments: str, fields: str) -> list[Any]:
        """Return the nodes of one connection."""
        answer = self.graphql(f"{{ it: {connection}({arguments}) {{ edges {{ node {{ {fields} }} }} }} }}")
        return [edge["node"] for edge in answer["data"]["it"]["edges"]]

    def get(self, path: str, **arguments: str) -> httpx.Response:
        """Return the response to a GET below the account's path."""
        return self.client.get(f"/{DEMO_ACCOUNT}/{path}", params=arguments)

    def control(self, **wanted: object) -> httpx.Response:
        """Set and clear switches."""
        return self.client.post("/_control", json=wanted)


@pytest.fixture(scope="session")
def demo() -> Business:
    """Return the demo business without its stores that sell goods of their own."""
    return replace(demo_business(), shops=())


@pytest.fixture(scope="session")
def hard() -> Business:
    """Return the business made of difficulties."""
    return hard_business()


@pytest.fixture
def asker() -> Iterator[Asker]:
    """Return what opens clients; they are closed at the end."""
    opened: list[Ask] = []

    def open_client(business: Business, **differences: Any) -> Ask:
        opened.append(Ask(business, **differences))
        return opened[-1]

    yield open_client
    for ask in opened:
        ask.client.close()


@pytest.fixture
def ask(demo: Business, asker: Asker) -> Ask:
    """Return a client of a sandbox over the demo business."""
    return asker(demo)
