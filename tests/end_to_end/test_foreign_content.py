"""Pivot tables, slicers, charts and comments of other programs around our sheets: no button changes a byte of them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.foreign_content import by_node, graft, of_libreoffice, of_openpyxl, of_xlsxwriter, parts
from tests.workbook_engine.package_check import check_package
from workbook_engine.addresses import MAX_COLUMN, Area, Move
from workbook_engine.formula_text import move_formula
from workbook_engine.workbook_file import WorkbookFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.end_to_end.demo_book import DemoBook

pytestmark = pytest.mark.long

KINDS = (
    *("pivotTables/", "pivotCache/", "slicers/", "slicerCaches/", "ctrlProps/", "charts/", "comments", "drawings/"),
    *("threadedComments/", "persons/", "vmlDrawing"),
)
"""Each must be there before the buttons are pressed, or the test proves less than it says."""
OURS_TO_WRITE = re.compile(
    r"\[Content_Types\]\.xml|xl/(?:workbook|styles|sharedStrings)\.xml|xl/_rels/workbook\.xml\.rels"
)


def with_foreign_content(demo: DemoBook, folder: Path, missing_tool: Callable[[str], None]) -> set[str]:
    """Let five writers put something around our sheets, and return the names of their parts."""
    own = set(parts(demo.path))
    around = folder / "around.xlsm"
    by_node(missing_tool, "around", demo.path, around)
    around.replace(demo.path)
    written = of_xlsxwriter(folder)
    by_node(missing_tool, "sheetjs", folder / "SheetJS.xlsx")
    for path in (written, of_openpyxl(folder), of_libreoffice(folder, written, missing_tool), folder / "SheetJS.xlsx"):
        graft(demo.path, path)
    return {name for name in parts(demo.path) if name not in own}


def test_no_button_changes_what_other_programs_wrote(
    demo: DemoBook, tmp_path: Path, missing_tool: Callable[[str], None]
) -> None:
    """Part by part the same bytes after every kind of deed, and the workbook is whole."""
    first, *_, last = (str(row["Settlement ID"]) for row in demo.table("Settlements").rows)
    foreign = with_foreign_content(demo, tmp_path, missing_tool)
    before = parts(demo.path)
    assert [] == [kind for kind in KINDS if not any(kind in name for name in foreign)]
    for words in (
        ["sync"], ["fill", first], ["resolve"], ["save", "--accept-proposals"], ["undo"], ["cogs", first], ["pnl"],
        ["trueups"], ["settings"], ["export", last, "--format", "quickbooks", "--entries", "settlement"],
        ["reopen", last, "--reason", "too early", "--not-imported"], ["doctor"], ["verify"],
    ):  # fmt: skip
        ran = demo.run(*words)
        assert ran.status < 2, f"{words}: {ran.error}{ran.output}"
    after = parts(demo.path)

    same = {name for name in foreign if not OURS_TO_WRITE.fullmatch(name)} | {"xl/vbaProject.bin"}
    assert len(same) > 40
    assert [] == sorted(name for name in same if before[name] != after.get(name))
    check_package(demo.path)
    listed = [sheet.name for sheet in WorkbookFile(demo.path).sheets]
    assert {"Shops", "Pivot", "Sliced", "XlsxWriter", "openpyxl", "LibreOffice", "SheetJS"} <= set(listed)


FORMULAS = (
    "SUM(Sheet1!A2:A9)", "Sheet1!$B$5", "SUM(Sheet1!A:A)", "Sheet1!A3+Sheet1!A4+Sheet1!A5", "SUM(Sheet1!A4:A4)",
    "SUM(Sheet1!$A$1:$D$3)", "Other!A5+Sheet1!A5", "SUM(Sheet1!B4:C20)-Sheet1!$C4", 'IF(Sheet1!A7="A7",Sheet1!A7,0)',
    "VLOOKUP(Sheet1!A30,Sheet1!$A$2:$F$40,3,FALSE)", "INDEX(Sheet1!A1:A100,MATCH(1,Sheet1!B1:B100,0))",
)  # fmt: skip


HISTORIES: tuple[list[tuple[str, int, int]], ...] = (
    [("insert", 4, 2)],
    [("insert", 1, 1), ("insert", 9, 3)],
    [("insert", 100, 5)],
    [("insert", 4, 2), ("remove", 12, 3)],
    [("remove", 6, 1), ("insert", 6, 4), ("insert", 2, 1)],
)


def moved(formula: str, deeds: list[tuple[str, int, int]]) -> str:
    """Return what a formula of another sheet becomes by our own rules."""
    for kind, row, count in deeds:
        rows = Area(row, 1, row + count - 1, MAX_COLUMN)
        formula = move_formula(formula, "other", Move("sheet1", rows, count if kind == "insert" else -count))
    return formula


def test_references_follow_rows_as_excelize_moves_them(missing_tool: Callable[[str], None]) -> None:
    """An oracle that shares no code with ours: rows inserted and deleted on another sheet."""
    given = json.dumps({"formulas": FORMULAS, "histories": HISTORIES})
    theirs = json.loads(by_node(missing_tool, "move", given=given))

    assert theirs == [[moved(formula, deeds) for formula in FORMULAS] for deeds in HISTORIES]
