"""Tables of a workbook file: found, resized, and their rows inserted and deleted, as Excel does it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from tests.workbook_engine.builders import body, formulas, full_workbook, loaded, parts, plain_table, rewritten
from tests.workbook_engine.package_check import check_package
from workbook_engine import open_workbook, workbook
from workbook_engine.errors import RefusedByExcelError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw
    from openpyxl.worksheet.worksheet import Worksheet

TABLE = "xl/tables/table1.xml"


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


def saved(book: xw.Book) -> Worksheet:
    """Save the book and return its first sheet as openpyxl reads it."""
    book.save()
    sheet = loaded(book.fullname)["Items"]
    assert hasattr(sheet, "tables")
    return sheet


def part_of(book: xw.Book, name: str) -> bytes:
    """Return a part of the saved book."""
    return parts(Path(book.fullname))[name]


def rules(sheet: Worksheet) -> dict[str, str]:
    """Return the areas of validation and formatting rules, and the first formula of each."""
    found = {str(rule.sqref): str(rule.formula1) for rule in sheet.data_validations.dataValidation}
    for area in sheet.conditional_formatting:
        found[str(area.sqref)] = str(area.rules[0].formula[0]) if area.rules[0].formula else area.rules[0].type
    return found


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


def two_tables(folder: Path) -> Path:
    """Write two tables, one below the other, and one beside."""
    path = folder / "two.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    sheet.add_table("A1:B3", {"name": "tblX", "data": [[1, 2], [3, 4]]})
    sheet.add_table("A6:B8", {"name": "tblBelow", "data": [[5, 6], [7, 8]]})
    sheet.add_table("D1:E3", {"name": "tblBeside", "data": [[9, 10], [11, 12]]})
    sheet.write_formula("G1", "=A7*2", None, 10)
    book.close()
    return path


def test_deleting_rows(book: xw.Book, table: xw.main.Table) -> None:
    """Whole table rows go; what is below moves up, what is beside stays, references follow."""
    body(table)[1:2, :].delete(shift="up")
    sheet = saved(book)
    report = loaded(book.fullname)["Report"]

    assert "A4:D6" == sheet.tables["tblItems"].ref == sheet.tables["tblItems"].autoFilter.ref
    assert [["001", 1.5], ["X-3", 4.0]] == body(table)[:, :2].value
    assert ("below", "beside", "go") == (sheet["A11"].value, sheet["F6"].value, sheet["F7"].value)
    assert "=SUM(B5:B6)" == sheet["B11"].value
    assert ["=Items!B6*2", "=SUM(tblItems[Cost])", '=Items!#REF!&" Items!B5"'] == [
        report.cell(row, 1).value for row in (1, 2, 3)
    ]
    assert "=Items!$B$6" == book.names["last_cost"].refers_to
    assert {"B5:B6": "0", "G1:G3": '"yes,no"', "A5:D6": "$B5>2", "C5:C6": "dataBar"} == rules(sheet)
    assert ["Items!$A$5:$A$6"] == [str(rule.formula1) for rule in report.data_validations.dataValidation]
    assert [("B20:B25", ["Items!$B$6>B20"])] == [
        (str(a.sqref), a.rules[0].formula) for a in report.conditional_formatting
    ]
    assert "the last one" == sheet["A6"].comment.text.strip()
    assert b"<c:f>Items!$B$5:$B$6</c:f>" in part_of(book, "xl/charts/chart1.xml")
    assert "Items!B5:B6" == report["C1"].value.text.removeprefix("=")


def test_formulas_written_after_a_deletion(book: xw.Book, table: xw.main.Table, items: xw.Sheet) -> None:
    """What is written after cells moved means the cells where they are now."""
    body(table)[0:1, :].delete(shift="up")
    items["H1:H2"].formula = [["=B6*2"], ["=B7"]]
    items["H3:H4"].formula = "=B6"
    items["H5"].value = "=SUM(B5:B6)"
    book.names.add("fresh", "=Items!$B$6")
    items["A2"].add_hyperlink("#Items!B6", "there")
    book.save()
    assert [["=B6*2"], ["=B7"], ["=B6"], ["=B7"], ["=SUM(B5:B6)"]] == formulas(items["H1:H5"])
    assert "=Items!$B$6" == book.names["fresh"].refers_to
    assert b'location="Items!B6"' in part_of(book, "xl/worksheets/sheet1.xml")


def test_deleting_the_first_row(book: xw.Book, table: xw.main.Table, items: xw.Sheet) -> None:
    """Rules that begin at the deleted row keep seeing their own row."""
    body(table)[0:1, :].delete(shift="up")
    assert "$B5>2" == rules(saved(book))["A5:D6"]
    assert [["=[@Cost]*[@Units]"]] * 2 == formulas(items["D5:D6"])


def test_deleting_all_rows(book: xw.Book, table: xw.main.Table, items: xw.Sheet) -> None:
    """A table keeps one blank row, which is no data; the first value written there is the first record."""
    body(table).delete(shift="up")
    assert table.data_body_range is None
    assert "$A$5:$D$5" == table.insert_row_range.address  # type: ignore[union-attr] # it is empty
    assert "A4:D5" == saved(book).tables["tblItems"].ref
    assert "below" == items["A10"].value
    assert "@" == items["A5"].number_format
    with workbook(Path(book.fullname)) as again:
        assert again.sheets["Items"].tables["tblItems"].data_body_range is None
    items["A5"].value = "first"
    assert "=[@Cost]*[@Units]" == items["D5"].formula
    assert "$A$5:$D$5" == body(table).address
    assert table.insert_row_range is None


def test_filling_an_empty_table(book: xw.Book, table: xw.main.Table, items: xw.Sheet) -> None:
    """An empty table that is resized and filled is as it was before it was emptied."""
    body(table).delete(shift="up")
    items["A10"].value = None
    items["B10"].value = None
    table.resize(items["A4:D7"])
    body(table)[:, :3].value = [["00A", 1, 2], ["1/2", 3, 4], ["=x", 5, 6]]
    sheet = saved(book)
    assert [("00A", 1), ("1/2", 3), ("=x", 5)] == [(sheet.cell(r, 1).value, sheet.cell(r, 2).value) for r in (5, 6, 7)]
    assert "s" == sheet["A7"].data_type
    assert {"B5:B7", "A5:D7", "C5:C7", "G1:G3"} == set(rules(sheet))


def test_inserting_rows(book: xw.Book, items: xw.Sheet) -> None:
    """Rows inserted inside a table make it grow, with formats, formulas and rules."""
    items["A6:D7"].insert(shift="down")
    sheet = saved(book)
    assert "A4:D9" == sheet.tables["tblItems"].ref
    assert [["001", 1.5], [None, None], [None, None], ["1/2/2026", 2.25], ["X-3", 4.0]] == items["A5:B9"].value
    assert ["@", "#,##0.00"] == [sheet[a].number_format for a in ("A6", "B7")]
    assert [["=[@Cost]*[@Units]"]] * 5 == formulas(items["D5:D9"])
    assert "=Items!B9*2" == loaded(book.fullname)["Report"]["A1"].value
    assert {"B5:B9": "0", "G1:G3": '"yes,no"', "A5:D9": "$B5>2", "C5:C9": "dataBar"} == rules(sheet)


def test_inserting_before_the_first_row(book: xw.Book, items: xw.Sheet) -> None:
    """The new first row looks like data, not like the header, and the rules reach up to it."""
    items["A4:D4"].font.bold = True
    items["A5:D5"].insert(shift="down")
    assert (True, False) == (items["A4"].font.bold, items["A5"].font.bold)
    sheet = saved(book)
    assert "A4:D8" == sheet.tables["tblItems"].ref
    assert ["@", "#,##0.00"] == [sheet[a].number_format for a in ("A5", "B5")]
    assert {"B5:B8": "0", "G1:G3": '"yes,no"', "A5:D8": "$B5>2", "C5:C8": "dataBar"} == rules(sheet)


def test_inserting_above_a_table(book: xw.Book, table: xw.main.Table, items: xw.Sheet) -> None:
    """Cells inserted above move the whole table, notes and links of its columns with it."""
    items["A3:D3"].insert(shift="down")
    sheet = saved(book)
    assert "$A$5:$D$8" == table.range.address
    assert "per unit" == sheet["B5"].comment.text.strip()
    assert {"B6:B8": "0", "G1:G3": '"yes,no"', "A6:D8": "$B6>2", "C6:C8": "dataBar"} == rules(sheet)
    assert "beside" == sheet["F6"].value


def test_inserting_below_the_last_row(items: xw.Sheet, table: xw.main.Table) -> None:
    """Cells inserted right below a table are not part of it, but have its look."""
    items["A8:D9"].insert(shift="down")
    assert "$A$4:$D$7" == table.range.address
    assert ("@", "below") == (items["A9"].number_format, items["A14"].value)


def test_totals_rows(tmp_path: Path) -> None:
    """A totals row stays the last row: rows are inserted above it, and resizing is refused."""
    path = plain_table(tmp_path / "t.xlsx", ["a", "b"], [[1, 2], [3, 4]], options={"total_row": True})
    with workbook(path) as book:
        sheet = book.sheets["Data"]
        table = sheet.tables["tblX"]
        assert ("$A$4:$B$4", "$A$2:$B$3") == (table.totals_row_range.address, body(table).address)  # type: ignore[union-attr] # shown
        sheet["A4:B5"].insert(shift="down")
        assert ("$A$6:$B$6", "$A$2:$B$5") == (table.totals_row_range.address, body(table).address)  # type: ignore[union-attr] # shown
        with pytest.raises(UnsupportedError, match="totals row"):
            table.resize(sheet["A1:B9"])
        with pytest.raises(UnsupportedError, match="header or totals"):
            sheet["A6:B6"].delete(shift="up")
        sheet["A3:B5"].delete(shift="up")
        assert "$A$2:$B$2" == body(table).address
        book.save()
    check_package(path)


def test_tables_in_the_way(tmp_path: Path) -> None:
    """Other tables move as a whole or the change is refused."""
    path = two_tables(tmp_path)
    with workbook(path) as book:
        sheet = book.sheets["Data"]
        sheet["A2:B2"].delete(shift="up")
        assert ["$A$1:$B$2", "$A$5:$B$7", "$D$1:$E$3"] == [table.range.address for table in sheet.tables]
        assert "=A6*2" == sheet["G1"].formula
        for address in ("A2", "B2:D2", "A2:D2"):
            with pytest.raises(RefusedByExcelError, match="would shift part of table"):
                sheet[address].delete(shift="up")
            with pytest.raises(RefusedByExcelError, match="would shift part of table"):
                sheet[address].insert(shift="down")
        with pytest.raises(UnsupportedError, match="header or totals"):
            sheet["A1:B2"].delete(shift="up")
        book.save()
    check_package(path)


def test_merged_cells_in_the_way(book: xw.Book, items: xw.Sheet) -> None:
    """Merged cells move as a whole or the change is refused."""
    with pytest.raises(RefusedByExcelError, match="merged cells F10:G10"):
        items["F9"].insert(shift="down")
    items["F9:G9"].insert(shift="down")
    assert "two" == items["F11"].value
    with pytest.raises(RefusedByExcelError, match="merged cells F11:G11"):
        items["F10"].insert(shift="down")
    items["F10:G10"].delete(shift="up")
    items["F10:G10"].insert(shift="down")
    assert "F11:G11" in {str(area) for area in saved(book).merged_cells.ranges}


def test_whole_rows_take_their_height(book: xw.Book, items: xw.Sheet) -> None:
    """Whole rows move with their height; parts of rows leave it."""
    items["A1:D1"].insert(shift="down")
    assert 30 == items["A2"].row_height
    items["1:2"].insert(shift="down")
    assert [15, 30] == [items[a].row_height for a in ("A2", "A4")]
    items["1:3"].delete(shift="up")
    assert 30 == items["A1"].row_height
    assert 30 == saved(book).row_dimensions[1].height


def test_filtered_tables(tmp_path: Path) -> None:
    """Rows that a filter hides stay hidden where they move to; taking the filter off shows them."""
    path = plain_table(tmp_path / "f.xlsx", ["a"], [[1], [2], [3], [4]])
    text = parts(path)[TABLE].decode()
    rows = parts(path)["xl/worksheets/sheet1.xml"].decode()
    filters = '<filters><filter val="1"/><filter val="4"/></filters>'
    criteria = f'<autoFilter ref="A1:A5"><filterColumn colId="0">{filters}</filterColumn></autoFilter>'
    for number in (3, 4):
        rows = rows.replace(f'<row r="{number}"', f'<row r="{number}" hidden="1"')
    rewritten(
        path,
        {
            TABLE: text.replace('<autoFilter ref="A1:A5"/>', criteria).encode(),
            "xl/worksheets/sheet1.xml": rows.encode(),
        },
    )
    with workbook(path) as book:
        sheet = book.sheets["Data"]
        table = sheet.tables["tblX"]
        assert [False, True, True, False] == [cell.impl.row_hidden for cell in sheet["A2:A5"]]
        sheet["A2"].delete(shift="up")
        assert [True, True, False] == [cell.impl.row_hidden for cell in sheet["A2:A4"]]
        sheet["A3"].insert(shift="down")
        assert [True, False, True, False] == [cell.impl.row_hidden for cell in sheet["A2:A5"]]
        table.show_autofilter = False
        assert [False] * 4 == [cell.impl.row_hidden for cell in sheet["A2:A5"]]
        assert not table.show_autofilter
        table.show_autofilter = True
        book.save()
    assert b'<autoFilter ref="A1:A5"/>' in parts(path)[TABLE]
    check_package(path)


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


def test_many_deletions_one_by_one(tmp_path: Path) -> None:
    """Every second row deleted from below leaves the others."""
    path = plain_table(tmp_path / "m.xlsx", ["a", "b"], [[n, n * 2] for n in range(400)])
    with workbook(path) as book:
        table = book.sheets["Data"].tables["tblX"]
        for row in range(398, -1, -2):
            body(table)[row : row + 1, :].delete(shift="up")
        assert [[n, n * 2] for n in range(1, 400, 2)] == body(table).value
        book.save()
    check_package(path)


def test_insert_row_from_the_file(tmp_path: Path) -> None:
    """Excel marks a table without records in the file; a blank row without the mark is a record."""
    path = plain_table(tmp_path / "e.xlsx", ["a"], [[None]])
    assert open_workbook(path).sheets["Data"].tables["tblX"].data_body_range is not None
    text = parts(path)[TABLE].decode().replace(' ref="', ' insertRow="1" ref="', 1)
    rewritten(path, {TABLE: text.encode()})
    assert open_workbook(path).sheets["Data"].tables["tblX"].data_body_range is None
