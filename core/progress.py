"""How long work says how far it is: the edge decides whether that is a status bar or a terminal."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called after each step of long work."""

    def __call__(self, what: str, done: int, total: int | None = None) -> None:
        """Say that `done` of `total` (if it is known) steps of `what` are behind us."""


def silent(what: str, done: int, total: int | None = None) -> None:
    """Show nothing."""
