"""The border between pulling settlements and a marketplace's API.

A connector lists the documents that an API offers and fetches one of them as bytes, which `core.marketplaces.read`
reads like any file: what is pulled and what is downloaded by hand go the same way into the books. A marketplace without
files of its own in its API (Shopify, eBay) bundles the API's answers of one payout, unchanged, into one JSON document,
and that document is a declared format like any other.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from core.time import Clock, system_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from core.http.client import Transport
    from core.http.credentials import Secret
    from core.http.limits import Sleep
    from core.model import Marketplace


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that an API offers: a settlement report, a payout, the unpaid orders of a month."""

    id: str
    """The marketplace's own; one that was pulled before is not fetched again."""
    name: str
    """What it is called in messages and in the books, as a file name."""
    created_at: datetime | None = None
    final: bool = True
    """Whether it will never change; one that may is fetched at every pull."""


class Connector(Protocol):
    """One store's account at a marketplace."""

    marketplace: Marketplace

    def documents(self, known: Collection[str]) -> Iterator[Document]:
        """Yield what the API offers and is not known, the oldest first, page by page.

        Raises:
            ServiceError: If the marketplace cannot be asked.
        """

    def fetch(self, document: Document) -> bytes:
        """Return a document's bytes, as `core.marketplaces.read` takes them.

        Raises:
            ServiceError: If it cannot be fetched, or what came is not such a document.
        """


@dataclass(frozen=True, slots=True)
class Link:
    """How to reach the network: passed in, so that tests and the sandbox give another one."""

    base_url: str = ""
    """In place of all addresses of the marketplace; empty: its own."""
    transport: Transport | None = None
    clock: Clock = system_clock
    sleep: Sleep = time.sleep


@dataclass(frozen=True, slots=True)
class ConnectorKind:
    """What must be known to connect a store, and how it is done."""

    marketplace: Marketplace
    connect: Callable[[Mapping[str, str], Callable[[str], Secret], Link], Connector]
    """Settings by name, a function that answers each secret by name, the network -> the connector."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """What is asked in the open: name -> what it means, for the bookkeeper; kept in the database."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """What is asked masked: name -> where to find it; kept in the keyring."""
