"""Finale's request limits: 120 GET and 120 POST a minute, 300 collection requests an hour.

See docs/facts/finale-api.md, Limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTE = 60
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Limits:
    """How many requests of each kind are answered."""

    gets_per_minute: int = 120
    posts_per_minute: int = 120
    collections_per_hour: int = 300


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left after a request, as the three `X-RateLimit` headers say."""

    limit: int
    remaining: int
    """Negative: this request was too many."""
    reset: int
    """Unix seconds."""

    @property
    def headers(self) -> dict[str, str]:
        """The three headers."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.remaining)),
            "X-RateLimit-Reset": str(self.reset),
        }


class Meter:
    """Counts requests in fixed windows of the clock."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._used: dict[tuple[str, int], int] = {}

    def take(self, method: str, *, collection: bool) -> Budget:
        """Count a request and return the tightest of the budgets that it is charged to."""
        if method == "GET":
            budgets = [self._charge("GET", self._limits.gets_per_minute, MINUTE)]
        else:
            budgets = [self._charge("POST", self._limits.posts_per_minute, MINUTE)]
        if collection:
            budgets.append(self._charge("collection", self._limits.collections_per_hour, HOUR))
        return min(budgets, key=lambda budget: budget.remaining)

    def exhausted(self, seconds: float) -> Budget:
        """Return the budget that a refusal shows: nothing left for so many seconds."""
        return Budget(self._limits.posts_per_minute, 0, ceil(self._now() + seconds))

    def forget(self) -> None:
        """Start counting anew."""
        self._used.clear()

    def _charge(self, name: str, limit: int, seconds: int) -> Budget:
        window = floor(self._now() / seconds)
        used = self._used[name, window] = self._used.get((name, window), 0) + 1
        return Budget(limit, limit - used, (window + 1) * seconds)
