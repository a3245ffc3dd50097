"""What is said about one wanted order: the cost of each of its products, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from core.finale.observations import SOURCE_LEDGER, SOURCE_ORDER, Recorder, Row
from core.finale.orders import ordered_units
from core.finale.parse import Cost, number_of
from core.finale.stock_history import Movement, ShippedCost, by_fit, by_order, shipments
from core.model import INTO_NEGATIVE_STOCK, Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.finale.order_finder import Match
    from core.finale.system import OrderRequest

NEARBY = timedelta(days=3)
"""So far from the day of shipping a movement may be recorded."""
_PACKED_BEFORE = timedelta(days=1)
_SHIPS_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class WantedOrder:
    """One wanted order that Finale has."""

    question: OrderRequest
    match: Match

    @property
    def order_date(self) -> date | None:
        """The day on which it was placed; of several orders in Finale the first."""
        return min((order.order_date for order in self.match.orders if order.order_date), default=None)

    @property
    def has_left(self) -> bool:
        """Whether anything of it has left."""
        return any(order.is_shipped for order in self.match.orders)

    @property
    def left_on(self) -> date | None:
        """The last day on which anything of it left, as far as Finale says so."""
        return max((day for order in self.match.orders if order.is_shipped for day in order.ship_dates), default=None)

    def certain_by(self, reached: date) -> bool:
        """Return whether all its movements are there when those after a day are: read from the end, so corrected."""
        return reached < self.days[0] - _PACKED_BEFORE

    @property
    def days(self) -> tuple[date, date]:
        """The first and last day on which its goods may have left."""
        known = [day for order in self.match.orders for day in order.ship_dates]
        if known:
            return min(known), max(known)
        ordered = [order.order_date for order in self.match.orders if order.order_date]
        begin = min(ordered, default=self.question.posted_on - _SHIPS_WITHIN)
        return begin, begin + _SHIPS_WITHIN


def order_rows(
    recorder: Recorder,
    order: WantedOrder,
    movements: Mapping[str, Sequence[Movement]],
    source: str = SOURCE_LEDGER,
    *,
    reads_ledger: bool = True,
) -> list[Row]:
    """Return the observations of one wanted order: a row for each product that Finale has on it.

    A product that left in several shipments, at different costs or on different days, has a row for each of them.

    Args:
        recorder: Makes the rows.
        order: The order and what it is in Finale.
        movements: Sale movements by Finale's order id.
        source: Where the movements were read.
        reads_ledger: Whether a product without movement is known not to have left.
    """
    rule = order.match.rule
    order_id = order.question.order_id
    if not order.match.orders:
        return [recorder.missing_cost(order_id, None, Cause.ORDER_NOT_FOUND, rule, rule)]
    without = _without_movement(order, reads_ledger=reads_ledger)
    rows = list(_product_rows(recorder, order, movements, source, without))
    return rows or [recorder.missing_cost(order_id, None, Cause.NOT_SHIPPED, without.raw, rule)]


def _product_rows(
    recorder: Recorder, wanted: WantedOrder, movements: Mapping[str, Sequence[Movement]], source: str, without: Cost
) -> Iterator[Row]:
    own = [movement for order in wanted.match.orders for movement in movements.get(order.order_id, ())]
    left = shipments(own, count_packing=wanted.has_left)
    ordered = ordered_units(wanted.match.orders)
    for product_id in dict.fromkeys((*ordered, *left)):
        for shipped in left.get(product_id, (None,)):
            units = shipped.units if shipped and shipped.units > 0 else ordered.get(product_id)
            gone = wanted.left_on if without.cause is not Cause.NOT_SHIPPED else None
            yield recorder.order(
                wanted.question.order_id,
                product_id,
                shipped.cost if shipped else without,
                units=units,
                record_date=shipped.record_date if shipped else gone,
                source=_source(shipped, source),
                rule=wanted.match.rule,
                order_date=wanted.order_date,
            )


def _source(shipped: ShippedCost | None, source: str) -> str:
    if shipped is None:
        return SOURCE_ORDER
    return f"{source}, {INTO_NEGATIVE_STOCK}" if shipped.after_negative else source


def _without_movement(wanted: WantedOrder, *, reads_ledger: bool) -> Cost:
    """Return why a product that no movement shows has no cost."""
    statuses = ", ".join(dict.fromkeys(order.status or "no status" for order in wanted.match.orders))
    wholly = all(order.wholly_shipped for order in wanted.match.orders)
    gone = wholly if reads_ledger else wanted.has_left
    return Cost(None, statuses, Cause.COST_BLANK if gone else Cause.NOT_SHIPPED)


def not_found(
    recorder: Recorder, questions: Iterable[OrderRequest], matches: Mapping[str, Match], raw: str | None = None
) -> list[Row]:
    """Return the observations of the wanted orders that Finale does not have."""
    return [
        recorder.missing_cost(order.order_id, None, Cause.ORDER_NOT_FOUND, raw, None)
        for order in questions
        if order.order_id not in matches
    ]


def with_negative_stock_marks(movements: Iterable[Movement]) -> list[Movement]:
    """Return the movements, those marked whose average was made by a receipt into negative stock.

    The mark stays as long as the average does: a later receipt sets it right, or nearly so. What was received before
    the first movement given cannot be seen.

    Args:
        movements: Oldest first, those of one day in the order they happened.
    """
    before: dict[str, Movement] = {}
    rows = []
    for movement in movements:
        last = before.get(movement.product_id)
        if last is not None and movement.average is not None:
            same = number_of(last.average) == number_of(movement.average)
            suspect = last.after_negative if same else last.leaves_negative
            movement = replace(movement, after_negative=suspect)  # noqa: PLW2901 - the same one, marked
        before[movement.product_id] = movement
        rows.append(movement)
    return rows


BY_LABEL = f"{SOURCE_LEDGER}, by the shipment's number"
BY_FIT = f"{SOURCE_LEDGER}, by product, day and units"


def attributed(
    movements: Sequence[Movement], wanted: Sequence[WantedOrder], link: str | None
) -> tuple[dict[str, list[Movement]], str]:
    """Return the sale movements by Finale's order id, and the words for the way they were found.

    Args:
        movements: All there are of the orders' days of shipping.
        wanted: The orders.
        link: How a movement names its order, see `account_remarks.order_link`.
    """
    movements = with_negative_stock_marks(movements)
    orders = [order for each in wanted for order in each.match.orders]
    if link in {"shipment", "order"}:
        return by_order(movements, orders), SOURCE_LEDGER
    if link == "description":
        grouped = by_order(movements, orders)
        if grouped:
            return grouped, BY_LABEL
    return by_fit(movements, orders), BY_FIT
