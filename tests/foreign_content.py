"""What other programs put around our sheets: their parts as they wrote them, in a workbook of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter
from openpyxl import Workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

if TYPE_CHECKING:
    from collections.abc import Callable

WRITERS = Path(__file__).parent / "foreign_writers"
_LEFT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/.*|xl/(?:workbook|styles|sharedStrings|calcChain|metadata)\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/theme/.*"
)
"""What a workbook has once: of the foreign one it is left out."""
_TEXT_CELL = re.compile(r'(<c r="\w+")[^>]* t="s"[^>]*><v>(\d+)</v></c>')
_LOOKS = re.compile(r'(?<=[\w"]) (?:s|style|dxfId)="\d+"')
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts(path: Path) -> dict[str, bytes]:
    """Return the parts of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def graft(book: Path, foreign: Path) -> None:
    """Put the one sheet of a foreign workbook into a book, with all parts of its own, in a folder of their own."""
    tag, ours, theirs = foreign.stem, parts(book), parts(foreign)
    kept = {name: data for name, data in theirs.items() if not _LEFT.fullmatch(name)}
    (sheet,) = (name for name in kept if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name))
    kept[sheet] = _by_itself(kept[sheet].decode(), theirs.get("xl/sharedStrings.xml", b"").decode()).encode()
    for name, data in kept.items():
        is_relations = name.endswith(".rels")
        ours[f"{tag}/{name}"] = data.replace(b'Target="/xl/', f'Target="/{tag}/xl/'.encode()) if is_relations else data
    _declare(ours, theirs["[Content_Types].xml"].decode(), tag, set(kept))
    _list(ours, f"/{tag}/{sheet}", tag)
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in ours.items():
            archive.writestr(name, data)


def _by_itself(sheet: str, strings: str) -> str:
    """Let a sheet need neither its workbook's texts nor its looks."""
    texts = re.findall(r"<si\b.*?</si>", strings, re.DOTALL)

    def inline(cell: re.Match[str]) -> str:
        shown = "".join(re.findall(r"<t\b[^>]*>([^<]*)</t>", texts[int(cell[2])]))
        return f'{cell[1]} t="inlineStr"><is><t>{shown}</t></is></c>'

    return _LOOKS.sub("", _TEXT_CELL.sub(inline, sheet))


def _declare(ours: dict[str, bytes], types: str, tag: str, kept: set[str]) -> None:
    here = ours["[Content_Types].xml"].decode()
    overrides = "".join(
        f'<Override PartName="/{tag}{name}" ContentType="{kind}"/>'
        for name, kind in re.findall(r'<Override PartName="([^"]+)" ContentType="([^"]+)"', types)
        if name.lstrip("/") in kept
    )
    defaults = "".join(
        f'<Default Extension="{ending}" ContentType="{kind}"/>'
        for ending, kind in re.findall(r'<Default Extension="([^"]+)" ContentType="([^"]+)"', types)
        if f'Extension="{ending}"' not in here
    )
    ours["[Content_Types].xml"] = here.replace("</Types>", f"{defaults}{overrides}</Types>").encode()


def _list(ours: dict[str, bytes], part: str, name: str) -> None:
    """Add the sheet to the workbook's own list."""
    book, relations = ours["xl/workbook.xml"].decode(), ours["xl/_rels/workbook.xml.rels"].decode()
    number = 1 + max(map(int, re.findall(r'sheetId="(\d+)"', book)))
    entry = f'<sheet xmlns:r="{_RELATIONS}" name="{name}" sheetId="{number}" r:id="rIdForeign{number}"/>'
    relation = f'<Relationship Id="rIdForeign{number}" Type="{_RELATIONS}/worksheet" Target="{part}"/>'
    ours["xl/workbook.xml"] = book.replace("</sheets>", f"{entry}</sheets>").encode()
    ours["xl/_rels/workbook.xml.rels"] = relations.replace("</Relationships>", f"{relation}</Relationships>").encode()


def of_xlsxwriter(folder: Path) -> Path:
    """Write a sheet with charts, marks, sparklines, comments, boxes, switches and links."""
    path = folder / "XlsxWriter.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_column("A1", [3, 1, 2])
        sheet.write_formula("A4", "=SUM(A1:A3)", None, 6)
        sheet.write_array_formula("B1:B3", "{=A1:A3*2}", None, 6)
        sheet.write_rich_string("C1", "a", book.add_format({"bold": True}), "b", "c")
        sheet.data_validation("A1:A3", {"validate": "custom", "value": "=MOD(A1,1)=0"})
        sheet.conditional_format("A1:A3", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("A1:A3", {"type": "icon_set", "icon_style": "3_arrows"})
        sheet.add_sparkline("D1", {"range": "Sheet1!A1:A3"})
        sheet.write_comment("A2", "Grüezi")
        sheet.insert_textbox("F2", "Read me")
        sheet.insert_button("F9", {"caption": "Press"})
        sheet.insert_checkbox("D2", boolean=True)
        sheet.write_url("D3", "https://example.com/a?b=1&c=2")
        sheet.set_row(2, None, None, {"level": 1, "hidden": True})
        sheet.protect("word", {"select_locked_cells": True})
        chart = book.add_chart({"type": "column", "subtype": "stacked"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$3", "trendline": {"type": "linear"}})
        sheet.insert_chart("F12", chart)
    return path


def of_openpyxl(folder: Path) -> Path:
    """Write a sheet with a chart, a comment and a choice."""
    path = folder / "openpyxl.xlsx"
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (("x", "y"), (1, 2), (2, 4)):
        sheet.append(row)
    sheet["A2"].comment = Comment("Why?", "Ben")
    choice = DataValidation(type="list", formula1='"yes,no"')
    choice.add("D1:D9")
    sheet.add_data_validation(choice)
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "F2")
    book.save(path)
    return path


def of_libreoffice(folder: Path, source: Path, missing_tool: Callable[[str], None]) -> Path:
    """Let LibreOffice write a sheet in its own words."""
    if shutil.which("soffice") is None:
        missing_tool("LibreOffice is not installed")
    words = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to"]
    target = folder / "office"
    command = [*words, "xlsx:Calc MS Excel 2007 XML", "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - fixed words and own paths
    return (target / source.name).rename(folder / "LibreOffice.xlsx")


def by_node(missing_tool: Callable[[str], None], *words: str | Path, given: str = "") -> str:
    """Run the writers that npm brings, and return what they say."""
    node = shutil.which("node")
    if node is None or not (WRITERS / "node_modules").is_dir():
        missing_tool("the foreign writers are not installed: run `npm ci` in tests/foreign_writers")
    ran = subprocess.run(  # noqa: S603 - our own file
        [str(node), str(WRITERS / "write.mjs"), *map(str, words)],
        check=False,
        input=given,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
