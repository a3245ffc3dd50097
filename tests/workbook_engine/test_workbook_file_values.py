"""Values in and out, through xlwings' own converters, with the surprises that Excel has."""

from __future__ import annotations

import datetime as dt
import itertools
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.workbook_engine.builders import formulas, full_workbook, loaded, moment, parts, rewritten
from tests.workbook_engine.package_check import check_package
from workbook_engine import open_workbook, store_values, workbook
from workbook_engine.cell_values import ERROR_CODES, escape_text, number_text, unescape_text
from workbook_engine.errors import NotAWorkbookError, RefusedByExcelError, SheetProtectedError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import xlwings as xw


@pytest.fixture
def book_path(tmp_path: Path) -> Path:
    """Return the full workbook."""
    return full_workbook(tmp_path / "Values.xlsx")


@pytest.fixture
def book(book_path: Path) -> Iterator[xw.Book]:
    """Return it opened."""
    with workbook(book_path) as opened:
        yield opened


@pytest.fixture
def sheet(book: xw.Book) -> xw.Sheet:
    """Return an empty sheet of it."""
    return book.sheets.add("New", after=book.sheets[-1])


VALUES = [
    ("text", "text"),
    ("", None),
    (None, None),
    (1, 1.0),
    (1.5, 1.5),
    (0.1 + 0.2, 0.1 + 0.2),
    (-1e-300, -1e-300),
    (12345678901234567, 12345678901234568.0),
    (True, True),
    (False, False),
    (moment(2026, 1, 2, 3, 4, 5), moment(2026, 1, 2, 3, 4, 5)),
    (dt.date(2026, 1, 2), moment(2026, 1, 2)),
    (moment(2026, 1, 2, 23).replace(tzinfo=dt.timezone(dt.timedelta(hours=-8))), moment(2026, 1, 2, 23, 0)),
    (pd.Timestamp("2026-01-02 03:04"), moment(2026, 1, 2, 3, 4)),
    (pd.Timestamp("2026-01-02 03:04:00.000000001", tz="UTC"), moment(2026, 1, 2, 3, 4)),
    (np.datetime64("2026-01-02"), moment(2026, 1, 2)),
    (np.int64(5), 5.0),
    (np.float64(2.5), 2.5),
    (np.True_, 1.0),
    (float("nan"), None),
    (pd.NA, None),
    (pd.NaT, None),
    (" padded\n", " padded\n"),
    ("<&>\"'", "<&>\"'"),
    ("ключ 鍵 🔑", "ключ 鍵 🔑"),
    ("a\x01b\x0bc\rd", "a\x01b\x0bc\rd"),
    ("_x0041_", "_x0041_"),
    ("x" * 32767, "x" * 32767),
]


@pytest.mark.parametrize(("written", "read"), VALUES)
def test_what_comes_back(book_path: Path, written: object, read: object) -> None:
    """A value reads back as Excel gives it, at once and after saving."""
    with workbook(book_path) as book:
        cell = book.sheets["Report"]["H9"]
        cell.value = written
        assert read == cell.value
        book.save()
    with workbook(book_path) as book:
        again = book.sheets["Report"]["H9"].value

    assert read == again
    assert type(read) is type(again)
    check_package(book_path)


@pytest.mark.few(1)
@pytest.mark.parametrize(("written", "read"), [pair for pair in VALUES if isinstance(pair[1], str | float | bool)])
def test_openpyxl_reads_the_same(book_path: Path, written: object, read: object) -> None:
    """An independent reader finds the same values."""
    with workbook(book_path) as book:
        book.sheets["Report"]["H9"].value = written
        book.save()

    found = loaded(book_path)["Report"]["H9"].value
    if isinstance(read, str):  # openpyxl leaves Excel's writing of control characters as it is
        assert escape_text(read).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == found
    else:
        assert read == found


@pytest.mark.parametrize("wrong", [Decimal("1.23456789"), b"bytes", {"a": 1}, object(), 1j])
def test_types_that_excel_takes_wrongly_are_refused(sheet: xw.Sheet, wrong: object) -> None:
    """A Decimal would be cut to four decimals as currency; other types mean nothing to Excel."""
    with pytest.raises(TypeError):
        sheet["A1"].value = [[wrong]]


@pytest.mark.parametrize("wrong", ["x" * 32768, float("inf"), dt.date(1899, 1, 1)])
def test_values_that_no_cell_holds(sheet: xw.Sheet, wrong: object) -> None:
    """Too long a text, infinity and dates before the calendar are refused."""
    with pytest.raises(ValueError, match="Excel cell"):
        sheet["A1"].value = wrong


def test_a_refused_block_leaves_the_cells(sheet: xw.Sheet) -> None:
    """When one value of a block is wrong, none is written."""
    sheet["A1:A2"].value = [["old"], ["old"]]
    with pytest.raises(TypeError):
        sheet["A1:A2"].value = [["new"], [Decimal(1)]]
    assert ["old", "old"] == sheet["A1:A2"].value


@pytest.mark.parametrize(
    ("typed", "value", "number_format"),
    [
        ("00123", 123.0, "General"),
        ("1/2/2026", moment(2026, 1, 2), "m/d/yyyy"),
        ("2026-01-02", moment(2026, 1, 2), "m/d/yyyy"),
        ("TRUE", True, "General"),
        ("12%", 0.12, "0%"),
        ("1,234.50", 1234.5, "#,##0.00"),
        ("#N/A", None, "General"),
        ("'00123", "00123", "General"),
        ("'", None, "General"),
        ("=", "=", "General"),
        ("text", "text", "General"),
    ],
)
def test_text_is_as_good_as_typed(sheet: xw.Sheet, typed: str, value: object, number_format: str) -> None:
    """In a General cell Excel makes numbers, dates and truth of text."""
    sheet["A1"].value = typed
    assert (value, number_format) == (sheet["A1"].value, sheet["A1"].number_format)


@pytest.mark.parametrize("typed", ["00123", "1/2/2026", "TRUE", "12%", "=A2", "'x", "#N/A", "1E5"])
def test_text_cells_take_everything_as_text(book_path: Path, typed: str) -> None:
    """In a cell formatted as text nothing is recognised, whether the cell, its row or its column has the format."""
    with workbook(book_path) as book:
        items = book.sheets["Items"]
        assert "@" == items["A40"].number_format
        items["A40"].value = typed
        items["F40"].number_format = "@"
        items["F40"].value = typed
        items["F41:G41"].number_format = "@"
        items["F41:G41"].formula = typed
        book.save()
    with workbook(book_path) as book:
        items = book.sheets["Items"]
        assert [typed] * 4 == [items[a].value for a in ("A40", "F40", "F41", "G41")]
    found = loaded(book_path)["Items"]
    assert ["inlineStr"] * 2 == [found["A40"].data_type.replace("s", "inlineStr"), "inlineStr"]
    assert typed == found["A40"].value


def test_numbers_in_text_cells_become_text(sheet: xw.Sheet) -> None:
    """A number, date or truth written into a text cell is text there, as in Excel."""
    sheet["A1:E1"].number_format = "@"
    sheet["A1:E1"].value = [[5.0, 1.25, 1e21, True, moment(2026, 1, 2)]]
    assert ["5", "1.25", "1E+21", "TRUE", "1/2/2026"] == sheet["A1:E1"].value


def test_column_and_row_formats_count(tmp_path: Path) -> None:
    """A cell that is not there yet has its row's format, else its column's; writing keeps it."""
    path = tmp_path / "formats.xlsx"
    made = xlsxwriter.Workbook(path)
    page = made.add_worksheet()
    page.set_column("A:XFD", 10, made.add_format({"num_format": "0.000"}))
    page.set_row(2, None, made.add_format({"num_format": "@"}))
    made.close()
    with workbook(path) as book:
        book.sheets[0]["B2:B3"].value = [["007"], ["007"]]
        book.save()
    found = loaded(path).active
    assert [(7, "0.000"), ("007", "@")] == [(found[a].value, found[a].number_format) for a in ("B2", "B3")]  # type: ignore[index] # there is an active sheet


def test_overwriting_a_typed_apostrophe(book_path: Path) -> None:
    """The apostrophe belongs to the text; the next value has none."""
    with workbook(book_path) as book:
        cells = book.sheets["Report"]["H1:H2"]
        cells.value = [["'001"], ["'002"]]
        cells.value = [["003"], ["x"]]
        book.save()
    found = loaded(book_path)["Report"]
    assert [(3, False), ("x", False)] == [(found[a].value, bool(found[a].quotePrefix)) for a in ("H1", "H2")]


def test_shapes_of_reading(sheet: xw.Sheet) -> None:
    """One cell is a value, one row or column a list, a block a list of lists; `ndim=2` always the last."""
    sheet["A1:B2"].value = [[1, 2], [3, 4]]
    assert 1.0 == sheet["A1"].value
    assert [1.0, 2.0] == sheet["A1:B1"].value
    assert [1.0, 3.0] == sheet["A1:A2"].value
    assert [[1.0, 2.0], [3.0, 4.0]] == sheet["A1:B2"].value
    assert [[1.0]] == sheet["A1"].options(ndim=2).value
    assert ((1.0, 2.0), (3.0, 4.0)) == sheet["A1:B2"].raw_value
    assert [[1.0, 3.0], [2.0, 4.0]] == sheet["A1:B2"].options(transpose=True).value


def test_shapes_of_writing(sheet: xw.Sheet) -> None:
    """A value fills all cells; rows grow from the first cell; a list is a row."""
    sheet["A1:B2"].value = 7
    assert [[7.0, 7.0], [7.0, 7.0]] == sheet["A1:B2"].value
    sheet["D1"].value = [1, 2]
    sheet["D2"].value = [[3], [4]]
    sheet["F1"].options(transpose=True).value = [5, 6]
    assert [[1.0, 2.0, 5.0], [3.0, None, 6.0], [4.0, None, None]] == sheet["D1:F3"].value
    sheet["H1:I3"].raw_value = [["a", "b"]]
    assert [["a", "b"]] * 3 == sheet["H1:I3"].value
    sheet["K1:L2"].raw_value = [["a"], ["b"]]
    assert [["a", "a"], ["b", "b"]] == sheet["K1:L2"].value


def test_frames(sheet: xw.Sheet) -> None:
    """Xlwings' converters for frames work, written and read."""
    frame = pd.DataFrame({"sku": ["x", "y"], "cost": [1.5, None]})
    sheet["A1"].options(index=False).value = frame
    assert [["sku", "cost"], ["x", 1.5], ["y", None]] == sheet["A1:B3"].value
    back = sheet["A1:B3"].options(pd.DataFrame, index=False).value
    assert ["x", "y"] == list(back["sku"])


def test_options_for_dates_numbers_and_empty(sheet: xw.Sheet) -> None:
    """`dates=`, `numbers=` and `empty=` do what they do in Excel."""
    sheet["A1:C1"].value = [[moment(2026, 1, 2, 3), 4.6, None]]
    read = sheet["A1:C1"].options(dates=dt.date, numbers=int, empty="-").value
    assert [dt.date(2026, 1, 2), 5, "-"] == read


@pytest.mark.parametrize(
    "number_format", ["$#,##0.00", "[$€-407] #,##0.00", "_($* #,##0.00_);_($* (#,##0.00)", '"£"0', "#,##0.00 [$CHF]"]
)
def test_currency_is_cut_to_four_decimals(sheet: xw.Sheet, number_format: str) -> None:
    """COM hands a cell in a currency format out as a Decimal of four places; `Value2` is the number itself."""
    sheet["A1"].number_format = number_format
    sheet["A1"].value = 1.23456789
    assert Decimal("1.2346") == sheet["A1"].value
    assert isinstance(sheet["A1"].options(numbers=float).value, Decimal)
    assert 1.23456789 == sheet["A1"].api.Value2


@pytest.mark.parametrize("number_format", ["#,##0.00", "0.00%", "#,##0.00;[Red]-#,##0.00", "General", "0.00E+00"])
def test_other_numbers_are_floats(sheet: xw.Sheet, number_format: str) -> None:
    """Formats without a currency sign leave the number alone."""
    sheet["A1"].number_format = number_format
    sheet["A1"].value = 1.23456789
    assert 1.23456789 == sheet["A1"].value


@pytest.mark.parametrize(
    "number_format", ["yyyy-mm-dd", "d/m/yy h:mm", "[$-409]mmm d;@", "hh:mm:ss", "m/d/yyyy", "[h]:mm"]
)
def test_date_formats_make_dates(sheet: xw.Sheet, number_format: str) -> None:
    """Whether a number is a date is a question of its format; `Value2` is the serial number."""
    sheet["A1"].number_format = number_format
    sheet["A1"].value = 46024.5
    assert moment(2026, 1, 2, 12) == sheet["A1"].value
    assert 46024.5 == sheet["A1"].api.Value2


def test_dates_get_a_format_only_in_general_cells(sheet: xw.Sheet) -> None:
    """A date makes a General cell a date cell and leaves any other format."""
    sheet["A2"].number_format = "0.0"
    sheet["A1:A3"].value = [[moment(2026, 1, 2)], [moment(2026, 1, 2)], [moment(2026, 1, 2, 3)]]
    assert ["m/d/yyyy", "0.0", "m/d/yyyy h:mm"] == [sheet[a].number_format for a in ("A1", "A2", "A3")]
    assert 46024.0 == sheet["A2"].value


def test_workbooks_that_count_from_1904(tmp_path: Path) -> None:
    """Dates of a workbook with the 1904 calendar are read and written in it."""
    path = tmp_path / "mac.xlsx"
    made = xlsxwriter.Workbook(path, {"date_1904": True})
    page = made.add_worksheet()
    page.write_datetime(0, 0, moment(2026, 1, 2), made.add_format({"num_format": "yyyy-mm-dd"}))
    made.close()
    with workbook(path) as book:
        page = book.sheets[0]
        assert moment(2026, 1, 2) == page["A1"].value
        page["A2"].value = moment(2026, 3, 4)
        book.save()
    assert moment(2026, 3, 4) == loaded(path).active["A2"].value  # type: ignore[index] # there is an active sheet


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
    path = _with_rows(
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
    path = _with_rows(tmp_path, rows)
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
    with workbook(_with_rows(tmp_path, _mixed_rows(9))) as book:
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
        with workbook(_with_rows(tmp_path, _mixed_rows(count))) as book:
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


def test_clear_contents_keeps_formats(book: xw.Book) -> None:
    """Cleared cells are empty and look as before; whole columns may be cleared."""
    items = book.sheets["Items"]
    items["B5:B7"].clear_contents()
    assert ([None] * 3, "#,##0.00") == (items["B5:B7"].value, items["B5:B7"].number_format)
    items["F:F"].clear_contents()
    assert [None, None] == items["F6:F7"].value


def test_whole_columns_are_not_read(book: xw.Book) -> None:
    """A million cells over COM would hang Excel, so here it fails at once."""
    with pytest.raises(UnsupportedError, match="used range"):
        book.sheets["Items"]["A:B"].value  # noqa: B018 - reading is the test
    with pytest.raises(UnsupportedError):
        book.sheets["Items"]["A:A"].value = 1


def test_ranges_of_no_cells(sheet: xw.Sheet) -> None:
    """A slice without cells reads as None and takes no value, as on Windows."""
    nothing = sheet["A1:B2"][0:0, :]
    nothing.value = "lost"
    assert (None, 0, False) == (nothing.value, len(nothing), bool(nothing.api))


def test_protected_sheets(tmp_path: Path) -> None:
    """Locked cells of a protected sheet are refused; unlocked ones are not."""
    path = tmp_path / "protected.xlsx"
    made = xlsxwriter.Workbook(path)
    page = made.add_worksheet("Safe")
    page.protect()
    page.write("A1", "locked")
    page.write("B1", "free", made.add_format({"locked": False}))
    made.close()
    with workbook(path) as book:
        book.sheets["Safe"]["B1"].value = "new"
        with pytest.raises(SheetProtectedError, match="Sheet Safe is protected and A1:B1"):
            book.sheets["Safe"]["A1:B1"].value = "x"
        with pytest.raises(SheetProtectedError):
            book.sheets["Safe"]["B1"].delete(shift="up")


def test_damaged_values_are_named(tmp_path: Path) -> None:
    """A number that is none is reported with its place."""
    path = _with_rows(tmp_path, '<row r="3"><c r="A3"><v>12a</v></c></row>')
    with pytest.raises(NotAWorkbookError, match="row 3 of sheet Sheet1"):
        open_workbook(path).sheets[0]["A1:A9"].value  # noqa: B018 - reading is the test


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" t="s"><v>0</v></c>', "rich text "),
        ('<c r="A1" t="s"><v>1</v></c>', " 漢字"),
        ('<c r="A1" t="s"><v>9</v></c>', None),
        ('<c r="A1" t="s"><v></v></c>', None),
        (
            '<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t xml:space="preserve"> b</t></r></is></c>',
            "a b",
        ),
        ('<c r="A1" t="str"><f>A2</f><v>x_x000D_&amp;</v></c>', "x\r&"),
        ('<c r="A1" t="str"><f>A2</f><v></v></c>', None),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="e"><v>#REF!</v></c>', None),
        ('<c r="A1" t="d"><v>2026-01-02T03:00:00</v></c>', moment(2026, 1, 2, 3)),
        ('<c r="A1"><f>A2</f></c>', None),
        ('<c r="A1"/>', None),
        ("<c r='A1' t='n' ><v>1.5</v></c >", 1.5),
        ('<c t="n" r="A1"><v>1.5</v></c>', 1.5),
        ("<c><v>1.5</v></c>", 1.5),
        ('<c r="A1"><!-- 2 --><v>1<![CDATA[.5]]></v></c>', 1.5),
        ('<c r="A1" s="0"><v>1E-3</v><extLst><ext uri="x"/></extLst></c>', 0.001),
    ],
)
def test_cells_as_other_programs_write_them(tmp_path: Path, cell: str, value: object) -> None:
    """Cells are read however they are written, and survive a write beside them."""
    path = _with_rows(tmp_path, f'<row r="1">{cell}<c r="C1"><v>3</v></c></row>')
    with workbook(path) as book:
        page = book.sheets[0]
        assert value == page["A1"].value
        page["B1"].value = 2
        book.save()
    with workbook(path) as book:
        assert [value, 2.0, 3.0] == book.sheets[0]["A1:C1"].value


def test_rows_without_numbers(tmp_path: Path) -> None:
    """Rows and cells without an address follow the ones before them."""
    path = _with_rows(
        tmp_path, '<row><c><v>1</v></c></row><row r="4"><c r="C4"/><c><v>2</v></c></row><row><c><v>3</v></c></row>'
    )
    with workbook(path) as book:
        page = book.sheets[0]
        assert [1.0, 2.0, 3.0] == [page[a].value for a in ("A1", "D4", "A5")]
        page["A9"].value = 1
        book.save()
    found = loaded(path).active
    assert [1, 2, 3, 1] == [found[a].value for a in ("A1", "D4", "A5", "A9")]  # type: ignore[index] # there is a sheet


def _with_rows(folder: Path, rows: str) -> Path:
    path = folder / "raw.xlsx"
    made = xlsxwriter.Workbook(path)
    made.add_worksheet("Sheet1").write("A1", "x")
    made.close()
    text = parts(path)["xl/worksheets/sheet1.xml"].decode()
    before, after = text[: text.index("<sheetData>")], text[text.index("</sheetData>") :]
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<si><r><t>rich </t></r><r><rPr><b/></rPr><t xml:space="preserve">text </t></r></si>'
        '<si><t xml:space="preserve"> 漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh><phoneticPr fontId="1"/></si></sst>'
    )
    changes = {"xl/worksheets/sheet1.xml": f"{before}<sheetData>{rows}{after}".encode()}
    return rewritten(path, changes | {"xl/sharedStrings.xml": strings.encode()})


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_text_survives_the_file(text: str) -> None:
    """Whatever characters a text has, it comes back."""
    assert text == unescape_text(escape_text(text))


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_survives_the_file(number: float) -> None:
    """No digit of a number is lost."""
    assert number == float(number_text(number))


@settings(max_examples=examples(30), deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.floats(allow_nan=False, allow_infinity=False),
                st.booleans(),
                st.none(),
                st.text(st.characters(categories=("L", "N", "P", "Z", "S")), max_size=9),
            ),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_block_in_text_and_number_cells(tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any]]) -> None:
    """A block written over three columns, the first of text, reads back cell by cell."""
    path = full_workbook(tmp_path_factory.mktemp("blocks") / "b.xlsx")
    texts = [[None if row[0] is None else str(row[0])] for row in rows]
    numbers = [row[1:] for row in rows]
    plain = [[None if isinstance(value, str) else value for value in row] for row in numbers]
    with workbook(path) as book:
        page = book.sheets["Report"]
        page["K1"].resize(len(rows), 1).number_format = "@"
        page["K1"].resize(len(rows), 1).value = texts
        page["L1"].resize(len(rows), 2).value = plain
        book.save()
    with workbook(path) as book:
        page = book.sheets["Report"]
        assert [[value or None for value in row] for row in texts] == page["K1"].resize(len(rows), 1).options(
            ndim=2
        ).value
        assert plain == page["L1"].resize(len(rows), 2).options(ndim=2).value
