"""Progress on a terminal: one line that is written over; nothing where nobody looks."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TextIO

_WIDTH = 24


@dataclass(slots=True)
class TerminalProgress:
    """Draws a bar on standard error when that is a terminal."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _drawn: int = 0

    def __call__(self, what: str, done: int, total: int | None = None) -> None:
        """Draw how far it is; the line is cleared when all is done."""
        if not self.stream.isatty():
            return
        text = bar(what, done, total)
        self.stream.write("\r" + text.ljust(self._drawn))
        self._drawn = len(text)
        if total is not None and done >= total:
            self.stream.write("\r" + " " * self._drawn + "\r")
            self._drawn = 0
        self.stream.flush()


def bar(what: str, done: int, total: int | None) -> str:
    """Return one line that says how far it is."""
    if not total:
        return f"{what}: {done:,}"
    filled = min(_WIDTH, _WIDTH * done // total)
    return f"{what} [{'#' * filled}{'.' * (_WIDTH - filled)}] {done:,} of {total:,}"
