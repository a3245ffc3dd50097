"""From values to cells and back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.sheets.costs.costs import COSTS_SPEC
from addin.sheets.tables.cells import to_cell, to_decimal, to_text, to_whole
from addin.sheets.tables.sheet_rows import cells_of, rows_of
from addin.sheets.tables.sheet_specs import Kind
from addin.sheets.tables.typed_numbers import NotANumber
from core.frame_columns import TEXT, records
from core.money import MONEY

COSTS = st.decimals(min_value=-99_999_999, max_value=99_999_999, places=6)


@given(COSTS)
def test_a_cost_survives_the_way_to_the_cell_and_back(cost: Decimal) -> None:
    """Six places up to a hundred million are the same after they were a float in a cell."""
    cell = to_cell(cost, Kind.UNIT_COST)

    assert isinstance(cell, float)
    assert cost == to_decimal(cell)


VALUES = {
    pa.string(): st.text(max_size=4) | st.sampled_from(["#N/A", " #div/0! ", "#1", "00123", "=1+1"]),
    pa.decimal128(18, 6): st.decimals(-999_999_999_999, 999_999_999_999, places=6),
    pa.timestamp("us", tz="UTC"): st.datetimes(timezones=st.just(UTC)),
    pa.int64(): st.integers(-(2**62), 2**62) | st.just(-2146826246),
    pa.bool_(): st.booleans(),
    pa.float64(): st.floats(),
}


@given(st.data(), st.sampled_from(list(VALUES)), st.sampled_from(list(Kind)))
def test_a_column_becomes_the_cells_that_its_values_become(data: st.DataObject, kept: pa.DataType, kind: Kind) -> None:
    """Whole columns are turned into cells at once, each value as it would be alone."""
    values = data.draw(st.lists(st.none() | VALUES[kept], max_size=5))
    array = pa.array(values, kept)

    cells = cells_of(array, kind)

    alone = [to_cell(value, kind) for value in array.to_pylist()]
    assert [(type(cell), cell) for cell in alone] == [(type(cell), cell) for cell in cells]


def test_rows_of_a_frame_are_those_of_its_records() -> None:
    """Keys and cells, whichever rows are asked for and in whatever order; a field that a frame lacks is empty."""
    lines = pd.DataFrame(
        {"sku": pd.Series(["A", None, "C"], dtype=TEXT), "unit_cost": pd.Series([1, 2, None], dtype=MONEY)}
    )
    rows = [dict.fromkeys(column.field for column in COSTS_SPEC.columns) | row for row in records(lines)]
    of_frame, of_records = rows_of(COSTS_SPEC, lines), rows_of(COSTS_SPEC, rows)

    assert of_records.row_keys() == of_frame.row_keys()
    for column in COSTS_SPEC.columns:
        for which in (range(3), range(1, 2), [2, 0], []):
            assert of_records.cells(column, which) == of_frame.cells(column, which)


@pytest.mark.parametrize("nothing", [None, pd.NA, float("nan")])
def test_what_is_missing_is_an_empty_cell(nothing: object) -> None:
    """A missing cost is never 0."""
    assert to_cell(nothing, Kind.MONEY) is None


def test_moments_are_written_as_utc_without_zone() -> None:
    """Excel knows no time zones."""
    moment = pd.Timestamp(datetime(2026, 8, 3, 7, 26, tzinfo=UTC))

    assert datetime(2026, 8, 3, 7, 26) == to_cell(moment, Kind.MOMENT)  # noqa: DTZ001 - as it stands in the cell


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (None, None),
        ("  ", None),
        (4.17, Decimal("4.17")),
        ("4.170000", Decimal("4.17")),
        (0.1 + 0.2, Decimal("0.3")),
        ("four", NotANumber("four")),
        ("4,17", NotANumber("4,17")),
        (True, NotANumber("True")),
        (float("inf"), NotANumber("inf")),
        (Decimal("9.162500"), Decimal("9.1625")),
        (-2146826246, NotANumber("#N/A")),
    ],
)
def test_a_cost_cell_is_read_at_six_places_or_handed_back(cell: object, number: object) -> None:
    """What is no number is kept, so that the row can say so."""
    assert number == to_decimal(cell)


def test_whole_numbers_and_ids_lose_the_point_that_excel_gave_them() -> None:
    """Excel hands every number back as a float."""
    assert to_whole(3.0) == 3
    assert NotANumber("3.5") == to_whole(3.5)
    assert to_text(23874397121.0) == "23874397121"
    assert to_text("00123") == "00123"
