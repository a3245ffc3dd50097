"""The table of the benchmarks: every row is measured by one process, told as it is, and written to one page."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import pytest

from benchmarks.goals import GOALS, PROCESSES, Process
from benchmarks.measuring import BrokenBenchmarkError, measured
from benchmarks.page import BEGIN, END, PAGE, table
from benchmarks.rows import Result

NAMES = [
    "import",
    "import-growth",
    "import-memory",
    "import-unified",
    "import-walmart",
    "import-shopify",
    "import-ebay",
    "import-xml",
    "database",
    "save-one",
    "save-one-flat",
    "save-2500",
    "import-in-big-books",
    "open-in-big-books",
    "save-in-big-books",
    "sync-in-big-books",
    "sync-in-exported-books",
    "export-in-big-books",
    "true-ups-in-big-books",
    "reopen-in-big-books",
    "settlements-in-big-books",
    "pnl-in-big-books",
    "big-books-memory",
    "fill-13k",
    "fill-200k",
    "fill-200k-memory",
    "refill-13k",
    "function-range",
    "function-cell",
    "finale-requests-g",
    "finale-requests-r",
    "start",
    "start-resolve",
    "com-calls",
    "com-calls-button",
]


def test_the_table_has_its_names() -> None:
    """Whoever compares runs finds each row under one name for ever."""
    assert NAMES == list(GOALS)


def test_every_row_is_measured_once() -> None:
    """By a function that is there."""
    assert dict.fromkeys(NAMES, 1) == Counter(name for process in PROCESSES for name in process.names)
    for process in PROCESSES:
        module, _, name = process.function.partition(":")
        assert callable(getattr(import_module(module), name))


@pytest.mark.parametrize(
    ("ratio", "over", "ok"), [(2.0, False, True), (2.01, False, False), (1.0, True, False), (None, True, False)]
)
def test_a_row_says_whether_its_goal_is_reached(ratio: float | None, over: bool, ok: bool) -> None:  # noqa: FBT001 - a case
    """A row that was ended at its limit never has."""
    record = Result("import", 1.5, ratio, over=over).as_record()

    assert ["name", "figure", "unit", "compared_with", "ratio", "goal", "ok"] == list(record)
    assert ok is record["ok"]
    assert over is ("over" in str(record["unit"]))


def test_a_broken_row_takes_no_other_with_it() -> None:
    """It has no figure and is told as broken."""
    record = Result("import", 0.0, None, broken=True).as_record()

    assert (False, "s (broken)") == (record["ok"], record["unit"])


@pytest.mark.long
def test_what_is_not_measured_in_time_is_over() -> None:
    """The rows that came before its end stand."""
    found = list(measured(Process("tests.architecture.slow_benchmark:rows", ("save-one", "save-one-flat"), 60), 2.0))

    assert [("save-one", False), ("save-one-flat", True)] == [(row.name, row.over) for row in found]


def test_a_broken_measurement_is_told() -> None:
    """It is no row, and nothing is written in its place."""
    with pytest.raises(BrokenBenchmarkError, match="no such thing"):
        list(measured(Process("tests.architecture.slow_benchmark:broken", ("save-one",), 60), 20.0))


def test_the_page_keeps_what_is_not_measured_anew() -> None:
    """Every row stands in it once, as it was measured last."""
    first = table([Result(name, 1.0, 0.5, 0.6) for name in NAMES])
    then = table([Result("import", 2.0, 1.5)], first)

    assert (1, 1) == (PAGE.read_text("utf-8").count(BEGIN), PAGE.read_text("utf-8").count(END))
    for text in (first, then, PAGE.read_text("utf-8")):
        assert NAMES == [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert [one for one in zip(first.splitlines(), then.splitlines(), strict=True) if one[0] != one[1]] == [
        tuple(next(line for line in text.splitlines() if "`import`" in line) for text in (first, then))
    ]
