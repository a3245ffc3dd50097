"""`cogsheet upgrade BOOK`: new VBA, ribbon, sheets and columns; everything else byte for byte as it was."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from addin.commands.setup.upgrading import NewerBookError, WorkbookInUseError, upgrade, upgraded_copy
from addin.machine.upgrading.parts import NoMacrosError, ProjectUnreadableError, code_names, project_of
from addin.machine.upgrading.sheets import NoRoomForColumnsError, SheetNameTakenError
from addin.machine.upgrading.vba_project import FormsInProjectError, ModuleNameTakenError, upgraded, version_of
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.workbook import SPECS, check_workbook, write_books_name
from core.company_databases import BooksId
from core.errors import WorkbookError
from tests.addin.template.vba_readers import modules_by_oletools
from tests.addin.upgrading import old_book
from tests.addin.upgrading.old_book import write_old_book
from tests.addin.users_own import change_project
from tests.books_with_vba import load_with_vba
from tests.end_to_end.demo_book import run
from tests.workbook_engine.builders import vba_project
from tests.workbook_engine.package_check import check_package
from workbook_engine import open_workbook
from workbook_engine.vba import ModuleKind, Project, read_project
from workbook_engine.vba.modules import module_of_text
from workbook_engine.workbook_file import WorkbookFile
from workbooks.template import build
from workbooks.template.ribbon_parts import version
from workbooks.template.vba_modules import module_texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the older workbook."""
    return write_old_book(tmp_path_factory.mktemp("old") / "Books.xlsm").read_bytes()


@pytest.fixture
def book(made: bytes, tmp_path: Path) -> Path:
    """Return a copy of it that the test may change."""
    path = tmp_path / "Books.xlsm"
    path.write_bytes(made)
    return path


def parts(path: Path) -> dict[str, bytes]:
    """Return the parts of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def modules(path: Path) -> dict[str, str]:
    """Return its VBA as another program reads it."""
    return modules_by_oletools(parts(path)["xl/vbaProject.bin"])


def sheet_part(path: Path, name: str) -> str:
    """Return the part of a sheet."""
    return next(sheet.part for sheet in WorkbookFile(path).sheets if sheet.name == name)


def test_only_what_an_upgrade_is_for_is_another_part(book: Path) -> None:
    """VBA, the completed and the new sheets and what lists them; every other part is the same bytes."""
    before, completed = parts(book), sheet_part(book, "Resolve")
    outcome = upgrade(book)
    after = parts(book)
    changed = {name for name in before if before[name] != after.get(name)}
    new_sheet = sheet_part(book, old_book.NEW_SHEET)
    resolve_table = next(sheet for sheet in WorkbookFile(book).sheets if sheet.part == completed).tables[0].part

    assert {
        *("xl/vbaProject.bin", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml"),
        *(completed, resolve_table),
    } == changed
    assert new_sheet in set(after) - set(before)
    assert before == parts(tmp := book.with_name("Books before upgrade.xlsm"))
    assert str(tmp) == outcome.data["backup"]
    check_package(book)


def test_the_workbook_has_the_new_sheets_and_columns(book: Path) -> None:
    """The next button finds all that it needs; the row that was there is still there."""
    outcome = upgrade(book)
    opened = open_workbook(book)
    check_workbook(opened)
    sheet = opened.sheets["Resolve"]
    first = sheet.range((RESOLVE_SPEC.header_row + 1, 1)).resize(1, 3).value

    assert ("0.0.9", version()) == (outcome.data["from"], outcome.data["to"])
    assert [old_book.NEW_SHEET] == outcome.data["sheets"]
    assert {"Resolve": list(old_book.NEW_COLUMNS)} == outcome.data["columns"]
    assert ["North US", "S-1", "00123"] == first
    names = [one.name for one in opened.sheets]
    order = [spec.sheet for spec in SPECS]
    assert names.index(order[order.index(old_book.NEW_SHEET) - 1]) + 1 == names.index(old_book.NEW_SHEET)


def test_new_columns_look_and_behave_as_the_templates(book: Path, tmp_path: Path) -> None:
    """Number format, choices, marks and being hidden come along, and name the columns where they are here."""
    upgrade(book)
    sheet = load_workbook(book)["Resolve"]
    headers = [cell.value for cell in sheet[RESOLVE_SPEC.header_row]]
    letters = {header: get_column_letter(index) for index, header in enumerate(headers, 1) if header}
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    marks = {str(area.sqref).split(":")[0]: area.rules for area in sheet.conditional_formatting}
    first = RESOLVE_SPEC.header_row + 1
    cost, zero, key = letters["Cost"], letters["Zero OK"], letters["Filled"]
    mine = open_workbook(tmp_path / "Books.xlsm").sheets["Resolve"]

    assert '"yes"' == rules[f"{zero}{first}"].formula1
    assert "decimal" == rules[f"{cost}{first}"].type
    assert f"${letters['Proposed cost']}{first}" in "".join(marks[f"{cost}{first}"][0].formula)
    assert sheet.column_dimensions[key].hidden
    assert "#,##0.0000_ " == mine.range(f"{cost}{first}").number_format
    note = letters["Note"]
    assert sheet[f"{note}{first - 1}"].fill.fgColor.rgb == sheet[f"{cost}{first - 1}"].fill.fgColor.rgb


def test_code_is_the_templates_and_the_users(book: Path) -> None:
    """Every module is the template's; one per code name; the user's module and the code behind his sheet are kept."""
    outcome = upgrade(book)
    found = modules(book)

    assert module_texts().keys() < found.keys()
    assert module_texts()["RibbonTable"].splitlines() == found["RibbonTable"].splitlines()
    assert {*code_names(WorkbookFile(book)), *module_texts(), "Months"} == set(found)
    assert "Grüezi" in found["Months"]
    assert "Months.NextMonth" in found["Sheet14"]
    assert ["Months"] == outcome.data["modules_kept"]
    assert (0, []) == (outcome.exit_status, outcome.data["modules_replaced"])
    assert "SheetChanges" in found


@pytest.mark.long
def test_changed_code_of_ours_is_replaced_and_said(book: Path) -> None:
    """Only where words changed: blanks and capitals are the editor's."""
    texts = module_texts()
    changed = texts["Messages"].replace("vbCritical", "vbQuestion")
    respelt = texts["Platform"].replace("IsMac", "ISMAC").replace("    ", "  ")
    own = texts["ThisWorkbook"] + "\nPrivate Sub Workbook_Open()\n    MsgBox 1\nEnd Sub\n"
    kinds = {"Messages": (ModuleKind.PROCEDURAL, changed), "Platform": (ModuleKind.PROCEDURAL, respelt)}
    kinds["ThisWorkbook"] = (ModuleKind.WORKBOOK, own)
    change_project(book, [module_of_text(name, kind, text) for name, (kind, text) in kinds.items()])
    outcome = upgrade(book)

    assert ["Messages", "ThisWorkbook"] == sorted(outcome.data["modules_replaced"])  # type: ignore[call-overload] # a list of names
    assert 1 == outcome.exit_status
    assert "Messages" in outcome.message
    assert "vbQuestion" not in modules(book)["Messages"]
    assert "vbQuestion" in modules(book.with_name("Books before upgrade.xlsm"))["Messages"]


def test_a_second_upgrade_changes_nothing(book: Path) -> None:
    """It says so, and keeps no further copy."""
    upgrade(book)
    content = book.read_bytes()
    again = upgrade(book)

    assert (False, 0) == (again.data["changed"], again.exit_status)
    assert "up to date" in again.message
    assert content == book.read_bytes()
    assert 1 == len(list(book.parent.glob("*before upgrade*")))


def test_a_newer_workbook_is_left_alone(tmp_path: Path) -> None:
    """An older program does not take a newer one's buttons away; numbers are compared, not letters."""
    current = version()
    newer = ".".join([*current.split(".")[:-1], f"{int(current.split('.')[-1]) + 10}"])
    table = module_texts()["RibbonTable"].replace(f'"{current}"', f'"{newer}"')
    path = write_old_book(tmp_path / "Newer.xlsm", replaced={"RibbonTable": table})
    content = path.read_bytes()
    with pytest.raises(NewerBookError, match=f"is of Cogsheet {newer}"):
        upgrade(path)

    assert content == path.read_bytes()


def test_each_copy_is_kept(book: Path, made: bytes) -> None:
    """A copy of an earlier upgrade is never written over."""
    upgrade(book)
    book.write_bytes(made)
    second = upgrade(book)

    assert str(book.with_name("Books before upgrade 2.xlsm")) == second.data["backup"]
    assert made == book.with_name("Books before upgrade 2.xlsm").read_bytes()


@pytest.mark.long
def test_a_lost_ribbon_comes_back(book: Path) -> None:
    """A program that keeps only the older ribbon leaves the newer one without its relation."""
    upgrade(book)
    opened = load_with_vba(book)
    opened.save(book)
    assert b"2007/relationships/ui/extensibility" not in parts(book)["_rels/.rels"]
    outcome = upgrade(book)

    assert outcome.data["changed"] is True
    assert b"2007/relationships/ui/extensibility" in parts(book)["_rels/.rels"]
    check_package(book)


def test_settings_of_xlwings_are_put_back(book: Path) -> None:
    """A workbook that names another interpreter gets the template's settings, and it is said."""
    opened = open_workbook(book)
    opened.sheets["xlwings.conf"].range("B1").value = "C:\\evil.exe"
    opened.sheets["xlwings.conf"].range("A40").value = [["PYTHONPATH", "C:\\evil"]]
    opened.save()
    outcome = upgrade(book)
    settings = open_workbook(book).sheets["xlwings.conf"].range("A1:B60").value

    assert "settings of xlwings" in outcome.message
    assert "evil" not in str(settings)
    assert settings[0] == ["INTERPRETER_WIN", "%LOCALAPPDATA%\\Cogsheet\\venv\\Scripts\\python.exe"]


@pytest.mark.few(1)
@pytest.mark.parametrize(("size", "mended"), [(("420000", "240000"), True), (("28800", "15460"), False)])
def test_a_window_larger_than_any_screen_is_made_to_fit(tmp_path: Path, size: tuple[str, str], *, mended: bool) -> None:
    """The first version's was of 28,000 x 16,000 pixels; one that a user has made stays, a large screen's too."""
    book = tmp_path / "Books.xlsm"
    book.write_bytes(build())
    opened = open_workbook(book)
    write_books_name(opened, BooksId("North Shore", "1234"))
    opened.save()
    file = WorkbookFile(book)
    text = file.package.read("xl/workbook.xml").decode()
    sides = f'windowWidth="{size[0]}" windowHeight="{size[1]}"'
    file.package.write("xl/workbook.xml", re.sub(r'windowWidth="\d+" windowHeight="\d+"', sides, text).encode())
    file.package.save()
    outcome = upgrade(book, template=build())

    assert mended is outcome.data["changed"] is ("larger than any screen" in outcome.message)
    assert (sides.encode() in parts(book)["xl/workbook.xml"]) is not mended


def test_a_signature_goes_with_the_code_it_signed(book: Path) -> None:
    """A signature of other code would be a wrong one."""
    file = WorkbookFile(book)
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProjectSignature"
    file.package.write("xl/vbaProjectSignature.bin", b"signed")
    file.package.add_content_type("xl/vbaProjectSignature.bin", "application/vnd.ms-office.vbaProjectSignature")
    file.package.relate("xl/vbaProject.bin", kind, "xl/vbaProjectSignature.bin")
    file.package.save()
    upgrade(book)

    assert "xl/vbaProjectSignature.bin" not in parts(book)
    assert b"vbaProjectSignature" not in parts(book)["[Content_Types].xml"]
    check_package(book)


@pytest.mark.long
def test_what_is_in_the_way_is_named_and_nothing_changes(book: Path) -> None:
    """Cells beside the table, a sheet or a module of the same name: the upgrade stops before it writes."""
    cases = [
        (_beside_the_table, NoRoomForColumnsError, "beside it"),
        (_sheet_of_that_name, SheetNameTakenError, old_book.NEW_SHEET),
        (_opened_elsewhere, WorkbookError, "open in another program"),
        (_no_code, NoMacrosError, "holds no VBA"),
        (_damaged_code, ProjectUnreadableError, "cannot be carried over"),
    ]
    made = book.read_bytes()
    for number, (disturb, error, words) in enumerate(cases):
        path = book.with_name(f"{number}.xlsm")
        path.write_bytes(made)
        disturb(path)
        before = path.read_bytes()
        with pytest.raises(error, match=words):
            upgrade(path)
        assert before == path.read_bytes()
        assert not list(path.parent.glob(f"{number} before*"))


def _beside_the_table(path: Path) -> None:
    opened = open_workbook(path)
    area = opened.sheets["Resolve"].tables["tblResolve"].range
    opened.sheets["Resolve"].range((area.row + 1, area.column + area.shape[1])).value = "mine"
    opened.save()


def _sheet_of_that_name(path: Path) -> None:
    opened = open_workbook(path)
    opened.sheets["Notes"].name = old_book.NEW_SHEET
    opened.save()


def _opened_elsewhere(path: Path) -> None:
    path.with_name(f"~${path.name}").write_bytes(b"")


def _no_code(path: Path) -> None:
    file = WorkbookFile(path)
    (relation,) = [one for one in file.package.relations("xl/workbook.xml") if one.kind == "vbaProject"]
    file.package.remove(relation.target)
    file.package.unrelate("xl/workbook.xml", relation.id)
    file.package.save()


def _damaged_code(path: Path) -> None:
    file = WorkbookFile(path)
    file.package.write("xl/vbaProject.bin", b"nothing of the kind")
    file.package.save()


def test_a_module_of_the_users_with_a_new_name_of_ours_is_refused(book: Path) -> None:
    """Both cannot be in one project."""
    old = project_of(WorkbookFile(book))
    table = old.module("RibbonTable")
    assert table is not None
    without = [line for line in table.source.splitlines() if not line.startswith("' Module Messages")]
    renamed = module_of_text("RibbonTable", ModuleKind.PROCEDURAL, "\n".join(without))
    project = Project(tuple(renamed if one is table else one for one in old.modules), (), old.origin)

    with pytest.raises(ModuleNameTakenError, match="Messages"):
        upgraded("Books.xlsm", project, old, {}, "ThisWorkbook")


def test_forms_are_refused(book: Path) -> None:
    """Their drawings cannot be carried over, and losing them in silence would be worse."""
    old = project_of(WorkbookFile(book))
    with pytest.raises(FormsInProjectError, match="UserForm1"):
        upgraded("Books.xlsm", Project(old.modules, ("UserForm1",), old.origin), old, {}, "ThisWorkbook")


def test_a_project_that_excel_wrote_is_read_whole(book: Path) -> None:
    """With its compiled code skipped, its libraries and its id kept, as other readers see them."""
    content = vba_project()
    project = read_project(content)
    made = upgraded(
        "Books.xlsm", project, project_of(WorkbookFile(book)), {"Sheet1": ModuleKind.WORKSHEET}, "ThisWorkbook"
    )

    assert ["ThisWorkbook", "Sheet1", "Module1", "Sheet2"] == [module.name for module in project.modules]
    assert {"Module1", "Dispatcher", "Sheet1"} < set(modules_by_oletools(made.content))
    assert "Sheet2" not in modules_by_oletools(made.content)
    assert project.origin == read_project(made.content).origin
    assert version_of(project) is None


def test_it_is_a_command(book: Path) -> None:
    """With --json for programs, and a readable refusal for what is no Cogsheet workbook."""
    ran = run("upgrade", str(book), "--json")

    assert (0, True) == (ran.status, ran.data["changed"])
    assert 2 == run("upgrade", str(book.with_name("nothing.xlsm"))).status


@pytest.mark.long
@pytest.mark.parametrize("office", ["Office2007", "Office2016", "Microsoft365"])
def test_the_result_keeps_the_schema(book: Path, schema_errors: Callable[[Path, str], list[str]], office: str) -> None:
    """The Open XML SDK finds no error in an upgraded workbook."""
    upgrade(book)

    assert [] == schema_errors(book, office)


@pytest.mark.long
def test_a_copy_is_upgraded_beside_a_workbook_that_is_open(book: Path, tmp_path: Path) -> None:
    """The button cannot replace what Excel has open: that stays, and what the command would make lies beside it."""
    before = book.read_bytes()
    book.with_name("~$Books.xlsm").write_bytes(b"Excel's lock")

    outcome = upgraded_copy(book)

    copy = book.with_name("Books upgraded.xlsm")
    upgrade(plain := write_copy(before, tmp_path / "elsewhere"))
    assert before == book.read_bytes()
    assert parts(plain) == parts(copy)
    assert str(copy) == outcome.data["workbook"]
    assert "Close this workbook" in outcome.message
    assert "New sheets: " in outcome.message
    assert "before upgrade" not in outcome.message


def write_copy(content: bytes, folder: Path) -> Path:
    folder.mkdir()
    path = folder / "Books.xlsm"
    path.write_bytes(content)
    return path


def test_a_workbook_that_cannot_be_read_beside_excel_is_named(tmp_path: Path) -> None:
    """With the way that remains."""
    with pytest.raises(WorkbookInUseError, match="Close it and run `cogsheet upgrade`"):
        upgraded_copy(tmp_path / "Missing.xlsm")
