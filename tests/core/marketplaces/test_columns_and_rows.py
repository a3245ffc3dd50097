"""Reading by columns gives the same as reading row by row: every frame, problem, total and refusal."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import UnreadableFileError
from core.marketplaces import format_of
from core.marketplaces.amazon import v2_columns, v2_flat
from core.marketplaces.reading.columns import columns_of
from core.marketplaces.reading.contents import Contents, open_contents
from tests.core.marketplaces.random_v2_files import random_file
from tests.core.marketplaces.same_readings import assert_same, outcome

MANY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
FOLDERS = [Path("tests/golden/marketplaces"), Path("../shared/samples"), Path("../shared/cases")]
READERS = {"amazon_v2_flat": (v2_columns.read, v2_flat.read)}
"""By name of the format: by columns, and row by row."""


def files() -> list[Path]:
    """Return every settlement file that this repository and the folder of samples beside it have."""
    return sorted(path for folder in FOLDERS for path in folder.rglob("*") if path.is_file())


def opened(path: Path) -> tuple[Contents, str] | None:
    """Return a file and the format that it is in; nothing where it is in none."""
    try:
        contents = open_contents(path.read_bytes(), path.name)
        return contents, format_of(contents).name
    except UnreadableFileError:
        return None


@pytest.mark.parametrize("path", files(), ids=str)
def test_every_file_reads_the_same_both_ways(path: Path) -> None:
    """Golden files, samples of sellers, and files that go wrong."""
    found = opened(path)
    if found is None or found[1] not in READERS:
        pytest.skip("no format that is read by columns")
    by_columns, row_by_row = READERS[found[1]]

    assert_same(outcome(by_columns, found[0]), outcome(row_by_row, found[0]))


@given(random=st.randoms(use_true_random=True))
@MANY
def test_random_v2_files_read_the_same_both_ways(random: Random) -> None:
    """Whatever stands in them; a refusal is one in the same words."""
    contents = open_contents(random_file(random), "file.txt")

    assert_same(outcome(v2_columns.read, contents), outcome(v2_flat.read, contents))


def test_random_files_are_mostly_read_by_columns() -> None:
    """Else the property above would compare the reader of rows with itself."""
    made = [random_file(Random(seed)) for seed in range(100)]  # noqa: S311 - data of a test
    tables = [columns_of(v2_flat.LAYOUT, open_contents(content, "file.txt")) for content in made]

    assert sum(table is not None for table in tables) > 80
