"""A workbook file with a table of items."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter

from tests.workbook_engine.builders import loaded, parts

if TYPE_CHECKING:
    import xlwings as xw
    from openpyxl.worksheet.worksheet import Worksheet


def saved(book: xw.Book) -> Worksheet:
    """Save the book and return its first sheet as openpyxl reads it."""
    book.save()
    sheet = loaded(book.fullname)["Items"]
    assert hasattr(sheet, "tables")
    return sheet


def part_of(book: xw.Book, name: str) -> bytes:
    """Return a part of the saved book."""
    return parts(Path(book.fullname))[name]


def rules(sheet: Worksheet) -> dict[str, str]:
    """Return the areas of validation and formatting rules, and the first formula of each."""
    found = {str(rule.sqref): str(rule.formula1) for rule in sheet.data_validations.dataValidation}
    for area in sheet.conditional_formatting:
        found[str(area.sqref)] = str(area.rules[0].formula[0]) if area.rules[0].formula else area.rules[0].type
    return found


def two_tables(folder: Path) -> Path:
    """Write two tables, one below the other, and one beside."""
    path = folder / "two.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    sheet.add_table("A1:B3", {"name": "tblX", "data": [[1, 2], [3, 4]]})
    sheet.add_table("A6:B8", {"name": "tblBelow", "data": [[5, 6], [7, 8]]})
    sheet.add_table("D1:E3", {"name": "tblBeside", "data": [[9, 10], [11, 12]]})
    sheet.write_formula("G1", "=A7*2", None, 10)
    book.close()
    return path
