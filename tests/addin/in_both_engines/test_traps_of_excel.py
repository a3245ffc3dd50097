"""The stand-in surprises as Excel does: what this suite believes of Excel, each with the place that says so."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.addin.in_both_engines.as_user import UsersTable
from tests.fake_excel.application import FakeChart
from tests.fake_excel.com import ComError
from tests.fake_excel.windows_code import open_book

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

    from tests.fake_excel.application import FakeApplication

DAY = datetime(2026, 3, 4)  # noqa: DTZ001 - a cell knows no zone


@pytest.fixture
def book(excel: FakeApplication, business: Path) -> xw.Book:
    """Return the workbook, open in Excel."""
    return open_book(excel, business)


@pytest.fixture
def cell(book: xw.Book) -> xw.Range:
    """Return an empty cell in format General."""
    found = book.sheets["Setup"].range("F40")
    found.number_format = "General"
    return found


def test_a_decimal_is_cut_and_becomes_currency(cell: xw.Range) -> None:
    """Four decimals are left, not rounded, and the format changes (docs/facts/xlwings.md, Traps)."""
    cell.value = Decimal("1.23459")

    assert (1.2345, True) == (cell.api.Value2, str(cell.number_format).startswith("$"))


def test_a_currency_cell_reads_as_a_decimal_of_four_places(cell: xw.Range) -> None:
    """`.value` cuts what `Value2` gives in full (docs/facts/xlwings.md, Traps)."""
    cell.number_format = '"$"#,##0.00'
    cell.value = 1.234567

    assert (Decimal("1.2346"), 1.234567) == (cell.value, cell.api.Value2)


@pytest.mark.parametrize(
    ("written", "read"),
    [("00123", 123.0), ("1/2/2026", datetime(2026, 1, 2)), ("TRUE", True), (7, 7.0)],  # noqa: DTZ001 - a cell knows no zone
)
def test_what_is_written_is_as_good_as_typed(cell: xw.Range, written: object, read: object) -> None:
    """A text becomes what Excel takes it for, a whole number a float."""
    cell.value = written

    assert read == cell.value
    assert type(read) is type(cell.value)


def test_a_date_is_a_number_to_value2(cell: xw.Range) -> None:
    """A date cell gives a moment by Value and a serial number by Value2."""
    cell.value = DAY

    assert (DAY, 46085.0) == (cell.value, cell.api.Value2)


def test_shapes(book: xw.Book) -> None:
    """One cell gives a value, a row and a column a list, a block a list of lists."""
    sheet = book.sheets["Setup"]
    sheet.range("F40").value = [[1, 2], [3, 4]]

    shapes = [sheet.range(address).value for address in ("F40", "F40:G40", "F40:F41", "F40:G41")]
    assert [1.0, [1.0, 2.0], [1.0, 3.0], [[1.0, 2.0], [3.0, 4.0]]] == shapes


def test_a_sheet_is_never_in_the_sheets(book: xw.Book) -> None:
    """Not even one that is there (xlwings issue #613)."""
    assert "Setup" not in book.sheets


def test_a_filtered_block_is_written_wrongly(book: xw.Book) -> None:
    """Every row that is left gets the first row of the block (xlwings issue #747); nothing is deleted."""
    table = next(t for t in book.sheets["Resolve"].tables if t.name == "tblResolve")
    body = table.data_body_range
    assert body is not None
    skus = body.columns[2]
    before = skus.value
    table.autofilter.apply_values(3, [before[1]])

    skus.value = [[f"new {number}"] for number in range(len(before))]
    body.rows[0].delete(shift="up")

    assert [*(["new 0"] if sku == before[1] else [sku] for sku in before)] == [[sku] for sku in skus.value]


def test_a_very_hidden_sheet(book: xw.Book) -> None:
    """It is neither True nor False but 2, and cannot be copied."""
    sheet = book.sheets["_cogsheet"]

    assert sheet.visible == 2
    with pytest.raises(ComError, match="Exception occurred"):
        sheet.copy()


def test_a_selected_chart_is_no_range(excel: FakeApplication, book: xw.Book) -> None:
    """It is nothing at all (docs/facts/xlwings.md, Traps)."""
    excel.select(FakeChart())

    assert book.app.selection is None


def test_the_address_of_many_pieces_is_cut(excel: FakeApplication, book: xw.Book) -> None:
    """Excel gives 255 characters at most."""
    excel.Workbooks.Item(book.name).select("Setup", *(f"B{row}" for row in range(1, 200, 2)))

    selection = book.app.selection
    assert selection is not None
    assert len(selection.address) < 256


def test_what_pywin32_cannot_send_is_refused(cell: xw.Range) -> None:
    """A dictionary, a date without time that did not pass xlwings' converter."""
    for value in ({"a": 1}, DAY.date()):
        with pytest.raises(TypeError, match="COM VARIANT"):
            cell.raw_value = value


def test_saved_by_excel_means_saved_in_the_file(book: xw.Book, business: Path) -> None:
    """What the stand-in shows is what the file holds."""
    book.sheets["Resolve"].range("A5").value = "Somewhere"
    book.save()

    assert UsersTable(business, "tblResolve").rows()[0][0].value == "Somewhere"
