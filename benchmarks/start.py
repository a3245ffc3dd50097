"""How long a command takes to start, in CPU time beside `python -c "import pandas"`."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from addin.demo.book import make_demo
from core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS = 9
_ROOT = Path(__file__).parents[1]
_GOALS = {"start": 0.3, "start-resolve": 2.5}
"""Times what importing pandas takes."""


def measure() -> Iterator[tuple[str, str]]:
    """Yield `cogsheet --version` and `cogsheet resolve` on the demo, with byte code, all three interleaved."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["COGSHEET_HOME"] = name
        book = Path(name) / "demo" / "Books.xlsm"
        make_demo(book.parent, progress=silent)
        commands = {
            "pandas": ["-c", "import pandas"],
            "start": ["-m", "addin", "--version"],
            "start-resolve": ["-m", "addin", "resolve", str(book)],
        }
        for command in commands.values():  # writes byte code
            _cpu_seconds(command)
        taken: dict[str, list[float]] = {label: [] for label in commands}
        for _ in range(_ROUNDS):
            for label, command in commands.items():
                taken[label].append(_cpu_seconds(command))
    pandas = statistics.median(taken["pandas"])
    yield 'python -c "import pandas"', f"{pandas:7.2f} s CPU"
    for label, goal in _GOALS.items():
        seconds = statistics.median(taken[label])
        yield label, f"{seconds:7.2f} s CPU   {seconds / pandas:.2f} of pandas, goal {goal}"


def _cpu_seconds(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(  # noqa: S603 - our own program; resolve ends 1, for the demo lacks costs
        [sys.executable, *command], cwd=_ROOT, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
