"""Names, ranges, formats, rows and links of a workbook file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workbook_engine.builders import body, full_workbook, loaded, parts, rewritten
from tests.workbook_engine.package_check import check_package
from workbook_engine import workbook
from workbook_engine.errors import RefusedByExcelError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw


SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the full workbook with macros."""
    return full_workbook(tmp_path / "Sheets.xlsm")


@pytest.fixture
def book(path: Path) -> Iterator[xw.Book]:
    """Return it opened; after the test it is saved and checked."""
    with workbook(path) as opened:
        yield opened
        opened.save()
    check_package(path)


def test_names(book: xw.Book) -> None:
    """Names are found, added, changed and deleted."""
    names = book.names
    assert "last_cost" in names
    assert "LAST_COST" in names
    assert "other" not in names
    assert ("=Items!$B$7", "$B$7", "Items") == (
        names["last_cost"].refers_to,
        names["last_cost"].refers_to_range.address,
        names["last_cost"].refers_to_range.sheet.name,
    )
    with pytest.raises(RefusedByExcelError, match="not for cells"):
        names["answer"].refers_to_range  # noqa: B018 - asking is the test
    with pytest.raises(KeyError):
        names["other"]
    names.add("company", "=Items!$A$1:$B$2")
    names.add("constant", "text")
    names.add("Report!own", "=Report!$A$1")
    names["answer"].refers_to = "=43"
    del names["last_cost"]
    book.save()
    found = loaded(book.fullname)
    assert {"company": "Items!$A$1:$B$2", "constant": '"text"', "answer": "43"} == {
        name: defined.attr_text for name, defined in found.defined_names.items()
    }
    assert ["own"] == list(found["Report"].defined_names)


@pytest.mark.parametrize("name", ["has blank", "A1", "R1C1", "1st", "", "x" * 256, "a-b"])
def test_names_that_excel_refuses(book: xw.Book, name: str) -> None:
    """Names that are no names are refused."""
    with pytest.raises(RefusedByExcelError):
        book.names.add(name, "=1")


def test_hidden_names_stay_hidden(path: Path) -> None:
    """A hidden name (where a workbook keeps what it belongs to) stays hidden when it is changed."""
    text = parts(path)["xl/workbook.xml"].decode().replace('name="answer"', 'name="answer" hidden="1"')
    rewritten(path, {"xl/workbook.xml": text.encode()})
    with workbook(path) as book:
        book.names["answer"].refers_to = "=7"
        book.names.add("answer", "=8")
        book.save()
    assert b'<definedName name="answer" hidden="1">8</definedName>' in parts(path)["xl/workbook.xml"]


def test_named_cells(book: xw.Book) -> None:
    """Cells are found by a name and know it; a range can be given one."""
    items = book.sheets["Items"]
    assert "$B$7" == items["last_cost"].address
    assert "$A$5" == items["local_name"].address
    assert "last_cost" == items["B7"].name.name  # type: ignore[union-attr] # it has one
    assert items["B6"].name is None
    items["C1:C2"].name = "corner"
    assert "=Items!$C$1:$C$2" == book.names["corner"].refers_to
    with pytest.raises(RefusedByExcelError):
        items["nothing"]


def test_ranges(book: xw.Book) -> None:
    """Addresses, shapes, offsets and corners."""
    items = book.sheets["Items"]
    cells = items["B5:D7"]
    assert (5, 2, (3, 3), 9, "$B$5:$D$7") == (cells.row, cells.column, cells.shape, len(cells), cells.address)
    assert ("$D$7", "$C$6:$E$8", "$B$5") == (
        cells.last_cell.address,
        cells.offset(1, 1).address,
        cells.resize(1, 1).address,
    )
    assert ("$C$5", "$B$6", "$A$4") == (cells(2).address, cells(4).address, cells(0, 0).address)
    assert "$C$2:$D$5" == items.range((2, 3), (5, 4)).address == items.range("D5", "C2").address
    assert ("B$5:D$7", "Items!$B$5:$D$7", "[Sheets.xlsm]Items!$B$5:$D$7") == (
        cells.get_address(column_absolute=False),
        cells.get_address(include_sheetname=True),
        cells.get_address(external=True),
    )
    assert ("$A$1:$F$12", "$1:$1048576") == (items.used_range.address, items.cells.address)
    assert ["$B$5", "$C$5", "$D$5"] == [cell.address for cell in cells[0, :]]
    with pytest.raises(IndexError):
        items.range((0, 1))
    with pytest.raises(IndexError):
        cells.offset(-5, 0)
    with pytest.raises(IndexError):
        items.range((1048576, 1)).offset(1, 0)


def test_selection(book: xw.Book) -> None:
    """Nothing is selected until something is."""
    assert book.app.selection is None
    book.sheets["Items"]["B5:C6"].select()
    assert ["$B$5:$C$6"] * 2 == [getattr(found, "address", None) for found in (book.app.selection, book.selection)]


def test_application(book: xw.Book) -> None:
    """The settings that the add-in changes while it works are kept; calculating does nothing."""
    app = book.app
    with app.properties(screen_updating=False, enable_events=False, display_alerts=False, calculation="manual"):
        app.status_bar = "working"
        assert ("manual", "working", False) == (app.calculation, app.status_bar, app.screen_updating)
        app.calculate()
    assert ("automatic", True, 16) == (app.calculation, app.screen_updating, app.version.major)
    with pytest.raises(KeyError):
        app.calculation = "never"


def test_formats(book: xw.Book) -> None:
    """Number format, colour and font change what is asked and keep the rest."""
    cells = book.sheets["Items"]["A5:B6"]
    cells.font.bold = True
    cells.font.color = (255, 0, 0)
    cells.color = "#00ff00"
    assert [True, (255, 0, 0), (0, 255, 0)] == [cells.font.bold, cells.font.color, cells.color]
    assert cells.number_format is None
    cells[0, 1].font.italic = True
    cells[0, 1].number_format = "0.000"
    assert (None, True) == (cells.font.italic, cells[0, 1].font.italic)
    cells[1, 0].color = None
    cells[1, 0].font.bold = False
    book.save()
    found = loaded(book.fullname)["Items"]
    assert ("@", True, False) == (found["A5"].number_format, found["A5"].font.b, found["A5"].font.i)
    assert ("0.000", True, "FF00FF00") == (found["B5"].number_format, found["B5"].font.i, found["B5"].fill.fgColor.rgb)
    assert ("@", False, None) == (found["A6"].number_format, found["A6"].font.b, found["A6"].fill.patternType)


def test_a_format_that_is_there_changes_no_row(path: Path) -> None:
    """Setting the format that the cells have already leaves the sheet as it was."""
    before = parts(path)
    with workbook(path) as book:
        book.sheets["Items"]["A5:A40"].number_format = "@"
        book.save()
    rows = [data[data.index(b"<sheetData") :] for data in (before[SHEET], parts(path)[SHEET])]
    assert rows[0] == rows[1]


def test_styles_are_added_once(book: xw.Book) -> None:
    """A thousand cells of one look add one style; formats that Excel has built in add no number format."""
    cells = book.sheets["Report"]["J1:J1000"]
    cells.number_format = "0.00%"
    cells.number_format = "0.0000%"
    book.save()
    styles = parts(Path(book.fullname))["xl/styles.xml"].decode()
    assert 1 == styles.count('formatCode="0.0000%"')
    assert 0 == styles.count('formatCode="0.00%"')
    before = len(re.findall("<xf ", styles))
    book.sheets["Report"]["K1:K1000"].number_format = "0.0000%"
    book.save()
    assert before == len(re.findall("<xf ", parts(Path(book.fullname))["xl/styles.xml"].decode()))


def test_whole_columns(book: xw.Book) -> None:
    """Whole columns can be formatted, sized and hidden; cells to come have their format."""
    items = book.sheets["Items"]
    items["C:D"].number_format = "@"
    items["C99"].value = "007"
    items["C:C"].column_width = 20
    items["A1:B1"].column_width = 11.5
    items["G1"].impl.column_hidden = True
    assert ("007", "@", "@") == (items["C99"].value, items["C5"].number_format, items["D200"].number_format)
    assert (20, 11.57, 8.43, None, 0) == (
        items["C1"].column_width,
        items["A1"].column_width,
        items["F1"].column_width,
        items["B1:C1"].column_width,
        items["G1"].column_width,
    )
    book.save()
    found = loaded(book.fullname)["Items"]
    assert ("007", True) == (found["C99"].value, found.column_dimensions["G"].hidden)
    assert 20.7109375 == found.column_dimensions["C"].width
    column = re.search(rb'<col min="3"[^>]*>', parts(Path(book.fullname))[SHEET])
    assert column is not None
    assert b'width="20.7109375"' in column[0]
    assert b'customWidth="1"' in column[0]


def test_rows(book: xw.Book) -> None:
    """Rows can be made higher and hidden."""
    items = book.sheets["Items"]
    items["A3:A4"].row_height = 22.5
    items["A5:A6"].impl.row_hidden = True
    assert (22.5, 30.0, None, True, None) == (
        items["A3:A4"].row_height,
        items["A2"].row_height,
        items["A2:A3"].row_height,
        items["A5"].impl.row_hidden,
        items["A6:A7"].impl.row_hidden,
    )
    book.save()
    found = loaded(book.fullname)["Items"]
    rows = found.row_dimensions
    assert (22.5, True, False) == (rows[3].height, rows[5].hidden, rows[7].hidden)


def test_links(book: xw.Book) -> None:
    """Links lead to places in the workbook or outside; a new one takes the place of the old."""
    items = book.sheets["Items"]
    items["A2"].add_hyperlink("#'Report'!A1", "the report", "Go there")
    items["B2"].add_hyperlink("https://example.org/x?y=1&z=2", "00123")
    items["F7"].add_hyperlink("#Report!B2", "again")
    assert ["the report", "00123", "again"] == [items[a].value for a in ("A2", "B2", "F7")]
    book.save()
    found = loaded(book.fullname)["Items"]
    assert ("'Report'!A1", "Go there") == (found["A2"].hyperlink.location, found["A2"].hyperlink.tooltip)
    assert "https://example.org/x?y=1&z=2" == found["B2"].hyperlink.target
    assert "Report!B2" == found["F7"].hyperlink.location
    assert 1 == parts(Path(book.fullname))[SHEET].count(b'<hyperlink ref="F7"')
    assert ("single", "@") == (found["A2"].font.u, found["A2"].number_format)


def test_moves_that_are_not_supported(book: xw.Book) -> None:
    """Cells move up and down only; sheets are copied within their workbook."""
    cells = book.sheets["Items"]["A20"]
    with pytest.raises(UnsupportedError):
        cells.insert(shift="right")
    with pytest.raises(UnsupportedError):
        cells.delete(shift="left")
    with pytest.raises(UnsupportedError):
        cells.delete()


def test_what_stands_behind_a_cell(book: xw.Book) -> None:
    """Code that reaches behind xlwings finds something true, with `Value2` and nothing else."""
    items = book.sheets["Items"]
    assert all((book.api, items.api, items["A1"].api, items.tables[0].api, book.app.api))
    items["H5:H6"].value = [[True], ["#N/A"]]
    assert [((1.5,), (2.25,))] == [items["B5:B6"].api.Value2]
    assert ["001", True, -2146826246, None] == [items[a].api.Value2 for a in ("A5", "H5", "H6", "H7")]
    with pytest.raises(AttributeError):
        items["A1"].api.Interior  # noqa: B018 - asking is the test
    assert not hasattr(book.api, "Value2")


def test_a_cogs_tab(book: xw.Book) -> None:
    """The way of a COGS tab: copy a hidden sheet, name its table, fill it, show it."""
    book.sheets["Items"].visible = False
    sheet = book.sheets["Items"].copy(after=book.sheets[-1], name="COGS 23874397121")
    sheet.visible = True
    table = sheet.tables[0]
    table.name = "tblCOGS_23874397121"
    table.resize(table.range[0, 0].resize(6, 4))
    body(table)[:, :3].value = [[f"{n:03}", n * 1.5, n] for n in range(5)]
    sheet.activate()
    book.save()
    found = loaded(book.fullname)["COGS 23874397121"]
    assert "=tblCOGS_23874397121[[#This Row],[Cost]]*tblCOGS_23874397121[[#This Row],[Units]]" == found["D9"].value
    assert ["000", "001", "002", "003", "004"] == [found.cell(row, 1).value for row in range(5, 10)]
