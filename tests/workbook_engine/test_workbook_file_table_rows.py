"""Rows of a table are inserted and deleted, and what stands below moves, as Excel does it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workbook_engine.builders import body, formulas, full_workbook, loaded, parts, plain_table, rewritten
from tests.workbook_engine.package_check import check_package
from tests.workbook_engine.table_books import part_of, rules, saved, two_tables
from workbook_engine import open_workbook, workbook
from workbook_engine.errors import RefusedByExcelError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw


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
