"""The clock, passed in wherever the time matters, so that tests can hold it still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present moment, in UTC."""


def system_clock() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)
