"""The installer for Windows, built and looked into: what is in the file is what a user gets."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from addin.machine.environment import STAMP
from addin.machine.trust import LOCATIONS
from installer.__main__ import build
from installer.payload import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.long

NEEDED = (
    *("Scripts/python.exe", "Scripts/pythonw.exe", "Scripts/python311.dll", "Scripts/cogsheet.cmd", "uninstall.exe"),
    *(
        "Scripts/DLLs/_tkinter.pyd",
        "Scripts/DLLs/tcl86t.dll",
        "Scripts/tcl/tcl8.6/init.tcl",
        "Scripts/pythoncom311.dll",
    ),
    *("Scripts/Lib/site-packages/addin/template.xlsm", "Scripts/Lib/site-packages/addin/machine/requirements.lock"),
    *("Scripts/Lib/site-packages/xlwings64-0.37.8.dll", "Scripts/Lib/site-packages/tzdata/zoneinfo/Australia/Sydney"),
    "Scripts/Lib/site-packages/addin/commands/ribbon/__pycache__/ribbon_actions.cpython-311.pyc",
    "Scripts/Lib/site-packages/pandas/__pycache__/__init__.cpython-311.pyc",
    "Scripts/Lib/__pycache__/os.cpython-311.pyc",
)
LARGEST_QUICK = 100_000_000
"""Bytes of the file where it is packed less; packed as it is released it has 60 million at most."""
_LOCKED = re.compile(r"^([a-z0-9_.-]+)==(\S+)((?: ;.*)?)", re.MULTILINE | re.IGNORECASE)


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Return the built file, made once; none where there is no NSIS."""
    return (
        build(tmp_path_factory.mktemp("built") / "cogsheet-setup.exe", quick=True) if shutil.which("makensis") else None
    )


def test_the_file_holds_what_windows_needs(
    setup: Path | None, tmp_path: Path, missing_tool: Callable[[str], None]
) -> None:
    """Python with its windows, the locked packages for Windows, Cogsheet, byte code; nothing of this computer's."""
    reader = shutil.which("7z")
    if setup is None or reader is None:
        missing_tool("NSIS and 7-Zip are not installed: apt-get install nsis p7zip-full")
    assert setup
    subprocess.run([str(reader), "x", "-y", f"-o{tmp_path / 'out'}", str(setup)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - found by PATH
    out = tmp_path / "out"
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    site = out / "Scripts" / "Lib" / "site-packages"
    locked = {
        name.lower().replace("-", "_").replace(".", "_"): number
        for name, number, only in _LOCKED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))
        if not only
    }
    installed = {
        name.lower().replace("-", "_").replace(".", "_"): number
        for name, _, number in (
            path.name.removesuffix(".dist-info").rpartition("-") for path in site.glob("*.dist-info")
        )
    }

    assert setup.stat().st_size <= LARGEST_QUICK
    assert [] == [name for name in NEEDED if name not in names]
    assert "Lib\nDLLs\nLib\\site-packages\nimport site\n" == (out / "Scripts" / "python311._pth").read_text(
        encoding="utf-8"
    )
    assert locked.items() <= installed.items()
    assert {"pywin32", "cogsheet"} <= set(installed)
    assert [] == [name for name in names if name.endswith((".so", ".dylib", ".lib"))]
    assert (site / "addin" / "template.xlsm").read_bytes() == (ROOT / "workbooks" / "template.xlsm").read_bytes()
    assert installed["cogsheet"] == json.loads((out / STAMP).read_text(encoding="utf-8"))["version"]


@dataclass(frozen=True)
class Windows:
    """Windows as Wine has it: a folder of its own, no screen."""

    prefix: Path

    @property
    def ours(self) -> Path:
        """Where Cogsheet keeps its things, in the folder of programs of this user."""
        (users,) = (path for path in (self.prefix / "drive_c" / "users").iterdir() if path.name != "Public")
        return users / "AppData" / "Local" / "Cogsheet"

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end."""
        variables = {"WINEARCH": "win64", "WINEPREFIX": str(self.prefix), "WINEDEBUG": "-all"}
        quiet = {"WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=", "HOME": str(self.prefix.parent)}
        environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "PYTHONPATH")}
        return subprocess.run(  # noqa: S603 - our own file
            ["wine", *map(str, command)],  # noqa: S607 - where the system has it
            check=False,
            input=b"",  # Windows' Python needs a pipe here where there is no console
            capture_output=True,
            env=environment | variables | quiet,
            timeout=300,
        )


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[Windows]:
    """Return a new Windows; its programs are ended at the end."""
    if shutil.which("wine") is None:
        pytest.skip("Wine is not installed: apt-get install wine wine64")
    found = Windows(tmp_path / "prefix")
    found.run("wineboot", "-i")
    yield found
    found.run("wineboot", "-k")


def test_it_is_installed_and_removed_without_a_window(setup: Path | None, windows: Windows) -> None:
    """Cogsheet runs where workbooks look for it and Excel trusts its folder; at the end books are there alone."""
    if setup is None:
        pytest.skip("NSIS is not installed: apt-get install nsis")
    ours, python = windows.ours, windows.ours / "venv" / "Scripts" / "python.exe"
    books = ours / "companies" / "Books.sqlite"
    installed = windows.run(setup, "/S")
    books.parent.mkdir(parents=True)
    books.write_bytes(b"books")
    version = windows.run(python, "-m", "addin", "--version").stdout.decode().strip()
    compiled = windows.run(
        python, "-c", "import addin.cli as a; print(a.__cached__, a.__spec__.loader.__class__.__name__)"
    )
    again = windows.run(setup, "/S")
    trusted = windows.run("reg", "query", LOCATIONS, "/s").stdout.decode()
    removed = windows.run(ours / "venv" / "uninstall.exe", "/S", f"_?={windows_path(ours / 'venv')}")

    assert [0, 0, 0] == [one.returncode for one in (installed, again, removed)]
    assert version.startswith("cogsheet, version ")
    assert b"cpython-311.pyc" in compiled.stdout
    assert 1 == trusted.count("\\Cogsheet\\")  # Wine's Documents are the folder of the user
    assert "Cogsheet" not in windows.run("reg", "query", LOCATIONS, "/s").stdout.decode()
    assert b"books" == books.read_bytes()
    assert ["uninstall.exe"] == [path.name for path in (ours / "venv").iterdir()]


def windows_path(path: Path) -> str:
    """Return the name by which Wine's programs know a folder."""
    return "C:\\" + str(path).partition("drive_c/")[2].replace("/", "\\")
