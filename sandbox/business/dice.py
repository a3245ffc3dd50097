"""Chance that falls the same on every Python: built on `Random.random` alone.

The standard library promises the same numbers from version to version for `random()` only, not for `choice`, `sample`
and their like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
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
