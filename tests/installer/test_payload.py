"""What the installer for Windows lays down, and its script, without building it."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from addin.machine.places import INTERPRETER_WINDOWS
from addin.machine.trust import DESCRIPTION, LOCATIONS
from installer.payload import BYTE_CODE, add_byte_code, is_needed, leave_out

WITHOUT_TIME = 1
"""The mark of byte code that is taken whatever time and content its source has (PEP 552)."""
ROOT = Path(__file__).parents[2]
SCRIPT = (ROOT / "installer" / "setup.nsi").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("cp311/python.exe", True),
        ("cp311/DLLs/_tkinter.pyd", True),
        ("cp311/DLLs/tcl86t.dll", True),
        ("cp311/Lib/tkinter/ttk.py", True),
        ("cp311/tcl/tk8.6/ttk/ttk.tcl", True),
        ("cp311/tcl/tk8.6/demos/widget", False),
        ("cp311/DLLs/_testcapi.pyd", False),
        ("cp311/Lib/unittest/case.py", True),
        ("cp311/Lib/tkinter/test/support.py", False),
        ("cp311/Lib/idlelib/idle.py", False),
        ("cp311/Lib/site-packages/pip/__init__.py", False),
        ("cp311/Lib/", False),
        ("cp311/libs/python311.lib", False),
        ("cp313/python.exe", False),
    ],
)
def test_of_windows_python_goes_along_what_programs_need(name: str, *, needed: bool) -> None:
    """Its windows too, which ask for keys; neither its tests nor what compilers and packagers need."""
    assert needed is is_needed(name)


def test_of_packages_goes_along_what_is_imported(tmp_path: Path) -> None:
    """Not their own tests, nor sources and libraries for compilers."""
    kept = {"pandas/core/api.py", "pyarrow/arrow.dll", "win32/win32api.pyd", "tests.py"}
    kept |= {"pyarrow/arrow_compute.dll", "pyarrow/_csv.cp311-win_amd64.pyd"}
    left = {
        "pyarrow/arrow_flight.dll",
        "pyarrow/_dataset_orc.cp311-win_amd64.pyd",
        "pandas/tests/test_a.py",
        "numpy/linalg/tests/test_b.py",
        "pyarrow/include/a.h",
        "pyarrow/arrow.lib",
    }
    for name in kept | left | {"hatchling/cli.py", "PyWin32.chm"}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    leave_out(tmp_path)

    assert kept == {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}


@pytest.mark.long
def test_nothing_imports_what_of_arrow_is_left_out() -> None:
    """Neither the commands nor what they import."""
    parts = r"pyarrow\.(?:_?(?:flight|substrait|dataset|parquet|orc|fs)|_(?:s3fs|gcsfs|azurefs|hdfs))\b"
    asks = (
        "import sys, addin.ribbon, addin.udfs; from addin.commands.registry import import_all; import_all(); "
        f"import re; print([one for one in sys.modules if re.match({parts!r}, one)])"
    )
    said = subprocess.run([sys.executable, "-c", asks], check=True, capture_output=True, encoding="utf-8", cwd=ROOT)  # noqa: S603 - ours

    assert "[]" == said.stdout.strip()


@pytest.mark.skipif(sys.version_info[:2] != BYTE_CODE, reason="its byte code is of Python 3.11")
def test_byte_code_holds_whatever_time_a_file_gets(tmp_path: Path) -> None:
    """Installing changes the time of files: Python would compile each anew, at the first press of a button."""
    module = tmp_path / "Lib" / "site-packages" / "one.py"
    module.parent.mkdir(parents=True)
    module.write_text("A = 1\n", encoding="utf-8")
    add_byte_code(tmp_path)
    compiled = (module.parent / "__pycache__" / "one.cpython-311.pyc").read_bytes()

    assert (MAGIC_NUMBER, WITHOUT_TIME) == (
        compiled[:4],
        struct.unpack("<I", compiled[4:8])[0],
    )
    assert str(tmp_path).encode() not in compiled


def test_the_script_installs_where_workbooks_look() -> None:
    """And removes that folder alone, which no switch can make another one."""
    (folder,) = re.findall(r'^!define FOLDER "\$LOCALAPPDATA(.+)"$', SCRIPT, re.MULTILINE)
    removed = re.findall(r"^ *RMDir /r (.+)$", SCRIPT, re.MULTILINE)

    assert f"%LOCALAPPDATA%{folder}\\Scripts\\python.exe" == INTERPRETER_WINDOWS
    assert {'"$INSTDIR"'} == set(removed)
    assert 2 == SCRIPT.count('StrCpy $INSTDIR "${FOLDER}"')
    assert "RequestExecutionLevel user" in SCRIPT
    assert "HKLM" not in SCRIPT


def test_the_script_knows_the_trusted_locations_that_are_ours() -> None:
    """By the words that `install --trust` gives each, below the key where Excel looks."""
    assert f'!define TRUSTED "{LOCATIONS.removeprefix("HKCU" + chr(92))}"' in SCRIPT
    assert "${DESCRIPTION}" in SCRIPT
    assert DESCRIPTION.startswith("Cogsheet")
