"""docs/performance.md: the table of the last run stands between two marks, what is said of it around them."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.goals import GOALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rows import Result

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
_WHOLE = 100
"""From here on a figure needs no decimals."""
BEGIN, END = "<!-- last run: python run.py bench -->", "<!-- end of last run -->"


def write_page(rows: Sequence[Result]) -> None:
    """Put measured rows into the page, in place of what was measured of them before."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    last, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(rows, last)}\n\n{END}{after}", encoding="utf-8")


def table(rows: Sequence[Result], last: str = "") -> str:
    """Return the table with these rows, and the others as they were measured last; with the machine of these.

    Args:
        rows: As measured now.
        last: The table before.
    """
    known = {line.split("`")[1]: line for line in last.splitlines() if line.startswith("| `")}
    known |= {row.name: f"| {_line(row)} |" for row in rows}
    machine = f"{platform.system()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    head = "| name | work | compared with | figure | ratio | wall | goal | |"
    rule = "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |"
    lines = [
        known.get(name, f"| `{name}` | {goal.work} | {goal.compared_with} | | | | ≤ {goal.goal:g} | not measured yet |")
        for name, goal in GOALS.items()
    ]
    return "\n".join([f"On {machine}.", "", head, rule, *lines])


def _line(row: Result) -> str:
    goal = GOALS[row.name]
    ratio, wall = (("" if one is None else f"{one:.3g}") for one in (row.ratio, row.wall))
    figure = f"{row.figure:.3g}" if row.figure < _WHOLE else f"{row.figure:.0f}"
    cells = (
        f"`{row.name}`",
        goal.work,
        goal.compared_with,
        f"{figure} {goal.unit}",
        ratio,
        wall,
        f"≤ {goal.goal:g}",
        "over: ended at its limit" if row.over else row.state,
    )
    return " | ".join(cells)
