"""What a benchmark measured: one name, one figure, what it is compared with, and the goal."""

from __future__ import annotations

import statistics
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table."""

    name: str
    figure: float
    unit: str
    compared_with: str
    ratio: float
    goal: float

    @property
    def ok(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio <= self.goal

    def as_record(self) -> dict[str, object]:
        """Return it as `bench --json` prints it."""
        return {**asdict(self), "ok": self.ok}

    def __str__(self) -> str:
        """Return it as `bench` prints it."""
        verdict = "" if self.ok else "   MISSED"
        return (
            f"{self.figure:9.2f} {self.unit}   {self.ratio:.2f} times {self.compared_with} (goal {self.goal}){verdict}"
        )


def cpu_medians(*works: Callable[[], object], runs: int = 3) -> list[float]:
    """Return the median CPU seconds of several works, measured by turns so that the machine's moods hit all of them."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for own, work in zip(taken, works, strict=True):
            begin = time.process_time()
            work()
            own.append(time.process_time() - begin)
    return [statistics.median(own) for own in taken]
