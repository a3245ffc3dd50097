"""Sheets, names, formats and links of a workbook file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workbook_engine.builders import formulas, full_workbook, loaded, parts, rewritten
from tests.workbook_engine.package_check import check_package
from workbook_engine import workbook
from workbook_engine.errors import RefusedByExcelError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw


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


def test_the_list_of_sheets(book: xw.Book) -> None:
    """Sheets are found by name in any case, by place, and counted."""
    assert ["Items", "Report", "Hidden"] == book.sheet_names
    assert (3, "Report", "Report", "Hidden") == (
        len(book.sheets),
        book.sheets["report"].name,
        book.sheets[1].name,
        book.sheets[-1].name,
    )
    assert ("Items", 1) == (book.sheets.active.name, book.sheets.active.index)
    with pytest.raises(KeyError):
        book.sheets["None"]


def test_adding_sheets(book: xw.Book) -> None:
    """New sheets stand where asked, are shown, and belong to no VBA module."""
    book.sheets.add("Last", after=book.sheets["Hidden"])
    book.sheets.add("First", before=book.sheets["Items"])
    book.sheets.add()
    assert ["Sheet6", "First", "Items", "Report", "Hidden", "Last"] == book.sheet_names
    assert "Sheet6" == book.sheets.active.name
    assert "=Items!$A$5" == book.names["Items!local_name"].refers_to
    book.sheets["Last"]["B2"].value = [[1, "x"]]
    book.save()
    found = loaded(book.fullname)
    assert (1, "x") == (found["Last"]["B2"].value, found["Last"]["C2"].value)
    assert "Sheet6" == found.active.title  # type: ignore[union-attr] # there is one
    assert ["local_name"] == list(found["Items"].defined_names)


@pytest.mark.parametrize("name", ["", "x" * 32, "a/b", "a:b", "a[b]", "'a'", "ITEMS", "history"])
def test_sheet_names_that_excel_refuses(book: xw.Book, name: str) -> None:
    """Too long, forbidden characters, taken in any case, or kept by Excel for itself."""
    with pytest.raises((RefusedByExcelError, ValueError)):
        book.sheets["Report"].name = name
    with pytest.raises((RefusedByExcelError, ValueError)):
        book.sheets.add(name)
    assert ["Items", "Report", "Hidden"] == book.sheet_names


def test_renaming_a_sheet(book: xw.Book) -> None:
    """Formulas, names, links and charts follow the new name."""
    book.sheets["Items"].name = "P&L items"
    book.sheets["Report"].name = "report"
    report = book.sheets["report"]
    assert [["='P&L items'!B7*2"], ["=SUM(tblItems[Cost])"], ["='P&L items'!A6&\" Items!B5\""]] == formulas(
        report["A1:A3"]
    )
    assert "='P&L items'!$B$7" == book.names["last_cost"].refers_to
    assert "='P&L items'!$A$5" == book.names["'P&L items'!local_name"].refers_to
    book.save()
    saved = parts(Path(book.fullname))
    assert b'location="report!A1"' in saved["xl/worksheets/sheet1.xml"]
    assert b"<c:f>'P&amp;L items'!$B$5:$B$7</c:f>" in saved["xl/charts/chart1.xml"]


def test_hiding_and_showing(book: xw.Book) -> None:
    """Hidden sheets read as not visible; the last one shown cannot be hidden; a hidden one cannot be activated."""
    hidden, items = book.sheets["Hidden"], book.sheets["Items"]
    assert (False, True) == (hidden.visible, items.visible)
    with pytest.raises(RefusedByExcelError, match="hidden"):
        hidden.activate()
    hidden.visible = True
    items.visible = False
    assert "Report" == book.sheets.active.name
    hidden.visible = False
    with pytest.raises(RefusedByExcelError, match="only one"):
        book.sheets["Report"].visible = False


def test_very_hidden_sheets(path: Path) -> None:
    """Very hidden reads as not visible, too, and Excel does not copy such a sheet."""
    text = parts(path)["xl/workbook.xml"].decode().replace('state="hidden"', 'state="veryHidden"')
    rewritten(path, {"xl/workbook.xml": text.encode()})
    with workbook(path) as book:
        assert not book.sheets["Hidden"].visible
        with pytest.raises(RefusedByExcelError, match="very hidden"):
            book.sheets["Hidden"].copy()
        book.sheets["Hidden"].visible = True
        assert book.sheets["Hidden"].visible


def test_deleting_a_sheet(path: Path) -> None:
    """Sheets of the VBA project stay; others go, and what pointed at them breaks."""
    with workbook(path) as book:
        with pytest.raises(UnsupportedError, match="VBA project"):
            book.sheets["Report"].delete()
        extra = book.sheets.add("Extra", before=book.sheets["Items"])
        extra["A1:A3"].value = [[1], [2], ["=A1"]]
        book.sheets["Report"]["H1"].formula = "=SUM(Extra!A1:A2)"
        book.names.add("gone", "=Extra!$A$1")
        book.names.add("Extra!own", "=Extra!$A$1")
        extra.delete()
        assert ["Items", "Report", "Hidden"] == book.sheet_names
        assert "=SUM(#REF!A1:A2)" == book.sheets["Report"]["H1"].formula
        assert "=#REF!$A$1" == book.names["gone"].refers_to
        assert "Extra!own" not in book.names
        assert "=Items!$A$5" == book.names["Items!local_name"].refers_to
        book.save()
    assert "xl/worksheets/sheet4.xml" not in parts(path)
    check_package(path)


def test_deleting_a_sheet_with_a_table(tmp_path: Path) -> None:
    """A table goes with its sheet; formulas that named it are #REF!."""
    path = full_workbook(tmp_path / "plain.xlsx")
    with workbook(path) as book:
        book.sheets["Items"].delete()
        assert "=SUM(#REF!)" == book.sheets["Report"]["A2"].formula
        book.save()
    assert not [name for name in parts(path) if name.startswith(("xl/tables", "xl/comments", "xl/drawings/vml"))]
    check_package(path)


def test_copying_a_sheet(book: xw.Book) -> None:
    """A copy has the cells, widths, rules, notes and panes of the original, and a table of its own."""
    items = book.sheets["Items"]
    items["D20"].formula = "=SUM(tblItems[Cost])+Items!A1"
    items["B7"].value = 9.5
    copy = items.copy(after=book.sheets["Report"], name="COGS 1")
    assert ["Items", "Report", "COGS 1", "Hidden"] == book.sheet_names
    assert "COGS 1" == book.sheets.active.name
    assert (["tblItems2"], ["tblItems"]) == ([t.name for t in copy.tables], [t.name for t in items.tables])
    assert items["A1:G20"].value == copy["A1:G20"].value
    assert "=[@Cost]*[@Units]" == copy["D5"].formula
    assert "=SUM(tblItems2[Cost])+'COGS 1'!A1" == copy["D20"].formula
    copy.tables["tblItems2"].resize(copy["A4:D9"])
    copy["A9"].value = "only here"
    assert items["A9"].value is None
    book.save()
    found = loaded(book.fullname)
    one, other = found["Items"], found["COGS 1"]
    assert one.column_dimensions["A"].width == other.column_dimensions["A"].width
    assert (one.freeze_panes, one.row_dimensions[2].height) == (other.freeze_panes, other.row_dimensions[2].height)
    assert ("A4:D7", "A4:D9") == (one.tables["tblItems"].ref, other.tables["tblItems2"].ref)
    assert {"B5:B9", "G1:G3"} == {str(rule.sqref) for rule in other.data_validations.dataValidation}
    assert {str(area) for area in one.merged_cells.ranges} == {str(area) for area in other.merged_cells.ranges}
    assert "per unit" == other["B4"].comment.text.strip()
    assert "https://example.com/a?b=1&c=2" == other["F8"].hyperlink.target
    assert b"codeName" not in part_of_sheet(book, "COGS 1")
    assert b"tabSelected" not in part_of_sheet(book, "Items")


def part_of_sheet(book: xw.Book, name: str) -> bytes:
    """Return the part of a sheet of the saved book."""
    saved = parts(Path(book.fullname))
    relation = re.search(rf'name="{name}"[^>]*r:id="(\w+)"', saved["xl/workbook.xml"].decode())
    assert relation is not None
    target = re.search(rf'Id="{relation[1]}"[^>]*Target="([^"]+)"', saved["xl/_rels/workbook.xml.rels"].decode())
    if target is None:
        target = re.search(rf'Target="([^"]+)"[^>]*Id="{relation[1]}"', saved["xl/_rels/workbook.xml.rels"].decode())
    assert target is not None
    return saved[f"xl/{target[1]}"]


def test_names_of_a_copied_sheet(book: xw.Book) -> None:
    """Names of the sheet, and names of the workbook for its cells, are copied as names of the copy, as Excel does."""
    book.sheets["Items"].copy(name="Copy")
    names = {name.name: name.refers_to for name in book.names}
    assert {
        "last_cost": "=Items!$B$7",
        "Items!local_name": "=Items!$A$5",
        "answer": "=42",
        "Copy!last_cost": "=Copy!$B$7",
        "Copy!local_name": "=Copy!$A$5",
    } == names
    assert {"Copy!last_cost", "Copy!local_name"} == {name.name for name in book.sheets["Copy"].names}


def test_copying_twice(book: xw.Book) -> None:
    """Each copy gets names and numbers of its own; without a name Excel counts."""
    book.sheets["Items"].copy()
    book.sheets["Items"].copy()
    assert ["Items", "Report", "Hidden", "Items (2)", "Items (3)"] == book.sheet_names
    assert ["tblItems", "tblItems2", "tblItems3"] == [t.name for sheet in book.sheets for t in sheet.tables]
    book.save()
    drawings = [data.decode() for name, data in parts(Path(book.fullname)).items() if name.endswith(".vml")]
    blocks = [re.findall(r'idmap [^>]*data="(\d+)"', drawing)[0] for drawing in drawings]
    assert 3 == len(set(blocks))


def test_copying_a_hidden_sheet(book: xw.Book) -> None:
    """The copy of a hidden sheet is hidden until it is shown, and what was shown stays shown."""
    copy = book.sheets["Hidden"].copy(name="COGS 2")
    assert (False, "Items") == (copy.visible, book.sheets.active.name)
    copy.visible = True
    copy.activate()
    assert ("template", "COGS 2") == (copy["A1"].value, book.sheets.active.name)


def test_copying_a_sheet_with_a_chart(book: xw.Book) -> None:
    """A chart is copied with its sheet."""
    book.sheets["Report"].copy(name="Twice")
    book.save()
    assert {"xl/charts/chart1.xml", "xl/charts/chart2.xml"} <= set(parts(Path(book.fullname)))


def test_charts_of_a_copy_show_the_copy(path: Path) -> None:
    """A chart that shows cells of its own sheet shows those of the copy on the copy."""
    chart = "xl/charts/chart1.xml"
    rewritten(path, {chart: parts(path)[chart].replace(b"Items!$B$5:$B$7", b"Report!$A$1:$A$2")})
    with workbook(path) as book:
        book.sheets["Report"].copy(name="Twice")
        book.save()
    assert b"<c:f>Report!$A$1:$A$2</c:f>" in parts(path)[chart]
    assert b"<c:f>Twice!$A$1:$A$2</c:f>" in parts(path)["xl/charts/chart2.xml"]


def test_locked_structure(path: Path) -> None:
    """A workbook whose structure is protected takes no new, other or fewer sheets."""
    text = parts(path)["xl/workbook.xml"].decode()
    locked = text.replace("<bookViews>", '<workbookProtection lockStructure="1"/><bookViews>')
    rewritten(path, {"xl/workbook.xml": locked.encode()})
    with workbook(path) as book:
        for change in (book.sheets["Items"].copy, book.sheets.add, lambda: setattr(book.sheets[0], "name", "x")):
            with pytest.raises(RefusedByExcelError, match="protected"):
                change()
        with pytest.raises(RefusedByExcelError, match="protected"):
            book.sheets["Hidden"].visible = True
