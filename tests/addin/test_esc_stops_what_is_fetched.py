"""Esc while a button runs: Python stops between two pages, and nowhere else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from addin.commands.ribbon.running_excel import StatusBar
from core.errors import StoppedByUserError

if TYPE_CHECKING:
    import xlwings as xw


@pytest.mark.parametrize("what", ["Orders asked", "Costs", "Pulling Amazon US"])
def test_what_is_fetched_by_pages_stops(what: str) -> None:
    """Looked at once a second, from the second page on."""
    times = iter((0.0, 0.5, 1.1))
    looks: list[bool] = []

    def is_wanted() -> bool:
        looks.append(False)
        return False

    bar = StatusBar(cast("xw.App", SimpleNamespace()), is_wanted, lambda: next(times))
    bar(what, 1, 9)
    bar(what, 2, 9)

    assert [] == looks
    with pytest.raises(StoppedByUserError, match="goes on from there"):
        bar(what, 3, 9)


@pytest.mark.parametrize("what", ["Exporting", "Costing lines", "Keeping costs", "Importing"])
def test_what_is_one_deed_is_never_cut_short(what: str) -> None:
    """Entries would be stored without their files."""
    times = iter((0.0, 5.0, 10.0))
    bar = StatusBar(cast("xw.App", SimpleNamespace()), lambda: False, lambda: next(times))

    for done in range(3):
        bar(what, done, 9)


def test_a_press_that_is_waited_for_goes_on() -> None:
    """Also one of a workbook whose VBA says no version."""
    times = iter((0.0, 5.0, 10.0))
    app = SimpleNamespace(status_bar="")
    bar = StatusBar(cast("xw.App", app), clock=lambda: next(times))
    for done in range(3):
        bar("Orders asked", done, 9)

    assert "Cogsheet: Orders asked 2 of 9" == app.status_bar
