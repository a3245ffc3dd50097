"""The VBA as a static checker of Excel's VBA sees it: the nearest to Debug > Compile that there is without Excel."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from workbooks.template import build
from workbooks.template.vba_modules import module_texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.long

OF_OTHERS = {"xlwings", "Dictionary"}
BELIEVED_WRONGLY = {("Platform", "missing-return-assignment"), ("FinaleCells", "variable-never-read")}
"""The checker takes `#If Mac` for never true, and does not see that reading a bound is a test in itself."""


@pytest.fixture
def findings(missing_tool: Callable[[str], None]) -> Callable[[Path], set[tuple[str, str]]]:
    """Return what asks the checker for (module, finding) of a workbook."""
    if not find_spec("pyvbaanalysis"):
        missing_tool("pyvbaanalysis is not installed: it belongs to the development dependencies")

    def of(workbook: Path) -> set[tuple[str, str]]:
        command = [sys.executable, "-m", "pyvbaanalysis", str(workbook), "--format", "json"]
        answer = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")  # noqa: S603 - our own file
        modules = json.loads(answer.stdout)[0]["modules"]
        return {(module["module"], finding["code"]) for module in modules for finding in module["diagnostics"]}

    return of


def test_the_checker_finds_nothing_in_our_modules(
    built: bytes, tmp_path: Path, findings: Callable[[Path], set[tuple[str, str]]]
) -> None:
    """No undeclared variable, unknown procedure or member, wrong number of arguments, or missing PtrSafe."""
    workbook = tmp_path / "template.xlsm"
    workbook.write_bytes(built)

    assert {found for found in findings(workbook) if found[0] not in OF_OTHERS} <= BELIEVED_WRONGLY


def test_the_checker_finds_a_misspelt_variable(
    tmp_path: Path, findings: Callable[[Path], set[tuple[str, str]]]
) -> None:
    """What VBA would stop at with "Variable not defined" is found, so that silence means something."""
    misspelt = module_texts()["ExcelState"].replace("    eventsBefore =", "    eventBefore =")
    workbook = tmp_path / "template.xlsm"
    workbook.write_bytes(build({"ExcelState": misspelt}))

    assert "ExcelState" in {module for module, _ in findings(workbook) - BELIEVED_WRONGLY}
