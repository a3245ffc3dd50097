"""All VBA modules of the template: ours as text in `vba/`, xlwings' own, and those made of tables."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from workbook_engine.vba.modules import Module, ModuleKind, module_of_text
from workbooks.template.ribbon_parts import ribbon_table_module
from workbooks.template.worksheet_functions import MISSING_COST, function_help_module, udf_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SOURCES = Path(__file__).parent / "vba"
WORKBOOK_CODE_NAME = "ThisWorkbook"

_PLACEHOLDER = "{{MISSING}}"


def vba_modules(sheet_code_names: Iterable[str], replaced: Mapping[str, str] | None = None) -> list[Module]:
    """Return every module, document modules first.

    Args:
        sheet_code_names: One document module is made for each.
        replaced: Texts that stand in for modules of these names; the tests have programs that lack what Excel has.
    """
    texts = {**module_texts(), **(replaced or {})}
    workbook = module_of_text(WORKBOOK_CODE_NAME, ModuleKind.WORKBOOK, texts.pop(WORKBOOK_CODE_NAME))
    sheets = [module_of_text(name, ModuleKind.WORKSHEET, "Option Explicit\n") for name in sheet_code_names]
    return [workbook, *sheets, *(module_of_text(name, _kind(text), text) for name, text in texts.items())]


def module_texts() -> dict[str, str]:
    """Return the text of each module that is no sheet's, by its name."""
    ours = {path.stem: path.read_text("utf-8") for path in sorted(SOURCES.iterdir())}
    ours["FinaleCells"] = ours["FinaleCells"].replace(_PLACEHOLDER, MISSING_COST)
    generated = {
        "FunctionHelp": function_help_module(),
        "xlwings_udfs": udf_module(),
        "xlwings": _of_xlwings("xlwings.bas"),
        "Dictionary": _of_xlwings("addin", "Dictionary.cls"),
    }
    table = ribbon_table_module({name: _stored_text(name, text) for name, text in (ours | generated).items()})
    return ours | {"RibbonTable": table} | generated


def _stored_text(name: str, text: str) -> str:
    """Return a text as it stands in the workbook: an exported class has lines that are not stored."""
    return module_of_text(name, _kind(text), text).source


def _of_xlwings(*path: str) -> str:
    return files("xlwings").joinpath(*path).read_text("cp1252")


def _kind(text: str) -> ModuleKind:
    return ModuleKind.CLASS if text.startswith("VERSION ") else ModuleKind.PROCEDURAL
