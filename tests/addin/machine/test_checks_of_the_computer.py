"""What the doctor finds on a computer, and that it says how to fix it."""

from __future__ import annotations

import dataclasses
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfoNotFoundError

import pytest
import xlwings

from addin.commands.setup.doctor import _computer
from addin.commands.setup.installing import install
from addin.machine import checks, trust
from addin.machine.computer import ProgramResult, zone_identifier
from addin.machine.environment import STAMP
from addin.machine.places import apple_script, environment_folder, template_bytes
from addin.machine.program import Program
from addin.machine.upgrading.parts import project_of, project_part
from tests.addin.machine.computers import Keys, Programs, computer
from workbook_engine.vba import ModuleKind, rewrite_project
from workbook_engine.vba.modules import module_of_text
from workbook_engine.workbook_file import WorkbookFile
from workbooks.template.ribbon_parts import version

if TYPE_CHECKING:
    from addin.machine.computer import Computer
    from addin.sheets.desk import Desk

PROGRAM = Program("0.1.0", Path("lock"), Path("source"), "one")
MARKED = "[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://mail.example.com/\r\n"


def installed(platform: str, home: Path, **other: object) -> Computer:
    """Return a computer on which Cogsheet was installed."""
    here = computer(platform, home, **other)
    install(computer=here, program=PROGRAM)
    return here


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a workbook of this version."""
    path = tmp_path / "Books.xlsm"
    path.write_bytes(template_bytes())
    return path


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_an_installation_is_looked_at(tmp_path: Path, platform: str) -> None:
    """Missing, cut short, not starting, of another version: each ends in the command that mends it."""
    here = computer(platform, tmp_path)
    missing = checks.installation(here, "0.1.0")
    whole = checks.installation(installed(platform, tmp_path), "0.1.0")
    broken = checks.installation(
        dataclasses.replace(here, run=lambda _: ProgramResult(1, "no module named encodings")), "0.1.0"
    )
    here = dataclasses.replace(here, run=lambda _: ProgramResult(0, ""))
    older = checks.installation(here, "0.2.0")
    (environment_folder(here) / STAMP).unlink()
    cut_short = checks.installation(here, "0.1.0")

    assert whole.ok
    assert "buttons run Cogsheet 0.1.0" in whole.words
    assert [False] * 4 == [one.ok for one in (missing, broken, older, cut_short)]
    assert all("cogsheet install" in one.words for one in (missing, broken, older, cut_short))
    assert "no module named encodings" in broken.words
    assert "Cogsheet 0.1.0, this is 0.2.0" in older.words


def test_a_system_without_excel_needs_no_installation(tmp_path: Path) -> None:
    """The commands are enough there, and nothing that Excel needs is looked for."""
    here = computer("linux", tmp_path)

    assert checks.installation(here, "0.1.0").ok
    assert [] == [*checks.starting_programs(here), *checks.macros_of(here, tmp_path / "Books.xlsm")]


def test_time_zones_are_those_of_python(tmp_path: Path) -> None:
    """Without Python's own the days of stores cannot be told; that Windows lacks a list is said and no fault."""

    def lost(name: str) -> object:
        raise ZoneInfoNotFoundError(f"No time zone found with key {name}")

    old = checks.time_zones(computer("win32", tmp_path, environment={"SYSTEMROOT": str(tmp_path)}))
    without = checks.time_zones(computer("win32", tmp_path), lost)

    assert (True, True, False) == (old.ok, checks.time_zones(computer("linux", tmp_path)).ok, without.ok)
    assert "no icu.dll" in old.words
    assert "tzdata" in without.words
    assert "cogsheet install" in without.words


@pytest.mark.parametrize(
    ("user", "code_page", "lost"),
    [
        ("Müller", "cp1252", ""),
        ("Łukasz", "cp1252", "Ł"),
        ("Łukasz", "cp1250", ""),
        ("王芳", "cp1252", "王, 芳"),
        ("王芳", "utf-8", ""),
    ],
)
def test_letters_that_excel_cannot_name_are_said(tmp_path: Path, user: str, code_page: str, lost: str) -> None:
    """Which letters they are; the same name is good where the code page has it."""
    local = str(tmp_path / user / "AppData" / "Local")
    here = computer("win32", tmp_path, environment={"LOCALAPPDATA": local}, code_page=code_page)
    (found,) = checks.letters_of_folder(here)

    assert (not lost, bool(lost)) == (found.ok, f"({lost})" in found.words)
    assert [] == list(checks.letters_of_folder(dataclasses.replace(here, platform="linux")))


def test_a_rule_against_starting_programs_is_named(tmp_path: Path) -> None:
    """Defender's rule by its number, wherever it was set; or that the start itself fails."""
    here = computer("win32", tmp_path, run=lambda _: ProgramResult(0, ""))
    rules = [Keys({key: {checks.ASR_RULE.upper(): value}}) for key in checks.ASR_KEYS for value in ("1", "2", "0")]
    answers = [next(checks.starting_programs(dataclasses.replace(here, registry=keys))) for keys in rules]
    forbidden = dataclasses.replace(here, run=lambda _: ProgramResult(-1, "blocked by your administrator"))
    (stopped,) = checks.starting_programs(forbidden)

    assert [False, True, True] * 2 == [answer.ok for answer in answers]
    assert checks.ASR_RULE in answers[0].words
    assert "exclude" in answers[0].words
    assert (False, True) == (stopped.ok, "blocked by your administrator" in stopped.words)


def test_python_is_started_as_excel_does(tmp_path: Path) -> None:
    """By way of the command interpreter, as xlwings' VBA does."""
    programs = Programs()
    here = computer("win32", tmp_path, run=programs)
    list(checks.starting_programs(here))
    (command,) = programs.take()

    assert ["cmd.exe", "/C"] == command[:2]
    assert command[2].endswith("python.exe")


def test_a_mac_needs_the_script_of_xlwings(tmp_path: Path) -> None:
    """Of exactly this version: another one's script does not count."""
    here = computer("darwin", tmp_path)
    script = apple_script(here, "0.37.8")
    script.parent.mkdir(parents=True)
    script.with_name("xlwings-0.37.7.applescript").touch()
    (missing,) = checks.script_of_excel(here, "0.37.8")
    script.touch()
    (found,) = checks.script_of_excel(here, "0.37.8")

    assert (False, True) == (missing.ok, found.ok)
    assert "cogsheet install" in missing.words


@pytest.mark.parametrize(
    ("zone", "trusted", "ok"),
    [(None, False, True), ("ZoneId=2", False, True), (MARKED, False, False), (MARKED, True, True)],
)
def test_a_mark_of_the_web_is_told_with_its_cure(zone: str | None, trusted: bool, ok: bool) -> None:  # noqa: FBT001 - a case
    """Only from the internet zone on, and not in a trusted folder, whose macros run in spite of it."""
    location = {rf"{trust.LOCATIONS}\Location0": {"Path": r"C:\Books", "AllowSubfolders": 0}}
    keys = Keys(cast("dict[str, dict[str, str | int]]", location) if trusted else {})
    here = computer("win32", Path("/home/jane"), registry=keys, zone_of=lambda _: zone)
    mark, folder = checks.macros_of(here, cast("Path", PureWindowsPath(r"C:\Books\Books.xlsm")))

    assert ok is mark.ok
    assert ("Unblock" in mark.words) is not ok
    assert ("without asking" in folder.words) is trusted
    assert ("--trust C:\\Books" in folder.words) is not trusted


def test_trusted_locations_that_are_switched_off_trust_nothing() -> None:
    """The administrator's word counts, and is said."""
    location = {rf"{trust.LOCATIONS}\Location0": {"Path": r"C:\Books"}, trust.LOCATIONS: {"AllLocationsDisabled": 1}}
    keys = Keys(cast("dict[str, dict[str, str | int]]", location))
    here = computer("win32", Path("/home/jane"), registry=keys, zone_of=lambda _: MARKED)
    mark, folder = checks.macros_of(here, cast("Path", PureWindowsPath(r"C:\Books\Books.xlsm")))

    assert not mark.ok
    assert "switched off" in folder.words


def test_what_windows_notes_beside_a_file_is_read(tmp_path: Path) -> None:
    """Where there is nothing beside it, there is no mark."""
    (tmp_path / "Books.xlsm:Zone.Identifier").write_text(MARKED, newline="")

    assert MARKED.splitlines() == (zone_identifier(tmp_path / "Books.xlsm") or "").splitlines()
    assert zone_identifier(tmp_path / "Other.xlsm") is None


def test_versions_are_held_against_each_other(book: Path) -> None:
    """Workbook, template, program and xlwings: whichever differs is named with its cure."""
    template, ours = template_bytes(), version()
    same = checks.versions(book, template, ours, xlwings.__version__)
    unknown = checks.versions(book, template, None, xlwings.__version__)
    other_xlwings = checks.versions(book, template, ours, "0.38.0")
    other_template = checks.versions(book, template, "9.9", xlwings.__version__)
    older = checks.versions(_of_version(book, "0.0.9"), template, ours, xlwings.__version__)
    book.write_bytes(b"no workbook")
    nothing = checks.versions(book, template, ours, xlwings.__version__)

    assert [True, True] == [same.ok, unknown.ok]
    assert [False] * 4 == [one.ok for one in (other_xlwings, other_template, older, nothing)]
    assert f"xlwings {xlwings.__version__}, the program has 0.38.0" in other_xlwings.words
    assert "another version's template" in other_template.words
    assert f"are of Cogsheet 0.0.9, the program is {ours}" in older.words
    assert all("Press Upgrade" in one.words for one in (older, other_xlwings))
    assert all("cogsheet upgrade" in one.at_terminal for one in (older, other_xlwings))
    assert "no buttons" in nothing.words
    assert checks.versions(book.with_name("gone.xlsm"), template, ours, "0").ok


def _of_version(book: Path, number: str) -> Path:
    """Return a copy of a workbook whose VBA says another version."""
    copy = book.with_name(f"{number}.xlsm")
    copy.write_bytes(book.read_bytes())
    file = WorkbookFile(copy)
    project = project_of(file)
    table = project.module("RibbonTable")
    assert table is not None
    changed = module_of_text(
        "RibbonTable", ModuleKind.PROCEDURAL, table.source.replace(f'"{version()}"', f'"{number}"')
    )
    modules = [changed if module is table else module for module in project.modules]
    file.package.write(project_part(file), rewrite_project(modules, project.origin))
    file.package.save()
    return copy


@pytest.mark.parametrize(
    ("platform", "looked_at"),
    [
        (
            "win32",
            [
                "Installation",
                "Python",
                "Name of the folder",
                "Starting Python",
                "Time zones",
                "Mark of the Web",
                "Trusted folder",
                "Versions",
            ],
        ),
        ("darwin", ["Installation", "Python", "Time zones", "Excel's script", "Versions"]),
        ("linux", ["Installation", "Python", "Time zones", "Versions"]),
    ],
)
def test_the_doctor_looks_at_all_of_it(tmp_path: Path, book: Path, platform: str, looked_at: list[str]) -> None:
    """Each system's own, in the order in which one would mend them."""
    desk = cast("Desk", SimpleNamespace(path=book))

    assert looked_at == [finding.what for finding in _computer(desk, computer(platform, tmp_path))]
