"""`python run.py bench [--json] [NAME ...]`: measure the rows of `benchmarks.goals`, or those of these names.

Each heavy work has a process of its own, one after the other. What is measured goes into the table of
docs/performance.md. `--json` prints `{"rows": [...]}`. Those of `FURTHER` are told in seconds, without a goal.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.goals import GOALS, PROCESSES
from benchmarks.measuring import BrokenBenchmarkError, measured
from benchmarks.page import write_page
from benchmarks.rows import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.goals import Process

FURTHER = ("read", "books", "year", "fallback", "cogs")
"""What else can be measured, by its own module."""
SECONDS = 30 * 60
"""The whole run; what is left after it is over."""


def main(arguments: list[str]) -> int:
    """Measure what is asked for and print it."""
    as_json = "--json" in arguments
    names = [name for name in arguments if name != "--json"]
    unknown = [name for name in names if name not in GOALS and name not in FURTHER]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}. There are: {', '.join([*GOALS, *FURTHER])}.")
        return 2
    rows = _table(names, quiet=as_json)
    if as_json:
        print(json.dumps({"rows": [row.as_record() for row in rows]}, indent=1))
    for name in names:
        if name in FURTHER:
            _print_further(name)
    return int(any(row.broken for row in rows))


def _table(names: list[str], *, quiet: bool) -> list[Result]:
    wanted = [name for name in GOALS if name in names or not names]
    deadline = time.monotonic() + SECONDS
    rows: dict[str, Result] = {}
    for process in PROCESSES:
        asked = [name for name in process.names if name in wanted]
        if not asked:
            continue
        for row in _rows_of(process, deadline - time.monotonic()):
            rows[row.name] = row
            if not quiet and row.name in asked:
                print(row, flush=True)
    found = [rows[name] for name in wanted]
    if found:
        write_page(found)
    return found


def _rows_of(process: Process, seconds: float) -> Iterator[Result]:
    """Measure a process's rows; one that ends with an error is told, and does not take the others with it."""
    try:
        yield from measured(process, max(1.0, seconds))
    except BrokenBenchmarkError as error:
        print(error, file=sys.stderr)
        yield from (Result(name, 0.0, None, broken=True) for name in process.names)


def _print_further(name: str) -> None:
    module = import_module(f"benchmarks.{name}")
    print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}")
    for label, figure in module.measure():
        print(f"  {label:<58}{figure}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
