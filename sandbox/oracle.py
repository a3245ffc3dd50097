"""What the true cost of a sold line is, by the business's own books: none of it is computed by `core`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.business import Business

NOT_IN_FINALE = "order not in Finale"
NOT_SHIPPED = "not shipped in Finale"
NOT_MAPPED = "SKU unknown to Finale"
COST_BLANK = "cost blank"
COST_ZERO = "cost zero"


@dataclass(frozen=True, slots=True)
class Answer:
    """A unit cost, or why there is none."""

    unit_cost: Decimal | None
    """Per marketplace unit (a six-pack costs six), in the home currency, > 0."""
    why_not: str = ""


def expected_unit_cost(business: Business, order_id: str, sku: str) -> Decimal | None:
    """Return the cost per marketplace unit that Finale gives for a line, or `None`; `expected_answer` says why."""
    return expected_answer(business, order_id, sku).unit_cost


def expected_answer(business: Business, order_id: str, sku: str) -> Answer:
    """Return the cost per marketplace unit of an order's SKU, or why there is none.

    It is the sum over the products that one unit of the SKU stands for (one, several of a pack, the parts of a kit)
    of their units times the cost at which the product left on this order; six decimals, as its parts have.

    Args:
        business: Whose books are asked.
        order_id: The marketplace's order id.
        sku: As the settlement writes it.

    Raises:
        KeyError: If the business never had such an order.
    """
    order = business.order(order_id)
    parts = business.parts(sku)
    if order.inventory_id is None:
        return Answer(None, NOT_IN_FINALE)
    if not parts:
        return Answer(None, NOT_MAPPED)
    if order.status == "Cancelled" or not any(shipment.in_inventory for shipment in business.shipments_of(order_id)):
        return Answer(None, NOT_SHIPPED)
    costs = [(part.units, business.order_cost(order_id, part.product_id)) for part in parts]
    known = [units * cost for units, cost in costs if cost is not None]
    if len(known) < len(costs):
        return Answer(None, COST_BLANK)
    if any(cost == 0 for _units, cost in costs):
        return Answer(None, COST_ZERO)
    return Answer(sum(known, Decimal(0)))


def expected_proposal(business: Business, sku: str) -> Decimal | None:
    """Return the cost per marketplace unit by the averages of today, or `None` where one is not known."""
    averages = [(part.units, business.average_now(part.product_id)) for part in business.parts(sku)]
    known = [units * average for units, average in averages if average is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(averages) else None
