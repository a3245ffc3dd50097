"""Fetching the stock history: by window of days, by single days, and per product up to a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.finale.graphql_client import batched, nodes_of, pages, pages_read
from core.finale.graphql_schema import LEDGER
from core.finale.queries import SALE_SHIPMENT, after, call, ledger_node, quoted, sorted_by, span
from core.finale.stock_history import Movement, last_averages, not_shown_before, read_movement
from core.http.responses import next_cursor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from typing import Any

    from core.finale.graphql_client import FinaleClient
    from core.finale.graphql_schema import Schema


MOVEMENTS_PER_PAGE = 500
SPANS_PER_REQUEST = 20
_MOVEMENTS_PER_SPAN = 250
_PRODUCTS_PER_REQUEST = 20
_LOOK_BACK = (timedelta(days=30), timedelta(days=120), timedelta(days=400))

Span = tuple["date", "date"]


def movements_between(
    client: FinaleClient, begin: date, end: date, *, all_kinds: bool = False
) -> Iterator[list[Movement]]:
    """Fetch the movements of a window of days page by page, oldest first.

    Where the account cannot narrow by date, the history is read from its end instead, and given as one page.

    Raises:
        InventoryError: If Finale does not answer.
    """
    if client.now_schema().takes(LEDGER, "recordDate"):
        yield from _window(client, begin, end, all_kinds=all_kinds, mode="asc")
        return
    rows: list[Movement] = []
    for page in _window(client, begin, end, all_kinds=all_kinds, mode="desc"):
        rows += page
        if page and page[-1].record_date and page[-1].record_date < begin and client.now_schema().takes(LEDGER, "sort"):
            break
    there = [row for row in rows if row.record_date is not None and begin <= row.record_date <= end]
    yield sorted(there, key=lambda row: row.record_date or begin)


def movements_from_the_end(client: FinaleClient, begin: date, end: date) -> Iterator[list[Movement]]:
    """Fetch the sale movements of a window of days page by page, newest first.

    Where the account cannot narrow by date, they are given as one page.

    Raises:
        InventoryError: If Finale does not answer.
    """
    if client.now_schema().takes(LEDGER, "recordDate"):
        yield from _window(client, begin, end, all_kinds=False, mode="desc")
        return
    yield from movements_between(client, begin, end)


def _window(client: FinaleClient, begin: date, end: date, *, all_kinds: bool, mode: str) -> Iterator[list[Movement]]:
    def build(schema: Schema, cursor: str | None) -> str:
        arguments = {
            "first": str(MOVEMENTS_PER_PAGE),
            **({} if all_kinds else {"transactionType": quoted(SALE_SHIPMENT)}),
            "recordDate": span(begin, end),
            "sort": sorted_by("recordDate", mode),
            **after(cursor),
        }
        return f"{{ ledger: {call(schema, LEDGER, arguments, ledger_node(schema))} }}"

    before: list[dict[str, Any]] = []
    for nodes in pages(client, "ledger", build):
        schema = client.now_schema()
        yield _read(not_shown_before(before, nodes, schema), schema)
        before = nodes


def movements_in_spans(client: FinaleClient, spans: Iterable[Span]) -> Iterator[list[Movement]]:
    """Fetch the sale movements of many short spans of days, several in one request; nothing is given twice.

    Raises:
        InventoryError: If Finale does not answer.
    """
    apart = merged(spans)
    if not client.now_schema().takes(LEDGER, "recordDate"):
        if apart:
            yield from movements_between(client, apart[0][0], apart[-1][1])
        return
    for batch in batched(apart, SPANS_PER_REQUEST):
        yield from _batch_of_spans(client, batch)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans sorted, those that overlap joined to one."""
    apart: list[Span] = []
    for begin, end in sorted(spans):
        if apart and begin <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((begin, end))
    return apart


def _batch_of_spans(client: FinaleClient, batch: Sequence[Span]) -> Iterator[list[Movement]]:
    waiting: dict[int, str | None] = dict.fromkeys(range(len(batch)))
    read = {number: pages_read("ledger") for number in waiting}
    before: dict[int, list[dict[str, Any]]] = {number: [] for number in waiting}
    while waiting:

        def build(schema: Schema, waiting: Mapping[int, str | None] = waiting) -> str:
            parts = [f"d{number}: {_span_call(schema, batch[number], cursor)}" for number, cursor in waiting.items()]
            return f"{{ {' '.join(parts)} }}"

        answer, schema = client.ask(build), client.now_schema()
        cursors = {number: next_cursor(answer.get(f"d{number}")) for number in waiting}
        shown = {number: read[number].new(nodes_of(answer.get(f"d{number}")), cursors[number]) for number in waiting}
        new = (not_shown_before(before[number], page, schema) for number, page in shown.items())
        yield [row for page in new for row in _read(page, schema)]
        before |= shown
        waiting = {number: cursor for number, cursor in cursors.items() if cursor is not None}


def _span_call(schema: Schema, days: Span, cursor: str | None) -> str:
    arguments = {
        "first": str(_MOVEMENTS_PER_SPAN),
        "transactionType": quoted(SALE_SHIPMENT),
        "recordDate": span(*days),
        "sort": sorted_by("recordDate", "asc"),
        **after(cursor),
    }
    return call(schema, LEDGER, arguments, ledger_node(schema))


def averages_on(
    client: FinaleClient, wanted: Sequence[tuple[str, date]], urls: Mapping[str, str]
) -> dict[tuple[str, date], Movement]:
    """Return for each (product, day) the last movement of any kind on or before the day, as far as there is one.

    Args:
        client: Where to ask.
        wanted: Products and days.
        urls: Paths of the products, for the filter by product where the account has one.

    Raises:
        InventoryError: If Finale does not answer.
    """
    if not wanted:
        return {}
    schema = client.now_schema()
    filtered = [want for want in wanted if want[0] in urls] if _filters_by_product(schema) else []
    averages = _by_product(client, filtered, urls)
    earlier = min(day for _, day in wanted)
    latest = max(day for _, day in wanted)
    for back in _LOOK_BACK:
        left = [want for want in wanted if want not in averages and want not in filtered]
        if not left:
            break
        begin = earlier - back
        rows = [row for page in movements_between(client, begin, latest, all_kinds=True) for row in page]
        averages |= last_averages(rows, left)
        latest = begin
    return averages


def _filters_by_product(schema: Schema) -> bool:
    return all(schema.takes(LEDGER, name) for name in ("product", "recordDate", "last", "sort"))


def _by_product(
    client: FinaleClient, wanted: Sequence[tuple[str, date]], urls: Mapping[str, str]
) -> dict[tuple[str, date], Movement]:
    averages: dict[tuple[str, date], Movement] = {}
    for batch in batched(wanted, _PRODUCTS_PER_REQUEST):

        def build(schema: Schema, batch: tuple[tuple[str, date], ...] = batch) -> str:
            parts = []
            for number, (product_id, day) in enumerate(batch):
                arguments = {
                    "last": "1",
                    "product": f"[{quoted(urls[product_id])}]",
                    "recordDate": f'{{end:"{day.isoformat()}"}}',
                    "sort": sorted_by("recordDate", "asc"),
                }
                parts.append(f"v{number}: {call(schema, LEDGER, arguments, ledger_node(schema))}")
            return f"{{ {' '.join(parts)} }}"

        answer = client.ask(build)
        for number, want in enumerate(batch):
            rows = _read(nodes_of(answer.get(f"v{number}")), client.now_schema())
            averages |= last_averages(rows, [want])
    return averages


def _read(nodes: Iterable[Mapping[str, Any]], schema: Schema) -> list[Movement]:
    rows = (read_movement(node, schema) for node in nodes)
    return [row for row in rows if row is not None]
