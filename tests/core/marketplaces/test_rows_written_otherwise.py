"""Rows of two files that are one though they are written otherwise: as they are compared, without books."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.frame_columns import records
from core.marketplaces import read_file
from core.marketplaces.formats import Extent
from core.marketplaces.uniting import parts_of, united
from tests.core.books.exports_of_payouts import released_export

if TYPE_CHECKING:
    from core.marketplaces.uniting import Part


def released(*moments: str, order: str = "#1") -> Part:
    file = released_export("a.csv", *moments, order=order)
    return parts_of(read_file(file.content, file.name), file.name, Extent.OTHER_DAYS)["900001"]


LATE = "Jun 17, 2026 10:00:00 AM PDT"


@pytest.mark.parametrize(
    "other", [("",), ("Jun 17, 2026 9:00:00 AM PDT",), ("Jun 17, 2026",), ("Jun 10, 2026 3:00:00 AM PDT",)]
)
def test_a_row_is_known_by_its_own_date_and_not_by_its_release(other: tuple[str, ...]) -> None:
    """Whichever report comes first, an order that both hold is one order, released at the later of what they say."""
    first, second = released(LATE), released(*other)
    found = [records(united(parts).transactions) for parts in ([first, second], [second, first])]

    assert [1, 1] == [len(rows) for rows in found]
    assert found[0] == found[1]
    assert "2026-06-17 17:00:00+00:00" == str(found[0][0]["posted_at"])


def test_two_rows_of_one_file_that_are_released_apart_are_two() -> None:
    """Two parcels of one moment that are released on two days stay two, also beside a report without releases."""
    both, neither = released(LATE, "Jun 19, 2026 10:00:00 AM PDT"), released("", "")
    for parts in ([both, neither], [neither, both]):
        days = [row["posted_at"].day for row in records(united(parts).transactions)]
        assert [17, 19] == days
