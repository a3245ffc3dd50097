"""Rows measured in a process of their own, which is ended where it takes too long."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.rows import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.goals import Process

ROOT = Path(__file__).parents[1]


class BrokenBenchmarkError(Exception):
    """A measurement ended with an error."""

    def __init__(self, function: str, told: str) -> None:
        super().__init__(f"{function} could not be measured:\n{told}")


def measured(process: Process, seconds: float) -> Iterator[Result]:
    """Measure the rows of a process; what it has not measured at its limit is told as over.

    Args:
        process: Which.
        seconds: How long it may take by the clock on the wall; its own limit is one of CPU.

    Raises:
        BrokenBenchmarkError: If it ends with an error.
    """
    done = set()
    for event in _events(process.function, process.limit, seconds):
        done.add(event["name"])
        yield Result(**event)
    for name in process.names:
        if name not in done:
            yield Result(name, process.limit, None, over=True)


def _events(function: str, limit: int, seconds: float) -> list[dict[str, Any]]:
    """Return what a process told until it ended or was ended."""
    command = [sys.executable, "-m", "benchmarks.alone", function, str(limit)]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with (
        tempfile.TemporaryDirectory() as home,
        tempfile.TemporaryFile("w+", encoding="utf-8") as told,
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
    ):
        started = subprocess.Popen(  # noqa: S603 - our own program
            command,
            cwd=ROOT,
            stdout=told,
            stderr=errors,
            env={**environment, "COGSHEET_HOME": home, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        try:
            failed = started.wait(seconds) not in (0, -signal.SIGXCPU, -signal.SIGKILL)
        except subprocess.TimeoutExpired:
            failed = False
            end_all(started)
        told.seek(0), errors.seek(0)
        if failed:
            raise BrokenBenchmarkError(function, errors.read()[-3000:])
        return [json.loads(line) for line in told if line.startswith("{") and line.endswith("}\n")]


def end_all(started: subprocess.Popen[bytes]) -> None:
    """End a process and those that it started."""
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
