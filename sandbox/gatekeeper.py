"""What every request passes before and after it is answered: counting, limits, the key, and misbehaviour."""

from __future__ import annotations

import hmac
import json
import socket
import threading
from collections import Counter
from dataclasses import dataclass, field
from math import ceil, floor
from typing import TYPE_CHECKING

from flask import Response, g, request

from sandbox.marketplaces import MARKETPLACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask, Request

    from sandbox.finale.pages import Account
    from sandbox.misbehaviour import Fault, Misbehaviour

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


MINUTE = 60
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Limits:
    """How many requests of each kind are answered."""

    gets_per_minute: int = 120
    posts_per_minute: int = 120
    collections_per_hour: int = 300


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left after a request, as the three `X-RateLimit` headers say."""

    limit: int
    remaining: int
    """Negative: this request was too many."""
    reset: int
    """Unix seconds."""

    @property
    def headers(self) -> dict[str, str]:
        """The three headers."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.remaining)),
            "X-RateLimit-Reset": str(self.reset),
        }


class Meter:
    """Counts requests in fixed windows of the clock."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._used: dict[tuple[str, int], int] = {}

    def take(self, method: str, *, collection: bool) -> Budget:
        """Count a request and return the tightest of the budgets that it is charged to."""
        if method == "GET":
            budgets = [self._charge("GET", self._limits.gets_per_minute, MINUTE)]
        else:
            budgets = [self._charge("POST", self._limits.posts_per_minute, MINUTE)]
        if collection:
            budgets.append(self._charge("collection", self._limits.collections_per_hour, HOUR))
        return min(budgets, key=lambda budget: budget.remaining)

    def exhausted(self, seconds: float) -> Budget:
        """Return the budget that a refusal shows: nothing left for so many seconds."""
        return Budget(self._limits.posts_per_minute, 0, ceil(self._now() + seconds))

    def forget(self) -> None:
        """Start counting anew."""
        self._used.clear()

    def _charge(self, name: str, limit: int, seconds: int) -> Budget:
        window = floor(self._now() / seconds)
        used = self._used[name, window] = self._used.get((name, window), 0) + 1
        return Budget(limit, limit - used, (window + 1) * seconds)


CONTROL = "/_control"
PUBLIC = "/stats/eurofxref"
"""The European Central Bank's rates, for which nobody needs a key."""
_OTHERS = (CONTROL, PUBLIC)
_HTML = "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"


class DroppedConnectionError(ConnectionResetError):
    """The connection is to end without an answer: in process it reaches the client as it is."""


class Gatekeeper:
    """Stands before an application's pages; the control pages are not its business."""

    def __init__(
        self,
        accounts: Sequence[Account],
        switches: Misbehaviour,
        meter: Meter,
        seen: RequestsSeen,
        sleep: Callable[[float], None],
    ) -> None:
        self._accounts = {account.path: account for account in accounts}
        self._switches = switches
        self._meter = meter
        self._seen = seen
        self._sleep = sleep
        self._one_at_a_time = threading.Lock()

    def stand_before(self, app: Flask) -> None:
        """Hook into the application."""
        app.before_request(self._before)
        app.after_request(self._after)

    def _before(self) -> Response | None:
        if request.path.startswith(_OTHERS):
            return None
        kind = request_kind(request)
        ours = not _of_marketplace()  # marketplaces have limits and tokens of their own, on their own pages
        with self._one_at_a_time:
            g.budget = self._meter.take(request.method, collection=kind in ("collection", "report")) if ours else None
            g.fault = self._switches.next_fault(kind)
        if g.budget is not None and g.budget.remaining < 0:
            return _text("Too many requests", 429)
        if g.fault is not None:
            refusal = self._refusal(*g.fault)
            if refusal is not None:
                return refusal
        return None if not ours or self._opens() else _unauthorised()

    def _after(self, response: Response) -> Response:
        if request.path.startswith(_OTHERS):
            return response
        if g.fault is not None and response.status_code == 200:  # noqa: PLR2004
            response = _spoilt(g.fault[0], response)
        if g.budget is not None:
            response.headers.update(g.budget.headers)
        with self._one_at_a_time:
            self._seen.add(request, response.status_code)
        return response

    def _opens(self) -> bool:
        given = request.authorization
        account = self._accounts.get(request.path.split("/")[1])
        if given is None or given.type != "basic" or account is None:
            return False
        right_key = hmac.compare_digest((given.username or "").encode(), account.key.encode())
        right_secret = hmac.compare_digest((given.password or "").encode(), account.secret.encode())
        return right_key and right_secret

    def _refusal(self, name: str, fault: Fault) -> Response | None:
        if name == "slow":
            self._sleep(fault.seconds)
            return None
        if name == "dropped-connection":
            self._seen.add(request, 0)
            raise DroppedConnectionError
        if name in ("429", "429-retry-after"):
            g.budget = None if _of_marketplace() else self._meter.exhausted(fault.seconds)
            response = _text("Too many requests", 429)
            if name == "429-retry-after":
                response.headers["Retry-After"] = str(ceil(fault.seconds))
            return response
        answers: dict[str, Callable[[], Response]] = {
            "401": _unauthorised,
            "402": lambda: _text("API access is not part of your plan", 402),
            "500-html": lambda: _html("Internal Server Error", 500),
            "503": lambda: _text("Service temporarily unavailable", 503),
        }
        return answers[name]() if name in answers else None


def drop_connections(application: WSGIApplication) -> WSGIApplication:
    """Wrap an application so that a dropped connection ends at once, where there is a socket."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return application(environ, start_response)
        except DroppedConnectionError:
            connection = environ.get("werkzeug.socket")
            if connection is not None:
                connection.shutdown(socket.SHUT_RDWR)
            raise

    return wrapped


def _of_marketplace() -> bool:
    return request.path.split("/")[1] in MARKETPLACES


def _spoilt(name: str, response: Response) -> Response:
    if name == "empty-body":
        return Response(b"", 200, content_type=response.content_type)
    if name == "truncated-json":
        body = response.get_data()
        return Response(body[: len(body) // 2], 200, content_type=response.content_type)
    if name == "error-inside-200":
        message = {"errors": [{"message": "Internal error: please contact support."}]}
        if request_kind(request) != "graphql" and not _of_marketplace():
            message = {"errorMessage": "Internal error: please contact support."}  # type: ignore[dict-item]  # another shape
        return Response(json.dumps(message), 200, content_type="application/json")
    return _html("Sign in", 200) if name == "html-200" else response


def _unauthorised() -> Response:
    response = _text("Unauthorized", 401)
    response.headers["WWW-Authenticate"] = 'Basic realm="Finale Inventory"'
    return response


def _text(message: str, status: int) -> Response:
    return Response(message, status, content_type="text/plain; charset=utf-8")


def _html(title: str, status: int) -> Response:
    return Response(_HTML.format(title=title), status, content_type="text/html; charset=utf-8")
