"""Limits on requests as marketplaces keep them: a burst, and so many a second after it. On only where switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.marketplaces.access import Now
    from sandbox.misbehaviour import Misbehaviour


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
