"""How the services' limits on requests are kept: ours before asking, theirs from the answer's headers."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.time import Clock

Sleep = Callable[[float], None]
"""Waits so many seconds."""

_LONGEST_WAIT = 366 * 24 * 3600.0
_SLOWEST, _FASTEST = 1 / 600, 1_000_000.0
"""Calls a second that a service can mean to grant: one in ten minutes is waited for, less is no pace."""
_RELATIVE_BELOW = 100_000_000  # a smaller X-RateLimit-Reset is no moment but a number of seconds


class TokenBucket:
    """Lets so many calls through at once and so many a second after that."""

    def __init__(self, burst: float, per_second: float, *, clock: Clock, sleep: Sleep) -> None:
        self._burst = self._tokens = burst
        self._per_second = per_second
        self._clock = clock
        self._sleep = sleep
        self._filled_at = clock()

    @classmethod
    def within(cls, limit: int, seconds: float, *, clock: Clock, sleep: Sleep) -> TokenBucket:
        """Make a bucket that never lets more than `limit` calls through in any span of so many seconds."""
        half = limit / 2
        return cls(half, (limit - half) / seconds, clock=clock, sleep=sleep)

    def refill(self, per_second: float) -> None:
        """Go on at another pace: the one that the service says it grants this account."""
        self._fill()
        if per_second > 0:
            self._per_second = per_second

    def take(self) -> None:
        """Take a token, waiting for it if none is there."""
        self._fill()
        self._tokens -= 1
        if self._tokens < 0:
            self._sleep(-self._tokens / self._per_second)

    def _fill(self) -> None:
        now = self._clock()
        passed = max(0.0, (now - self._filled_at).total_seconds())
        self._tokens = min(self._burst, self._tokens + passed * self._per_second)
        self._filled_at = max(now, self._filled_at)


def seconds_to_wait(headers: Mapping[str, str], now: datetime) -> float:
    """Return how long the service asks us to wait: X-RateLimit-Reset, else Retry-After, else 0 (it did not say).

    Walmart's name for the first is X-Next-Replenishment-Time, in milliseconds. Whatever the headers hold, it is a
    number from 0 to that of a year.
    """
    return min(max(0.0, _asked_to_wait(headers, now)), _LONGEST_WAIT)


def rate(text: object) -> float:
    """Return how many calls a second a service says that it grants; 0 where it says none, or none that can be meant."""
    number = _number(str(text))
    return number if number is not None and _SLOWEST <= number <= _FASTEST else 0.0


def _asked_to_wait(headers: Mapping[str, str], now: datetime) -> float:
    replenished = _number(headers.get("x-next-replenishment-time"))
    if replenished is not None and replenished >= _RELATIVE_BELOW * 1000:
        return replenished / 1000 - now.timestamp()
    reset = _number(headers.get("x-ratelimit-reset"))
    if reset is not None and reset >= _RELATIVE_BELOW:
        reset -= now.timestamp()
    if reset is not None and reset > 0:
        return reset
    wait = headers.get("retry-after", "")
    seconds = _number(wait)
    return _seconds_until(wait, now) if seconds is None else seconds


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _seconds_until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0
