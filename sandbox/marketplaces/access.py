"""What is needed to connect to a store in the sandbox, and the tokens that its pages give out and ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.misbehaviour import Misbehaviour

Now = Callable[[], float]
"""Answers Unix seconds."""


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """Where a store of the business can be reached, and what opens it."""

    store: str
    marketplace: str
    url: str
    """In place of the marketplace's own addresses."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """By the names under which they are asked when a store is connected; so are the secrets."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class Tokens:
    """Access tokens that end after a while, or earlier where the sandbox is told so."""

    def __init__(self, prefix: str, lifetime: int, switches: Misbehaviour, now: Now) -> None:
        self.lifetime = lifetime
        self._prefix = prefix
        self._switches = switches
        self._now = now
        self._numbers = count(1)
        self._ends: dict[str, float] = {}

    def new(self) -> str:
        """Give out a token."""
        token = f"{self._prefix}{next(self._numbers):08}"
        self._ends[token] = self._now() + self.lifetime
        return token

    def refusal(self, token: str | None) -> str:
        """Return why a token does not open the door: `missing`, `unknown` or `expired`; empty if it does."""
        if not token:
            return "missing"
        if token not in self._ends:
            return "unknown"
        if self._switches.strikes("token-expires"):
            self._ends[token] = self._now()
        return "expired" if self._now() >= self._ends[token] else ""


class Quotas:
    """What is left of the quota of each operation."""

    def __init__(self, rates: Mapping[str, tuple[float, int]], switches: Misbehaviour, now: Now) -> None:
        self._rates = rates
        """Requests a second, and how many at once, by operation."""
        self._switches = switches
        self._now = now
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, operation: str) -> bool:
        """Count a request and tell whether it may be answered."""
        rate, burst = self._rates[operation]
        left, since = self._left.get(operation, (float(burst), self._now()))
        left = min(float(burst), left + (self._now() - since) * rate)
        granted = left >= 1 or "marketplace-limits" not in self._switches
        self._left[operation] = max(0.0, left - 1) if granted else left, self._now()
        return granted
