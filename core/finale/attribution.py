"""Which wanted order each stock movement belongs to, by the best way the account offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.finale.ledger import by_fit, by_order
from core.finale.negative_stock import marked
from core.finale.observations import SOURCE_LEDGER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.finale.ledger import Movement
    from core.finale.order_costs import Wanted

BY_LABEL = f"{SOURCE_LEDGER}, by the shipment's number"
BY_FIT = f"{SOURCE_LEDGER}, by product, day and units"


def attributed(
    movements: Sequence[Movement], wanted: Sequence[Wanted], link: str | None
) -> tuple[dict[str, list[Movement]], str]:
    """Return the sale movements by Finale's order id, and the words for the way they were found.

    Args:
        movements: All there are of the orders' days of shipping.
        wanted: The orders.
        link: How a movement names its order, see `remarks.order_link`.
    """
    movements = marked(movements)
    orders = [order for each in wanted for order in each.match.orders]
    if link in {"shipment", "order"}:
        return by_order(movements, orders), SOURCE_LEDGER
    if link == "description":
        grouped = by_order(movements, orders)
        if grouped:
            return grouped, BY_LABEL
    return by_fit(movements, orders), BY_FIT
