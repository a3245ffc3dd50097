"""GraphQL over HTTP: one question at a time, within Finale's limits, adapted to the account's schema."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import BadAnswerError, NotFoundError, RefusedError, ServiceError, UnauthorisedError
from core.finale.errors import (
    SYSTEM,
    FinaleKeyError,
    FinalePlanError,
    FinaleRefusalError,
    FinaleUnavailableError,
    QueryRefusedError,
)
from core.finale.graphql_schema import PROBE, Schema, assumed, read_probe, without_refused
from core.http.limits import Sleep, TokenBucket
from core.http.pages import PagesRead
from core.http.responses import ServiceResponse, message_in, next_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from core.http.client import HttpClient
    from core.time import Clock

SCHEMA_KEEPS = timedelta(days=1)
_MOST_ADAPTATIONS = 25
_INTROSPECTION = re.compile(r"introspection|__schema|__type", re.IGNORECASE)
_PAYMENT_REQUIRED = 402
T = TypeVar("T")


class FinaleClient:
    """One account: asks in GraphQL, fetches reports and REST resources, and knows the account's schema."""

    def __init__(
        self,
        http: HttpClient,
        account: str,
        *,
        clock: Clock,
        sleep: Sleep,
        schema: Schema | None = None,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        self.account = account
        self._http = http
        self._clock = clock
        self._chosen = dict(chosen or {})
        self._schema = schema
        # docs/facts/finale-api.md: 120 of each kind a minute, and 300 collections an hour.
        self._posts = TokenBucket.within(120, 60, clock=clock, sleep=sleep)
        self._gets = TokenBucket.within(120, 60, clock=clock, sleep=sleep)
        self._collections = TokenBucket.within(300, 3600, clock=clock, sleep=sleep)

    def now_schema(self) -> Schema:
        """Return the account's schema as it is known by now, probing first if that is a day ago or never happened."""
        known = self._schema
        if known is None or self._clock() - known.probed_at > SCHEMA_KEEPS or dict(known.chosen) != self._chosen:
            self._schema = known = self._probe()
        return known

    @property
    def known_schema(self) -> Schema | None:
        """The account's schema as it is known by now, without asking."""
        return self._schema

    def forget_schema(self) -> None:
        """Probe again at the next question."""
        self._schema = None

    def _probe(self) -> Schema:
        try:
            return read_probe(self._post(PROBE), self._clock(), self._chosen)
        except QueryRefusedError as error:
            if not any(_INTROSPECTION.search(message) for message in error.messages):
                raise
            return assumed(self._clock(), self._chosen)

    def ask(self, build: Callable[[Schema], str]) -> Mapping[str, Any]:
        """Ask a question that is built for the account's schema, and again without what it is refused for.

        Args:
            build: Makes the query from a schema; it is called anew when the schema turns out to be another.

        Returns:
            The `data` of the answer.

        Raises:
            InventoryError: If Finale cannot be reached, does not accept the key, or refuses the question for good.
        """
        schema = self.now_schema()
        for _ in range(_MOST_ADAPTATIONS):
            try:
                return self._post(build(schema))
            except QueryRefusedError as error:
                narrowed = without_refused(schema, error.messages)
                if narrowed == schema:
                    raise
                self._schema = schema = narrowed
        raise FinaleRefusalError("too many fields of the account's schema are not what they should be")

    def get(
        self, path: str, *, collection: bool = False, timeout: float | None = None, document: bool = False
    ) -> ServiceResponse | None:
        """Fetch a resource of this account by its path or whole address; `None` if there is none.

        Raises:
            InventoryError: If Finale cannot be reached or does not accept the key.
        """
        limits = (self._gets, self._collections) if collection else (self._gets,)
        try:
            return self._http.send("GET", path, limits=limits, timeout=timeout, document=document)
        except NotFoundError:
            return None
        except ServiceError as error:
            raise self._inventory_error(error) from error

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def _post(self, query: str) -> Mapping[str, Any]:
        try:
            answer = self._http.send(
                "POST", f"{self.account}/api/graphql", json={"query": query}, limits=(self._posts,)
            )
            body = answer.json()
        except ServiceError as error:
            raise self._inventory_error(error) from error
        return _data(body, answer)

    def _inventory_error(self, error: ServiceError) -> Exception:
        if isinstance(error, (UnauthorisedError, NotFoundError)):
            return FinaleKeyError(self.account)
        if isinstance(error, RefusedError):
            return (
                FinalePlanError(self.account) if error.status == _PAYMENT_REQUIRED else QueryRefusedError((str(error),))
            )
        return FinaleUnavailableError(str(error))


def _data(body: object, answer: ServiceResponse) -> Mapping[str, Any]:
    if isinstance(body, dict) and isinstance(body.get("errors"), list):
        raise QueryRefusedError(tuple(message_in(error) or "no reason" for error in body["errors"]) or ("no reason",))
    if isinstance(body, dict) and isinstance(body.get("data"), dict):
        data: dict[str, Any] = body["data"]
        return data
    if message := message_in(body):
        raise FinaleRefusalError(message)
    broken = BadAnswerError(SYSTEM, answer.where, "an answer without data")
    raise FinaleUnavailableError(str(broken)) from broken


def pages(
    client: FinaleClient, name: str, build: Callable[[Schema, str | None], str]
) -> Iterator[list[dict[str, Any]]]:
    """Fetch a connection page by page.

    Args:
        client: Where to ask.
        name: The connection's key in the answer.
        build: Makes the whole query for a schema and a cursor (`None` for the first page).

    Yields:
        The nodes of each page that were on none before it; a last page without nodes too.

    Raises:
        InventoryError: If a page cannot be fetched, comes again, or the cursor does not move on.
    """
    cursor: str | None = None
    read = pages_read(name)
    while True:

        def question(schema: Schema, cursor: str | None = cursor) -> str:
            return build(schema, cursor)

        answer = client.ask(question).get(name)
        cursor = next_cursor(answer)
        yield read.new(nodes_of(answer), cursor)
        if cursor is None:
            return


def pages_read(name: str) -> PagesRead[dict[str, Any]]:
    """Return the pages of a connection, of which none is read yet."""
    return PagesRead(lambda: FinaleRefusalError(f"the pages of {name} do not move on"), _id_of, long_pages=True)


def _id_of(node: Mapping[str, Any]) -> str | None:
    """Return by what a product or an order is known again; a movement has nothing of its own."""
    return next((str(node[name]) for name in ("productId", "orderId") if node.get(name)), None)


def nodes_of(answer: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the nodes of a connection; a connection that is null has none, nor has an edge.

    Raises:
        TypeError: If it is something else than a connection: an order that cannot be read is not one that Finale lacks.
    """
    edges = _there(answer, dict).get("edges")
    nodes = [_there(edge, dict).get("node") for edge in _there(edges, list)]
    return [node for node in (_there(node, dict) for node in nodes) if node]


def _there(value: object, kind: type[T]) -> T:
    """Return a value of a kind, an empty one for what is null."""
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} wanted, {type(value).__name__} came")
    return value


def batched(values: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Yield the values in order, so many at a time; the last time what is left."""
    iterator = iter(values)
    while batch := tuple(islice(iterator, size)):
        yield batch
