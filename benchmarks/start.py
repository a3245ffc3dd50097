"""How long a command takes to start, in CPU time beside `python -c "import pandas"`."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from addin.demo.book import make_demo
from benchmarks.rows import Took, result
from core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rows import Result

_ROUNDS = 9
_ROOT = Path(__file__).parents[1]


def rows() -> Iterator[Result]:
    """Measure `cogsheet --version` and `cogsheet resolve` on the demo beside importing pandas, all three by turns."""
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
            _took(command)
        taken: dict[str, list[Took]] = {label: [] for label in commands}
        for _ in range(_ROUNDS):
            for label, command in commands.items():
                taken[label].append(_took(command))
    medians = {label: Took(*map(statistics.median, zip(*own, strict=True))) for label, own in taken.items()}
    for label in ("start", "start-resolve"):
        yield result(label, medians[label], medians["pandas"])


def _took(command: list[str]) -> Took:
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(  # noqa: S603 - our own program; resolve ends 1, for the demo lacks costs
        [sys.executable, *command], cwd=_ROOT, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begin
    return Took(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)
