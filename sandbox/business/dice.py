"""Chance that falls the same on every Python, and numbers like a marketplace's drawn from it.

The standard library promises the same numbers from version to version for `random()` only, not for `choice`, `sample`
and their like.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

T = TypeVar("T")


class Dice:
    """Draws from one random source, in the order in which it is asked."""

    def __init__(self, source: Random) -> None:
        self._source = source

    def share(self) -> float:
        """Return a number from 0 to below 1."""
        return self._source.random()

    def chance(self, share: float) -> bool:
        """Return whether something happens that happens this often."""
        return self.share() < share

    def below(self, end: int) -> int:
        """Return a whole number from 0 to below `end`."""
        return int(self.share() * end)

    def between(self, first: int, last: int) -> int:
        """Return a whole number from `first` to `last`, both included."""
        return first + self.below(last - first + 1)

    def pick(self, things: Sequence[T]) -> T:
        """Return one of some things."""
        return things[self.below(len(things))]

    def pick_weighted(self, weights: dict[T, int]) -> T:
        """Return one of some things, each as often as its weight says."""
        left = self.below(sum(weights.values()))
        for thing, weight in weights.items():
            left -= weight
            if left < 0:
                return thing
        raise ValueError(weights)

    def some(self, things: Sequence[T], count: int) -> list[T]:
        """Return so many different ones of some things, in no order."""
        rest = list(things)
        return [rest.pop(self.below(len(rest))) for _ in range(count)]


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
