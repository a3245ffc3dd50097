"""Numbers that look like a marketplace's, drawn from the business's own random source."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.business.dice import Dice

_LETTERS_AND_DIGITS = string.ascii_letters + string.digits
_ORDER_PREFIXES = (111, 112, 113, 114)


class Numbering:
    """Hands out order ids, item codes and shipment ids, none of them twice."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._used: set[str] = set()

    def order_id(self) -> str:
        """Return an Amazon order id (3-7-7 digits)."""
        return self._new(lambda: f"{self._dice.pick(_ORDER_PREFIXES)}-{self._digits(7)}-{self._digits(7)}")

    def multi_channel_order_id(self) -> str:
        """Return the id that Amazon gives to an order of another sales channel."""
        return self._new(lambda: f"S01-{self._digits(7)}-{self._digits(7)}")

    def item_code(self) -> str:
        """Return an order item code (14 digits)."""
        return self._new(lambda: self._digits(14))

    def shipment_id(self) -> str:
        """Return the marketplace's shipment id."""
        return self._new(lambda: "".join(self._dice.pick(_LETTERS_AND_DIGITS) for _ in range(9)))

    def adjustment_id(self) -> str:
        """Return the id of a refund or another adjustment."""
        return self._new(lambda: self._digits(11))

    def _digits(self, count: int) -> str:
        return str(self._dice.between(10 ** (count - 1), 10**count - 1))

    def _new(self, draw: Callable[[], str]) -> str:
        number = draw()
        while number in self._used:
            number = draw()
        self._used.add(number)
        return number
