"""Costs that left after goods had been received into negative stock: such an average is distorted.

See docs/facts/finale-api.md, How Finale costs goods.

Only the movements of sales are read, so the receipt itself is not seen. It shows in two of them that follow each other:
the first leaves the stock negative, and the second has another average.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.finale.parse import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.finale.ledger import Movement


def marked(movements: Iterable[Movement]) -> list[Movement]:
    """Return the movements, those marked whose average was made by a receipt into negative stock.

    The mark stays as long as the average does: a later receipt sets it right, or nearly so. What was received before
    the first movement given cannot be seen.

    Args:
        movements: Oldest first, those of one day in the order they happened.
    """
    before: dict[str, Movement] = {}
    found = []
    for movement in movements:
        last = before.get(movement.product_id)
        if last is not None and movement.average is not None:
            same = number_of(last.average) == number_of(movement.average)
            suspect = last.after_negative if same else last.leaves_negative
            movement = replace(movement, after_negative=suspect)  # noqa: PLW2901 - the same one, marked
        before[movement.product_id] = movement
        found.append(movement)
    return found
