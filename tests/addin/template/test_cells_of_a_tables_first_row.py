"""How formulas of a table's sheet name the cells of its first row."""

from __future__ import annotations

import pytest

from addin.sheets.tables.sheet_specs import Column, TableSpec
from workbooks.template.table_sheet import first_cells


@pytest.mark.parametrize(("header", "row"), [(4, 5), (9, 10)])
def test_a_cell_is_named_by_its_column_and_the_row_below_the_header(header: int, row: int) -> None:
    """The column stands, the row moves with the formula: $A5; the 27th column is AA."""
    columns = tuple(Column(f"Column {number}", f"field {number}") for number in range(27))
    cells = first_cells(TableSpec("Sheet", "tblSheet", "A sheet.", columns, ("field 0",), header_row=header))

    assert (f"$A{row}", f"$B{row}", f"$AA{row}") == (cells["field 0"], cells["field 1"], cells["field 26"])
