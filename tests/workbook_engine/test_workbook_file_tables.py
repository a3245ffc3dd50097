"""Tables of a workbook file: found, resized, and their rows inserted and deleted, as Excel does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workbook_engine.builders import body, formulas, full_workbook, loaded
from tests.workbook_engine.package_check import check_package
from tests.workbook_engine.table_books import part_of, rules, saved, two_tables
from workbook_engine import workbook
from workbook_engine.errors import RefusedByExcelError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import xlwings as xw


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the full workbook."""
    return full_workbook(tmp_path / "Tables.xlsx")


@pytest.fixture
def book(path: Path) -> Iterator[xw.Book]:
    """Return it opened; after the test it is saved and checked."""
    with workbook(path) as opened:
        yield opened
        opened.save()
    check_package(path)


@pytest.fixture
def items(book: xw.Book) -> xw.Sheet:
    """Return the sheet of the table."""
    return book.sheets["Items"]


@pytest.fixture
def table(items: xw.Sheet) -> xw.main.Table:
    """Return the table."""
    return items.tables["tblItems"]


def test_what_a_table_says(table: xw.main.Table, items: xw.Sheet) -> None:
    """Name, place, rows and settings."""
    assert ("tblItems", "tblItems") == (table.name, table.display_name)
    assert "$A$4:$D$7" == table.range.address
    assert ["SKU", "Cost", "Units", "Total"] == table.header_row_range.value  # type: ignore[union-attr] # it is shown
    assert "$A$5:$D$7" == body(table).address
    assert (None, None) == (table.insert_row_range, table.totals_row_range)
    assert (True, True, "TableStyleMedium9") == (table.show_headers, table.show_autofilter, table.table_style)
    assert "tblItems" == items["C6"].table.name  # type: ignore[union-attr] # the cell is in it
    assert items["F6"].table is None
    assert ["tblItems"] == [found.name for found in items.tables]
    assert items == table.parent


def test_in_is_refused(items: xw.Sheet, book: xw.Book) -> None:
    """`in` finds no name on Windows, so it is an error here."""
    with pytest.raises(TypeError, match="always False in Excel"):
        "tblItems" in items.tables  # noqa: B015 - asking is the test
    with pytest.raises(TypeError, match=r"book\.sheet_names"):
        "Items" in book.sheets  # noqa: B015 - asking is the test


def test_resize_down(book: xw.Book, table: xw.main.Table, items: xw.Sheet) -> None:
    """New rows look like the last one; calculated columns, validation and formatting reach over them."""
    items["B7"].color = "#ffff00"
    table.resize(items["A4:D9"])
    sheet = saved(book)

    assert "A4:D9" == sheet.tables["tblItems"].ref == sheet.tables["tblItems"].autoFilter.ref
    assert ["@", "#,##0.00"] == [sheet[a].number_format for a in ("A9", "B9")]
    assert "FFFFFF00" == sheet["B9"].fill.fgColor.rgb
    assert [["=[@Cost]*[@Units]"]] * 5 == formulas(items["D5:D9"])
    assert "=tblItems[[#This Row],[Cost]]*tblItems[[#This Row],[Units]]" == sheet["D9"].value
    assert {"B5:B9": "0", "G1:G3": '"yes,no"', "A5:D9": "$B5>2", "C5:C9": "dataBar"} == rules(sheet)
    assert b"<xm:sqref>C5:C9</xm:sqref>" in part_of(book, "xl/worksheets/sheet1.xml")


def test_resize_keeps_what_stands_below(book: xw.Book, table: xw.main.Table, items: xw.Sheet) -> None:
    """Cells that the table is laid over become its data."""
    items["A8:D8"].value = [["mine", 9, None, 8]]
    table.resize(items["A4:D8"])
    sheet = saved(book)
    assert "A4:D8" == sheet.tables["tblItems"].ref
    assert ["mine", 9, None, 8] == [sheet.cell(8, column).value for column in range(1, 5)]


def test_resize_up(book: xw.Book, table: xw.main.Table, items: xw.Sheet) -> None:
    """A smaller table leaves its former rows as plain cells."""
    table.resize(items["A4:D5"])
    assert ["001", 1.5] == body(table)[0, :2].value
    assert "X-3" == items["A7"].value
    assert "A4:D5" == saved(book).tables["tblItems"].ref


@pytest.mark.parametrize("address", ["A3:D9", "B4:D9", "A5:D9", "A4:D4"])
def test_resize_refused(table: xw.main.Table, items: xw.Sheet, address: str) -> None:
    """The header stays where it is, and at least one row follows it."""
    with pytest.raises(RefusedByExcelError, match="header"):
        table.resize(items[address])


def test_resize_of_columns_is_not_supported(table: xw.main.Table, items: xw.Sheet) -> None:
    """Columns do not come and go by resizing here."""
    with pytest.raises(UnsupportedError, match="in rows"):
        table.resize(items["A4:E9"])


def test_tables_never_overlap(tmp_path: Path) -> None:
    """A table cannot grow over another."""
    path = two_tables(tmp_path)
    with workbook(path) as book:
        data = book.sheets["Data"]
        with pytest.raises(RefusedByExcelError, match="another table"):
            data.tables["tblX"].resize(data["A1:B9"])


def test_header_cells_name_the_columns(book: xw.Book, table: xw.main.Table, items: xw.Sheet) -> None:
    """A header that is typed over renames the column, and formulas follow; blanks and repetitions get names."""
    items["B4:D4"].value = [["Unit cost", 7, "SKU"]]
    assert ["SKU", "Unit cost", "7", "SKU2"] == table.header_row_range.value  # type: ignore[union-attr] # it is shown
    assert "=[@[Unit cost]]*[@7]" == items["D5"].formula.replace("[@[7]]", "[@7]")  # type: ignore[union-attr] # one cell
    items["C4"].value = None
    assert "Column3" == items["C4"].value
    sheet = saved(book)
    assert ["SKU", "Unit cost", "Column3", "SKU2"] == [c.name for c in sheet.tables["tblItems"].tableColumns]
    assert "=SUM(tblItems[Unit cost])" == loaded(book.fullname)["Report"]["A2"].value


def test_renaming_a_table(book: xw.Book, table: xw.main.Table, items: xw.Sheet) -> None:
    """Formulas follow a table's new name; names that Excel refuses are refused."""
    for wrong in ("has blank", "A1", "", "1st", "last_cost"):
        with pytest.raises(RefusedByExcelError):
            table.name = wrong
    table.name = "tblOther"
    assert "=SUM(tblOther[Cost])" == book.sheets["Report"]["A2"].formula
    assert "=tblOther[[#This Row],[Cost]]*tblOther[[#This Row],[Units]]" == saved(book)["D5"].value
    assert "=[@Cost]*[@Units]" == items["D5"].formula


def test_settings_of_a_table(book: xw.Book, table: xw.main.Table) -> None:
    """The style of a table can be changed."""
    table.table_style = "TableStyleLight1"
    found = saved(book).tables["tblItems"]
    assert "TableStyleLight1" == found.tableStyleInfo.name


def test_expanding_is_refused(items: xw.Sheet) -> None:
    """Tables say where they end; guessing from blank cells is not supported."""
    with pytest.raises(UnsupportedError):
        items["A4"].expand()
