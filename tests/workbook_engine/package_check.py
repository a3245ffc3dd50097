"""What a written workbook must satisfy, checked with other means than the engine's own."""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from openpyxl.utils import range_boundaries

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
SHEET_ORDER = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection"),
    *("protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells"),
    *("phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins"),
    *("pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors"),
    *("smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls"),
    *("webPublishItems", "tableParts", "extLst"),
)


def boundaries(address: str) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of an area."""
    left, top, right, bottom = range_boundaries(address)
    assert left is not None
    assert top is not None
    assert right is not None
    assert bottom is not None
    return left, top, right, bottom


def check_package(path: Path) -> None:
    """Fail on anything for which Excel would offer to repair the workbook, as far as known."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len({name.lower() for name in names}) == len(names), "a part is there twice"
        parts = {name: archive.read(name) for name in names}
    trees = {
        name: ET.fromstring(data)  # noqa: S314 - files that the test wrote itself
        for name, data in parts.items()
        if name.endswith((".xml", ".rels", ".vml"))
    }
    _check_types(trees, names)
    _check_relations(trees, names)
    sheets = [name for name in names if re.match(r"xl/worksheets/[^/]*\.xml", name)]
    styles = len(trees["xl/styles.xml"].findall(f"{MAIN}cellXfs/{MAIN}xf"))
    strings = len(trees["xl/sharedStrings.xml"]) if "xl/sharedStrings.xml" in trees else 0
    for name in sheets:
        _check_sheet(trees[name], styles, strings)
        _check_tables(trees, name)
    _check_table_names(trees)
    _check_styles(trees["xl/styles.xml"])
    _check_workbook(trees["xl/workbook.xml"])


def _check_types(trees: dict[str, ET.Element], names: list[str]) -> None:
    types = trees["[Content_Types].xml"]
    overrides = [child.get("PartName") for child in types if child.tag.endswith("Override")]
    assert len(set(overrides)) == len(overrides), "a content type is declared twice"
    assert {str(name).removeprefix("/") for name in overrides} <= set(names), "a content type of no part"
    defaults = {str(child.get("Extension")) for child in types if child.tag.endswith("Default")}
    for name in names:
        assert f"/{name}" in overrides or name.rpartition(".")[2] in defaults or name == "[Content_Types].xml", name


def _check_relations(trees: dict[str, ET.Element], names: list[str]) -> None:
    for name, tree in trees.items():
        if not name.endswith(".rels"):
            continue
        ids = [child.get("Id") for child in tree]
        assert len(set(ids)) == len(ids)
        for target in (child.get("Target") for child in tree if child.get("TargetMode") != "External"):
            assert _target(name, str(target)) in names, f"{name}: {target}"


def _target(rels: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(posixpath.dirname(rels)), target))


def _check_sheet(sheet: ET.Element, styles: int, strings: int) -> None:
    order = [SHEET_ORDER.index(child.tag.removeprefix(MAIN)) for child in sheet if child.tag.startswith(MAIN)]
    assert sorted(order) == order, "elements of a sheet in a wrong order"
    rows = sheet.findall(f"{MAIN}sheetData/{MAIN}row")
    numbers = [int(str(row.get("r"))) for row in rows]
    assert sorted(set(numbers)) == numbers, "rows twice or out of order"
    for row in rows:
        columns = []
        for cell in row:
            column, number, _, _ = boundaries(str(cell.get("r")))
            assert str(number) == row.get("r")
            columns.append(column)
            assert int(cell.get("s", "0")) < styles
            assert cell.get("t") != "s" or int(str(cell.findtext(f"{MAIN}v"))) < strings
        assert sorted(set(columns)) == columns, "cells twice or out of order"
    for name in ("mergeCells", "dataValidations", "hyperlinks", "cols", "tableParts"):
        holder = sheet.find(f"{MAIN}{name}")
        assert holder is None or len(holder), f"an empty {name}"
        assert holder is None or holder.get("count") in {None, str(len(holder))}, f"{name} counts wrong"
    for rule in sheet.iter(f"{MAIN}conditionalFormatting"):
        assert rule.get("sqref")


def _check_tables(trees: dict[str, ET.Element], sheet: str) -> None:
    folder, file = posixpath.split(sheet)
    rels = trees.get(f"{folder}/_rels/{file}.rels")
    listed = [part.get(RELATION) for part in trees[sheet].iter(f"{MAIN}tablePart")]
    related = {c.get("Id"): c for c in rels if str(c.get("Type")).endswith("/table")} if rels is not None else {}
    assert sorted(map(str, listed)) == sorted(map(str, related))
    areas = []
    for relation in related.values():
        table = trees[_target(f"{folder}/_rels/{file}.rels", str(relation.get("Target")))]
        left, top, right, bottom = boundaries(str(table.get("ref")))
        areas.append((left, top, right, bottom))
        columns = [str(c.get("name")) for c in table.iter(f"{MAIN}tableColumn")]
        assert len(columns) == right - left + 1
        assert len({name.lower() for name in columns}) == len(columns)
        assert bottom - top >= int(table.get("totalsRowCount", "0")) + int(table.get("headerRowCount", "1"))
        found = table.find(f"{MAIN}autoFilter")
        if found is not None:
            totals = int(table.get("totalsRowCount", "0"))
            assert boundaries(str(found.get("ref"))) == (left, top, right, bottom - totals)
    for number, one in enumerate(areas):
        for other in areas[number + 1 :]:
            assert one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1], "tables overlap"


def _check_table_names(trees: dict[str, ET.Element]) -> None:
    tables = [tree for name, tree in trees.items() if name.startswith("xl/tables/") and name.endswith(".xml")]
    assert len({table.get("id") for table in tables}) == len(tables)
    names = [str(table.get("displayName")).lower() for table in tables]
    names += [
        str(n.get("name")).lower()
        for n in trees["xl/workbook.xml"].iter(f"{MAIN}definedName")
        if n.get("localSheetId") is None
    ]
    assert len(set(names)) == len(names)


def _check_styles(styles: ET.Element) -> None:
    counts = {name: len(styles.findall(f"{MAIN}{name}/*")) for name in ("fonts", "fills", "borders", "cellXfs")}
    for name, count in counts.items():
        assert str(styles.find(f"{MAIN}{name}").get("count", count)) == str(count)  # type: ignore[union-attr] # present
    for xf in styles.iter(f"{MAIN}xf"):
        assert int(xf.get("fontId", "0")) < counts["fonts"]
        assert int(xf.get("fillId", "0")) < counts["fills"]


def _check_workbook(workbook: ET.Element) -> None:
    sheets = workbook.findall(f"{MAIN}sheets/{MAIN}sheet")
    assert len({str(s.get("name")).lower() for s in sheets}) == len(sheets)
    assert len({s.get("sheetId") for s in sheets}) == len(sheets)
    assert any(s.get("state", "visible") == "visible" for s in sheets)
    for name in workbook.iter(f"{MAIN}definedName"):
        assert int(name.get("localSheetId", "0")) < len(sheets)
    view = workbook.find(f"{MAIN}bookViews/{MAIN}workbookView")
    active = int(view.get("activeTab", "0")) if view is not None else 0
    assert sheets[active].get("state", "visible") == "visible"
