"""Nothing is lost: a few tries of each row of docs/reliability.md; `--regenerate` makes all, and writes the page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.reliability import (
    damaged_workbooks,
    faulty_networks,
    full_disks,
    killed_commands,
    killed_setups,
    mutated_files,
    odd_cells,
    public_limits,
    raced_commands,
)
from tests.reliability.page import PAGE, Measured, measured, note, page
from tests.reliability.rows import Row, losses

if TYPE_CHECKING:
    from pathlib import Path

ROWS: tuple[Row, ...] = (
    *killed_commands.ROWS,
    *killed_setups.ROWS,
    *raced_commands.ROWS,
    *full_disks.ROWS,
    *mutated_files.ROWS,
    *damaged_workbooks.ROWS,
    *odd_cells.ROWS,
    *faulty_networks.ROWS,
    *public_limits.ROWS,
)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for what many tries need."""
    return tmp_path_factory.mktemp("made")


BY_DEED = sorted(ROWS, key=lambda row: row.what.partition(",")[0])
"""What kills, races and full disks need of a deed is made once where they follow each other."""


@pytest.mark.long
@pytest.mark.parametrize("row", BY_DEED, ids=[row.what for row in BY_DEED])
def test_nothing_is_lost(row: Row, tmp_path: Path, made: Path, *, regenerate: bool) -> None:
    """Whatever happens to it, a row holds what it must hold."""
    numbers = row.numbers(is_full=regenerate)
    lost = losses(row, numbers, tmp_path, made)
    if regenerate:
        words = tuple(f"{one.number}: {' '.join(one.words.split())[:300]}" for one in lost)
        day = datetime.now(UTC).date().isoformat()
        note(row, Measured(len(numbers), len(lost), day, words[:20]), ROWS)
    assert [] == lost


def test_the_page_says_what_was_measured(*, regenerate: bool) -> None:
    """Every row stands on it with its number of tries, or as one that waits; nobody has written there by hand."""
    if regenerate:
        PAGE.write_text(page(ROWS, measured()), encoding="utf-8")
    assert page(ROWS, measured()) == PAGE.read_text(encoding="utf-8")


def test_each_row_says_something_else() -> None:
    """A row is known by what it says."""
    assert len(ROWS) == len({row.what for row in ROWS})
