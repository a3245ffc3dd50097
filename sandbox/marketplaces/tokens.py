"""Access tokens that a marketplace hands out and takes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Tokens:
    """The one token that is good at a time."""

    def __init__(self, prefix: str, seconds: int, now: Callable[[], float]) -> None:
        self._prefix = prefix
        self.seconds = seconds
        self._now = now
        self._issued = 0
        self._good = ""
        self._until = 0.0

    def new(self) -> str:
        """Hand out a token; the one before is no longer good."""
        self._issued += 1
        self._good, self._until = f"{self._prefix}-sandbox-token-{self._issued}", self._now() + self.seconds
        return self._good

    def is_good(self, token: str) -> bool:
        """Tell whether a token opens the pages."""
        return bool(token) and token == self._good and self._now() < self._until

    def expire(self) -> None:
        """Let the token at hand expire."""
        self._good = ""
