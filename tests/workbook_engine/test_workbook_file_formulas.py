"""Formulas in and out: their texts, their values, arrays and what is shared."""

from __future__ import annotations

import itertools
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.workbook_engine.builders import formulas, loaded, moment, parts
from tests.workbook_engine.value_sheets import with_rows
from workbook_engine import store_values, workbook
from workbook_engine.cell_values import ERROR_CODES
from workbook_engine.errors import RefusedByExcelError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import xlwings as xw


def test_errors_are_none_or_their_text(sheet: xw.Sheet) -> None:
    """Xlwings makes errors None, or text when asked; the newest ones it hands on as numbers."""
    sheet["A1:A3"].value = [["#N/A"], ["#DIV/0!"], ["#SPILL!"]]
    assert [None, None, ERROR_CODES["#SPILL!"]] == sheet["A1:A3"].value
    assert ["#N/A", "#DIV/0!"] == sheet["A1:A2"].options(err_to_str=True).value
    assert -2146826246 == sheet["A1"].raw_value


def test_formulas_and_their_values(book: xw.Book, sheet: xw.Sheet) -> None:
    """A formula has the value the file holds; one that was never calculated reads as None and begins with `=`."""
    assert 7.75 == book.sheets["Report"]["A2"].value
    assert "=SUM(tblItems[Cost])" == book.sheets["Report"]["A2"].formula
    sheet["A1"].value = "=1+1"
    assert (None, "=1+1") == (sheet["A1"].value, sheet["A1"].formula)
    sheet["B1:B3"].formula = "=A1*2"
    assert [["=A1*2"], ["=A2*2"], ["=A3*2"]] == formulas(sheet["B1:B3"])
    sheet["C1:C2"].formula = [["=A1"], ["5"]]
    assert ["=A1", "5"] == [cell.formula for cell in sheet["C1:C2"]]
    assert "" == sheet["Z99"].formula


def test_constants_as_formulas(sheet: xw.Sheet) -> None:
    """`formula` of a constant is what one would type."""
    sheet["A1:F1"].value = [["x", 1.5, True, moment(2026, 1, 2, 12), "#N/A", None]]
    assert [["x", "1.5", "TRUE", "46024.5", "#N/A", ""]] == formulas(sheet["A1:F1"])


def test_newer_functions_are_prefixed_in_the_file(book_path: Path) -> None:
    """Excel shows `#NAME?` for a newer function that lacks its prefix in the file."""
    with workbook(book_path) as book:
        report = book.sheets["Report"]
        report["H1"].formula = '=XLOOKUP("XLOOKUP(",A:A,B:B)+SUM(FILTER(A:A,A:A>0))'
        assert '=XLOOKUP("XLOOKUP(",A:A,B:B)+SUM(FILTER(A:A,A:A>0))' == report["H1"].formula
        book.save()
    assert b'_xlfn.XLOOKUP("XLOOKUP(",A:A,B:B)+SUM(_xlfn._xlws.FILTER(' in parts(book_path)["xl/worksheets/sheet2.xml"]


def test_values_beside_formulas(book_path: Path) -> None:
    """Readers that do not calculate find the values that were put beside the formulas; constants stay."""
    with workbook(book_path) as book:
        cells = book.sheets["Report"]["H1:H5"]
        cells.value = [["=1+1"], ["=A3"], ["=TRUE"], ["=NA()"], ["constant"]]
        store_values(cells, [[Decimal("2.5")], ["text & more"], [True], ["#N/A"], ["lost"]])
        assert [2.5, "text & more", True, None, "constant"] == cells.value
        book.save()
    found = loaded(book_path, data_only=True)["Report"]
    assert [2.5, "text & more", True, "#N/A", "constant"] == [found.cell(row, 8).value for row in range(1, 6)]


def test_part_of_an_array_formula(book: xw.Book) -> None:
    """Excel refuses to change part of an array formula; the whole may be overwritten."""
    report = book.sheets["Report"]
    assert "=Items!B5:B6*2" == report["E2"].formula
    with pytest.raises(RefusedByExcelError, match="array formula in E1:E2"):
        report["E2"].value = 1
    report["E1:E2"].value = [[1], [2]]
    assert [1.0, 2.0] == report["E1:E2"].value


def test_shared_formulas_survive_the_first_cell(tmp_path: Path) -> None:
    """Several cells may share one formula in the file; overwriting the first must not take it from the others."""
    path = with_rows(
        tmp_path,
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*$C$1</f><v>1</v></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/><v>2</v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="0"/></c></row>',
    )
    with workbook(path) as book:
        cells = book.sheets[0]["B1:B3"]
        assert [["=A1*$C$1"], ["=A2*$C$1"], ["=A3*$C$1"]] == formulas(cells)
        cells[0].value = "gone"
        book.save()
    found = loaded(path).active
    assert ["gone", "=A2*$C$1", "=A3*$C$1"] == [found.cell(row, 2).value for row in (1, 2, 3)]  # type: ignore[union-attr] # there is an active sheet


def test_reading_shared_formulas_changes_nothing(tmp_path: Path) -> None:
    """Reading is no reason to write a formula differently, nor is a change that does not concern it."""
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B2" si="0">A1*2</f><v>2</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><f t="shared" si="0"/><v>4</v></c></row>'
    )
    path = with_rows(tmp_path, rows)
    with workbook(path) as book:
        assert [["=A1*2"], ["=A2*2"]] == formulas(book.sheets[0]["B1:B2"])
        book.sheets[0]["A9"].value = 1
        book.save()
    assert rows in parts(path)["xl/worksheets/sheet1.xml"].decode()
    with workbook(path) as book:
        book.sheets[0]["A2"].value = 3
        assert [2.0, None] == book.sheets[0]["B1:B2"].value


def _mixed_rows(count: int) -> str:
    """Return rows of a number, a formula of its own, one that all share, and a text; an array formula above them."""
    head = '<row r="1"><c r="A1"><f t="array" ref="A1:B1">C1:D1*2</f><v>2</v></c><c r="B1"><v>4</v></c></row>'
    shared = [f'<f t="shared" ref="C2:C{count}" si="0">A2+1</f>', *['<f t="shared" si="0"/>'] * (count - 2)]
    return head + "".join(
        f'<row r="{number}"><c r="A{number}"><v>{number}</v></c><c r="B{number}"><f>A{number}*2</f><v>1</v></c>'
        f'<c r="C{number}">{formula}<v>1</v></c><c r="D{number}" t="str"><v>x</v></c></row>'
        for number, formula in enumerate(shared, start=2)
    )


def test_a_block_of_formulas_reads_as_its_cells_do(tmp_path: Path) -> None:
    """Formulas of their own, shared ones, arrays and constants of a block are those of its single cells."""
    with workbook(with_rows(tmp_path, _mixed_rows(9))) as book:
        block = book.sheets[0]["A1:E10"]
        single = [[cell.formula for cell in row] for row in block.rows]
        assert single == formulas(block)
        assert [["=C1:D1*2", "=C1:D1*2", "", "", ""], ["2", "=A2*2", "=A2+1", "x", ""]] == single[:2]
        assert ["9", "=A9*2", "=A9+1", "x", ""] == single[8]
        assert formulas(book.sheets[0]["B4:C7"]) == [row[1:3] for row in single[3:7]]


@pytest.mark.few(1)
@pytest.mark.parametrize("column", ["A", "B", "C", "D"])
def test_reading_a_column_of_formulas_costs_what_it_is_long(tmp_path: Path, column: str) -> None:
    """Ten times as many rows take about ten times as many steps, whatever the cells hold."""
    steps = []
    for count in (100, 1000):
        with workbook(with_rows(tmp_path, _mixed_rows(count))) as book:
            cells = book.sheets[0][f"{column}1:{column}{count}"]
            steps.append(_steps(lambda cells=cells: cells.formula))  # type: ignore[misc] # its own cells
    assert steps[1] < 11 * steps[0]


def _steps(deed: Callable[[], object]) -> int:
    """Count the functions that something calls, which is its time on any computer."""
    counted = itertools.count()
    sys.setprofile(lambda *_: next(counted))
    try:
        deed()
    finally:
        sys.setprofile(None)
    return next(counted)
