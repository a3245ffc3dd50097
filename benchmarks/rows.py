"""What a benchmark measured: one name, one figure, what it is compared with, and the goal."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import resource
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.goals import GOALS

if TYPE_CHECKING:
    from collections.abc import Callable


class Took(NamedTuple):
    """How long a work took."""

    cpu: float
    wall: float

    def over(self, times: int) -> Took:
        """Return what one of so many repetitions took."""
        return Took(self.cpu / times, self.wall / times)


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table, measured."""

    name: str
    figure: float
    """CPU seconds, megabytes or a count."""
    ratio: float | None
    """What is judged; `None` where nothing is known to compare with, since the work was ended before."""
    wall: float | None = None
    """The same ratio by the clock on the wall."""
    over: bool = False
    """Whether the work was ended at its limit, so that figure and ratio are the least that it would have taken."""

    broken: bool = False
    """Whether the measurement ended with an error, so that there is no figure."""

    @property
    def state(self) -> str:
        """What the row comes to, in a word."""
        return "broken" if self.broken else "over" if self.over else "reached" if self.ok else "missed"

    @property
    def ok(self) -> bool:
        """Whether the goal is reached."""
        return not self.over and not self.broken and self.ratio is not None and self.ratio <= GOALS[self.name].goal

    def as_record(self) -> dict[str, object]:
        """Return it as `bench --json` prints it."""
        row = GOALS[self.name]
        return {
            "name": self.name,
            "figure": round(self.figure, 4),
            "unit": f"{row.unit} ({self.state})" if self.over or self.broken else row.unit,
            "compared_with": row.compared_with,
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "goal": row.goal,
            "ok": self.ok,
        }

    def as_event(self) -> dict[str, object]:
        """Return it as one process tells it to another."""
        return asdict(self)

    def __str__(self) -> str:
        """Return it as `bench` prints it."""
        row = GOALS[self.name]
        ratio = "?" if self.ratio is None else f"{self.ratio:.3g}"
        wall = "" if self.wall is None else f" (wall {self.wall:.3g})"
        verdict = "ok" if self.ok else self.state.upper()
        return (
            f"{self.name:<26}{self.figure:10.3f} {row.unit:<9}{ratio:>8}{wall}  of {row.compared_with}"
            f"  goal {row.goal:g}  {verdict}"
        )


def by_turns(*works: Callable[[], object], runs: int = 3) -> list[Took]:
    """Return the medians of several works, done by turns so that the machine's moods hit all of them alike."""
    taken: list[list[Took]] = [[] for _ in works]
    for _ in range(runs):
        for own, work in zip(taken, works, strict=True):
            own.append(took(work))
    return [Took(*(statistics.median(part) for part in zip(*own, strict=True))) for own in taken]


def took(work: Callable[[], object]) -> Took:
    """Return what doing something takes; some machines count CPU in hundredths of a second, so let it be long."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Took(time.process_time() - cpu, time.perf_counter() - wall)


def compared(
    name: str,
    work: Callable[[], object],
    other: Callable[[], object],
    *,
    runs: int = 3,
    warm: Callable[[], object] | None = None,
) -> Result:
    """Measure a work beside what it is compared with.

    Args:
        name: The row's.
        work: What is measured.
        other: What it is compared with.
        runs: So many of either, by turns.
        warm: What is done before, so that nothing is loaded or compiled while it is measured; the work itself if left
            out.
    """
    (warm or work)()
    other()
    return result(name, *by_turns(work, other, runs=runs))


def result(name: str, own: Took, other: Took) -> Result:
    """Return the row of a work and what it is compared with."""
    scale = 1000 if GOALS[name].unit == "ms" else 1
    return Result(name, own.cpu * scale, own.cpu / other.cpu, own.wall / other.wall)


def counted(name: str, count: float) -> Result:
    """Return the row of a count, which is judged itself."""
    return Result(name, count, count)


class Peak:
    """The highest memory that this process holds from now on, over what it uses now.

    What it holds without using it is given back first: it would hide as much of what is measured.
    """

    def __init__(self) -> None:
        gc.collect()
        _give_back()
        if _FORGET_PEAK.exists():
            _FORGET_PEAK.write_text("5", encoding="ascii")
        self._before = peak_bytes()

    def grown(self) -> int:
        """Return by how many bytes it has grown at its highest."""
        return peak_bytes() - self._before


def _give_back() -> None:
    """Give memory that is free back to the system, where its allocator can (glibc, Arrow)."""
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        arrow.default_memory_pool().release_unused()
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


_FORGET_PEAK = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


def peak_bytes() -> int:
    """Return the highest memory that this process has held, on Linux since a `Peak` was begun."""
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
