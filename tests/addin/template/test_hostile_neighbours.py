"""What lies beside a workbook cannot change what its buttons run."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from workbooks.template.special_sheets import CONFIGURATION

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Return where a workbook would lie, among files that somebody planted."""
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    for name in ("addin.py", "xlwings_udfs.py", "core.py"):
        (downloads / name).write_text("raise SystemExit('the planted file was run')")
    (downloads / "xlwings.conf").write_text('"INTERPRETER_WIN","evil.exe"\n"PYTHONPATH","."\n')
    (downloads / "Books.zip").write_bytes(b"")
    return downloads / "Books.xlsm"


def _run_as_button(workbook: Path, cwd: Path, add_workbook: str, python_path: str) -> str:
    """Run what xlwings' VBA makes Python run, with these two settings, and return where `addin` came from."""
    settings = ";".join([add_workbook, str(workbook), str(workbook), "", "", "", python_path])
    program = (
        f'import xlwings.utils;xlwings.utils.prepare_sys_path("{settings}"); '
        "import addin.commands.registry; print(addin.__file__)"
    )
    command = [sys.executable, "-B", "-c", program]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    answer = subprocess.run(  # noqa: S603 - our own program
        command, check=False, capture_output=True, encoding="utf-8", cwd=cwd, env=environment
    )
    return answer.stdout + answer.stderr


@pytest.mark.long
def test_planted_modules_are_not_imported(workbook: Path, tmp_path: Path) -> None:
    """With the template's settings a button runs the installed program, whatever lies beside the workbook."""
    found = _run_as_button(workbook, tmp_path, CONFIGURATION["ADD_WORKBOOK_TO_PYTHONPATH"], CONFIGURATION["PYTHONPATH"])

    assert str(PROJECT / "addin" / "__init__.py") == found.strip()


@pytest.mark.long
def test_planted_modules_would_be_imported_under_xlwings_defaults(workbook: Path, tmp_path: Path) -> None:
    """The danger is real: xlwings' own default puts the workbook's folder first."""
    assert "the planted file was run" in _run_as_button(workbook, tmp_path, "true", "")


def test_the_sheet_outranks_a_planted_configuration() -> None:
    """In xlwings' VBA the sheet answers before the file beside the workbook is even opened."""
    source = files("xlwings").joinpath("xlwings.bas").read_text("cp1252")
    lookup = source[source.index("Function GetConfig(") :]

    assert lookup.index("'Workbook Sheet Config") < lookup.index("' Directory Config") < lookup.index("' User Config")
    assert lookup.index("GetConfigFromSheet(ThisWorkbook).Exists(configKey)") < lookup.index("' Directory Config")
