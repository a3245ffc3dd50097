"""Workbooks for the tests of the files engine, as several programs write them."""

from __future__ import annotations

import datetime as dt
import functools
import warnings
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import xlsxwriter
import xlwings as xw
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEADERS = ("SKU", "Cost", "Units", "Total")
ROWS = (("001", 1.5, 2), ("1/2/2026", 2.25, 3), ("X-3", 4.0, 5))
TABLE_TOP = 4
VBA_PROJECT = Path(xw.__file__).parent / "quickstart.xlsm"


def full_workbook(path: Path, *, rows: Sequence[Sequence[Any]] = ROWS) -> Path:
    """Write a workbook with about everything that the engine must keep in step, with XlsxWriter.

    Sheet Items holds table tblItems (headers in row 4) with a calculated column, validation, conditional formats,
    a note, a link, a merged title and a user's cells beside and below it; Report refers to it; Hidden is hidden; a
    .xlsm name adds a VBA project.
    """
    path.write_bytes(_full_workbook(path.suffix, tuple(map(tuple, rows))))
    return path


@functools.cache
def _full_workbook(suffix: str, rows: tuple[tuple[Any, ...], ...]) -> bytes:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.set_properties({"created": moment(2026, 1, 1)})
    items, report, hidden = (book.add_worksheet(name) for name in ("Items", "Report", "Hidden"))
    text, money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0.00"})
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "#FF0000"})
    last = TABLE_TOP + len(rows)
    items.set_column(0, 0, 24, text)
    items.set_column(1, 1, 12, money)
    items.merge_range("A1:D1", "All items", bold)
    items.freeze_panes(TABLE_TOP, 1)
    items.set_row(1, 30)
    total = "=tblItems[[#This Row],[Cost]]*tblItems[[#This Row],[Units]]"
    columns: list[dict[str, Any]] = [
        {"header": "SKU", "format": text},
        {"header": "Cost", "format": money},
        {"header": "Units"},
        {"header": "Total", "formula": total, "format": money},
    ]
    area = f"A{TABLE_TOP}:D{last}"
    items.add_table(area, {"name": "tblItems", "columns": columns, "data": [list(row) for row in rows]})
    items.data_validation(f"B{TABLE_TOP + 1}:B{last}", {"validate": "decimal", "criteria": ">=", "value": 0})
    items.data_validation("G1:G3", {"validate": "list", "source": ["yes", "no"]})
    rule = {"type": "formula", "criteria": f"=$B{TABLE_TOP + 1}>2", "format": red}
    items.conditional_format(f"A{TABLE_TOP + 1}:D{last}", rule)
    items.conditional_format(f"C{TABLE_TOP + 1}:C{last}", {"type": "data_bar", "data_bar_2010": True})
    items.write_comment(f"B{TABLE_TOP}", "per unit")
    items.write_comment(f"A{last}", "the last one")
    items.write("F6", "beside")
    items.merge_range("F10:G10", "two")
    items.write("A12", "below")
    items.write_formula("B12", f"=SUM(B{TABLE_TOP + 1}:B{last})", None, 7.75)
    items.write_url("F7", "internal:Report!A1", string="go")
    items.write_url("F8", "https://example.com/a?b=1&c=2", string="out")
    report.write_formula("A1", f"=Items!B{last}*2", None, 8)
    report.write_formula("A2", "=SUM(tblItems[Cost])", None, 7.75)
    report.write_formula("A3", f'=Items!A{TABLE_TOP + 2}&" Items!B5"', None, "1/2/2026 Items!B5")
    report.write_dynamic_array_formula("C1:C3", f"=Items!B{TABLE_TOP + 1}:B{last}")
    report.write_array_formula("E1:E2", "{=Items!B5:B6*2}", None, 3)
    report.conditional_format("B20:B25", {"type": "formula", "criteria": f"=Items!$B${last}>B20", "format": red})
    report.data_validation("B20:B25", {"validate": "list", "source": f"=Items!$A${TABLE_TOP + 1}:$A${last}"})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": f"=Items!$B${TABLE_TOP + 1}:$B${last}"})
    report.insert_chart("G2", chart)
    hidden.hide()
    hidden.write("A1", "template")
    book.define_name("last_cost", f"=Items!$B${last}")
    book.define_name("Items!local_name", f"=Items!$A${TABLE_TOP + 1}")
    book.define_name("answer", "=42")
    if suffix == ".xlsm":
        book.add_vba_project(BytesIO(vba_project()), is_stream=True)
        book.set_vba_name("ThisWorkbook")
        for sheet in (items, report, hidden):
            sheet.set_vba_name(f"Sheet{sheet.get_name()}")
    book.close()
    return buffer.getvalue()


def vba_project() -> bytes:
    """Return a VBA project that Excel wrote."""
    with zipfile.ZipFile(VBA_PROJECT) as archive:
        return archive.read("xl/vbaProject.bin")


def plain_table(path: Path, headers: Sequence[str], rows: Sequence[Sequence[Any]], *, options: Any = None) -> Path:
    """Write one table tblX from A1 on, sheet Data."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    columns = [{"header": header} for header in headers]
    settings = {"name": "tblX", "columns": columns, "data": [list(row) for row in rows], **(options or {})}
    sheet.add_table(0, 0, len(rows) + bool(settings.get("total_row")), len(headers) - 1, settings)
    book.close()
    return path


def openpyxl_table(path: Path) -> Path:
    """Write table tblItems with validation and a formula, as openpyxl writes them."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Items"
    for row in (HEADERS[:3], *ROWS):
        sheet.append(list(row))
    table = Table(displayName="tblItems", ref="A1:C4")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
    sheet.add_table(table)
    rule = DataValidation(type="decimal", operator="greaterThan", formula1="0")
    rule.add("B2:B4")
    sheet.add_data_validation(rule)
    for row in sheet["A2:A4"]:
        row[0].number_format = "@"
    sheet["E1"] = "=SUM(B2:B4)"
    book.save(path)
    return path


def parts(path: Path) -> dict[str, bytes]:
    """Return the parts of a package."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, changes: Mapping[str, bytes | None]) -> Path:
    """Replace parts of a package (`None` removes one)."""
    kept: dict[str, bytes | None] = {**parts(path), **changes}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in kept.items():
            if data is not None:
                archive.writestr(name, data)
    return path


def loaded(path: Path | str, **options: Any) -> openpyxl.Workbook:
    """Read a workbook with openpyxl, which warns that it would lose the extensions of data bars."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*extension is not supported")
        return openpyxl.load_workbook(path, **options)


def moment(*fields: int) -> dt.datetime:
    """Return a moment as cells hold it: without a zone."""
    return dt.datetime(*fields)  # type: ignore[arg-type] # noqa: DTZ001 - cells know no zones


def formulas(cells: xw.Range) -> list[list[str]]:
    """Return the formulas of several cells, row by row."""
    return [list(row) for row in cells.formula]


def body(table: xw.main.Table) -> xw.Range:
    """Return the data rows of a table that has some."""
    found = table.data_body_range
    assert found is not None
    return found
