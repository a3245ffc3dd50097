"""`install --trust FOLDER`: only where it is asked for, and never where strangers' files arrive."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

import pytest

from addin.commands.setup.installing import install
from addin.machine import trust
from addin.machine.computer import NoRegistry
from addin.machine.program import Program
from tests.addin.machine.computers import Keys, Programs, computer

if TYPE_CHECKING:
    from addin.machine.computer import Computer, Value

USER = r"C:\Users\Jane"
SHELL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
VARIABLES = {
    "USERPROFILE": USER,
    "TEMP": rf"{USER}\AppData\Local\Temp",
    "OneDrive": rf"{USER}\OneDrive",
    "PUBLIC": r"C:\Users\Public",
}


def windows(registry: Keys) -> Computer:
    """Return a Windows computer of Jane's."""
    home: Path = PureWindowsPath(USER)  # type: ignore[assignment] # only its text is looked at here
    return computer("win32", home, environment=VARIABLES, registry=registry)


@pytest.mark.parametrize(
    "folder",
    [
        rf"{USER}\Downloads",
        rf"{USER}\downloads\books",
        r"D:\Loaded\books",
        rf"{USER}\Documents",
        rf"{USER}\OneDrive\Documents",
        r"E:\Papers",
        rf"{USER}\Desktop",
        USER,
        r"C:\Users",
        r"C:\Users\Public\Books",
        rf"{USER}\AppData\Local\Temp\books",
        "C:\\",
        r"\\server\books",
        "//server/books",
        r"Z:\Books",
        r"C:\Books\..\Users",
        "Books",
    ],
)
def test_a_folder_that_files_arrive_in_is_refused(folder: str) -> None:
    """Downloads and temporary files with all inside, the user's own folders themselves, drives and the network."""
    moved: dict[str, Value] = {"Personal": r"E:\Papers", "{374DE290-123F-4565-9164-39C4925E467B}": r"D:\Loaded"}
    registry = Keys({SHELL: moved, r"HKCU\Network\Z": {"RemotePath": r"\\server\share"}})
    before = dict(registry.content)
    with pytest.raises(trust.NotTrustedError, match="Nothing was changed"):
        trust.trust(windows(registry), PureWindowsPath(folder))

    assert before == registry.content


@pytest.mark.parametrize("folder", [r"C:\Books", rf"{USER}\Documents\Cogsheet", rf"{USER}\OneDrive\Books", r"Y:\Books"])
def test_a_folder_of_its_own_is_trusted_once(folder: str) -> None:
    """The first free number is taken, folders inside are not trusted, and a second time nothing changes."""
    other: dict[str, dict[str, Value]] = {
        rf"{trust.LOCATIONS}\Location0": {"Path": r"C:\Program Files\Microsoft Office"}
    }
    registry = Keys(dict(other))
    here = windows(registry)

    assert [True, False] == [trust.trust(here, PureWindowsPath(folder)) for _ in range(2)]
    added = {"Path": f"{folder}\\", "Description": "Cogsheet workbooks"}
    assert {**other, rf"{trust.LOCATIONS}\Location1": added} == registry.content
    assert trust.is_trusted(here, PureWindowsPath(folder.upper()))
    assert not trust.is_trusted(here, PureWindowsPath(folder, "inside"))


def test_what_excel_trusts_with_the_folders_inside_is_known() -> None:
    """A location with its subfolders covers a folder deep inside, variables in its path resolved."""
    location: dict[str, Value] = {"Path": "%userprofile%\\Clients\\", "AllowSubfolders": 1}
    here = windows(Keys({rf"{trust.LOCATIONS}\Location3": location}))

    assert trust.is_trusted(here, PureWindowsPath(USER, "Clients", "North", "2026"))
    assert not trust.is_trusted(here, PureWindowsPath(USER, "Elsewhere"))


def test_what_windows_does_not_allow_is_told() -> None:
    """A registry that may not be written ends in a sentence."""
    with pytest.raises(trust.NotTrustedError, match="Access is denied"):
        trust.trust(windows(Keys(locked=True)), PureWindowsPath(r"C:\Books"))


def test_other_systems_have_no_trusted_locations(tmp_path: Path) -> None:
    """Asked for it there, nothing at all is done."""
    programs = Programs()
    program = Program("0.1.0", tmp_path, tmp_path, "one")
    with pytest.raises(trust.NoTrustedLocationsError):
        install(trusted="/books", computer=computer("darwin", tmp_path, run=programs), program=program)

    assert [] == programs.take()
    assert ({}, []) == (NoRegistry().values("HKCU"), NoRegistry().keys("HKCU"))


def test_install_says_what_it_trusts_now(tmp_path: Path) -> None:
    """Once as new, then as known; without being asked nothing is written."""
    registry = Keys()
    here = computer("win32", tmp_path, registry=registry)
    program = Program("0.1.0", tmp_path, tmp_path, "one")
    install(computer=here, program=program)
    assert {} == registry.content
    first, second = (install(trusted=r"C:\Books", computer=here, program=program) for _ in range(2))

    assert "Excel now opens workbooks in C:\\Books" in first.message
    assert "Excel opened already workbooks in C:\\Books" in second.message
    assert [True, False] == [first.data["changed"], second.data["changed"]]
