"""From which day on a store's payouts are pulled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.errors import CogsheetError

if TYPE_CHECKING:
    from collections.abc import Mapping

PULL_FROM = "pull from"
"""Name of the setting."""
MEANING = "First day to pull payouts of, as 2026-01-31; leave it blank for the last 90 days"
_USUAL = timedelta(days=90)


class PullStartError(CogsheetError):
    """The first day is not written as a day."""

    def __init__(self, text: str) -> None:
        super().__init__(f"'{text}' is not a day to pull payouts from. Write it as 2026-01-31, or leave it blank.")


def pull_start(settings: Mapping[str, str], now: datetime) -> datetime:
    """Return the first moment that payouts are pulled of, UTC.

    Raises:
        PullStartError: If the setting is no day.
    """
    text = settings.get(PULL_FROM, "").strip()
    if not text:
        return (now - _USUAL).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise PullStartError(text) from error
