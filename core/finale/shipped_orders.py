"""The costs of orders that have left: their stock movements fetched, attributed, and given page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from core.finale.account_remarks import has_ledger, order_link
from core.finale.graphql_schema import LEDGER
from core.finale.movements import merged, movements_from_the_end, movements_in_spans
from core.finale.observations import cost_page
from core.finale.other_shipments import DaysRead
from core.finale.stock_history import Movement, last_averages
from core.finale.wanted_orders import BY_FIT, NEARBY, WantedOrder, attributed, order_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.finale.graphql_client import FinaleClient
    from core.finale.movements import Span
    from core.finale.observations import Recorder, Row
    from core.finale.system import CostPage
    from core.progress import Progress

_MANY = 40
"""More orders than this that left around the same days are fetched by window, fewer by single days."""
CORRECTED_WITHIN = timedelta(days=30)
"""So long after an order has left, corrections of it are looked for: they are entered days or weeks later."""
_RECENT = timedelta(days=70)
"""A small sync looks for corrections of the orders of so many days; beside a large one the few others are refunds of
old orders, for which that would mean reading the whole account's history."""


@dataclass(slots=True)
class ShippedOrders:
    """Some orders that have left, on their way to their costs."""

    client: FinaleClient
    recorder: Recorder
    progress: Progress
    days: DaysRead = field(default_factory=DaysRead)
    """Keeps every movement of the days that are read."""
    _without: list[WantedOrder] = field(default_factory=list)
    _done: int = 0
    _total: int = 0

    def pages(self, gone: Sequence[WantedOrder]) -> Iterator[CostPage]:
        """Fetch the movements of the orders and give their costs as soon as they are certain.

        Raises:
            InventoryError: If Finale does not answer; the pages before are good.
        """
        few: list[WantedOrder] = []
        self._total = len(gone)
        for days, together in clusters(gone):
            if len(together) > _MANY:
                yield from self._window((days[0], days[1] + CORRECTED_WITHIN), together)
            else:
                few += together
        if few:
            rows = self._rows(_days_of(few, small=len(few) == len(gone)))
            yield self._page(few, few, rows)
            self._tell(len(few))
        # Recorded on another day than it was shipped: looked for once more, a few days around.
        left = list(self._without)
        if left:
            rows = self._rows((begin - NEARBY, end + NEARBY) for begin, end in (wanted.days for wanted in left))
            yield self._page(left, left, rows, last_chance=True)

    def _window(self, days: Span, together: Sequence[WantedOrder]) -> Iterator[CostPage]:
        """Read a window from its end, so that an order is given with the corrections that were entered after it."""
        rows: list[Movement] = []
        left = list(together)
        sorted_by_day = self.client.now_schema().takes(LEDGER, "sort")
        for some in movements_from_the_end(self.client, *days):
            rows = sorted([*rows, *some], key=lambda row: row.record_date or days[0])
            reached = some[-1].record_date if some and sorted_by_day else None
            certain = [reached is not None and wanted.certain_by(reached) for wanted in left]
            ready = [wanted for wanted, known in zip(left, certain, strict=True) if known]
            left = [wanted for wanted, known in zip(left, certain, strict=True) if not known]
            yield self._page(ready, together, rows)
            self._tell(len(ready))
        self.days.add([days], rows)
        yield self._page(left, together, rows)
        self._tell(len(left))

    def _tell(self, more: int) -> None:
        self._done += more
        self.progress("Costs", self._done, self._total)

    def _rows(self, spans: Iterable[Span]) -> list[Movement]:
        wanted = list(spans)
        rows = [row for some in movements_in_spans(self.client, wanted) for row in some]
        self.days.add(wanted, rows)
        return rows

    def _page(
        self,
        ready: Sequence[WantedOrder],
        together: Sequence[WantedOrder],
        rows: Sequence[Movement],
        *,
        last_chance: bool = False,
    ) -> CostPage:
        schema = self.client.now_schema()
        if not has_ledger(schema):  # it turned out while reading: the movements say nothing of costs
            return cost_page(
                row for wanted in ready for row in order_rows(self.recorder, wanted, {}, reads_ledger=False)
            )
        grouped, source = attributed(rows, together, order_link(schema))
        seen = list(ready)
        if not last_chance:
            seen = [wanted for wanted in ready if _is_among(wanted, grouped)]
            self._without += [wanted for wanted in ready if not _is_among(wanted, grouped)]
        rows_of_page = [row for wanted in seen for row in order_rows(self.recorder, wanted, grouped, source)]
        return cost_page(
            [*rows_of_page, *(self._averages_of_days(seen, rows) if source == BY_FIT and last_chance else ())]
        )

    def _averages_of_days(self, orders: Sequence[WantedOrder], rows: Sequence[Movement]) -> list[Row]:
        """Return the averages of the days of shipping: proposals for orders whose movements cannot be told apart."""
        places = {
            (line.product_id, day)
            for each in orders
            for order in each.match.orders
            for line in order.lines
            for day in order.ship_dates
        }
        averages = last_averages(rows, sorted(places))
        unique = {(row.product_id, row.record_date): row for row in averages.values()}
        return [self.recorder.average_on_date(row) for row in unique.values()]


def _days_of(few: Sequence[WantedOrder], *, small: bool) -> Iterator[Span]:
    """Return the days to read for a few orders, with those of later corrections where that is all there is to read."""
    newest = max(wanted.days[1] for wanted in few)
    for begin, end in (wanted.days for wanted in few):
        yield (begin, end + CORRECTED_WITHIN) if small and end >= newest - _RECENT else (begin, end)


def _is_among(wanted: WantedOrder, grouped: Mapping[str, Sequence[Movement]]) -> bool:
    return any(order.order_id in grouped for order in wanted.match.orders)


def clusters(gone: Iterable[WantedOrder]) -> list[tuple[Span, list[WantedOrder]]]:
    """Group orders whose days of shipping follow each other without a gap of more than two days."""
    ordered = sorted(gone, key=lambda wanted: wanted.days)
    joined = merged((begin, end + timedelta(days=2)) for begin, end in (wanted.days for wanted in ordered))
    groups: list[tuple[Span, list[WantedOrder]]] = []
    for begin, end in joined:
        together = [wanted for wanted in ordered if begin <= wanted.days[0] <= end]
        groups.append(((begin, max(wanted.days[1] for wanted in together)), together))
    return groups
