"""Values in and out, through xlwings' own converters, with the surprises that Excel has."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from tests.workbook_engine.builders import loaded, moment
from tests.workbook_engine.package_check import check_package
from workbook_engine import workbook
from workbook_engine.cell_values import escape_text

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw


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
