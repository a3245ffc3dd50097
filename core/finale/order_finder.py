"""Finding the orders a sync asks for: by window of days while that is productive, the others by name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.finale.batches import batched
from core.finale.client import nodes_of, pages
from core.finale.matching import Match, match_orders
from core.finale.orders import FinaleOrder, read_order
from core.finale.queries import after, call, order_node, quoted, sorted_by, span
from core.finale.rest import rest_orders
from core.finale.schema import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from core.finale.client import FinaleClient
    from core.finale.schema import Schema
    from core.finale.system import OrderAsked
    from core.progress import Progress

ORDERS_PER_PAGE = 200
ORDERS_PER_REQUEST = 20
_BEFORE_POSTING = timedelta(days=3)
"""Orders are placed before a settlement posts them; older ones are asked for by name."""
_GAP = timedelta(days=10)
_SALES = '["SALES_ORDER"]'


def find_orders(
    client: FinaleClient, asked: Sequence[OrderAsked], prefixes: Sequence[str], progress: Progress
) -> dict[str, Match]:
    """Find Finale's orders for those of a marketplace.

    Returns:
        A match by marketplace order id; an order that Finale does not have is not among them.

    Raises:
        InventoryError: If Finale does not answer.
    """
    search = OrderSearch(client, asked, prefixes, progress)
    if client.now_schema().takes(ORDER, "search"):
        search.read_windows(ORDERS_PER_REQUEST)
        search.search()
    if not client.now_schema().takes(ORDER, "search"):
        search.read_windows(1)
        search.ask_one_by_one()
    progress("Orders", len(search.wanted), len(search.wanted))
    return search.matches()


class OrderSearch:
    """The search for some orders, and what it has found by now."""

    def __init__(
        self, client: FinaleClient, asked: Sequence[OrderAsked], prefixes: Sequence[str], progress: Progress
    ) -> None:
        self.wanted = {order.order_id: order for order in asked}
        self._client = client
        self._prefixes = prefixes
        self._progress = progress
        self._found: dict[str, FinaleOrder] = {}

    def matches(self) -> dict[str, Match]:
        """Return the matches by marketplace order id."""
        return match_orders(self.wanted, self._found.values(), self._prefixes)

    def left(self) -> list[str]:
        """Return the orders that have not been found yet."""
        matches = self.matches()
        return [order_id for order_id in self.wanted if order_id not in matches]

    def read_windows(self, by_name_finds: int) -> None:
        """Read the days in which orders were placed, as long as a page finds as many as a request by name would."""
        missing = [self.wanted[order_id] for order_id in self.left()]
        for begin, end in windows(missing, 2 * (by_name_finds - 1)):
            self._read_window(begin, end, by_name_finds)

    def _read_window(self, begin: date, end: date, by_name_finds: int) -> None:
        left = set(self.left())
        poor_before = productive_before = False
        for page in _window(self._client, begin, end):
            self._take(page)
            hits = match_orders(left, page, self._prefixes)
            left -= set(hits)
            poor = len(hits) < by_name_finds
            if not left or (poor and (poor_before or productive_before)):
                return
            poor_before, productive_before = poor, not poor
            self._progress("Orders", len(self.wanted) - len(left), len(self.wanted))

    def search(self) -> None:
        """Search for those that are left by their numbers, many in a request."""
        for page in _searched(self._client, self.left()):
            self._take(page)
        # Full text finds whole words: what the account puts before the number may hide it.
        for page in _searched(self._client, [prefix + each for each in self.left() for prefix in self._prefixes]):
            self._take(page)

    def ask_one_by_one(self) -> None:
        """Ask for those that are left over REST, which knows exact numbers only."""
        self._take(
            rest_orders(self._client, [prefix + each for each in self.left() for prefix in ("", *self._prefixes)])
        )

    def _take(self, orders: Iterable[FinaleOrder]) -> None:
        self._found |= {order.order_id: order for order in orders}


def windows(asked: Iterable[OrderAsked], few: int) -> list[tuple[date, date]]:
    """Return the spans of days in which more than a few orders were posted, so that reading all of them pays."""
    days = sorted(order.posted_on for order in asked)
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
            asked = ({"first": "5", "type": _SALES, "search": quoted(text.strip())} for text in batch)
            parts = [f"a{number}: {call(schema, ORDER, each, node)}" for number, each in enumerate(asked)]
            return f"{{ {' '.join(parts)} }}"

        answer = client.ask(build)
        if not client.now_schema().takes(ORDER, "search"):
            return  # the account refused to search, so this is no answer to the question
        yield [read_order(node) for each in answer.values() for node in nodes_of(each)]
