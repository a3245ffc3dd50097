"""The sign of units: sale +, goods back -."""

from __future__ import annotations

from core.model import Event

_COMES_BACK = frozenset({Event.REFUND, Event.DISPUTE, Event.REIMBURSEMENT_REVERSAL})


def returned(event: Event, quantity: int | None) -> int | None:
    """Return a quantity as Amazon states it with the sign of what happens to the goods.

    Amazon states refunds and taken-back reimbursements as positive numbers; a loss in the warehouse is + because its
    units leave the stock.
    """
    if quantity is None:
        return None
    return -abs(quantity) if event in _COMES_BACK else quantity
