"""Workbooks as other programs write them: read, changed and read again by those programs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlwings as xw

from tests.books_with_vba import load_with_vba
from tests.workbook_engine.builders import body, full_workbook, loaded, openpyxl_table, parts, plain_table, rewritten
from tests.workbook_engine.package_check import check_package
from workbook_engine import workbook
from workbook_engine.errors import NotAWorkbookError

if TYPE_CHECKING:
    from collections.abc import Callable

QUICKSTART = Path(xw.__file__).parent / "quickstart.xlsm"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def converted(tmp_path: Path, missing_tool: Callable[[str], None]) -> Callable[[Path, str], Path]:
    """Return a function that lets LibreOffice open a workbook and save it in some format."""
    if shutil.which("soffice") is None:
        missing_tool("LibreOffice is not installed")

    def convert(path: Path, kind: str) -> Path:
        target = tmp_path / "converted"
        profile = (tmp_path / "profile").as_uri()
        words = ["soffice", "--headless", f"-env:UserInstallation={profile}", "--convert-to", kind, "--outdir"]
        command = [*words, str(target), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - fixed words and own paths
        return target / f"{path.stem}.{kind.partition(':')[0]}"

    return convert


def test_a_workbook_of_openpyxl(tmp_path: Path) -> None:
    """A table that openpyxl wrote is read, filled and read back."""
    path = openpyxl_table(tmp_path / "openpyxl.xlsx")
    with workbook(path) as book:
        sheet = book.sheets["Items"]
        table = sheet.tables["tblItems"]
        assert [["001", 1.5, 2.0], ["1/2/2026", 2.25, 3.0], ["X-3", 4.0, 5.0]] == body(table).value
        body(table)[1:2, :].delete(shift="up")
        table.resize(sheet["A1:C5"])
        body(table).value = [[f"00{n}", n, n] for n in range(4)]
        book.save()
    check_package(path)
    found = loaded(path)["Items"]
    assert "A1:C5" == found.tables["tblItems"].ref
    assert "=SUM(B2:B3)" == found["E1"].value
    assert ["B2:B5"] == [str(rule.sqref) for rule in found.data_validations.dataValidation]
    assert [("000", 0), ("003", 3)] == [(found.cell(row, 1).value, found.cell(row, 2).value) for row in (2, 5)]


@pytest.mark.parametrize("odd", [b'totalsRowCount="x"', b'headerRowCount="-1"'])
def test_a_table_whose_numbers_are_none_is_named(tmp_path: Path, odd: bytes) -> None:
    """It ended in an error that nobody foresaw."""
    path = openpyxl_table(tmp_path / "openpyxl.xlsx")
    part = re.sub(rb' (totals|header)RowCount="\d"', b"", parts(path)["xl/tables/table1.xml"])
    rewritten(path, {"xl/tables/table1.xml": part.replace(b"<table ", b"<table " + odd + b" ", 1)})

    with pytest.raises(NotAWorkbookError, match="tblItems has no valid"), workbook(path) as book:
        _ = book.sheets["Items"].tables["tblItems"].header_row_range


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_a_workbook_with_macros_saved_by_openpyxl(tmp_path: Path) -> None:
    """What openpyxl left of a workbook with macros goes on working."""
    path = full_workbook(tmp_path / "kept.xlsm")
    load_with_vba(path).save(path)
    project = parts(path)["xl/vbaProject.bin"]
    with workbook(path) as book:
        table = book.sheets["Items"].tables["tblItems"]
        table.resize(book.sheets["Items"]["A4:D8"])
        body(table)[3, :3].value = ["007", 1, 2]
        book.save()
    assert project == parts(path)["xl/vbaProject.bin"]
    assert "007" == loaded(path)["Items"]["A8"].value
    assert "A4:D8" == loaded(path)["Items"].tables["tblItems"].ref


def test_a_workbook_of_excel(tmp_path: Path) -> None:
    """A workbook that Excel itself saved keeps every other part, whatever its extensions."""
    path = Path(shutil.copy(QUICKSTART, tmp_path / "excel.xlsm"))
    before = parts(path)
    with workbook(path) as book:
        names = book.sheet_names
        book.sheets[0]["A1:B2"].value = [["x", 1], ["'001", "=B1*2"]]
        book.save()
    after = parts(path)
    assert {"xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"} >= {
        n for n in before if before[n] != after[n]
    }
    with workbook(path) as book:
        assert names == book.sheet_names
        assert [["x", 1.0], ["001", None]] == book.sheets[0]["A1:B2"].value
    check_package(path)


def test_a_workbook_whose_elements_have_prefixes(tmp_path: Path) -> None:
    """Some programs write `<x:worksheet>`; such parts are read, and written without the prefix."""
    path = plain_table(tmp_path / "prefix.xlsx", ["a", "b"], [["x", 1], ["y", 2]])
    changes = {}
    for name, data in parts(path).items():
        if name.endswith(".xml") and f'xmlns="{MAIN}"'.encode() in data:
            text = data.decode().replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
            changes[name] = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", text).encode()
    rewritten(path, changes)
    assert ["a", "b"] == [cell.value for cell in loaded(path)["Data"][1]]
    with workbook(path) as book:
        sheet = book.sheets["Data"]
        assert [["x", 1.0], ["y", 2.0]] == body(sheet.tables["tblX"]).value
        sheet.tables["tblX"].resize(sheet["A1:B4"])
        sheet["A4:B4"].value = [["z", "1/2/2026"]]
        book.save()
    check_package(path)
    assert ["z", "A1:B4"] == [loaded(path)["Data"]["A4"].value, loaded(path)["Data"].tables["tblX"].ref]


def test_absolute_and_odd_part_names(tmp_path: Path) -> None:
    """Parts are found by their relations, wherever they lie and however the target is written."""
    path = plain_table(tmp_path / "odd.xlsx", ["a"], [["x"]])
    found = parts(path)
    names = {"xl/tables/table1.xml": "custom/Tafel.xml", "xl/worksheets/sheet1.xml": "xl/worksheets/Blatt.xml"}
    names |= {"xl/worksheets/_rels/sheet1.xml.rels": "xl/worksheets/_rels/Blatt.xml.rels"}
    changes: dict[str, bytes | None] = dict.fromkeys(names)
    for name, data in found.items():
        text = data.replace(b"../tables/table1.xml", b"/custom/Tafel.xml").replace(
            b"/xl/tables/table1", b"/custom/Tafel"
        )
        text = text.replace(b"worksheets/sheet1.xml", b"worksheets/Blatt.xml")
        if name == "xl/_rels/workbook.xml.rels":
            text = text.replace(b'"worksheets/Blatt', b'"/xl/worksheets/Blatt')
        changes[names.get(name, name)] = text
    rewritten(path, changes)
    with workbook(path) as book:
        table = book.sheets["Data"].tables["tblX"]
        table.resize(book.sheets["Data"]["A1:A3"])
        body(table).value = [[1], [2]]
        book.sheets["Data"].copy(name="Copy")
        book.save()
    assert b'ref="A1:A3"' in parts(path)["custom/Tafel.xml"]
    assert ["tblX", "tblX2"] == [t for sheet in loaded(path) for t in sheet.tables]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    """Parts in another encoding than UTF-8 are read, and written in UTF-8."""
    path = plain_table(tmp_path / "encoded.xlsx", ["a"], [["x"]])
    name = "xl/sharedStrings.xml"
    declared = encoding.removesuffix("-sig").upper()
    text = parts(path)[name].decode().replace("UTF-8", declared).replace(">x<", ">ä<")
    rewritten(path, {name: text.encode(encoding)})
    sheet = "xl/worksheets/sheet1.xml"
    rewritten(path, {sheet: parts(path)[sheet].decode().replace("UTF-8", declared).encode(encoding)})
    with workbook(path) as book:
        assert "ä" == book.sheets["Data"]["A2"].value
        book.sheets["Data"]["A3"].value = "ö 鍵"
        book.save()
    assert ["ä", "ö 鍵"] == [loaded(path)["Data"][a].value for a in ("A2", "A3")]


def test_a_workbook_without_styles_and_texts(tmp_path: Path) -> None:
    """The least that a workbook may consist of is enough; what is needed is added."""
    path = plain_table(tmp_path / "least.xlsx", ["a"], [["x"]])
    found = parts(path)
    types, relations = found["[Content_Types].xml"].decode(), found["xl/_rels/workbook.xml.rels"].decode()
    kept = re.sub(r'<Override PartName="/xl/(styles|sharedStrings|theme/theme1)\.xml"[^>]*/>', "", types)
    related = re.sub(r'<Relationship [^>]*Target="(styles|sharedStrings|theme/theme1)\.xml"[^>]*/>', "", relations)
    changes: dict[str, bytes | None] = dict.fromkeys(("xl/styles.xml", "xl/sharedStrings.xml", "xl/theme/theme1.xml"))
    changes |= {"[Content_Types].xml": kept.encode(), "xl/_rels/workbook.xml.rels": related.encode()}
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
    sheet = re.sub(
        r"<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>", found["xl/worksheets/sheet1.xml"].decode()
    )
    rewritten(path, changes | {"xl/worksheets/sheet1.xml": sheet.encode()})
    with workbook(path) as book:
        book.sheets["Data"]["A2"].value = "2026-01-02"
        book.save()
    assert "mm-dd-yy" == loaded(path)["Data"]["A2"].number_format


@pytest.mark.long
def test_libreoffice_reads_what_was_written(tmp_path: Path, converted: Callable[[Path, str], Path]) -> None:
    """LibreOffice opens a changed workbook, calculates it anew, and finds tables and texts right."""
    path = full_workbook(tmp_path / "ours.xlsx")
    with workbook(path) as book:
        sheet = book.sheets["Items"]
        table = sheet.tables["tblItems"]
        body(table)[0:1, :].delete(shift="up")
        sheet["A7:D9"].insert(shift="down")
        table.resize(sheet["A4:D9"])
        body(table)[2:, :3].value = [["00A", 10, 2], ["=x", 20, 2], ["1/2", 30, 2]]
        sheet.copy(name="Copy")
        book.save()
    found = loaded(converted(path, "xlsx"), data_only=True)
    assert [20, 40, 60] == [found["Items"].cell(row, 4).value for row in range(7, 10)]  # XlsxWriter stored 0 above them
    assert [8, 66.25] == [found["Report"].cell(row, 1).value for row in (1, 2)]
    assert ["1/2/2026", "X-3", "00A", "=x", "1/2"] == [found["Items"].cell(row, 1).value for row in range(5, 10)]
    assert [20, 40, 60] == [found["Copy"].cell(row, 4).value for row in range(7, 10)]
    assert 6.25 == found["Items"]["B14"].value


@pytest.mark.long
def test_a_workbook_of_libreoffice(tmp_path: Path, converted: Callable[[Path, str], Path]) -> None:
    """A workbook that LibreOffice saved is read, changed, and read by it again."""
    path = converted(full_workbook(tmp_path / "theirs.xlsx"), "xlsx:Calc MS Excel 2007 XML")
    with workbook(path) as book:
        sheet = book.sheets["Items"]
        table = sheet.tables["tblItems"]
        assert [["001", 1.5, 2.0], ["1/2/2026", 2.25, 3.0], ["X-3", 4.0, 5.0]] == body(table)[:, :3].value
        assert "=Items!B7*2" == book.sheets["Report"]["A1"].formula.replace("$", "")  # type: ignore[union-attr] # one cell
        body(table)[1:2, :].delete(shift="up")
        body(table)[0, :3].value = ["0099", 100, 2]
        book.save()
    check_package(path)
    moved = path.rename(tmp_path / "again.xlsx")
    found = loaded(converted(moved, "xlsx"), data_only=True)
    assert ("0099", 100, 4) == (found["Items"]["A5"].value, found["Items"]["B5"].value, found["Items"]["B6"].value)
    assert 8 == found["Report"]["A1"].value
    assert 104 == found["Items"]["B11"].value
