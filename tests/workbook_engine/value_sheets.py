"""Sheets whose values are written and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xlsxwriter

from tests.workbook_engine.builders import parts, rewritten

if TYPE_CHECKING:
    from pathlib import Path


def with_rows(folder: Path, rows: str) -> Path:
    path = folder / "raw.xlsx"
    made = xlsxwriter.Workbook(path)
    made.add_worksheet("Sheet1").write("A1", "x")
    made.close()
    text = parts(path)["xl/worksheets/sheet1.xml"].decode()
    before, after = text[: text.index("<sheetData>")], text[text.index("</sheetData>") :]
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<si><r><t>rich </t></r><r><rPr><b/></rPr><t xml:space="preserve">text </t></r></si>'
        '<si><t xml:space="preserve"> 漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh><phoneticPr fontId="1"/></si></sst>'
    )
    changes = {"xl/worksheets/sheet1.xml": f"{before}<sheetData>{rows}{after}".encode()}
    return rewritten(path, changes | {"xl/sharedStrings.xml": strings.encode()})
