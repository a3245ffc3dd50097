"""The digest of a kept line is made of its cells alone, whatever lines it is made together with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.books.costed_lines.line_digests import line_digests
from core.frame_columns import COSTED_COLUMNS, FLAG, MOMENT, TEXT, TRANSACTION_COLUMNS, WHOLE, frame

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS, "proposal_taken": FLAG}
MANY = 1_100
"""More than the lines whose columns become numbers together."""


def any_cell(random: Random, dtype: object) -> object:
    """Return a cell of a kind of column; a third are missing, and what looks alike in another column is there."""
    if random.random() < 1 / 3:
        return None
    number = random.randrange(-3, 4)
    if dtype == TEXT:
        return random.choice(["", "0", "1", "ü", str(number)])
    if dtype == MOMENT:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    if dtype == FLAG:
        return number > 0
    return number if dtype == WHOLE else Decimal(number) / 1000


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    random = Random(11)  # noqa: S311 - test data
    return frame(COLUMNS, ({name: any_cell(random, of) for name, of in COLUMNS.items()} for _ in range(MANY)))


@pytest.mark.parametrize("count", [0, 1, 2, 1_000, 1_001])
def test_few_lines_have_the_digests_that_they_have_among_many(lines: pd.DataFrame, count: int) -> None:
    """Books that were kept by columns one by one are those that are compared with a handful of their lines."""
    few = lines.iloc[40 : 40 + count]

    assert np.array_equal(line_digests(lines)[40 : 40 + count], line_digests(few))
    assert line_digests(few).shape == (count, 2)


def test_a_cell_that_stands_in_another_column_changes_the_digest() -> None:
    """Columns of one type become numbers together, and are told apart all the same."""
    one = frame(COLUMNS, [{"sku": "A"}, {"order_id": "A"}, {"sku": "A", "order_id": "A"}, {"sku": ""}, {}])

    assert len({tuple(each) for each in line_digests(one).tolist()}) == len(one)
