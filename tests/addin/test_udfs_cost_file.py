"""The file over which buttons and cells share costs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.machine.cost_file import CostFiles, DatabaseIdError, asked_skus, forget_asked, from_json, to_json
from core.companies import MachineFolder
from core.reports.cost_snapshot import CostAnswer, CostSnapshot

if TYPE_CHECKING:
    from pathlib import Path

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
COSTS = st.none() | st.decimals(-(10**12), 10**12, places=6, allow_nan=False)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
ANSWERS = st.builds(CostAnswer, TEXT, COSTS, st.none() | TEXT, MOMENTS)


@given(
    st.lists(ANSWERS, min_size=1, max_size=5),
    st.dictionaries(TEXT, st.just(0)),
    st.dictionaries(TEXT, st.just({"x": 0})),
)
def test_what_is_written_is_read_back(
    answers: list[CostAnswer], skus: dict[str, int], orders: dict[str, dict[str, int]]
) -> None:
    """Costs to the last digit, moments, and every text, whatever letters it has."""
    snapshot = CostSnapshot(tuple(answers), skus, orders)

    assert snapshot == from_json(to_json(snapshot))


def test_a_file_of_another_layout_counts_as_none() -> None:
    """After an update the old file is not misread; the next button writes it anew."""
    assert CostSnapshot() == from_json('{"layout": 0, "answers": [["costed", "1", null, null]], "skus": {"A": 0}}')


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    """Books whose costs were never published answer nothing."""
    assert CostSnapshot() == CostFiles(MachineFolder(tmp_path)).snapshot("some-id")


@pytest.mark.parametrize("database_id", ["../outside", "a/b", "", "C:x", "a" * 65, "a\n"])
def test_an_id_that_no_file_may_have_is_refused(tmp_path: Path, database_id: str) -> None:
    """The id comes out of a workbook, which anybody may have made: it never leads out of the folder."""
    files = CostFiles(MachineFolder(tmp_path / "inside"))

    with pytest.raises(DatabaseIdError):
        files.snapshot(database_id)
    with pytest.raises(DatabaseIdError):
        files.note(database_id, ["A-1"])
    assert [] == list(tmp_path.iterdir())


def test_a_sku_is_noted_once(tmp_path: Path) -> None:
    """Thousands of cells with the same unknown SKU make one line; a text too long for a SKU makes none."""
    machine = MachineFolder(tmp_path)
    files = CostFiles(machine)

    for skus in (["B", "A", "B"], ["A"], ["x" * 101], ["line\nbreak"]):
        files.note("id", skus)

    assert ("B", "A", "line\nbreak") == asked_skus(machine, "id")
    assert 3 == len((tmp_path / "costs" / "id.asked").read_text(encoding="utf-8").splitlines())


def test_what_was_asked_meanwhile_stays_on_the_list(tmp_path: Path) -> None:
    """A sync takes off what it asked for, not what cells asked for since."""
    machine = MachineFolder(tmp_path)
    files = CostFiles(machine)
    files.note("id", ["A"])
    taken = asked_skus(machine, "id")
    files.note("id", ["B"])

    forget_asked(machine, "id", taken)

    assert ("B",) == asked_skus(machine, "id")


def test_after_new_costs_an_unknown_sku_is_noted_again(tmp_path: Path) -> None:
    """A SKU that the last sync did not bring is asked for once more."""
    machine = MachineFolder(tmp_path)
    files = CostFiles(machine)
    files.snapshot("id")
    files.note("id", ["A"])
    forget_asked(machine, "id", ["A"])
    (tmp_path / "costs" / "id.json").write_text(to_json(CostSnapshot()), encoding="utf-8")
    files.snapshot("id")

    files.note("id", ["A"])

    assert ("A",) == asked_skus(machine, "id")


def test_moments_are_kept_in_utc() -> None:
    """Whatever zone a moment came in, the same moment is read back."""
    answer = CostAnswer("costed", Decimal(1), None, datetime.fromisoformat("2026-05-06T14:00:00+02:00"))

    read = from_json(to_json(CostSnapshot((answer,)))).answers[0]

    assert datetime(2026, 5, 6, 12, tzinfo=UTC) == read.as_of
