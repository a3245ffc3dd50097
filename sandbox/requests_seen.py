"""What has been asked of the sandbox, for tests that count requests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.marketplaces import MARKETPLACES

if TYPE_CHECKING:
    from flask import Request

_COLLECTION_DEPTH = 3  # account, api, resource


def request_kind(request: Request) -> str:
    """Return `graphql`, `report`, `collection` (a whole list of a resource) or `get` (anything else).

    Of a marketplace: `token` (a login), `document` (the bytes of a report), `graphql` or `get`.
    """
    parts = [part for part in request.path.split("/") if part]
    if parts[:1] and parts[0] in MARKETPLACES:
        return _marketplace_kind(parts)
    if request.path.endswith("/api/graphql"):
        return "graphql"
    if parts[1:3] == ["doc", "report"]:
        return "report"
    if request.method == "GET" and parts[1:2] == ["api"] and len(parts) == _COLLECTION_DEPTH:
        return "collection"
    return "get"


def _marketplace_kind(parts: list[str]) -> str:
    if parts[-1] in ("token", "access_token"):
        return "token"
    if parts[1:2] == ["documents"] or parts[-1] == "reconFile":
        return "document"
    return "graphql" if parts[-1].startswith("graphql") else "get"


@dataclass
class RequestsSeen:
    """Counts by kind and by status, and one line per request."""

    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)

    def add(self, request: Request, status: int) -> None:
        """Count a request that has been answered."""
        self.kinds[request_kind(request)] += 1
        self.statuses[status] += 1
        self.log.append(f"{request.method} {request.path} {status}")

    def forget(self) -> None:
        """Start counting anew."""
        self.kinds.clear()
        self.statuses.clear()
        self.log.clear()

    def as_json(self) -> dict[str, object]:
        """Return the counts as the control endpoint answers them."""
        return {
            "graphql": self.kinds["graphql"],
            "get": self.kinds["get"],
            "collection": self.kinds["collection"],
            "report": self.kinds["report"],
            "token": self.kinds["token"],
            "document": self.kinds["document"],
            "total": self.kinds.total(),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "log": list(self.log),
        }
