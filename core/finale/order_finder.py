"""Finding the orders a sync asks for, and by which rule a marketplace's order is one of Finale's."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from core.finale.graphql_client import FinaleClient, batched, nodes_of, pages
from core.finale.graphql_schema import ORDER, Schema
from core.finale.orders import FinaleOrder, read_order
from core.finale.queries import after, call, order_node, quoted, sorted_by, span
from core.finale.rest import rest_orders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.finale.system import OrderRequest
    from core.progress import Progress

EXACT = "exact"
HASH = "without #"
PREFIX = "prefix"
SUFFIX = "suffix -n"
CUSTOMER_PO = "customer PO"
_ORDER_OF_TRUST = (EXACT, HASH, PREFIX, SUFFIX, CUSTOMER_PO)
_SUFFIX = re.compile(r"[-/]\d{1,2}$")
_STORE_PREFIX = re.compile(r"^(#?[A-Za-z][A-Za-z0-9]{0,11}[-_:# ]+)(.{10,})$")


@dataclass(frozen=True, slots=True)
class Match:
    """The Finale orders that one marketplace order became; several where it was split."""

    orders: tuple[FinaleOrder, ...]
    """Empty where several different ones fit and none is taken."""
    rule: str


def match_orders(
    wanted: Iterable[str], orders: Iterable[FinaleOrder], prefixes: Sequence[str] = ()
) -> dict[str, Match]:
    """Match marketplace order ids to Finale orders.

    Args:
        wanted: Ids as the marketplace writes them.
        orders: What Finale gave, in any order, also such that nobody asked for.
        prefixes: What the account puts before the marketplace's ids, as typed in Setup. Without it a prefix is only
            recognised before ids of ten characters and more, where chance can be ruled out.

    Returns:
        A match for each id that fits any order. The first rule that fits holds: exact, `#`, prefix, suffix `-n` of a
        split order, customer PO. An order that was cancelled is left out where another one fits.
    """
    index: dict[str, dict[str, list[tuple[str, FinaleOrder]]]] = {rule: defaultdict(list) for rule in _ORDER_OF_TRUST}
    for order in {order.order_id: order for order in orders}.values():
        for rule, key, how in _keys(order, prefixes):
            index[rule][key].append((how, order))
    matches = {}
    for wanted_id in wanted:
        key = wanted_id.strip()
        hits = next(
            (index[rule][_bare(key, rule)] for rule in _ORDER_OF_TRUST if _bare(key, rule) in index[rule]), None
        )
        if key.strip("#") and hits:
            matches[wanted_id] = _match(hits)
    return matches


def names_of(order: FinaleOrder, prefixes: Sequence[str] = ()) -> set[str]:
    """Return every id under which a marketplace may know an order, by the rules of `match_orders`."""
    return {key for _, key, _ in _keys(order, prefixes)}


def _bare(wanted: str, rule: str) -> str:
    return wanted if rule == EXACT else wanted.lstrip("#")


def _keys(order: FinaleOrder, prefixes: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    exact = order.order_id.strip()
    bare = exact.lstrip("#")
    yield EXACT, exact, EXACT
    yield HASH, bare, HASH
    bodies = [(bare, "")]
    for prefix, body in _without_prefix(exact, prefixes):
        yield PREFIX, body, f"{PREFIX} {prefix}"
        bodies.append((body, f"{PREFIX} {prefix}, "))
    for body, how in bodies:
        if _SUFFIX.search(body):
            yield SUFFIX, _SUFFIX.sub("", body), f"{how}{SUFFIX}"
    if order.customer_po:
        yield CUSTOMER_PO, order.customer_po.strip().lstrip("#"), CUSTOMER_PO


def _without_prefix(order_id: str, prefixes: Sequence[str]) -> Iterator[tuple[str, str]]:
    typed_in = next((prefix for prefix in prefixes if prefix and order_id.startswith(prefix)), None)
    if typed_in:
        yield typed_in, order_id.removeprefix(typed_in).lstrip("#")
    elif guessed := _STORE_PREFIX.match(order_id):
        yield guessed[1], guessed[2]


def _match(hits: Sequence[tuple[str, FinaleOrder]]) -> Match:
    rules = {how for how, _ in hits}
    orders = tuple(sorted((order for _, order in hits), key=lambda order: order.order_id))
    if len(rules) > 1:
        return Match((), f"several orders fit: {', '.join(order.order_id for order in orders)}")
    live = tuple(order for order in orders if not order.cancelled)
    return Match(live or orders, rules.pop())


ORDERS_PER_PAGE = 200
ORDERS_PER_REQUEST = 20
_BEFORE_POSTING = timedelta(days=3)
"""Orders are placed before a settlement posts them; older ones are asked for by name."""
_GAP = timedelta(days=10)
_SALES = '["SALES_ORDER"]'


def find_orders(
    client: FinaleClient, questions: Sequence[OrderRequest], prefixes: Sequence[str], progress: Progress
) -> dict[str, Match]:
    """Find Finale's orders for those of a marketplace.

    Returns:
        A match by marketplace order id; an order that Finale does not have is not among them.

    Raises:
        InventoryError: If Finale does not answer.
    """
    search = OrderSearch(client, questions, prefixes, progress)
    if client.now_schema().takes(ORDER, "search"):
        search.read_windows(ORDERS_PER_REQUEST)
        search.search()
    if not client.now_schema().takes(ORDER, "search"):
        search.read_windows(1)
        search.ask_one_by_one()
    progress("Orders asked", len(search.wanted), len(search.wanted))
    return search.matches()


class OrderSearch:
    """The search for some orders, and what it has found by now."""

    def __init__(
        self, client: FinaleClient, questions: Sequence[OrderRequest], prefixes: Sequence[str], progress: Progress
    ) -> None:
        self.wanted = {order.order_id: order for order in questions}
        self._client = client
        self._prefixes = prefixes
        self._progress = progress
        self._found: dict[str, FinaleOrder] = {}

    def matches(self) -> dict[str, Match]:
        """Return the matches by marketplace order id."""
        return match_orders(self.wanted, self._found.values(), self._prefixes)

    def remaining_orders(self) -> list[str]:
        """Return the orders that have not been found yet."""
        matches = self.matches()
        return [order_id for order_id in self.wanted if order_id not in matches]

    def read_windows(self, by_name_finds: int) -> None:
        """Read the days in which orders were placed, as long as a page finds as many as a request by name would."""
        missing = [self.wanted[order_id] for order_id in self.remaining_orders()]
        for begin, end in windows(missing, 2 * (by_name_finds - 1)):
            self._read_window(begin, end, by_name_finds)

    def _read_window(self, begin: date, end: date, by_name_finds: int) -> None:
        left = set(self.remaining_orders())
        poor_before = productive_before = False
        for page in _window(self._client, begin, end):
            self._take(page)
            hits = match_orders(left, page, self._prefixes)
            left -= set(hits)
            poor = len(hits) < by_name_finds
            if not left or (poor and (poor_before or productive_before)):
                return
            poor_before, productive_before = poor, not poor
            self._progress("Orders asked", len(self.wanted) - len(left), len(self.wanted))

    def search(self) -> None:
        """Search for those that are left by their numbers, many in a request."""
        for page in _searched(self._client, self.remaining_orders()):
            self._take(page)
        # Full text finds whole words: what the account puts before the number may hide it.
        for page in _searched(
            self._client, [prefix + each for each in self.remaining_orders() for prefix in self._prefixes]
        ):
            self._take(page)

    def ask_one_by_one(self) -> None:
        """Ask for those that are left over REST, which knows exact numbers only."""
        self._take(
            rest_orders(
                self._client, [prefix + each for each in self.remaining_orders() for prefix in ("", *self._prefixes)]
            )
        )

    def _take(self, orders: Iterable[FinaleOrder]) -> None:
        self._found |= {order.order_id: order for order in orders}


def windows(questions: Iterable[OrderRequest], few: int) -> list[tuple[date, date]]:
    """Return the spans of days in which more than a few orders were posted, so that reading all of them pays."""
    days = sorted(order.posted_on for order in questions)
    spans: list[list[date]] = []
    for day in days:
        if spans and day - spans[-1][-1] <= _GAP:
            spans[-1].append(day)
        else:
            spans.append([day])
    return [(span[0] - _BEFORE_POSTING, span[-1]) for span in spans if len(span) > few]


def _window(client: FinaleClient, begin: date, end: date) -> Iterator[list[FinaleOrder]]:
    def build(schema: Schema, cursor: str | None) -> str:
        arguments = {
            "first": str(ORDERS_PER_PAGE),
            "type": _SALES,
            "orderDate": span(begin, end),
            # Newest first: what is wanted lies at the end of the window, its thin beginning is asked for by name.
            "sort": sorted_by("orderDate", "desc"),
            **after(cursor),
        }
        return f"{{ orders: {call(schema, ORDER, arguments, order_node(schema))} }}"

    for nodes in pages(client, "orders", build):
        yield [read_order(node) for node in nodes]


def _searched(client: FinaleClient, texts: Iterable[str]) -> Iterator[list[FinaleOrder]]:
    for batch in batched(texts, ORDERS_PER_REQUEST):

        def build(schema: Schema, batch: tuple[str, ...] = batch) -> str:
            node = order_node(schema)
            searches = ({"first": "5", "type": _SALES, "search": quoted(text.strip())} for text in batch)
            parts = [f"a{number}: {call(schema, ORDER, each, node)}" for number, each in enumerate(searches)]
            return f"{{ {' '.join(parts)} }}"

        answer = client.ask(build)
        if not client.now_schema().takes(ORDER, "search"):
            return  # the account refused to search, so this is no answer to the question
        yield [read_order(node) for each in answer.values() for node in nodes_of(each)]
