"""Opening and saving: what is refused, what stays as it was, and that nothing is lost."""

from __future__ import annotations

import hashlib
import stat
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
import xlwings as xw

from tests.workbook_engine.builders import full_workbook, loaded, parts, rewritten
from tests.workbook_engine.package_check import check_package
from workbook_engine import open_workbook, workbook
from workbook_engine.engine import Engine
from workbook_engine.errors import (
    EncryptedWorkbookError,
    ExternallyChangedError,
    NotAWorkbookError,
    OpenElsewhereError,
    SheetProtectedError,
    UnsupportedError,
    WorkbookFileError,
    WorkbookMissingError,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def book_path(tmp_path: Path) -> Path:
    """Return a workbook with macros."""
    return full_workbook(tmp_path / "Books.xlsm")


def test_only_what_changed_is_another_part(book_path: Path) -> None:
    """Writing one cell changes its sheet and the workbook part (which asks for a calculation), nothing else."""
    before = parts(book_path)
    with workbook(book_path) as book:
        book.sheets["Report"]["H20"].value = "new"
        book.save()
    after = parts(book_path)

    assert list(before) == list(after)
    assert {"xl/worksheets/sheet2.xml"} == {name for name in before if before[name] != after[name]}
    assert b'fullCalcOnLoad="1"' in after["xl/workbook.xml"]
    check_package(book_path)


def test_unchanged_rows_stay_raw(book_path: Path) -> None:
    """In a changed sheet the text of every other row is the same, and so is everything around the rows."""
    before = parts(book_path)["xl/worksheets/sheet1.xml"].decode()
    with workbook(book_path) as book:
        book.sheets["Items"]["F6"].value = "other"
        book.save()
    after = parts(book_path)["xl/worksheets/sheet1.xml"].decode()

    old_rows, new_rows = before.split("<row "), after.split("<row ")
    assert [text for text in old_rows[1:] if not text.startswith('r="6"')] == [
        text for text in new_rows[1:] if not text.startswith('r="6"')
    ]
    assert before[before.index("</sheetData>") :] == after[after.index("</sheetData>") :]


def test_compressed_bytes_of_unchanged_parts_are_carried_over(book_path: Path) -> None:
    """Unchanged parts are not even packed again."""

    def packed(name: str) -> tuple[int, int, tuple[int, ...]]:
        with zipfile.ZipFile(book_path) as archive:
            info = archive.getinfo(name)
            return info.CRC, info.compress_size, info.date_time

    before = packed("xl/vbaProject.bin")
    with workbook(book_path) as book:
        book.sheets["Report"]["H20"].value = 1
        book.save()

    assert before == packed("xl/vbaProject.bin")


def test_same_input_gives_same_bytes(tmp_path: Path) -> None:
    """The same changes to the same file give the same file."""
    original = full_workbook(tmp_path / "one.xlsx").read_bytes()
    digests = set()
    for name in ("one.xlsx", "two.xlsx"):
        (tmp_path / name).write_bytes(original)
        with workbook(tmp_path / name) as book:
            book.sheets["Items"].copy(name="Copy")
            book.sheets["Items"]["A20:B21"].value = [["x", 1.5], ["=A1", "1/2/2026"]]
            book.sheets["Items"]["A20"].color = "#ff0000"
            book.save()
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())

    assert 1 == len(digests)


def test_changes_are_only_on_disk_after_save(book_path: Path) -> None:
    """A book that is closed without saving leaves its file alone."""
    before = book_path.read_bytes()
    with workbook(book_path) as book:
        book.sheets[0]["A1"].value = "lost"

    assert before == book_path.read_bytes()


def test_saving_twice_and_on(book_path: Path) -> None:
    """After a save the book goes on: a second save writes on top of the first."""
    with workbook(book_path) as book:
        book.sheets["Report"]["A9"].value = "first"
        book.save()
        book.sheets["Report"]["A10"].value = "second"
        book.save()

    saved = loaded(book_path)["Report"]
    assert ["first", "second"] == [saved["A9"].value, saved["A10"].value]


def test_calculation_order_goes_with_the_formula(book_path: Path) -> None:
    """A calcChain that names a cell whose formula is gone makes Excel call the file damaged, so it is removed."""
    types = parts(book_path)["[Content_Types].xml"].decode()
    relations = parts(book_path)["xl/_rels/workbook.xml.rels"].decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    chain = '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="A1" i="2"/></calcChain>'
    override = (
        '<Override PartName="/xl/calcChain.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/></Types>'
    )
    link = f'<Relationship Id="rId99" Type="{kind}" Target="calcChain.xml"/></Relationships>'
    rewritten(
        book_path,
        {
            "xl/calcChain.xml": chain.encode(),
            "[Content_Types].xml": types.replace("</Types>", override).encode(),
            "xl/_rels/workbook.xml.rels": relations.replace("</Relationships>", link).encode(),
        },
    )
    with workbook(book_path) as book:
        book.sheets["Report"]["H9"].value = 1
        book.save()
        assert "xl/calcChain.xml" in parts(book_path)
        book.sheets["Report"]["A1"].value = 1
        book.save()

    assert "xl/calcChain.xml" not in parts(book_path)
    check_package(book_path)


@pytest.mark.parametrize("settings", [b"", b'<calcPr calcId="191029" calcMode="manual"/>'])
def test_excel_is_asked_to_calculate(book_path: Path, settings: bytes) -> None:
    """A changed workbook asks for a full calculation on load, and keeps how it is calculated otherwise."""
    name = "xl/workbook.xml"
    text = parts(book_path)[name]
    without = text.replace(b'<calcPr calcId="124519" fullCalcOnLoad="1"/>', settings)
    assert text != without
    rewritten(book_path, {name: without})
    with workbook(book_path) as book:
        book.save()
        assert b"fullCalcOnLoad" not in parts(book_path)[name]
        book.sheets["Report"]["H9"].value = 1
        book.save()
    asked = settings.replace(b"/>", b' fullCalcOnLoad="1"/>') if settings else b'<calcPr fullCalcOnLoad="1"/>'
    assert asked in parts(book_path)[name]
    check_package(book_path)


def test_missing_file(tmp_path: Path) -> None:
    """A path without a file is said plainly."""
    with pytest.raises(WorkbookMissingError, match=r"no workbook .*none\.xlsx"):
        open_workbook(tmp_path / "none.xlsx")


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04 and no more"])
def test_no_workbook(tmp_path: Path, content: bytes) -> None:
    """A file that is no zip archive is refused."""
    (tmp_path / "bad.xlsx").write_bytes(content)
    with pytest.raises(NotAWorkbookError, match=r"bad\.xlsx"):
        open_workbook(tmp_path / "bad.xlsx")


def test_zip_without_workbook(tmp_path: Path) -> None:
    """An archive that holds no workbook is refused."""
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(NotAWorkbookError, match="holds no workbook"):
        open_workbook(tmp_path / "other.xlsx")


def test_damaged_part(book_path: Path) -> None:
    """A part whose bytes were damaged is refused, not half read."""
    data = bytearray(book_path.read_bytes())
    with zipfile.ZipFile(book_path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    start = info.header_offset + 60
    data[start : start + 40] = b"\0" * 40
    book_path.write_bytes(data)
    with pytest.raises(NotAWorkbookError, match="damaged"):
        open_workbook(book_path).sheets["Items"]["A1"].value  # noqa: B018 - reading is the test


def test_encrypted_file(tmp_path: Path) -> None:
    """Excel puts a workbook with a password into an OLE file."""
    (tmp_path / "secret.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(EncryptedWorkbookError, match="password"):
        open_workbook(tmp_path / "secret.xlsx")


@pytest.mark.parametrize("mark", ["~${}", ".~lock.{}#"])
def test_open_elsewhere(book_path: Path, mark: str) -> None:
    """The marks that Excel and LibreOffice leave beside an open file stop opening and saving."""
    sign = book_path.with_name(mark.format(book_path.name))
    book = open_workbook(book_path)
    book.sheets["Report"]["A9"].value = 1
    sign.write_text("somebody")
    before = book_path.read_bytes()
    with pytest.raises(OpenElsewhereError, match="open in another program"):
        open_workbook(book_path)
    with pytest.raises(OpenElsewhereError):
        book.save()
    assert before == book_path.read_bytes()
    sign.unlink()
    book.save()
    assert before != book_path.read_bytes()


def test_changed_on_disk(book_path: Path) -> None:
    """What somebody else wrote in the meantime is never overwritten, and nothing is left behind."""
    book = open_workbook(book_path)
    book.sheets["Report"]["A9"].value = 1
    with workbook(book_path) as other:
        other.sheets["Report"]["A9"].value = 2
        other.save()
    theirs = book_path.read_bytes()
    with pytest.raises(ExternallyChangedError, match=r"Books\.xlsm was changed"):
        book.save()

    assert theirs == book_path.read_bytes()
    assert [book_path] == list(book_path.parent.iterdir())


def test_deleted_on_disk(book_path: Path) -> None:
    """A file that was deleted or moved meanwhile is not brought back."""
    book = open_workbook(book_path)
    book_path.unlink()
    with pytest.raises(ExternallyChangedError):
        book.save()
    assert [] == list(book_path.parent.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_permissions_are_kept(book_path: Path) -> None:
    """Who may read and write the file stays."""
    book_path.chmod(0o640)
    with workbook(book_path) as book:
        book.sheets["Report"]["A9"].value = 1
        book.save()

    assert 0o640 == stat.S_IMODE(book_path.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_link_stays_a_link(book_path: Path, tmp_path: Path) -> None:
    """Saving through a link writes the file it points to."""
    link = tmp_path / "link.xlsm"
    link.symlink_to(book_path)
    with workbook(link) as book:
        book.sheets["Report"]["A9"].value = "through"
        book.save()

    assert link.is_symlink()
    assert "through" == loaded(book_path)["Report"]["A9"].value


def test_save_under_another_name(book_path: Path, tmp_path: Path) -> None:
    """Saving elsewhere leaves the first file alone, and the book is the new one from then on."""
    before = book_path.read_bytes()
    with workbook(book_path) as book:
        book.sheets["Report"]["A9"].value = 1
        book.save(tmp_path / "Copy.xlsm")
        assert "Copy.xlsm" == book.name
        with pytest.raises(UnsupportedError):
            book.save(tmp_path / "Copy.xlsx")

    assert before == book_path.read_bytes()
    check_package(tmp_path / "Copy.xlsm")


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        "<!DOCTYPE sst>",
    ],
)
def test_document_types_are_refused(book_path: Path, attack: str) -> None:
    """No workbook needs entities of its own; a file that brings some is not read."""
    text = parts(book_path)["xl/sharedStrings.xml"].decode()
    declaration, _, rest = text.partition("?>")
    rewritten(book_path, {"xl/sharedStrings.xml": f"{declaration}?>{attack}{rest}".encode()})
    with workbook(book_path) as book, pytest.raises(NotAWorkbookError, match="document type"):
        book.sheets["Items"]["A4"].value  # noqa: B018 - reading is the test


def test_errors_are_workbook_errors() -> None:
    """Whoever stops a command catches one class."""
    for error in (WorkbookMissingError, NotAWorkbookError, OpenElsewhereError, ExternallyChangedError):
        assert issubclass(error, WorkbookFileError)
    assert issubclass(SheetProtectedError, WorkbookFileError)


def test_no_engine_of_xlwings_is_touched(book_path: Path) -> None:
    """Opening, activating and closing leave the global engines alone, on any system."""
    active, known = xw.engines.active, len(xw.engines)
    with workbook(book_path) as book:
        book.activate()
        book.sheets["Report"].activate()
        assert "Report" == book.sheets.active.name

    assert (active, known) == (xw.engines.active, len(xw.engines))


def test_as_an_engine_of_xlwings(book_path: Path) -> None:
    """The engine works where xlwings itself drives it, too."""
    app = xw.Engine(impl=Engine()).apps.add()
    book = app.books.open(book_path)
    assert book == app.books["books.xlsm"] == app.books.active == app.books[0]
    assert "001" == book.sheets["Items"]["A5"].value
    app.quit()
    assert 0 == len(app.books)


def test_two_books_are_two_applications(book_path: Path, tmp_path: Path) -> None:
    """Each opened workbook stands in an application of its own."""
    other = full_workbook(tmp_path / "Other.xlsx")
    with workbook(book_path) as one, workbook(other) as two:
        assert one.app != two.app
        assert ["Books.xlsm"] == [book.name for book in one.app.books]
        assert one != two


def test_mock_caller(book_path: Path) -> None:
    """`xw.Book.caller()` gives the book that stands in for the calling one."""
    with workbook(book_path) as book:
        book.set_mock_caller()
        try:
            assert book == xw.Book.caller()
        finally:
            del xw.Book._mock_caller  # type: ignore[attr-defined] # xlwings sets it on the class
