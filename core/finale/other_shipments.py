"""What left stock on orders that no settlement line names: read beside the costs, from the same stock history.

Finale ships a replacement for nothing, or three units to be disposed of: no marketplace posts a line for either, and
the goods are gone all the same. A sync reads the sale movements of whole days, so it sees these too; what it saw is
kept (`core.books.syncing.stored_observations`), and `core.reports.left_stock` judges it whenever the books are asked.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from core.finale.observations import left_page
from core.finale.order_finder import CUSTOMER_PO, match_orders, names_of
from core.finale.orders import FinaleOrder
from core.finale.parse import order_of_label
from core.finale.stock_history import shipped_costs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from core.finale.observations import Recorder, Row
    from core.finale.order_finder import Match
    from core.finale.stock_history import Movement
    from core.finale.system import CostPage, OrderRequest

Span = tuple["date", "date"]

LONGEST_GAP = timedelta(days=14)
"""Days between those that were read anyway are read too, up to so many in a row; a longer gap is a time that nobody
asked about (two settlements a year apart), and an account's history of a year would be hundreds of requests."""
_ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class DaysRead:
    """The sale movements of days that were read whole, each day's once however often it was read."""

    movements: list[Movement] = field(default_factory=list)
    days: set[date] = field(default_factory=set)

    def add(self, spans: Iterable[Span], rows: Iterable[Movement]) -> None:
        """Take the movements of spans of days that have been read to their end."""
        new = {day for span in spans for day in _days(*span)} - self.days
        self.movements += [row for row in rows if row.record_date in new]
        self.days |= new

    def gaps(self, first: date, last: date) -> list[Span]:
        """Return the spans that lie between read days from one day to another, without those that are too long."""
        spans: list[Span] = []
        within = [day for day in self.days if first <= day <= last]
        for day in _days(min(within), max(within)) if within else ():
            if day in self.days:
                continue
            if spans and spans[-1][1] == day - _ONE_DAY:
                spans[-1] = (spans[-1][0], day)
            else:
                spans.append((day, day))
        return [span for span in spans if span[1] - span[0] < LONGEST_GAP]


def other_shipments(
    recorder: Recorder,
    movements: Iterable[Movement],
    questions: Sequence[OrderRequest],
    matches: Mapping[str, Match],
    prefixes: Sequence[str],
) -> CostPage:
    """Return what left on orders that were not asked for: a row per order, product and day.

    An order that only its customer PO ties to one that was asked for is given too, with that id among its names, so
    that a later sync which does not ask for it takes it for no other.

    Args:
        recorder: Makes the rows.
        movements: Sale movements of whole days.
        questions: The orders that were asked for; what left before the first of them was posted is left out.
        matches: Finale's orders of those, as far as they are there.
        prefixes: What the account puts before the marketplace's ids.
    """
    if not questions:
        return left_page()
    first = min(order.posted_on for order in questions)
    days = _by_order_and_day((row for row in movements if row.record_date and row.record_date >= first), matches)
    orders = {order_id: FinaleOrder(order_id, "completed") for order_id, _ in days}
    known = {
        order.order_id
        for match in match_orders([one.order_id for one in questions], orders.values(), prefixes).values()
        for order in match.orders
    }
    also = _named_by_po(matches)
    rows: list[Row] = []
    for (order_id, day), moved in sorted(days.items(), key=lambda item: (item[0][1], item[0][0])):
        if order_id not in known:
            names = json.dumps(sorted({*names_of(orders[order_id], prefixes), *also.get(order_id, ())}))
            costs = shipped_costs(moved)
            rows += [recorder.left_stock(order_id, names, product_id, one, day) for product_id, one in costs.items()]
    return left_page(rows)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _by_order_and_day(
    movements: Iterable[Movement], matches: Mapping[str, Match]
) -> dict[tuple[str, date], list[Movement]]:
    labels = {
        shipment.shipment_id: order.order_id
        for match in matches.values()
        for order in match.orders
        for shipment in order.shipments
        if shipment.shipment_id
    }
    grouped: dict[tuple[str, date], list[Movement]] = defaultdict(list)
    for row in movements:
        order_id = _order_named(row, labels)
        if row.is_sale and order_id is not None and row.record_date is not None:
            grouped[order_id, row.record_date].append(row)
    return grouped


def _order_named(row: Movement, labels: Mapping[str, str]) -> str | None:
    """Return the order a movement names, or the one its shipment's label `<order>-<n>` belongs to."""
    if row.order_id is not None:
        return row.order_id
    label = row.shipment_id or row.description
    if label is None or label in labels:
        return labels.get(label or "")
    return order_of_label(label)


def _named_by_po(matches: Mapping[str, Match]) -> dict[str, list[str]]:
    by_order: dict[str, list[str]] = defaultdict(list)
    for order_id, match in matches.items():
        for order in match.orders if match.rule == CUSTOMER_PO else ():
            by_order[order.order_id].append(order_id)
    return by_order
