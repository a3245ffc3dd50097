"""A broken installation still ends in a sentence that a bookkeeper can read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

WITHOUT_PACKAGES = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import addin.ribbon
print("imported")
addin.ribbon.run("sync", ["--wb=Books.xlsm"], vba_waits=True)
"""
WITH_A_DAMAGED_PACKAGE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from addin import ribbon
from addin.machine.places import template_bytes
from tests.fake_excel.application import FakeApplication
from tests.fake_excel.windows_code import book_in, on_windows
path = Path(sys.argv[1]) / "Books.xlsm"
path.write_bytes(template_bytes())
excel = FakeApplication()
with on_windows(excel, "Books.xlsm"):
    excel.Workbooks.Open(str(path))
    sys.modules["sqlalchemy"] = None
    ribbon.run("sync", ["--wb=Books.xlsm"], vba_waits=True)
    sheet = book_in(excel, "Books.xlsm").sheets["_cogsheet"]
    print(sheet.range("B2").value)
    print(sheet.range("B3").value)
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program in a process of its own, as the workbook does."""
    return subprocess.run(  # noqa: S603 - this very interpreter and a program written above
        [sys.executable, *arguments[:1], "-c", program, *arguments[1:]], capture_output=True, text=True, check=False
    )


def test_only_the_standard_library_is_needed_to_import_it() -> None:
    """Without any package the module can be imported, and a press ends in a sentence on standard error."""
    ran = run(WITHOUT_PACKAGES, "-S")

    assert (1, "imported") == (ran.returncode, ran.stdout.strip())
    assert ran.stderr.startswith("Cogsheet is not completely installed on this computer (No module named ")
    assert "Traceback" not in ran.stderr


@pytest.mark.long
def test_a_damaged_package_is_told_in_the_workbook(tmp_path: Path) -> None:
    """What breaks while the button's own modules are imported is left where VBA shows it."""
    ran = run(WITH_A_DAMAGED_PACKAGE, "-B", str(tmp_path))

    outcome, message = ran.stdout.splitlines()[:2]
    assert (0, "error") == (ran.returncode, outcome), ran.stderr
    assert message.startswith("Cogsheet is not completely installed on this computer")
    assert "sqlalchemy" in message
