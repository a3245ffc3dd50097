"""What independent readers get out of the template's VBA project is what its sources say."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pyopenvba
import pytest

from tests.addin.template.vba_readers import modules_by_oletools, modules_by_pyopenvba
from workbooks.template.builder import TEMPLATE
from workbooks.template.vba_modules import SOURCES, module_texts

if TYPE_CHECKING:
    from workbooks.template.workbook_zip import Parts


def _lines(text: str) -> list[str]:
    """Return the lines of a module without the header that only exported files have, and without attributes."""
    lines = text.splitlines()
    start = lines.index("END") + 1 if lines and lines[0].startswith("VERSION ") else 0
    return [line for line in lines[start:] if not line.startswith("Attribute VB_")]


def test_every_module_is_read_back_with_every_line(extracted_modules: dict[str, str]) -> None:
    """Read by olefile and oletools: the sources' lines in every module that is no sheet's."""
    for name, text in module_texts().items():
        assert _lines(text) == _lines(extracted_modules[name]), name


def test_two_readers_agree_on_every_module(extracted_modules: dict[str, str]) -> None:
    """PyOpenVBA, which finds modules by the dir stream, reads the same as olefile, which finds them by name."""
    assert extracted_modules == modules_by_pyopenvba(TEMPLATE)


def test_a_third_party_finds_nothing_to_repair() -> None:
    """PyOpenVBA's checks of package and project report no issue."""
    with pyopenvba.ExcelFile(TEMPLATE) as file:
        assert [] == file.validate()
    assert () == pyopenvba.check_file(TEMPLATE).issues


@pytest.mark.parametrize(
    ("path", "module", "notice"),
    [
        ("xlwings.bas", "xlwings", "BSD 3-clause license"),
        ("addin/Dictionary.cls", "Dictionary", "License: MIT"),
    ],
)
def test_xlwings_modules_are_the_installed_ones_with_their_notices(
    extracted_modules: dict[str, str], path: str, module: str, notice: str
) -> None:
    """What comes from xlwings is unchanged and says whose it is."""
    shipped = files("xlwings").joinpath(*path.split("/")).read_text("cp1252")

    assert _lines(shipped) == _lines(extracted_modules[module])
    assert notice in extracted_modules[module]


def test_sources_are_all_in_the_project(stored_parts: Parts) -> None:
    """Each file of the folder of VBA sources is a module of the stored template."""
    modules = modules_by_oletools(stored_parts["xl/vbaProject.bin"])

    assert {path.stem for path in SOURCES.iterdir()} <= set(modules)
