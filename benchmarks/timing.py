"""The clock of the benchmarks."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def seconds(work: Callable[[], object], runs: int = 3) -> str:
    """Return the median of several runs after one warm-up, with the fastest and slowest."""
    work()
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return f"{statistics.median(taken):7.2f} s   (of {runs}: {min(taken):.2f} to {max(taken):.2f})"
