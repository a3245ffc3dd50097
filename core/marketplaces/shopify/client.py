"""Shopify's Admin GraphQL API: one question at a time, within the cost that the shop may run up.

Every question has a cost in points, and the shop a bucket of points that fills so many a second. What is left is told
with each answer; an empty bucket is an error inside a 200 (`THROTTLED`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import BadAnswerError, RateLimitedError
from core.http.answers import message_in
from core.marketplaces.shopify.errors import SERVICE, AccessDeniedError, QuestionTooDearError, ShopifyRefusalError
from core.marketplaces.shopify.queries import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from core.http.answers import Answer
    from core.http.client import HttpClient
    from core.http.limits import Sleep
    from core.marketplaces.tokens import AccessTokens

PATH = f"admin/api/{VERSION}/graphql.json"
_MOST_THROTTLED = 8
_LONGEST_WAIT = 120.0
_LEAST_WAIT = 1.0
_ERRORS: dict[str, Callable[[str], Exception]] = {
    "ACCESS_DENIED": AccessDeniedError,
    "MAX_COST_EXCEEDED": QuestionTooDearError,
}


class ShopifyClient:
    """One shop."""

    def __init__(self, http: HttpClient, token: AccessTokens | None, *, sleep: Sleep) -> None:
        self._http = http
        self._token = token
        self._sleep = sleep
        self._costs: dict[str, float] = {}
        self._left: tuple[float, float] | None = None

    def ask(self, query: str, /, **variables: object) -> Mapping[str, Any]:
        """Return the `data` of the answer to a question.

        Raises:
            ServiceError: If Shopify cannot be reached, does not accept the token or refuses the question.
        """
        seconds = 0.0
        for _ in range(_MOST_THROTTLED):
            self._wait_before(query)
            answer = self._post(query, variables)
            body = answer.json()
            seconds = self._note(query, body)
            errors = body.get("errors") if isinstance(body, dict) else None
            if errors and "THROTTLED" in _codes(errors):
                if seconds > _LONGEST_WAIT:
                    break
                self._sleep(max(_LEAST_WAIT, seconds))
                continue
            return _data(body, answer)
        raise RateLimitedError(SERVICE, seconds)

    def pages(self, query: str, /, *path: str, **variables: object) -> Iterator[list[dict[str, Any]]]:
        """Yield the nodes of a connection, page by page.

        Args:
            query: Takes `$after`.
            path: Where the connection stands in the answer; nothing where one of its parents is null.
            variables: Of the query.

        Raises:
            ServiceError: If a page cannot be fetched, or the cursor does not move on.
        """
        after: str | None = None
        seen: set[str] = set()
        while True:
            connection: Any = self.ask(query, after=after, **variables)
            for name in path:
                connection = (connection or {}).get(name)
            yield list((connection or {}).get("nodes") or ())
            after = next_cursor(connection)
            if after is None:
                return
            if after in seen:
                raise BadAnswerError(SERVICE, f"POST /{PATH}", "pages that do not move on")
            seen.add(after)

    def _post(self, query: str, variables: Mapping[str, object]) -> Answer:
        def send() -> Answer:
            return self._http.send("POST", PATH, json={"query": query, "variables": dict(variables)})

        return self._token.asking(send) if self._token else send()

    def _wait_before(self, query: str) -> None:
        """Wait until there are enough points for a question that was asked before."""
        if self._left is None:
            return
        available, rate = self._left
        lacking = self._costs.get(query, 0.0) - available
        if lacking > 0 and rate > 0:
            self._sleep(min(_LONGEST_WAIT, lacking / rate))

    def _note(self, query: str, body: object) -> float:
        """Keep what the answer says about cost, and return how long until the question can be asked."""
        cost = ((body if isinstance(body, dict) else {}).get("extensions") or {}).get("cost") or {}
        status = cost.get("throttleStatus") or {}
        available, rate = _number(status.get("currentlyAvailable")), _number(status.get("restoreRate"))
        wanted = _number(cost.get("requestedQueryCost"))
        if not status:
            return _LEAST_WAIT
        self._costs[query], self._left = wanted, (available, rate)
        return (wanted - available) / rate if rate else _LEAST_WAIT


def next_cursor(connection: Mapping[str, Any] | None) -> str | None:
    """Return the cursor of the next page; `None` behind the last one."""
    info = (connection or {}).get("pageInfo") or {}
    return info.get("endCursor") if info.get("hasNextPage") else None


def _data(body: object, answer: Answer) -> Mapping[str, Any]:
    errors = body.get("errors") if isinstance(body, dict) else None
    if errors:
        refusal = message_in(errors) or "no reason"
        raise next((_ERRORS[code](refusal) for code in _codes(errors) if code in _ERRORS), ShopifyRefusalError(refusal))
    if isinstance(body, dict) and isinstance(body.get("data"), dict):
        data: Mapping[str, Any] = body["data"]
        return data
    raise BadAnswerError(SERVICE, answer.where, "an answer without data")


def _codes(errors: object) -> Sequence[str]:
    listed = errors if isinstance(errors, list) else []
    return [str((each.get("extensions") or {}).get("code")) for each in listed if isinstance(each, dict)]


def _number(value: object) -> float:
    return float(str(value)) if value is not None else 0.0
